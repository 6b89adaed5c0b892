//! Diffs and search-and-replace blocks that a model sends although nobody asked. Refuses a context that does not match exactly once.

/// What `text` makes of `old`, if it is a patch whose every part applies. Nothing fuzzier than trailing blanks: a patch in the
/// wrong place is worse than none.
pub(super) fn apply(text: &str, old: &str) -> Option<String> {
    let parts = search_replace(text).or_else(|| unified(text))?;
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    for (before, after) in parts {
        let at = only_place(&lines, &before)?;
        lines.splice(at..at + before.len(), after);
    }
    Some(lines.join("\n"))
}

type Part = (Vec<String>, Vec<String>);

fn only_place(lines: &[String], before: &[String]) -> Option<usize> {
    if before.is_empty() || before.len() > lines.len() {
        return None;
    }
    let same =
        |at: &usize| lines[*at..*at + before.len()].iter().zip(before).all(|(a, b)| a.trim_end() == b.trim_end());
    let mut places = (0..=lines.len() - before.len()).filter(same);
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

fn search_replace(text: &str) -> Option<Vec<Part>> {
    let marks = |line: &str, mark: char| line.starts_with([mark; 5].iter().collect::<String>().as_str());
    let mut parts = Vec::new();
    let mut side: Option<(Part, bool)> = None;
    for line in text.lines() {
        side = match side {
            None if marks(line, '<') => Some((Part::default(), false)),
            Some((part, false)) if marks(line, '=') => Some((part, true)),
            Some((part, true)) if marks(line, '>') => {
                parts.push(part);
                None
            }
            Some(((mut before, mut after), second)) => {
                if second {
                    after.push(line.to_owned())
                } else {
                    before.push(line.to_owned())
                }
                Some(((before, after), second))
            }
            None => None,
        };
    }
    (side.is_none() && !parts.is_empty()).then_some(parts)
}

fn unified(text: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("@@") {
            parts.push(Part::default());
            inside = true;
            continue;
        }
        let Some((before, after)) = parts.last_mut().filter(|_| inside) else {
            continue;
        };
        match line.chars().next() {
            Some('-') => before.push(line[1..].to_owned()),
            Some('+') => after.push(line[1..].to_owned()),
            Some(' ') => {
                before.push(line[1..].to_owned());
                after.push(line[1..].to_owned());
            }
            None => {
                before.push(String::new());
                after.push(String::new());
            }
            Some('\\') => {}
            Some(_) => inside = false,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "fn f() {\n    a();\n    b();\n}";

    #[test]
    fn applies_a_unified_diff_that_fits_once() {
        assert_eq!(
            apply("--- a/x\n+++ b/x\n@@ -2,2 +2,2 @@\n     a();\n-    b();\n+    c();\n", OLD).as_deref(),
            Some("fn f() {\n    a();\n    c();\n}")
        );
    }

    #[test]
    fn applies_search_and_replace_blocks() {
        assert_eq!(
            apply("<<<<<<< SEARCH\n    a();\n=======\n    z();\n>>>>>>> REPLACE", OLD).as_deref(),
            Some("fn f() {\n    z();\n    b();\n}")
        );
    }

    #[test]
    fn refuses_a_context_that_is_missing_or_ambiguous() {
        assert_eq!(apply("@@\n-    x();\n+    y();\n", OLD), None);
        assert_eq!(apply("@@\n-a\n+b\n", "a\na"), None);
    }
}
