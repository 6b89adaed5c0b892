//! The document that a task started from, in the two forms that matter: as it is, and with `\n` line ends. Refuses to be edited.

use std::ops::Range;
use std::sync::OnceLock;

use crate::syntax::Document;
use crate::text::{Edit, Edits, EditsError, Encoding, LineEnd, normalize_line_ends};

/// A document and its twin with `\n` line ends, in which all work is done. Line and character of a place agree in both.
#[derive(Debug, Clone)]
pub struct Baseline {
    original: Document,
    document: Document,
    /// Worked out when first asked for: it takes a look at all of the text.
    ends: OnceLock<LineEnd>,
}

impl Baseline {
    /// The baseline of a document. The twin has no tree that grew edit by edit, unless it holds no error: such trees recover
    /// in other ways, and the same text must be judged the same from every face.
    pub fn of(original: &Document) -> Baseline {
        let own = Baseline::unparsed(original);
        Baseline { document: own.document.without_history(), ..own }
    }

    /// The same for who judges by parts that are parsed anew: the twin's tree may be one that grew edit by edit.
    pub fn unparsed(original: &Document) -> Baseline {
        Baseline { original: original.clone(), document: original.with_newlines(), ends: OnceLock::new() }
    }

    fn ends(&self) -> &LineEnd {
        self.ends.get_or_init(|| normalize_line_ends(self.original.source()).1)
    }

    /// The document as it is.
    pub fn original(&self) -> &Document {
        &self.original
    }

    /// The document with `\n` line ends.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Bytes of the original as bytes of the twin.
    pub fn normal_range(&self, range: Range<usize>) -> Range<usize> {
        let span = self.original.text().span(range, Encoding::Utf8);
        self.document.text().range(span, Encoding::Utf8)
    }

    /// Text for a place of the twin as it goes into the original: the place there, and the text with its line ends.
    pub fn original_insertion(&self, at: usize, text: &str) -> (usize, String) {
        if !self.original.has_returns() {
            return (at, text.to_owned());
        }
        let edits = Edits::new(self.document.source(), vec![Edit { range: at..at, new: text.to_owned() }]);
        let restored = edits.ok().and_then(|edits| self.ends().restore(&edits).into_iter().next());
        restored.map_or((at, text.to_owned()), |edit| (edit.range.start, edit.new))
    }

    /// Bytes of the twin as bytes of the original.
    pub(super) fn original_range(&self, range: Range<usize>) -> Range<usize> {
        self.ends().original(range.start)..self.ends().original(range.end)
    }

    /// Edits of the twin as edits of the original, with its line ends.
    pub(super) fn original_edits(&self, edits: &Edits) -> Result<Edits, EditsError> {
        Edits::new(self.original.source(), self.ends().restore(edits))
    }
}
