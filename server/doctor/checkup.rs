//! What a check-up found, as data: the fields of `doctor --json`. Decides nothing.

use serde::Serialize;

use crate::config::{Loading, Machine, mistakes_in};

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Well.
    Ok,
    /// It works, and could do better; or it is none of Graft's.
    Note,
    /// It does not work.
    Problem,
}

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "docs/doctor.md has a table of them")]
pub struct Checkup {
    /// Whether the settings hold and every action has a step that works.
    pub ok: bool,
    pub version: &'static str,
    pub config: ConfigChecked,
    pub providers: Vec<ProviderChecked>,
    pub models: Vec<ModelChecked>,
    pub actions: Vec<ActionChecked>,
    pub editors: Vec<EditorChecked>,
    pub memory_bytes: Option<u64>,
    /// A model that fits that memory, by its id at Ollama.
    pub fits: Option<&'static str>,
    pub log: Option<String>,
}

/// The settings.
#[derive(Debug, Clone, Serialize)]
pub struct ConfigChecked {
    /// Where they were looked for.
    pub files: Vec<FileRead>,
    /// All mistakes, each with its place; while there is one, the last good settings count, or none.
    pub mistakes: Vec<String>,
    /// What holds and is not what it may look like, such as what a project says in vain.
    pub warnings: Vec<String>,
}

/// A config file.
#[derive(Debug, Clone, Serialize)]
pub struct FileRead {
    /// Whether something in it is a mistake.
    pub state: State,
    /// Where it is, or would be.
    pub path: String,
    /// Whether it is there.
    pub found: bool,
}

impl ConfigChecked {
    pub(super) fn of(loading: &Loading, machine: &Machine) -> ConfigChecked {
        let file = |(path, found): &(std::path::PathBuf, bool)| {
            let is_wrong = loading.result.as_ref().is_err_and(|mistakes| mistakes_in(mistakes, path).next().is_some());
            let state = if is_wrong { State::Problem } else { State::Ok };
            FileRead { state, path: machine.shown(path), found: *found }
        };
        let (mistakes, warnings) = match &loading.result {
            Ok(loaded) => (Vec::new(), loaded.warnings.clone()),
            Err(mistakes) => (mistakes.iter().map(ToString::to_string).collect(), Vec::new()),
        };
        ConfigChecked { files: loading.files.iter().map(file).collect(), mistakes, warnings }
    }
}

/// One server of a provider.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "docs/doctor.md has a table of them")]
pub struct ProviderChecked {
    pub state: State,
    pub name: String,
    pub kind: &'static str,
    pub url: String,
    /// `mine` or `cloud`.
    pub privacy: &'static str,
    /// It was found on this machine; nobody configured it.
    pub found: bool,
    pub version: Option<String>,
    /// How many models it lists.
    pub models: Option<usize>,
    /// How long its answer took.
    pub seconds: Option<f64>,
    /// What is wrong, with the next step.
    pub problem: Option<String>,
}

/// One configured model.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "docs/doctor.md has a table of them")]
pub struct ModelChecked {
    pub state: State,
    pub name: String,
    pub provider: String,
    /// The id in the config.
    pub model: String,
    /// The id that the server has for it.
    pub matched: Option<String>,
    /// Parameters, such as `30.5B`.
    pub parameters: Option<String>,
    /// `small`, `medium` or `large`.
    pub tier: Option<&'static str>,
    /// Whether its family was made for code.
    pub coding: bool,
    /// Whether it fills in code between two pieces, where that is known.
    pub insert: Option<bool>,
    /// Whether it can think before it answers, where that is known.
    pub thinking: Option<bool>,
    /// Whether it runs on somebody else's machine.
    pub remote: bool,
    pub context: Context,
    /// How much of it is on a GPU, in percent, where the server says.
    pub gpu_percent: Option<u64>,
    /// What it did in a trial.
    pub speed: Option<Speed>,
    /// Why there was no trial.
    pub untried: Option<String>,
    /// Whether a job would get an answer, as far as can be told.
    pub works: bool,
    /// Why it completes nothing while you type, with the next step, where that is known.
    pub no_completion: Option<String>,
    /// What is wrong, with the next step.
    pub problem: Option<String>,
    /// What could be better, each with the next step.
    pub notes: Vec<String>,
}

/// Windows in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Context {
    /// What prompts are fitted to.
    pub asked: u64,
    /// What the server takes in one request.
    pub real: Option<u64>,
    /// What the model could have.
    pub largest: Option<u64>,
}

/// A trial, in the units of people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Speed {
    /// From asking to the first token, loading included.
    pub first_token_seconds: f64,
    /// Tokens that it writes.
    pub tokens_per_second: Option<f64>,
    /// Tokens that it reads; only with `--bench`.
    pub tokens_read_per_second: Option<f64>,
}

/// One action.
#[derive(Debug, Clone, Serialize)]
pub struct ActionChecked {
    /// How it is.
    pub state: State,
    /// Its id.
    pub action: &'static str,
    /// The chain that it takes where no rule counts.
    pub chain: Vec<String>,
    /// Why this chain.
    pub reason: String,
    /// Steps that would stand in the chain and do not.
    pub left_out: Vec<LeftOut>,
    /// The rules that may count instead.
    pub rules: Vec<RuleChecked>,
    /// The steps that would work.
    pub working: Vec<String>,
    /// Whether any would.
    pub works: bool,
    /// What is wrong or could be better, with the next step.
    pub problem: Option<String>,
}

/// A rule that may count for an action.
#[derive(Debug, Clone, Serialize)]
pub struct RuleChecked {
    /// Its place in the config, from 1.
    pub number: usize,
    /// The steps that it wants.
    pub chain: Vec<String>,
    /// Those that would work.
    pub working: Vec<String>,
}

/// A step that is not in a chain.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// Its name in the config.
    pub step: String,
    /// Why.
    pub why: String,
}

/// An editor on this machine.
#[derive(Debug, Clone, Serialize)]
pub struct EditorChecked {
    /// How it is.
    pub state: State,
    /// What people call it.
    pub name: &'static str,
    /// Where it is.
    pub program: String,
    /// Its version, where it tells.
    pub version: Option<String>,
    /// The first of its config files that names graft-ls.
    pub config: Option<String>,
    /// What is to be done.
    pub problem: Option<String>,
}
