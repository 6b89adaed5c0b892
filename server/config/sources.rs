//! Where the layers stand on this machine, read anew at each call; and whether what was read is still what is there.
//! Refuses to watch: the faces know when to ask.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value as Json;

use super::discover;
use super::error::{Mistakes, Noted};
use super::files::{self, ConfigFile};
use super::layers::{Layers, Loaded};
use super::project::PROJECT_FILE;
use super::record;
use super::trust::TrustStore;
use super::{Config, ConfigError, Place};

/// The files of one user.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The user's config file, which need not exist.
    pub user: Option<PathBuf>,
    /// Whether it has to exist, because `GRAFT_CONFIG` names it.
    pub user_is_named: bool,
    /// The folder that `GRAFT_RECORD` names.
    pub record: Option<PathBuf>,
    /// Where trusted folders are kept.
    pub trust: Option<PathBuf>,
    /// Whether the user's own list of what git ignores everywhere counts.
    pub git_excludes: bool,
    /// Where it is kept what was spent.
    pub ledger: Option<PathBuf>,
    /// Where it is kept what became of completions.
    pub statistics: Option<PathBuf>,
}

/// What is not in those files.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The editor's settings.
    pub editor: &'a Json,
    /// Options of the command line, as lines of TOML.
    pub flags: &'a [String],
    /// The project's folder.
    pub folder: Option<&'a Path>,
    /// The text of a config file that an editor has open, in place of what is on disk.
    pub unsaved: Option<(&'a Path, &'a str)>,
}

impl Default for Said<'_> {
    fn default() -> Self {
        Said { editor: &Json::Null, flags: &[], folder: None, unsaved: None }
    }
}

/// A config or its mistakes, and which state of which files it was made of.
#[derive(Debug, Clone)]
pub struct Loading {
    /// The state of the files.
    pub stamps: Stamps,
    /// The config files that were looked for, the user's first, and whether they are there.
    pub files: Vec<(PathBuf, bool)>,
    /// What came of them.
    pub result: Result<Loaded, Mistakes>,
}

impl From<Result<Config, Mistakes>> for Loading {
    fn from(result: Result<Config, Mistakes>) -> Loading {
        Loading { stamps: Stamps::default(), files: Vec::new(), result: result.map(Loaded::from) }
    }
}

impl Sources {
    /// Those of the user who runs this, by the environment and the platform's rules.
    pub fn of_this_machine() -> Sources {
        Sources {
            user: files::user_config_path(),
            user_is_named: files::user_config_is_named(),
            record: record::named_by_environment(),
            trust: files::trust_file_path(),
            git_excludes: true,
            ledger: files::ledger_path(),
            statistics: files::statistics_path(),
        }
    }

    /// Reads everything and makes one config of it.
    pub fn load(&self, said: &Said<'_>) -> Loading {
        let project_path = said.folder.map(|folder| folder.join(PROJECT_FILE));
        let paths = [self.user.as_ref(), project_path.as_ref(), self.trust.as_ref()];
        // Before reading: what changes meanwhile is seen the next time.
        let stamps = Stamps::of(paths.into_iter().flatten());
        let noted = Noted::default();
        if let Err(mistake) = discover::places_of_environment() {
            noted.note(mistake);
        }
        let user = self.user.as_ref().and_then(|path| self.read(path, said, self.user_is_named, &noted));
        let project = project_path.as_ref().and_then(|path| self.read(path, said, false, &noted));
        let trust = TrustStore::read(self.trust.clone());
        let layers = Layers {
            user: user.as_ref(),
            folder: said.folder,
            project: project.as_ref(),
            editor: said.editor,
            record: self.record.as_deref(),
            flags: said.flags,
            trust: &trust,
        };
        let unread = noted.unless_mistaken(());
        let result = match (unread, layers.load()) {
            (Ok(()), loaded) => loaded,
            (Err(unread), Ok(_)) => Err(unread),
            (Err(Mistakes(mut all)), Err(Mistakes(more))) => {
                all.extend(more);
                Err(Mistakes(all))
            }
        };
        let result = result.map(|mut loaded| {
            loaded.config.privacy.git_excludes = self.git_excludes;
            loaded.config.budget.ledger = self.ledger.clone();
            let statistics = &mut loaded.config.completion.statistics;
            *statistics = std::mem::take(statistics).placed(self.statistics.as_deref());
            loaded
        });
        let files = [self.user.clone(), project_path].into_iter().flatten();
        let files = files.map(|path| (path.clone(), path.exists())).collect();
        Loading { stamps, files, result }
    }

    fn read(&self, path: &Path, said: &Said<'_>, must_exist: bool, noted: &Noted) -> Option<ConfigFile> {
        if let Some((_, text)) = said.unsaved.filter(|(open, _)| *open == path) {
            return Some(ConfigFile::new(path, text.to_owned()));
        }
        let next_step = match must_exist {
            true => "GRAFT_CONFIG names it: correct or unset that variable",
            false => "make it readable or move it away",
        };
        let missing = || {
            ConfigError::new(&Place::WholeFile(path.into()), "", format!("cannot be read (there is none); {next_step}"))
        };
        let read = files::read_config_file(path, next_step);
        match read.and_then(|file| if file.is_none() && must_exist { Err(missing()) } else { Ok(file) }) {
            Ok(file) => file,
            Err(mistake) => {
                noted.note(mistake);
                None
            }
        }
    }
}

/// The project's file as it is on disk; `None` where there is none.
///
/// # Errors
/// A file that cannot be read.
pub fn project_file(folder: &Path) -> Result<Option<ConfigFile>, ConfigError> {
    files::read_config_file(&folder.join(PROJECT_FILE), "make it readable or move it away")
}

/// The state of files, those that are not there included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// When a file was last written, where the platform says, and its length in bytes.
type Stamp = (Option<SystemTime>, u64);

impl Stamps {
    fn of<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Stamps {
        Stamps(paths.map(|path| (path.clone(), stamp(path))).collect())
    }

    /// Whether the files still are as they were.
    pub fn are_current(&self) -> bool {
        self.0.iter().all(|(path, then)| stamp(path) == *then)
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    fs::metadata(path).ok().map(|file| (file.modified().ok(), file.len()))
}
