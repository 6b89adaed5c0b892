//! Instructions that stand in the text: `graft:` comments, TODOs, comments that were selected. Refuses documentation.

use std::ops::Range;

use crate::syntax::{Document, Language, Outline};
use crate::text::leading_whitespace;

/// A comment that asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instruction {
    /// What it asks for, without marks.
    pub(super) text: String,
    /// Bytes of the comment, from its mark to its end.
    pub(super) range: Range<usize>,
    /// Its lines, trimmed, as they stand in the file.
    pub(super) lines: Vec<String>,
    /// Whether it says `graft:`, and so was written for this.
    pub(super) addressed: bool,
}

const MARK: &str = "graft:";
const TODO: [&str; 2] = ["TODO", "FIXME"];

/// A `graft:` comment on the line of `offset` or the one above it, else a plain comment on the line itself.
pub(super) fn near(document: &Document, offset: usize) -> Option<Instruction> {
    let line = line_of(document, offset);
    let own = on_line(document, line.clone());
    let above = line.start.checked_sub(1).map(|end| line_of(document, end)).and_then(|line| on_line(document, line));
    let addressed = |instruction: &Instruction| instruction.addressed;
    own.clone().filter(addressed).or_else(|| above.filter(addressed)).or(own)
}

/// The instruction that a range of comments, and nothing but comments, makes.
pub(super) fn selected(document: &Document, range: Range<usize>) -> Option<Instruction> {
    let text = document.slice(range.clone());
    let start = range.start + leading_whitespace(text).len();
    let outline = Outline::of(document, Some(range.clone()));
    let comments: Vec<&Range<usize>> =
        outline.comments.iter().filter(|c| c.start < range.end && range.start < c.end).collect();
    let covered = |at: usize| comments.iter().any(|comment| comment.start <= at && at < comment.end);
    let only = text.char_indices().all(|(at, c)| c.is_whitespace() || covered(range.start + at));
    (only && !comments.is_empty()).then(|| of_text(document, start..range.end))?
}

/// The first `graft:` comment in a range.
pub(super) fn addressed_in(document: &Document, range: Range<usize>) -> Option<Instruction> {
    let outline = Outline::of(document, Some(range.clone()));
    let comments = outline.comments.iter().filter(|c| c.start >= range.start && c.end <= range.end);
    comments.filter_map(|comment| of_text(document, comment.clone())).find(|instruction| instruction.addressed)
}

fn line_of(document: &Document, offset: usize) -> Range<usize> {
    let source = document.source();
    let start = document.line_start(offset);
    let end = source.get(offset..).and_then(|rest| rest.find('\n')).map_or(source.len(), |at| offset + at);
    start..end
}

fn on_line(document: &Document, line: Range<usize>) -> Option<Instruction> {
    let outline = Outline::of(document, Some(line.clone()));
    let comment = outline.comments.iter().find(|comment| line.start <= comment.start && comment.start < line.end)?;
    let text = document.slice(comment.clone());
    is_plain(text, document.language()).then(|| of_text(document, comment.clone()))?
}

/// Documentation speaks to readers, unless it is addressed to Graft by name.
fn is_plain(comment: &str, language: &Language) -> bool {
    let documents = language.documentation_marks.iter().any(|mark| comment.starts_with(mark));
    !documents || comment.to_lowercase().contains(MARK)
}

fn of_text(document: &Document, range: Range<usize>) -> Option<Instruction> {
    let raw = document.slice(range.clone()).trim_end();
    let end = range.start + raw.len();
    let bare: Vec<String> = raw.lines().map(|line| without_marks(line, document.language())).collect();
    let joined = bare.join(" ").trim().to_owned();
    let lower = joined.to_lowercase();
    let addressed = lower.starts_with(MARK);
    let text = if addressed { joined[MARK.len()..].trim().to_owned() } else { without_todo(&joined) };
    let lines = raw.lines().map(|line| line.trim().to_owned()).collect();
    (!text.is_empty()).then_some(Instruction { text, range: range.start..end, lines, addressed })
}

fn without_marks(line: &str, language: &Language) -> String {
    let mut line = line.trim();
    if let Some(mark) = language.comment_marks.iter().find(|mark| line.starts_with(**mark)) {
        line = line[mark.len()..].trim();
    }
    line.strip_suffix("*/").unwrap_or(line).trim().to_owned()
}

/// `TODO(name): text` as `text`.
fn without_todo(text: &str) -> String {
    let Some(rest) = TODO.iter().find_map(|word| text.strip_prefix(word)) else {
        return text.to_owned();
    };
    let rest = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, rest)) => rest,
        None => rest,
    };
    rest.trim_start_matches(':').trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(id: &str, marked: &str) -> Option<(String, bool)> {
        let offset = marked.find('‸').unwrap();
        let document = Document::new(Language::by_id(id).unwrap(), &marked.replace('‸', ""), None);
        near(&document, offset).map(|instruction| (instruction.text, instruction.addressed))
    }

    #[test]
    fn finds_a_comment_on_the_line_or_addressed_above() {
        assert_eq!(at("rust", "fn f() {\n    // graft: sum it up\n    ‸\n}\n"), Some(("sum it up".to_owned(), true)));
        assert_eq!(at("python", "x = 1  # Graft: double it‸\n"), Some(("double it".to_owned(), true)));
        assert_eq!(at("python", "# TODO(ann): write it‸\n"), Some(("write it".to_owned(), false)));
        assert_eq!(at("python", "# plain\n‸x = 1\n"), None);
        assert_eq!(at("rust", "/// documentation‸\nfn f() {}\n"), None);
    }

    #[test]
    fn reads_several_selected_comment_lines_as_one() {
        let text = "// TODO: read it\n// line by line\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        assert_eq!(selected(&document, 0..text.len()).unwrap().text, "read it line by line");
        let text = "// a\nlet x = 1;\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        assert_eq!(selected(&document, 0..text.len()), None);
    }
}
