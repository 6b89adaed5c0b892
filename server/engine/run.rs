//! The way of a task along its chain. Refuses to go on after an edit, or after an answer that changes nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{JoinHandle, block_in_place};

use super::job::{Draft, Job};
use super::record::{Judged, Record, Tried};
use super::recording::Recording;
use super::{Change, Engine, Failure, Outcome, Progress, Task, builtin_step, discovery, escalation, model_step};
use crate::actions::{ActionId, Target};
use crate::builtin;
use crate::config::{BUILTIN, Config, search_path};
use crate::privacy::Verdict;
use crate::route::{NoRoute, Step, TaskFacts, check_name, route};
use crate::syntax::{Diagnostic, Scope};
use crate::validate::{Decision, Ending, ReasonCode, Rejection};

pub(super) async fn execute(engine: &Engine, task: &Task, observe: &mut (dyn FnMut(Progress) + Send)) -> Outcome {
    let started = Instant::now();
    let (config, found) = discovery::completed(engine, engine.config_of(task), task, task.action.into(), observe).await;
    let mut record = Record::new(task, &config);
    record.started = started;
    record.route.found = found;
    let result = attempt_all(engine, &config, task, observe, &mut record).await;
    let (outcome, recording) = record.finish(result);
    match recording {
        None => outcome,
        Some(recording) => saved(engine, recording, task, outcome).await,
    }
}

/// Writes to a disk that may be slow: off the threads that serve connections.
async fn saved(engine: &Engine, recording: Recording, task: &Task, outcome: Outcome) -> Outcome {
    let (engine, task, mut recorded) = (engine.clone(), task.clone(), outcome.clone());
    let saving = tokio::task::spawn_blocking(move || {
        engine.save(&recording, &task, &mut recorded);
        recorded
    });
    saving.await.unwrap_or(outcome)
}

async fn attempt_all(
    engine: &Engine,
    config: &Arc<Config>,
    task: &Task,
    observe: &mut (dyn FnMut(Progress) + Send),
    record: &mut Record<'_>,
) -> Result<Change, Failure> {
    let (known, found) = match task.action == ActionId::FixLint && task.diagnostics.is_none() {
        true => {
            let own = verdict(engine, task, config).await.inspect_err(|_| record.keep_all_out())?;
            record.keep_private(&own);
            check_name(config, task.model.as_deref()).map_err(no_route)?;
            (Some(own), linted(task, config, record, observe).await?)
        }
        false => (None, Vec::new()),
    };
    let (own, job) = plan(engine, task, config, known, found).await.inspect_err(|_| record.keep_all_out())?;
    record.keep_private(&own);
    check_name(config, task.model.as_deref()).map_err(no_route)?;
    let job = Arc::new(job?);
    record.learn(&job);
    if job.action == ActionId::FixLint && job.plan.diagnostics.is_empty() {
        let by = record.facts.linter.clone().unwrap_or_else(|| "the editor".to_owned());
        return Ok(Change::Nothing {
            message: format!("nothing to fix here: {by} reports no problem in {}", job.plan.scope.describe()),
        });
    }
    let route = route(config, &facts(task, &job), task.model.as_deref()).map_err(no_route)?;
    record.routed(&route);
    for step in escalation::order(engine, &route.steps, record) {
        let judged = match step {
            Step::Builtin => builtin_step::attempt(task, config, &job, observe, record).await,
            Step::Model(model) => model_step::attempt(engine, config, model, &job, observe, record).await,
        };
        match judged {
            Ok(decision) => return Ok(change(&job, decision)),
            Err(rejection) => {
                tracing::info!(task = task.id, step = step.name(), code = rejection.code.as_str(), "step failed")
            }
        }
    }
    Err(failure(record))
}

/// What rules may look at in a task that is planned.
pub(super) fn facts(task: &Task, job: &Job) -> TaskFacts {
    let facts = TaskFacts::of(job.action, job.baseline.document(), &job.plan.scope, &job.plan.diagnostics);
    TaskFacts { path: task.path_in_project(), privacy: job.privacy.clone(), ..facts }
}

/// A text in which planning and judging are begun sooner than another thread wakes up for them, in bytes; and the longest answer of
/// which that holds.
const SHORT: usize = 16 * 1024;
const SHORT_ANSWER: usize = 2 * 1024;

