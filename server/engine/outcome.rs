//! What became of a task, in the engine's terms. Refuses to be any face's format.

use std::path::PathBuf;
use std::time::Duration;

use super::story::Trouble;
use crate::actions::ActionId;
use crate::config::PrivacyClass;
use crate::model::Usage;
use crate::validate::{ReasonCode, ValidatedEdit};

/// Everything that a face may want to tell of a finished task.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The task's identity.
    pub task_id: String,
    /// Which action it was.
    pub action: ActionId,
    /// The language's config name; nothing where it is unknown.
    pub language: Option<&'static str>,
    /// What came of it.
    pub result: Result<Change, Failure>,
    /// The chain that was to be tried, and why that one.
    pub route: RouteTaken,
    /// Every step that was tried, in order.
    pub attempts: Vec<Attempt>,
    /// Tokens of all attempts together.
    pub usage: Usage,
    /// From start to end.
    pub duration: Duration,
    /// What only one action has to tell.
    pub facts: Facts,
    /// Secrets inside the code that were hidden from models in a cloud, described: "GitHub token in line 3".
    pub masked: Vec<String>,
    /// What the person should hear besides: the job could not be saved, the budget is spent. Said once, not for every job.
    pub warnings: Vec<String>,
}

/// A success.
#[derive(Debug, Clone)]
pub enum Change {
    /// An edit of the task's document, or of `file` where tests go into a file of their own.
    Edit {
        /// The edit.
        edit: Box<ValidatedEdit>,
        /// The other file that it is for: absolute path, and whether it has yet to be created.
        file: Option<(PathBuf, bool)>,
    },
    /// The answer equals what is there.
    Nothing {
        /// A sentence that says so.
        message: String,
    },
}

/// A failure: no edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For scripts.
    pub code: ReasonCode,
    /// For people: a sentence with the next step.
    pub message: String,
}

/// The route of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteTaken {
    /// Config names of the steps, in order.
    pub chain: Vec<String>,
    /// Why this chain.
    pub reason: String,
    /// How far the file's code may travel.
    pub privacy: PrivacyClass,
    /// The model that was found because none is configured: "found Ollama with qwen2.5-coder:7b".
    pub found: Option<String>,
}

/// One step that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The step's config name, or `builtin`.
    pub step: String,
    /// The provider's config name, or `builtin`.
    pub provider: String,
    /// The server's model id, or `builtin/docs` and its like.
    pub model: String,
    /// `edit`, `no_change` or a reason code.
    pub outcome: String,
    /// The sentence that goes with it; empty for an edit.
    pub message: String,
    /// How long it took.
    pub duration: Duration,
    /// Tokens of this attempt.
    pub usage: Usage,
    /// What they cost in USD; nothing where the price is not known.
    pub cost_usd: Option<f64>,
    /// What went wrong, for sentences; nothing where nothing did.
    pub trouble: Option<Trouble>,
}

/// Results that only some actions have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// add-tests: `pytest`, `unittest`, `cargo test`.
    pub framework: Option<String>,
    /// document: `rustdoc`, `google`, `numpy`, `sphinx`.
    pub docstring_style: Option<String>,
    /// fix-lint: who found the problems.
    pub linter: Option<String>,
    /// fix-lint: how many there were.
    pub errors_found: Option<usize>,
    /// refactor: the instruction that was followed.
    pub guidance: Option<String>,
}

/// How far a running task is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// A word or two: `waiting`, `loading`, `thinking`, `writing`, `checking`, `repairing`.
    pub phase: &'static str,
    /// What completes the phase: `for a free place at ollama`; mostly empty.
    pub detail: String,
    /// The rule that chose the chain, while its models are waited for: `rule 2: refactor, rust, ≥ 120 lines (143)`; else empty.
    pub rule: String,
    /// What failed before this step: `2 invalid answers of qwen2.5-coder:7b`; empty for a first step.
    pub after: String,
    /// The step's config name.
    pub step: String,
    /// Tokens received so far, estimated.
    pub tokens: u64,
}
