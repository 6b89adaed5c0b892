//! Reading an answer as the engine does, and whether what came of it is what the answer meant. Refuses to keep books.

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Outcome, Task};
use graft_ls::syntax::Document;
use graft_ls::validate::ValidatedEdit;

use super::code::{Additions, Answer};
use super::samples::Sample;

/// What came of an answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The edit.
    Edit(Box<ValidatedEdit>),
    /// The answer equals what is there.
    NoChange,
    /// Why not.
    Refused(String),
    /// It went wrong in a way that must never happen.
    Panic,
}

impl Reply {
    /// The document's new text, where there is one.
    pub fn text(&self) -> Option<String> {
        match self {
            Reply::Edit(edit) => Some(edit.new_text()),
            _ => None,
        }
    }

    /// What it is, and what it says.
    pub fn account(&self) -> String {
        match self {
            Reply::Edit(edit) => format!("edit: {}", edit.validity()),
            Reply::NoChange => "no change".to_owned(),
            Reply::Refused(why) => format!("refused: {why}"),
            Reply::Panic => "panic".to_owned(),
        }
    }
}

/// Reads an answer against a document.
pub fn replay(document: &Document, cursor: usize, answer: &str, finish_reason: Option<&str>) -> Reply {
    let instruction = Some("change it".to_owned());
    let task = Task { instruction, ..Task::new("sample", ActionId::Refactor, document.clone(), cursor..cursor) };
    let run = || Engine::new(Config::default()).replay(&task, answer, finish_reason);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).map_or(Reply::Panic, reply)
}

fn reply(outcome: Outcome) -> Reply {
    match outcome.result {
        Ok(Change::Edit { edit, .. }) => Reply::Edit(edit),
        Ok(Change::Nothing { .. }) => Reply::NoChange,
        Err(failure) => Reply::Refused(format!("{}: {}", failure.code.as_str(), failure.message)),
    }
}

/// The sample's document with `text` for its text, as the task has it.
pub fn document(sample: &Sample, text: &str) -> Document {
    Document::new(sample.document.language(), &sample.set(text), None)
}

/// The file's text that an answer means, but for what it adds outside the scope.
pub fn intended(sample: &Sample, answer: &Answer) -> String {
    let scope = answer.meant.as_ref().map_or(sample.new.as_str(), |(text, _)| text.as_str());
    sample.set(&sample.with(scope))
}

/// Whether a new text of the file is the one that an answer means.
pub fn is_meant(sample: &Sample, answer: &Answer, got: &str) -> bool {
    match &answer.meant {
        None => got == intended(sample, answer),
        Some((scope, additions)) => {
            let plain = got.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            got == sample.set(&plain) && has_additions(&sample.with(scope), &plain, scope, additions)
        }
    }
}

/// Whether `got` is `intended` with the additions and nothing else besides blank lines. Where an import goes in detail is
/// the language's custom; a helper goes after the scope.
fn has_additions(intended: &str, got: &str, scope: &str, additions: &Additions) -> bool {
    let mut left = intended.lines().peekable();
    let mut extra: Vec<&str> = Vec::new();
    let helper: Vec<&str> = additions.helper.iter().flat_map(|helper| helper.lines()).collect();
    let word = additions.import.as_ref().map(|(_, word)| word.as_str());
    let lines: Vec<&str> = got.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let starts_helper = !helper.is_empty() && lines[at..].starts_with(&helper);
        if starts_helper {
            extra.extend(&helper);
            at += helper.len();
            continue;
        }
        match left.peek() {
            Some(next) if next == line => _ = left.next(),
            _ => extra.push(line),
        }
        at += 1;
    }
    extra.retain(|line| !line.trim().is_empty());
    let imports = extra.iter().filter(|line| word.is_some_and(|word| line.contains(word))).count();
    let place = |text: &str| got.find(text);
    let below = additions.helper.as_ref().is_none_or(|helper| place(scope) < place(helper) && place(scope).is_some());
    left.next().is_none() && extra.len() == helper.len() + imports && imports == usize::from(word.is_some()) && below
}
