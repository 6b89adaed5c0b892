//! What a text holds where it is itself a wrapping: JSON, tags, a diff, search-and-replace blocks. Refuses to guess a path or a place.

use serde_json::Value;

use super::patch;

/// A wrapping in a wrapping in a wrapping is as far as answers go: a tag around a tool call around its arguments.
const DEEPEST: usize = 4;

/// Keys under which tools take the text to look for and the one to put in its place.
const REPLACEMENTS: [(&str, &str); 6] = [
    ("old_string", "new_string"),
    ("old_str", "new_str"),
    ("old_code", "new_code"),
    ("old", "new"),
    ("search", "replace"),
    ("find", "replace"),
];

/// The code that an answer is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Old<'a> {
    /// The scope, which patches are read against.
    pub(super) scope: &'a str,
    /// The whole file: a line of markup that stands in it is code.
    pub(super) file: &'a str,
}

/// What is found inside `text`, likeliest first; nothing where it is no wrapping.
pub(super) fn unwrapped(text: &str, old: Old<'_>) -> Vec<String> {
    let mut found = Vec::new();
    collect(text, old, 0, &mut found);
    found
}

/// Whether a text only notates a change, and so is never the code itself: it quotes or escapes it.
pub(super) fn is_notation(text: &str, old: Old<'_>) -> bool {
    let json = json_of(text, old.file).is_some_and(|value| !value.is_string());
    json || patch::is_patch(text.trim_matches('\n'))
}

fn collect(text: &str, old: Old<'_>, depth: usize, found: &mut Vec<String>) {
    if depth == DEEPEST {
        return;
    }
    let mut inner: Vec<String> = Vec::new();
    if let Some(value) = json_of(text, old.file) {
        strings(&value, old.scope, &mut inner);
    } else {
        inner.extend(between_tags(text, old));
        inner.extend(between_backticks(text));
        inner.extend(quoted(text));
    }
    inner.extend(patch::apply(text.trim_matches('\n'), old.scope));
    for text in inner {
        if !is_notation(&text, old) {
            found.push(text.clone());
        }
        collect(&text, old, depth + 1, found);
    }
}

/// The JSON list or object that a text is, or that stands alone among prose; one that the file has itself, in a string, is code.
fn json_of(text: &str, file: &str) -> Option<Value> {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '[', '"']) && trimmed.ends_with(['}', ']', '"']) {
        return parsed(trimmed);
    }
    let starts = |line: &str| line.starts_with(['{', '[']);
    let start = trimmed.split_inclusive('\n').scan(0, |at, line| {
        *at += line.len();
        Some((*at - line.len(), line))
    });
    let (start, _) = start.into_iter().find(|(_, line)| starts(line))?;
    let end = trimmed.rfind(['}', ']'])? + 1;
    let json = trimmed.get(start..end)?;
    // The file is looked through last: what is no JSON mostly shows that with its first word.
    parsed(json).filter(|value| (value.is_object() || value.is_array()) && holds_text(value) && !file.contains(json))
}

/// Whether there is a string in a JSON value: an empty body, or numbers on a line of their own, are code.
fn holds_text(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(list) => list.iter().any(holds_text),
        Value::Object(map) => map.values().any(holds_text),
        _ => false,
    }
}

/// The string values of a JSON text that have more than a word in them.
fn strings(value: &Value, old: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains([' ', '\n']) || text.starts_with('{') => {
            found.push(text.replace("\r\n", "\n").replace('\r', "\n"));
        }
        Value::Array(list) if list.len() > 1 && list.iter().all(Value::is_string) => {
            let lines: Vec<&str> =
                list.iter().filter_map(Value::as_str).map(|line| line.trim_end_matches(['\n', '\r'])).collect();
            found.push(lines.join("\n"));
        }
        Value::Array(list) => list.iter().for_each(|value| strings(value, old, found)),
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            let pair = REPLACEMENTS.iter().find_map(|(before, after)| Some((text(before)?, text(after)?)));
            match pair {
                Some((before, after)) => found.extend(patch::replaced(old, before, after)),
                None => map.values().for_each(|value| strings(value, old, found)),
            }
        }
        _ => {}
    }
}

/// What stands between `<tag>` and `</tag>`, for each tag that opens at the margin: markup inside the code's own strings is no
/// wrapping, and neither is markup that the code has already, or the file at the margin.
fn between_tags(text: &str, old: Old<'_>) -> Vec<String> {
    let is_known = |line: &str| {
        old.scope.lines().any(|known| known.trim() == line.trim())
            || old.file.lines().any(|known| known.trim_end() == line.trim_end())
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        let tag =
            opening_tag(line).filter(|_| !is_known(line)).map(|(name, length)| (format!("</{name}>"), at + length));
        let inner = tag.and_then(|(close, start)| {
            let rest = text.get(start..)?;
            let alone = rest.starts_with('\n').then(|| closed_by_line(rest, &close, old.scope)).flatten();
            let length = alone.or_else(|| rest.find(&close).filter(|_| !old.scope.contains(close.as_str())))?;
            Some((start..start + length, start + length + close.len()))
        });
        match inner {
            Some((range, end)) => {
                found.push(content(&text[range]));
                at = end + text[end..].find('\n').map_or(text.len() - end, |length| length + 1);
            }
            None => at += line.len(),
        }
    }
    found
}

