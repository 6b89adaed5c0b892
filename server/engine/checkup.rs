//! What a check-up asks of an engine: what servers say, and how a model does in a short trial.
//! No code of anybody goes into a trial. Draws no conclusion.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use url::Url;

use super::endpoints::{Urgency, Wish, prefix};
use super::{Engine, window};
use crate::config::{Config, Found, Model, Provider};
use crate::model::{ErrorClass, Event, ModelDetails, ModelError, Patience, RunningModel, Survey, Usage, pricing};
use crate::prompt::{Prompt, Role, Turn};

/// How much is asked of a model in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A line in, a line out.
    Short,
    /// A prompt of half the window, at most, and some lines out.
    Bench,
}

/// What a trial took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// From asking to the first token, loading included.
    pub first_token: Duration,
    /// From the first token to the last.
    pub writing: Duration,
    /// Tokens of the prompt, as the server counted them; 0 where it did not.
    pub input_tokens: u64,
    /// Tokens of the answer, as the server counted them; 0 where it did not.
    pub output_tokens: u64,
}

impl Engine {
    /// What each of a provider's servers says of itself.
    pub async fn survey(&self, provider: &Provider) -> Vec<(Url, Result<Survey, ModelError>)> {
        let pool = self.endpoints.of(provider);
        let ask = |(at, url): (usize, &Url)| {
            let (pool, url) = (pool.clone(), url.clone());
            let one = Provider { base_url: url.clone(), ..provider.clone() };
            async move {
                let survey = self.models.survey(&one).await;
                pool.heard(at, survey.as_ref().map(drop));
                (url, survey)
            }
        };
        join_all(provider.base_urls.iter().enumerate().map(ask)).await
    }

    /// What a model's server says of it beyond its list.
    pub async fn describe(&self, model: &Model) -> ModelDetails {
        self.models.describe(model).await
    }

    /// What an Ollama has in memory now.
    pub async fn running(&self, provider: &Provider) -> Vec<RunningModel> {
        self.models.running(provider).await
    }

    /// The window in tokens of one request to a llama.cpp server.
    pub async fn slot_window(&self, provider: &Provider) -> Option<u64> {
        self.models.slot_window(provider).await
    }

    /// The window in tokens that prompts for a model are fitted to.
    pub fn asked_window(&self, model: &Model) -> u64 {
        window::of(model)
    }

    /// What this machine has, where a config leaves the choice to Graft.
    pub async fn found(&self) -> Found {
        self.discovery.found().await
    }

    /// Whether a server of the user's own passes requests for a model on to somebody else's machine, as far as it tells.
    pub async fn is_passed_on(&self, model: &Model) -> bool {
        let asked = || self.endpoints.passed_on_to(&self.models, model);
        model.is_passed_on() || (model.may_be_passed_on() && asked().await.is_ok_and(|host| host.is_some()))
    }

    /// Has a model say a few words, as soon as its server has a free place; nothing where it has none for as long as a first
    /// token may take. The day's budget counts for it too.
    ///
    /// # Errors
    /// Whatever keeps a job from its answer.
    pub async fn trial(&self, config: &Config, model: &Model, effort: Effort) -> Result<Option<Trial>, ModelError> {
        let (text, most) = match effort {
            Effort::Short => (COUNT.to_owned(), 24),
            Effort::Bench => (format!("{}{COUNT}", filler(window::of(model))), 128),
        };
        let prompt = Prompt {
            system: "You count. You answer with numbers alone.".to_owned(),
            turns: vec![Turn { role: Role::User, text }],
        };
        let mut model = model.clone();
        model.parameters.max_tokens = Some(most);
        let pool = self.endpoints.of(&model.provider);
        let wish = Wish { urgency: Urgency::Edit, prefix: prefix(&model, &prompt), except: Vec::new() };
        let mut waiting = || ();
        let turn = pool.turn(wish, &mut waiting);
        let Ok(mut turn) = tokio::time::timeout(model.provider.first_token_timeout, turn).await else {
            return Ok(None);
        };
        let model = turn.url().map_or_else(|| model.clone(), |url| model.at(&url));
        let at_most = crate::model::most(&model, &prompt, most);
        let leave = self.budget.leave(&config.budget, &model.name, pricing(&model), at_most).await;
        let leave = leave.map_err(|refusal| ModelError {
            class: ErrorClass::SpendCap,
            status: None,
            message: refusal.message,
            retry_after: None,
            usage: Usage::default(),
        })?;
        let (started, mut first) = (Instant::now(), None);
        let mut on_event = |event: Event| {
            if !matches!(event, Event::Loading) {
                first.get_or_insert_with(|| started.elapsed());
            }
        };
        let answered = self.models.ask_with(Patience::Waits, &model, &prompt, most, &mut on_event).await;
        turn.tell(answered.as_ref().map(drop));
        let took = started.elapsed();
        leave.settle(answered.as_ref().map_or_else(|error| error.usage, |answer| answer.usage)).await;
        let usage = answered?.usage;
        let first_token = first.unwrap_or(took);
        Ok(Some(Trial {
            first_token,
            writing: took.saturating_sub(first_token),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
        }))
    }
}

const COUNT: &str = "Count from 1 to 100 in digits, with blanks between, and say nothing else.";
/// No machine is to read longer than this for a check-up, in tokens.
const LONGEST_FILLER: u64 = 4096;

/// Words of about half a window.
fn filler(window: u64) -> String {
    // Digits are a token each with many models: so it is rather longer than shorter.
    let words = (window / 2).min(LONGEST_FILLER) / 2;
    (0..words).map(|word| format!("w{} ", word % 10)).collect::<String>() + "\n"
}

impl Trial {
    /// Tokens that it writes in a second, where that can be told.
    pub fn tokens_per_second(&self) -> Option<f64> {
        per_second(self.output_tokens.saturating_sub(1), self.writing)
    }

    /// Tokens that it reads in a second, where that can be told.
    pub fn tokens_read_per_second(&self) -> Option<f64> {
        per_second(self.input_tokens, self.first_token)
    }
}

fn per_second(tokens: u64, time: Duration) -> Option<f64> {
    (tokens > 0 && !time.is_zero()).then(|| tokens as f64 / time.as_secs_f64())
}
