//! Holds one spoilt answer to what must come of it, and keeps the books. Refuses to stop at the first failure.

use std::collections::BTreeMap;

use graft_ls::actions::{ActionId, Workspace};
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Outcome, Task};
use graft_ls::syntax::Document;

use super::mutators::{Answer, Expect, Mutator};
use super::samples::Sample;

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The document's new text.
    Edit(String),
    /// The answer equals what is there.
    NoChange,
    /// Why not.
    Refused(String),
}

/// A count of outcomes.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    /// As it must be.
    pub right: usize,
    /// No edit where there could have been one.
    pub refused: usize,
    /// An edit that the answer did not mean.
    pub wrong: usize,
}

/// Outcomes by mutator, and accounts of what went wrong.
#[derive(Default)]
pub struct Ledger {
    /// By the mutator's name.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// Accounts of wrong edits, and of refusals.
    pub failures: Vec<String>,
    /// Seconds for each answer.
    pub seconds: Vec<f64>,
}

/// Reads an answer against a document.
pub fn replay(document: &Document, cursor: usize, answer: &Answer) -> Outcome {
    let task = Task {
        id: "sample".to_owned(),
        action: ActionId::Refactor,
        document: document.clone(),
        path: None,
        range: cursor..cursor,
        instruction: Some("change it".to_owned()),
        diagnostics: None,
        model: None,
        workspace: Workspace::default(),
    };
    Engine::new(Config::default()).replay(&task, &answer.text, answer.finish_reason)
}

/// What an outcome comes to.
pub fn reply(outcome: &Outcome) -> Reply {
    match &outcome.result {
        Ok(Change::Edit { edit, .. }) => Reply::Edit(edit.new_text()),
        Ok(Change::Nothing { .. }) => Reply::NoChange,
        Err(failure) => Reply::Refused(format!("{}: {}", failure.code.as_str(), failure.message)),
    }
}

fn with_ends(sample: &Sample, text: &str) -> String {
    if sample.crlf { text.replace('\n', "\r\n") } else { text.to_owned() }
}

impl Ledger {
    /// Spoils a sample's perfect answer and its null answer, and feeds the result back.
    pub fn hold(&mut self, sample: &Sample, mutator: &Mutator) {
        if let Some(answer) = (mutator.make)(sample) {
            let got = self.run(sample, sample.document.source(), &answer);
            let intended = with_ends(sample, &sample.with(&sample.new));
            let right = matches!(&got, Reply::Edit(text) if *text == intended);
            self.enter(sample, mutator, &answer, &got, right);
            if right && answer.expect != Expect::Refusal && !matches!(mutator.name, "unified-diff" | "search-replace") {
                let again = self.run(sample, &sample.with(&sample.new), &answer);
                self.enter_null(sample, "again", mutator, &answer, &again);
            }
        }
        let null = sample.unchanged();
        if let Some(answer) = (mutator.make)(&null).filter(|answer| answer.expect == Expect::Exact) {
            let got = self.run(&null, sample.document.source(), &answer);
            self.enter_null(&null, "null", mutator, &answer, &got);
        }
    }

    fn run(&mut self, sample: &Sample, text: &str, answer: &Answer) -> Reply {
        let document = Document::new(sample.document.language(), &with_ends(sample, text), None);
        let cursor = sample.cursor();
        let cursor = cursor + if sample.crlf { text[..cursor].matches('\n').count() } else { 0 };
        let since = std::time::Instant::now();
        let outcome = replay(&document, cursor, answer);
        self.seconds.push(since.elapsed().as_secs_f64());
        reply(&outcome)
    }

    fn enter(&mut self, sample: &Sample, mutator: &Mutator, answer: &Answer, got: &Reply, right: bool) {
        let tally = self.tallies.entry(mutator.name).or_default();
        let verdict = match (got, answer.expect) {
            // Where the code was beyond repair in theory only, so much the better.
            (Reply::Edit(_), _) if right => None,
            (Reply::Refused(_) | Reply::NoChange, Expect::Refusal) => None,
            (Reply::Edit(_), _) => Some("wrong"),
            (_, Expect::Either) => {
                tally.refused += 1;
                return;
            }
            _ => Some("refused"),
        };
        self.count(mutator.name, verdict);
        if let Some(verdict) = verdict {
            self.account(sample, verdict, mutator.name, answer, got, &sample.new);
        }
    }

    fn enter_null(&mut self, sample: &Sample, name: &'static str, mutator: &Mutator, answer: &Answer, got: &Reply) {
        let verdict = match got {
            Reply::NoChange => None,
            Reply::Edit(_) => Some("wrong"),
            Reply::Refused(_) => Some("refused"),
        };
        self.count(name, verdict);
        if let Some(verdict) = verdict {
            self.account(sample, verdict, &format!("{name} {}", mutator.name), answer, got, &sample.new);
        }
    }

    fn count(&mut self, name: &'static str, verdict: Option<&str>) {
        let tally = self.tallies.entry(name).or_default();
        match verdict {
            None => tally.right += 1,
            Some("wrong") => tally.wrong += 1,
            Some(_) => tally.refused += 1,
        }
    }

    fn account(&mut self, sample: &Sample, verdict: &str, name: &str, answer: &Answer, got: &Reply, meant: &str) {
        let got = match got {
            Reply::Edit(text) => {
                let meant = with_ends(sample, &sample.with(meant));
                let line = text.lines().zip(meant.lines()).position(|(a, b)| a != b);
                let line = line.unwrap_or(text.lines().count().min(meant.lines().count()));
                let part = |text: &str| text.lines().skip(line).take(3).collect::<Vec<_>>().join("\n    ");
                format!("line {}\n    {:?}\n  meant\n    {:?}", line + 1, part(text), part(&meant))
            }
            other => format!("{other:?}"),
        };
        let answer = if std::env::var_os("GRAFT_SHOW_ANSWERS").is_some() { answer.text.as_str() } else { "" };
        self.failures.push(format!("{verdict} {name} {}\n  {got}\n{answer}", sample.label));
    }

    /// Fails the test if more outcomes than a few in a thousand were not as they must be.
    pub fn assert_clean(&self) {
        let right: usize = self.tallies.values().map(|tally| tally.right).sum();
        assert!(right > 500, "only {right} answers were tried");
        // Which scopes are tried moves with the sources, and a few answers are ambiguous: a method without its class that
        // another class has too, a body that is one nested function.
        let count = |of: fn(&Tally) -> usize| self.tallies.values().map(of).sum::<usize>();
        let (wrong, refused) = (count(|tally| tally.wrong), count(|tally| tally.refused));
        let clean = wrong * 1000 <= right * 3 && refused * 100 <= right;
        assert!(clean, "{wrong} wrong, {refused} refused, {right} right:\n{}", self.failures.join("\n"));
    }
}
