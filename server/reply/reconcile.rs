//! New text with the old bytes of the lines that it keeps: models drop blanks at line ends, and nobody asked for that. Refuses to
//! touch a line that says something else.

use std::collections::{HashMap, HashSet};

use crate::text::line_matches;

/// `new` with each line that equals an old one but for blanks at its end as the old text has it, also where it has moved; lines
/// end in `\n`.
pub(super) fn reconciled(old: &str, new: &str) -> String {
    let old: Vec<&str> = old.split('\n').collect();
    let new: Vec<&str> = new.split('\n').collect();
    let matches = line_matches(&old, &new, str::trim_end);
    let stayed: HashSet<usize> = matches.iter().flatten().copied().collect();
    // A line without words, a blank one or a bracket, may be any of them.
    let may_have_moved = |(at, line): &(usize, &&str)| {
        line.ends_with([' ', '\t']) && line.contains(char::is_alphanumeric) && !stayed.contains(at)
    };
    let gone = old.iter().enumerate().filter(may_have_moved);
    let moved: HashMap<&str, &str> = gone.map(|(_, line)| (line.trim_end(), *line)).collect();
    let mut lines = Vec::with_capacity(new.len());
    for (line, at) in new.iter().copied().zip(&matches) {
        let kept = at.and_then(|at| old.get(at)).or_else(|| moved.get(line.trim_end()));
        lines.push(kept.copied().unwrap_or(line));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_blanks_that_the_old_lines_end_with() {
        assert_eq!(reconciled("a  \nb\n\t\nc", "a\nB\n\nc  "), "a  \nB\n\t\nc");
        assert_eq!(reconciled("a\n", "x  \n"), "x  \n", "a new line stays as it is");
        assert_eq!(reconciled("a  \nb", "b\na"), "b\na  ", "a line that moved is an old one");
        assert_eq!(reconciled("a\n}  \n", "b\n}\na\n}  \n"), "b\n}\na\n}  \n", "a new line is no old one");
    }
}
