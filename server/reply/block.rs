//! What the lines of a code block say of its layout: its base, its steps, what its first line opens. Refuses to move a line.

use std::ops::Range;

use super::reindent::Place;
use super::settled::paired;
use crate::syntax::{BodyForm, Document, line_in_comment, line_in_string};
use crate::text::{IndentUnit, base_indent, leading_whitespace};

/// Lines of code with what is known of their blanks.
#[derive(Debug, Clone)]
pub(super) struct Block<'a> {
    /// The lines, without line ends.
    pub(super) lines: Vec<&'a str>,
    /// For each line whether it starts inside a string.
    pub(super) in_string: Vec<bool>,
    /// For each line whether it starts inside a comment: it moves along with the comment's first line.
    pub(super) in_comment: Vec<bool>,
    /// Whether brackets say what belongs together; else blanks do.
    pub(super) braces: bool,
    /// The blanks that the block's own level has.
    pub(super) base: &'a str,
    /// The line that a definition's own words start on, below its comments and attributes.
    pub(super) head: usize,
    /// Whether the tree has the first line's statement go on below it.
    pub(super) first_goes_on: bool,
}

/// What lines have more than `base`; those inside strings and the inner ones of block comments have blanks of their own.
pub(super) fn deeper_steps<'t>(
    base: &str,
    lines: impl Iterator<Item = (&'t str, bool)>,
) -> impl Iterator<Item = &'t str> {
    lines
        .filter(|(line, inside)| {
            !*inside && !line.trim().is_empty() && !line.trim_start().starts_with(['*', ')', ']', '}'])
        })
        .filter_map(move |(line, _)| leading_whitespace(line).strip_prefix(base).filter(|step| !step.is_empty()))
}

/// The most blanks that one step of indentation has.
const WIDEST_STEP: usize = 8;

impl<'a> Block<'a> {
    /// The lines of a fragment's `range` (bytes, widened to the start of its first line), ready to be set elsewhere.
    pub(super) fn of(fragment: &'a Document, range: Range<usize>) -> Block<'a> {
        let source = fragment.source();
        let line_start = fragment.line_start(range.start);
        let own_line = source.get(line_start..range.start).is_some_and(|before| before.trim().is_empty());
        let start = if own_line { line_start } else { range.start };
        let flags = line_in_string(fragment, start..range.end);
        let in_comment = line_in_comment(fragment, start..range.end);
        let lines = fragment.slice(start..range.end).split('\n').collect();
        let braces = fragment.language().body == BodyForm::Braces;
        let base = base_indent(source, range.start);
        let first_goes_on = goes_on_below(fragment, range.start);
        Block { lines, in_string: flags, in_comment, braces, base, head: 0, first_goes_on }
    }

    /// A block of a whole fragment, blank edges off.
    pub(super) fn of_all(fragment: &'a Document) -> Option<Block<'a>> {
        let source = fragment.source();
        let end = source.trim_end().len();
        let start = end - source.get(..end)?.trim_start().len();
        let mut block = (start < end).then(|| Block::of(fragment, start..end))?;
        block.base = block.shallowest();
        Some(block)
    }

    /// Whether a line inside a string lacks the blanks by which the code is to move back, or its own where it moves elsewhere,
    /// or whether all stand nearer to the old lines that they continue than they would, had they moved: then such lines did not
    /// move along with the code.
    pub(super) fn strings_stayed(&self, base: &str, place: &Place<'_>) -> bool {
        let moved = place.put_before(base).unwrap_or(base);
        let inner: Vec<(usize, &str)> = (self.lines.iter().copied().enumerate())
            .filter(|(at, line)| self.in_string.get(*at) == Some(&true) && !line.trim().is_empty())
            .collect();
        if inner.is_empty() {
            return false;
        }
        let pairs = if base == place.base { Vec::new() } else { paired(&place.old, &self.lines) };
        let old = |at: usize| place.old.get(pairs.get(at).copied().flatten()?);
        // Nearer to the old line than it would be, had it moved.
        let stands = |(at, line): &(usize, &str)| {
            let (was, is) = (leading_whitespace(old(*at)?).len(), leading_whitespace(line).len());
            Some(was.abs_diff(is) < was.abs_diff((is + place.base.len()).saturating_sub(base.len())))
        };
        let mut stand = inner.iter().filter_map(stands).peekable();
        let all_stand = stand.peek().is_some() && stand.all(|stands| stands);
        all_stand || inner.iter().any(|(_, line)| !line.starts_with(moved))
    }

    /// Whether nothing on the first line says that the next one is deeper; what ends in a bracket may be the head of a loop.
    pub(super) fn first_line_opens_nothing(&self) -> bool {
        if self.first_goes_on {
            return false;
        }
        let first = self.lines.first().map_or("", |line| line.trim_end());
        let next = self.lines.get(1).map_or("", |line| line.trim_start());
        (first.ends_with([';', '}', ')', '"', '\'', ']']) || first.ends_with("*/"))
            && !next.starts_with(['.', '?', '+', '-', '*', '/', '&', '|', ')', '=', '{', ':'])
    }

    /// Whether a line with these blanks closes what the first line may have opened: they are the first line's own.
    pub(super) fn closes_at(&self, blanks: &str) -> bool {
        self.lines
            .iter()
            .any(|line| leading_whitespace(line) == blanks && line.trim_start().starts_with([')', '}', ']']))
    }

    /// Whether the last line, with these blanks, closes what the first line opens.
    pub(super) fn closes_first_at(&self, blanks: &str) -> bool {
        let opens = self.lines.first().is_some_and(|line| line.trim_end().ends_with(['{', '(', '[']));
        let last = self.lines.iter().rfind(|line| !line.trim().is_empty());
        opens
            && last.is_some_and(|line| line.strip_prefix(blanks).is_some_and(|rest| rest.starts_with([')', '}', ']'])))
    }

    /// Whether every line is as deep as whole steps of the first one deeper than `base` make it.
    pub(super) fn steps_evenly(&self, base: &str) -> bool {
        let lines = self.lines.iter().copied().zip(self.no_layout()).skip(1);
        let deeper: Vec<&str> = deeper_steps(base, lines).collect();
        deeper.first().is_none_or(|step| deeper.iter().all(|blanks| blanks.len() % step.len() == 0))
    }

    /// The blanks of the line that a definition's own words start on.
    pub(super) fn head_blanks(&self) -> &'a str {
        let head = self.lines.get(self.head).filter(|_| self.head > 0);
        head.map_or(self.base, |line| leading_whitespace(line))
    }

    /// What one step of the block's own indentation may be: what its first deeper line has more than the base, or its
    /// shallowest one, where a header's continuation lines come first. Nothing where blanks are to be kept.
    pub(super) fn steps(&self, base: &str, convert: bool, unit: IndentUnit) -> Vec<Option<&'a str>> {
        if !convert {
            return vec![None];
        }
        let lines = self.lines.iter().copied().zip(self.no_layout()).skip(1);
        let deeper: Vec<&str> = deeper_steps(base, lines).collect();
        // More than that is no step: a line that was set under something else.
        let is_step = |step: &&str| step.len() <= WIDEST_STEP;
        let first = deeper.first().copied().filter(is_step);
        let least = deeper.iter().copied().min_by_key(|step| step.len()).filter(is_step);
        // Whole units before a line with one of them are a continuation line's.
        let unit = unit.text();
        let continued = least == Some(unit.as_str()) && first.is_some_and(|step| step.len() % unit.len() == 0);
        let even = least.is_some_and(|least| deeper.iter().all(|step| step.len() % least.len() == 0));
        // One that most lines are no whole steps of is no step either: a line too deep comes first.
        let is_usual =
            |step: &&str| deeper.iter().filter(|blanks| blanks.len() % step.len() == 0).count() * 2 >= deeper.len();
        match continued || even || first == least {
            true => vec![least],
            false => first.filter(is_usual).map(Some).into_iter().chain([least]).collect(),
        }
    }

