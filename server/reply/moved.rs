//! A block that was moved as a whole in code that mixes tabs and spaces, or stands left of its own first line: what the old lines
//! have in front now, and had before, tells how far. Refuses to guess where they disagree.

use std::collections::HashMap;

use super::block::Block;
use super::reindent::Place;
use crate::text::{leading_whitespace, line_matches};

/// What happened to the blanks in front of all lines alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shift<'a> {
    /// These were put before them; none where nothing happened.
    Put(&'a str),
    /// These were taken from them.
    Taken(&'a str),
}

/// So many lines say how far a block was moved; fewer may have come to stand there by accident.
const LEAST: usize = 2;

impl<'a> Shift<'a> {
    fn between(was: &'a str, is: &'a str) -> Option<Shift<'a>> {
        let put = is.strip_suffix(was).map(Shift::Put);
        put.or_else(|| was.strip_suffix(is).map(Shift::Taken))
    }

    fn undone(self, line: &str) -> Option<String> {
        match self {
            // Not every tool moves what holds nothing.
            Shift::Put(more) if line.trim().is_empty() => Some(line.strip_prefix(more).unwrap_or(line).to_owned()),
            Shift::Taken(_) if line.trim().is_empty() => Some(line.to_owned()),
            Shift::Put(more) => line.strip_prefix(more).map(str::to_owned),
            Shift::Taken(less) => Some(format!("{less}{line}")),
        }
    }
}

impl Block<'_> {
    /// The block where its lines stood, inner lines of strings moved along or left; none where the old code keeps to its own
    /// level, which says more, or where they were moved apart.
    pub(super) fn moved_back(&self, place: &Place<'_>) -> Vec<String> {
        // One at the margin is a comment or a label, which says nothing.
        let is_off =
            |line: &&str| !line.trim().is_empty() && line.starts_with([' ', '\t']) && !line.starts_with(place.base);
        if !place.starts_line || !place.old.iter().skip(1).any(is_off) {
            return Vec::new();
        }
        let Some(shift) = self.shift(place) else { return Vec::new() };
        let moved = |strings: bool| self.undo(shift, place, strings);
        let mut ways: Vec<String> = [true, false].into_iter().filter_map(moved).collect();
        ways.dedup();
        ways
    }

    /// What happened to most old lines; the first one may have lost its blanks where nothing happened to the others. Where it
    /// stands as it stood, and another one too, nothing happened: the others were moved on purpose. So it is where the first and
    /// the last one, which stood apart, were moved alike.
    fn shift<'b>(&'b self, place: &'b Place<'_>) -> Option<Shift<'b>> {
        let mut first = None;
        let mut others: Vec<Option<Shift<'_>>> = Vec::new();
        // What happened to lines alike that stood apart is no accident; nor is it where one of these stands as it stood.
        let mut apart = false;
        for (at, old) in line_matches(&place.old, &self.lines, str::trim).into_iter().enumerate() {
            let (Some(line), Some(old)) = (self.lines.get(at), old.and_then(|old| place.old.get(old))) else {
                continue;
            };
            if line.trim().is_empty() || self.in_string.get(at) == Some(&true) {
                continue;
            }
            let was = leading_whitespace(old);
            let shift = Shift::between(was, leading_whitespace(line));
            match at {
                0 => first = shift,
                _ => others.push(shift),
            }
            let is_alike = shift == Some(Shift::Put("")) || shift.is_some() && shift == first;
            apart |= is_alike && !was.starts_with(place.base);
        }
        if first == Some(Shift::Put("")) && others.contains(&first) || apart && others.last() == Some(&first) {
            return first;
        }
        let mut counts: HashMap<Option<Shift<'_>>, usize> = HashMap::new();
        for shift in &others {
            *counts.entry(*shift).or_default() += 1;
        }
        let is_enough = others.len() >= LEAST || apart;
        let is_most = |(_, count): &(Option<Shift<'_>>, usize)| is_enough && count * 2 > others.len();
        let most = counts.into_iter().find(is_most).and_then(|(shift, _)| shift);
        most.filter(|most| matches!(most, Shift::Put("")) || first == Some(*most))
    }

    /// What stood in front of the first line: in front of the old one, or of another that was sent as it stood, where what
    /// stood above it was left out.
    fn first_blanks<'b>(&'b self, place: &'b Place<'_>) -> &'b str {
        let stands = |first: &&&str| place.old.iter().any(|old| old.trim_end() == first.trim_end());
        let first = self.lines.first().filter(stands).or(place.old.first());
        first.map_or("", |line| leading_whitespace(line))
    }

    fn undo(&self, shift: Shift<'_>, place: &Place<'_>, strings: bool) -> Option<String> {
        let pairs = line_matches(&place.old, &self.lines, str::trim);
        // A kept line that has nothing left in front had no more to take: what stood there, the others do not say.
        let stood = |at: usize, line: &str| {
            let old = pairs.get(at).copied().flatten().and_then(|old| place.old.get(old));
            old.filter(|_| matches!(shift, Shift::Taken(_)) && !line.starts_with([' ', '\t']))
        };
        let lines =
            self.lines.iter().zip(&self.in_string).enumerate().map(|(at, (line, inside))| match (at, *inside) {
                (0, _) => Some(format!("{}{}", self.first_blanks(place), line.trim_start())),
                (_, true) if !strings => Some((*line).to_owned()),
                (_, true) => shift.undone(line),
                _ => match stood(at, line) {
                    Some(old) => Some(format!("{}{line}", leading_whitespace(old))),
                    None => shift.undone(line),
                },
            });
        Some(lines.collect::<Option<Vec<String>>>()?.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::IndentUnit;

    const OLD: [&str; 4] = ["\tf(", "        a) {", "\t\tg();", "\t}"];

    fn moved(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.split('\n').collect();
        let none = vec![false; lines.len()];
        let block = Block {
            base: leading_whitespace(text),
            lines,
            in_string: none.clone(),
            in_comment: none,
            braces: true,
            head: 0,
            first_goes_on: false,
        };
        let place = Place { base: "\t", unit: IndentUnit::Tab, starts_line: true, least: None, old: OLD.to_vec() };
        block.moved_back(&place)
    }

    #[test]
    fn stands_where_it_stood_whatever_was_put_before_all_of_it() {
        let meant = "\tf(\n        a) {\n        // New.\n\t\tg();\n\t}";
        for more in ["", " ", "\t"] {
            let text: Vec<String> = meant.lines().map(|line| format!("{more}{line}")).collect();
            assert_eq!(moved(&text.join("\n")), [meant], "{more:?}");
        }
        assert_eq!(moved(meant.trim_start()), [meant], "only the first line was moved");
    }

    #[test]
    fn what_is_wrapped_stands_as_it_was_sent() {
        let wrapped = "\tf(\n        a) {\n\t\tif (b) {\n\t\t    g();\n\t\t}\n\t}";
        assert_eq!(moved(wrapped), [wrapped]);
    }

    #[test]
    fn guesses_nothing_where_lines_were_moved_apart() {
        assert!(
            moved("\t\tx(\n\t        a) {\n\t\t\tg();\n\t\t}").is_empty(),
            "where the first line was, nobody knows"
        );
    }
}
