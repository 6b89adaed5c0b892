//! A complaint about a place in a document, from an editor or a linter. Refuses to judge it.

use std::ops::Range;

/// How bad a diagnostic is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The code is wrong.
    Error,
    /// The code is suspect.
    Warning,
    /// Worth knowing.
    Information,
    /// A suggestion.
    Hint,
}

impl Severity {
    /// The word for it in prompts and messages.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "info",
            Severity::Hint => "hint",
        }
    }
}

/// What a linter or compiler said of a range of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Bytes of the document.
    pub range: Range<usize>,
    /// How bad.
    pub severity: Severity,
    /// The rule's code, where it has one: `F841`, `clippy::needless_return`.
    pub code: Option<String>,
    /// Who said it: `ruff`, `clippy`, `rustc`.
    pub source: Option<String>,
    /// The sentence.
    pub message: String,
}

impl Diagnostic {
    /// Source, code and first line of the message, as a title shows it.
    pub fn summary(&self) -> String {
        let message = self.message.lines().next().unwrap_or_default();
        match (&self.code, &self.source) {
            (Some(code), _) => format!("{code}: {message}"),
            (None, Some(source)) => format!("{source}: {message}"),
            (None, None) => message.to_owned(),
        }
    }
}
