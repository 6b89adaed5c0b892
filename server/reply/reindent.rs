//! The indentation of a text changed to another base and unit. Refuses to touch anything but leading blanks.

use super::block::{Block, deeper_steps};
use super::settled::{Blanks, Grid};
use crate::text::{IndentUnit, leading_whitespace, line_matches};

/// Where a block is to stand.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The blanks of the new level.
    pub(super) base: &'a str,
    /// One step below it.
    pub(super) unit: IndentUnit,
    /// Whether the first line stands at a line's start, and so gets the base too.
    pub(super) starts_line: bool,
    /// How much deeper than the base the shallowest deeper line of the code that stood there is, where that is known.
    pub(super) least: Option<String>,
    /// The lines that stood there, the first one with its blanks; none where the block is new.
    pub(super) old: Vec<&'a str>,
}

impl Place<'_> {
    /// What stands before the blanks of the new level in those of an old one; where both mix tabs and spaces, behind them.
    pub(super) fn put_before<'b>(&self, base: &'b str) -> Option<&'b str> {
        base.strip_suffix(self.base).or_else(|| base.strip_prefix(self.base))
    }

    /// The least step that a block set here shows, in its lines outside strings.
    pub(super) fn least_of<'t>(base: &str, lines: impl Iterator<Item = (&'t str, bool)>) -> Option<&'t str> {
        deeper_steps(base, lines).min_by_key(|step| step.len())
    }
}

impl<'a> Block<'a> {
    /// Every sensible way to set the block at a place, each once: unit converted or kept, inner lines of strings moved
    /// along or left, and the first line taken as the only one that lost its indentation. Where the old lines say how far
    /// all of it was moved, only the way back.
    pub(super) fn variants(&self, place: &Place<'_>) -> Vec<String> {
        let moved = self.moved_back(place);
        let mut variants = if moved.is_empty() { self.set_variants(place) } else { moved };
        variants = variants.into_iter().map(|text| self.raised(text, place)).collect();
        variants.dedup();
        variants
    }

    fn set_variants(&self, place: &Place<'_>) -> Vec<String> {
        let mut results = Vec::new();
        for base in self.bases(place).into_iter().flatten() {
            let kept = self.kept_blanks(base, place);
            let stood = is_most(&kept);
            // A deeper line that stands as it stood tells the steps as well.
            let is_deeper = |line: &&KeptLine| line.depth > place.base.len();
            let told = stood && kept.iter().filter(is_deeper).any(|line| line.stands);
            // In steps of another width, lines of two depths do not come to stand where they stood.
            let mut depths = kept.iter().filter(is_deeper).map(|line| line.depth);
            let first = depths.next();
            let surely = kept.iter().all(|line| line.stands) && depths.any(|depth| Some(depth) != first);
            for convert in [!told, told] {
                for shift_strings in [true, false] {
                    if shift_strings && self.strings_stayed(base, place) {
                        continue;
                    }
                    let scaled = if convert && !stood { self.scaled_step(base, place) } else { None };
                    for step in self.steps(base, convert, place.unit).into_iter().chain(scaled.map(Some)) {
                        let text = self.settled(&self.set(base, place, step, shift_strings), place, step, stood);
                        let fits = surely && step.is_none() || self.fits(&text, place);
                        if !results.contains(&(fits, text.clone())) {
                            results.push((fits, text));
                        }
                    }
                }
            }
        }
        // Where one variant is as deep as the code that stood here, those that are not are accidents; but for a text that stands
        // where it belongs: what is deeper in it may be continuation lines alone.
        let as_it_stands = (!self.base.is_empty() && self.base == place.base).then(|| {
            self.settled(&self.set(self.base, place, None, true), place, None, self.stands_as(self.base, place))
        });
        let as_it_is = |text: &str| as_it_stands.as_deref() == Some(text);
        let any_fits = results.iter().any(|(fits, _)| *fits);
        results.into_iter().filter(|(fits, text)| *fits || !any_fits || as_it_is(text)).map(|(_, text)| text).collect()
    }

