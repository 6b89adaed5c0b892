//! Somebody who edits at random: types, deletes, pastes, undoes, moves, replaces everything. Makes changes as an editor sends them, by
//! the plainest arithmetic; refuses to know a server.

use std::ops::Range;

use serde_json::{Value, json};

use crate::corpus::chance::Chance;
use crate::support::model_document::ModelDocument;

/// What is typed: as a word, a sign, a line end of each kind, a character of each width.
const TYPED: [&str; 20] = [
    "a",
    "x",
    " ",
    ";",
    "(",
    ")",
    "{}",
    "\"\"",
    "é",
    "// 🦀\n",
    "漢",
    "value",
    "return ",
    "= 1",
    ".",
    "\n",
    "\n    ",
    "\n",
    ": ",
    "let x = ",
];
/// A text that grows longer is as it was at first again, in bytes.
const LONGEST: usize = 12_000;
/// So many steps can be undone.
const MOST_UNDONE: usize = 20;

/// A document that somebody works on.
pub struct Page {
    pub uri: String,
    /// The text that it was opened with.
    original: String,
    /// The cursor, in bytes.
    cursor: usize,
    /// What takes the last changes back, the last one last; each fits the text after the one behind it.
    undo: Vec<(Range<usize>, String)>,
}

impl Page {
    pub fn new(uri: String, original: String) -> Page {
        let cursor = original.len();
        Page { uri, original, cursor, undo: Vec::new() }
    }

    /// The cursor in a text, in bytes.
    pub fn cursor(&self, text: &str) -> usize {
        whole(text, self.cursor)
    }

    /// Somebody else changed the text.
    pub fn changed_elsewhere(&mut self) {
        self.undo.clear();
    }

    /// Moves the cursor, mostly to a line's end.
    pub fn move_on(&mut self, chance: &mut Chance, text: &str) {
        let at = whole(text, chance.within(0..text.len() + 1));
        let to_the_end = text[at..].find(['\n', '\r']).unwrap_or(text.len() - at);
        self.cursor = if chance.within(0..4) == 0 { at } else { at + to_the_end };
    }

    /// The next change of the text, and whether it is typing.
    pub fn change(&mut self, chance: &mut Chance, text: &str, clipboard: &str) -> (Value, bool) {
        let at = self.cursor(text);
        if text.len() > LONGEST.max(2 * self.original.len()) {
            return (self.whole(self.original.clone()), false);
        }
        let (range, new) = match chance.within(0..100) {
            0..62 => {
                let new = chance.pick(&TYPED).copied().unwrap_or_default();
                // A file keeps its line ends, but for a slip now and then.
                let slips = chance.within(0..50) == 0;
                let new = if text.contains("\r\n") != slips { new.replace('\n', "\r\n") } else { new.to_owned() };
                return (self.replace(text, at..at, new), true);
            }
            62..76 => (whole(text, at.saturating_sub(1 + chance.within(0..12)))..at, String::new()),
            76..82 => (at..whole(text, at + chance.within(0..200)), String::new()),
            82..88 => (at..at, clipboard.to_owned()),
            88..97 => match self.undo.pop() {
                Some((range, old)) => {
                    let change = changed(text, range.clone(), &old);
                    self.cursor = range.start + old.len();
                    return (change, false);
                }
                None => (at..at, "\r\r\n".to_owned()),
            },
            97 => return (self.whole(text.replace("\r\n", "\n")), false),
            98 => return (self.whole(text.replace("\r\n", "\n").replace('\n', "\r\n")), false),
            _ => return (self.whole(self.original.clone()), false),
        };
        (self.replace(text, range, new), false)
    }

    /// The change that puts a word at the cursor.
    pub fn word(&mut self, text: &str, word: &str) -> Value {
        let at = self.cursor(text);
        self.replace(text, at..at, word.to_owned())
    }

    /// The change that takes the last one back.
    pub fn undone(&mut self, text: &str) -> Option<Value> {
        self.undo.pop().map(|(range, old)| changed(text, range, &old))
    }

    fn replace(&mut self, text: &str, range: Range<usize>, new: String) -> Value {
        self.undo.push((range.start..range.start + new.len(), text[range.clone()].to_owned()));
        if self.undo.len() > MOST_UNDONE {
            self.undo.remove(0);
        }
        self.cursor = range.start + new.len();
        changed(text, range, &new)
    }

    fn whole(&mut self, text: String) -> Value {
        self.undo.clear();
        json!({"text": text})
    }
}

/// A change as didChange has it; where a place has no position of its own, everything.
fn changed(text: &str, range: Range<usize>, new: &str) -> Value {
    let after = [&text[..range.start], new, &text[range.end..]].concat();
    let sent = json!({"range": {"start": position(text, range.start), "end": position(text, range.end)}, "text": new});
    let mut model = ModelDocument { text: text.to_owned(), version: 0 };
    model.change(&sent, "utf-16");
    if model.text == after { sent } else { json!({"text": after}) }
}

/// The position of a place, in UTF-16.
pub fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let ends = before.matches(['\n', '\r']).count() - before.matches("\r\n").count();
    json!({"line": ends, "character": before[start..].encode_utf16().count()})
}

/// The place, or the start of the character or the line end that it is inside of.
fn whole(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) || text[..at].ends_with('\r') && text[at..].starts_with('\n') {
        at -= 1;
    }
    at
}
