//! Work on text alone: the smallest edit between two files, the merge of an edit into what was typed meanwhile, and the index of
//! somebody's own code. Refuses to fail: a benchmark reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench text` writes the tables of
//! `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod measure;
mod sample;

use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Task};
use graft_ls::own_code::{Agreement, Ask, Index, OwnFile, Volume};
use graft_ls::syntax::{Document, Language};
use graft_ls::text::minimal_edits;
use measure::{PAGE, Times, write_page};
use sample::{Sample, rewritten};

const ROUNDS: usize = 200;

/// A line that is never twice the same, so that a diff has to look.
fn lines(count: usize) -> String {
    (0..count).map(|n| format!("    let value_{n} = compute({}, {n});\n", n * 7919 % 1009)).collect()
}

/// Every hundredth line with another word in it, and a few lines more.
fn reworked(text: &str) -> String {
    let rework = |(n, line): (usize, &str)| match n % 100 {
        7 => line.replace("compute", "computed"),
        50 => format!("{line}    // Of the same kind.\n"),
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').enumerate().map(rework).collect()
}

fn diffs() -> String {
    let mut table = format!(
        "| smallest edit between two files | changes | {} | one copy of the text, p50 ms |\n|---|---|---|---|\n",
        Times::HEAD
    );
    for count in [100, 1_000, 10_000] {
        let old = lines(count);
        let new = reworked(&old);
        let floor = Times::measured(ROUNDS, || drop(black_box(black_box(&old).clone())));
        let changes = minimal_edits(&old, &new).len();
        let times = Times::measured(ROUNDS, || drop(black_box(minimal_edits(&old, &new))));
        let _ = writeln!(table, "| {count} lines | {changes} | {} | {:.4} |", times.cell(), floor.p50());
    }
    let (old, new) = (lines(3_000), lines(6_000).split_off(3_000));
    let times = Times::measured(20, || drop(black_box(minimal_edits(&old, &new))));
    let _ = writeln!(table, "| 3,000 lines and others | {} | {} | |", minimal_edits(&old, &new).len(), times.cell());
    table
}

fn merges() -> String {
    let engine = Engine::new(Config::default());
    let mut table = format!(
        "| edit merged into what was typed meanwhile, and checked again | {} | one parse, p50 ms | p50 to one parse |\n|---|---|---|---|\n",
        Times::HEAD
    );
    for count in [100, 1_000, 10_000] {
        let sample = Sample::of_lines(count);
        let language = Language::by_id("rust").unwrap();
        let document = Document::new(language, &sample.text, Some(1));
        let at = sample.text.find("fn total").unwrap();
        let task = Task::new("bench", ActionId::Refactor, document.clone(), at..at);
        let outcome = engine.replay(&task, &rewritten().concat(), Some("stop"));
        let Ok(Change::Edit { edit, .. }) = outcome.result else { panic!("no edit") };
        let typed = "/// Typed meanwhile.\nfn typed() {}\n\n";
        let now = document.edited(15..15, typed, Some(2));
        let floor = Times::measured(50, || {
            black_box(Document::new(language, &sample.text, None).tree());
        });
        // The tree of the current text is the editor's: it is there before the edit comes.
        now.tree();
        let times = Times::measured(50, || drop(black_box(edit.rebase(&now).unwrap())));
        let lines = sample.text.lines().count();
        let ratio = times.p50() / floor.p50();
        let _ = writeln!(table, "| {lines} lines | {} | {:.2} | {ratio:.2} |", times.cell(), floor.p50());
    }
    table
}

fn own_code() -> String {
    let mut table = format!("| index of own code | {} |\n|---|---|\n", Times::HEAD);
    let file = |n: usize| OwnFile { path: PathBuf::from(format!("/w/{n}.rs")), shown: format!("{n}.rs") };
    let text = |n: usize| lines(1_000).replace("value", &format!("value_of_{n}"));
    for megabytes in [1, 8] {
        let count = megabytes * 1_000_000 / text(1).len();
        let files: Vec<(OwnFile, String)> = (0..count).map(|n| (file(n), text(n))).collect();
        let times = Times::measured(10, || drop(black_box(Volume::of(files.clone()))));
        let volume = Arc::new(Volume::of(files));
        let (code, memory) = (volume.len() as f64 / 1e6, volume.memory() as f64 / 1e6);
        let _ = writeln!(table, "| {code:.1} MB read in ({memory:.1} MB in memory) | {} |", times.cell());
        let mut index = Index::default();
        assert!(index.add(volume));
        // A line in the middle of a file that is in the index, written once more.
        let asked = text(3);
        let before = &asked[..asked.find("compute(28,").unwrap() + "compute(".len()];
        let ask = Ask { path: None, text: before, offset: before.len() };
        assert!(index.rest_of_line(&ask, &Agreement::default()).is_some());
        let times = Times::measured(10 * ROUNDS, || drop(black_box(index.rest_of_line(&ask, &Agreement::default()))));
        let _ = writeln!(table, "| a look into {code:.1} MB | {} |", times.cell());
    }
    table
}

fn main() {
    let tables = [diffs(), merges(), own_code()].join("\n");
    println!("{tables}");
    write_page(PAGE, "text", &tables);
}
