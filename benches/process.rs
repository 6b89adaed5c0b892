//! Graft as a process: how soon it answers `initialize`, and what memory it takes idle, with many files open, and after they are
//! closed; lsp-ai beside it. Refuses to fail: a benchmark reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench process` writes the
//! tables of `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod editor;
mod measure;
mod sample;

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use editor::Editor;
use measure::{Memory, PAGE, Times, graft_ls, lsp_ai, write_page, write_target};
use sample::Sample;
use serde_json::{Value, json};

const STARTS: usize = 100;
const FILES: usize = 50;
/// All of them together, in bytes.
const BYTES: usize = 2_000_000;
/// So long nothing is asked before memory is read.
const QUIET: Duration = Duration::from_millis(1500);

struct Server<'a> {
    name: &'static str,
    program: &'a Path,
    settings: Value,
}

/// From the start of the process to the answer to `initialize`.
async fn starts(server: &Server<'_>, home: &Path) -> Times {
    let mut times = Vec::new();
    for _ in 0..STARTS + 3 {
        let start = Instant::now();
        let editor = Editor::spawn(server.program, home, server.settings.clone()).await;
        times.push(start.elapsed());
        drop(editor);
    }
    // The first ones read the program from the disk.
    Times::of(times.split_off(3))
}

/// The same for a program that does nothing at all: what the machine itself takes.
fn floor() -> Times {
    Times::measured(STARTS, || drop(std::process::Command::new("true").output()))
}

/// A stretch of the process's life.
struct Stage {
    title: &'static str,
    memory: Memory,
}

async fn memory(server: &Server<'_>, home: &Path) -> Vec<Stage> {
    let mut editor = Editor::spawn(server.program, home, server.settings.clone()).await;
    let sample = Sample::of_bytes(BYTES / FILES);
    let uris: Vec<String> = (0..FILES).map(|n| format!("file:///w/{n}.rs")).collect();
    let mut life = vec![Stage { title: "idle", memory: settled(&editor).await }];
    for uri in &uris {
        editor.open(uri, "rust", &sample.text).await;
    }
    life.push(Stage { title: "50 files open", memory: settled(&editor).await });
    if server.name == "graft-ls" {
        for uri in &uris {
            let params = json!({"textDocument": {"uri": uri}, "range": sample.range(), "context": {"diagnostics": []}});
            let id = editor.ask("textDocument/codeAction", params).await;
            assert!(editor.answer(id).await.as_array().is_some_and(|list| !list.is_empty()));
        }
        life.push(Stage { title: "the actions listed in each of them", memory: settled(&editor).await });
    }
    for uri in &uris {
        editor.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}})).await;
    }
    life.push(Stage { title: "closed again", memory: settled(&editor).await });
    life
}

async fn settled(editor: &Editor) -> Memory {
    tokio::time::sleep(QUIET).await;
    Memory::of(editor.process())
}

#[tokio::main]
async fn main() {
    let home = tempfile::tempdir().unwrap();
    let other = lsp_ai();
    let mut servers = vec![Server { name: "graft-ls", program: graft_ls(), settings: json!({}) }];
    let theirs = json!({"memory": {"file_store": {}}, "models": {}});
    servers.extend(other.iter().map(|program| Server { name: "lsp-ai", program, settings: theirs.clone() }));

    let floor = floor();
    let mut table =
        format!("| from start to `initialize` answered | {} | to the floor |\n|---|---|---|\n", Times::HEAD);
    let _ = writeln!(table, "| `true`, which does nothing: the floor | {} | 1 |", floor.cell());
    for server in &servers {
        let times = starts(server, home.path()).await;
        let _ = writeln!(table, "| {} | {} | {:.1} |", server.name, times.cell(), times.p50() / floor.p50());
        if server.name == "graft-ls" {
            let measured = format!("{:.1} ms, p99 {:.1} ms", times.p50(), times.p99());
            write_target("start to `initialize` answered", "under 5 ms", &measured, times.p50() < 5.0);
        }
    }
    table.push_str("\n| memory | | now, MB | at most until then, MB |\n|---|---|---|---|\n");
    for server in &servers {
        let life = memory(server, home.path()).await;
        for stage in &life {
            let Memory { now, peak } = stage.memory;
            let _ = writeln!(table, "| {} | {} | {now:.1} | {peak:.1} |", server.name, stage.title);
        }
        if let ("graft-ls", [idle, open, .., closed]) = (server.name, &life[..]) {
            let (idle, open, closed) = (idle.memory.now, open.memory.now, closed.memory.now);
            write_target("memory idle", "under 12 MB", &format!("{idle:.1} MB"), idle < 12.0);
            let (grown, kept) = (open - idle, closed - idle);
            write_target("growth with 50 files (2 MB) open", "under 8 MB", &format!("{grown:.1} MB"), grown < 8.0);
            let measured = format!("{kept:.1} MB kept");
            write_target("the same after they close", "given back", &measured, kept < 1.0);
        }
    }
    println!("{table}");
    write_page(PAGE, "process", &table);
}
