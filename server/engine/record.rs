//! The record of a task while it runs: its chain, its attempts, what is to be told of it. Decides nothing.

use std::sync::Arc;
use std::time::Instant;

use super::job::Job;
use super::recording::{Call, Recording};
use super::story::{Trouble, troubles};
use super::{Attempt, Change, Facts, Failure, Outcome, RouteTaken, Task};
use crate::actions::{ActionId, Target};
use crate::builtin;
use crate::config::Config;
use crate::model::Usage;
use crate::privacy::Verdict;
use crate::prompt::Prompt;
use crate::route::{Route, why_kept};
use crate::validate::{Decision, ReasonCode, Rejection};

/// What a step came to: a decision, or why there is none.
pub(super) type Judged = Result<Decision, Rejection>;

/// One call of one step, or why there was none.
pub(super) struct Tried<'a> {
    /// The step's config name.
    pub(super) step: &'a str,
    /// The provider's config name.
    pub(super) provider: &'a str,
    /// The server's id of the model.
    pub(super) model: &'a str,
    pub(super) since: Instant,
    pub(super) usage: Usage,
    /// In USD; nothing where the price is not known.
    pub(super) cost_usd: Option<f64>,
    /// What went wrong, where the judgement alone does not say it.
    pub(super) trouble: Option<Trouble>,
}

impl<'a> Tried<'a> {
    /// What nobody answered, as it begins.
    pub(super) fn now(step: &'a str, provider: &'a str, model: &'a str) -> Tried<'a> {
        Tried {
            step,
            provider,
            model,
            since: Instant::now(),
            usage: Usage::default(),
            cost_usd: Some(0.0),
            trouble: None,
        }
    }
}

/// The record of a task while it runs.
pub(super) struct Record<'t> {
    task: &'t Task,
    pub(super) started: Instant,
    pub(super) attempts: Vec<Attempt>,
    pub(super) route: RouteTaken,
    pub(super) facts: Facts,
    /// What is to be said besides.
    pub(super) warnings: Vec<String>,
    /// That the budget is spent; a failure says so itself.
    pub(super) spent: Option<String>,
    /// Secrets that were hidden from models, described.
    masked: Vec<String>,
    /// Where the user wants the job saved.
    recording: Option<Recording>,
    call: Call,
}

