//! The settings in force as text: TOML whose every value is followed by where it comes from, or JSON. Writes no keys: where
//! one may hide, it writes `…`. Text of others is written so that a terminal shows it and does nothing else.

use std::fmt::Write;

use serde_json::json;

use super::error::Place;
use super::setting::{Setting, Shape, TOP};
use super::tree::{Node, Table, Value, joined};

/// Words in names of parameters that hold secrets.
const SECRETS: [&str; 6] = ["key", "token", "secret", "password", "credential", "auth"];

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Every value with its origin; what may be a secret is left out.
    Origins,
    /// Values alone, in full: what a person is to agree to.
    Everything,
}

/// A setting with its value and its origin.
struct Line {
    key: String,
    value: String,
    json: serde_json::Value,
    origin: String,
}

/// The tree as TOML.
pub(super) fn toml(root: &Node, detail: Detail) -> String {
    let mut text = String::new();
    for (header, lines) in tables(root, detail) {
        if lines.is_empty() {
            continue;
        }
        if !header.is_empty() {
            let blank = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{blank}[{header}]");
        }
        let width = lines.iter().map(|line| line.key.chars().count() + line.value.chars().count()).max().unwrap_or(0);
        for Line { key, value, origin, .. } in &lines {
            let blanks = " ".repeat(width - key.chars().count() - value.chars().count());
            let _ = match detail {
                Detail::Everything => writeln!(text, "{key} = {value}"),
                Detail::Origins => writeln!(text, "{key} = {value}{blanks}  # {origin}"),
            };
        }
    }
    text
}

/// The tree as a list of `{key, value, origin}`.
pub(super) fn json(root: &Node) -> serde_json::Value {
    let rows = tables(root, Detail::Origins).into_iter().flat_map(|(header, lines)| {
        lines.into_iter().map(move |line| {
            let key = joined(&header, &line.key);
            json!({"key": key, "value": line.json, "origin": line.origin})
        })
    });
    rows.collect()
}

/// What the keys of a table are.
#[derive(Clone, Copy)]
enum Keys {
    /// Settings, some of which have defaults.
    Settings(&'static [Setting]),
    /// Names that the user chose, for tables of these settings.
    Names(&'static [Setting]),
    /// Anything.
    Others,
}

/// The tables with their headers, the top first.
fn tables(root: &Node, detail: Detail) -> Vec<(String, Vec<Line>)> {
    let mut found = Vec::new();
    if let Value::Table(table) = &root.value {
        collect(table, "", Keys::Settings(&TOP), detail, &mut found);
    }
    found
}

fn collect(table: &Table, header: &str, keys: Keys, detail: Detail, found: &mut Vec<(String, Vec<Line>)>) {
    let mut lines = Vec::new();
    let mut inner = Vec::new();
    for (name, entry) in table {
        match &entry.node.value {
            Value::Table(table) if !table.is_empty() || !matches!(inside(keys, name), Keys::Others) => {
                inner.push((key(name), table, inside(keys, name)))
            }
            _ => lines.push(line(name, &entry.node, detail == Detail::Origins && hides(header, name))),
        }
    }
    let none = Table::new();
    if let (Keys::Settings(settings), Detail::Origins) = (keys, detail) {
        for setting in settings.iter().filter(|setting| !table.contains_key(setting.name)) {
            lines.extend(default_of(setting));
            if let Shape::Table(_) = setting.shape {
                inner.push((setting.name.to_owned(), &none, inside(keys, setting.name)));
            }
        }
    }
    found.push((header.to_owned(), lines));
    for (name, table, keys) in inner {
        collect(table, &joined(header, &name), keys, detail, found);
    }
}

/// What the keys of the table under `name` are.
fn inside(keys: Keys, name: &str) -> Keys {
    match keys {
        Keys::Names(settings) => Keys::Settings(settings),
        Keys::Others => Keys::Others,
        Keys::Settings(settings) => match settings.iter().find(|setting| setting.name == name).map(|own| own.shape) {
            Some(Shape::Table(settings)) => Keys::Settings(settings),
            // Most chains are no tables; what is left out of one that is has its value from elsewhere.
            Some(Shape::Chain(_)) => Keys::Others,
            Some(Shape::Tables(settings)) => Keys::Names(settings),
            _ => Keys::Others,
        },
    }
}

/// What counts because nobody said anything, where that can be written as a value.
fn default_of(setting: &Setting) -> Option<Line> {
    let value = setting.default.strip_prefix('`')?.strip_suffix('`')?;
    Some(Line {
        key: setting.name.to_owned(),
        value: value.to_owned(),
        json: serde_json::from_str(value).unwrap_or_default(),
        origin: Place::BuiltIn.to_string(),
    })
}

/// Whether a value may hold a secret: arguments of a key's command, and parameters that are named after one.
fn hides(header: &str, name: &str) -> bool {
    let lower = name.to_lowercase();
    let parameter = header.ends_with(".extra_body") || header.contains(".extra_body.");
    (header.ends_with(".api_key") && name == "command")
        || (parameter && SECRETS.iter().any(|word| lower.contains(word)))
}

fn line(name: &str, node: &Node, secret: bool) -> Line {
    let (value, json) = match (&node.value, secret) {
        (Value::Array(words), true) => {
            let program = words.first().map(value).unwrap_or_default();
            (format!("[{program}, \"…\"]"), json!([words.first().and_then(plain), "…"]))
        }
        (_, true) => (quoted("…"), json!("…")),
        (_, false) => (value(node), plain(node).unwrap_or_default()),
    };
    Line { key: key(name), value, json, origin: origin(node) }
}

/// Where a value comes from; the first place of each layer for a list that several add to.
fn origin(node: &Node) -> String {
    let Value::Array(items) = &node.value else { return node.place.to_string() };
    let mut places: Vec<&Place> = Vec::new();
    for item in items {
        if !places.iter().any(|place| place.is_of_layer(&item.place)) {
            places.push(&item.place);
        }
    }
    match places.as_slice() {
        [_, _, ..] => places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        _ => node.place.to_string(),
    }
}

fn plain(node: &Node) -> Option<serde_json::Value> {
    node.to_json("").ok()
}

fn value(node: &Node) -> String {
    match &node.value {
        Value::String(text) => quoted(text),
        Value::Integer(integer) => integer.to_string(),
        Value::Float(float) => format!("{float:?}"),
        Value::Boolean(value) => value.to_string(),
        Value::Date => quoted("a date"),
        Value::Array(items) => format!("[{}]", items.iter().map(value).collect::<Vec<_>>().join(", ")),
        Value::Table(table) if table.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            let member =
                |(name, entry): (&String, &super::tree::Entry)| format!("{} = {}", key(name), value(&entry.node));
            format!("{{ {} }}", table.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key as TOML writes it.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A text as part of a sentence: what a terminal would obey or not show is escaped.
pub(super) fn plain_text(text: &str) -> String {
    let quoted = quoted(text);
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// A string as TOML writes it; what a terminal would obey or not show is escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that change how others are shown, or that show as nothing.
fn is_invisible(character: char) -> bool {
    matches!(u32::from(character), 0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xE0000..=0xE007F)
}
