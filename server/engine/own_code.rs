//! The user's own code as the engine knows it: which files are read and when they are read anew, off the threads that answer, and
//! what may be shown of them. No question waits for it unless who asks says so; nothing of it leaves the machine.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::own_code_reading::{Reading, is_let_in, volume};
use super::{Engine, Task};
use crate::config::{Config, PrivacyClass};
use crate::own_code::{Agreement, Ask, Found, Index, is_readable};
use crate::privacy::{Verdict, find};
use crate::syntax::Document;

/// Projects whose code is remembered.
const MOST_PROJECTS: usize = 4;
/// How long the files of the disk count as read: other programs write there too.
const LASTS: Duration = Duration::from_secs(600);
/// The longest time that reading them takes; what was not reached is left out.
const LONGEST_READING: Duration = Duration::from_secs(30);
/// A document that is shorter is taken in at once: that takes less than half a millisecond.
const SHORT: usize = 48 * 1024;

/// All projects.
#[derive(Debug, Default)]
pub(super) struct OwnCode(Mutex<Vec<(Option<PathBuf>, Arc<Project>)>>);

/// One project's code.
#[derive(Debug)]
pub(super) struct Project(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    /// Whose privacy settings let the files in.
    config: Arc<Config>,
    index: Arc<Index>,
    pub(super) read: Option<Instant>,
    pub(super) is_reading: bool,
    /// The version of each open document that was taken in.
    pub(super) versions: HashMap<PathBuf, Option<i32>>,
}

impl OwnCode {
    /// The code of a project under a config; under another one it is read anew.
    fn project(&self, root: Option<&Path>, config: &Arc<Config>) -> Arc<Project> {
        let mut projects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = projects.iter().position(|(other, _)| other.as_deref() == root).map(|at| projects.remove(at).1);
        let known = known.filter(|project| Arc::ptr_eq(&project.lock().config, config));
        let project = known.unwrap_or_else(|| {
            Arc::new(Project(Mutex::new(State {
                config: config.clone(),
                index: Arc::default(),
                read: None,
                is_reading: false,
                versions: HashMap::new(),
            })))
        });
        projects.insert(0, (root.map(Path::to_owned), project.clone()));
        projects.truncate(MOST_PROJECTS);
        project
    }
}

impl Project {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the files of the disk are to be read too; nothing where somebody reads already, or nothing is new.
    fn begin(&self, open: &[(PathBuf, Document)], is_new: bool) -> Option<bool> {
        let mut state = self.lock();
        let is_due = state.read.is_none_or(|read| read.elapsed() > LASTS);
        let changed = open.iter().any(|(path, document)| state.versions.get(path) != Some(&document.version()));
        let begins = !state.is_reading && (is_due || changed || is_new);
        state.is_reading |= begins;
        begins.then_some(is_due)
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Index)) {
        let mut state = self.lock();
        let mut index = (*state.index).clone();
        change(&mut index);
        state.index = Arc::new(index);
    }
}

/// A cursor in a document with `\n` line ends.
pub(super) struct At<'a> {
    pub(super) task: &'a Task,
    pub(super) config: &'a Arc<Config>,
    /// The task's document, without what an editor's list has selected.
    pub(super) document: &'a Document,
    /// The same with it, and the cursor in bytes.
    pub(super) place: (&'a Document, usize),
    pub(super) privacy: &'a Verdict,
    /// How long the question may wait for files to be read the first time; nothing means not at all.
    pub(super) patience: Option<Duration>,
}

impl Engine {
    /// How the line goes on by the user's own code, where that agrees, and where it stands.
    pub(super) async fn rest_by_own_code(&self, at: &At<'_>) -> Option<Found> {
        let root = at.task.workspace.root.as_deref();
        let project = self.own_code.project(root, at.config);
        let is_new = take_in(&project, at);
        self.keep_reading(&project, at, is_new).await;
        let (document, offset) = at.place;
        let index = project.lock().index.clone();
        let ask = Ask { path: at.task.path.as_deref(), text: document.source(), offset };
        let found = index.rest_of_line(&ask, &Agreement::default())?;
        let shows_secret = !find(&found.rest).is_empty();
        (!shows_secret && self.may_show(&project, at, &found).await).then_some(found)
    }

    /// What was let in may have got another class since.
    async fn may_show(&self, project: &Project, at: &At<'_>, found: &Found) -> bool {
        if at.task.path.as_deref() == Some(&*found.file.path) {
            return at.privacy.class != PrivacyClass::Never;
        }
        let (config, ignores, root) = (at.config.clone(), self.ignores.clone(), at.task.workspace.root.clone());
        let path = found.file.path.clone();
        let looked = tokio::task::spawn_blocking(move || is_let_in(&path, root.as_deref(), &config, &ignores));
        let is_let_in = looked.await.unwrap_or(false);
        if !is_let_in {
            project.lock().index = Arc::default();
            project.lock().read = None;
        }
        is_let_in
    }

    /// Reads what is new in the background, where nobody does so already.
    async fn keep_reading(&self, project: &Arc<Project>, at: &At<'_>, is_new: bool) {
        let open = at.task.workspace.open.as_ref().map(|open| open()).unwrap_or_default();
        let Some(is_due) = project.begin(&open, is_new) else { return };
        let reading = Reading {
            project: Arc::downgrade(project),
            config: at.config.clone(),
            ignores: self.ignores.clone(),
            workspace: at.task.workspace.clone(),
            path: at.task.path.clone(),
            own: (is_new && at.privacy.class != PrivacyClass::Never).then(|| at.document.clone()),
            until: Instant::now() + at.patience.unwrap_or(LONGEST_READING),
            is_due,
        };
        let work = tokio::task::spawn_blocking(move || reading.run(&open));
        if at.patience.is_some() {
            let _ = work.await;
        }
    }
}

/// Takes in the task's own document, where that is quick; whether there is more to do.
fn take_in(project: &Project, at: &At<'_>) -> bool {
    let Some(path) = at.task.path.as_deref() else { return false };
    let text = at.document.source();
    let index = project.lock().index.clone();
    if at.privacy.class == PrivacyClass::Never {
        if index.text_of(path).is_some() {
            project.change(|index| index.forget(path));
        }
        return false;
    }
    if index.text_of(path) == Some(text) || !is_readable(text) {
        return false;
    }
    if text.len() > SHORT {
        return true;
    }
    let volume = volume(path, at.task.workspace.root.as_deref(), text);
    project.change(|index| index.open(path, volume));
    false
}
