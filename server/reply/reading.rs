//! The texts that an answer may have meant as code, likeliest first. Refuses prose where there is a block.

use std::collections::{HashMap, HashSet};

use super::align::{parses_somewhere, placed};
use super::numbered::without_line_numbers;
use super::segment::{Segment, SegmentKind, segments};
use super::unwrap::{Old, is_notation, unwrapped};
use crate::syntax::{Language, line_in_comment, line_in_string};
use crate::text::leading_whitespace;

/// A text that may be the answer's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether a closing mark showed that the text is whole.
    pub(super) closed: bool,
    /// Whether it stood in a block or another wrapping, rather than among prose.
    pub(super) marked: bool,
    /// Which stretch of the answer it comes from, in order: a text and what was unwrapped or decoded from it share one.
    pub(super) origin: usize,
}

/// More than this many texts are never tried: an answer that needs more is noise.
const MOST: usize = 24;

/// Infos of blocks that show commands or their output.
const NOT_CODE: [&str; 9] = ["bash", "sh", "shell", "console", "zsh", "text", "txt", "output", "plaintext"];

/// All texts that `answer` may mean.
pub(super) fn texts(answer: &str, old: Old<'_>, language: &'static Language) -> Vec<Text> {
    let mut found = Vec::new();
    let segments = segments(answer);
    let mut blocks: Vec<&Segment> = segments.iter().filter(|segment| segment.kind != SegmentKind::Prose).collect();
    // Beside a block that says it is in the scope's language, one that says it is in another is no version of it.
    if blocks.iter().any(|block| language_of(block) == Some(language.name)) {
        blocks.retain(|block| language_of(block).is_none_or(|label| label == language.name));
    }
    if let Some(before) = before_bare_fence(answer, &segments) {
        found.push(Text { text: before.to_owned(), closed: true, marked: true, origin: 0 });
    }
    for (at, segment) in blocks.iter().enumerate() {
        found.extend(block_text(answer, segment, at + 1));
    }
    if let (Some(first), Some(last)) = (blocks.first(), blocks.last()) {
        // An inner fence at the margin ends the block too early: from the first opening to the last closing fence.
        let up_to = |end: usize| answer.get(first.inner.start..end).unwrap_or_default();
        let whole = up_to(last_fence(answer, last));
        let closed = matches!(last.kind, SegmentKind::Code { closed: true, .. });
        // Where it takes in prose between two blocks it does not parse.
        if blocks.len() == 1 || parses_somewhere(language, whole) {
            found.push(Text { text: whole.to_owned(), closed, marked: true, origin: 1 });
        } else if !closed && parses_somewhere(language, up_to(last.outer.start)) {
            // What looks as if it opened a last block closes the first one.
            found.push(Text { text: up_to(last.outer.start).to_owned(), closed: true, marked: true, origin: 1 });
        }
    } else {
        found.push(Text { text: answer.to_owned(), closed: false, marked: false, origin: 0 });
    }
    let wrapped: Vec<Text> = found.iter().flat_map(|text| unwrapped_texts(text, old, language)).collect();
    // Tags around unfenced code may parse as operators, and take in what stands next to them.
    let is_wrapping = |text: &Text| !text.marked && wrapped.iter().any(|inner| inner.origin == text.origin);
    found.retain(|text| !is_notation(&text.text, old) && !is_wrapping(text));
    found.splice(0..0, wrapped);
    // Before anything is made of the text: in escaped code the language shows neither strings nor brackets.
    let more: Vec<Text> = found.iter().filter_map(|text| decoded(text, old.scope)).collect();
    found.extend(more);
    for text in &mut found {
        text.text = tidied(&text.text, language);
    }
    let plain: Vec<Text> = found.iter().filter_map(|text| unnumbered(text, language)).collect();
    // Only entries such as `1: "one",` are code with their numbers; a number and a bar may parse as an operation, too.
    let counts = old.scope.lines().any(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    let is_code = |plain: &Text| !counts && parses_somewhere(language, &plain.text);
    let numbered = |text: &Text| {
        let mut plain = plain.iter().filter(|plain| plain.origin == text.origin);
        plain.any(|plain| plain.text.trim().is_empty() || is_code(plain) || !parses_somewhere(language, &text.text))
    };
    found.retain(|text| !numbered(text));
    found.extend(plain);
    for text in &mut found {
        if let Some(trimmed) = without_blanks_at_line_ends(&text.text, old, language) {
            text.text = trimmed;
        }
    }
    let mut unique: Vec<Text> = Vec::new();
    for text in found {
        if !text.text.trim().is_empty() && !unique.iter().any(|other| other.text == text.text) {
            unique.push(text);
        }
    }
    unique.truncate(MOST);
    unique
}

/// The name of the language that a block says it is in, if Graft knows it.
fn language_of(segment: &Segment) -> Option<&'static str> {
    match &segment.kind {
        SegmentKind::Code { info, .. } => Language::by_id(info).map(|language| language.name),
        SegmentKind::Prose => None,
    }
}

