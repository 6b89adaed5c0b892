//! The one JSON object that the command line, batch and HTTP give for a task. Refuses to decide anything: it restates an [`Outcome`].

use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use super::cost::rounded;
use super::{Attempt, Change, Facts, Failure, Outcome};
use crate::actions::ActionId;
use crate::model::Usage;
use crate::syntax::{Document, Language};
use crate::text::{Edits, Encoding, FileSide, Position, unified_diff};
use crate::validate::{ReasonCode, ValidatedEdit};

/// What became of a task, as scripts read it.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the contract's words")]
pub struct Report {
    pub task_id: String,
    /// `code-` and the action; nothing where no action was named.
    pub r#type: Option<&'static str>,
    /// `completed` or `failed`.
    pub status: &'static str,
    pub success: bool,
    /// The new text of the scope, or the added tests; empty without an edit.
    pub output: String,
    /// Unified; empty without an edit.
    pub diff: String,
    /// In UTF-16 of the document, or of [`Report::file`] where there is one.
    pub edits: Vec<ReportedEdit>,
    /// The file that the edits are for, if it is not the task's own: its path from the workspace's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub language: Option<&'static str>,
    /// What was checked of the edit, as a sentence.
    pub validity: Option<String>,
    pub model: Option<String>,
    pub provider: Option<String>,
    pub route: ReportedRoute,
    pub attempts: Vec<ReportedAttempt>,
    pub usage: ReportedUsage,
    /// Of all attempts together; nothing where the price of one is not known.
    pub cost_usd: Option<f64>,
    pub duration_seconds: f64,
    /// Secrets inside the code that were hidden from models in a cloud.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docstring_style: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors_found: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance: Option<String>,
}

/// Why there is no edit.
#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    /// One of the contract's codes.
    pub code: &'static str,
    /// A sentence with the next step.
    pub message: String,
}

/// An edit as the Language Server Protocol writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedEdit {
    /// What goes.
    pub range: ReportedRange,
    /// What comes in its place.
    #[serde(rename = "newText")]
    pub new_text: String,
}

/// Two places, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReportedRange {
    /// Where it starts.
    pub start: ReportedPosition,
    /// Where it ends.
    pub end: ReportedPosition,
}

/// Line and UTF-16 code unit, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReportedPosition {
    /// Line.
    pub line: usize,
    /// UTF-16 code units from the line's start.
    pub character: usize,
}

/// The chain that was to be tried.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportedRoute {
    /// Config names, in order.
    pub chain: Vec<String>,
    /// Why this chain.
    pub reason: String,
    /// The file's privacy class.
    pub privacy: &'static str,
}

/// One step that was tried.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the contract's words")]
pub struct ReportedAttempt {
    /// The step's config name.
    pub step: String,
    pub provider: String,
    /// The server's model id.
    pub model: String,
    /// `edit`, `no_change` or a reason code.
    pub outcome: String,
    pub message: String,
    pub seconds: f64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Nothing where the price is not known.
    pub cost_usd: Option<f64>,
    /// Whether the server did not count its tokens.
    #[serde(skip_serializing_if = "is_false")]
    pub estimated: bool,
}

