//! What git leaves out, and what a `.graftignore` names, by gitignore's rules. Reads those files and no others; remembers them
//! until they change. One that cannot be read is taken to mean everything.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};

/// In bytes: far more than any list; a project's file may be anything.
const LONGEST: u64 = 1 << 20;
/// Lists that are remembered.
const MOST: usize = 512;
/// File names that differ only in case are the same file where these systems keep them.
const CASELESS: bool = cfg!(any(windows, target_os = "macos"));

/// The lists that were read so far. One for a process.
#[derive(Debug, Default)]
pub struct IgnoreFiles {
    known: Mutex<HashMap<Identity, (Stamp, Arc<List>)>>,
    excludes: OnceLock<Option<PathBuf>>,
}

/// A list, and the folder that its patterns start at.
type Identity = (PathBuf, PathBuf);

/// When a file was last written, and its length in bytes.
type Stamp = (Option<SystemTime>, u64);

/// What names a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ignored {
    /// The list.
    pub(super) file: PathBuf,
    /// Its line; nothing where it cannot be read.
    pub(super) pattern: Option<String>,
}

#[derive(Debug)]
enum List {
    Patterns(PathBuf, Gitignore),
    Unreadable(PathBuf),
}

impl IgnoreFiles {
    /// The user's own list of what git ignores everywhere: what git's settings name, else the usual place.
    pub(super) fn excludes(&self) -> Option<&Path> {
        self.excludes.get_or_init(gitconfig_excludes_path).as_deref()
    }

    /// What makes git leave a file out: its work tree's `.gitignore` files and `info/exclude`, and the user's own `excludes`.
    pub(super) fn by_git(&self, path: &Path, excludes: Option<&Path>) -> Option<Ignored> {
        let root = path.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
        let own = [common_folder(root).map(|folder| folder.join("info/exclude")), excludes.map(Path::to_owned)];
        let own = own.into_iter().flatten().filter_map(|file| self.list(&file, root, CASELESS)).collect();
        self.decide(path, root, ".gitignore", own, CASELESS)
    }

    /// What names a file in a `.graftignore`, in any folder above it.
    pub(super) fn by_graft(&self, path: &Path) -> Option<Ignored> {
        self.decide(path, path.ancestors().last()?, ".graftignore", Vec::new(), true)
    }

    /// Goes down from `root`: what lies in an ignored folder is ignored, whatever is said further down. Lists further down count
    /// before those above; `last` come after all of them.
    fn decide(&self, path: &Path, root: &Path, name: &str, last: Vec<Arc<List>>, caseless: bool) -> Option<Ignored> {
        let mut lists = last;
        let mut folders: Vec<&Path> = path.ancestors().take_while(|place| place.starts_with(root)).collect();
        folders.reverse();
        for pair in folders.windows(2) {
            let [folder, place] = pair else { continue };
            lists.extend(self.list(&folder.join(name), folder, caseless));
            let decided = lists.iter().rev().find_map(|list| list.names(place, *place != path));
            if let Some(Some(ignored)) = decided {
                return Some(ignored);
            }
        }
        None
    }

    /// The list of a file, whose patterns start at `root`; nothing where there is no such file.
    fn list(&self, file: &Path, root: &Path, caseless: bool) -> Option<Arc<List>> {
        let stamp = match fs::metadata(file) {
            // A pipe would keep its reader waiting.
            Ok(found) if !found.is_file() => return Some(Arc::new(List::Unreadable(file.to_owned()))),
            Ok(found) => (found.modified().ok(), found.len()),
            Err(error) if error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::NotADirectory => {
                return None;
            }
            Err(_) => return Some(Arc::new(List::Unreadable(file.to_owned()))),
        };
        let key = (file.to_owned(), root.to_owned());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, list)) = known.get(&key).filter(|(then, _)| *then == stamp) {
            return Some(list.clone());
        }
        let list = Arc::new(List::read(file, root, caseless));
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, (stamp, list.clone()));
        Some(list)
    }
}

impl List {
    fn read(file: &Path, root: &Path, caseless: bool) -> List {
        let patterns = || -> Option<Gitignore> {
            let text = text(file)?;
            let mut builder = GitignoreBuilder::new(root);
            builder.case_insensitive(caseless).ok()?;
            for line in text.trim_start_matches('\u{feff}').lines() {
                // A line that is no pattern means nothing, as with git.
                let _ = builder.add_line(None, line);
            }
            builder.build().ok()
        };
        match patterns() {
            Some(patterns) => List::Patterns(file.to_owned(), patterns),
            None => List::Unreadable(file.to_owned()),
        }
    }

