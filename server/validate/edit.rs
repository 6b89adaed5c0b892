//! The edit that may be made. Its fields are private and only this room makes one: whoever holds it need not ask whether it was checked.

use std::ops::Range;

use super::{Baseline, ReasonCode, Rejection, merge};
use crate::reply::Candidate;
use crate::syntax::Document;
use crate::text::{Edit, Edits, EditsError, minimal_edits};

/// A checked change of one document.
#[derive(Debug, Clone)]
pub struct ValidatedEdit {
    document: Document,
    edits: Edits,
    /// The scope, in bytes of `document`; nothing where things are only added.
    scope: Option<Range<usize>>,
    output: String,
    validity: String,
}

impl ValidatedEdit {
    /// The edit that a candidate, checked by the caller, makes: its own edits, cut down to what differs, in the original's line ends.
    pub(super) fn new(
        baseline: &Baseline,
        candidate: &Candidate,
        cut: &Edits,
        scope: Option<Range<usize>>,
        validity: String,
    ) -> Result<ValidatedEdit, Rejection> {
        let edits = baseline.original_edits(cut).map_err(misfit)?;
        let scope = scope.map(|range| baseline.original_range(range));
        Ok(ValidatedEdit {
            document: baseline.original().clone(),
            edits,
            scope,
            output: candidate.output.clone(),
            validity,
        })
    }

    /// The document that the edit is for, with the version that it had.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The replacements, minimal, in bytes of [`ValidatedEdit::document`], with that document's line ends.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// The document's text with the edits made.
    pub fn new_text(&self) -> String {
        self.edits.apply(self.document.source())
    }

    /// The new text of the scope, or the added tests; lines end in `\n`.
    pub fn output(&self) -> &str {
        &self.output
    }

    /// A sentence on what was checked: "Valid Python syntax".
    pub fn validity(&self) -> &str {
        &self.validity
    }

    /// The same change for what the document has become meanwhile. Changes elsewhere stay; one inside the scope, or one that
    /// leaves the edit's place in doubt, is a `stale` rejection. The result is checked again.
    pub fn rebase(&self, now: &Document) -> Result<ValidatedEdit, Rejection> {
        merge::rebase(self, now)
    }

    /// The scope, in bytes of the document.
    pub(super) fn scope(&self) -> Option<Range<usize>> {
        self.scope.clone()
    }

    /// The same change for another state of the document, checked by the caller.
    pub(super) fn moved(&self, now: &Document, edits: Edits, scope: Option<Range<usize>>) -> ValidatedEdit {
        ValidatedEdit { document: now.clone(), edits, scope, ..self.clone() }
    }
}

fn misfit(error: EditsError) -> Rejection {
    Rejection::new(ReasonCode::OutsideScope, format!("the edit does not fit the file: {error}"))
}

/// A candidate's edits of `source`, cut down to what differs.
pub(super) fn cut_down(source: &str, candidate: &Candidate) -> Result<Edits, Rejection> {
    let pieces = candidate.edits.iter().flat_map(|edit| piece_edits(source, edit));
    Edits::new(source, pieces.collect()).map_err(misfit)
}

/// An edit cut down to what differs. The text up to a line's end is compared with that line end, as a line that others follow
/// is the line that it was; no edit takes in the line end.
fn piece_edits(source: &str, edit: &Edit) -> Vec<Edit> {
    let Range { start, end } = edit.range;
    let old = source.get(start..end).unwrap_or_default();
    let moved = |inner: Edit| Edit::new(inner.range.start + start..inner.range.end + start, inner.new);
    let ends_line = !old.is_empty() && !edit.new.is_empty() && source[end..].starts_with('\n');
    let with_end = || -> Option<Vec<Edit>> {
        let old = source.get(start..end + 1)?;
        minimal_edits(old, &format!("{}\n", edit.new)).into_iter().map(|inner| before_line_end(old, inner)).collect()
    };
    let inner = with_end().filter(|_| ends_line).unwrap_or_else(|| minimal_edits(old, &edit.new));
    inner.into_iter().map(moved).collect()
}

/// An edit of a text that ends in a line end, as one that leaves the line end alone: lines that are put in or taken out behind
/// another one can be so with the line end before them.
fn before_line_end(text: &str, edit: Edit) -> Option<Edit> {
    let Range { start, end } = edit.range;
    if end < text.len() {
        return Some(edit);
    }
    let lines = edit.new.strip_suffix('\n');
    match lines.filter(|_| start < end) {
        Some(lines) => Some(Edit::new(start..end - 1, lines)),
        None => {
            let before = start.checked_sub(1).filter(|at| text[*at..].starts_with('\n'))?;
            let new = lines.map_or(String::new(), |lines| format!("\n{lines}"));
            (lines.is_some() || edit.new.is_empty()).then(|| Edit::new(before..end - 1, new))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_behind_the_last_one_leave_it_alone() {
        let source = "a\nb\nc\nd\n";
        for (new, size_of_it) in [("b\nc\nx\ny", 4), ("b", 2), ("c", 2), ("x\nc", 4), ("b\nx", 2), ("y", 4)] {
            let edits = piece_edits(source, &Edit::new(2..5, new));
            let applied = Edits::new(source, edits.clone()).unwrap().apply(source);
            assert_eq!(applied, format!("a\n{new}\nd\n"));
            let changed: usize = edits.iter().map(|edit| edit.range.len() + edit.new.len()).sum();
            assert_eq!(changed, size_of_it, "{new:?}: {edits:?}");
            assert!(edits.iter().all(|edit| edit.range.end <= 5), "{new:?}: {edits:?}");
        }
    }
}
