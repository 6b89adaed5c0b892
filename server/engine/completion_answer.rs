//! The answer at a cursor: what was said there before, the user's own code, then the models of the chain, each once. Refuses to
//! save anything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::OnceCell;

use super::complete::{Notes, Suggested, Wanted, pause_until, place_in};
use super::completion_cache::{Said, UNSHOWN, Under};
use super::completion_context::Context;
use super::completion_step::{Answered, Ask};
use super::own_code::At;
use super::run::no_route;
use super::statistics::Entry;
use super::{Attempt, Engine, Failure, Source, Suggestion, Suggestions, Task, discovery};
use crate::config::{BUILTIN, Config, Model, Ownership};
use crate::inline_completion::{Ending, Place, Selected, Trigger, finish};
use crate::model::Usage;
use crate::privacy::Verdict;
use crate::route::{Purpose, Route, Step, needs_model, route};
use crate::validate::{Baseline, ReasonCode};

/// What the built-in tier is called as a model where it completes.
const OWN_CODE: &str = "builtin/own-code";

/// What is asked, and of what.
pub(super) struct Question<'a> {
    pub(super) engine: &'a Engine,
    pub(super) task: &'a Task,
    pub(super) wanted: &'a Wanted,
    /// As it is written: without a model that was found.
    pub(super) config: Arc<Config>,
    pub(super) baseline: Baseline,
    pub(super) place: Place,
    pub(super) verdict: Verdict,
    /// What other files have to say, where that was looked up.
    pub(super) others: Mutex<Option<Context>>,
    pub(super) started: Instant,
    /// The same on the clock that pauses go by.
    pub(super) begun: tokio::time::Instant,
}

