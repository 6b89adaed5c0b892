//! `graft-ls batch`: JSON lines in, JSON lines out, in the same order. Refuses to stop for a bad line, and to hold more than
//! a few lines at a time.

mod line;

use std::io::{BufRead, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use self::line::{Line, Request};
use super::job::{self, Work};
use super::settings::{Settings, project_folder};
use super::{UNTRIED, output};
use crate::config::Config;
use crate::engine::{Change, Engine, Report};
use crate::model::usual_probes;

/// One line of the answer.
#[derive(Debug, Serialize)]
struct Answer {
    id: Value,
    #[serde(flatten)]
    report: Report,
    text: Option<String>,
}

/// Does every task on stdin.
pub(super) fn batch(set: &[String]) -> ExitCode {
    let settings = Arc::new(Settings::new(set));
    // What is wrong with the user's own settings is wrong for every line.
    if let Err(failure) = settings.config(None) {
        output::say(&failure.message);
        return ExitCode::from(UNTRIED);
    }
    let engine = Engine::discovering(Config::default(), usual_probes());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::say(&format!("cannot start: {error}"));
            return ExitCode::from(UNTRIED);
        }
    };
    // So many lines are at work at once; the writer takes them in order, so the reader waits for the slowest.
    let (sender, receiver) = mpsc::channel(2 * std::thread::available_parallelism().map_or(1, usize::from));
    let handle = runtime.handle().clone();
    // A thread of its own: reading stdin blocks, and must not keep the process when nobody reads the answers any more.
    std::thread::spawn(move || read(&engine, &settings, &handle, &sender));
    let written = runtime.block_on(write(receiver));
    runtime.shutdown_background();
    output::exit(written, 0)
}

/// A line that is at work, or why no more can be read.
type Pending = std::io::Result<JoinHandle<Answer>>;

fn read(engine: &Engine, settings: &Arc<Settings>, handle: &Handle, sender: &mpsc::Sender<Pending>) {
    let mut stdin = std::io::stdin().lock();
    // Models are asked one thing at a time: a local one would only queue the rest, with its clock running.
    let turn = Arc::new(Semaphore::new(1));
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let pending = match stdin.read_until(b'\n', &mut bytes) {
            Ok(0) => return,
            Ok(_) if bytes.trim_ascii().is_empty() => continue,
            Ok(_) => Ok(handle.spawn(answer(engine.clone(), settings.clone(), bytes.clone(), turn.clone()))),
            Err(error) => Err(error),
        };
        let last = pending.is_err();
        if sender.blocking_send(pending).is_err() || last {
            return;
        }
        // One enormous line must not weigh on all that follow.
        bytes.shrink_to(1 << 16);
    }
}

async fn write(mut receiver: mpsc::Receiver<Pending>) -> std::io::Result<()> {
    while let Some(pending) = receiver.recv().await {
        let answer = match pending?.await {
            Ok(answer) => answer,
            Err(_) => broken(),
        };
        let mut text = serde_json::to_vec(&answer)?;
        text.push(b'\n');
        let mut stdout = std::io::stdout().lock();
        // Whoever waits for this answer before asking on must get it now.
        match stdout.write_all(&text).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            result => result?,
        }
    }
    Ok(())
}

async fn answer(engine: Engine, settings: Arc<Settings>, bytes: Vec<u8>, turn: Arc<Semaphore>) -> Answer {
    let Line { id, text, request } = Line::parse(&bytes);
    drop(bytes);
    let Request { mut task, work, label } = match request {
        Ok(request) => request,
        Err(refusal) => {
            let report = Report::refused(&job::new_task_id(), refusal.action, None, &refusal.failure);
            return Answer { id, report, text };
        }
    };
    let (action, language, root) = (task.action, task.document.language(), task.workspace.root.clone());
    let task_id = task.id.clone();
    let folder = task.path.as_deref().and_then(|path| project_folder(path, root.as_deref()));
    match settings.config(folder.as_deref()) {
        Ok(config) => task.config = Some(config),
        Err(failure) => {
            let report = Report::refused(&task_id, Some(action), Some(language), &failure);
            return Answer { id, report, text };
        }
    }
    let _turn = match work {
        Work::Execute => turn.acquire().await.ok(),
        Work::Replay { .. } => None,
    };
    match job::perform(engine, task, work, |_| ()).await {
        Err(failure) => Answer { id, report: Report::refused(&task_id, Some(action), Some(language), &failure), text },
        Ok(outcome) => {
            outcome.warnings.iter().for_each(|warning| output::say(warning));
            let report = Report::new(&outcome, &label, root.as_deref());
            let text = match &outcome.result {
                Ok(Change::Edit { edit, file: None }) => Some(edit.new_text()),
                _ => text,
            };
            Answer { id, report, text }
        }
    }
}

/// For a line that could not even be read without a panic.
fn broken() -> Answer {
    let report = Report::refused(&job::new_task_id(), None, None, &job::broken());
    Answer { id: Value::Null, report, text: None }
}