/// Tokens of all attempts together.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[allow(missing_docs, reason = "the contract's words")]
pub struct ReportedUsage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Whether a server did not count them.
    #[serde(skip_serializing_if = "is_false")]
    pub estimated: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Report {
    /// The report of a finished task. `path` is what diffs call the task's document; other files are called by their
    /// path from `root`.
    pub fn new(outcome: &Outcome, path: &str, root: Option<&Path>) -> Report {
        let by = outcome.made_by();
        let mut report = Report {
            language: outcome.language,
            model: by.map(|attempt| attempt.model.clone()),
            provider: by.map(|attempt| attempt.provider.clone()),
            route: ReportedRoute {
                chain: outcome.route.chain.clone(),
                reason: outcome.route.reason.clone(),
                privacy: outcome.route.privacy.as_str(),
            },
            attempts: outcome.attempts.iter().map(ReportedAttempt::of).collect(),
            usage: ReportedUsage::of(outcome.usage),
            cost_usd: outcome.cost_usd().map(rounded),
            duration_seconds: outcome.duration.as_secs_f64(),
            masked: outcome.masked.clone(),
            ..Report::empty(&outcome.task_id, Some(outcome.action))
        };
        report.tell(outcome.facts.clone());
        match &outcome.result {
            Ok(Change::Edit { edit, file }) => {
                let file = file.as_ref().map(|(file, create)| (relative(file, root), *create));
                report.complete(edit, path, file);
            }
            Ok(Change::Nothing { message }) => {
                report.succeed();
                report.reason = Some(Reason::new(ReasonCode::NoChange, message));
            }
            Err(failure) => report.reason = Some(Reason::of(failure)),
        }
        report
    }

    /// The report of a task that could not be started.
    pub fn refused(task_id: &str, action: Option<ActionId>, language: Option<&Language>, failure: &Failure) -> Report {
        Report {
            language: language.map(|language| language.name),
            reason: Some(Reason::of(failure)),
            ..Report::empty(task_id, action)
        }
    }

    fn empty(task_id: &str, action: Option<ActionId>) -> Report {
        Report {
            task_id: task_id.to_owned(),
            r#type: action.map(type_of),
            status: "failed",
            success: false,
            output: String::new(),
            diff: String::new(),
            edits: Vec::new(),
            file: None,
            language: None,
            validity: None,
            model: None,
            provider: None,
            route: ReportedRoute { privacy: "any", ..ReportedRoute::default() },
            attempts: Vec::new(),
            usage: ReportedUsage::default(),
            cost_usd: Some(0.0),
            duration_seconds: 0.0,
            masked: Vec::new(),
            reason: None,
            framework: None,
            docstring_style: None,
            linter: None,
            errors_found: None,
            guidance: None,
        }
    }

    fn succeed(&mut self) {
        self.status = "completed";
        self.success = true;
    }

    fn complete(&mut self, edit: &ValidatedEdit, path: &str, file: Option<(String, bool)>) {
        self.succeed();
        self.output = edit.output().to_owned();
        self.validity = Some(edit.validity().to_owned());
        self.edits = reported_edits(edit.document(), edit.edits());
        let path = file.as_ref().map_or(path, |(file, _)| file);
        let before = match &file {
            Some((_, true)) => FileSide::Absent,
            _ => FileSide::Path(path),
        };
        self.diff = unified_diff(edit.document().source(), &edit.new_text(), before, FileSide::Path(path));
        self.file = file.map(|(file, _)| file);
    }

    fn tell(&mut self, facts: Facts) {
        self.framework = facts.framework;
        self.docstring_style = facts.docstring_style;
        self.linter = facts.linter;
        self.errors_found = facts.errors_found;
        self.guidance = facts.guidance;
    }
}

impl Outcome {
    /// The attempt that made the result, or the last one of those that made none.
    pub fn made_by(&self) -> Option<&Attempt> {
        let made = |attempt: &&Attempt| matches!(attempt.outcome.as_str(), "edit" | "no_change");
        self.attempts.iter().rfind(made).or(self.attempts.last())
    }
}

impl Reason {
    fn new(code: ReasonCode, message: &str) -> Reason {
        Reason { code: code.as_str(), message: message.to_owned() }
    }

    fn of(failure: &Failure) -> Reason {
        Reason::new(failure.code, &failure.message)
    }
}

impl ReportedAttempt {
    pub(super) fn of(attempt: &Attempt) -> ReportedAttempt {
        ReportedAttempt {
            step: attempt.step.clone(),
            provider: attempt.provider.clone(),
            model: attempt.model.clone(),
            outcome: attempt.outcome.clone(),
            message: attempt.message.clone(),
            seconds: attempt.duration.as_secs_f64(),
            input_tokens: attempt.usage.input_tokens,
            output_tokens: attempt.usage.output_tokens,
            cost_usd: attempt.cost_usd.map(rounded),
            estimated: attempt.usage.estimated,
        }
    }
}

impl ReportedUsage {
    pub(super) fn of(usage: Usage) -> ReportedUsage {
        let Usage { input_tokens, output_tokens, estimated, .. } = usage;
        ReportedUsage { input_tokens, output_tokens, estimated }
    }
}

