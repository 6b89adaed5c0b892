//! One reading of an answer: what it would do to a document. Refuses nothing; only `validate` decides whether it may.

use crate::syntax::{Document, Scope};
use crate::text::{Edit, Edits};

/// How an answer was understood, the surest way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// The definition itself was found, by kind and name.
    Definition,
    /// It was found inside something the answer put around it.
    Wrapped,
    /// The answer is what goes into the old header, or above it.
    Part,
    /// Definitions of the answer took the places of their namesakes in the old scope.
    Merged,
    /// The answer was taken as it is.
    Verbatim,
}

impl Reading {
    /// Whether the text named what it rewrites. Where it did not, anything that parses could be meant, a usage example too.
    pub fn is_named(self) -> bool {
        matches!(self, Reading::Definition | Reading::Wrapped | Reading::Merged)
    }
}

/// A change to a document whose lines end in `\n`, in bytes of that document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Replacements and insertions, disjoint.
    pub edits: Vec<Edit>,
    /// The text that the task asked for: the scope's new text, or the new tests.
    pub output: String,
    /// How the answer was understood.
    pub reading: Reading,
}

impl Candidate {
    /// The scope's text replaced by `text`.
    pub fn rewrite(scope: &Scope, text: impl Into<String>, reading: Reading) -> Candidate {
        let output = text.into();
        Candidate { edits: vec![Edit::new(scope.range.clone(), output.clone())], output, reading }
    }

    /// The same change with all edits inside the scope made one rewrite of it, which is the form that is judged.
    pub fn gathered(self, document: &Document, scope: &Scope) -> Candidate {
        let mut inner = Vec::new();
        let mut outer = Vec::new();
        for edit in self.edits {
            // A fix that takes a whole line away takes its end too; that of the scope's last line stays.
            let end = match document.slice(scope.range.end..edit.range.end) {
                "\n" if edit.new.is_empty() => scope.range.end,
                _ => edit.range.end,
            };
            match scope.range.start <= edit.range.start && edit.range.start <= end && end <= scope.range.end {
                true => inner.push(Edit::new(edit.range.start - scope.range.start..end - scope.range.start, edit.new)),
                false => outer.push(edit),
            }
        }
        let old = scope.text(document);
        let text = Edits::new(old, inner).map(|edits| edits.apply(old));
        let rewrite = Candidate::rewrite(scope, text.unwrap_or_else(|_| old.to_owned()), self.reading);
        Candidate { edits: rewrite.edits.into_iter().chain(outer).collect(), ..rewrite }
    }
}