/// What a text wraps; where that has fences, their blocks, but for those in the code's own comments and strings.
fn unwrapped_texts(text: &Text, old: Old<'_>, language: &'static Language) -> Vec<Text> {
    let own = |inner: String| Text { text: inner, closed: true, marked: true, origin: text.origin };
    let mut found = Vec::new();
    for inner in unwrapped(&text.text, old) {
        let blocks: Vec<Text> =
            segments(&inner).iter().filter_map(|segment| block_text(&inner, segment, text.origin)).collect();
        match blocks.is_empty() || parses_somewhere(language, &inner) {
            true => found.push(own(inner)),
            false => found.extend(blocks),
        }
    }
    found
}

/// The answer's text outside blocks, for recognising a refusal.
pub(super) fn prose(answer: &str) -> String {
    segments(answer)
        .into_iter()
        .filter(|segment| segment.kind == SegmentKind::Prose)
        .map(|segment| &answer[segment.inner])
        .collect()
}

/// Where the opening fence was part of the prompt, the answer starts with code and only closes.
fn before_bare_fence<'a>(answer: &'a str, segments: &[Segment]) -> Option<&'a str> {
    let [Segment { kind: SegmentKind::Prose, inner, .. }, Segment { kind: SegmentKind::Code { info, .. }, .. }, ..] =
        segments
    else {
        return None;
    };
    info.is_empty().then(|| &answer[inner.clone()])
}

fn block_text(answer: &str, segment: &Segment, origin: usize) -> Option<Text> {
    let SegmentKind::Code { info, closed, indent } = &segment.kind else {
        return None;
    };
    if NOT_CODE.contains(&info.as_str()) {
        return None;
    }
    let inner = &answer[segment.inner.clone()];
    let (inner, closed) = match closed_behind_code(inner).filter(|_| !closed) {
        Some(inner) => (inner, &true),
        None => (inner, closed),
    };
    let margin = " ".repeat(*indent);
    // In a list the block's lines have the fence's indentation too; elsewhere it is the code's own.
    let text = match *indent > 0 && inner.lines().all(|line| line.trim().is_empty() || line.starts_with(&margin)) {
        true => inner.split_inclusive('\n').map(|line| line.strip_prefix(&margin).unwrap_or(line)).collect(),
        false => inner.to_owned(),
    };
    Some(Text { text, closed: *closed, marked: true, origin })
}

/// A block that nothing closes, up to a fence behind the code on its last line.
fn closed_behind_code(inner: &str) -> Option<&str> {
    let at = inner.rmatch_indices("```").map(|(at, _)| at).find(|at| {
        let ends_line = inner[at + 3..].chars().next().is_none_or(|next| next == '\n');
        ends_line && inner[..*at].chars().next_back().is_some_and(|before| !before.is_whitespace() && before != '`')
    })?;
    Some(&inner[..at])
}

fn last_fence(answer: &str, last: &Segment) -> usize {
    let text = answer.get(..last.outer.end).unwrap_or_default().trim_end();
    match text.rfind('\n').filter(|at| super::segment::fence(&text[at + 1..]).is_some()) {
        Some(at) => at + 1,
        None => text.len(),
    }
}

/// A text with what models put on its first line by mistake taken off: a word that names the language, a single blank.
pub(super) fn tidied(text: &str, language: &'static Language) -> String {
    let rest = text.trim_start_matches('\n');
    let (first, below) = rest.split_once('\n').unwrap_or((rest, ""));
    let names_language = language.fences.contains(&first.trim().to_lowercase().as_str());
    let rest = if names_language && !below.trim().is_empty() { below.trim_start_matches('\n') } else { rest };
    let stray = rest.strip_prefix(' ').filter(|content| !content.starts_with([' ', '\t']) && is_stray(rest, language));
    stray.unwrap_or(rest).to_owned()
}

