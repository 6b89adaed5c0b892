//! A file on disk as a document, and where it stands: its project and its name in diffs. Refuses what is not text.

use std::path::{Path, PathBuf};

use super::bad_request;
use crate::actions::Workspace;
use crate::engine::Failure;
use crate::syntax::{Document, Language};
use crate::validate::ReasonCode;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Source {
    /// Its text, and what it is written in.
    pub(super) document: Document,
    /// Its absolute path, links followed: what would be written.
    pub(super) path: PathBuf,
    /// What diffs call it: the path from the root of its git work tree, which is where `git apply` looks.
    pub(super) label: String,
    /// The project around it.
    pub(super) workspace: Workspace,
}

impl Source {
    /// Reads a file.
    pub(super) fn read(given: &Path) -> Result<Source, Failure> {
        let unreadable = |why: &dyn std::fmt::Display| bad_request(format!("cannot read {}: {why}", given.display()));
        let path = std::fs::canonicalize(given).map_err(|error| unreadable(&error))?;
        if !path.is_file() {
            return Err(unreadable(&"it is not a file; name one file"));
        }
        let language = language_of(given, &path)?;
        let text = read_text(&path).map_err(|error| unreadable(&error))?;
        let root = project_root(&path);
        let label = match root.as_deref().and_then(|root| path.strip_prefix(root).ok()) {
            Some(inside) => slashed(inside),
            None => slashed(given),
        };
        Ok(Source {
            document: Document::new(language, &text, None),
            path,
            label,
            workspace: Workspace { root, buffers: None, open: None, disk: true },
        })
    }
}

/// The text of a file as it is, byte order mark and line ends included. The error is half a sentence.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("it is not UTF-8 (byte {at}); convert it to UTF-8 first")
    })
}

/// The root of the project that a path belongs to: its git work tree, else the current folder if the path lies in it,
/// else its own folder. The path need not exist.
pub(super) fn project_root(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let work_tree = folder.ancestors().find(|ancestor| ancestor.join(".git").exists());
    let root = match work_tree {
        Some(root) => root.to_path_buf(),
        None => std::fs::canonicalize(".")
            .ok()
            .filter(|current| path.starts_with(current))
            .unwrap_or_else(|| folder.to_path_buf()),
    };
    Some(root)
}

/// A path as diffs write it.
pub(super) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// A link may have a name that says nothing; then the file's own counts.
fn language_of(given: &Path, path: &Path) -> Result<&'static Language, Failure> {
    let named = |path: &Path| Language::by_path(&path.to_string_lossy());
    named(given).or_else(|| named(path)).ok_or_else(|| Failure {
        code: ReasonCode::UnknownLanguage,
        message: format!("{} is in no language that is served; `graft-ls languages` lists them", given.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_file_from_the_root_of_its_work_tree() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/.git")).unwrap();
        std::fs::create_dir_all(folder.path().join("a/src")).unwrap();
        std::fs::write(folder.path().join("a/src/x.py"), "\u{feff}x = 1\r\n").unwrap();
        let source = Source::read(&folder.path().join("a/src/../src/x.py")).unwrap();
        assert_eq!(source.label, "src/x.py");
        assert_eq!(source.document.source(), "\u{feff}x = 1\r\n");
    }

    #[test]
    fn refuses_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.py"), b"x = '\xff'\n").unwrap();
        std::fs::write(path("a.txt"), "x").unwrap();
        std::fs::create_dir(path("d.py")).unwrap();
        for (name, code, says) in [
            ("a.py", ReasonCode::BadRequest, "not UTF-8 (byte 5)"),
            ("a.txt", ReasonCode::UnknownLanguage, "graft-ls languages"),
            ("d.py", ReasonCode::BadRequest, "not a file"),
            ("none.py", ReasonCode::BadRequest, "cannot read"),
        ] {
            let failure = Source::read(&path(name)).unwrap_err();
            assert_eq!(failure.code, code, "{name}");
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
