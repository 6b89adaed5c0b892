//! Puts an edit on disk, whole or not at all. Refuses read-only files, and files that no longer are what the model saw.

use std::io::{ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{bad_request, source};
use crate::engine::Failure;
use crate::syntax::Document;
use crate::validate::{ReasonCode, ValidatedEdit};

/// Writes the new text of an edit to `path`. What has happened to the file meanwhile is merged, or ends it as stale; the
/// edit that was written comes back.
pub(super) fn write(edit: &ValidatedEdit, path: &Path, create: bool) -> Result<ValidatedEdit, Failure> {
    if create {
        create_file(path, &edit.new_text())?;
        return Ok(edit.clone());
    }
    let now = source::read_text(path).map_err(|why| unwritten(path, why))?;
    let document = Document::new(edit.document().language(), &now, None);
    let edit = edit.rebase(&document).map_err(|rejection| Failure {
        code: rejection.code,
        message: format!("{}: {}; run it again", path.display(), rejection.message),
    })?;
    replace_file(path, &edit.new_text())?;
    Ok(edit)
}

fn replace_file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| undone(path, &error);
    // A link stays a link: the file that it leads to is replaced.
    let path = &std::fs::canonicalize(path).map_err(failed)?;
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(unwritten(path, "it is read-only; make it writable first"));
    }
    let temporary = temporary(path, text).map_err(failed)?;
    keep_owner(&temporary, &metadata);
    temporary.as_file().set_permissions(metadata.permissions()).map_err(failed)?;
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn create_file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| undone(path, &error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let temporary = temporary(path, text).map_err(failed)?;
    open_to_others(&temporary).map_err(failed)?;
    temporary.persist_noclobber(path).map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => Failure {
            code: ReasonCode::Stale,
            message: format!("{} has been created meanwhile; run it again", path.display()),
        },
        _ => failed(error.error),
    })?;
    Ok(())
}

/// The text in a file beside `path`, on its way to the disk.
fn temporary(path: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    let mut temporary = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    temporary.as_file_mut().write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// The disk, or leave to write on it, is missing.
fn undone(path: &Path, error: &std::io::Error) -> Failure {
    unwritten(path, format!("{error}; nothing was changed: make room or get leave to write there, then run it again"))
}

fn unwritten(path: &Path, why: impl std::fmt::Display) -> Failure {
    bad_request(format!("cannot write {}: {why}", path.display()))
}

/// Another person's file stays theirs where the system lets us.
#[cfg(unix)]
fn keep_owner(temporary: &NamedTempFile, metadata: &std::fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(temporary.as_file(), Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &NamedTempFile, _: &std::fs::Metadata) {}

/// Temporary files are private; a new source file is not. It gets its folder's permissions, without those to execute.
#[cfg(unix)]
fn open_to_others(temporary: &NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = temporary.path().parent().map(std::fs::metadata).transpose()?;
    let mode = folder.map_or(0o644, |folder| folder.permissions().mode() & 0o666 | 0o600);
    temporary.as_file().set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_others(_: &NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::ActionId;
    use crate::config::Config;
    use crate::engine::{Change, Engine, Task};
    use crate::syntax::Language;

    #[cfg(unix)]
    #[test]
    fn keeps_permissions_and_links() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.py"), folder.path().join("b.py"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o750)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace_file(&link, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn leaves_a_read_only_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.py");
        std::fs::write(&file, "old").unwrap();
        let mut permissions = std::fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&file, permissions).unwrap();
        let failure = replace_file(&file, "new").unwrap_err();
        assert!(failure.message.contains("read-only"), "{}", failure.message);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
    }

    /// A checked edit of `double` in this text.
    fn edit(text: &str) -> ValidatedEdit {
        let document = Document::new(Language::by_id("python").unwrap(), text, None);
        let at = text.find("double").unwrap();
        let task = Task::new("t", ActionId::Refactor, document, at..at);
        let outcome = Engine::new(Config::default()).replay(&task, "def double(x):\n    return x * 2\n", None);
        match outcome.result {
            Ok(Change::Edit { edit, .. }) => *edit,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn merges_what_happened_elsewhere_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.py");
        let edit = edit("import os\n\n\ndef double(x):\n    return x + x\n");
        std::fs::write(&file, "import re\n\n\ndef double(x):\n    return x + x\n").unwrap();
        write(&edit, &file, false).unwrap();
        let written = std::fs::read_to_string(&file).unwrap();
        assert_eq!(written, "import re\n\n\ndef double(x):\n    return x * 2\n");
    }

    #[test]
    fn leaves_a_file_alone_whose_code_changed_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.py");
        let edit = edit("def double(x):\n    return x + x\n");
        let now = "def double(x):\n    return 3 * x\n";
        std::fs::write(&file, now).unwrap();
        assert_eq!(write(&edit, &file, false).unwrap_err().code, ReasonCode::Stale);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), now);
        std::fs::remove_file(&file).unwrap();
        assert!(write(&edit, &file, false).unwrap_err().message.contains("cannot write"));
    }

    #[test]
    fn creates_folders_but_never_over_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tests/test_a.py");
        create_file(&file, "one").unwrap();
        assert_eq!(create_file(&file, "two").unwrap_err().code, ReasonCode::Stale);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one");
    }
}
