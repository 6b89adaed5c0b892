//! Many jobs at once: how long each takes, how many are done in a second, and what memory that needs. Refuses to fail: a benchmark
//! reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench load` writes the table of `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod editor;
mod measure;
mod sample;
mod scripted_model;

use std::collections::HashMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use editor::Editor;
use measure::{Memory, PAGE, Times, graft_ls, write_page};
use sample::{Sample, rewritten};
use scripted_model::{Says, ScriptedModel};
use serde_json::json;

/// How long the model takes for each.
const LATENCY: Duration = Duration::from_millis(200);
const RUNS: usize = 3;

struct Load {
    times: Vec<Duration>,
    /// Jobs in a second, the best run.
    rate: f64,
    idle: f64,
    peak: f64,
    after: f64,
}

/// So many jobs, asked for without waiting, each in a document of its own; until the checked edit of each arrives.
async fn load(jobs: usize) -> Load {
    let model = ScriptedModel::start(Says::After(LATENCY, rewritten())).await;
    let home = tempfile::tempdir().unwrap();
    let settings = json!({
        "providers": {"p": {"kind": "openai", "base_url": model.url(), "parallel": jobs}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"default": "m"},
    });
    let mut editor = Editor::spawn(graft_ls(), home.path(), settings).await;
    let sample = Sample::of_lines(100);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let idle = Memory::of(editor.process()).now;
    let mut load = Load { times: Vec::new(), rate: 0.0, idle, peak: 0.0, after: 0.0 };
    for run in 0..RUNS {
        let uris: Vec<String> = (0..jobs).map(|n| format!("file:///w/{run}/{n}.rs")).collect();
        for uri in &uris {
            editor.open(uri, "rust", &sample.text).await;
        }
        let begin = Instant::now();
        let mut asked = HashMap::new();
        for uri in &uris {
            asked.insert(uri.clone(), Instant::now());
            editor.ask("workspace/executeCommand", sample.command(uri)).await;
        }
        let mut edits = Vec::new();
        for _ in 0..jobs {
            let edit = editor.asked("workspace/applyEdit").await;
            let change = &edit["params"]["edit"]["documentChanges"][0];
            load.times.push(asked[change["textDocument"]["uri"].as_str().unwrap()].elapsed());
            edits.push(edit);
        }
        load.rate = load.rate.max(jobs as f64 / begin.elapsed().as_secs_f64());
        load.peak = load.peak.max(Memory::of(editor.process()).peak);
        for edit in &edits {
            editor.make(edit, 2).await;
        }
        for uri in &uris {
            editor.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}})).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    load.after = Memory::of(editor.process()).now;
    load
}

#[tokio::main]
async fn main() {
    let mut table = format!(
        "| jobs at once | from request to edit, {}; the model takes {} ms | jobs in a second | memory before, at most, after; MB |\n|---|---|---|---|\n",
        Times::HEAD,
        LATENCY.as_millis()
    );
    for jobs in [1, 64, 512] {
        let Load { times, rate, idle, peak, after } = load(jobs).await;
        let row = format!("| {jobs} | {} | {rate:.0} | {idle:.1}, {peak:.1}, {after:.1} |", Times::of(times).cell());
        println!("{row}");
        let _ = writeln!(table, "{row}");
    }
    write_page(PAGE, "load", &table);
}
