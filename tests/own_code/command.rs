//! `cargo run --release --example history -- OLD NEW [OLD NEW ...]`: how often completion from own code is right. The older state of
//! a tree is what is known; the lines that the newer one added are typed, one after the other, and the rest of each is asked for.
//! `docs/inline-completion.md` says how to read the table.

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
mod typed;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use graft_ls::inline_completion::{Ending, Place, Trigger, finish};
use graft_ls::own_code::{Agreement, Ask, Index, OwnFile, Volume, is_readable};
use graft_ls::privacy::project_files;
use graft_ls::syntax::{Document, Language};

use self::chance::Chance;
use self::typed::{Typed, typed};

/// Types the lines that a newer state of a tree added, and asks the older state how each goes on.
#[derive(Debug, Parser)]
struct Arguments {
    /// Older and newer state, in turn.
    trees: Vec<PathBuf>,
    /// Places asked in each pair.
    #[arg(long, default_value_t = 1500)]
    places: usize,
    /// The fewest tokens that must be the same.
    #[arg(long)]
    tokens: Option<usize>,
    /// The fewest where all agree.
    #[arg(long)]
    unanimous: Option<usize>,
    /// The share of the votes.
    #[arg(long)]
    share: Option<f64>,
    /// Who votes: those with this share of the longest match.
    #[arg(long)]
    near: Option<f64>,
}

/// What came of one pair.
#[derive(Default)]
struct Tally {
    asked: usize,
    shown: usize,
    exact: usize,
    first: usize,
    saved: usize,
    letters: usize,
    looked: Vec<Duration>,
    served: Vec<Duration>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let usual = Agreement::default();
    let agreement = Agreement {
        tokens: arguments.tokens.unwrap_or(usual.tokens),
        tokens_unanimous: arguments.unanimous.unwrap_or(usual.tokens_unanimous),
        share: arguments.share.unwrap_or(usual.share),
        near: arguments.near.unwrap_or(usual.near),
    };
    println!(
        "| code | asked | shown | of these right | first word right | letters saved | lookup p50 / p99 | served p50 / p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for pair in arguments.trees.chunks(2) {
        let [old, new] = pair else {
            eprintln!("history: a pair is an older and a newer tree");
            return ExitCode::FAILURE;
        };
        let mut tally = measure(old, new, arguments.places, &agreement);
        println!("{}", row(old, new, &mut tally));
    }
    ExitCode::SUCCESS
}

/// The files of a tree, the text of each with `\n` line ends.
fn files(tree: &Path) -> Vec<(OwnFile, String)> {
    let paths = project_files(tree, usize::MAX, None).into_iter().filter(|path| language(path).is_some());
    let read = paths.filter_map(|path| {
        let text = std::fs::read_to_string(&path).ok()?.replace("\r\n", "\n");
        let shown = path.strip_prefix(tree).ok()?.to_string_lossy().replace('\\', "/");
        is_readable(&text).then_some((OwnFile { path, shown }, text))
    });
    read.collect()
}

fn language(path: &Path) -> Option<&'static Language> {
    Language::by_path(&path.to_string_lossy())
}

fn measure(old: &Path, new: &Path, places: usize, agreement: &Agreement) -> Tally {
    let before = files(old);
    let mut index = Index::default();
    for files in before.chunks(64) {
        index.add(Arc::new(Volume::of(files.to_vec())));
    }
    let mut chance = Chance::of(1, &old.to_string_lossy());
    let mut asked: Vec<Typed> = Vec::new();
    for (file, text) in files(new) {
        let earlier = before.iter().find(|(old, _)| old.shown == file.shown).map(|(_, text)| text.as_str());
        // It lies where the older one does: that one is what the document in the editor replaces.
        let path = old.join(&file.shown);
        let language = language(&path).unwrap();
        asked.extend(typed(language, &path, earlier.unwrap_or_default(), &text, &mut chance));
    }
    chance.shuffle(&mut asked);
    let mut tally = Tally::default();
    for place in asked.iter().take(places) {
        ask(&mut index, place, agreement, &mut tally);
    }
    tally
}

fn ask(index: &mut Index, typed: &Typed, agreement: &Agreement, tally: &mut Tally) {
    let own = OwnFile { path: typed.path.clone(), shown: "own".to_owned() };
    index.open(&typed.path, Arc::new(Volume::of([(own, typed.text.clone())])));
    let document = Document::new(typed.language, &typed.text, None);
    document.tree();
    let since = Instant::now();
    let question = Ask { path: Some(&typed.path), text: &typed.text, offset: typed.offset };
    let found = index.rest_of_line(&question, agreement);
    tally.looked.push(since.elapsed());
    let shown = found.and_then(|found| {
        let place = Place::of(&document, typed.offset, Trigger::Invoked).ok()?;
        finish(&place, &found.rest, Ending::Whole).text
    });
    tally.served.push(since.elapsed());
    index.forget(&typed.path);
    tally.asked += 1;
    tally.letters += typed.rest.len();
    let Some(shown) = shown else { return };
    tally.shown += 1;
    let word = |text: &str| {
        let text = text.trim_start();
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        text.get(..end.max(1)).unwrap_or_default().to_owned()
    };
    tally.first += usize::from(word(&shown) == word(&typed.rest));
    if shown.trim() == typed.rest.trim() {
        tally.exact += 1;
        tally.saved += typed.rest.len();
    }
}

fn row(old: &Path, new: &Path, tally: &mut Tally) -> String {
    let share = |part: usize, all: usize| format!("{:.1} %", 100.0 * part as f64 / all.max(1) as f64);
    let mut times = |which: fn(&mut Tally) -> &mut Vec<Duration>| {
        let all = which(tally);
        all.sort_unstable();
        let at = |part: f64| all.get((all.len() as f64 * part) as usize).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        format!("{:.2} / {:.2} ms", at(0.5), at(0.99))
    };
    let (looked, served) = (times(|tally| &mut tally.looked), times(|tally| &mut tally.served));
    let name = |tree: &Path| tree.file_name().unwrap_or_default().to_string_lossy().into_owned();
    format!(
        "| {} to {} | {} | {} | {} | {} | {} | {looked} | {served} |",
        name(old),
        name(new).rsplit('-').next().unwrap_or_default(),
        tally.asked,
        share(tally.shown, tally.asked),
        share(tally.exact, tally.shown),
        share(tally.first, tally.shown),
        share(tally.saved, tally.letters),
    )
}
