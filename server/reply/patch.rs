//! Diffs and search-and-replace blocks that a model sends although nobody asked. Refuses a context that does not match exactly once.

/// What `text` makes of `old`, if it is a patch whose every part applies. Nothing fuzzier than trailing blanks and an indentation
/// that all lines of a part lack: a patch in the wrong place is worse than none.
pub(super) fn apply(text: &str, old: &str) -> Option<String> {
    let parts = search_replace(text).or_else(|| unified(text))?;
    applied(parts, old)
}

fn applied(parts: Vec<Part>, old: &str) -> Option<String> {
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    for part in parts {
        let (before, after) = indented(&lines, part);
        // A patch that has been made already changes nothing, even where what it adds to still stands there.
        let grows = before.len() <= after.len() && after.windows(before.len().max(1)).any(|part| part == before);
        let done = only_place(&lines, &after).is_some();
        match only_place(&lines, &before).filter(|_| !(done && grows)) {
            Some(at) => drop(lines.splice(at..at + before.len(), after)),
            None if done => {}
            None => return None,
        }
    }
    Some(lines.join("\n"))
}

/// Whether `text` has the form of a patch, whatever it is for.
pub(super) fn is_patch(text: &str) -> bool {
    search_replace(text).or_else(|| unified(text)).is_some()
}

/// `old` with the one place that reads `before` made to read `after`.
pub(super) fn replaced(old: &str, before: &str, after: &str) -> Option<String> {
    let mut places = old.match_indices(before).filter(|_| !before.trim().is_empty());
    let Some((at, _)) = places.next() else {
        let lines = |text: &str| text.trim_matches('\n').lines().map(str::to_owned).collect();
        return applied(vec![(lines(before), lines(after))], old);
    };
    places.next().is_none().then(|| format!("{}{after}{}", &old[..at], &old[at + before.len()..]))
}

type Part = (Vec<String>, Vec<String>);

/// A part with the blanks that its lines lost all alike, where they stand once in `lines` with them and never without.
fn indented(lines: &[String], (before, after): Part) -> Part {
    if only_place(lines, &before).is_some() || only_place(lines, &after).is_some() {
        return (before, after);
    }
    let set = |part: &[String], blanks: &str| -> Vec<String> {
        part.iter().map(|line| if line.trim().is_empty() { line.clone() } else { format!("{blanks}{line}") }).collect()
    };
    let first = before.iter().map(|line| line.trim_end()).find(|line| !line.is_empty()).unwrap_or_default();
    let lost =
        lines.iter().filter_map(|line| line.trim_end().strip_suffix(first)).filter(|lost| lost.trim().is_empty());
    let with = |lost: &str| (set(&before, lost), set(&after, lost));
    let found = lost.map(with).find(|(before, _)| only_place(lines, before).is_some());
    found.unwrap_or((before, after))
}

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
    let mut parts = Vec::new();
    let mut side: Option<(Part, bool)> = None;
    for line in text.lines() {
        side = match side {
            None if line.starts_with("<<<<<") => Some((Part::default(), false)),
            Some((part, false)) if line.starts_with("=====") => Some((part, true)),
            Some((part, true)) if line.starts_with(">>>>>") => {
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
    let marked = |line: &str| line.is_empty() || line.starts_with([' ', '+', '-']);
    // Without a header all of it is one hunk, if every line has its mark and one at least says that something changes.
    if text.lines().all(marked) && text.lines().any(|line| line.starts_with(['+', '-'])) {
        parts.push(Part::default());
        inside = true;
    }
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
            _ if before.is_empty() && after.is_empty() && (line.starts_with("--- ") || line.starts_with("+++ ")) => {}
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
    fn applies_a_diff_without_headers() {
        assert_eq!(apply("     a();\n-    b();\n+    c();", OLD).as_deref(), Some("fn f() {\n    a();\n    c();\n}"));
        assert!(!is_patch("    a();\n    b();"));
    }

    #[test]
    fn applies_search_and_replace_blocks() {
        assert_eq!(
            apply("<<<<<<< SEARCH\n    a();\n=======\n    z();\n>>>>>>> REPLACE", OLD).as_deref(),
            Some("fn f() {\n    z();\n    b();\n}")
        );
    }

    #[test]
    fn a_part_that_lost_its_indentation_gets_it_back() {
        assert_eq!(
            apply("<<<<<<< SEARCH\na();\nb();\n=======\na();\nif c {\n    b();\n}\n>>>>>>> REPLACE", OLD).as_deref(),
            Some("fn f() {\n    a();\n    if c {\n        b();\n    }\n}")
        );
        assert_eq!(replaced(OLD, "a();\nb();\n", "z();\n").as_deref(), Some("fn f() {\n    z();\n}"));
        assert_eq!(apply("@@\n-a();\n-    b();\n+z();\n", OLD), None, "not all alike");
    }

    #[test]
    fn a_patch_that_was_made_already_changes_nothing() {
        let (patch, done) = ("@@\n     a();\n-    b();\n+    c();\n", "fn f() {\n    a();\n    c();\n}");
        assert_eq!(apply(patch, done).as_deref(), Some(done));
        let growing = "@@\n     a();\n+    c();\n";
        assert_eq!(apply(growing, done).as_deref(), Some(done));
    }

    #[test]
    fn refuses_a_context_that_is_missing_or_ambiguous() {
        assert_eq!(apply("@@\n-    x();\n+    y();\n", OLD), None);
        assert_eq!(apply("@@\n-a\n+b\n", "a\na"), None);
    }
}
