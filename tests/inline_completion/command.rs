//! `cargo run --release --example holes -- TREE...`: holes in real code, filled with what models give, and a table of what was shown.
//! `docs/inline-completion.md` says how to read it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    dead_code,
    reason = "a tool of the tests, which use parts of these modules that this does not"
)]

#[path = "../corpus/chance.rs"]
mod chance;
mod holes;
#[path = "../corpus/source.rs"]
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use graft_ls::syntax::{LANGUAGES, Language};

use self::chance::Chance;
use self::holes::{Tally, holes};
use self::source::{Source, paths_under};

/// How often all files of a language are gone through.
const MOST_ROUNDS: u64 = 200;

/// Cuts holes into real code and counts what of the answers is shown.
#[derive(Debug, Parser)]
struct Arguments {
    /// Source trees.
    #[arg(required = true)]
    trees: Vec<PathBuf>,
    /// Holes for each language.
    #[arg(long, default_value_t = 1_500)]
    holes: usize,
    /// Holes in each file, at most.
    #[arg(long, default_value_t = 20)]
    each: usize,
    /// Only this language; may be given several times.
    #[arg(long)]
    language: Vec<String>,
    /// Print what went wrong.
    #[arg(long)]
    show: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    println!(
        "| language | holes | answers | shown | parses worse | repeats | perfect ones kept | run-on ones cut right |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut paths: Vec<(PathBuf, PathBuf)> = Vec::new();
    for tree in &arguments.trees {
        paths.extend(paths_under(tree).into_iter().map(|path| (tree.clone(), path)));
    }
    Chance::of(3, "holes").shuffle(&mut paths);
    let wanted = |language: &&&Language| {
        arguments.language.is_empty() || arguments.language.iter().any(|name| name == language.name)
    };
    for language in LANGUAGES.iter().filter(wanted) {
        let mut tally = Tally::default();
        let is_own = |path: &PathBuf| Language::by_path(&path.to_string_lossy()) == Some(language);
        let own: Vec<&(PathBuf, PathBuf)> = paths.iter().filter(|(_, path)| is_own(path)).collect();
        // Where there are few files, more holes are cut into each.
        for round in 0..MOST_ROUNDS {
            let before = tally.holes;
            for (tree, path) in &own {
                let most = arguments.each.min(arguments.holes.saturating_sub(tally.holes));
                let Some(source) = (most > 0).then(|| Source::read(tree, path)).flatten() else { continue };
                holes(&source.document, round, most, &mut tally, &mut |what, story| {
                    if arguments.show {
                        eprintln!("== {what}: {}\n{}", source.label, story());
                    }
                });
            }
            if tally.holes == before {
                break;
            }
        }
        println!("| {} {}", language.title, tally.row());
    }
    ExitCode::SUCCESS
}
