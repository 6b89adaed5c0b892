//! What rules look at in a task. Refuses to look anywhere but at the scope and what came with the task.

use super::Purpose;
use crate::privacy::Verdict;
use crate::syntax::{Diagnostic, Document, Measure, Scope, ScopeShape, Severity};

/// A task as rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFacts {
    /// What is to be done.
    pub action: Purpose,
    /// The language's name.
    pub language: &'static str,
    /// The path from the project's root, with `/`; the whole path where there is no root.
    pub path: Option<String>,
    /// Lines of the scope, its comments included.
    pub lines: u32,
    /// What was counted in the scope.
    pub measure: Measure,
    /// What the scope is, as a rule's `kind` has it.
    pub kind: &'static str,
    /// How bad the worst diagnostic is.
    pub severity: Option<Severity>,
    /// How far the code may travel.
    pub privacy: Verdict,
}

impl TaskFacts {
    /// The facts of a task whose scope nobody looks at.
    pub fn uncounted(action: impl Into<Purpose>, document: &Document) -> TaskFacts {
        TaskFacts {
            action: action.into(),
            language: document.language().name,
            path: None,
            lines: 0,
            measure: Measure::default(),
            kind: kind(&ScopeShape::File),
            severity: None,
            privacy: Verdict::default(),
        }
    }

    /// The facts of a task on `scope` of `document`.
    pub fn of(action: impl Into<Purpose>, document: &Document, scope: &Scope, diagnostics: &[Diagnostic]) -> TaskFacts {
        TaskFacts {
            action: action.into(),
            language: document.language().name,
            path: None,
            lines: u32::try_from(scope.text(document).lines().count()).unwrap_or(u32::MAX),
            measure: Measure::of(document, scope.range.clone()),
            kind: kind(&scope.shape),
            severity: diagnostics.iter().map(|diagnostic| diagnostic.severity).min(),
            privacy: Verdict::default(),
        }
    }
}

fn kind(shape: &ScopeShape) -> &'static str {
    match shape {
        ScopeShape::Definition(definition) => definition.kind.word(),
        ScopeShape::Definitions(_) => "definitions",
        ScopeShape::Statements => "statements",
        ScopeShape::File => "file",
    }
}
