//! The config of a file's project for the command line: read once for each folder, its warnings said once. Refuses to go on
//! under settings that have mistakes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{bad_request, output};
use crate::config::{Config, Loaded, Loading, PROJECT_FILE, Said, Sources};
use crate::engine::Failure;

/// What came of reading a folder's settings.
type Known = Result<Arc<Config>, Failure>;

/// Where settings come from in this run.
pub(super) struct Settings {
    sources: Sources,
    flags: Vec<String>,
    read: Mutex<HashMap<Option<PathBuf>, Known>>,
    /// What has been said of them.
    said: Mutex<HashSet<String>>,
}

impl Settings {
    pub(super) fn new(flags: &[String]) -> Settings {
        Settings {
            sources: Sources::of_this_machine(),
            flags: flags.to_vec(),
            read: Mutex::default(),
            said: Mutex::default(),
        }
    }

    /// Reads the settings for a project's folder anew.
    pub(super) fn load(&self, folder: Option<&Path>) -> Loading {
        self.sources.load(&Said { flags: &self.flags, folder, ..Said::default() })
    }

    /// The config for a project's folder; what is to be said of it has been said.
    pub(super) fn config(&self, folder: Option<&Path>) -> Known {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read.entry(folder.map(Path::to_owned)).or_insert_with(|| match self.load(folder).result {
            Ok(Loaded { config, warnings, .. }) => {
                let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
                for warning in warnings.into_iter().filter(|warning| said.insert(warning.clone())) {
                    output::say(&warning);
                }
                Ok(Arc::new(config))
            }
            Err(mistakes) => Err(bad_request(mistakes.sentence())),
        });
        known.clone()
    }
}

/// The folder whose file counts for a path: the nearest above it that has one, up to the root, else the root.
pub(super) fn project_folder(path: &Path, root: Option<&Path>) -> Option<PathBuf> {
    let within = |folder: &&Path| root.is_some_and(|root| folder.starts_with(root));
    let found = path.ancestors().take_while(within).find(|folder| folder.join(PROJECT_FILE).exists());
    found.or(root).map(Path::to_owned)
}

/// The folder whose file counts for the current folder.
pub(super) fn current_folder() -> Option<PathBuf> {
    let here = std::fs::canonicalize(".").ok()?;
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here).to_owned();
    project_folder(&here, Some(&root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_within_the_root_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("root/a/b")).unwrap();
        std::fs::write(path(PROJECT_FILE), "").unwrap();
        let found = || project_folder(&path("root/a/b/x.py"), Some(&path("root")));
        assert_eq!(found(), Some(path("root")));
        std::fs::write(path("root/a").join(PROJECT_FILE), "").unwrap();
        assert_eq!(found(), Some(path("root/a")));
        assert_eq!(project_folder(&path("x.py"), None), None);
    }
}
