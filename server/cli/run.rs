//! `graft-ls run`: one action on one place of a file. Owns the order of things: read, work, write, report.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::job::{self, Work};
use super::source;
use super::{NO_EDIT, RunArguments, UNTRIED, bad_request, diagnostics, output, write};
use crate::config::Config;
use crate::engine::{Attempt, Change, Engine, Failure, Outcome, Progress, Report, Task, troubles};
use crate::model::usual_probes;
use crate::syntax::Diagnostic;
use crate::validate::ReasonCode;

/// What shells take for "ended by ^C".
pub(super) const INTERRUPTED: u8 = 130;

/// Everything that is needed, read and checked.
struct Job {
    engine: Engine,
    task: Task,
    work: Work,
    label: String,
}

/// What came of it.
enum End {
    Done(Box<Outcome>),
    Broken(Failure),
    Interrupted,
}

/// Runs an action.
pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    let job = match Job::prepare(arguments) {
        Ok(job) => job,
        Err(failure) => return refuse(arguments, &failure, UNTRIED),
    };
    if arguments.show_prompt {
        return show_prompt(arguments, job);
    }
    let Job { engine, task, work, label } = job;
    let (id, root) = (task.id.clone(), task.workspace.root.clone());
    let path = task.path.clone();
    let mut outcome = match perform(engine, task, work) {
        End::Done(outcome) => outcome,
        End::Broken(failure) => {
            return refuse(
                arguments,
                &Failure { message: format!("{} (task {id})", failure.message), ..failure },
                NO_EDIT,
            );
        }
        End::Interrupted => {
            output::say("cancelled");
            return ExitCode::from(INTERRUPTED);
        }
    };
    if let Some(found) = &outcome.route.found {
        job::tell_found(found);
    }
    let mut code = exit_code(&outcome);
    if arguments.write
        && let Some(result) = write_change(&outcome, path.as_deref())
    {
        code = if result.is_ok() { code } else { NO_EDIT };
        outcome.result = result;
    }
    let report = Report::new(&outcome, &label, root.as_deref());
    tell(arguments, &outcome, &report, code)
}

impl Job {
    fn prepare(arguments: &RunArguments) -> Result<Job, Failure> {
        let (task, label) = job::at_place(arguments.action, &arguments.target, &arguments.options.set)?;
        if [&arguments.reply, &arguments.diagnostics].iter().all(|file| file.as_deref() == Some(Path::new("-"))) {
            return Err(bad_request("stdin can be read once only; put the diagnostics or the reply in a file"));
        }
        let diagnostics = arguments.diagnostics.as_deref().map(|file| read_diagnostics(file, &task.document));
        let work = match &arguments.reply {
            None => Work::Execute,
            Some(file) => Work::Replay { answer: read_argument(file)?, finish_reason: None },
        };
        let task = Task {
            instruction: arguments.instruction.clone(),
            diagnostics: diagnostics.transpose()?,
            model: arguments.model.clone(),
            ..task
        };
        let engine = Engine::discovering(Config::default(), usual_probes());
        Ok(Job { engine, task, work, label })
    }
}

fn read_diagnostics(file: &Path, document: &crate::syntax::Document) -> Result<Vec<Diagnostic>, Failure> {
    let text = read_argument(file)?;
    diagnostics::parse(&text, document).map_err(|why| bad_request(format!("{}: {why}", file.display())))
}

/// A file that an option names; `-` is stdin.
fn read_argument(file: &Path) -> Result<String, Failure> {
    let text = match file == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string()),
        false => source::read_text(file),
    };
    text.map_err(|why| bad_request(format!("cannot read {}: {why}", file.display())))
}

fn perform(engine: Engine, task: Task, work: Work) -> End {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return End::Broken(bad_request(format!("cannot start: {error}"))),
    };
    let watched = std::io::stderr().is_terminal();
    let observe = move |progress: Progress| {
        if watched {
            let Progress { step, phase, detail, tokens, .. } = progress;
            output::show_status(&format!("graft-ls: {step}: {phase} {detail}, {tokens} tokens").replace(" ,", ","));
        }
    };
    let end = runtime.block_on(async {
        tokio::select! {
            done = job::perform(engine, task, work, observe) => done.map_or_else(End::Broken, |outcome| End::Done(Box::new(outcome))),
            () = interrupt() => End::Interrupted,
        }
    });
    if watched {
        output::show_status("");
    }
    runtime.shutdown_background();
    end
}