fn type_of(action: ActionId) -> &'static str {
    match action {
        ActionId::Generate => "code-generate",
        ActionId::Refactor => "code-refactor",
        ActionId::AddTests => "code-test",
        ActionId::Document => "code-document",
        ActionId::FixLint => "code-fix-lint",
    }
}

fn reported_edits(document: &Document, edits: &Edits) -> Vec<ReportedEdit> {
    edits
        .iter()
        .map(|edit| ReportedEdit { range: reported_range(document, &edit.range), new_text: edit.new.clone() })
        .collect()
}

pub(super) fn reported_range(document: &Document, range: &Range<usize>) -> ReportedRange {
    let place = |offset| {
        let Position { line, character } = document.position(offset, Encoding::Utf16);
        ReportedPosition { line, character }
    };
    ReportedRange { start: place(range.start), end: place(range.end) }
}

/// A path from the workspace's root with `/`, or the whole path where it lies elsewhere.
fn relative(path: &Path, root: Option<&Path>) -> String {
    let inside = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
    inside.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RouteTaken;
    use crate::text::Edit;

    fn outcome(result: Result<Change, Failure>) -> Outcome {
        Outcome {
            task_id: "t".to_owned(),
            action: ActionId::AddTests,
            language: Some("python"),
            result,
            route: RouteTaken::default(),
            attempts: Vec::new(),
            usage: Usage::default(),
            duration: std::time::Duration::from_millis(1500),
            facts: Facts::default(),
            masked: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn attempt(outcome: &str, model: &str) -> Attempt {
        Attempt {
            step: "quick".to_owned(),
            provider: "ollama".to_owned(),
            model: model.to_owned(),
            outcome: outcome.to_owned(),
            message: String::new(),
            duration: std::time::Duration::ZERO,
            usage: Usage::default(),
            cost_usd: Some(0.0),
            trouble: None,
        }
    }

    #[test]
    fn has_the_contract_s_fields_also_when_nothing_came_of_it() {
        let failure = Failure { code: ReasonCode::Lazy, message: "why".to_owned() };
        let report = serde_json::to_value(Report::new(&outcome(Err(failure)), "a.py", None)).unwrap();
        assert_eq!(
            report,
            serde_json::json!({
                "task_id": "t", "type": "code-test", "status": "failed", "success": false, "output": "", "diff": "",
                "edits": [], "language": "python", "validity": null, "model": null, "provider": null,
                "route": {"chain": [], "reason": "", "privacy": "any"}, "attempts": [],
                "usage": {"input_tokens": 0, "output_tokens": 0}, "cost_usd": 0.0, "duration_seconds": 1.5,
                "reason": {"code": "lazy", "message": "why"},
            })
        );
    }

    #[test]
    fn no_change_is_a_success_with_a_reason() {
        let change = Change::Nothing { message: "as it is".to_owned() };
        let report = Report::new(&outcome(Ok(change)), "a.py", None);
        assert_eq!((report.status, report.success), ("completed", true));
        assert_eq!(report.reason.map(|reason| reason.code), Some("no_change"));
    }

    #[test]
    fn names_the_attempt_that_made_the_result() {
        let mut outcome = outcome(Ok(Change::Nothing { message: String::new() }));
        outcome.attempts = vec![attempt("no_change", "a"), attempt("provider", "b")];
        assert_eq!(Report::new(&outcome, "a.py", None).model.as_deref(), Some("a"));
        outcome.attempts.remove(0);
        assert_eq!(Report::new(&outcome, "a.py", None).model.as_deref(), Some("b"));
    }

    #[test]
    fn counts_edits_in_utf_16() {
        let document = Document::new(Language::by_id("python").unwrap(), "x = '🦀é' + a\n", None);
        let start = document.source().find('a').unwrap();
        let edits = Edits::new(document.source(), vec![Edit::new(start..start + 1, "b")]).unwrap();
        let edit = &reported_edits(&document, &edits)[0];
        assert_eq!((edit.range.start.character, edit.range.end.character), (12, 13));
    }
}
