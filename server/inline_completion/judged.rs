//! What answers are judged in: the code closest to the cursor, parsed, and what is wrong with it already. Small, as it is parsed once
//! more for what an answer makes of it. Refuses a tree that tells how the text came about.

use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::balance::Open;
use crate::syntax::{Census, Document, Vicinity, bytes_in_error, in_comment};

/// How far it reaches before the cursor and behind it, in bytes; beyond that, whole statements and definitions are left out.
const CLOSEST: (usize, usize) = (1_000, 500);
/// The same where there are errors, which reach further.
const WIDE: (usize, usize) = (7_500, 7_500);

/// The code closest to a cursor.
#[derive(Debug)]
pub(super) struct Judged {
    state: State,
    /// Brackets that are open at the cursor, and which of them the text behind it closes.
    pub(super) open: Open,
    /// Whether the cursor stands in a comment.
    pub(super) in_comment: bool,
    /// More of the document, where the closest does not decide.
    wide: OnceLock<State>,
    /// The last text that was put at the cursor, and what it made: it is looked at from several sides.
    last: Mutex<Option<(String, Document)>>,
}

/// A piece of the document and what is wrong with it.
#[derive(Debug)]
struct State {
    document: Document,
    at: usize,
    /// What was left out for it, if anything was.
    vicinity: Option<Vicinity>,
    problems: Census,
    /// Bytes that the parser could make no sense of.
    lost: usize,
}

impl Judged {
    /// What is closest to byte `offset` of a document; all of it where that is little.
    pub(super) fn at(document: &Document, offset: usize) -> Judged {
        let state = State::around(document, offset, CLOSEST);
        Judged {
            open: Open::at(&state.document, state.at),
            in_comment: in_comment(&state.document, state.at),
            state,
            wide: OnceLock::new(),
            last: Mutex::default(),
        }
    }

    /// The code, and the cursor in bytes of that.
    pub(super) fn place(&self) -> (&Document, usize) {
        (&self.state.document, self.state.at)
    }

    /// How far a range of the code, in bytes, reaches before the cursor and behind it in the document, which has the cursor at
    /// `offset`.
    pub(super) fn around(&self, range: Range<usize>, offset: usize) -> (usize, usize) {
        let outside = |at: usize| self.state.vicinity.as_ref().map_or(at, |vicinity| vicinity.outside(at));
        (offset.saturating_sub(outside(range.start)), outside(range.end).saturating_sub(offset))
    }

    /// The code with `text` at the cursor.
    pub(super) fn with(&self, text: &str) -> Document {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = last.as_ref().filter(|(own, _)| own == text) {
            return known.clone();
        }
        let new = self.state.with(text);
        *last = Some((text.to_owned(), new.clone()));
        new
    }

    /// Whether the code parses no worse as `new`, which has `text` at the cursor. `document` and `offset` are what all this is a piece
    /// of.
    pub(super) fn bears(&self, new: &Document, text: &str, (document, offset): (&Document, usize)) -> bool {
        let after = problems(new);
        let before = &self.state.problems;
        if after.is_empty() || before.is_empty() {
            return after.is_empty() && bytes_in_error(new) <= self.state.lost;
        }
        if after.is_part_of(before) && bytes_in_error(new) <= self.state.lost {
            return true;
        }
        // How an error is recovered from depends on what follows: the more of it is there, the more is right.
        let wide = self.wide.get_or_init(|| State::around(document, offset, WIDE));
        // These errors stay, so a tree that grew is of no use.
        let new = wide.afresh(text);
        problems(&new).len() <= wide.problems.len() && bytes_in_error(&new) <= wide.lost
    }
}

impl State {
    fn around(document: &Document, offset: usize, (before, after): (usize, usize)) -> State {
        let vicinity = Vicinity::of(document, offset, before, after);
        let (document, at) = match &vicinity {
            Some(vicinity) => (vicinity.document().clone(), vicinity.inside(offset)),
            None => (document.without_history(), offset),
        };
        State { problems: problems(&document), lost: bytes_in_error(&document), at, vicinity, document }
    }

    /// Where all is well the parse starts from the old tree; where there are errors it starts anew, as a tree that grew edit by edit
    /// recovers from them in other ways.
    fn with(&self, text: &str) -> Document {
        let new = self.document.edited(self.at..self.at, text, None);
        match new.tree().is_some_and(|tree| !tree.root_node().has_error()) {
            true => new,
            false => self.afresh(text),
        }
    }

    fn afresh(&self, text: &str) -> Document {
        let (before, after) = self.document.source().split_at_checked(self.at).unwrap_or_default();
        Document::new(self.document.language(), &format!("{before}{text}{after}"), None)
    }
}

fn problems(document: &Document) -> Census {
    Census::of(document, 0..document.text().len())
}
