//! `graft-ls complete`: what a model would put at a cursor. Writes no file.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::run::{INTERRUPTED, interrupt};
use super::{CompleteArguments, NO_EDIT, UNTRIED, bad_request, job, output};
use crate::actions::ActionId;
use crate::config::{Config, StatisticsFile};
use crate::engine::{Completion, CompletionReport, Engine, Failure, Source, Suggested, Task, Wanted};
use crate::inline_completion::Trigger;
use crate::model::usual_probes;
use crate::validate::ReasonCode;

/// How long the project's own code may be read: a person waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// Completes.
pub(super) fn complete(arguments: &CompleteArguments) -> ExitCode {
    let task = match prepare(arguments) {
        Ok(task) => task,
        Err(failure) => {
            output::say(&failure.message);
            return ExitCode::from(UNTRIED);
        }
    };
    let document = task.document.clone();
    match perform(task) {
        Ok(Some(completion)) => tell(arguments, &completion, &CompletionReport::new(&completion, &document)),
        Ok(None) => {
            output::say("cancelled");
            ExitCode::from(INTERRUPTED)
        }
        Err(failure) => {
            output::say(&failure.message);
            ExitCode::from(NO_EDIT)
        }
    }
}

fn prepare(arguments: &CompleteArguments) -> Result<Task, Failure> {
    // The action counts for nothing.
    let (task, _) = job::at_place(ActionId::Generate, &arguments.target, &arguments.options.set)?;
    if !task.range.is_empty() {
        return Err(bad_request("a completion has one place; name it as FILE:LINE:COL"));
    }
    // Nobody takes a suggestion here, so there is nothing to tell of it.
    let mut config = task.config;
    if let Some(config) = &mut config {
        Arc::make_mut(config).completion.statistics = StatisticsFile::Unwanted;
    }
    Ok(Task { model: arguments.model.clone(), config, ..task })
}

/// The completion; nothing where ^C came first.
fn perform(task: Task) -> Result<Option<Completion>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| bad_request(format!("cannot start: {error}")))?;
    let engine = Engine::discovering(Config::default(), usual_probes());
    let completion = runtime.block_on(async {
        let wanted = Wanted { trigger: Trigger::Invoked, patience: Some(PATIENCE), ..Wanted::default() };
        let asked = tokio::spawn(async move { engine.complete(&task, &wanted).await });
        tokio::select! {
            completion = asked => completion.map(Some).map_err(|_| job::broken()),
            () = interrupt() => Ok(None),
        }
    });
    runtime.shutdown_background();
    completion
}

fn tell(arguments: &CompleteArguments, completion: &Completion, report: &CompletionReport) -> ExitCode {
    for attempt in completion.attempts.iter().filter(|attempt| attempt.outcome != "edit") {
        if completion.result.is_ok() && !attempt.message.is_empty() {
            output::say(&format!("{}: {}: {}", attempt.step, attempt.outcome, attempt.message));
        }
    }
    completion.warnings.iter().for_each(|warning| output::say(warning));
    let code = match &completion.result {
        Ok(Suggested::Text(suggestions)) => {
            if let Source::OwnCode(place) = &suggestions.best.source {
                output::say(&format!("from {place}"));
            }
            0
        }
        Ok(Suggested::Nothing(why)) => {
            output::say(&format!("no completion: {why}"));
            0
        }
        Err(failure) => {
            output::say(&failure.message);
            if failure.code == ReasonCode::BadRequest { UNTRIED } else { NO_EDIT }
        }
    };
    let printed = match (arguments.json, &report.completion) {
        (true, _) => output::print_json(report),
        (false, Some(text)) => output::print(&format!("{text}\n")),
        (false, None) => Ok(()),
    };
    output::exit(printed, code)
}