    /// The blanks that the block's own level may have, the likelier first.
    fn bases<'b>(&self, place: &Place<'b>) -> [Option<&'b str>; 2]
    where
        'a: 'b,
    {
        let lost = self.first_line_lost(place);
        let head = self.head_blanks();
        match lost {
            // What is written above a definition may stand elsewhere, also in the old code.
            None if head != self.base && self.base == place.base && self.stands_as(self.base, place) => {
                [Some(self.base), Some(head)]
            }
            None if head != self.base => [Some(head), None],
            Some(base) if head.len() > self.base.len() || self.closes_first_at(base) => [lost, None],
            // A body that was set one step deeper may stand where its lines stood before.
            Some(base) if self.stands_as(base, place) => [lost, Some(self.base)],
            // A header of two lines, moved as a whole, looks as if only the first had moved.
            Some(_) if self.stands_as(self.base, place) => [Some(self.base), lost],
            // Nothing may stand deeper below a line that ends its statement.
            Some(_) if self.first_line_opens_nothing() && !self.in_string.iter().any(|inside| *inside) => [lost, None],
            Some(base) if !self.steps_evenly(self.base) && self.steps_evenly(base) => [lost, None],
            Some(base) if self.closes_at(base) || !self.steps_evenly(self.base) => [lost, Some(self.base)],
            _ => [Some(self.base), lost],
        }
    }

    /// Whether the block, only moved from a base to the place's, has most of its old lines blank for blank.
    fn stands_as(&self, base: &str, place: &Place<'_>) -> bool {
        is_most(&self.kept_blanks(base, place))
    }

    /// The old lines with words that the block, only moved from a base to the place's, keeps.
    fn kept_blanks(&self, base: &str, place: &Place<'_>) -> Vec<KeptLine> {
        let text = self.set(base, place, None, true);
        let lines: Vec<&str> = text.split('\n').collect();
        let mut kept = Vec::new();
        let old_lines = line_matches(&place.old, &lines, str::trim);
        for ((line, old), content) in lines.iter().zip(old_lines).zip(self.no_layout()).skip(1) {
            let worded = !content && line.contains(char::is_alphanumeric) && line.starts_with([' ', '\t']);
            let old = old.and_then(|old| place.old.get(old)).filter(|_| worded);
            let blanks = leading_whitespace(line);
            kept.extend(old.map(|old| KeptLine { depth: blanks.len(), stands: leading_whitespace(old) == blanks }));
        }
        kept
    }

    /// The block, set, with the old blanks of lines that no step of indentation puts where they stood; `stands` where the
    /// block is as deep as the old code, line for line, whose blanks are meant then.
    fn settled(&self, text: &str, place: &Place<'_>, step: Option<&str>, stands: bool) -> String {
        let unit = place.unit.text();
        let step_width = place.least.as_ref().unwrap_or(&unit).len();
        let grid = Grid {
            old: &place.old,
            first: self.lines.first().copied().unwrap_or_default(),
            base: place.base,
            step: if unit == "\t" { 8 } else { step_width.max(2) },
        };
        let converted = step.is_some_and(|step| step != unit);
        let flag = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or(false);
        let blanks_of = |at: usize| match stands {
            _ if flag(&self.in_string, at) || at == 0 && !place.starts_line => Blanks::Content,
            _ if flag(&self.in_comment, at) => Blanks::Comment,
            false if converted => Blanks::MadeUp,
            _ => Blanks::Meant,
        };
        grid.settle(&text.split('\n').collect::<Vec<_>>(), blanks_of)
    }

    /// Whether the block, set, steps in as far as the code that stood there did.
    fn fits(&self, text: &str, place: &Place<'_>) -> bool {
        let lines = text.split('\n').zip(self.in_string.iter().copied()).skip(1);
        match (&place.least, Place::least_of(place.base, lines)) {
            (Some(old), Some(new)) => old == new,
            _ => true,
        }
    }

    /// Where only the first line was sent without the indentation that all the others still have: that base.
    fn first_line_lost<'b>(&self, place: &Place<'b>) -> Option<&'b str> {
        // One that stands off the grid, or where the old code has it, says nothing else.
        let has_base = |line: &str| {
            let blanks = leading_whitespace(line);
            let is_old = |old: &&str| !blanks.is_empty() && leading_whitespace(old) == blanks;
            line.starts_with(place.base)
                || place.old.iter().any(is_old)
                || !blanks.is_empty() && blanks.len() + 1 == place.base.len()
                || place.old.contains(&line)
        };
        let off_by_one = !self.base.is_empty() && self.base.len() + 1 == place.base.len();
        let lost = !off_by_one
            && self.base.len() < place.base.len()
            && self.lines.len() > 1
            && self.laid_out().any(|line| line.starts_with(place.base))
            && self.laid_out().all(has_base);
        lost.then_some(place.base)
    }

    fn set(&self, base: &str, place: &Place<'_>, step: Option<&str>, shift_strings: bool) -> String {
        let unit = place.unit.text();
        let mut result = String::new();
        // Of the last line that started no comment: its blanks, and what became of them.
        let mut anchor = (base, place.base.to_owned());
        for (index, (line, inside)) in self.lines.iter().zip(&self.in_string).enumerate() {
            if index > 0 {
                result.push('\n');
            }
            let blanks = leading_whitespace(line);
            let content = &line[blanks.len()..];
            let within = |anchor: &str| match self.in_comment.get(index) {
                Some(true) => blanks.strip_prefix(anchor).filter(|_| !content.is_empty()),
                _ => None,
            };
            if let Some(deeper) = within(anchor.0) {
                result.push_str(&anchor.1);
                result.push_str(deeper);
                result.push_str(content);
                continue;
            }
            let before = result.len();
            match (index, *inside) {
                (0, _) if !place.starts_line => result.push_str(content),
                (0, _) => {
                    result.push_str(place.base);
                    result.push_str(content);
                }
                (_, true) if !shift_strings => result.push_str(line),
                // Blanks on a line of their own are kept where nothing moves.
                (_, false) if content.is_empty() => result.push_str(if base == place.base { blanks } else { "" }),
                _ if content.is_empty() => {}
                (_, true) => match place.put_before(base) {
                    Some(less) => result.push_str(line.strip_prefix(less).unwrap_or(content)),
                    None => {
                        result.push_str(place.base);
                        result.push_str(line.strip_prefix(base).unwrap_or(content));
                    }
                },
                _ => {
                    match blanks.strip_prefix(base) {
                        Some(deeper) => {
                            result.push_str(place.base);
                            result.push_str(&converted(deeper, step, &unit));
                        }
                        // Further out than the block, a comment for one: where nothing moves, it does not move either.
                        None if base == place.base => result.push_str(blanks),
                        None => result.push_str(place.base),
                    }
                    result.push_str(content);
                }
            }
            if index > 0 && !content.is_empty() {
                let written = result.get(before..).unwrap_or_default();
                anchor = (blanks, leading_whitespace(written).to_owned());
            }
        }
        result
    }
}