/// The class of the task's document. Looks at the disk, off the threads that serve connections.
pub(super) async fn verdict(engine: &Engine, task: &Task, config: &Arc<Config>) -> Result<Verdict, Failure> {
    looked_up(engine, task, config).await.map_err(|_| internal())
}

/// Works at once, on the thread that asks; what else waits for that thread moves to another, where the runtime has several: most
/// short work is over in no time, but some answers take long to refuse. Nothing where the work panics.
fn in_place<T>(work: impl FnOnce() -> T) -> Option<T> {
    let work = || catch_unwind(AssertUnwindSafe(work)).ok();
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => work(),
        _ => block_in_place(work),
    }
}

fn looked_up(engine: &Engine, task: &Task, config: &Arc<Config>) -> JoinHandle<Verdict> {
    let (engine, task, config) = (engine.clone(), task.clone(), config.clone());
    tokio::task::spawn_blocking(move || engine.verdict(&task, &config))
}

/// The class of the task's document, unless it is `known`, and its plan. Planning reads the whole text and, for tests, files around
/// it: off the threads that serve connections, but where there is little to read.
async fn plan(
    engine: &Engine,
    task: &Task,
    config: &Arc<Config>,
    known: Option<Verdict>,
    found: Vec<Diagnostic>,
) -> Result<(Verdict, Result<Job, Rejection>), Failure> {
    if task.action != ActionId::AddTests && task.document.text().len() <= SHORT {
        // While the disk is looked at.
        let known = known.ok_or_else(|| looked_up(engine, task, config));
        let draft = in_place(|| Draft::of(task, config, &found)).ok_or_else(internal)?;
        let own = match known {
            Ok(own) => own,
            Err(looking) => looking.await.map_err(|_| internal())?,
        };
        let job = draft.map(|draft| draft.under(engine, task, config, own.clone()));
        return Ok((own, job));
    }
    let (engine, task, config) = (engine.clone(), task.clone(), config.clone());
    let planned = tokio::task::spawn_blocking(move || {
        let own = known.unwrap_or_else(|| engine.verdict(&task, &config));
        let job = Job::new(&engine, &task, &config, own.clone(), &found);
        if let Ok(job) = &job {
            // The prompt wants it, too, and it takes long in a long file.
            job.prepare();
        }
        (own, job)
    });
    planned.await.map_err(|_| internal())
}

/// Judges an answer: off the threads that serve connections, but where there is little to read.
pub(super) async fn judge(job: &Arc<Job>, answer: &str, ending: Ending) -> Judged {
    let is_short = job.baseline.document().text().len() <= SHORT && answer.len() <= SHORT_ANSWER;
    let judged = match is_short {
        true => in_place(|| job.judge(answer, ending)),
        false => {
            let (job, answer) = (job.clone(), answer.to_owned());
            tokio::task::spawn_blocking(move || job.judge(&answer, ending)).await.ok()
        }
    };
    judged.unwrap_or_else(|| {
        Err(Rejection::new(
            ReasonCode::NoCode,
            "reading the answer failed inside graft-ls; please report it with this answer",
        ))
    })
}

pub(super) fn internal() -> Failure {
    Failure {
        code: ReasonCode::BadRequest,
        message: "planning the task failed inside graft-ls; please report it".to_owned(),
    }
}

