//! An edit and what was typed meanwhile, merged: the same as typing it into the edited document, or no edit. Refuses to judge
//! where the typing itself broke the code.

use std::path::Path;
use std::sync::LazyLock;

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Task};
use graft_ls::syntax::{Census, Document};
use graft_ls::validate::{ReasonCode, ValidatedEdit};
use proptest::prelude::*;

use super::corpus::samples::{Sample, samples};
use super::corpus::source::{Source, paths_under};

/// One thing that a person does to some lines; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Typing {
    Insert(usize, &'static str),
    Delete(usize, usize),
    Replace(usize, &'static str),
    Move(usize, usize, usize),
}

const TYPED: [&str; 4] = ["# a note\n", "\n", "\n\n", "    # deeper\n"];

fn typing() -> impl Strategy<Value = Typing> {
    let line = 0usize..10_000;
    let text = prop::sample::select(TYPED.to_vec());
    prop_oneof![
        4 => (line.clone(), text.clone()).prop_map(|(at, text)| Typing::Insert(at, text)),
        1 => (line.clone(), 1usize..4).prop_map(|(at, count)| Typing::Delete(at, count)),
        1 => (line.clone(), text).prop_map(|(at, text)| Typing::Replace(at, text)),
        1 => (line.clone(), 1usize..12, line).prop_map(|(at, count, to)| Typing::Move(at, count, to)),
    ]
}

fn typed(text: &str, typings: &[Typing], comment: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let worded = |text: &str| text.replace('#', comment);
    for typing in typings {
        let count = lines.len();
        match *typing {
            Typing::Insert(at, text) => lines.insert(at % (count + 1), worded(text)),
            _ if count == 0 => {}
            Typing::Delete(at, length) => drop(lines.drain(at % count..(at % count + length).min(count))),
            Typing::Replace(at, text) => lines[at % count] = worded(text),
            Typing::Move(at, length, to) => {
                let block: Vec<String> = lines.drain(at % count..(at % count + length).min(count)).collect();
                let to = to % (lines.len() + 1);
                lines.splice(to..to, block);
            }
        }
    }
    lines.concat()
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let sources = paths_under(&root).into_iter().filter_map(|path| Source::read(&root, &path));
    sources.flat_map(|source| samples(&source, 1, usize::MAX)).collect()
});

/// The edit that a perfect answer makes, for the document with these line ends.
fn edit(sample: &Sample, text: &str) -> Option<ValidatedEdit> {
    let document = Document::new(sample.document.language(), text, Some(1));
    let before = sample.document.slice(0..sample.definition.node.start);
    let line = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + column;
    let task = Task::new("t", ActionId::Refactor, document, start..start);
    let answer = format!("```\n{}\n```\n", sample.new);
    match Engine::new(Config::default()).replay(&task, &answer, Some("stop")).result {
        Ok(Change::Edit { edit, file: None }) => Some(*edit),
        _ => None,
    }
}