/// How far it is to a line that is only the closing tag, as no line of the old code is: what has a line for itself at both ends
/// wraps the code, whatever markup its comments hold.
fn closed_by_line(rest: &str, close: &str, old: &str) -> Option<usize> {
    let is_close = |line: &str| line.trim_end() == close;
    let mut at = 0;
    let line = rest.split_inclusive('\n').find(|line| {
        at += line.len();
        is_close(line)
    })?;
    let is_markup = |line: &str| line.trim_start().starts_with(close);
    (!old.lines().any(is_markup)).then_some(at - line.len())
}

/// A tag's name and the bytes up to its end, where a line starts with one.
fn opening_tag(line: &str) -> Option<(&str, usize)> {
    let rest = line.strip_prefix('<')?;
    let end = rest.find('>')?;
    // Some tags have their name's value at once: `<parameter=code>`.
    let name = rest[..end].split([' ', '\t', '=']).next()?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'));
    let attributes = rest[name.len()..end].trim();
    let fits = attributes.is_empty() || attributes.contains('=');
    (plain && fits && !name.is_empty()).then_some((name, end + 2))
}

fn content(inner: &str) -> String {
    let trimmed = inner.trim();
    let inner = match trimmed.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")) {
        Some(inner) => inner,
        None => inner,
    };
    inner.strip_prefix('\n').unwrap_or(inner).trim_end().to_owned()
}

/// Several lines between single backticks.
fn between_backticks(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('`')?.strip_suffix('`')?;
    (inner.contains('\n') && !inner.starts_with('`')).then(|| inner.to_owned())
}

/// A text that is a quotation as a whole, as mails and Markdown mark it.
fn quoted(text: &str) -> Option<String> {
    let lines =
        text.trim().lines().map(|line| line.strip_prefix('>').map(|rest| rest.strip_prefix(' ').unwrap_or(rest)));
    let lines = lines.collect::<Option<Vec<&str>>>()?;
    (lines.len() > 1).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(scope: &str) -> Old<'_> {
        Old { scope, file: scope }
    }

    #[test]
    fn unwraps_json_in_all_its_forms() {
        for text in [
            r#"{"code": "fn f() {\n}"}"#,
            r#"[{"name": "edit", "arguments": {"code": "fn f() {\n}"}}]"#,
            r#"{"function": {"name": "edit", "arguments": "{\"code\": \"fn f() {\\n}\"}"}}"#,
            r#"{"lines": ["fn f() {", "}"]}"#,
            r#"{"lines": ["fn f() {\r\n", "}\r"]}"#,
            "Here it is:\n\n{\"code\": \"fn f() {\\n}\"}\n\nDone.",
            "<tool_call>\n{\"code\": \"fn f() {\\n}\"}\n</tool_call>",
        ] {
            assert_eq!(unwrapped(text, scope("")), ["fn f() {\n}"], "{text}");
        }
        assert_eq!(unwrapped(r#"{"old_string": "1", "new_string": "2"}"#, scope("fn f() { 1 }")), ["fn f() { 2 }"]);
        assert!(unwrapped(r#"{"old_string": "1", "new_string": "2"}"#, scope("1 + 1")).is_empty());
    }

    #[test]
    fn unwraps_tags() {
        for text in [
            "<output>\nfn f() {}\n</output>",
            "<code>fn f() {}</code>",
            "Sure:\n<file path=\"src/a.rs\">\nfn f() {}\n</file>\nDone.",
            "<code><![CDATA[\nfn f() {}\n]]></code>",
            "<function=edit>\n<parameter=code>\nfn f() {}\n</parameter>\n</function>",
        ] {
            assert_eq!(unwrapped(text, scope("")).last().map(|text| text.trim()), Some("fn f() {}"), "{text}");
        }
        assert!(unwrapped("<p>\nx\n</p>", scope("return <p>\n  y\n  </p>;")).is_empty());
        assert!(unwrapped("<p>x</p>", scope("a('</p>')")).is_empty());
        assert!(unwrapped("x = '<p>'\ny = '</p>'", scope("")).is_empty());
    }

    #[test]
    fn markup_of_the_file_is_no_wrapping() {
        let text = "const LIST: &str = \"\n<ul><li>https://example.org</li></ul>\n\";\nfn f() {}\n";
        let file = Old { scope: "fn f() {}", file: text };
        assert_eq!(unwrapped(text, file), [""; 0]);
        assert_eq!(unwrapped("<ul><li>x</li></ul>", file), ["<li>x</li>", "x"]);
    }

    #[test]
    fn what_notates_a_change_is_not_code() {
        let is_notation = |text| is_notation(text, scope("D = '''\n[\n  \"a\"\n]\n'''"));
        assert!(is_notation(r#"{"a": "b"}"#) && is_notation("@@\n-a\n+b\n") && is_notation("So:\n[\n  \"b\"\n]\n"));
        assert!(!is_notation("{ a: 1 }") && !is_notation("x = [1]"));
        assert!(!is_notation("x = 1\nD = '''\n[\n  \"a\"\n]\n'''\n"), "the file's own");
    }
}
