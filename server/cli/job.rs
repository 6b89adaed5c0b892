//! One task at work: by model or from a given answer, in a task of its own so that a panic ends nothing else.

use std::ffi::OsStr;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use tokio::task::JoinSet;

use super::place::Place;
use super::settings::{self, Settings};
use super::source::Source;
use super::{bad_request, output};
use crate::actions::ActionId;
use crate::engine::{Engine, Failure, Outcome, Progress, Task};
use crate::route::Purpose;

/// How the answer is come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    /// From the steps of the route.
    Execute,
    /// It is here already.
    Replay {
        /// The raw answer.
        answer: String,
        /// The server's word on why it ended, where that is known.
        finish_reason: Option<String>,
    },
}

/// An action at a place of a file, under the settings of its project; with it, what diffs call the file.
pub(super) fn at_place(action: ActionId, target: &OsStr, flags: &[String]) -> Result<(Task, String), Failure> {
    let place = Place::parse(target, Path::is_file);
    let Source { document, path, label, workspace } = Source::read(&place.file)?;
    let range = place.range(document.text()).map_err(|why| bad_request(format!("{}: {why}", place.file.display())))?;
    let folder = settings::project_folder(&path, workspace.root.as_deref());
    let config = Settings::new(flags).config(folder.as_deref())?;
    let task = Task::new(new_task_id(), action, document, range);
    // As it was typed: a link counts by its own name too.
    let names = std::path::absolute(&place.file).into_iter().collect();
    Ok((Task { path: Some(path), names, workspace, config: Some(config), ..task }, label))
}

/// The task as it would be done, for who only wants to know: where nothing is configured, this machine is looked at, and what was
/// found is said.
pub(super) fn with_found(engine: &Engine, task: Task, purpose: Purpose) -> Task {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return task };
    let (task, found) = runtime.block_on(engine.with_found(task, purpose));
    found.iter().for_each(|found| tell_found(found));
    task
}

/// Says which models were found in place of configured ones.
pub(super) fn tell_found(found: &str) {
    output::say(&format!("nothing is configured: {found}; `graft-ls config init` keeps it"));
}

/// Does the work on the runtime that this is called from. Dropping the future cancels a model's call. A panic becomes a
/// failure; its text has gone to stderr.
pub(super) async fn perform(
    engine: Engine,
    task: Task,
    work: Work,
    mut observe: impl FnMut(Progress) + Send + 'static,
) -> Result<Outcome, Failure> {
    let mut set = JoinSet::new();
    match work {
        Work::Execute => set.spawn(async move { engine.execute(&task, &mut observe).await }),
        Work::Replay { answer, finish_reason } => {
            set.spawn_blocking(move || engine.replay(&task, &answer, finish_reason.as_deref()))
        }
    };
    first(set).await
}

async fn first<T: 'static>(mut set: JoinSet<T>) -> Result<T, Failure> {
    match set.join_next().await {
        Some(Ok(done)) => Ok(done),
        _ => Err(broken()),
    }
}

/// What is said of a panic.
pub(super) fn broken() -> Failure {
    bad_request("graft-ls itself failed on this task; please report it with the file and the command")
}

/// An identity for a task that no other task has.
pub(super) fn new_task_id() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::time::SystemTime::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure() {
        let mut set = JoinSet::new();
        set.spawn_blocking(|| panic!("on purpose"));
        assert_eq!(first::<()>(set).await, Err(broken()));
    }

    #[test]
    fn identities_differ() {
        assert_ne!(new_task_id(), new_task_id());
    }
}
