//! The text of a document as a rope. The only home of `ropey`; refuses byte offsets inside a character by rounding them down.

use std::ops::Range;

use ropey::Rope;

use super::{Encoding, Position, Span};

/// A text whose copies share their storage: cloning costs nothing, editing costs the logarithm of its length.
#[derive(Debug, Clone, Default)]
pub struct Text(Rope);

impl Text {
    /// Takes over a text.
    pub fn new(text: &str) -> Text {
        Text(Rope::from_str(text))
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len_bytes()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of lines; the empty text has one, and a final line end opens one more.
    pub fn line_count(&self) -> usize {
        self.0.len_lines()
    }

    /// The bytes of `range`, clamped to the text and to whole characters.
    pub fn slice(&self, range: Range<usize>) -> String {
        let start = self.0.byte_to_char(range.start.min(self.len()));
        let end = self.0.byte_to_char(range.end.min(self.len())).max(start);
        self.0.slice(start..end).to_string()
    }

    /// A place that is inside no character: `offset` (bytes, clamped to the text), or the start of the character that it is inside of.
    pub fn whole_character(&self, offset: usize) -> usize {
        self.0.char_to_byte(self.0.byte_to_char(offset.min(self.len())))
    }

    /// The piece of storage that holds byte `offset`, from that byte on; empty at the end. For parsers that read piecewise.
    pub fn chunk_from(&self, offset: usize) -> &[u8] {
        if offset >= self.len() {
            return &[];
        }
        let (chunk, start, _, _) = self.0.chunk_at_byte(offset);
        chunk.as_bytes().get(offset - start..).unwrap_or_default()
    }

    /// Byte offset of a position. A line past the end means the end of the text, a character past the line's end means
    /// the line's end (before its line end), and a place inside a character means the start of that character.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        if position.line >= self.line_count() {
            return self.len();
        }
        let start = self.0.line_to_char(position.line);
        let mut end = if position.line + 1 < self.line_count() {
            self.0.line_to_char(position.line + 1)
        } else {
            self.0.len_chars()
        };
        while end > start && matches!(self.0.get_char(end - 1), Some('\n' | '\r')) {
            end -= 1;
        }
        let content_end = self.0.char_to_byte(end);
        let offset = match encoding {
            Encoding::Utf8 => self.0.char_to_byte(start).saturating_add(position.character).min(content_end),
            Encoding::Utf16 => {
                let target = self.0.char_to_utf16_cu(start).saturating_add(position.character);
                let target = target.min(self.0.char_to_utf16_cu(end));
                self.0.char_to_byte(self.0.utf16_cu_to_char(target))
            }
            Encoding::Utf32 => self.0.char_to_byte(start.saturating_add(position.character).min(end)),
        };
        self.0.char_to_byte(self.0.byte_to_char(offset))
    }

    /// Position of a byte offset; an offset past the end means the end.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let char_index = self.0.byte_to_char(offset.min(self.len()));
        let line = self.0.char_to_line(char_index);
        let start = self.0.line_to_char(line);
        let character = match encoding {
            Encoding::Utf8 => self.0.char_to_byte(char_index) - self.0.char_to_byte(start),
            Encoding::Utf16 => self.0.char_to_utf16_cu(char_index) - self.0.char_to_utf16_cu(start),
            Encoding::Utf32 => char_index - start,
        };
        Position { line, character }
    }

    /// Byte range of a span; where the end lies before the start the two change places.
    pub fn range(&self, span: Span, encoding: Encoding) -> Range<usize> {
        let (a, b) = (self.offset(span.start, encoding), self.offset(span.end, encoding));
        a.min(b)..a.max(b)
    }

    /// Span of a byte range.
    pub fn span(&self, range: Range<usize>, encoding: Encoding) -> Span {
        Span { start: self.position(range.start, encoding), end: self.position(range.end, encoding) }
    }

    /// Where the character that holds byte `offset` starts, in bytes; the end for what is beyond it.
    pub fn floor(&self, offset: usize) -> usize {
        self.0.char_to_byte(self.0.byte_to_char(offset.min(self.len())))
    }

    /// Puts `new` in the place of `range` (bytes, clamped to the text and to whole characters).
    pub fn replace(&mut self, range: Range<usize>, new: &str) {
        let start = self.0.byte_to_char(range.start.min(self.len()));
        let end = self.0.byte_to_char(range.end.min(self.len())).max(start);
        self.0.remove(start..end);
        self.0.insert(start, new);
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: usize, character: usize) -> Position {
        Position { line, character }
    }

    #[test]
    fn counts_each_encoding_in_its_own_units() {
        let text = Text::new("a\nx🦀é!\n");
        for (encoding, character) in [(Encoding::Utf8, 7), (Encoding::Utf16, 4), (Encoding::Utf32, 3)] {
            assert_eq!(text.offset(at(1, character), encoding), 9, "{encoding:?}");
            assert_eq!(text.position(9, encoding), at(1, character), "{encoding:?}");
        }
    }

    #[test]
    fn clamps_positions_outside_the_text() {
        let text = Text::new("ab\r\ncd");
        assert_eq!(text.offset(at(0, 99), Encoding::Utf16), 2);
        assert_eq!(text.offset(at(9, 0), Encoding::Utf16), 6);
        assert_eq!(text.offset(at(1, usize::MAX), Encoding::Utf8), 6);
    }

    #[test]
    fn rounds_a_place_inside_a_character_down() {
        let text = Text::new("🦀");
        assert_eq!(text.offset(at(0, 1), Encoding::Utf16), 0);
        assert_eq!(text.offset(at(0, 3), Encoding::Utf8), 0);
    }

    #[test]
    fn breaks_lines_where_the_protocol_does_and_nowhere_else() {
        assert_eq!(Text::new("a\nb\r\nc\rd").line_count(), 4);
        assert_eq!(Text::new("a\u{000B}b\u{000C}c\u{0085}d\u{2028}e").line_count(), 1);
    }

    proptest! {
        #[test]
        fn positions_and_offsets_are_inverse(text in "[a\n\r🦀é\t]{0,40}") {
            let buffer = Text::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                // Between \r and \n there is no position of its own.
                if offset > 0 && text[..offset].ends_with('\r') && text[offset..].starts_with('\n') { continue; }
                for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                    prop_assert_eq!(buffer.offset(buffer.position(offset, encoding), encoding), offset);
                }
            }
        }
    }
}
