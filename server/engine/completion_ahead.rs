//! What comes after a suggestion that was just taken, asked for before anybody asks. One such question at a time, of a server of the
//! user's own that has nothing else to do; refuses to keep anybody waiting, and to count what nobody was shown.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::complete::{Notes, Wanted, look, permitted_place};
use super::completion_answer::Question;
use super::completion_cache::{Said, UNSHOWN, hash};
use super::completion_step::Answered;
use super::{Engine, Source, Suggestion, Task};
use crate::config::Ownership;
use crate::inline_completion::{Finished, Trigger};
use crate::route::{Step, route};
use crate::syntax::Document;
use crate::text::{IndentUnit, detect_unit, leading_whitespace};
use crate::validate::Baseline;

/// Suggestions that may be taken next.
const MOST_OPEN: usize = 4;

/// What may be asked for ahead, and what is.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// By the suggestion that has to be taken first: the task as it will be then. The latest first.
    open: Mutex<VecDeque<(u64, Task)>>,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    key: u64,
    /// Closed when it is over.
    over: watch::Receiver<()>,
    task: AbortHandle,
}

impl Ahead {
    /// A suggestion is shown.
    pub(super) fn shown(&self, task: &Task, suggestion: &Suggestion) {
        let document = task.document.edited(suggestion.range.clone(), &suggestion.text, None);
        let (document, at) = goes_on(&document, suggestion.range.start + suggestion.text.len());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_front((suggestion.id, Task { document, range: at..at, ..task.clone() }));
        open.truncate(MOST_OPEN);
    }

    /// A suggestion is taken: what was open is of no use any more, and the next question is asked.
    pub(super) fn taken(&self, engine: &Engine, suggestion: u64) {
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        let Some((_, task)) = open.into_iter().find(|(id, _)| *id == suggestion) else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        let (ends, over) = watch::channel(());
        let (engine, key) = (engine.clone(), key(&task));
        let task = runtime.spawn(async move {
            let _ends = ends;
            ask(&engine, &task).await;
        });
        self.replace(Some(Running { key, over, task: task.abort_handle() }));
    }

    /// Waits for what is asked for at the same place; what is asked for elsewhere is over. Whether there was something to wait for.
    pub(super) async fn waited_for(&self, task: &Task) -> bool {
        let over = {
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(running) = running.as_ref() else { return false };
            (running.key == key(task)).then(|| running.over.clone())
        };
        match over {
            Some(mut over) => while over.changed().await.is_ok() {},
            None => {
                self.replace(None);
                return false;
            }
        }
        true
    }

    fn replace(&self, new: Option<Running>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = std::mem::replace(&mut *running, new) {
            old.task.abort();
        }
    }
}

/// Where somebody types next who has taken a suggestion up to byte `at`: there, or where it ends its line on a new one, indented as
/// editors do.
fn goes_on(document: &Document, at: usize) -> (Document, usize) {
    let line = document.slice(document.line_start(at)..at);
    let rest = document.slice(at..document.source().len()).lines().next().unwrap_or_default();
    if line.trim().is_empty() || !rest.trim().is_empty() {
        return (document.clone(), at);
    }
    let deeper = line.trim_end().ends_with(['{', '(', '[', ':']);
    let unit = if deeper { detect_unit(document.source()).map(IndentUnit::text) } else { None };
    let end = if document.has_returns() { "\r\n" } else { "\n" };
    let new = format!("{end}{}{}", leading_whitespace(line), unit.unwrap_or_default());
    (document.edited(at..at, &new, None), at + new.len())
}

/// What tells questions apart.
fn key(task: &Task) -> u64 {
    hash(task.document.source()).wrapping_add(task.range.end as u64)
}

async fn ask(engine: &Engine, task: &Task) -> Option<()> {
    let wanted = Wanted { trigger: Trigger::Automatic, ..Wanted::default() };
    let config = engine.config_of(task);
    let baseline = Baseline::unparsed(&task.document);
    let place = permitted_place(&baseline, task, &config, &wanted).ok()?;
    if engine.cache.may_know(&place) {
        return None;
    }
    let (verdict, others) = look(engine, task, &config, true).await.ok()?;
    let (started, begun) = (Instant::now(), tokio::time::Instant::now());
    let others = Mutex::new(others);
    let question = Question { engine, task, wanted: &wanted, config, baseline, place, verdict, others, started, begun };
    let chain = route(&question.config, &question.facts(), task.model.as_deref()).ok()?;
    let steps = question.allowed(&question.config, &chain.steps)?;
    let model = steps.into_iter().find_map(|step| match step {
        Step::Model(model) => Some(model),
        Step::Builtin => None,
    })?;
    // Nobody asked for it, so nobody pays for it.
    if model.ownership() != Ownership::Mine {
        return None;
    }
    let said = question.ask(&question.config).when_idle(model, &mut Notes::default()).await?;
    let Answered::Done(Finished { text: Some(text), .. }) = said else { return None };
    let said =
        Said { id: UNSHOWN, text, step: model.name.clone(), source: Source::Model, ownership: model.ownership() };
    engine.cache.put(&question.config, &question.place, said);
    Some(())
}
