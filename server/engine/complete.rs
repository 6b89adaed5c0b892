//! Inline completion from cursor to suggestion: the place, the chain, the hole, one stream that is closed as soon as the answer is
//! complete. Refuses a second question to the same model, and to save anything.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::completion_step::{Ask, Said};
use super::run::{no_route, verdict};
use super::{Attempt, Engine, Failure, RouteTaken, Source, Suggestion, Suggestions, Task, discovery};
use crate::config::{Model, Ownership, SecretHandling};
use crate::inline_completion::{Finished, Place, Selected, Trigger};
use crate::privacy::{Masking, find};
use crate::route::{Purpose, Step, TaskFacts, check_name, route};
use crate::syntax::Scope;
use crate::validate::{Baseline, ReasonCode};

/// What is asked at a cursor, beyond the task that names the document and the place.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Who asks.
    pub trigger: Trigger,
    /// What the editor's list has selected.
    pub selected: Option<Selected>,
    /// How long a model is left alone from now on: who types on meanwhile asks anew. What needs no model is done at once.
    pub pause: Duration,
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
    /// From start to end.
    pub duration: Duration,
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
    let mut route = RouteTaken::default();
    let mut attempts = Vec::new();
    let mut result = suggested(engine, task, wanted, &mut route, &mut attempts).await;
    if let Ok(Suggested::Text(suggestions)) = &mut result {
        let (language, waited) = (task.document.language().name, started.elapsed());
        for own in suggestions.iter_mut() {
            own.id = engine.ledger.suggested(&own.step, language, waited);
        }
    }
    Completion { result, route, attempts, duration: started.elapsed() }
}

async fn suggested(
    engine: &Engine,
    task: &Task,
    wanted: &Wanted,
    taken: &mut RouteTaken,
    attempts: &mut Vec<Attempt>,
) -> Result<Suggested, Failure> {
    let begun = tokio::time::Instant::now();
    // A first half without any work, as most keys of somebody who types are followed by the next one; the second half's work is
    // time that nobody waits for.
    pause_until(begun + wanted.pause / 2).await;
    let (config, found) =
        discovery::completed(engine, engine.config_of(task), task, Purpose::Complete, &mut |_| {}).await;
    check_name(&config, task.model.as_deref()).map_err(no_route)?;
    let baseline = Baseline::of(&task.document);
    let permitted = |place: Place| match place.permitted(&config.completion, wanted.trigger) {
        Ok(()) => Ok(place),
        Err(quiet) => Err(quiet.to_string()),
    };
    let place = match place(&baseline, task, wanted).and_then(permitted) {
        Ok(place) => place,
        Err(quiet) => return Ok(Suggested::Nothing(quiet)),
    };
    let verdict = verdict(engine, task, &config).await?;
    let document = baseline.document();
    let scope = Scope::at(document, place_in(&baseline, task)).unwrap_or_else(|| Scope::file(document));
    let facts = TaskFacts::of(Purpose::Complete, document, &scope, &[]);
    let facts = TaskFacts { path: task.path_in_project(), privacy: verdict.clone(), ..facts };
    taken.privacy = verdict.class;
    let chain = route(&config, &facts, task.model.as_deref()).map_err(no_route)?;
    taken.chain = chain.steps.iter().map(|step| step.name().to_owned()).collect();
    taken.reason = found.as_ref().map_or(chain.reason, |found| format!("nothing is configured: {found}"));
    taken.found = found;
    let secrets = match config.privacy.secrets {
        SecretHandling::Send => Vec::new(),
        _ => find(document.source()),
    };
    let masking = Masking::new(&secrets, std::iter::once(document.source()));
    let ask = Ask { engine, config: &config, place, privacy: verdict, masking };
    let mut failed = None;
    let mut models = awake_first(engine, &chain.steps);
    if wanted.trigger == Trigger::Automatic && config.routes.for_action(Purpose::Complete.as_str()).is_none() {
        // A chain that was written for jobs is no leave to send every pause in somebody's typing to a cloud.
        models.retain(|model| task.model.is_some() || model.ownership() == Ownership::Mine);
        if models.is_empty() {
            let unasked = "no model of your own in the chain; name one in routes.complete, also one of a cloud";
            return Ok(Suggested::Nothing(unasked.to_owned()));
        }
    }
    pause_until(begun + wanted.pause).await;
    for model in models {
        let (said, asked) = ask.model(model).await;
        attempts.extend(asked);
        match said {
            Said::Done(Finished { text: Some(text), .. }) => {
                let own = suggestion(&baseline, task, wanted, &ask.place, text, &model.name);
                return Ok(Suggested::Text(own.into()));
            }
            // Silence is an answer too: another model would make the person wait for a guess.
            Said::Done(_) => return Ok(Suggested::Nothing(format!("{} has nothing to add here", model.name))),
            Said::Failed { code, message, .. } => {
                failed = Some(Failure { code, message: format!("{}: {message}", model.name) })
            }
        }
    }
    Err(failed.unwrap_or_else(|| Failure {
        code: ReasonCode::NoRoute,
        message: "complete needs a model, and its chain has none; add one to routes.complete".to_owned(),
    }))
}

/// Ends then; at once where that has been, without a turn of the clock.
async fn pause_until(then: tokio::time::Instant) {
    if then > tokio::time::Instant::now() {
        tokio::time::sleep_until(then).await;
    }
}

/// The cursor in the twin with `\n` line ends.
fn place_in(baseline: &Baseline, task: &Task) -> Range<usize> {
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

fn suggestion(
    baseline: &Baseline,
    task: &Task,
    wanted: &Wanted,
    place: &Place,
    text: String,
    step: &str,
) -> Suggestion {
    let (id, step, source) = (0, step.to_owned(), Source::Model);
    match &wanted.selected {
        None => {
            let (at, text) = baseline.original_insertion(place.offset, &text);
            Suggestion { id, range: at..at, text, step, source }
        }
        Some(Selected { range, text: selected }) => {
            let (_, text) = baseline.original_insertion(place_in(baseline, task).end, &text);
            Suggestion { id, range: range.clone(), text: format!("{selected}{text}"), step, source }
        }
    }
}

/// The models of a chain, those whose servers rest at its end.
fn awake_first<'s>(engine: &Engine, steps: &'s [Step]) -> Vec<&'s Model> {
    let models = steps.iter().filter_map(|step| match step {
        Step::Model(model) => Some(&**model),
        Step::Builtin => None,
    });
    let (mut awake, resting): (Vec<&Model>, Vec<&Model>) =
        models.partition(|model| engine.endpoints.of(&model.provider).resting().is_none());
    awake.extend(resting);
    awake
}
