//! Places where a model says that code goes on instead of writing it. Refuses to count what the old text says too.

use crate::syntax::Language;

/// Words of comments that stand for code; with an ellipsis anywhere, or at the start of a comment.
const WORDS: [&str; 16] = [
    "rest of",
    "existing",
    "unchanged",
    "remain",
    "same as",
    "same code as",
    "previous code",
    "original code",
    "omitted",
    "other code",
    "keep the",
    "as before",
    "your code",
    "implementation here",
    "code here",
    "goes here",
];

/// The first line (from 0) of `new` that is such a place, and its text, if `new` has more of them than `old`. Where a line
/// of dots is all that a definition has for its body, as `is_stub` says of the line, it leaves nothing out.
pub(super) fn new_placeholder(
    old: &str,
    new: &str,
    language: &Language,
    is_stub: impl Fn(usize) -> bool,
) -> Option<(usize, String)> {
    let found: Vec<(usize, &str)> = new
        .lines()
        .enumerate()
        .filter(|(at, line)| is_placeholder(line, language) && !(is_dots(line) && is_stub(*at)))
        .collect();
    let mut known: Vec<&str> = old.lines().filter(|line| is_placeholder(line, language)).map(str::trim).collect();
    let mut fresh = Vec::new();
    for (at, line) in found {
        match known.iter().position(|old| *old == line.trim()) {
            Some(same) => drop(known.swap_remove(same)),
            None => fresh.push((at, line.trim())),
        }
    }
    // One that is gone may have been put in other words; dots say nothing that could be.
    known.retain(|old| old.contains(char::is_alphabetic));
    fresh.into_iter().nth(known.len()).map(|(at, line)| (at, line.to_owned()))
}

fn is_placeholder(line: &str, language: &Language) -> bool {
    let line = line.trim();
    let comment = language.comment_marks.iter().find_map(|mark| line.strip_prefix(mark));
    let dots = |text: &str| text.contains("...") || text.contains('…');
    let lower = |text: &str| {
        text.trim().trim_matches(|c| matches!(c, '(' | '[' | '{' | ')' | ']' | '}' | '*' | '/')).trim().to_lowercase()
    };
    match comment {
        Some(text) => {
            let plain = lower(text);
            let plain = MARKERS.iter().find_map(|mark| plain.strip_prefix(mark)).unwrap_or(&plain).trim().to_owned();
            let bare = plain.trim_matches(|c: char| c == '.' || c == '…' || c.is_whitespace());
            let starts = WORDS.iter().any(|word| {
                bare.starts_with(word)
                    || bare.starts_with(&format!("the {word}"))
                    || bare.starts_with(&format!("... {word}"))
            });
            (dots(&plain) && (bare.is_empty() || WORDS.iter().any(|word| bare.contains(word))))
                || (starts && STANDS_ALONE.iter().any(|word| bare.contains(word)))
        }
        // Not even a comment: `[... rest of the function ...]`, `... unchanged ...`.
        None => {
            let says_so = dots(line)
                && !is_spread(line)
                && line.starts_with(['.', '…', '[', '(', '<'])
                && WORDS.iter().any(|word| lower(line).contains(word));
            says_so || is_dots(line)
        }
    }
}

/// Whether a line is an ellipsis and nothing else; what some grammars take for code means nothing there either.
fn is_dots(line: &str) -> bool {
    let line = line.trim();
    line.contains('…') && line.chars().all(|c| matches!(c, '.' | '…')) || matches!(line, "..." | "....")
}

/// An operator right before a name, which runs to the line's end: `...existing,`.
fn is_spread(line: &str) -> bool {
    let operand = line.strip_prefix("...").unwrap_or_default();
    operand.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$')) && !operand.contains(char::is_whitespace)
}

/// What may introduce a comment without being a part of it.
const MARKERS: [&str; 3] = ["todo:", "note:", "fixme:"];

/// Without an ellipsis, only a comment that also speaks of code as a whole counts.
const STANDS_ALONE: [&str; 10] =
    ["code", "function", "method", "implementation", "unchanged", "class", "logic", "the same", "original", "before"];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(new: &str) -> bool {
        new_placeholder("", new, Language::by_id("rust").unwrap(), |_| false).is_some()
    }

    #[test]
    fn sees_the_usual_ways_to_leave_code_out() {
        for line in [
            "// ...",
            "    // ... rest unchanged ...",
            "// … existing code …",
            "// rest of the function",
            "// same as original",
            "// TODO: keep the existing implementation",
            "// existing code here",
            "// (same code as before)",
            "[... rest of the code ...]",
            "/* ... */",
            "    ...",
            "…",
        ] {
            assert!(found(line), "{line}");
        }
    }

    #[test]
    fn dots_of_the_old_code_excuse_no_words() {
        let python = Language::by_id("python").unwrap();
        let found = |new: &str| new_placeholder("# a:\n# ...\n# ...\nx\n", new, python, |_| false).is_some();
        assert!(found("# the existing logic stays the same\n# ...\nx\n"));
        assert!(!found("# ...\n# ...\nx\n") && !found("# ...\nx\n"));
    }

    #[test]
    fn ordinary_comments_are_not_placeholders() {
        for line in [
            "// Waits...",
            "// keep the lock while reading",
            "let a = b..c;",
            "f(..., x)",
            "/// Returns the rest of the line.",
            "// existing users keep their id",
            "// the previous value",
            "...existingUsers,",
        ] {
            assert!(!found(line), "{line}");
        }
    }

    #[test]
    fn dots_for_a_body_leave_nothing_out() {
        let python = Language::by_id("python").unwrap();
        let new = "def f():\n    ...\nx = 1\n...\n";
        assert_eq!(new_placeholder("", new, python, |line| line == 1), Some((3, "...".to_owned())));
    }

    #[test]
    fn what_was_there_before_may_stay() {
        let rust = Language::by_id("rust").unwrap();
        assert_eq!(new_placeholder("// ...\n", "x();\n// ...\n", rust, |_| false), None);
        assert_eq!(
            new_placeholder("// ...\n", "// ...\n// ... rest unchanged\n", rust, |_| false),
            Some((1, "// ... rest unchanged".to_owned()))
        );
    }
}