impl Question<'_> {
    /// What was said here a moment ago.
    pub(super) fn remembered(&self) -> Option<Suggested> {
        let step = self.task.model.as_deref();
        let under = Under { config: &self.config, class: self.verdict.class, step };
        let said = self.engine.cache.get(under, &self.place);
        if let Some(silent) = said.first().filter(|said| said.text.is_empty()) {
            return Some(Suggested::Nothing(silence(&silent.step)));
        }
        // Who asks by hand wants more than was shown unasked.
        let is_more = said.iter().any(|said| said.source == Source::Model);
        let said = if self.wanted.trigger == Trigger::Automatic || is_more { said } else { Vec::new() };
        match said.iter().any(|said| said.id == UNSHOWN) {
            true => Some(self.offered(said)),
            false => self.suggestions(said).map(Suggested::Text),
        }
    }

    pub(super) async fn answer(&self, notes: &mut Notes) -> Result<Suggested, Failure> {
        let facts = self.facts();
        let named = self.task.model.as_deref();
        // One's own code is at hand before a model is even looked for.
        let begins = |chain: &Route| matches!(chain.steps.first(), Some(Step::Builtin));
        let is_first = route(&self.config, &facts, named).as_ref().is_ok_and(begins);
        let own = if is_first { self.own_code(notes).await } else { None };
        if let (Some(said), Trigger::Automatic) = (&own, self.wanted.trigger) {
            (notes.route.chain, notes.route.reason) =
                (vec![BUILTIN.to_owned()], "your own code comes first".to_owned());
            return Ok(self.offered(vec![said.clone()]));
        }
        self.prepare().await;
        let base = self.config.clone();
        let (config, found) = discovery::completed(self.engine, base, self.task, Purpose::Complete, &mut |_| {}).await;
        let chain = route(&config, &facts, named).map_err(no_route)?;
        notes.route.chain = chain.steps.iter().map(|step| step.name().to_owned()).collect();
        notes.route.reason = found.as_ref().map_or(chain.reason, |found| format!("nothing is configured: {found}"));
        notes.route.found = found;
        let Some(mut steps) = self.allowed(&config, &chain.steps) else {
            let unasked = "no model of your own in the chain; name one in routes.complete, also one of a cloud";
            return Ok(Suggested::Nothing(unasked.to_owned()));
        };
        // It has had its say.
        steps.retain(|step| !is_first || matches!(step, Step::Model(_)));
        let ask = self.ask(&config);
        if !self.wanted.pause.is_zero() {
            ask.prepare(&steps).await;
        }
        pause_until(self.begun + self.wanted.pause).await;
        self.by_steps(steps, &ask, own, notes).await
    }

    /// Most keys of somebody who types are followed by the next one. What is done in the pause's second half is time that nobody
    /// waits for.
    async fn prepare(&self) {
        pause_until(self.begun + self.wanted.pause / 2).await;
        if !self.wanted.pause.is_zero() {
            // What is near the next cursor is told by this tree.
            self.baseline.document().tree();
            self.place.closest();
        }
    }

    /// The first step that decides; `own` is what the user's own code has said already.
    async fn by_steps(
        &self,
        steps: Vec<&Step>,
        ask: &Ask<'_>,
        own: Option<Said>,
        notes: &mut Notes,
    ) -> Result<Suggested, Failure> {
        if self.engine.ahead.waited_for(self.task).await
            && let Some(known) = self.remembered()
        {
            return Ok(known);
        }
        let mut failed = None;
        for step in steps {
            let model = match step {
                Step::Model(model) => model,
                Step::Builtin => match self.own_code(notes).await {
                    Some(said) => return Ok(self.offered(vec![said])),
                    None => continue,
                },
            };
            match ask.model(model, notes).await {
                Answered::Done(finished) => return Ok(self.decided(finished.text, model, own)),
                Answered::Failed { code, message, .. } => {
                    failed = Some(Failure { code, message: format!("{}: {message}", model.name) })
                }
            }
        }
        match (own, failed) {
            (Some(own), _) => Ok(self.offered(vec![own])),
            (None, Some(failed)) => Err(failed),
            (None, None) => self.nothing(ask.config),
        }
    }

    /// A model's word, with the user's own code behind it. Silence is an answer too: another model would make the person wait for a
    /// guess.
    fn decided(&self, text: Option<String>, model: &Model, own: Option<Said>) -> Suggested {
        let said = Said {
            id: UNSHOWN,
            text: text.unwrap_or_default(),
            step: model.name.clone(),
            source: Source::Model,
            ownership: model.ownership(),
        };
        match (said.text.is_empty(), own) {
            (true, None) => {
                self.engine.cache.put(&self.config, &self.place, said);
                Suggested::Nothing(silence(&model.name))
            }
            (true, Some(own)) => self.offered(vec![own]),
            (false, own) => {
                let others = own.filter(|own| own.text != said.text);
                self.offered(std::iter::once(said).chain(others).collect())
            }
        }
    }

    /// Suggestions as they are shown and remembered, the best first.
    fn offered(&self, mut said: Vec<Said>) -> Suggested {
        let (language, waited) = (self.task.document.language().name, self.started.elapsed());
        for own in &mut said {
            own.id = self.engine.ledger.suggested(&own.step, language, waited);
            let entry = Entry::shown(language, &own.step, &own.source, waited, &own.text);
            self.engine.statistics.shown(self.config.completion.statistics.path(), own.id, entry);
        }
        for own in said.iter().rev() {
            self.engine.cache.put(&self.config, &self.place, own.clone());
        }
        self.suggestions(said).map_or_else(|| Suggested::Nothing(silence(BUILTIN)), Suggested::Text)
    }

    fn suggestions(&self, said: Vec<Said>) -> Option<Suggestions> {
        let mut all = said.into_iter().map(|said| self.suggestion(said));
        Some(Suggestions { best: all.next()?, others: all.collect() })
    }

    fn suggestion(&self, said: Said) -> Suggestion {
        let Said { id, text, step, source, .. } = said;
        let (range, text) = match &self.wanted.selected {
            None => {
                let (at, text) = self.baseline.original_insertion(self.place.offset, &text);
                (at..at, text)
            }
            Some(Selected { range, text: selected }) => {
                let (_, text) = self.baseline.original_insertion(place_in(&self.baseline, self.task).end, &text);
                (range.clone(), format!("{selected}{text}"))
            }
        };
        let suggestion = Suggestion { id, range, text, step, source };
        if self.config.completion.ahead {
            self.engine.ahead.shown(self.task, &suggestion);
        }
        suggestion
    }

    /// What the user's own code says, as a step of the chain.
    async fn own_code(&self, notes: &mut Notes) -> Option<Said> {
        let since = Instant::now();
        let at = At {
            task: self.task,
            config: &self.config,
            document: self.baseline.document(),
            place: (&self.place.document, self.place.offset),
            privacy: &self.verdict,
            patience: self.wanted.patience,
        };
        let found = self.engine.rest_by_own_code(&at).await;
        let said = found.and_then(|found| {
            let text = finish(&self.place, &found.rest, Ending::Whole).text?;
            let source = Source::OwnCode(format!("{}:{}", found.file.shown, found.line));
            Some(Said { id: UNSHOWN, text, step: BUILTIN.to_owned(), source, ownership: Ownership::Mine })
        });
        let outcome = if said.is_some() { "edit" } else { ReasonCode::NoChange.as_str() };
        notes.attempts.push(Attempt {
            step: BUILTIN.to_owned(),
            provider: BUILTIN.to_owned(),
            model: OWN_CODE.to_owned(),
            outcome: outcome.to_owned(),
            message: String::new(),
            duration: since.elapsed(),
            usage: Usage::default(),
            cost_usd: Some(0.0),
            trouble: None,
        });
        said
    }

    /// Nobody could be asked, and the user's own code has nothing.
    fn nothing(&self, config: &Config) -> Result<Suggested, Failure> {
        let is_bare = config.models.is_empty() && self.task.model.is_none() && config.discover;
        match is_bare.then(|| needs_model(config, Purpose::Complete)) {
            Some(needs) => Err(Failure {
                code: ReasonCode::NoRoute,
                message: format!("your own code says nothing sure here, and {needs}"),
            }),
            None => Ok(Suggested::Nothing("your own code says nothing sure here".to_owned())),
        }
    }

    pub(super) fn ask<'q>(&'q self, config: &'q Arc<Config>) -> Ask<'q> {
        Ask {
            engine: self.engine,
            task: self.task,
            config,
            document: self.baseline.document(),
            place: self.place.clone(),
            privacy: self.verdict.clone(),
            path: self.task.path_in_project().unwrap_or_default(),
            others: Mutex::new(self.others.lock().unwrap_or_else(PoisonError::into_inner).take()),
            context: OnceCell::new(),
        }
    }
}

fn silence(step: &str) -> String {
    format!("{step} has nothing to add here")
}
