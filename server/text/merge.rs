//! What became of a place when the text moved on. Refuses places whose own lines changed.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::diff::{bytes, lines, starts};

/// The lines that a text and a later one have in common, in order.
#[derive(Debug)]
pub struct Drift {
    same: Vec<(Range<usize>, Range<usize>)>,
}

impl Drift {
    /// Compares two states of a text by lines.
    pub fn between(base: &str, now: &str) -> Drift {
        let (base_lines, now_lines) = (lines(base), lines(now));
        let (base_starts, now_starts) = (starts(&base_lines), starts(&now_lines));
        let same = capture_diff_slices(Algorithm::Histogram, &base_lines, &now_lines)
            .into_iter()
            .filter(|op| op.tag() == DiffTag::Equal)
            .map(|op| (bytes(&base_starts, op.old_range()), bytes(&now_starts, op.new_range())))
            .collect();
        Drift { same }
    }

    /// Where the bytes `range` of the earlier text stand in the later one; nothing if one of their lines changed.
    pub fn map(&self, range: Range<usize>) -> Option<Range<usize>> {
        if self.same.is_empty() && range.start == 0 && range.end == 0 {
            return Some(0..0);
        }
        self.same.iter().find_map(|(base, now)| {
            (base.start <= range.start && range.end <= base.end)
                .then(|| range.start - base.start + now.start..range.end - base.start + now.start)
        })
    }
}

/// For each new line, the old line that it continues, by a line diff under `key`; matched pairs never cross.
pub fn line_matches(old: &[&str], new: &[&str], key: impl Fn(&str) -> &str) -> Vec<Option<usize>> {
    let old_keys: Vec<&str> = old.iter().map(|line| key(line)).collect();
    let new_keys: Vec<&str> = new.iter().map(|line| key(line)).collect();
    let mut matches = vec![None; new.len()];
    for op in capture_diff_slices(Algorithm::Patience, &old_keys, &new_keys) {
        if op.tag() == DiffTag::Equal {
            for (old_index, new_index) in op.old_range().zip(op.new_range()) {
                if let Some(entry) = matches.get_mut(new_index) {
                    *entry = Some(old_index);
                }
            }
        }
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_a_place_past_lines_typed_above() {
        let drift = Drift::between("a\nb\nc\n", "new\na\nb\nc\n");
        assert_eq!(drift.map(2..6), Some(6..10));
    }

    #[test]
    fn loses_a_place_whose_line_changed() {
        let drift = Drift::between("a\nb\nc\n", "a\nB\nc\n");
        assert_eq!(drift.map(2..4), None);
        assert_eq!(drift.map(4..6), Some(4..6));
    }

    #[test]
    fn matches_lines_by_their_key() {
        let matches = line_matches(&["a  \n", "b\n"], &["a\n", "x\n", "b\n"], |line| line.trim_end());
        assert_eq!(matches, [Some(0), None, Some(1)]);
    }
}