impl<'t> Record<'t> {
    pub(super) fn new(task: &'t Task, config: &Config) -> Record<'t> {
        Record {
            task,
            started: Instant::now(),
            attempts: Vec::new(),
            route: RouteTaken::default(),
            facts: Facts::default(),
            warnings: Vec::new(),
            spent: None,
            masked: Vec::new(),
            recording: Recording::begin(config),
            call: Call::default(),
        }
    }

    /// Notes how far the code may travel, before anything is noted that it would keep in.
    pub(super) fn keep_private(&mut self, verdict: &Verdict) {
        self.route.privacy = verdict.class;
        if let Some(recording) = &mut self.recording {
            recording.keep_out(verdict);
        }
    }

    /// Saves nothing: how far the code may travel is not known.
    pub(super) fn keep_all_out(&mut self) {
        self.recording = None;
    }

    /// Notes the chain, in the log too, and the steps that may not see the code.
    pub(super) fn routed(&mut self, route: &Route) {
        for model in &route.kept_from {
            let why = why_kept(&route.privacy, model);
            let message = format!("not asked: {why}; change that if the code may travel");
            let tried = Tried::now(&model.name, &model.provider.name, &model.model);
            let judged = Err(Rejection::new(ReasonCode::Privacy, message));
            self.attempt(Tried { trouble: Some(Trouble::Private), ..tried }, &judged);
        }
        self.route.chain = route.steps.iter().map(|step| step.name().to_owned()).collect();
        self.route.privacy = route.privacy.class;
        self.route.reason = match &self.route.found {
            Some(found) => format!("nothing is configured: {found}"),
            None => route.reason.clone(),
        };
        let (chain, reason) = (self.route.chain.join(", "), &self.route.reason);
        tracing::info!(task = self.task.id, action = self.task.action.as_str(), chain, reason, "route");
    }

    /// The chain's reason where a rule chose it.
    pub(super) fn rule(&self) -> String {
        Some(&self.route.reason).filter(|reason| reason.starts_with("rule ")).cloned().unwrap_or_default()
    }

    /// What has failed so far, in few words.
    pub(super) fn troubles(&self) -> String {
        troubles(&self.attempts)
    }

    /// What goes with the next attempt, where the job is to be saved.
    pub(super) fn call(&mut self, fill: impl FnOnce(&mut Call)) {
        if self.recording.is_some() {
            fill(&mut self.call);
        }
    }

    /// Notes what one call of one step came to.
    pub(super) fn attempt(&mut self, tried: Tried<'_>, judged: &Judged) {
        let Tried { step, provider, model, since, usage, cost_usd, trouble } = tried;
        let (outcome, message) = match judged {
            Ok(Decision::Edit(_)) => ("edit".to_owned(), String::new()),
            Ok(Decision::NoChange) => (ReasonCode::NoChange.as_str().to_owned(), String::new()),
            Err(rejection) => (rejection.code.as_str().to_owned(), Failure::from(rejection.clone()).message),
        };
        let attempt = Attempt {
            step: step.to_owned(),
            provider: provider.to_owned(),
            model: model.to_owned(),
            outcome,
            message,
            duration: since.elapsed(),
            usage,
            cost_usd,
            trouble: trouble.or_else(|| judged.as_ref().err().map(Trouble::of)),
        };
        tracing::info!(task = self.task.id, step, provider, model, outcome = attempt.outcome, "attempt");
        self.attempts.push(attempt);
        let call = std::mem::take(&mut self.call);
        if let Some(recording) = &mut self.recording {
            recording.attempt(call);
        }
    }

    pub(super) fn learn(&mut self, job: &Arc<Job>) {
        self.keep_private(&job.privacy);
        if let Some(recording) = &mut self.recording {
            recording.plan(job);
        }
        match &job.plan.target {
            Target::Tests(home) => self.facts.framework = Some(home.framework.name.to_owned()),
            Target::Scope => {}
        }
        let language = self.task.document.language();
        self.facts.docstring_style =
            job.plan.docstring_style.map(|style| builtin::style_name(language, style).to_owned());
        if job.action == ActionId::Refactor {
            self.facts.guidance =
                Some(job.plan.instruction.clone().unwrap_or_else(|| "clearer and simpler, same behaviour".to_owned()));
            self.facts.guidance = self.facts.guidance.take().map(|guidance| job.masking.hide(&guidance));
        }
        if job.action == ActionId::FixLint {
            let sources = job.plan.diagnostics.iter().find_map(|diagnostic| diagnostic.source.clone());
            self.facts.linter = self.facts.linter.take().or(sources);
            self.facts.errors_found = self.facts.errors_found.or(Some(job.plan.diagnostics.len()));
        }
    }

    /// Notes which secrets a prompt showed that were hidden from a model.
    pub(super) fn masked(&mut self, job: &Job, prompt: &Prompt) {
        for secret in prompt.turns.iter().flat_map(|turn| job.masking.shown_in(&turn.text)) {
            if !self.masked.contains(&secret) {
                self.masked.push(secret);
            }
        }
    }

    /// Notes which linter spoke, and how many problems it had.
    pub(super) fn learn_lint(&mut self, linter: &str, errors: usize) {
        self.facts.linter = Some(linter.to_owned());
        self.facts.errors_found = Some(errors);
    }

    pub(super) fn finish(self, result: Result<Change, Failure>) -> (Outcome, Option<Recording>) {
        let usage = self.attempts.iter().fold(Usage::default(), |sum, attempt| sum.plus(attempt.usage));
        let mut warnings = self.warnings;
        warnings.extend(self.spent.filter(|_| result.is_ok()));
        let outcome = Outcome {
            task_id: self.task.id.clone(),
            action: self.task.action,
            language: Some(self.task.document.language().name),
            result,
            route: self.route,
            attempts: self.attempts,
            usage,
            duration: self.started.elapsed(),
            facts: self.facts,
            masked: self.masked,
            warnings,
        };
        (outcome, self.recording)
    }
}
