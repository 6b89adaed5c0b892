//! Lines that an answer sent without blanks of their own, so that they came to stand at the code's own level though brackets are
//! open around them: put back where the old code has them. Refuses to move any line unless a kept one shows that this happened.

use super::block::Block;
use super::reindent::Place;
use super::settled::paired;
use crate::text::leading_whitespace;

impl Block<'_> {
    /// `text`, the block as it was set at a place, with its fallen lines where the old code has them, and new ones among them
    /// beside those.
    pub(super) fn raised(&self, text: String, place: &Place<'_>) -> String {
        let lines: Vec<&str> = text.split('\n').collect();
        if !self.braces || lines.len() != self.lines.len() || !may_show(&lines, place) {
            return text;
        }
        let content: Vec<bool> = self.no_layout().collect();
        let depths = depths(&lines);
        let (pairs, old_depths) = (paired(&place.old, &lines), self::depths(&place.old));
        let fallen = Fallen { block: self, place, pairs, lines, depths, old_depths, content };
        if fallen.shows() { fallen.raised() } else { text }
    }
}

/// A block that was set, beside the old code.
struct Fallen<'a> {
    block: &'a Block<'a>,
    place: &'a Place<'a>,
    lines: Vec<&'a str>,
    /// For each line the old one that it continues.
    pairs: Vec<Option<usize>>,
    /// For each line how many brackets are open around it.
    depths: Vec<i32>,
    /// The same of the old lines.
    old_depths: Vec<i32>,
    /// For each line whether its blanks belong to a string or a comment.
    content: Vec<bool>,
}