/// Whether the one blank before a text's first line is no indentation: most other lines have a depth that no step from it gives.
fn is_stray(text: &str, language: &'static Language) -> bool {
    let (fragment, all) = placed(language, text);
    let content = line_in_string(&fragment, all.clone()).into_iter().zip(line_in_comment(&fragment, all));
    let below = text.split('\n').zip(content).skip(1).filter(|(line, (in_string, in_comment))| {
        // The inner lines of block comments have a blank of their own.
        !in_string && !in_comment && !line.trim().is_empty() && !line.trim_start().starts_with('*')
    });
    let steps_from_it = |line: &str| {
        line.strip_prefix(' ').map(leading_whitespace).is_some_and(|step| step.len() % 2 == 0 || step.starts_with('\t'))
    };
    let (own, other): (Vec<&str>, Vec<&str>) = below.map(|(line, _)| line).partition(|line| steps_from_it(line));
    own.len() < other.len()
}

/// The text without the blanks at its lines' ends, strings aside, where more new lines have those than old ones that are gone: a
/// model adds some by mistake, and the old code's own are nobody's to take away.
fn without_blanks_at_line_ends(text: &str, old: Old<'_>, language: &'static Language) -> Option<String> {
    let ends_in_blanks = |line: &&str| line.ends_with([' ', '\t']);
    if !text.split('\n').any(|line| ends_in_blanks(&line)) {
        return None;
    }
    let known: HashSet<&str> = old.file.split('\n').filter(ends_in_blanks).collect();
    let lines: HashSet<&str> = text.split('\n').filter(ends_in_blanks).collect();
    // A line that stood there twice may be gone once.
    let mut gone: Vec<&str> = old.scope.split('\n').filter(ends_in_blanks).collect();
    for line in text.split('\n').filter(ends_in_blanks) {
        if let Some(at) = gone.iter().position(|old| *old == line) {
            gone.swap_remove(at);
        }
    }
    if lines.difference(&known).count() <= gone.len() {
        return None;
    }
    let (fragment, all) = placed(language, text);
    let starts_in_string = line_in_string(&fragment, all);
    let ends_in_string = |at: usize| starts_in_string.get(at + 1).copied().unwrap_or(false);
    let blanks = |line: &str| line.get(line.trim_end().len()..).unwrap_or_default().to_owned();
    // The added ones are alike; others are a changed line's own.
    let mut counts: HashMap<String, usize> = HashMap::new();
    for line in lines.difference(&known) {
        *counts.entry(blanks(line)).or_default() += 1;
    }
    let added = counts.into_iter().max_by_key(|(_, count)| *count).map(|(blanks, _)| blanks);
    let is_own = |line: &str| added != Some(blanks(line)) && gone.iter().any(|old| blanks(old) == blanks(line));
    let lines = text.split('\n').enumerate();
    let trimmed = lines.map(|(at, line)| if ends_in_string(at) || is_own(line) { line } else { line.trim_end() });
    Some(trimmed.collect::<Vec<_>>().join("\n"))
}

/// The text without its lines' numbers, if it has them.
fn unnumbered(text: &Text, language: &'static Language) -> Option<Text> {
    Some(Text { text: tidied(&without_line_numbers(&text.text)?, language), ..text.clone() })
}

