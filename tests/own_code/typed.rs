//! The lines that a newer file has and an older one has not, as they would be typed from the top: up to each, the text is new, and
//! below it the old one still stands. Refuses to say what is right.

use std::path::{Path, PathBuf};

use graft_ls::syntax::Language;
use similar::{ChangeTag, TextDiff};

use super::chance::Chance;

/// The shortest rest of a line that is asked for, in characters.
const SHORTEST: usize = 6;

/// A cursor in a line that is being typed.
pub struct Typed {
    pub language: &'static Language,
    pub path: PathBuf,
    /// The document without the rest of the line.
    pub text: String,
    pub offset: usize,
    /// What is to come on the line.
    pub rest: String,
}

/// One place in each line that is new.
pub fn typed(language: &'static Language, path: &Path, old: &str, new: &str, chance: &mut Chance) -> Vec<Typed> {
    let diff = TextDiff::from_lines(old, new);
    let changes: Vec<(ChangeTag, &str)> =
        diff.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
    let mut above = String::new();
    let mut asked = Vec::new();
    for (at, (tag, line)) in changes.iter().enumerate() {
        if *tag == ChangeTag::Delete {
            continue;
        }
        if *tag == ChangeTag::Insert
            && let Some(cut) = cut(line, chance)
        {
            let below: String =
                changes[at + 1..].iter().filter(|(tag, _)| *tag != ChangeTag::Insert).map(|(_, line)| *line).collect();
            let begun = &line[..cut];
            asked.push(Typed {
                language,
                path: path.to_owned(),
                offset: above.len() + begun.len(),
                text: format!("{above}{begun}\n{below}"),
                rest: line[cut..].trim_end().to_owned(),
            });
        }
        above.push_str(line);
    }
    asked
}

/// A place between two tokens of a line with enough behind it.
fn cut(line: &str, chance: &mut Chance) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let line = line.trim_end();
    let indent = line.len() - line.trim_start().len();
    let places: Vec<usize> = line
        .char_indices()
        .skip(1)
        .filter(|(at, c)| {
            let before = line[..*at].chars().next_back().unwrap_or(' ');
            *at >= indent && !c.is_whitespace() && !(is_word(before) && is_word(*c))
        })
        .map(|(at, _)| at)
        .filter(|at| line[*at..].chars().count() >= SHORTEST)
        .collect();
    chance.pick(&places).copied()
}
