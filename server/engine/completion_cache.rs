//! What was suggested a moment ago: it is shown again while the person types along it, or comes back to where it was asked for.
//! Keyed by all that stands before and after the cursor. Keeps nothing on disk, and nothing under another config.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Source;
use crate::config::{Config, Ownership, PrivacyClass};
use crate::inline_completion::Place;

/// Answers that are remembered.
const MOST: usize = 64;
/// The longest text that is, in bytes.
const LONGEST: usize = 8 * 1024;
/// The most suggestions for one place.
const MOST_SHOWN: usize = 3;

/// The identity of what nobody was shown yet.
pub(super) const UNSHOWN: u64 = 0;

/// The answers, the latest first.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<VecDeque<Entry>>);

/// What a step said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// Its identity as a suggestion, where it is one.
    pub(super) id: u64,
    /// To be inserted at the cursor; empty where the step had nothing to add.
    pub(super) text: String,
    pub(super) step: String,
    pub(super) source: Source,
    /// Whose machine saw the code.
    pub(super) ownership: Ownership,
}

#[derive(Debug)]
struct Entry {
    config: Arc<Config>,
    language: &'static str,
    /// What stood before the cursor, and behind it: length in bytes, and a hash.
    before: (usize, u64),
    after: (usize, u64),
    said: Said,
}

/// Under what the answers are looked up.
#[derive(Clone, Copy)]
pub(super) struct Under<'a> {
    pub(super) config: &'a Arc<Config>,
    pub(super) class: PrivacyClass,
    /// The only step that counts, where the task names one.
    pub(super) step: Option<&'a str>,
}

impl Cache {
    /// Remembers what a step said.
    pub(super) fn put(&self, config: &Arc<Config>, place: &Place, said: Said) {
        if said.text.len() > LONGEST {
            return;
        }
        let (before, after) = halves(place);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push_front(Entry {
            config: config.clone(),
            language: place.document.language().name,
            before: (before.len(), hash(before)),
            after: (after.len(), hash(after)),
            said,
        });
        entries.truncate(MOST);
    }

    /// What is still to be written of what was said: each text once, the latest first. Silence counts where nothing else is there,
    /// and only at its own place.
    pub(super) fn get(&self, under: Under<'_>, place: &Place) -> Vec<Said> {
        let (before, after) = halves(place);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|entry| Arc::ptr_eq(&entry.config, under.config) || Arc::strong_count(&entry.config) > 1);
        let is_candidate = |entry: &&Entry| {
            Arc::ptr_eq(&entry.config, under.config)
                && under.class.allows(entry.said.ownership)
                && under.step.is_none_or(|step| step == entry.said.step)
                && entry.language == place.document.language().name
                && entry.after.0 == after.len()
                && entry.before.0 <= before.len()
                && begins(&entry.said.text, before.get(entry.before.0..))
        };
        let candidates: Vec<&Entry> = entries.iter().filter(is_candidate).collect();
        if candidates.is_empty() {
            return Vec::new();
        }
        let (behind, hashes) = (hash(after), hashes(before, &candidates));
        let same = candidates
            .into_iter()
            .zip(hashes)
            .filter(|(entry, hash)| entry.after.1 == behind && entry.before.1 == *hash);
        let mut found: Vec<Said> = Vec::new();
        for (entry, _) in same {
            let left = entry.said.text.get(before.len() - entry.before.0..).unwrap_or_default();
            if !found.iter().any(|other| other.text == left) {
                found.push(Said { text: left.to_owned(), ..entry.said.clone() });
            }
        }
        if found.iter().any(|said| !said.text.is_empty()) {
            found.retain(|said| !said.text.trim().is_empty());
        }
        found.truncate(MOST_SHOWN);
        found
    }

    /// Whether something is known at a place, under whatever settings.
    pub(super) fn may_know(&self, place: &Place) -> bool {
        let (before, after) = halves(place);
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_candidate = |entry: &&Entry| {
            entry.after.0 == after.len()
                && entry.before.0 <= before.len()
                && begins(&entry.said.text, before.get(entry.before.0..))
        };
        let candidates: Vec<&Entry> = entries.iter().filter(is_candidate).collect();
        let mut same = candidates.iter().zip(hashes(before, &candidates));
        // Most texts of the same length differ before the cursor.
        same.any(|(entry, own)| entry.before.1 == own && entry.after.1 == hash(after))
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Whether a text that was suggested begins as what was typed since, and goes on. Nothing typed is enough of a beginning.
fn begins(text: &str, typed: Option<&str>) -> bool {
    typed.is_some_and(|typed| typed.is_empty() || text.len() > typed.len() && text.starts_with(typed))
}

fn halves(place: &Place) -> (&str, &str) {
    place.document.source().split_at_checked(place.offset).unwrap_or_default()
}

/// A number that tells texts apart. Files are long and every key is asked about: four streams of eight bytes at a time.
pub(super) fn hash(text: &str) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |state: u64, bytes: &[u8]| {
        let mut word = [0; 8];
        word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        (state.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR)
    };
    let (blocks, rest) = text.as_bytes().as_chunks::<32>();
    let mut lanes: [u64; 4] = [1, 2, 3, 4];
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = (lane.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        }
    }
    let length = text.len().to_le_bytes();
    let all = rest.chunks(8).chain([&length[..]]).fold(lanes, |lanes, bytes| {
        let [first, others @ ..] = lanes;
        let [second, third, fourth] = others;
        [second, third, fourth, step(first, bytes)]
    });
    all.into_iter().fold(0, |state: u64, lane| step(state, &(lane ^ (lane >> 32)).to_le_bytes()))
}