    /// What the list says of a place: that it is ignored, that it is not, or nothing.
    fn names(&self, place: &Path, is_folder: bool) -> Option<Option<Ignored>> {
        match self {
            List::Unreadable(file) => Some(Some(Ignored { file: file.clone(), pattern: None })),
            List::Patterns(file, patterns) => match patterns.matched(place, is_folder) {
                Match::None => None,
                Match::Whitelist(_) => Some(None),
                Match::Ignore(glob) => {
                    Some(Some(Ignored { file: file.clone(), pattern: Some(glob.original().to_owned()) }))
                }
            },
        }
    }
}

/// The text of a regular file that is no longer than a list.
fn text(file: &Path) -> Option<String> {
    // A pipe would keep its reader waiting.
    if !fs::metadata(file).is_ok_and(|found| found.is_file()) {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(file).ok()?.take(LONGEST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= LONGEST).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// The folder in which git keeps what all work trees of a repository share.
fn common_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let named = text(&git)?;
    let own = root.join(named.trim().strip_prefix("gitdir:")?.trim());
    let common = text(&own.join("commondir")).map(|common| own.join(common.trim()));
    Some(common.unwrap_or(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(files: &[(&str, &str)]) -> Tree {
            let tree = Tree(tempfile::tempdir().unwrap());
            for (path, text) in files {
                let path = tree.path(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            tree
        }

        fn path(&self, inside: &str) -> PathBuf {
            self.0.path().join(inside)
        }

        fn git(&self, inside: &str) -> Option<String> {
            IgnoreFiles::default().by_git(&self.path(inside), None).and_then(|ignored| ignored.pattern)
        }

        fn graft(&self, inside: &str) -> Option<String> {
            IgnoreFiles::default().by_graft(&self.path(inside)).and_then(|ignored| ignored.pattern)
        }
    }

    #[test]
    fn knows_what_git_leaves_out() {
        let tree = Tree::new(&[
            (".gitignore", "*.private.py\n/out/\n!/out/kept.py\nlib/*\n!lib/open.py\n"),
            ("src/.gitignore", "!b.private.py\n"),
            (".git/info/exclude", "mine.py\n"),
        ]);
        for (path, pattern) in [
            ("a.private.py", Some("*.private.py")),
            ("src/a.private.py", Some("*.private.py")),
            ("src/b.private.py", None),
            ("out/kept.py", Some("/out/")),
            ("src/out/x.py", None),
            ("lib/open.py", None),
            ("lib/shut.py", Some("lib/*")),
            ("src/mine.py", Some("mine.py")),
            ("src/x.py", None),
        ] {
            assert_eq!(tree.git(path).as_deref(), pattern, "{path}");
        }
    }

    #[test]
    fn outside_a_work_tree_git_says_nothing_and_graft_does() {
        let tree =
            Tree::new(&[(".gitignore", "*\n"), (".graftignore", "Drafts/\n"), ("a/.graftignore", "*.py\n!b.py\n")]);
        assert_eq!(tree.git("x.py"), None);
        for (path, pattern) in
            [("drafts/x.py", Some("Drafts/")), ("a/x.py", Some("*.py")), ("a/B.py", None), ("x.py", None)]
        {
            assert_eq!(tree.graft(path).as_deref(), pattern, "{path}");
        }
    }

    #[test]
    fn a_list_of_the_user_s_own_counts_everywhere_and_a_linked_work_tree_shares_one() {
        let tree = Tree::new(&[
            ("home/ignore", "*.todo.py\n"),
            ("main/.git/info/exclude", "mine.py\n"),
            ("main/.git/worktrees/w/commondir", "../..\n"),
            ("w/.git", "gitdir: ../main/.git/worktrees/w\n"),
        ]);
        let excludes = tree.path("home/ignore");
        let found = IgnoreFiles::default().by_git(&tree.path("w/a.todo.py"), Some(&excludes)).unwrap();
        assert_eq!((found.file, found.pattern.as_deref()), (excludes, Some("*.todo.py")));
        assert_eq!(tree.git("w/mine.py").as_deref(), Some("mine.py"));
    }

    #[test]
    fn a_list_that_changes_counts_as_it_is_now_and_one_that_cannot_be_read_means_everything() {
        let tree = Tree::new(&[(".git/HEAD", ""), (".gitignore", "a.py\n")]);
        let ignores = IgnoreFiles::default();
        let of = |name: &str| ignores.by_git(&tree.path(name), None).is_some();
        assert_eq!((of("a.py"), of("b.py")), (true, false));
        fs::write(tree.path(".gitignore"), "other.py\nb.py\n").unwrap();
        assert_eq!((of("a.py"), of("b.py")), (false, true));
        fs::write(tree.path(".gitignore"), "#".repeat(2 << 20)).unwrap();
        assert!(of("a.py"));
    }
}
