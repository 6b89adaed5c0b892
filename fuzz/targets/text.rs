//! Any two or three texts: the smallest edit between them leads from one to the other, places are carried over to their own
//! lines, line ends come back as they were, and a merged edit leaves what was typed.

#![no_main]

use std::sync::LazyLock;

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Task};
use graft_ls::syntax::{Document, Language};
use graft_ls::text::{Drift, Edits, FileSide, minimal_edits, normalize_line_ends, unified_diff};
use libfuzzer_sys::fuzz_target;

const BASE: &str = "use std::fmt;\n\nfn first() {}\n\nfn total(values: &[u32]) -> u32 {\n    let mut sum = 0;\n    for value in values {\n        sum += value;\n    }\n    return sum;\n}\n\nfn last() {}\n";
const ANSWER: &str = "```rust\nfn total(values: &[u32]) -> u32 {\n    values.iter().sum()\n}\n```\n";

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Config::default()));

fuzz_target!(|input: (&str, &str, u16, u16)| {
    let (old, new, start, end) = input;
    let edits = Edits::new(old, minimal_edits(old, new)).expect("edits in order, at whole characters");
    assert_eq!(edits.apply(old), new);
    let _ = unified_diff(old, new, FileSide::Path("a"), FileSide::Absent);

    let drift = Drift::between(old, new);
    let range = usize::from(start.min(end)) % (old.len() + 1)..usize::from(start.max(end)) % (old.len() + 1);
    if range.start <= range.end
        && let Some(now) = drift.map(range.clone())
    {
        assert_eq!(old.as_bytes().get(range), new.as_bytes().get(now));
    }

    let (plain, ends) = normalize_line_ends(old);
    assert_eq!(plain.matches('\n').count(), old.matches('\n').count());
    let same = Edits::new(&plain, Vec::new()).unwrap();
    assert!(ends.restore(&same).is_empty());

    goes_along(old, new, start, end);
    merge(new, start, end);
});

/// A twin without `\r\n` that went along with an edit is that of the text after it, and counts its lines alike.
fn goes_along(old: &str, new: &str, start: u16, end: u16) {
    let document = Document::new(Language::by_id("rust").unwrap(), old, None);
    document.with_newlines();
    let mut places = [start, end].map(|at| document.text().whole_character(usize::from(at) % (old.len() + 1)));
    places.sort_unstable();
    let edited = document.edited(places[0]..places[1], new, None);
    let twin = edited.with_newlines();
    assert_eq!(twin.source(), normalize_line_ends(edited.source()).0);
    assert_eq!(twin.text().line_count(), edited.text().line_count());
}

/// Something typed into the file while the answer was written.
fn merge(typed: &str, start: u16, end: u16) {
    let document = Document::new(Language::by_id("rust").unwrap(), BASE, Some(1));
    let at = BASE.find("total(").unwrap();
    let task = Task::new("fuzz", ActionId::Refactor, document.clone(), at..at);
    let Ok(Change::Edit { edit, .. }) = ENGINE.replay(&task, ANSWER, Some("stop")).result else { panic!("no edit") };
    let (start, end) = (usize::from(start) % (BASE.len() + 1), usize::from(end) % (BASE.len() + 1));
    let now = document.edited(start.min(end)..start.max(end), typed, Some(2));
    if let Ok(merged) = edit.rebase(&now) {
        let after = merged.edits().apply(now.source());
        for line in typed.lines().filter(|line| !line.trim().is_empty()) {
            assert!(after.contains(line.trim()), "what was typed is lost: {line:?}\n{after}");
        }
    }
}
