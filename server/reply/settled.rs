//! Lines that stood off the grid of indentation, put back where the old code has them. Refuses to move a line by a whole step:
//! that is a change.

use crate::text::{leading_whitespace, line_matches};

/// The old code and its grid.
pub(super) struct Grid<'a> {
    /// The lines that stood there, the first one with its blanks.
    pub(super) old: &'a [&'a str],
    /// The first line as it was sent.
    pub(super) first: &'a str,
    /// The blanks of the code's own level.
    pub(super) base: &'a str,
    /// One step of indentation, in columns.
    pub(super) step: usize,
}

/// What is known of a line's blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    /// They are layout that somebody chose.
    Meant,
    /// They were made up from those of another layout.
    MadeUp,
    /// The line is an inner one of a comment: it stands where the comment's first line puts it.
    Comment,
    /// They are content.
    Content,
}

impl Grid<'_> {
    /// `lines` with the old blanks of those that continue an old line less than a step away, if theirs were made up, or if the
    /// old line stood where no step from the base leads: left of it.
    pub(super) fn settle(&self, lines: &[&str], blanks_of: impl Fn(usize) -> Blanks) -> String {
        let pairs = paired(self.old, lines);
        let mut settled: Vec<String> = Vec::with_capacity(lines.len());
        // The line that the comment at hand starts on.
        let mut start = 0;
        for (at, line) in lines.iter().enumerate() {
            let kind = blanks_of(at);
            let old = pairs[at].and_then(|old| self.old.get(old)).copied();
            let old = old.filter(|_| kind != Blanks::Content && !line.trim().is_empty());
            let first = pairs.get(start).copied().flatten().and_then(|old| self.old.get(old)).copied();
            let within = |old: &str| {
                let deeper = leading_whitespace(old).strip_prefix(leading_whitespace(first?))?;
                let moved = leading_whitespace(settled.get(start)?).to_owned() + deeper;
                (kind == Blanks::Comment && old.trim() == line.trim()).then_some(moved)
            };
            // The first line stays the first one, wherever that stood; and one that was sent as it stood, where what stood above
            // it was left out.
            let is_first = |old: &str| {
                at == 0 && old.trim() == line.trim() && (pairs[0] == Some(0) || old.trim_end() == self.first.trim_end())
            };
            let stood = |old: &str| {
                let was = leading_whitespace(old);
                let is = leading_whitespace(line);
                let restored = old.trim() == line.trim() && (self.is_clipped(is, was) || self.is_respelt(is, was));
                (is_first(old) || restored || self.is_near(is, was, kind)).then(|| was.to_owned())
            };
            let blanks = old.and_then(|old| within(old).or_else(|| stood(old)));
            if kind != Blanks::Comment {
                start = at;
            }
            settled.push(blanks.map_or_else(|| (*line).to_owned(), |blanks| blanks + line.trim_start()));
        }
        settled.join("\n")
    }

    fn is_near(&self, is: &str, was: &str, kind: Blanks) -> bool {
        let (is, was, base) = (self.columns(is), self.columns(was), self.columns(self.base));
        is.abs_diff(was) < self.step && (kind != Blanks::Meant || was < base)
    }

    /// Whether a line is as far left as the base lets it be, and stood further left: how far, an answer cannot say.
    fn is_clipped(&self, is: &str, was: &str) -> bool {
        let base = self.columns(self.base);
        self.columns(is) == base && self.columns(was) < base
    }

    /// Whether a line stands as far in as it stood, by other blanks than the base has, though the first line was moved here.
    fn is_respelt(&self, is: &str, was: &str) -> bool {
        let was_moved = leading_whitespace(self.first) != self.base;
        was_moved && !was.starts_with(self.base) && self.columns(is) == self.columns(was)
    }

    /// How wide blanks are; a tab is a step.
    fn columns(&self, blanks: &str) -> usize {
        blanks.bytes().map(|byte| if byte == b'\t' { self.step } else { 1 }).sum()
    }
}

/// For each new line the old one that it continues: the same but for its blanks, or the only other one between two such.
pub(super) fn paired(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
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

    fn settle(old: &str, new: &str, base: &str, kind: Blanks) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
        Grid { old: &old, first: new[0], base, step: 4 }.settle(&new, |at| if at == 0 { Blanks::Meant } else { kind })
    }

    #[test]
    fn a_line_left_of_the_base_stays_there() {
        let (old, new) = ("    /** A. */\n   f();", "    /** A. */\n    f(1);");
        assert_eq!(settle(old, new, "    ", Blanks::Meant), "    /** A. */\n   f(1);");
    }

    #[test]
    fn a_line_at_the_margin_stays_there() {
        let old = "    f() {\n        a();\n// b\n    }";
        assert_eq!(
            settle(old, "    f() {\n        a(1);\n    // b\n    }", "    ", Blanks::Meant),
            old.replace("a()", "a(1)")
        );
    }

    #[test]
    fn blanks_that_were_made_up_give_way_to_the_old_ones() {
        let (old, new) = ("a(\n  b,\n    c)", "a(\n    b,\n    c)");
        assert_eq!(settle(old, new, "", Blanks::MadeUp), old);
        assert_eq!(settle(old, new, "", Blanks::Meant), new);
    }

    #[test]
    fn a_comment_s_lines_stand_below_its_first_as_they_did() {
        assert_eq!(settle("/** a\n    b */", "  /** a\n        b */", "", Blanks::Comment), "/** a\n    b */");
        assert_eq!(
            settle("x\n/** a\n    b */", "y\n  /** a\n        b */", "", Blanks::Content),
            "y\n  /** a\n        b */"
        );
    }

    #[test]
    fn a_whole_step_is_a_change() {
        assert_eq!(settle("a\n    b\nc", "a\nb\nc", "", Blanks::MadeUp), "a\nb\nc");
    }
}
