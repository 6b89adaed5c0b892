//! Takes out of a text what its reader must not learn: keys, and where things lie on this machine. Pure; replaces within a
//! line only, so that line numbers stay.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{ReportedPosition, ReportedRange};
use crate::model::masked;
use crate::syntax::Document;
use crate::text::{Encoding, Position};

const SECRET: &str = "***";
const PATH: &str = "<path>";
const WORKSPACE: &str = "<workspace>";
/// Shorter lines of a secret of several lines are no secret.
const SHORTEST: usize = 8;
/// Where paths that say something of a person or a machine start.
const FOLDERS: [&str; 13] = [
    "/home/",
    "/Users/",
    "/root/",
    "/tmp/",
    "/private/",
    "/var/",
    "/etc/",
    "/opt/",
    "/srv/",
    "/mnt/",
    "/media/",
    "/run/",
    "/usr/",
];
/// The same behind a drive's letter, as text and as a string literal has it.
const DRIVE_FOLDERS: [&str; 3] = [":\\Users\\", ":\\\\Users\\\\", ":/Users/"];

/// What is to be taken out.
pub(super) struct Redaction {
    /// Configured keys: servers repeat them in part, too.
    pub(super) keys: Vec<SecretString>,
    /// Other secrets; only as a whole.
    pub(super) secrets: Vec<SecretString>,
    workspace: Option<String>,
    home: Option<String>,
    /// First folders of this machine's own paths.
    folders: Vec<String>,
}

impl Redaction {
    /// For a job in the workspace at `workspace`. Other paths of interest are those below the first folder of `others`.
    pub(super) fn new(workspace: Option<&Path>, home: Option<&Path>, others: &[&Path]) -> Redaction {
        let text = |path: &Path| path.to_str().filter(|text| text.len() > 3).map(str::to_owned);
        let (workspace, home) = (workspace.and_then(text), home.and_then(text));
        let own = others.iter().filter_map(|path| path.to_str()).chain(workspace.as_deref()).chain(home.as_deref());
        let mut folders: Vec<String> = FOLDERS.map(str::to_owned).into();
        folders.extend(own.filter_map(first_folder));
        Redaction { keys: Vec::new(), secrets: Vec::new(), workspace, home, folders }
    }

    /// Every string in a value.
    pub(super) fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.value(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A text without what it must not tell.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = masked(text, None);
        for key in &self.keys {
            text = masked(&text, Some(key));
        }
        let lines = self.secrets.iter().flat_map(|secret| secret.expose_secret().lines());
        for line in lines.filter(|line| line.len() >= SHORTEST) {
            text = text.replace(line, SECRET);
        }
        self.without_paths(&text)
    }

    /// Where bytes of a document stand in its redacted text.
    pub(super) fn range(&self, document: &Document, range: std::ops::Range<usize>) -> ReportedRange {
        ReportedRange { start: self.position(document, range.start), end: self.position(document, range.end) }
    }

    fn position(&self, document: &Document, offset: usize) -> ReportedPosition {
        let line = document.position(offset, Encoding::Utf16).line;
        let start = document.text().offset(Position { line, character: 0 }, Encoding::Utf16);
        let before = self.text(document.slice(start..offset));
        ReportedPosition { line, character: before.encode_utf16().count() }
    }

