//! A document as a client has it, by the plainest arithmetic: no rope, no shared code with the server.

use serde_json::Value;

/// Text and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelDocument {
    pub text: String,
    pub version: i32,
}

impl ModelDocument {
    /// Byte offset of a position, clamped to its line and to whole characters; lines end at `\n`, `\r\n` and `\r`.
    pub fn offset(&self, line: u64, character: u64, encoding: &str) -> usize {
        let Some(start) = line_starts(&self.text).nth(line as usize) else {
            return self.text.len();
        };
        let content = self.text[start..].split(['\n', '\r']).next().unwrap();
        let mut units = 0;
        for (at, c) in content.char_indices() {
            units += match encoding {
                "utf-8" => c.len_utf8(),
                "utf-16" => c.len_utf16(),
                _ => 1,
            } as u64;
            if units > character {
                return start + at;
            }
        }
        start + content.len()
    }

    fn offset_of(&self, position: &Value, encoding: &str) -> usize {
        self.offset(position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap(), encoding)
    }

    /// One change as didChange has it.
    pub fn change(&mut self, change: &Value, encoding: &str) {
        let new = change["text"].as_str().unwrap();
        match change.get("range").filter(|range| !range.is_null()) {
            None => self.text = new.to_owned(),
            Some(range) => {
                let (a, b) = (self.offset_of(&range["start"], encoding), self.offset_of(&range["end"], encoding));
                self.text.replace_range(a.min(b)..a.max(b), new);
            }
        }
    }

    /// The text after text edits, which are all in positions of the text before.
    pub fn edit(&mut self, edits: &[Value], encoding: &str) {
        let mut replacements: Vec<(usize, usize, &str)> = edits
            .iter()
            .map(|edit| {
                let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
                (self.offset_of(start, encoding), self.offset_of(end, encoding), edit["newText"].as_str().unwrap())
            })
            .collect();
        replacements.sort_by_key(|&(start, end, _)| (start, end));
        for pair in replacements.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "edits overlap: {edits:?}");
        }
        for (start, end, new) in replacements.into_iter().rev() {
            self.text.replace_range(start..end, new);
        }
    }
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len()).filter(|&at| match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    std::iter::once(0).chain(ends.map(|at| at + 1))
}
