//! What a server adds to a model call: from the editor's request to the model and back, next to a bare client that sends the same
//! bytes to the same scripted server in turn; lsp-ai beside it; and how soon a cancel is answered and reaches the model. Refuses to
//! fail: a benchmark reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench calls` writes the tables of `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod editor;
mod measure;
mod sample;
mod scripted_model;

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use editor::Editor;
use measure::{PAGE, Times, graft_ls, lsp_ai, write_page, write_target};
use sample::{Sample, rewritten};
use scripted_model::{Says, ScriptedModel, lsp_ai_settings};
use serde_json::{Value, json};

const URI: &str = "file:///w/a.rs";
const PROTOCOLS: [(&str, &str); 3] = [("ollama", "Ollama"), ("openai", "OpenAI"), ("anthropic", "Anthropic")];
/// How long the model takes, in milliseconds, and how many rounds there are.
const LATENCIES: [(u64, usize); 3] = [(0, 300), (20, 100), (200, 30)];
const LINES: usize = 100;

fn settings(kind: &str, model: &ScriptedModel, parallel: usize) -> Value {
    json!({
        "providers": {"p": {"kind": kind, "base_url": model.url(), "parallel": parallel}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"default": "m", "complete": "m"},
    })
}

/// What the editor asks for in a round.
enum Question {
    /// A function rewritten: until the checked edit arrives.
    Rewrite,
    /// A completion, by this method.
    Completion(&'static str),
}

struct Session {
    editor: Editor,
    sample: Sample,
    /// What the editor shows.
    text: String,
    version: i32,
}

impl Session {
    async fn start(program: &Path, home: &Path, settings: Value) -> Session {
        let mut editor = Editor::spawn(program, home, settings).await;
        let sample = Sample::of_lines(LINES);
        editor.open(URI, "rust", &sample.text).await;
        Session { editor, text: sample.text.clone(), sample, version: 1 }
    }

    /// One letter typed, one question, one answer.
    async fn round(&mut self, question: &Question) -> Duration {
        let Session { editor, sample, text, version } = self;
        let (from, to) = sample.number();
        *version += 1;
        let number = (1000 + *version % 9000).to_string();
        editor.change(URI, *version, from, to, &number).await;
        text.replace_range(offset(text, from)..offset(text, to), &number);
        let start = Instant::now();
        match question {
            Question::Completion(method) => {
                let at = json!({"line": sample.line + 1, "character": 23});
                let params = json!({"textDocument": {"uri": URI}, "position": at, "context": {"triggerKind": 1}});
                let id = editor.ask(method, params).await;
                editor.answer(id).await;
                start.elapsed()
            }
            Question::Rewrite => {
                editor.ask("workspace/executeCommand", sample.command(URI)).await;
                let edit = editor.asked("workspace/applyEdit").await;
                let time = start.elapsed();
                self.make(&edit).await;
                time
            }
        }
    }