/// What stands around the scope: its lines' beginning and end are kept, so that nothing is typed into it.
fn around(sample: &Sample) -> (&str, &str) {
    let source = sample.document.source();
    let start = source[..sample.scope.range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = source[sample.scope.range.end..].find('\n').map_or(source.len(), |at| sample.scope.range.end + at + 1);
    (&source[..start], &source[end..])
}

fn sound(document: &Document) -> bool {
    Census::of(document, 0..document.source().len()).is_empty()
}

/// Whether the definition is still the only one that looks so, in the same place of the outline.
fn in_place(sample: &Sample, now: &Document) -> bool {
    let same = |document: &Document| {
        let all = document.outline().definitions.clone();
        let alike = all.into_iter().filter(|d| {
            d.is_same_as(&sample.definition)
                && d.path == sample.definition.path
                && document.slice(d.whole.clone()) == sample.document.slice(sample.definition.whole.clone())
        });
        alike.count()
    };
    same(&sample.document) == 1 && same(now) == 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn typing_elsewhere_and_the_edit_commute(
        pick in 0usize..10_000,
        above in prop::collection::vec(typing(), 0..4),
        below in prop::collection::vec(typing(), 0..4),
        crlf in any::<bool>(),
        no_final_newline in any::<bool>(),
    ) {
        let sample = &SAMPLES[pick % SAMPLES.len()];
        let comment = if sample.document.language().name == "python" { "#" } else { "//" };
        let (before, after) = around(sample);
        let source = sample.document.source();
        let lines = &source[before.len()..source.len() - after.len()];
        let new_lines = lines.replacen(&sample.old, &sample.new, 1);
        let (now_before, now_after) = (typed(before, &above, comment), typed(after, &below, comment));
        let ended = |text: String| {
            let text = if no_final_newline { text.trim_end_matches('\n').to_owned() } else { text };
            if crlf { text.replace('\n', "\r\n") } else { text }
        };
        let base = ended(source.to_owned());
        let Some(edit) = edit(sample, &base) else { return Ok(()) };
        let now = Document::new(sample.document.language(), &ended(format!("{now_before}{lines}{now_after}")), Some(7));
        let expected = ended(format!("{now_before}{new_lines}{now_after}"));
        let plain = Document::new(now.language(), &now.source().replace("\r\n", "\n"), None);
        match edit.rebase(&now) {
            Ok(merged) => {
                prop_assert_eq!(merged.new_text(), expected);
                prop_assert_eq!(merged.document().version(), Some(7));
            }
            Err(rejection) => {
                prop_assert_eq!(rejection.code, ReasonCode::Stale);
                let broken = !sound(&plain) || !sound(&Document::new(now.language(), &expected.replace("\r\n", "\n"), None));
                prop_assert!(broken || !in_place(sample, &plain), "{}: {}\n{}", sample.label, rejection.message, now.source());
            }
        }
    }

    #[test]
    fn typing_into_the_scope_ends_the_edit(pick in 0usize..10_000, at in 0usize..10_000, length in 0usize..3) {
        let sample = &SAMPLES[pick % SAMPLES.len()];
        let Some(edit) = edit(sample, sample.document.source()) else { return Ok(()) };
        let mut old = sample.old.clone();
        let mut at = at % old.len();
        while !old.is_char_boundary(at) { at -= 1; }
        let mut end = (at + length).min(old.len());
        while !old.is_char_boundary(end) { end += 1; }
        old.replace_range(at..end, "~x~");
        let now = Document::new(sample.document.language(), &sample.with(&old), None);
        prop_assert_eq!(edit.rebase(&now).map(|merged| merged.new_text()).map_err(|rejection| rejection.code), Err(ReasonCode::Stale));
    }
}

#[test]
fn the_same_change_is_not_made_twice() {
    let mut checked = 0;
    for sample in SAMPLES.iter() {
        let Some(edit) = edit(sample, sample.document.source()) else { continue };
        let now = sample.after();
        if let Ok(merged) = edit.rebase(&now) {
            assert_eq!(merged.new_text(), now.source(), "{}", sample.label);
        }
        checked += 1;
    }
    assert!(checked > 10, "only {checked} samples have an edit");
}

fn replayed(language: &str, text: &str, at: &str, action: ActionId, answer: &str) -> ValidatedEdit {
    let document = Document::new(graft_ls::syntax::Language::by_id(language).unwrap(), text, Some(1));
    let start = text.find(at).unwrap();
    let task = Task::new("t", action, document, start..start);
    let outcome = Engine::new(Config::default()).replay(&task, answer, Some("stop"));
    match outcome.result {
        Ok(Change::Edit { edit, .. }) => *edit,
        other => panic!("{other:?}"),
    }
}

/// What an edit becomes where the document has become `now`; nothing where it is refused.
fn merged(edit: &ValidatedEdit, now: &str) -> Option<String> {
    let now = Document::new(edit.document().language(), now, Some(2));
    edit.rebase(&now).ok().map(|merged| merged.new_text())
}

const IMPORTING: &str = "import os\n\n\ndef here():\n    return '.'\n\n\ndef other():\n    return os.sep\n";
const WITH_IMPORT: &str =
    "import json\n\n\ndef here():\n    return helper(json.dumps('.'))\n\n\ndef helper(x):\n    return x\n";

#[test]
fn imports_of_both_stand_side_by_side_and_once() {
    let edit = replayed("python", IMPORTING, "here", ActionId::Refactor, WITH_IMPORT);
    let alone = edit.new_text();
    assert!(alone.contains("import json") && alone.contains("def helper"), "{alone}");
    let theirs = merged(&edit, &IMPORTING.replace("import os\n", "import os\nimport re\n")).unwrap();
    assert_eq!(theirs.replacen("import re\n", "", 1), alone);
    let twice = merged(&edit, &IMPORTING.replace("import os\n", "import os\nimport json\n")).unwrap();
    assert_eq!(twice.matches("import json").count(), 1, "{twice}");
}

#[test]
fn a_helper_follows_its_scope_where_the_neighbour_went() {
    let edit = replayed("python", IMPORTING, "here", ActionId::Refactor, WITH_IMPORT);
    let now = IMPORTING.replace("\n\n\ndef other():\n    return os.sep\n", "\n");
    let merged = merged(&edit, &now).unwrap();
    assert!(merged.contains("def helper(x):\n    return x\n") && !merged.contains("other"), "{merged}");
}

#[test]
fn look_alikes_are_told_apart_or_refused() {
    let method =
        |name: &str| format!("impl {name} {{\n    fn new() -> Self {{\n        Self::default()\n    }}\n}}\n\n");
    let text = format!("{}{}", method("A"), method("B"));
    let answer = "fn new() -> Self {\n        Self { x: 1 }\n    }\n";
    let edit = replayed(
        "rust",
        &text,
        "new() -> Self {\n        Self::default()\n    }\n}\n\nimpl B",
        ActionId::Refactor,
        answer,
    );
    let more = format!("{}{}{}", method("C"), method("A"), method("B"));
    assert_eq!(
        merged(&edit, &more).unwrap(),
        more.replacen(
            "impl A {\n    fn new() -> Self {\n        Self::default()",
            "impl A {\n    fn new() -> Self {\n        Self { x: 1 }",
            1
        )
    );
    let swapped = format!("{}{}", method("B"), method("A"));
    assert!(merged(&edit, &swapped).unwrap().contains("impl A {\n    fn new() -> Self {\n        Self { x: 1 }"));
    assert_eq!(merged(&edit, &format!("{}{text}", method("A"))), None, "which of the two is meant?");
    assert_eq!(merged(&edit, &method("B")), None);
}

const FIRST: &str = "/** How many. */\nvar count = 1;\n\nvar other = 2;\n";

#[test]
fn a_comment_typed_right_above_the_scope_stays_above_it() {
    let answer = "/** How many. */\nvar count = 3;\n";
    let edit = replayed("javascript", FIRST, "count", ActionId::Refactor, answer);
    let now = format!("// typed meanwhile\n{FIRST}");
    assert_eq!(merged(&edit, &now).unwrap(), now.replace("count = 1", "count = 3"));
}

#[test]
fn a_comment_typed_where_the_edit_brings_one_is_a_doubt() {
    let text = "function count() {\n  return 1;\n}\n";
    let answer = "/** How many. */\nfunction count() {\n  return 1;\n}\n";
    let edit = replayed("javascript", text, "count", ActionId::Document, answer);
    assert_eq!(merged(&edit, &format!("/** Somebody's own words. */\n{text}")), None);
}
