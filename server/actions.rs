//! The five actions: when each applies, what it is called, what it asks and what it may change. Refuses to talk to models.

mod add_tests;
mod document;
mod fix_lint;
mod generate;
mod instruction;
mod plan;
mod refactor;
mod workspace;

use std::ops::Range;

pub use add_tests::{TestFile, TestHome};
pub use plan::{Plan, Request, Target};
pub use workspace::{Buffer, BufferLookup, Workspace, read_file};

use crate::syntax::{Diagnostic, Document, Scope};
use crate::validate::Rejection;

/// An action's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the contract's words")]
pub enum ActionId {
    Generate,
    Refactor,
    AddTests,
    Document,
    FixLint,
}

impl ActionId {
    /// All of them, in the order in which editors list them.
    pub const ALL: [ActionId; 5] =
        [ActionId::Generate, ActionId::Refactor, ActionId::AddTests, ActionId::Document, ActionId::FixLint];

    /// The name in configs, commands and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            ActionId::Generate => "generate",
            ActionId::Refactor => "refactor",
            ActionId::AddTests => "add-tests",
            ActionId::Document => "document",
            ActionId::FixLint => "fix-lint",
        }
    }

    /// The action of that name.
    pub fn parse(name: &str) -> Option<ActionId> {
        ActionId::ALL.into_iter().find(|action| action.as_str() == name)
    }

    fn row(self) -> &'static Row {
        match self {
            ActionId::Generate => &generate::ROW,
            ActionId::Refactor => &refactor::ROW,
            ActionId::AddTests => &add_tests::ROW,
            ActionId::Document => &document::ROW,
            ActionId::FixLint => &fix_lint::ROW,
        }
    }
}

/// One row of the table of actions.
struct Row {
    /// The actions that it offers at a place; must not wait for anything.
    offers: fn(&Place<'_>) -> Vec<Offer>,
    /// What it wants done at a place.
    plan: fn(&Request<'_>) -> Result<Plan, Rejection>,
}

/// Where a list of actions was asked for.
struct Place<'a> {
    document: &'a Document,
    range: Range<usize>,
    scope: Option<Scope>,
    diagnostics: &'a [Diagnostic],
}

/// An action that applies at a place, for a list of code actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which action.
    pub action: ActionId,
    /// What the editor shows: ``Graft: document `parse_args` ``.
    pub title: String,
    /// The diagnostics that it is about, as indices into those that were given; `fix-lint` only.
    pub diagnostics: Vec<usize>,
}

impl Offer {
    fn new(action: ActionId, title: String) -> Offer {
        Offer { action, title, diagnostics: Vec::new() }
    }
}

/// Which of the `wanted` actions apply to `range` (bytes), from the tree alone: no model, no disk. `diagnostics` are those that the
/// editor sent.
pub fn offers(wanted: &[ActionId], document: &Document, range: Range<usize>, diagnostics: &[Diagnostic]) -> Vec<Offer> {
    let place = Place { document, scope: Scope::at(document, range.clone()), range, diagnostics };
    wanted.iter().flat_map(|action| (action.row().offers)(&place)).collect()
}

/// What an action wants done; a rejection says why it does not apply there.
pub fn plan(action: ActionId, request: &Request<'_>) -> Result<Plan, Rejection> {
    (action.row().plan)(request)
}

/// What a scope is called in titles and sentences: its name in backticks, or what it is made of.
fn called(scope: &Scope) -> String {
    match (scope.name(), scope.definitions().len()) {
        (Some(name), _) => format!("`{name}`"),
        (None, count) if count > 1 => format!("{count} definitions"),
        _ if scope.shape == crate::syntax::ScopeShape::File => "this file".to_owned(),
        _ => "these lines".to_owned(),
    }
}
