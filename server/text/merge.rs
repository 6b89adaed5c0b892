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
        self.same.iter().find_map(|(base, now)| {
            (base.start <= range.start && range.end <= base.end)
                .then(|| range.start - base.start + now.start..range.end - base.start + now.start)
        })
    }
}

impl Drift {
    /// Where something that was to go in at byte `at` of the earlier text goes in the later one: behind the line that it
    /// followed, else before the one that it preceded. Blank lines are everywhere, so they tell a place only together.
    pub fn insertion(&self, base: &str, now: &str, at: usize) -> Option<usize> {
        let before = base.get(..at)?;
        if !before.is_empty() && !before.ends_with('\n') {
            // In the middle of a line, or behind a last one without an end.
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let line = start..base.get(at..)?.find('\n').map_or(base.len(), |end| at + end + 1);
            return self.map(line).map(|line| line.start + at - start);
        }
        let previous = before.strip_suffix('\n').map_or(0, |line| line.rfind('\n').map_or(0, |end| end + 1))..at;
        let next = at..base.get(at..)?.find('\n').map_or(base.len(), |end| at + end + 1);
        let (behind, ahead) =
            (self.map(previous.clone()).map(|line| line.end), self.map(next.clone()).map(|line| line.start));
        let tells = |line: &Range<usize>| base.get(line.clone()).is_some_and(|line| !line.trim().is_empty());
        match (behind, ahead) {
            _ if base == now => Some(at),
            (Some(behind), Some(ahead)) if behind == ahead => Some(behind),
            (Some(behind), _) if tells(&previous) => Some(behind),
            (_, Some(ahead)) if tells(&next) => Some(ahead),
            _ if base.trim().is_empty() && now.trim().is_empty() => Some(now.len()),
            _ => None,
        }
    }

    /// The lines of the later text that the earlier one has not.
    pub fn new_lines<'t>(&self, now: &'t str) -> Vec<&'t str> {
        self.gaps(now.len()).into_iter().flat_map(|gap| now.get(gap).unwrap_or_default().lines()).collect()
    }

    /// Those of them that stand at byte `at` of the later text.
    pub fn new_lines_at<'t>(&self, now: &'t str, at: usize) -> Vec<&'t str> {
        let here = self.gaps(now.len()).into_iter().filter(|gap| gap.start <= at && at <= gap.end);
        here.flat_map(|gap| now.get(gap).unwrap_or_default().lines()).collect()
    }

    fn gaps(&self, length: usize) -> Vec<Range<usize>> {
        let mut gaps = Vec::new();
        let mut from = 0;
        for (_, now) in &self.same {
            gaps.push(from..now.start);
            from = now.end;
        }
        gaps.push(from..length);
        gaps.retain(|gap| !gap.is_empty());
        gaps
    }
}

/// For each new line, the old line that it continues, by a line diff under `key`; matched pairs never cross. Last lines that say
/// the same are a pair: where brackets were put around code, one closes it, and another closed all of it before.
pub fn line_matches(old: &[&str], new: &[&str], key: impl Fn(&str) -> &str) -> Vec<Option<usize>> {
    let old_keys: Vec<&str> = old.iter().map(|line| key(line)).collect();
    let new_keys: Vec<&str> = new.iter().map(|line| key(line)).collect();
    let mut matches = vec![None; new.len()];
    let last = match (old_keys.split_last(), new_keys.split_last()) {
        (Some((old, old_rest)), Some((new, new_rest))) if old == new => Some((old_rest.len(), new_rest.len())),
        _ => None,
    };
    let (old_end, new_end) = last.unwrap_or((old.len(), new.len()));
    for op in capture_diff_slices(Algorithm::Patience, &old_keys[..old_end], &new_keys[..new_end]) {
        if op.tag() == DiffTag::Equal {
            for (old_index, new_index) in op.old_range().zip(op.new_range()) {
                if let Some(entry) = matches.get_mut(new_index) {
                    *entry = Some(old_index);
                }
            }
        }
    }
    if let (Some((old_last, _)), Some(entry)) = (last, matches.last_mut()) {
        *entry = Some(old_last);
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

    #[test]
    fn the_last_line_continues_the_last_one() {
        let matches = line_matches(&["f {", "a", "}"], &["f {", "if {", "a", "}", "}"], |line| line);
        assert_eq!(matches, [Some(0), None, Some(1), None, Some(2)]);
    }
}
