//! What an action is given and what it answers: where the edit goes, what may change, what to say. Refuses to do any of it.

use std::ops::Range;
use std::path::Path;

use super::{TestHome, Workspace};
use crate::config::{DocstringStyle, DocumentSettings};
use crate::prompt::Ask;
use crate::reply::Promise;
use crate::syntax::{Diagnostic, Document, Scope};
use crate::validate::{ReasonCode, Rejection};

/// A task as an action sees it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The document, with `\n` line ends.
    pub document: &'a Document,
    /// The cursor or selection, in bytes of it.
    pub range: &'a Range<usize>,
    /// The document's absolute path.
    pub path: Option<&'a Path>,
    /// What the person asked for, if they said so outside the text.
    pub instruction: Option<&'a str>,
    /// What is to be fixed.
    pub diagnostics: &'a [Diagnostic],
    /// The files around it.
    pub workspace: &'a Workspace,
    /// How documentation is written.
    pub settings: DocumentSettings,
}

impl Request<'_> {
    /// The scope at the range, or a rejection that says what is missing and where to put the cursor.
    pub(super) fn scope(&self, otherwise: &str) -> Result<Scope, Rejection> {
        let nothing = || Rejection::new(ReasonCode::NothingHere, otherwise);
        Scope::at(self.document, self.range.clone()).ok_or_else(nothing)
    }
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the task is about, in the request's document.
    pub scope: Scope,
    /// Where the edit goes.
    pub target: Target,
    /// What may change.
    pub promise: Promise,
    /// Trimmed comment lines that go with the edit: they held the instruction.
    pub remove: Vec<String>,
    /// The instruction, wherever it was found.
    pub instruction: Option<String>,
    /// The diagnostics that lie in the scope.
    pub diagnostics: Vec<Diagnostic>,
    /// What to say to a model.
    pub ask: Ask,
    /// The form of docstrings that is asked for, never `Auto`; `document` only.
    pub docstring_style: Option<DocstringStyle>,
}

/// Where an edit goes.
#[derive(Debug, Clone)]
pub enum Target {
    /// The scope itself is rewritten.
    Scope,
    /// Tests are added to a file: the document itself or another one.
    Tests(TestHome),
}

impl Plan {
    /// A plan that rewrites a scope.
    pub(super) fn rewrite(scope: Scope, promise: Promise, ask: Ask) -> Plan {
        Plan {
            scope,
            target: Target::Scope,
            promise,
            remove: Vec::new(),
            instruction: None,
            diagnostics: Vec::new(),
            ask,
            docstring_style: None,
        }
    }
}
