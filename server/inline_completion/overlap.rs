//! What an answer has in common with the text behind the cursor: that part is there already. Refuses to compare by meaning.

/// The answer without what it repeats of `suffix`, which begins at the cursor; and whether it had reached that.
pub(super) fn without_suffix<'a>(answer: &'a str, suffix: &str) -> (&'a str, bool) {
    let rest = suffix.lines().next().unwrap_or_default().trim();
    if !rest.is_empty() {
        return match rest_at(answer, rest) {
            Some(at) => (answer.get(..at).unwrap_or(answer), true),
            None => (answer, false),
        };
    }
    let Some(next) = suffix.lines().map(str::trim).find(|line| says_something(line)) else { return (answer, false) };
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        // What stands on the cursor's own line is a line only where the answer is.
        if line.trim() == next {
            return (answer.get(..at).unwrap_or(answer), true);
        }
        at += line.len();
    }
    (answer, false)
}

/// Whether the answer ends as the text behind the cursor begins.
pub(super) fn repeats(answer: &str, suffix: &str) -> bool {
    let first = suffix.lines().map(str::trim).find(|line| !line.is_empty());
    let last = answer.lines().map(str::trim).rfind(|line| !line.is_empty());
    first.zip(last).is_some_and(|(first, last)| {
        let on_line = !suffix.lines().next().unwrap_or_default().trim().is_empty();
        says_something(first) && (last == first || on_line && last.ends_with(first))
    })
}

/// Where the answer writes the rest of the line again, or its beginning.
fn rest_at(answer: &str, rest: &str) -> Option<usize> {
    let line = answer.lines().next().unwrap_or_default().trim_end();
    if says_something(rest)
        && let Some(at) = line.find(rest)
    {
        return Some(at);
    }
    // Closers of its own end in the same marks: brackets are counted elsewhere, quotes are not.
    let counts = |piece: &str| says_something(piece) || piece.starts_with(['"', '\'', '`']);
    let beginnings = rest.char_indices().map(|(at, c)| rest.get(..at + c.len_utf8()).unwrap_or_default());
    let repeated = beginnings.filter(|piece| counts(piece)).filter_map(|piece| line.strip_suffix(piece));
    let mark = rest.get(..1).filter(|mark| matches!(*mark, ";" | ","));
    repeated.chain(mark.and_then(|mark| line.strip_suffix(mark))).map(str::len).min()
}

/// Whether a line is more than brackets and marks.
fn says_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_already_is_left_out() {
        for (answer, suffix, expected) in [
            ("b();\n    c();\n    d();\n", "\n    d();\n}\n", "b();\n    c();\n"),
            ("b, c)", ", c)\n", "b"),
            ("hello\")", "\");\n", "hello"),
            ("hello\");", "\");\n", "hello"),
            ("b();", ";\n", "b()"),
            ("b,", ", c)\n", "b"),
            ("b();", "\n}\n", "b();"),
            ("b();\n}", "\n}\n", "b();\n}"),
            ("b();", "", "b();"),
        ] {
            assert_eq!(without_suffix(answer, suffix).0, expected, "{answer:?} {suffix:?}");
        }
    }

    #[test]
    fn a_repeated_line_is_seen() {
        assert!(repeats("b();\n  c();", "\n\n c();\n"));
        assert!(repeats("b + c", " + c;\n") || repeats("b + c;", "+ c;\n"));
        assert!(!repeats("b();\n}", "\n}\n"));
    }
}
