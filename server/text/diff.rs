//! The smallest set of edits between two texts: by lines, then by tokens inside small hunks. Refuses to shatter lines that share little.

use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

use super::Edit;

/// Hunks larger than this on either side stay whole-line edits: nobody reads a token diff of a page.
const REFINE_BYTES: usize = 512;
const REFINE_LINES: usize = 8;
/// Unchanged islands up to this many bytes between two token edits are swallowed by them.
const ISLAND_BYTES: usize = 3;
/// A hunk whose sides share less than this part of their bytes stays a whole-line edit.
const REFINE_SIMILARITY: f64 = 0.5;

/// Edits that turn `old` into `new`, in bytes of `old`, sorted and disjoint. Whole-line edits reach from one line's start
/// to another's; token edits stay within lines. Lines end at `\n` only, so that `\r\n` is never split.
pub fn minimal_edits(old: &str, new: &str) -> Vec<Edit> {
    if old == new {
        return Vec::new();
    }
    let (old_lines, new_lines) = (lines(old), lines(new));
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    let mut edits = Vec::new();
    for op in capture_diff_slices(Algorithm::Histogram, &old_lines, &new_lines) {
        if op.tag() == DiffTag::Equal {
            continue;
        }
        let old_range = bytes(&old_starts, op.old_range());
        let new_range = bytes(&new_starts, op.new_range());
        let (old_part, new_part) = (&old[old_range.clone()], &new[new_range]);
        match refine(&op, old_part, new_part) {
            Some(inner) => edits.extend(inner.into_iter().map(|edit| shift(edit, old_range.start))),
            None => edits.push(Edit::new(old_range, new_part)),
        }
    }
    edits
}

/// The lines of `text` with their `\n`.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Byte offsets at which the pieces start, and the end of the last.
pub(super) fn starts(pieces: &[&str]) -> Vec<usize> {
    let mut offset = 0;
    let mut starts = Vec::with_capacity(pieces.len() + 1);
    starts.push(0);
    for piece in pieces {
        offset += piece.len();
        starts.push(offset);
    }
    starts
}

/// The bytes that a range of pieces covers.
pub(super) fn bytes(starts: &[usize], pieces: Range<usize>) -> Range<usize> {
    let at = |index: usize| starts.get(index).or(starts.last()).copied().unwrap_or(0);
    at(pieces.start)..at(pieces.end)
}

fn shift(edit: Edit, by: usize) -> Edit {
    Edit { range: edit.range.start + by..edit.range.end + by, new: edit.new }
}

fn refine(op: &DiffOp, old: &str, new: &str) -> Option<Vec<Edit>> {
    let small = |text: &str, lines: usize| text.len() <= REFINE_BYTES && lines <= REFINE_LINES;
    if op.tag() != DiffTag::Replace || !small(old, op.old_range().len()) || !small(new, op.new_range().len()) {
        return None;
    }
    let (old_tokens, new_tokens) = (tokens(old), tokens(new));
    let (old_starts, new_starts) = (starts(&old_tokens), starts(&new_tokens));
    let mut shared = 0;
    let mut edits: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old_tokens, &new_tokens) {
        let (old_range, new_range) = (bytes(&old_starts, op.old_range()), bytes(&new_starts, op.new_range()));
        if op.tag() == DiffTag::Equal {
            shared += old[old_range].chars().filter(|c| !c.is_whitespace()).count();
            continue;
        }
        match edits.last_mut() {
            Some((last_old, last_new))
                if old_range.start - last_old.end <= ISLAND_BYTES
                    && !old[last_old.end..old_range.start].contains('\n') =>
            {
                last_old.end = old_range.end;
                last_new.end = new_range.end;
            }
            _ => edits.push((old_range, new_range)),
        }
    }
    let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let longest = visible(old).max(visible(new)).max(1);
    if (shared as f64) < REFINE_SIMILARITY * longest as f64 {
        return None;
    }
    Some(edits.into_iter().map(|(range, by)| trim(old, range, &new[by])).collect())
}

/// Takes off what both sides of an edit start or end with, which joining two edits over an island can leave.
fn trim(old: &str, range: Range<usize>, new: &str) -> Edit {
    let gone = &old[range.clone()];
    let prefix: usize = gone.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (gone, new) = (&gone[prefix..], &new[prefix..]);
    let suffix: usize =
        gone.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    Edit::new(range.start + prefix..range.end - suffix, &new[..new.len() - suffix])
}

/// Words, runs of blanks, and every other character by itself; a line end is a token of its own.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        ' ' | '\t' => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in text.char_indices() {
        let current = class(c);
        if previous.is_some_and(|previous| previous != current || current == 2) {
            tokens.push(&text[start..at]);
            start = at;
        }
        previous = Some(current);
    }
    if start < text.len() {
        tokens.push(&text[start..]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Edits;
    use proptest::prelude::*;

    #[test]
    fn changes_one_word_for_one_word() {
        assert_eq!(minimal_edits("let total = sum(x);\n", "let total = mean(x);\n"), vec![Edit::new(12..15, "mean")]);
    }

    #[test]
    fn inserts_whole_lines_between_lines() {
        assert_eq!(minimal_edits("a\nb\n", "a\nnew line\nb\n"), vec![Edit::new(2..2, "new line\n")]);
    }

    #[test]
    fn replaces_lines_that_share_little_as_a_whole() {
        assert_eq!(minimal_edits("first = 1\n", "while other():\n"), vec![Edit::new(0..10, "while other():\n")]);
    }

    #[test]
    fn deletes_the_last_line_of_a_text_without_a_final_line_end() {
        let edits = Edits::new("a\nb", minimal_edits("a\nb", "a")).unwrap();
        assert_eq!(edits.apply("a\nb"), "a");
    }

    proptest! {
        #[test]
        fn edits_applied_give_the_new_text(old in "([ab {}é🦀]{0,6}\r?\n){0,12}[ab]{0,4}", new in "([ab {}é🦀]{0,6}\r?\n){0,12}[ab]{0,4}") {
            let edits = minimal_edits(&old, &new);
            prop_assert!(edits.iter().all(|edit| edit.new != old[edit.range.clone()]));
            let edits = Edits::new(&old, edits).unwrap();
            prop_assert_eq!(edits.apply(&old), new);
        }
    }
}
