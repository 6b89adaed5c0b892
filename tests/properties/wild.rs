//! Answers that are no answers: any bytes, any cut, in files that are broken. Refuses to hold them to more than doing no harm.

use std::path::Path;
use std::sync::LazyLock;

use graft_ls::syntax::{Census, Document};
use proptest::prelude::*;

use super::checks::{Reply, replay, reply};
use super::mutators::{ALL, Answer};
use super::samples::{Sample, Source, samples};

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    Source::all_under(&folder).iter().flat_map(|source| samples(source, 1)).collect()
});

#[test]
fn a_cut_answer_is_never_an_edit_where_the_server_says_so() {
    let samples = &SAMPLES;
    assert!(samples.len() > 30, "the fixtures are not where this looks for them");
    for sample in samples.iter().step_by(16) {
        let answer = format!("```\n{}\n```", sample.new);
        for (cut, _) in answer.char_indices() {
            let text = answer[..cut].to_owned();
            let cut = Answer { text, finish_reason: Some("length"), expect: super::mutators::Expect::Refusal };
            let got = reply(&replay(&sample.document, sample.cursor(), &cut));
            assert!(matches!(got, Reply::Refused(_)), "{}: {:?} made {got:?}", sample.label, cut.text);
        }
    }
}

#[test]
fn a_cut_answer_between_braces_is_an_edit_only_if_it_is_whole() {
    let braces = |sample: &&Sample| sample.label.contains(".rs:") && sample.definition.kind.is_callable();
    for sample in SAMPLES.iter().filter(braces).step_by(4) {
        for (cut, _) in sample.new.char_indices() {
            let text = sample.new[..cut].to_owned();
            let cut = Answer { text, finish_reason: None, expect: super::mutators::Expect::Refusal };
            let got = reply(&replay(&sample.document, sample.cursor(), &cut));
            assert!(!matches!(got, Reply::Edit(_)), "{}: {:?} made {got:?}", sample.label, cut.text);
        }
    }
}

#[test]
fn the_same_answer_makes_the_same_edit() {
    for sample in SAMPLES.iter().step_by(5) {
        for mutator in ALL.iter().step_by(4) {
            let Some(answer) = (mutator.make)(sample) else { continue };
            let first = reply(&replay(&sample.document, sample.cursor(), &answer));
            assert_eq!(first, reply(&replay(&sample.document, sample.cursor(), &answer)), "{}", sample.label);
        }
    }
}

/// What must hold of any answer: nothing outside the scope goes, and the file parses no worse.
fn does_no_harm(document: &Document, sample: &Sample, text: String) -> Result<(), TestCaseError> {
    let answer = Answer { text, finish_reason: Some("stop"), expect: super::mutators::Expect::Either };
    let Reply::Edit(new) = reply(&replay(document, sample.cursor(), &answer)) else {
        return Ok(());
    };
    let after = Document::new(document.language(), &new, None);
    let (before, now) = (Census::of(document, 0..0), Census::of(&after, 0..0));
    prop_assert!(now.len() <= before.len(), "{}: {} errors have become {}", sample.label, before.len(), now.len());
    prop_assert_eq!(new.matches('\r').count(), document.source().matches('\r').count());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_do_no_harm(pick in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let sample = pick.get(&SAMPLES);
        does_no_harm(&sample.document, sample, String::from_utf8_lossy(&bytes).into_owned())?;
    }

    #[test]
    fn pieces_of_answers_do_no_harm(
        pick in any::<prop::sample::Index>(),
        pieces in prop::collection::vec((0usize..8, any::<prop::sample::Index>()), 0..9),
    ) {
        let sample = pick.get(&SAMPLES);
        let lines: Vec<&str> = sample.new.lines().collect();
        let text: String = pieces
            .iter()
            .map(|(sort, at)| match sort {
                0 => "```\n".to_owned(),
                1 => "</think>\n".to_owned(),
                2 => "@@ -1 +1 @@\n-".to_owned(),
                3 => "\r\n}\r".to_owned(),
                4 => "<<<<<<< SEARCH\n=======\n".to_owned(),
                5 => format!("{}\n", sample.new),
                6 => format!("{}\n", at.get(&lines)),
                _ => lines[at.index(lines.len())..].join("\n"),
            })
            .collect();
        does_no_harm(&sample.document, sample, text)?;
    }

    #[test]
    fn a_broken_file_becomes_no_worse(
        pick in any::<prop::sample::Index>(),
        holes in prop::collection::vec((any::<prop::sample::Index>(), 1usize..4), 1..4),
        way in any::<prop::sample::Index>(),
    ) {
        let sample = pick.get(&SAMPLES);
        let Some(answer) = (way.get(ALL).make)(sample) else { return Ok(()) };
        // Only what follows the scope is damaged, so that the cursor still means it.
        let mut text: Vec<char> = sample.document.source().chars().collect();
        for (hole, length) in &holes {
            let at = sample.scope.range.end + hole.index(text.len());
            for _ in 0..*length {
                if at < text.len() {
                    text.remove(at);
                }
            }
        }
        let broken = Document::new(sample.document.language(), &text.into_iter().collect::<String>(), None);
        does_no_harm(&broken, sample, answer.text)?;
    }
}