    /// Makes the edit, and once the job has ended takes it back as an editor's undo does: each piece by itself. Who undoes in the
    /// same moment seems not to have made it.
    async fn make(&mut self, edit: &Value) {
        let Session { editor, text, version, .. } = self;
        *version += 2;
        editor.make(edit, *version - 1).await;
        editor.asked("window/logMessage").await;
        let pieces = edit["params"]["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
        let undone: Vec<Value> = pieces.iter().map(|piece| undone(text, piece)).collect();
        let document = json!({"uri": URI, "version": version});
        editor.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": undone})).await;
    }
}

/// Where a place (line, character) stands in a text of single bytes.
fn offset(text: &str, (line, character): (usize, usize)) -> usize {
    text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + character
}

/// The change that takes back an edit of `text`, once those before it in the text are taken back.
fn undone(text: &str, edit: &Value) -> Value {
    let place = |end: &str| {
        let number = |key: &str| usize::try_from(edit["range"][end][key].as_u64().unwrap()).unwrap();
        (number("line"), number("character"))
    };
    let (from, to, new) = (place("start"), place("end"), edit["newText"].as_str().unwrap());
    let last = new.rsplit('\n').next().unwrap_or_default().len();
    let end = match new.matches('\n').count() {
        0 => json!({"line": from.0, "character": from.1 + last}),
        lines => json!({"line": from.0 + lines, "character": last}),
    };
    let start = json!({"line": from.0, "character": from.1});
    json!({"range": {"start": start, "end": end}, "text": text[offset(text, from)..offset(text, to)]})
}

/// The bytes that the server sent last, by a bare client, until the last byte of the answer; less what the model took.
async fn bare(client: &reqwest::Client, model: &ScriptedModel) -> Duration {
    let request = model.last();
    let url = format!("{}{}", model.url(), request.path);
    let start = Instant::now();
    let post = client.post(url).header("content-type", "application/json").body(request.body.clone());
    let mut response = post.send().await.unwrap();
    while response.chunk().await.unwrap().is_some() {}
    start.elapsed().saturating_sub(model.thought())
}

/// Both in turn: times of the bare client, and with the server between, less what the model took.
async fn compared(session: &mut Session, model: &ScriptedModel, question: &Question, rounds: usize) -> (Times, Times) {
    let client = reqwest::Client::new();
    let (mut floor, mut whole) = (Vec::new(), Vec::new());
    for round in 0..rounds + 5 {
        let time = session.round(question).await.saturating_sub(model.thought());
        let bare = bare(&client, model).await;
        if round >= 5 {
            whole.push(time);
            floor.push(bare);
        }
    }
    (Times::of(floor), Times::of(whole))
}

async fn added() -> String {
    let mut table = format!(
        "| | protocol | the model takes | bare client, {} | through the server, {} | added, p50 / p99 ms | to the bare client |\n|---|---|---|---|---|---|---|\n",
        Times::HEAD,
        Times::HEAD
    );
    let home = tempfile::tempdir().unwrap();
    let mut worst = (0.0_f64, 0.0_f64);
    for (kind, protocol) in PROTOCOLS {
        for (latency, rounds) in LATENCIES {
            let model = ScriptedModel::start(Says::After(Duration::from_millis(latency), rewritten())).await;
            let mut session = Session::start(graft_ls(), home.path(), settings(kind, &model, 8)).await;
            let times = compared(&mut session, &model, &Question::Rewrite, rounds).await;
            let (p50, p99) = write_row(&mut table, "graft-ls, a function rewritten", protocol, latency, &times);
            worst = (worst.0.max(p50), worst.1.max(p99));
        }
    }
    write_added("a function rewritten", worst);
    let (other, mut most) = (lsp_ai(), (0.0_f64, 0.0_f64));
    for (latency, rounds) in LATENCIES {
        let says = Says::After(Duration::from_millis(latency), vec!["sum += 1;".to_owned()]);
        let model = ScriptedModel::start(says).await;
        let mut session = Session::start(graft_ls(), home.path(), settings("openai", &model, 8)).await;
        let question = Question::Completion("textDocument/inlineCompletion");
        let times = compared(&mut session, &model, &question, rounds).await;
        let (p50, p99) = write_row(&mut table, "graft-ls, a completion", "OpenAI", latency, &times);
        most = (most.0.max(p50), most.1.max(p99));
        if let Some(program) = &other {
            let mut session = Session::start(program, home.path(), lsp_ai_settings(&model)).await;
            let question = Question::Completion("textDocument/completion");
            let times = compared(&mut session, &model, &question, rounds).await;
            write_row(&mut table, "lsp-ai, a completion", "OpenAI", latency, &times);
        }
    }
    write_added("a completion", most);
    table
}

fn write_added(what: &str, (p50, p99): (f64, f64)) {
    let (what, measured) =
        (format!("added to a model call: {what}"), format!("p50 {p50:.2} ms, p99 {p99:.2} ms at worst"));
    write_target(&what, "p50 under 0.5 ms, p99 under 2 ms", &measured, p50 < 0.5 && p99 < 2.0);
}

/// What is added, p50 and p99.
fn write_row(
    table: &mut String,
    what: &str,
    protocol: &str,
    latency: u64,
    (floor, whole): &(Times, Times),
) -> (f64, f64) {
    let (p50, p99) = (whole.p50() - floor.p50(), whole.p99() - floor.p50());
    let row = format!(
        "| {what} | {protocol} | {latency} ms | {} | {} | {p50:.2} / {p99:.2} | {:.1} |",
        floor.cell(),
        whole.cell(),
        whole.p50() / floor.p50()
    );
    println!("{row}");
    let _ = writeln!(table, "{row}");
    (p50, p99)
}

const CANCELS: usize = 200;
const BUSY: usize = 64;

/// From a cancel to its answer, and to the moment in which the model's server sees the connection closed.
struct Cancels {
    answered: Times,
    closed: Times,
}

/// Of a job, by `graft.cancel`; or of a completion, by `$/cancelRequest`.
async fn cancels(session: &mut Session, model: &Arc<ScriptedModel>, is_job: bool) -> Cancels {
    let (mut answered, mut closed) = (Vec::new(), Vec::new());
    let Session { editor, sample, .. } = session;
    for _ in 0..CANCELS {
        let before = model.questions();
        let start;
        let waits = if is_job {
            let id = editor.ask("workspace/executeCommand", sample.command(URI)).await;
            let job = editor.answer(id).await["job"].clone();
            model.asked(before + 1).await;
            start = Instant::now();
            let cancel = json!({"command": "graft.cancel", "arguments": [{"job": job}]});
            editor.ask("workspace/executeCommand", cancel).await
        } else {
            let at = json!({"line": sample.line + 1, "character": 23});
            let params = json!({"textDocument": {"uri": URI}, "position": at, "context": {"triggerKind": 1}});
            let id = editor.ask("textDocument/inlineCompletion", params).await;
            model.asked(before + 1).await;
            start = Instant::now();
            editor.notify("$/cancelRequest", json!({"id": id})).await;
            id
        };
        editor.answer(waits).await;
        answered.push(start.elapsed());
        closed.push(model.closed().await.saturating_duration_since(start));
    }
    Cancels { answered: Times::of(answered), closed: Times::of(closed) }
}

async fn cancel() -> String {
    let mut table = format!("| cancel, {} | answered | the model's connection closed |\n|---|---|---|\n", Times::HEAD);
    let home = tempfile::tempdir().unwrap();
    let mut worst = (0.0_f64, 0.0_f64);
    for busy in [0, BUSY] {
        let model = ScriptedModel::start(Says::Nothing).await;
        let mut session = Session::start(graft_ls(), home.path(), settings("openai", &model, 2 * BUSY)).await;
        for n in 0..busy {
            let uri = format!("file:///w/busy{n}.rs");
            session.editor.open(&uri, "rust", &session.sample.text).await;
            session.editor.ask("workspace/executeCommand", session.sample.command(&uri)).await;
        }
        model.asked(busy).await;
        for (title, is_job) in [("a job", true), ("a completion", false)] {
            let times = cancels(&mut session, &model, is_job).await;
            let behind = if busy == 0 { String::new() } else { format!(", {busy} jobs running beside it") };
            let _ = writeln!(table, "| {title}{behind} | {} | {} |", times.answered.cell(), times.closed.cell());
            worst = (worst.0.max(times.answered.p99()), worst.1.max(times.closed.p99()));
        }
    }
    let measured = format!("p99 {:.2} ms / {:.2} ms at worst", worst.0, worst.1);
    let is_met = worst.0 < 2.0 && worst.1 < 5.0;
    write_target(
        "cancel: answered / upstream closed, 64 jobs running or none",
        "p99 under 2 ms / 5 ms",
        &measured,
        is_met,
    );
    println!("{table}");
    table
}

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tables = [added().await, cancel().await].join("\n");
    write_page(PAGE, "calls", &tables);
}
