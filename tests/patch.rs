//! Putting changes into texts, independently of the code under test: diffs as people write them, diffs as tools write them,
//! and the protocol's edits. Refuses whatever does not fit exactly.

use serde_json::Value;

/// The text after a diff written by hand: lines that start with a blank, `-` or `+`, hunks set off by `@@` lines whose
/// numbers do not count. Every hunk must be found below the one before it. Works on lines without their ends.
pub fn apply_by_context(old: &str, diff: &str) -> Result<String, String> {
    let lines: Vec<&str> = old.split('\n').collect();
    let mut result: Vec<String> = Vec::new();
    let mut from = 0;
    for hunk in hunks(diff) {
        let before: Vec<&str> = hunk.iter().filter(|line| line.0 != '+').map(|line| line.1).collect();
        let found =
            (from..=lines.len().saturating_sub(before.len())).find(|&at| lines[at..at + before.len()] == before);
        let at = found.ok_or_else(|| format!("these lines are not in the input:\n{}", before.join("\n")))?;
        result.extend(lines[from..at].iter().map(|line| (*line).to_owned()));
        result.extend(hunk.iter().filter(|line| line.0 != '-').map(|line| line.1.to_owned()));
        from = at + before.len();
    }
    result.extend(lines[from..].iter().map(|line| (*line).to_owned()));
    Ok(result.join("\n"))
}

fn hunks(diff: &str) -> Vec<Vec<(char, &str)>> {
    let mut hunks = vec![Vec::new()];
    for line in diff.lines() {
        let mark = line.chars().next().unwrap_or(' ');
        match (mark, hunks.last_mut()) {
            ('@', _) => hunks.push(Vec::new()),
            (' ' | '-' | '+', Some(hunk)) => hunk.push((mark, line.get(1..).unwrap_or_default())),
            _ => {}
        }
    }
    hunks.retain(|hunk| !hunk.is_empty());
    hunks
}

/// The text after a unified diff of one file, by its line numbers, to the byte.
pub fn apply_by_number(old: &str, diff: &str) -> Result<String, String> {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut result = String::new();
    let mut at = 0;
    let mut last = ' ';
    for line in diff.split_inclusive('\n').skip(2) {
        let (mark, rest) = line.split_at(1);
        match mark {
            "@" => {
                let start = start_of_hunk(line).ok_or_else(|| format!("not a hunk: {line}"))?;
                let gap = lines.get(at..start).ok_or_else(|| format!("hunks out of order: {line}"))?;
                result.extend(gap.iter().copied());
                at = start;
            }
            "\\" => {
                // Said of the line before; a removed one has already been compared without its end.
                if last != '-' {
                    result.truncate(result.len() - 1);
                }
            }
            "+" => result.push_str(rest),
            _ => {
                let there = lines.get(at).ok_or("past the end")?;
                if there.trim_end_matches('\n') != rest.trim_end_matches('\n') {
                    return Err(format!("line {} is {there:?}, the diff has {rest:?}", at + 1));
                }
                at += 1;
                if mark == " " {
                    result.push_str(rest);
                }
            }
        }
        last = mark.chars().next().unwrap_or(' ');
    }
    result.extend(lines[at..].iter().copied());
    Ok(result)
}

/// The index of the first line that a hunk is about.
fn start_of_hunk(header: &str) -> Option<usize> {
    let old = header.strip_prefix("@@ -")?.split(' ').next()?;
    let (start, count) = old.split_once(',').unwrap_or((old, "1"));
    let start: usize = start.parse().ok()?;
    Some(if count == "0" { start } else { start.checked_sub(1)? })
}

/// The text after the protocol's edits, counted in UTF-16 of the text before any of them.
pub fn apply_edits(old: &str, edits: &Value) -> Result<String, String> {
    let mut result = String::new();
    let mut from = 0;
    for edit in edits.as_array().ok_or("edits are no array")? {
        let start = offset(old, &edit["range"]["start"])?;
        let end = offset(old, &edit["range"]["end"])?;
        result.push_str(old.get(from..start).ok_or("edits overlap or are out of order")?);
        result.push_str(edit["newText"].as_str().ok_or("an edit has no newText")?);
        from = end;
    }
    result.push_str(&old[from..]);
    Ok(result)
}

fn offset(text: &str, position: &Value) -> Result<usize, String> {
    let number = |name: &str| position[name].as_u64().ok_or(format!("{position} has no {name}"));
    let (line, character) = (number("line")?, number("character")?);
    let mut start = 0;
    for _ in 0..line {
        let rest = &text[start..];
        let end = rest.find(['\n', '\r']).ok_or(format!("{position} is outside the text"))?;
        start += end + if rest[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    let mut units = 0;
    for (at, c) in text[start..].char_indices().chain([(text.len() - start, '\n')]) {
        if units == character {
            return Ok(start + at);
        }
        if matches!(c, '\n' | '\r') {
            break;
        }
        units += c.len_utf16() as u64;
    }
    Err(format!("{position} is past its line's end or inside a character"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_hunks_by_their_lines() {
        let old = "a\nb\n\nc\nb\n";
        assert_eq!(apply_by_context(old, " c\n-b\n+d\n").unwrap(), "a\nb\n\nc\nd\n");
        assert_eq!(apply_by_context(old, "@@\n a\n-b\n\n@@ x\n+e\n c\n").unwrap(), "a\n\ne\nc\nb\n");
        assert!(apply_by_context(old, "-x\n").is_err());
        assert!(apply_by_context(old, " c\n@@\n-a\n").is_err());
    }

    #[test]
    fn takes_diffs_by_their_numbers() {
        let diff =
            "--- a\n+++ b\n@@ -2,2 +2,2 @@\n b\n-c\n\\ No newline at end of file\n+d\n\\ No newline at end of file\n";
        assert_eq!(apply_by_number("a\nb\nc", diff).unwrap(), "a\nb\nd");
        assert_eq!(apply_by_number("", "---\n+++\n@@ -0,0 +1 @@\n+a\n").unwrap(), "a\n");
        assert!(apply_by_number("x\nb\nd", diff).is_err());
    }

    #[test]
    fn takes_edits_in_utf_16() {
        let edits = serde_json::json!([{"range": {"start": {"line": 1, "character": 2}, "end": {"line": 1, "character": 3}}, "newText": "y"}]);
        assert_eq!(apply_edits("a\r\n🦀x\n", &edits).unwrap(), "a\r\n🦀y\n");
        assert!(apply_edits("a\n🦀\n", &edits).is_err());
    }
}