/// A line of the old code in a block that was set.
struct KeptLine {
    /// How many blanks it has in front.
    depth: usize,
    /// Whether its blanks are what they were.
    stands: bool,
}

/// Whether most lines stand as they stood.
fn is_most(kept: &[KeptLine]) -> bool {
    kept.iter().filter(|line| line.stands).count() * 2 > kept.len()
}

/// Blanks in steps of `step` as as many units; what is left over stays.
fn converted(blanks: &str, step: Option<&str>, unit: &str) -> String {
    let Some(step) = step.filter(|step| *step != unit) else {
        return blanks.to_owned();
    };
    let mut rest = blanks;
    let mut count = 0;
    while let Some(less) = rest.strip_prefix(step) {
        rest = less;
        count += 1;
    }
    // Half a step of an uneven unit (a continuation line) has no counterpart in tabs; spaces stay spaces.
    unit.repeat(count) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block<'a>(text: &'a str, base: &'a str) -> Block<'a> {
        let lines: Vec<&str> = text.lines().collect();
        let in_string = vec![false; lines.len()];
        let in_comment = vec![false; lines.len()];
        Block { lines, in_string, in_comment, braces: true, base, head: 0, first_goes_on: false }
    }

    fn place(base: &str, unit: IndentUnit) -> Place<'_> {
        Place { base, unit, starts_line: true, least: None, old: Vec::new() }
    }

    #[test]
    fn converts_units_and_keeps_what_is_left_over() {
        let set = block("f(\n  a,\n     b)", "").variants(&place("\t", IndentUnit::Tab));
        assert_eq!(set[0], "\tf(\n\t\ta,\n\t\t\t b)");
    }

    #[test]
    fn offers_string_interiors_both_ways() {
        let mut text = block("x = '''\n  a\n'''", "");
        text.in_string = vec![false, true, true];
        let set = text.variants(&place("    ", IndentUnit::Spaces(4)));
        assert!(
            set.contains(&"    x = '''\n  a\n'''".to_owned())
                && set.contains(&"    x = '''\n      a\n    '''".to_owned()),
            "{set:?}"
        );
    }

    #[test]
    fn a_comment_s_lines_keep_their_places_below_its_first() {
        let mut text = block("/**\n * A.\n */\nf() {\n  /*\n   * b\n   */\n  g();\n}", "");
        text.in_comment = [false, true, true, false, false, true, true, false, false].to_vec();
        let set = text.variants(&place("\t", IndentUnit::Tab));
        assert_eq!(set[0], "\t/**\n\t * A.\n\t */\n\tf() {\n\t\t/*\n\t\t * b\n\t\t */\n\t\tg();\n\t}");
    }

    #[test]
    fn knows_that_only_the_first_line_may_have_lost_its_indentation() {
        let set = block("fn f() {\n        a();\n    }", "").variants(&place("    ", IndentUnit::Spaces(4)));
        assert!(set.contains(&"    fn f() {\n        a();\n    }".to_owned()), "{set:?}");
    }

    #[test]
    fn a_closing_bracket_tells_the_depth_of_the_first_line() {
        let text = block("def f(\n        a\n    ) -> B:\n        c()", "");
        let place = Place { least: Some("    ".to_owned()), ..place("    ", IndentUnit::Spaces(4)) };
        assert_eq!(text.variants(&place)[0], "    def f(\n        a\n    ) -> B:\n        c()");
    }

    #[test]
    fn of_its_variants_keeps_those_that_are_as_deep_as_the_old_code() {
        let place = Place { least: Some("    ".to_owned()), ..place("    ", IndentUnit::Spaces(4)) };
        let set = block("def f():\n        a()", "").variants(&place);
        assert_eq!(set, ["    def f():\n        a()"]);
    }

    #[test]
    fn a_line_with_one_unit_tells_that_deeper_ones_before_it_are_continued() {
        let set = block("f(a,\n        b) {\n    c();\n}", "").variants(&place("", IndentUnit::Spaces(4)));
        assert_eq!(set, ["f(a,\n        b) {\n    c();\n}"]);
    }

    #[test]
    fn only_the_first_line_lost_its_indentation_where_no_step_gives_the_others_theirs() {
        let set = block("f:\n        a\n            b\n", "").variants(&place("    ", IndentUnit::Spaces(4)));
        assert_eq!(set[0], "    f:\n        a\n            b");
    }

    proptest! {
        #[test]
        fn setting_a_block_back_gives_it_back(depths in prop::collection::vec(0usize..4, 1..8)) {
            let text: String = std::iter::once("x".to_owned()).chain(depths.iter().map(|depth| format!("\n{}y", "    ".repeat(*depth)))).collect();
            let there = block(&text, "").set("", &place("        ", IndentUnit::Spaces(4)), None, true);
            let back = block(&there, "        ").set("        ", &place("", IndentUnit::Spaces(4)), None, true);
            prop_assert_eq!(back, text);
        }
    }
}
