//! What typing costs: one keystroke in a long file until it is recorded and until the tree is ready, a thousand of them before a
//! question, and the list of actions. Refuses to fail: a benchmark reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench typing` writes
//! the tables of `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod editor;
mod measure;
mod sample;
mod scripted_model;

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use editor::Editor;
use graft_ls::syntax::Language;
use measure::{PAGE, Times, graft_ls, lsp_ai, write_page, write_target};
use sample::Sample;
use scripted_model::{Says, ScriptedModel};
use serde_json::{Value, json};
use tree_sitter::{InputEdit, Parser, Point};

const ROUNDS: usize = 200;
/// The same for the longest file.
const FEW: usize = 30;
const URI: &str = "file:///w/a.rs";
/// No server knows it: its answer says that all before it has been read.
const NOTHING: &str = "graft/nothing";
const ACTIONS: &str = "textDocument/codeAction";

fn rounds(sample: &Sample) -> usize {
    if sample.text.len() > 1_000_000 { FEW } else { ROUNDS }
}

/// A keystroke in the middle of the file, over and over, with a question right behind it; until the answer. Where nothing is
/// typed, the question alone.
async fn keystrokes(editor: &mut Editor, sample: &Sample, version: &mut i32, question: &str, types: bool) -> Times {
    let (from, to) = sample.number();
    let rounds = rounds(sample);
    let params = json!({"textDocument": {"uri": URI}, "range": sample.range(), "context": {"diagnostics": []}});
    let mut times = Vec::new();
    for round in 0..rounds + 3 {
        let start = Instant::now();
        if types {
            *version += 1;
            editor.change(URI, *version, from, to, &(1000 + round).to_string()).await;
        }
        let id = editor.ask(question, params.clone()).await;
        editor.answer(id).await;
        times.push(start.elapsed());
    }
    Times::of(times.split_off(3))
}

/// The parser by itself: the same keystroke put into its tree, then an incremental parse.
fn floor(sample: &Sample) -> Times {
    let mut parser = Parser::new();
    parser.set_language(&Language::by_id("rust").unwrap().grammar.into()).unwrap();
    let mut tree = parser.parse(&sample.text, None).unwrap();
    let (from, to) = sample.number();
    let line_start = sample.text.split_inclusive('\n').take(from.0).map(str::len).sum::<usize>();
    let edit = InputEdit {
        start_byte: line_start + from.1,
        old_end_byte: line_start + to.1,
        new_end_byte: line_start + to.1,
        start_position: Point { row: from.0, column: from.1 },
        old_end_position: Point { row: to.0, column: to.1 },
        new_end_position: Point { row: to.0, column: to.1 },
    };
    Times::measured(rounds(sample), || {
        tree.edit(&edit);
        tree = parser.parse(&sample.text, Some(&tree)).unwrap();
    })
}

async fn one_keystroke() -> String {
    let mut table = format!(
        "| one keystroke, {} | recorded and a question behind it answered | that question alone | list of actions after it: the tree is ready | tree-sitter alone |\n|---|---|---|---|---|\n",
        Times::HEAD
    );
    for (title, bytes) in [("400 kB", 400_000), ("10 MB", 10_000_000)] {
        let sample = Sample::of_bytes(bytes);
        let mut editor = Editor::start(json!({})).await;
        editor.open(URI, "rust", &sample.text).await;
        let mut version = 1;
        let alone = keystrokes(&mut editor, &sample, &mut version, NOTHING, false).await;
        let recorded = keystrokes(&mut editor, &sample, &mut version, NOTHING, true).await;
        let ready = keystrokes(&mut editor, &sample, &mut version, ACTIONS, true).await;
        let floor = floor(&sample);
        let lines = sample.text.lines().count();
        let cells = [&recorded, &alone, &ready, &floor].map(Times::cell).join(" | ");
        let _ = writeln!(table, "| {title}, {lines} lines | {cells} |");
        let recorded = recorded.p99() - alone.p50();
        if bytes == 400_000 {
            let measured = format!("p99 {recorded:.2} ms");
            write_target("a keystroke in 400 kB recorded", "p99 under 0.2 ms", &measured, recorded < 0.2);
            let measured = format!("p99 {:.1} ms (tree-sitter alone: {:.1} ms)", ready.p99(), floor.p99());
            write_target("the same until the tree is ready", "p99 under 3 ms", &measured, ready.p99() < 3.0);
        }
    }
    table
}

