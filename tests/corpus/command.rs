//! `cargo run --release --example corpus`: spoilt answers to the functions of whole source trees, and a table of what came of
//! them. Refuses trees of which it can read nothing. `docs/corpus.md` says how to read the table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    dead_code,
    reason = "a tool of the tests, which use parts of these modules that this does not"
)]

mod apply;
mod body_only;
mod chance;
mod changes;
mod code;
mod content;
mod cuts;
mod git;
mod harm;
mod laws;
mod layout;
mod ledger;
mod mutators;
mod packaging;
#[path = "../patch.rs"]
mod patch;
mod replay;
mod samples;
mod source;
mod survey;
mod table;
mod trees;
mod trial;
mod words;
mod wrapping;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use graft_ls::syntax::{LANGUAGES, Language};

use self::ledger::{Failure, Ledger};
use self::survey::Survey;

/// Spoils perfect answers to real code in every way that models know, and counts what comes of them.
#[derive(Debug, Parser)]
struct Arguments {
    /// Source trees; without any, those that are found: Python's library, cargo's registry, Go's sources, ./node_modules.
    trees: Vec<PathBuf>,
    /// Answers for each language.
    #[arg(long, default_value_t = 20_000)]
    answers: usize,
    /// Another number, other choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this language; may be given several times.
    #[arg(long)]
    language: Vec<String>,
    /// An older state of a tree: what changed since then is the change to make.
    #[arg(long, requires = "after")]
    before: Option<PathBuf>,
    /// The newer state.
    #[arg(long, requires = "before")]
    after: Option<PathBuf>,
    /// The page to write the table to, between its markers; without it, the table is printed.
    #[arg(long)]
    table: Option<PathBuf>,
    /// The folder to write failures to: lines for `graft-ls batch`, with what was meant.
    #[arg(long)]
    failures: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is counted; its message would only stand between the lines of progress.
    std::panic::set_hook(Box::new(|_| {}));
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("corpus: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let pairs = match (&arguments.before, &arguments.after) {
        (Some(before), Some(after)) => trees::pairs(before, after),
        _ if arguments.trees.is_empty() => trees::files(&trees::found()),
        _ => trees::files(&arguments.trees),
    };
    let mut books: BTreeMap<usize, Ledger> = BTreeMap::new();
    for (at, language) in LANGUAGES.iter().enumerate().filter(|(_, language)| is_wanted(arguments, language)) {
        let own: Vec<_> = pairs.iter().filter(|file| file.language == *language).cloned().collect();
        if own.is_empty() {
            eprintln!("{}: no file", language.title);
            continue;
        }
        let survey = Survey { answers: arguments.answers, seed: arguments.seed, title: language.title };
        books.insert(at, survey.run(own));
    }
    if books.is_empty() {
        return Err("there is no file of a language that is served; name folders that hold some".to_owned());
    }
    let books: Vec<(&Language, Ledger)> = books.into_iter().map(|(at, ledger)| (LANGUAGES[at], ledger)).collect();
    let table = table::table(&books, arguments.seed);
    match &arguments.table {
        Some(page) => table::write(page, &table).map_err(|error| format!("{}: {error}", page.display()))?,
        None => print!("{table}"),
    }
    if let Some(folder) = &arguments.failures {
        write_failures(folder, &books).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(())
}

fn is_wanted(arguments: &Arguments, language: &Language) -> bool {
    arguments.language.is_empty() || arguments.language.iter().any(|name| name == language.name)
}

fn write_failures(folder: &Path, books: &[(&Language, Ledger)]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (language, ledger) in books {
        let mut file = std::fs::File::create(folder.join(format!("{}.jsonl", language.name)))?;
        for (number, failure) in ledger.failures.iter().enumerate() {
            writeln!(file, "{}", line(number, failure))?;
        }
    }
    Ok(())
}

/// A failure as a line of a batch; the notes are left alone there.
fn line(number: usize, failure: &Failure) -> serde_json::Value {
    let place = serde_json::json!({"line": failure.cursor.0, "character": failure.cursor.1});
    serde_json::json!({
        "id": number,
        "what": failure.what,
        "recipe": failure.recipe,
        "sample": failure.sample,
        "change": failure.change,
        "account": failure.account,
        "action": "refactor",
        "instruction": "change it",
        "language": failure.language,
        "range": {"start": place, "end": place},
        "reply": failure.reply,
        "finish_reason": failure.finish_reason,
        "text": failure.text,
        "expected": failure.expected,
    })
}