/// The hash of as much of `before` as each entry had.
fn hashes(before: &str, entries: &[&Entry]) -> Vec<u64> {
    let mut known: Vec<(usize, u64)> = Vec::new();
    for entry in entries {
        let length = entry.before.0;
        if !known.iter().any(|(other, _)| *other == length) {
            known.push((length, hash(before.get(..length).unwrap_or_default())));
        }
    }
    let of = |entry: &&Entry| known.iter().find(|(length, _)| *length == entry.before.0).map_or(0, |(_, hash)| *hash);
    entries.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline_completion::Trigger;
    use crate::syntax::{Document, Language};

    fn place(text: &str) -> Place {
        let offset = text.find('|').unwrap();
        let document = Document::new(Language::by_id("rust").unwrap(), &text.replacen('|', "", 1), None);
        Place::of(&document, offset, Trigger::Invoked).unwrap()
    }

    fn said(text: &str, ownership: Ownership) -> Said {
        Said { id: 7, text: text.to_owned(), step: "m".to_owned(), source: Source::Model, ownership }
    }

    fn texts(cache: &Cache, config: &Arc<Config>, class: PrivacyClass, text: &str) -> Vec<String> {
        let found = cache.get(Under { config, class, step: None }, &place(text));
        assert!(found.iter().all(|said| said.id == 7));
        found.into_iter().map(|said| said.text).collect()
    }

    #[test]
    fn serves_who_types_along_and_who_comes_back() {
        let (cache, config) = (Cache::default(), Arc::new(Config::default()));
        let get = |text: &str| texts(&cache, &config, PrivacyClass::Any, text);
        cache.put(&config, &place("fn a() {\n    |\n}\n"), said("call(b);\n    c();", Ownership::Mine));
        assert_eq!(get("fn a() {\n    |\n}\n"), ["call(b);\n    c();"]);
        assert_eq!(get("fn a() {\n    call(|\n}\n"), ["b);\n    c();"]);
        assert_eq!(get("fn a() {\n    ca|\n}\n"), ["ll(b);\n    c();"], "deleted back");
        for other in ["fn a() {\n    cb|\n}\n", "fn b() {\n    |\n}\n", "fn a() {\n    |\n}\n\n", "fn a() {\n   |\n}\n"]
        {
            assert!(get(other).is_empty(), "{other}");
        }
        assert!(get("fn a() {\n    call(b);\n    c();|\n}\n").is_empty(), "there is nothing left");
        assert!(cache.may_know(&place("fn a() {\n    call(|\n}\n")));
        assert!(!cache.may_know(&place("fn b() {\n    |\n}\n")), "as long, and another");
    }

    #[test]
    fn nothing_comes_from_under_another_config_or_to_where_it_may_not_go() {
        let (cache, config) = (Cache::default(), Arc::new(Config::default()));
        let text = "fn a() {\n    |\n}\n";
        cache.put(&config, &place(text), said("b();", Ownership::Cloud));
        assert_eq!(texts(&cache, &config, PrivacyClass::Any, text).len(), 1);
        assert!(texts(&cache, &config, PrivacyClass::LocalOnly, text).is_empty());
        assert!(texts(&cache, &Arc::new(Config::default()), PrivacyClass::Any, text).is_empty());
        let named = Under { config: &config, class: PrivacyClass::Any, step: Some("other") };
        assert!(cache.get(named, &place(text)).is_empty());
        cache.clear();
        assert!(texts(&cache, &config, PrivacyClass::Any, text).is_empty());
    }

    #[test]
    fn silence_is_remembered_at_its_place_and_the_bound_is_kept() {
        let (cache, config) = (Cache::default(), Arc::new(Config::default()));
        let get = |text: &str| texts(&cache, &config, PrivacyClass::Any, text);
        cache.put(&config, &place("fn a() {\n    |\n}\n"), said("", Ownership::Mine));
        assert_eq!(get("fn a() {\n    |\n}\n"), [""]);
        assert!(get("fn a() {\n    b|\n}\n").is_empty());
        cache.put(&config, &place("fn a() {\n    |\n}\n"), said(&"x".repeat(LONGEST + 1), Ownership::Mine));
        assert_eq!(get("fn a() {\n    |\n}\n"), [""]);
        for number in 0..MOST {
            cache.put(&config, &place(&format!("fn a{number}() {{\n    |\n}}\n")), said("b();", Ownership::Mine));
        }
        assert!(get("fn a() {\n    |\n}\n").is_empty());
        assert_eq!(cache.0.lock().unwrap().len(), MOST);
    }
}