/// The linter's findings, where the task brings none.
async fn linted(
    task: &Task,
    config: &Config,
    record: &mut Record<'_>,
    observe: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<Diagnostic>, Failure> {
    observe(Progress { phase: "linting", step: BUILTIN.to_owned(), tokens: 0, ..Progress::default() });
    let search_path = search_path();
    // A problem elsewhere is none of this task's: only what touches the scope counts.
    let scope = Scope::at(&task.document, task.range.clone());
    let findings = builtin::lint(&task.document, scope.as_ref(), &task.lint_site(&search_path, config)).await?;
    record.facts.linter = Some(findings.linter.to_owned());
    Ok(findings.diagnostics)
}

pub(super) fn no_route(error: NoRoute) -> Failure {
    let code = match error {
        NoRoute::NeedsModel { .. } => ReasonCode::NoRoute,
        NoRoute::UnknownModel { .. } => ReasonCode::BadRequest,
        NoRoute::Private { .. } => ReasonCode::Privacy,
    };
    Failure { code, message: error.to_string() }
}

fn change(job: &Job, decision: Decision) -> Change {
    match (decision, &job.plan.target) {
        (Decision::NoChange, _) => Change::Nothing {
            message: format!("the answer equals what is there: nothing to change in {}", job.plan.scope.describe()),
        },
        (Decision::Edit(edit), Target::Scope) => Change::Edit { edit, file: None },
        (Decision::Edit(edit), Target::Tests(home)) => {
            Change::Edit { edit, file: home.file.as_ref().map(|file| (file.path.clone(), file.is_new)) }
        }
    }
}

/// The reason of a chain that gave nothing: the last judgement of an answer weighs more than a server that was not there.
fn failure(record: &Record<'_>) -> Failure {
    let [provider, privacy] = [ReasonCode::Provider, ReasonCode::Privacy].map(ReasonCode::as_str);
    let asked = || record.attempts.iter().rev().filter(|attempt| attempt.outcome != privacy);
    let telling = asked().find(|attempt| attempt.outcome != provider).or_else(|| asked().next());
    let telling = telling.or(record.attempts.last());
    let code = telling.and_then(|attempt| ReasonCode::parse(&attempt.outcome)).unwrap_or(ReasonCode::Provider);
    let message = match record.attempts.as_slice() {
        [] => "no step of the chain could be tried".to_owned(),
        [only] => format!("{}: {}", only.step, only.message),
        several => several
            .iter()
            .map(|attempt| format!("{}: {}", attempt.step, attempt.message))
            .collect::<Vec<_>>()
            .join("; then "),
    };
    Failure { code, message }
}

pub(super) fn replay(engine: &Engine, task: &Task, answer: &str, finish_reason: Option<&str>) -> Outcome {
    let config = engine.config_of(task);
    let mut record = Record::new(task, &config);
    record.route.chain = vec!["reply".to_owned()];
    record.route.reason = "the answer was given".to_owned();
    let since = Instant::now();
    let own = engine.verdict(task, &config);
    record.keep_private(&own);
    let result = Job::new(engine, task, &config, own, &[]).map_err(Failure::from).and_then(|job| {
        let job = Arc::new(job);
        record.learn(&job);
        let judged = match ending(finish_reason) {
            Ok(ending) => job.judge(answer, ending),
            Err(rejection) => Err(rejection),
        };
        record.call(|call| {
            call.answer = Some(answer.to_owned());
            call.finish_reason = finish_reason.map(str::to_owned);
        });
        record.attempt(Tried { since, ..Tried::now("reply", "reply", "reply") }, &judged);
        judged.map(|decision| change(&job, decision)).map_err(Failure::from)
    });
    let (mut outcome, recording) = record.finish(result);
    if let Some(recording) = recording {
        engine.save(&recording, task, &mut outcome);
    }
    outcome
}

/// A server's word for how an answer ended.
fn ending(finish_reason: Option<&str>) -> Result<Ending, Rejection> {
    Ok(match finish_reason {
        Some("stop" | "end_turn" | "stop_sequence" | "eos" | "complete") => Ending::Complete,
        Some("length" | "max_tokens" | "limit" | "model_length") => Ending::CutOff,
        Some(word @ ("refusal" | "content_filter" | "safety")) => {
            return Err(Rejection::new(ReasonCode::Refusal, format!("the model declined ({word})")));
        }
        _ => Ending::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_waits_for_a_thread_goes_on_while_it_works() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let waited = runtime.block_on(runtime.spawn(async {
            let (said, heard) = mpsc::channel();
            tokio::spawn(async move { said.send("meanwhile") });
            in_place(|| heard.recv_timeout(Duration::from_secs(20)))
        }));
        assert_eq!(waited.unwrap(), Some(Ok("meanwhile")));
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_works_too_and_a_panic_is_nothing() {
        assert_eq!(in_place(|| 1), Some(1));
        assert_eq!(in_place(|| -> u8 { panic!("on purpose") }), None);
    }
}
