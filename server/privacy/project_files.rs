//! The files of a project, as far as git and the other lists of ignored files leave them in. Opens none of them but those lists.

use std::path::{Path, PathBuf};
use std::time::Instant;

use ignore::{DirEntry, WalkBuilder};

/// Folders of other people's code, wherever they lie.
const FOREIGN: [&str; 4] = ["node_modules", "__pycache__", "site-packages", "bower_components"];
/// Files by which a folder says that programs fill it.
const MARKS: [&str; 2] = ["CACHEDIR.TAG", "pyvenv.cfg"];

/// Regular files below `root`, at most `most`, as far as they are found before `until`. Left out are hidden ones, those that git,
/// an `.ignore` or a `.graftignore` leaves out, what links lead to, and folders of packages and build results.
pub fn project_files(root: &Path, most: usize, until: Option<Instant>) -> Vec<PathBuf> {
    let mut walk = WalkBuilder::new(root);
    walk.add_custom_ignore_filename(".graftignore").follow_links(false).same_file_system(true).filter_entry(is_own);
    let in_time = |_: &Result<DirEntry, ignore::Error>| until.is_none_or(|until| Instant::now() < until);
    let entries = walk.build().take_while(in_time).flatten();
    let regular = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    regular.take(most).map(DirEntry::into_path).collect()
}

fn is_own(entry: &DirEntry) -> bool {
    let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
    let foreign = || FOREIGN.iter().any(|name| entry.file_name() == *name);
    !is_folder || !foreign() && !MARKS.iter().any(|mark| entry.path().join(mark).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_or_somebody_else_s_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            (".git/HEAD", ""),
            (".gitignore", "gone.rs\n"),
            (".graftignore", "secret/\n"),
            ("a.rs", ""),
            ("gone.rs", ""),
            ("secret/b.rs", ""),
            ("node_modules/c.js", ""),
            ("out/CACHEDIR.TAG", ""),
            ("out/d.rs", ""),
            ("src/e.rs", ""),
            (".hidden/f.rs", ""),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let inside = |path: PathBuf| path.strip_prefix(folder.path()).unwrap().to_string_lossy().replace('\\', "/");
        let mut found: Vec<String> = project_files(folder.path(), 99, None).into_iter().map(inside).collect();
        found.sort();
        assert_eq!(found, ["a.rs", "src/e.rs"]);
        assert_eq!(project_files(folder.path(), 1, None).len(), 1);
        assert!(project_files(folder.path(), 99, Some(Instant::now())).is_empty());
    }
}