    fn without_paths(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (instead, length) = self.path_at(clean.chars().next_back(), rest).unwrap_or(("", first.len_utf8()));
            match instead.is_empty() {
                true => clean.push(first),
                false => clean.push_str(instead),
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        clean
    }

    /// What stands for the path that `rest` starts with, and the path's length in bytes.
    fn path_at(&self, before: Option<char>, rest: &str) -> Option<(&'static str, usize)> {
        let bytes = rest.as_bytes();
        let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
        if !drive && bytes.first() != Some(&b'/') {
            return None;
        }
        if before.is_some_and(|before| before.is_alphanumeric() || "_.-~>".contains(before)) {
            return None;
        }
        let ends = |length: usize| !rest.get(length..).and_then(|tail| tail.chars().next()).is_some_and(is_of_name);
        if let Some(root) = self.workspace.as_deref().filter(|root| rest.starts_with(root) && ends(root.len())) {
            return Some((WORKSPACE, root.len()));
        }
        let at_home = self.home.as_deref().is_some_and(|home| rest.starts_with(home) && ends(home.len()));
        let below = match drive {
            true => DRIVE_FOLDERS.iter().any(|folder| rest.get(1..).is_some_and(|tail| tail.starts_with(folder))),
            false => self.folders.iter().any(|folder| rest.starts_with(folder.as_str())),
        };
        (at_home || below).then(|| (PATH, path_length(rest, drive)))
    }
}

/// `/projects/` of `/projects/a/b`.
fn first_folder(path: &str) -> Option<String> {
    let end = path.strip_prefix('/')?.find('/')? + 1;
    path.get(..=end).map(str::to_owned)
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || "_.-+@~".contains(character)
}

/// Backslashes belong to a path where a name follows; before a quote they are the literal's own.
fn path_length(rest: &str, drive: bool) -> usize {
    let prefix = if drive { 2 } else { 0 };
    let mut end = prefix;
    while let Some(tail) = rest.get(end..) {
        let slashes = tail.bytes().take_while(|byte| *byte == b'/' || (drive && *byte == b'\\')).count();
        let name: usize =
            tail.get(slashes..).unwrap_or_default().chars().take_while(|c| is_of_name(*c)).map(char::len_utf8).sum();
        match (slashes, name) {
            (_, 0) if drive || slashes == 0 => break,
            (_, 0) => return end + slashes,
            _ => end += slashes + name,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn redaction() -> Redaction {
        let redaction = Redaction::new(Some(Path::new("/projects/mine")), Some(Path::new("/people/ann")), &[]);
        Redaction {
            keys: vec![SecretString::from("top-secret-0123456789")],
            secrets: vec![SecretString::from("pem line one\npem line two\nend")],
            ..redaction
        }
    }

    #[test]
    fn takes_out_keys_and_paths_and_leaves_code_alone() {
        let cases = [
            ("open(\"/home/ann/notes.txt\")", "open(\"<path>\")"),
            ("# /people/ann, ~/x and '/people/annabel'", "# <path>, ~/x and '<path>'"),
            ("at /projects/mine/src/a.rs:3 and /projects/other/b", "at <workspace>/src/a.rs:3 and <path>"),
            ("file:///home/ann/a b", "file://<path> b"),
            ("\"C:\\\\Users\\\\ann\\\\x\\\\\" D:\\Users\\ann", "\"<path>\\\\\" <path>"),
            ("say \\\"/tmp/x\\\"\\n", "say \\\"<path>\\\"\\n"),
            ("bad key top-secret-0123456789", "bad key ***"),
            ("pem line one\nx = pem line two;end", "***\nx = ***;end"),
            ("https://host/home/ann", "https://host/home/ann"),
            ("a /b/ c // /// d/etc/e \"Usage a:\\n\" x[a:/b]", "a /b/ c // /// d/etc/e \"Usage a:\\n\" x[a:/b]"),
            ("#!/usr/bin/env python", "#!<path> python"),
        ];
        for (text, expected) in cases {
            assert_eq!(redaction().text(text), expected);
        }
    }

    #[test]
    fn a_place_moves_with_what_is_taken_out_before_it() {
        let text = "a = 1\nopen('/home/ann/größe', mode)\n";
        let document = Document::new(Language::by_id("python").unwrap(), text, None);
        let at = text.find("mode").unwrap();
        let range = redaction().range(&document, at..at + 4);
        let line = redaction().text("open('/home/ann/größe', mode)");
        assert_eq!((range.start.line, range.start.character), (1, line.find("mode").unwrap()));
        assert_eq!(range.end.character, range.start.character + 4);
    }
}