/// Waits for ^C; for ever where the system has no such thing.
pub(super) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The result after writing; nothing where there is nothing to write.
fn write_change(outcome: &Outcome, path: Option<&Path>) -> Option<Result<Change, Failure>> {
    let Ok(Change::Edit { edit, file }) = &outcome.result else {
        return None;
    };
    let (path, create) = match file {
        Some((path, create)) => (path.as_path(), *create),
        None => (path?, false),
    };
    let written = write::write(edit, path, create);
    Some(written.map(|edit| Change::Edit { edit: Box::new(edit), file: file.clone() }))
}

fn exit_code(outcome: &Outcome) -> u8 {
    match &outcome.result {
        Ok(_) => 0,
        Err(Failure { code: ReasonCode::UnknownLanguage | ReasonCode::BadRequest, .. }) => UNTRIED,
        Err(_) => NO_EDIT,
    }
}

fn tell(arguments: &RunArguments, outcome: &Outcome, report: &Report, code: u8) -> ExitCode {
    outcome.warnings.iter().for_each(|warning| output::say(warning));
    match &outcome.result {
        Ok(Change::Edit { .. }) => {}
        Ok(Change::Nothing { message }) => output::say(&format!("no change: {message}")),
        Err(failure) => output::say(&failure.message),
    }
    let edited = matches!(outcome.result, Ok(Change::Edit { .. }));
    if edited {
        say_who(outcome, arguments.write);
    }
    let printed = match (arguments.json, edited && !arguments.write) {
        (true, _) => output::print_json(report),
        (false, true) => output::print(&report.diff),
        (false, false) => Ok(()),
    };
    output::exit(printed, code)
}

/// Every result says who made it, and why those before it did not.
fn say_who(outcome: &Outcome, written: bool) {
    let maker = outcome.made_by();
    for attempt in &outcome.attempts {
        if Some(attempt) != maker {
            output::say(&format!("{}: {}: {}", attempt.step, attempt.outcome, attempt.message));
        }
    }
    let done = if written { "written" } else { "made" };
    if let Some(attempt) = maker {
        let step = match attempt.step == attempt.provider {
            true => String::new(),
            false => format!(" ({})", attempt.step),
        };
        let before: Vec<Attempt> = outcome.attempts.iter().filter(|other| *other != attempt).cloned().collect();
        let failed = troubles(&before);
        let after = if failed.is_empty() { String::new() } else { format!(", after {failed}") };
        let (cost, masked) = (outcome.cost_clause(), outcome.masked_clause());
        output::say(&format!("{done} by {}{step}{cost}{masked}{after}", attempt.model));
    }
}

fn refuse(arguments: &RunArguments, failure: &Failure, code: u8) -> ExitCode {
    output::say(&failure.message);
    let printed = match arguments.json {
        true => output::print_json(&Report::refused(&job::new_task_id(), Some(arguments.action), None, failure)),
        false => Ok(()),
    };
    output::exit(printed, code)
}

#[derive(Serialize)]
struct ShownPrompt<'a> {
    task_id: &'a str,
    language: &'a str,
    prompt: &'a str,
}

fn show_prompt(arguments: &RunArguments, job: Job) -> ExitCode {
    let task = job::with_found(&job.engine, job.task, arguments.action.into());
    match job.engine.show_prompt(&task) {
        Err(failure) => refuse(arguments, &failure, NO_EDIT),
        Ok(prompt) if arguments.json => {
            let shown = ShownPrompt { task_id: &task.id, language: task.document.language().name, prompt: &prompt };
            output::exit(output::print_json(&shown), 0)
        }
        Ok(mut prompt) => {
            if !prompt.ends_with('\n') {
                prompt.push('\n');
            }
            output::exit(output::print(&prompt), 0)
        }
    }
}
