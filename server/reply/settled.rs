//! Lines that stood off the grid of indentation, put back where the old code has them. Refuses to move a line by a whole step:
//! that is a change.

use crate::text::{leading_whitespace, line_matches};

/// The old code and its grid.
pub(super) struct Grid<'a> {
    /// The lines that stood there, the first one with its blanks.
    pub(super) old: &'a [&'a str],
    /// The blanks of the code's own level.
    pub(super) base: &'a str,
    /// One step of indentation, in columns.
    pub(super) step: usize,
}

impl Grid<'_> {
    /// `lines` with the old blanks of those that continue an old line less than a step away. `is_free` says which of them have
    /// blanks that were made up; any other moves only to where no step from the base leads: left of it.
    pub(super) fn settle(
        &self,
        lines: &[&str],
        is_free: impl Fn(usize) -> bool,
        is_fixed: impl Fn(usize) -> bool,
    ) -> String {
        let pairs = paired(self.old, lines);
        let settled: Vec<String> = lines
            .iter()
            .zip(&pairs)
            .enumerate()
            .map(|(at, (line, pair))| {
                let blanks = leading_whitespace(line);
                let content = &line[blanks.len()..];
                let old = pair.and_then(|pair| self.old.get(pair)).filter(|_| !content.is_empty() && !is_fixed(at));
                // The first line stays the first one, wherever that stood.
                let is_first = |old: &str| at == 0 && *pair == Some(0) && old.trim() == content.trim_end();
                let was = old.filter(|old| is_first(old) || self.is_near(blanks, leading_whitespace(old), is_free(at)));
                was.map_or_else(|| (*line).to_owned(), |was| format!("{}{content}", leading_whitespace(was)))
            })
            .collect();
        settled.join("\n")
    }

    fn is_near(&self, is: &str, was: &str, is_free: bool) -> bool {
        let (is, was) = (self.columns(is), self.columns(was));
        is.abs_diff(was) < self.step && (is_free || was < self.columns(self.base))
    }

    /// How wide blanks are; a tab is a step.
    fn columns(&self, blanks: &str) -> usize {
        blanks.bytes().map(|byte| if byte == b'\t' { self.step } else { 1 }).sum()
    }
}

/// For each new line the old one that it continues: the same but for its blanks, or the only other one between two such.
fn paired(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let mut pairs = line_matches(old, new, str::trim);
    for at in 0..new.len() {
        let before = at.checked_sub(1).map_or(Some(0), |above| pairs[above].map(|old| old + 1));
        let after = pairs.get(at + 1).map_or(Some(old.len()), |below| *below);
        if let (None, Some(before), Some(after)) = (pairs[at], before, after)
            && before + 1 == after
        {
            pairs[at] = Some(before);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(old: &str, new: &str, base: &str, free: bool) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
        Grid { old: &old, base, step: 4 }.settle(&new, |_| free, |_| false)
    }

    #[test]
    fn a_line_left_of_the_base_stays_there() {
        assert_eq!(
            settle("    /** A. */\n   f();", "    /** A. */\n    f(1);", "    ", false),
            "    /** A. */\n   f(1);"
        );
    }

    #[test]
    fn blanks_that_were_made_up_give_way_to_the_old_ones() {
        assert_eq!(settle("a(\n  b,\n    c)", "a(\n    b,\n    c)", "", true), "a(\n  b,\n    c)");
        assert_eq!(settle("a(\n  b,\n    c)", "a(\n    b,\n    c)", "", false), "a(\n    b,\n    c)");
    }

    #[test]
    fn a_whole_step_is_a_change() {
        assert_eq!(settle("a\n    b\nc", "a\nb\nc", "", true), "a\nb\nc");
    }
}
