//! All that a file is called: by whoever named it, by the links on the way, by the disk. Refuses to read a file.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::FileNames;
use crate::config::PROJECT_FILE;

/// Longer chains of links are loops.
const MOST_LINKS: usize = 40;

/// One name of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Absolute, without `.` and `..`; nothing for a text that was never saved.
    path: Option<PathBuf>,
    /// In lower case, with `/`.
    whole: String,
    /// How much of `whole` stands before what globs look at, for each folder that may be the project's root, in bytes.
    roots: Vec<usize>,
}

/// The names of a file: each path as it was given, each link on the way, and where it really lies.
pub(super) fn all(file: &FileNames<'_>) -> Vec<Name> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for given in file.path.into_iter().chain(file.others.iter().map(PathBuf::as_path)) {
        for path in links(normal(given)) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    let roots: Vec<PathBuf> = file.root.into_iter().flat_map(|root| [normal(root), real(root)]).collect();
    let saved = paths.into_iter().map(|path| Name::of(path, &roots));
    let unsaved = file.unsaved.iter().map(|name| Name { path: None, whole: name.to_lowercase(), roots: vec![0] });
    saved.chain(unsaved).collect()
}

impl Name {
    fn of(path: PathBuf, roots: &[PathBuf]) -> Name {
        let whole = slashed(&path);
        let is_root = |folder: &&Path| {
            roots.iter().any(|root| root == folder)
                || folder.join(".git").exists()
                || folder.join(PROJECT_FILE).exists()
        };
        let mut found: Vec<&Path> = path.ancestors().skip(1).filter(is_root).collect();
        // Nobody knows where the project of a file begins that is in none, or in a folder that is not there: anywhere, then.
        if found.is_empty() || !path.parent().is_some_and(Path::exists) {
            found = path.ancestors().skip(1).collect();
        }
        let length = |folder: &Path| slashed(folder).trim_end_matches('/').len() + 1;
        let roots = found.into_iter().map(length).chain([0]).collect();
        Name { path: Some(path), whole, roots }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The whole path as globs see it.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// The path from each root, and the folders on the way: a glob that means a folder means what is in it. `folder` counts as
    /// a root too.
    pub(super) fn below(&self, folder: Option<&Path>) -> Vec<&str> {
        let own = folder.filter(|folder| self.path.as_deref().is_some_and(|path| path.starts_with(folder)));
        let own = own.map(|folder| slashed(folder).trim_end_matches('/').len() + 1);
        let inside = |start: &usize| {
            let path = self.whole.get(*start..).unwrap_or_default();
            let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
            folders.filter(|folder| !folder.is_empty()).chain([path]).collect::<Vec<_>>()
        };
        self.roots.iter().chain(&own).flat_map(inside).collect()
    }
}

/// The path, each link that its last part leads through, and where it ends up.
fn links(path: PathBuf) -> Vec<PathBuf> {
    let mut found = vec![path];
    while let Some(last) = found.last().filter(|_| found.len() < MOST_LINKS) {
        let Ok(target) = fs::read_link(last) else { break };
        let next = normal(&last.parent().unwrap_or(Path::new("")).join(target));
        found.push(next);
    }
    let real: Vec<PathBuf> = found.iter().map(|path| real(path)).collect();
    found.extend(real);
    found
}

/// Where a path really lies; as far as it exists.
fn real(path: &Path) -> PathBuf {
    for existing in path.ancestors() {
        if let Ok(real) = fs::canonicalize(existing) {
            return match path.strip_prefix(existing) {
                Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
                _ => real,
            };
        }
    }
    path.to_owned()
}

/// The path without `.` and `..`, by its text alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

/// In lower case, with `/`, as globs see it.
fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/").to_lowercase();
    // What Windows calls a path that it has looked up.
    text.strip_prefix("//?/").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wholes(path: &Path) -> Vec<String> {
        all(&FileNames { path: Some(path), ..FileNames::default() }).into_iter().map(|name| name.whole).collect()
    }

    #[test]
    fn leaves_out_dots() {
        assert_eq!(wholes(Path::new("/nowhere/src/../Billing/./x.py")), ["/nowhere/billing/x.py"]);
    }

    #[cfg(unix)]
    #[test]
    fn follows_every_link_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, root.join(name)).unwrap();
        for folder in ["src", "billing", "store"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        fs::write(root.join("store/c.py"), "").unwrap();
        link("../store/c.py", "billing/b.py");
        link("../billing/b.py", "src/a.py");
        link("src", "also");
        let names = wholes(&root.join("also/a.py"));
        let whole = |name: &str| slashed(&root.join(name));
        for name in ["also/a.py", "billing/b.py", "store/c.py"] {
            assert!(names.contains(&whole(name)), "{name}: {names:?}");
        }
        link("loop.py", "loop.py");
        assert_eq!(wholes(&root.join("loop.py")), [whole("loop.py")]);
    }

    #[test]
    fn globs_see_the_path_from_the_root_and_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("a/.git")).unwrap();
        fs::create_dir(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/c.py"), "").unwrap();
        let path = root.join("a/b/c.py");
        let names = all(&FileNames { path: Some(&path), root: Some(&root), ..FileNames::default() });
        let below = names[0].below(None);
        assert!(["b", "b/c.py", "a", "a/b", "a/b/c.py"].iter().all(|path| below.contains(path)), "{below:?}");
        assert!(!below.contains(&"c.py"), "it is no root's own: {below:?}");
        assert!(names[0].below(Some(&root.join("a/b"))).contains(&"c.py"));
        for (name, anywhere) in [("a/b/new.py", false), ("a/old/new.py", true)] {
            let path = root.join(name);
            let names = all(&FileNames { path: Some(&path), root: Some(&root), ..FileNames::default() });
            assert_eq!(names[0].below(None).contains(&"new.py"), anywhere, "{name}");
        }
    }
}