impl Fallen<'_> {
    /// Whether a line with words stands at the code's own level within brackets, and stood elsewhere in as many; or whether no
    /// kept line at that level stood there. Not where lines that have not fallen were moved too: that is a layout which somebody
    /// chose; nor where more brackets are open at the end than were: then no line's depth is known.
    fn shows(&self) -> bool {
        let last = |lines: &[&str], depths: &[i32]| {
            lines.iter().rposition(|line| !line.trim().is_empty()).and_then(|at| depths.get(at).copied())
        };
        if last(&self.lines, &self.depths) != last(&self.place.old, &self.old_depths) || self.moved() {
            return false;
        }
        let kept = (1..self.lines.len()).filter(|at| self.may_have_fallen(*at));
        let stood: Vec<(usize, bool)> = kept.filter_map(|at| Some((at, self.stood(at)? == self.place.base))).collect();
        let is_deep = |at: usize| self.depths[at] > 0 && self.lines[at].contains(char::is_alphanumeric);
        stood.iter().any(|(at, stayed)| !stayed && is_deep(*at))
            || stood.len() > 1 && stood.iter().all(|(_, stayed)| !stayed)
            || stood.iter().all(|(_, stayed)| !stayed) && self.all_fell()
    }

    /// Whether all words within brackets stand at the code's own level, where the old code had none.
    fn all_fell(&self) -> bool {
        let within = |lines: &[&str], depths: &[i32]| -> Vec<usize> {
            let is_within = |at: &usize| depths[*at] > 0 && lines[*at].contains(char::is_alphanumeric);
            (1..lines.len()).filter(is_within).collect()
        };
        let is_at_level = |line: &str| leading_whitespace(line) == self.place.base;
        let (new, old) = (within(&self.lines, &self.depths), within(&self.place.old, &self.old_depths));
        !new.is_empty()
            && new.iter().all(|at| self.may_have_fallen(*at))
            && !old.is_empty()
            && !old.iter().any(|at| is_at_level(self.place.old[*at]))
    }

    /// Whether a kept line that has not fallen stands elsewhere than it stood, in as many brackets.
    fn moved(&self) -> bool {
        (1..self.lines.len()).any(|at| {
            let is_kept = self.content.get(at) == Some(&false)
                && !self.may_have_fallen(at)
                && self.pairs[at]
                    .and_then(|old| self.place.old.get(old))
                    .is_some_and(|old| old.trim() == self.lines[at].trim());
            let is_worded = self.lines[at].contains(char::is_alphanumeric);
            is_kept && is_worded && self.stood(at).is_some_and(|blanks| blanks != leading_whitespace(self.lines[at]))
        })
    }

    fn raised(&self) -> String {
        // What every line that may have fallen has in front; nothing for those that are not known yet.
        let mut raised: Vec<Option<String>> = (0..self.lines.len())
            .map(|at| match self.may_have_fallen(at) {
                true => self.stood(at).map(str::to_owned),
                false => None,
            })
            .collect();
        let known = raised.clone();
        // The line that the comment at hand starts on.
        let mut start = 0;
        for at in 0..self.lines.len() {
            if self.block.in_comment.get(at) == Some(&true) {
                raised[at] = raised[start].as_ref().and_then(|blanks| self.below(at, start, blanks));
                continue;
            }
            start = at;
            if raised[at].is_none() && self.may_have_fallen(at) && self.depths[at] > 0 {
                raised[at] = self.beside(at, &known).or_else(|| self.inside(at, &raised));
            }
        }
        let lines = self.lines.iter().zip(raised).map(|(line, blanks)| match blanks {
            Some(blanks) => blanks + &line[leading_whitespace(line).len()..],
            None => (*line).to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Whether nothing but the blanks of the code's own level stands before a line: how deep it was meant, it does not say.
    fn may_have_fallen(&self, at: usize) -> bool {
        let is_layout = at > 0 && self.content.get(at) == Some(&false);
        is_layout
            && self
                .lines
                .get(at)
                .is_some_and(|line| !line.trim().is_empty() && leading_whitespace(line) == self.place.base)
    }

    /// The blanks of the old line that a line continues, in as many brackets.
    fn stood(&self, at: usize) -> Option<&str> {
        let old = self.pairs.get(at).copied().flatten()?;
        let alike = self.old_depths.get(old) == self.depths.get(at);
        self.place.old.get(old).filter(|_| alike).map(|old| leading_whitespace(old))
    }

    /// The blanks of the nearest fallen line between the same brackets.
    fn beside(&self, at: usize, known: &[Option<String>]) -> Option<String> {
        let within = |other: &usize| self.depths[*other] >= self.depths[at];
        let is_like = |other: &usize| self.depths[*other] == self.depths[at] && known[*other].is_some();
        let above = (1..at).rev().take_while(within).find(is_like);
        let below = (at + 1..self.lines.len()).take_while(within).find(is_like);
        let nearest = above.into_iter().chain(below).min_by_key(|other| other.abs_diff(at))?;
        known[nearest].clone()
    }

    /// The blanks of old lines in as many brackets, where they agree; else one step deeper than the line whose bracket a line
    /// stands in.
    fn inside(&self, at: usize, raised: &[Option<String>]) -> Option<String> {
        let old = self.place.old.iter().zip(&self.old_depths).skip(1);
        let mut alike = old.filter(|(line, depth)| **depth == self.depths[at] && !line.trim().is_empty());
        let blanks = alike.next().map(|(line, _)| leading_whitespace(line));
        if let Some(blanks) = blanks.filter(|blanks| alike.all(|(line, _)| leading_whitespace(line) == *blanks)) {
            return Some(blanks.to_owned());
        }
        let opener = (0..at).rev().find(|above| self.depths[*above] < self.depths[at] && !self.content[*above])?;
        let blanks = raised[opener].as_deref().unwrap_or_else(|| leading_whitespace(self.lines[opener]));
        Some(format!("{blanks}{}", self.place.unit.text()))
    }

    /// The blanks of an inner line of a comment whose first line, `start`, got `blanks`: the old ones, or as much deeper as it was.
    fn below(&self, at: usize, start: usize, blanks: &str) -> Option<String> {
        let line = self.lines[at];
        let old = self.pairs[at].and_then(|old| self.place.old.get(old)).filter(|old| old.trim() == line.trim());
        let deeper = leading_whitespace(line).strip_prefix(leading_whitespace(self.lines[start]));
        old.map(|old| leading_whitespace(old).to_owned()).or_else(|| deeper.map(|deeper| format!("{blanks}{deeper}")))
    }
}

/// Whether lines may have fallen, at a glance: one with words stands at the code's own level and is none that stood there, or what
/// closes the old code stood elsewhere.
fn may_show(lines: &[&str], place: &Place<'_>) -> bool {
    let stood = |line: &str| place.old.iter().any(|old| old.trim_end() == line.trim_end());
    let has_come =
        |line: &&str| leading_whitespace(line) == place.base && line.contains(char::is_alphanumeric) && !stood(line);
    let last = place.old.iter().rfind(|old| !old.trim().is_empty());
    last.is_some_and(|last| leading_whitespace(last) != place.base) || lines.iter().skip(1).any(has_come)
}

/// For each line how many brackets are open where it starts, those that it closes first left out. Counted by letters alone, in
/// strings and comments too: what both sides have there is alike, and where one has more, the last lines do not agree.
fn depths(lines: &[&str]) -> Vec<i32> {
    let mut open = 0;
    let mut depths = Vec::new();
    for line in lines {
        let closed = line.trim_start().chars().take_while(|c| is_closer(*c)).count();
        depths.push(open - i32::try_from(closed).unwrap_or(i32::MAX));
        open += line.chars().map(|c| i32::from("([{".contains(c)) - i32::from(is_closer(c))).sum::<i32>();
    }
    depths
}

fn is_closer(c: char) -> bool {
    ")]}".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::IndentUnit;

    /// Code of mixed tabs and spaces, whose own level has four spaces.
    const OLD: [&str; 6] = ["    f() {", "        a();", "\tif (b)", "\t{", "\t    c();", "\t}"];

    fn raised(text: &str, braces: bool) -> String {
        let old: Vec<&str> = OLD.iter().copied().chain(["    }"]).collect();
        raised_from(&old, text, braces)
    }

    fn raised_from(old: &[&str], text: &str, braces: bool) -> String {
        let lines: Vec<&str> = text.split('\n').collect();
        let none = vec![false; lines.len()];
        let (in_string, in_comment) = (none.clone(), none);
        let block = Block { base: "    ", lines, in_string, in_comment, braces, head: 0, first_goes_on: false };
        let place =
            Place { base: "    ", unit: IndentUnit::Spaces(4), starts_line: true, least: None, old: old.to_vec() };
        block.raised(text.to_owned(), &place)
    }

    #[test]
    fn lines_that_lost_all_blanks_stand_as_they_stood() {
        let fallen = "    f() {\n        a();\n    if (b)\n    {\n    c();\n    }\n    }";
        let old = OLD.join("\n") + "\n    }";
        assert_eq!(raised(fallen, true), old);
        assert_eq!(raised(fallen, false), fallen, "where blanks are syntax, they are meant");
    }

    #[test]
    fn new_lines_stand_beside_fallen_ones() {
        let fallen =
            "    f() {\n        a();\n    if (b)\n    {\n    if (d) {\n    e();\n    }\n    c();\n    }\n    }";
        let meant =
            "    f() {\n        a();\n\tif (b)\n\t{\n\t    if (d) {\n\t        e();\n\t    }\n\t    c();\n\t}\n    }";
        assert_eq!(raised(fallen, true), meant);
    }

    #[test]
    fn what_was_taken_out_of_brackets_stands_as_it_was_sent() {
        let unwrapped = "    f() {\n        a();\n        c();\n    }";
        assert_eq!(raised(unwrapped, true), unwrapped);
        let reset = "    switch (a) {\n    case 1:\n        b();\n        c();\n    }";
        let deeper = ["    switch (a) {", "        case 1:", "            b();", "            c();", "    }"];
        assert_eq!(raised_from(&deeper, reset, true), reset, "all of it was set another way");
        let label = "    f() {\n        a();\n    out:\n\tif (b)\n\t{\n\t    c();\n\t}\n    }";
        assert_eq!(raised(label, true), label, "a label, which is new");
    }
}
