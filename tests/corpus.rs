//! What must hold for any answer to any scope of real code: perfect answers, spoilt in every way that models know, either make
//! exactly the change they meant or none. Refuses to look at single cases: those stand in `tests/cases`.
//!
//! A small part runs here; `cargo run --release --example corpus` runs the whole on source trees at hand.

#![allow(dead_code, reason = "the command uses parts of these modules that the tests do not")]

pub mod apply;
pub mod body_only;
pub mod chance;
pub mod changes;
pub mod code;
pub mod content;
pub mod cuts;
pub mod harm;
pub mod laws;
pub mod layout;
pub mod ledger;
pub mod mutators;
pub mod packaging;
pub mod replay;
pub mod samples;
pub mod source;
pub mod trial;
mod wild;
pub mod words;
pub mod wrapping;

use std::path::Path;

use graft_ls::syntax::LANGUAGES;

use self::chance::Chance;
use self::ledger::Ledger;
use self::mutators::Recipe;
use self::samples::samples;
use self::source::{Source, paths_under};

/// Samples of a file, of the package's own sources and of the fixtures.
const OWN: usize = 1;
const FIXTURES: usize = 8;
/// Answers for each sample.
const ANSWERS: usize = 2;

#[test]
fn a_spoilt_answer_makes_the_change_it_meant_or_none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut ledger = Ledger::default();
    for (folder, most) in [("server", OWN), ("tests/fixtures", FIXTURES)] {
        let folder = root.join(folder);
        for source in paths_under(&folder).iter().filter_map(|path| Source::read(&folder, path)) {
            for sample in samples(&source, 0, most) {
                let mut chance = Chance::of(sample.seed, "recipes");
                for _ in 0..ANSWERS {
                    let single = chance.pick(mutators::ALL).map(Recipe::single);
                    let recipe = if chance.within(0..3) == 0 { Recipe::several(&mut chance) } else { single };
                    recipe.map(|recipe| trial::hold(&mut ledger, &sample, &recipe));
                }
            }
        }
    }
    let accounts: Vec<String> = ledger.failures.iter().map(account).collect();
    assert!(ledger.total.all() > 300, "only {} answers were tried", ledger.total.all());
    // Which scopes are tried moves with the sources; one in three hundred may be one that no table knows yet.
    let clean = accounts.len() * 300 <= ledger.total.all();
    assert!(clean && ledger.panics == 0, "{:?}\n{}", ledger.total, accounts.join("\n"));
}

#[test]
fn every_language_has_its_words() {
    for language in LANGUAGES {
        assert!(words::words_of(language).is_some(), "tests/corpus/words.rs has no entry for {}", language.name);
    }
}

fn account(failure: &ledger::Failure) -> String {
    format!("{} [{}] {} ({})\n  {}", failure.what, failure.recipe, failure.sample, failure.change, failure.account)
}
