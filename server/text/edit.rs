//! Replacements by byte range: single and as a sorted, disjoint set. Refuses sets that overlap or leave the text.

use std::ops::Range;

/// One replacement in a text, in bytes of the text before any edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub range: Range<usize>,
    /// What comes in its place.
    pub new: String,
}

impl Edit {
    /// A replacement of `range` by `new`.
    pub fn new(range: Range<usize>, new: impl Into<String>) -> Edit {
        Edit { range, new: new.into() }
    }
}

/// Why edits do not form a set that can be applied.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EditsError {
    /// Two edits touch the same bytes, or insert at the same place.
    #[error("two edits touch byte {0}")]
    Overlap(usize),
    /// An edit reaches past the end of the text or into a character.
    #[error("an edit of bytes {0}..{1} does not fit the text")]
    OutOfBounds(usize, usize),
}

/// Edits of one text, sorted, disjoint, within the text and on character boundaries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edits(Vec<Edit>);

impl Edits {
    /// Sorts the edits and checks them against the text that they are for.
    pub fn new(text: &str, mut edits: Vec<Edit>) -> Result<Edits, EditsError> {
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut end = None;
        for edit in &edits {
            let Range { start, end: stop } = edit.range;
            if start > stop || !text.is_char_boundary(start) || !text.is_char_boundary(stop) {
                return Err(EditsError::OutOfBounds(start, stop));
            }
            if end.is_some_and(|end| start < end || (start == end && start == stop)) {
                return Err(EditsError::Overlap(start));
            }
            end = Some(stop);
        }
        Ok(Edits(edits))
    }

    /// The text with every edit made. `text` is the one that the set was made for.
    pub fn apply(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len() + self.0.iter().map(|edit| edit.new.len()).sum::<usize>());
        let mut from = 0;
        for edit in &self.0 {
            result.push_str(text.get(from..edit.range.start).unwrap_or_default());
            result.push_str(&edit.new);
            from = edit.range.end;
        }
        result.push_str(text.get(from..).unwrap_or_default());
        result
    }

    /// Where byte `offset` of the old text lies in the new one. An offset inside a replaced range goes to the range's end;
    /// `after_insertions` says on which side of an insertion at `offset` it falls.
    pub fn map(&self, offset: usize, after_insertions: bool) -> usize {
        let mut moved = offset as isize;
        for edit in &self.0 {
            let pure_insertion = edit.range.is_empty() && edit.range.start == offset;
            if edit.range.end <= offset && (!pure_insertion || after_insertions) {
                moved += edit.new.len() as isize - edit.range.len() as isize;
            } else if edit.range.start < offset && offset < edit.range.end {
                moved += edit.new.len() as isize - (offset - edit.range.start) as isize;
            } else if edit.range.start >= offset {
                break;
            }
        }
        usize::try_from(moved).unwrap_or(0)
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The edits, first place first; reversible.
    pub fn iter(&self) -> std::slice::Iter<'_, Edit> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applies_edits_given_in_any_order() {
        let edits =
            Edits::new("abcdef", vec![Edit::new(4..5, "X"), Edit::new(0..1, ""), Edit::new(6..6, "!")]).unwrap();
        assert_eq!(edits.apply("abcdef"), "bcdXf!");
    }

    #[test]
    fn refuses_overlap_double_insertion_and_places_outside() {
        assert_eq!(Edits::new("abc", vec![Edit::new(0..2, ""), Edit::new(1..3, "")]), Err(EditsError::Overlap(1)));
        assert_eq!(Edits::new("abc", vec![Edit::new(1..1, "x"), Edit::new(1..1, "y")]), Err(EditsError::Overlap(1)));
        assert_eq!(Edits::new("abc", vec![Edit::new(3..4, "")]), Err(EditsError::OutOfBounds(3, 4)));
        assert_eq!(Edits::new("é", vec![Edit::new(1..2, "")]), Err(EditsError::OutOfBounds(1, 2)));
    }

    #[test]
    fn maps_offsets_past_edits() {
        let edits = Edits::new("abcdef", vec![Edit::new(1..1, "XY"), Edit::new(3..5, "")]).unwrap();
        assert_eq!(edits.map(0, true), 0);
        assert_eq!((edits.map(1, false), edits.map(1, true)), (1, 3));
        assert_eq!(edits.map(6, true), 6);
    }
}
