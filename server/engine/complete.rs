//! Inline completion from cursor to suggestion: the place, the chain, the hole, one stream that is closed as soon as the answer is
//! complete. Refuses a second question to the same model, and to save anything.

use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::completion_answer::Question;
use super::completion_context::Context;
use super::completion_disclosure::search;
use super::run::{internal, no_route};
use super::{Attempt, Engine, Failure, RouteTaken, Suggestions, Task};
use crate::config::Config;
use crate::inline_completion::{Place, Selected, Trigger};
use crate::privacy::Verdict;
use crate::route::check_name;
use crate::validate::Baseline;

/// What is asked at a cursor, beyond the task that names the document and the place.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Who asks.
    pub trigger: Trigger,
    /// What the editor's list has selected.
    pub selected: Option<Selected>,
    /// How long a model is left alone from now on: who types on meanwhile asks anew. What needs no model is done at once.
    pub pause: Duration,
    /// How long it may wait for the project's own code to be read; nothing means that this is done in the background.
    pub patience: Option<Duration>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The suggestion; or why there is none, where that is no failure; or the failure.
    pub result: Result<Suggested, Failure>,
    /// The chain that was to be tried.
    pub route: RouteTaken,
    /// Every model that was asked, in order.
    pub attempts: Vec<Attempt>,
    /// Secrets inside the code that were hidden from a model in a cloud: what they are, and their lines.
    pub masked: Vec<String>,
    /// What is to be told besides, each for the first time: of the day's budget, and of prices that nobody knows.
    pub warnings: Vec<String>,
    /// From start to end.
    pub duration: Duration,
}

/// What is noted on the way to an answer.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) route: RouteTaken,
    pub(super) attempts: Vec<Attempt>,
    pub(super) masked: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// A success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggested {
    /// Text for a place.
    Text(Suggestions),
    /// Nothing that is worth showing; a sentence that says why.
    Nothing(String),
}

pub(super) async fn complete(engine: &Engine, task: &Task, wanted: &Wanted) -> Completion {
    let started = Instant::now();
    let mut notes = Notes::default();
    let result = suggested(engine, task, wanted, started, &mut notes).await;
    notes.warnings.extend(engine.statistics.complaint());
    let Notes { route, attempts, masked, warnings } = notes;
    Completion { result, route, attempts, masked, warnings, duration: started.elapsed() }
}

async fn suggested(
    engine: &Engine,
    task: &Task,
    wanted: &Wanted,
    started: Instant,
    notes: &mut Notes,
) -> Result<Suggested, Failure> {
    let begun = tokio::time::Instant::now();
    let config = engine.config_of(task);
    if !config.discover {
        check_name(&config, task.model.as_deref()).map_err(no_route)?;
    }
    let baseline = Baseline::unparsed(&task.document);
    let place = match permitted_place(&baseline, task, &config, wanted) {
        Ok(place) => place,
        Err(quiet) => return Ok(Suggested::Nothing(quiet)),
    };
    // Who types on would have it done for nothing.
    let is_asked = wanted.pause.is_zero() && !engine.cache.may_know(&place);
    let looking = look(engine, task, &config, is_asked);
    let searching = is_asked.then(|| search(engine, baseline.document(), &config));
    if is_asked {
        place.closest();
    }
    let (verdict, others) = looking.await.map_err(|_| internal())?;
    if let Some(searching) = searching.flatten() {
        searching.await.map_err(|_| internal())?;
    }
    notes.route.privacy = verdict.class;
    let question =
        Question { engine, task, wanted, config, baseline, place, verdict, others: Mutex::new(others), started, begun };
    match question.remembered() {
        Some(suggested) => Ok(suggested),
        None => question.answer(notes).await,
    }
}

/// Begins to look up what the disk has to say, off the threads that answer: the document's class and, where they are wanted, the other
/// files' declarations.
pub(super) fn look(
    engine: &Engine,
    task: &Task,
    config: &Arc<Config>,
    wants_others: bool,
) -> JoinHandle<(Verdict, Option<Context>)> {
    let (engine, task, config) = (engine.clone(), task.clone(), config.clone());
    tokio::task::spawn_blocking(move || {
        let others = || engine.context_of_others(&task, &config);
        (engine.verdict(&task, &config), wants_others.then(others))
    })
}

/// The place, where the settings let anything be shown there; the sentence says why not.
pub(super) fn permitted_place(
    baseline: &Baseline,
    task: &Task,
    config: &Config,
    wanted: &Wanted,
) -> Result<Place, String> {
    let place = place(baseline, task, wanted)?;
    match place.permitted(&config.completion, wanted.trigger) {
        Ok(()) => Ok(place),
        Err(quiet) => Err(quiet.to_string()),
    }
}

/// What the runtime's clock is late by: it ticks once in a millisecond, and rounds up.
const TICK: Duration = Duration::from_millis(1);

/// Ends then; at once where that has been, without a turn of the clock.
pub(super) async fn pause_until(then: tokio::time::Instant) {
    let until = then - TICK;
    if until > tokio::time::Instant::now() {
        tokio::time::sleep_until(until).await;
    }
}

/// The cursor in the twin with `\n` line ends.
pub(super) fn place_in(baseline: &Baseline, task: &Task) -> Range<usize> {
    let at = baseline.normal_range(task.range.clone()).end;
    at..at
}

/// The place; the sentence says why nothing is wanted there.
fn place(baseline: &Baseline, task: &Task, wanted: &Wanted) -> Result<Place, String> {
    let document = baseline.document();
    let place = match &wanted.selected {
        None => Place::of(document, place_in(baseline, task).end, wanted.trigger),
        Some(Selected { range, text }) => {
            let range = baseline.normal_range(range.clone());
            let with = document.edited(range.clone(), text, None);
            Place::of(&with, range.start + text.len(), wanted.trigger)
        }
    };
    place.map_err(|quiet| quiet.to_string())
}