/// The text with HTML's escapes undone, if there are any. Only ever a second thought: code may be meant to hold them, and where a
/// line of the old code has come back with its own, only a text that escapes others once more is escaped.
fn decoded(text: &Text, old: &str) -> Option<Text> {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ];
    if !pairs.iter().any(|(escape, _)| text.text.contains(escape)) {
        return None;
    }
    let has_escape = |line: &&str| pairs.iter().any(|(escape, _)| line.contains(escape));
    let is_kept =
        text.text.lines().map(str::trim).filter(has_escape).any(|line| old.lines().any(|old| old.trim() == line));
    let is_escaped_again = pairs.iter().any(|(escape, _)| text.text.contains(&escape.replace('&', "&amp;")));
    if is_kept && !is_escaped_again {
        return None;
    }
    let decoded = pairs.iter().fold(text.text.clone(), |text, (escape, plain)| text.replace(escape, plain));
    Some(Text { text: decoded, ..text.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answer: &str) -> Vec<Text> {
        texts(answer, Old { scope: "", file: "" }, Language::by_id("python").unwrap())
    }

    fn first(answer: &str) -> String {
        of(answer).into_iter().next().map(|text| text.text).unwrap_or_default()
    }

    #[test]
    fn blanks_at_line_ends_stay_where_the_old_code_has_as_many() {
        let python = Language::by_id("python").unwrap();
        let answer = "```python\nif a and b: \n    s = '''x  \n'''\n  \n    c()\n```\n";
        let read = |old: &str| {
            texts(answer, Old { scope: old, file: old }, python)
                .into_iter()
                .next()
                .map(|text| text.text)
                .unwrap_or_default()
        };
        assert_eq!(read("if a: \n  \n    d = 'x  '; \n"), "if a and b: \n    s = '''x  \n'''\n  \n    c()\n");
        assert_eq!(read("if a:\n    c()\n"), "if a and b:\n    s = '''x  \n'''\n\n    c()\n", "but for a string's own");
    }

    #[test]
    fn blanks_at_line_ends_stay_in_a_whole_file_that_has_no_more_of_them() {
        let (scope, file) = ("def f(a): \n    x\n", "# A. \ndef f(a): \n    x\ndef g(): \n    y\n");
        let answer = file.replace("f(a)", "f(a, b)");
        let read = texts(&answer, Old { scope, file }, Language::by_id("python").unwrap());
        assert_eq!(read.first().map(|text| text.text.as_str()), Some(answer.as_str()));
    }

    #[test]
    fn blanks_at_line_ends_stay_where_one_of_two_equal_lines_has_changed() {
        let old = "def f():\n    a() \n    b()\n    a() \n";
        let answer = old.replacen("a()", "c()", 1);
        let read = texts(&answer, Old { scope: old, file: old }, Language::by_id("python").unwrap());
        assert_eq!(read.first().map(|text| text.text.as_str()), Some(answer.as_str()));
    }

    #[test]
    fn prefers_blocks_to_prose() {
        assert_eq!(first("Sure!\n```rust\nfn f() {}\n```\nBye."), "fn f() {}\n");
        assert!(of("Sure!\n```rust\nfn f() {}\n```\nBye.").iter().all(|text| !text.text.contains("Sure")));
    }

    #[test]
    fn reads_code_before_a_fence_that_only_closes() {
        assert_eq!(first("fn f() {}\n```\nThat is it."), "fn f() {}\n");
    }

    #[test]
    fn unwraps_blocks_inside_wrappings_and_line_numbers() {
        assert_eq!(first("{\"code\": \"```\\nfn f() {\\n}\\n```\"}"), "fn f() {\n}\n");
        assert_eq!(first("<output>\n```py\nfn f() {}\n```\n</output>"), "fn f() {}\n");
        assert!(of("1: fn f() {\n2: }\n").iter().any(|text| text.text == "fn f() {\n}"));
    }

    #[test]
    fn a_command_is_never_the_answer() {
        assert!(
            of("```bash\ncargo test\n```").iter().all(|text| text.text.contains("cargo")),
            "only the fallback remains"
        );
        assert_eq!(first("```sh\nls\n```\n```py\nx = 1\n```"), "x = 1\n");
    }

    #[test]
    fn takes_the_indentation_of_a_list_off_a_block() {
        assert_eq!(first("1. do\n   ```py\n   def f():\n       pass\n   ```\n"), "def f():\n    pass\n");
    }

    #[test]
    fn takes_a_stray_word_or_blank_off_the_first_line() {
        assert_eq!(first("```\npython\nx = 1\n```"), "x = 1\n");
        assert_eq!(first("```py\n x = 1\n\ny = 2\n```"), "x = 1\n\ny = 2\n");
        assert_eq!(first("```py\n def f():\n    pass\n```"), "def f():\n    pass\n");
        assert_eq!(first("```py\n def f():\n   pass\n```"), " def f():\n   pass\n");
        assert_eq!(first("```go\n f() {\n \tg()\n }\n```"), " f() {\n \tg()\n }\n");
    }

    #[test]
    fn sees_a_fence_that_shares_a_line_with_code() {
        assert_eq!(first("```py\nx = 1```\nDone."), "x = 1");
        assert_eq!(first("Here it is: ```py\nx = 1\n```\n"), "x = 1\n");
    }
}
