//! What is suggested at a cursor, and what becomes of it: shown, taken, how late. Keeps numbers of its own machine alone, and no
//! code.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Suggestions that may still be taken; older ones are forgotten.
const MOST_OPEN: usize = 256;
/// Pairs of a step and a language that are counted.
const MOST_COUNTED: usize = 256;

/// Text for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Identity within this engine, for [`super::Engine::accepted`]; never given twice.
    pub id: u64,
    /// What it stands in the place of, in bytes of the task's document: nothing, or what the editor's list would replace.
    pub range: Range<usize>,
    /// The text, with the document's line ends.
    pub text: String,
    /// The config's name of the model that wrote it; `builtin` where none did.
    pub step: String,
    /// Whose words they are.
    pub source: Source,
}

/// Whose words a suggestion is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A model's.
    Model,
    /// The user's own: where they stand, as `src/cli.rs:120`.
    OwnCode(String),
}

/// One suggestion or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestions {
    /// The best.
    pub best: Suggestion,
    /// The others, better ones first; none says what another one says.
    pub others: Vec<Suggestion>,
}

impl Suggestions {
    /// All of them, the best first.
    pub fn iter(&self) -> impl Iterator<Item = &Suggestion> {
        std::iter::once(&self.best).chain(&self.others)
    }
}

impl From<Suggestion> for Suggestions {
    fn from(best: Suggestion) -> Suggestions {
        Suggestions { best, others: Vec::new() }
    }
}

/// What became of the suggestions of a step in a language since the engine started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Uptake {
    /// How many there were.
    pub suggested: u64,
    /// How many were taken.
    pub accepted: u64,
    /// From the question to the suggestion, all together.
    pub waited: Duration,
}

/// The suggestions that were made, and the counts.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    open: VecDeque<(u64, Key)>,
    counts: BTreeMap<Key, Uptake>,
}

/// Step and language.
type Key = (String, &'static str);

impl Ledger {
    /// The identity of a new suggestion, which is counted.
    pub(super) fn suggested(&self, step: &str, language: &'static str, waited: Duration) -> u64 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let (id, key) = (kept.last, (step.to_owned(), language));
        if kept.open.len() == MOST_OPEN {
            kept.open.pop_front();
        }
        kept.open.push_back((id, key.clone()));
        if kept.counts.len() < MOST_COUNTED || kept.counts.contains_key(&key) {
            let uptake = kept.counts.entry(key).or_default();
            uptake.suggested += 1;
            uptake.waited += waited;
        }
        id
    }

    /// Counts a suggestion as taken, once; whether it was one that may be.
    pub(super) fn accepted(&self, id: u64) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = kept.open.iter().position(|(open, _)| *open == id) else { return false };
        let Some((_, key)) = kept.open.remove(at) else { return false };
        tracing::info!(step = key.0, language = key.1, "completion accepted");
        if let Some(uptake) = kept.counts.get_mut(&key) {
            uptake.accepted += 1;
        }
        true
    }

    /// The counts of each step and language.
    pub(super) fn uptake(&self) -> Vec<(String, &'static str, Uptake)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.counts.iter().map(|((step, language), uptake)| (step.clone(), *language, *uptake)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_is_taken_once_and_counted_with_its_step() {
        let ledger = Ledger::default();
        let waited = Duration::from_millis(2);
        let (first, second) =
            (ledger.suggested("quick", "rust", waited), ledger.suggested("builtin", "rust", Duration::ZERO));
        assert!(first != second && ledger.accepted(first) && !ledger.accepted(first) && !ledger.accepted(99));
        let quick = Uptake { suggested: 1, accepted: 1, waited };
        let builtin = Uptake { suggested: 1, ..Uptake::default() };
        let expected = [("builtin".to_owned(), "rust", builtin), ("quick".to_owned(), "rust", quick)];
        assert_eq!(ledger.uptake(), expected);
    }

    #[test]
    fn old_suggestions_are_forgotten_and_steps_without_end_are_not_counted() {
        let ledger = Ledger::default();
        let first = ledger.suggested("0", "rust", Duration::ZERO);
        for step in 1..=300 {
            ledger.suggested(&step.to_string(), "rust", Duration::ZERO);
        }
        assert!(!ledger.accepted(first) && ledger.uptake().len() == MOST_COUNTED);
    }
}