    /// What one step of the block's own indentation is where the old code's shallowest deeper line is several steps deep, and the
    /// block's as many.
    pub(super) fn scaled_step(&self, base: &str, place: &Place<'_>) -> Option<&'a str> {
        let lines = self.lines.iter().copied().zip(self.no_layout()).skip(1);
        let least = deeper_steps(base, lines).min_by_key(|step| step.len())?;
        let (old, unit) = (place.least.as_ref()?.len(), place.unit.text().len());
        let steps = old / unit;
        let is_even = steps > 1 && old % unit == 0 && least.len() % steps == 0;
        is_even.then(|| least.get(..least.len() / steps)).flatten()
    }

    /// For each line whether its blanks belong to a string or a comment.
    pub(super) fn no_layout(&self) -> impl Iterator<Item = bool> {
        self.in_string.iter().zip(&self.in_comment).map(|(string, comment)| *string || *comment)
    }

    /// The least blanks of lines whose blanks are layout: a comment on the first line may stand deeper than the statements.
    pub(super) fn shallowest(&self) -> &'a str {
        let others = self.laid_out().map(leading_whitespace).filter(|blanks| self.base.starts_with(blanks));
        others.min_by_key(|blanks| blanks.len()).unwrap_or(self.base)
    }

    /// The lines below the first whose blanks are layout, and not part of a string or of a comment.
    pub(super) fn laid_out(&self) -> impl Iterator<Item = &'a str> {
        let lines = self.lines.iter().copied().zip(self.no_layout()).skip(1);
        lines.filter(|(line, inside)| !inside && !line.trim().is_empty()).map(|(line, _)| line)
    }
}

/// Whether the statement that starts at an offset goes on below its line; where it has an error, nobody knows.
fn goes_on_below(fragment: &Document, start: usize) -> bool {
    let root = fragment.tree().map(|tree| tree.root_node());
    let statement = root.and_then(|root| {
        let mut node = root.descendant_for_byte_range(start, start + 1)?;
        while let Some(parent) = node.parent().filter(|parent| parent.start_byte() == start && *parent != root) {
            node = parent;
        }
        Some(node)
    });
    statement.is_some_and(|node| !node.has_error() && node.start_position().row < node.end_position().row)
}