async fn actions() -> String {
    let mut table =
        format!("| list of actions, {} | on a parsed file | the first after opening |\n|---|---|---|\n", Times::HEAD);
    for lines in [1_000, 10_000] {
        let sample = Sample::of_lines(lines);
        let mut editor = Editor::start(json!({})).await;
        editor.open(URI, "rust", &sample.text).await;
        let mut version = 1;
        let times = keystrokes(&mut editor, &sample, &mut version, ACTIONS, false).await;
        let mut first = Vec::new();
        for round in 0..30 {
            let uri = format!("file:///w/{round}.rs");
            editor.open(&uri, "rust", &sample.text).await;
            let start = Instant::now();
            let params = json!({"textDocument": {"uri": uri}, "range": sample.range(), "context": {"diagnostics": []}});
            let id = editor.ask(ACTIONS, params).await;
            editor.answer(id).await;
            first.push(start.elapsed());
            editor.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}})).await;
        }
        let count = sample.text.lines().count();
        let _ = writeln!(table, "| {count} lines | {} | {} |", times.cell(), Times::of(first).cell());
        if lines == 10_000 {
            let measured = format!("p50 {:.2} ms, p99 {:.2} ms", times.p50(), times.p99());
            write_target("code-action list, 10,000-line file", "p99 under 5 ms", &measured, times.p99() < 5.0);
        }
    }
    table
}

/// A thousand keystrokes at once, then a completion from a model that takes no time.
async fn a_thousand(program: &Path, settings: Value, question: (&str, Value)) -> Times {
    const RUNS: usize = 20;
    let home = tempfile::tempdir().unwrap();
    let sample = Sample::of_bytes(390_000);
    let mut editor = Editor::spawn(program, home.path(), settings).await;
    editor.open(URI, "rust", &sample.text).await;
    let (mut version, (from, to)) = (1, sample.number());
    let mut times = Vec::new();
    for run in 0..RUNS + 1 {
        let start = Instant::now();
        for key in 0..1000 {
            version += 1;
            editor.change(URI, version, from, to, &(1000 + (key + run) % 9000).to_string()).await;
        }
        let id = editor.ask(question.0, question.1.clone()).await;
        editor.answer(id).await;
        times.push(start.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Times::of(times.split_off(1))
}

async fn bursts() -> String {
    let model = ScriptedModel::start(Says::After(Duration::ZERO, vec!["sum += 1;".to_owned()])).await;
    let sample = Sample::of_bytes(390_000);
    let at = json!({"line": sample.line + 1, "character": 23});
    let ours = json!({
        "providers": {"p": {"kind": "openai", "base_url": model.url()}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"complete": "m"},
    });
    let document = json!({"uri": URI});
    let completion = json!({"textDocument": document, "position": at, "context": {"triggerKind": 1}});
    let list = json!({"textDocument": document, "range": sample.range(), "context": {"diagnostics": []}});
    let mut table = format!("| 1,000 keystrokes in 390 kB, then | {} |\n|---|---|\n", Times::HEAD);
    let times = a_thousand(graft_ls(), ours.clone(), ("textDocument/inlineCompletion", completion.clone())).await;
    let _ = writeln!(table, "| a completion, graft-ls | {} |", times.cell());
    let measured = format!("p50 {:.0} ms, p99 {:.0} ms", times.p50(), times.p99());
    write_target("1,000 keystrokes in 390 kB, then a completion", "under 100 ms", &measured, times.p99() < 100.0);
    let listed = a_thousand(graft_ls(), ours, (ACTIONS, list)).await;
    let _ = writeln!(table, "| a list of actions, graft-ls | {} |", listed.cell());
    if let Some(program) = lsp_ai() {
        let times =
            a_thousand(&program, scripted_model::lsp_ai_settings(&model), ("textDocument/completion", completion))
                .await;
        let _ = writeln!(table, "| a completion, lsp-ai | {} |", times.cell());
    }
    table
}

#[tokio::main]
async fn main() {
    let tables = [one_keystroke().await, actions().await, bursts().await].join("\n");
    println!("{tables}");
    write_page(PAGE, "typing", &tables);
}
