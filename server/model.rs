//! Asking a model over the network: one call, one streamed answer. Owns the HTTP client, the wire protocols and what
//! their errors mean; chooses no model, retries no bad answer, and sees of a task nothing but its prompt.

mod answer;
mod anthropic;
mod echo;
mod error;
mod error_body;
mod failures;
mod fill;
mod frames;
#[cfg(fuzzing)]
pub mod fuzzing;
mod known;
mod listing;
mod llamacpp;
mod mask;
mod ollama;
mod openai;
mod parameters;
mod preparing;
mod prices;
mod probe;
mod survey;
mod tier;
mod transport;
mod usage;
mod wire;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use tokio::sync::OnceCell;

pub use answer::{Answer, Event, Finish};
pub use echo::without_echo;
pub use error::{ErrorClass, ModelError};
pub use fill::{CannotFill, Way, depends_on_server, way};
pub use known::{AS_OF, KNOWN_MODELS, KnownModel, Thinking, known_model};
pub use listing::{ListedModel, RunningModel};
pub use mask::masked;
pub use parameters::{Sampling, takes_sampling};
pub use prices::{LIST_PRICES, ListPrice, LongPrompt, PRICES_AS_OF, Pricing, pricing};
pub use probe::{FoundServer, Probe, probe, usual_probes};
pub use survey::{ModelDetails, Survey};
pub use tier::{
    SMALL_CLOUDS, SUGGESTIONS, Suggestion, Tier, coder_family, fits_gpu, millions_of_parameters, suggestion,
};
pub use usage::Usage;
pub use wire::{KeyHeader, ModelCall, WireRequest};

use crate::config::{self, KeySource, ProviderKind};
use crate::fim::Hole;
use crate::prompt::{Prompt, estimated_tokens};
use answer::Clock;
use failures::Failures;
use transport::Clients;

/// What stands around the code in a chat's answer, in tokens.
const ROOM_FOR_TAGS: u32 = 32;

/// All that calls share: connections, keys that were found, what servers turned out not to know. One for a process;
/// clones are the same one.
#[derive(Clone, Default)]
pub struct Models {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    clients: Clients,
    keys: Mutex<HashMap<KeySource, Arc<OnceCell<SecretString>>>>,
    /// (base URL, model id) of Ollama models that refused the parameter `think`.
    without_think: Mutex<HashSet<(String, String)>>,
}

impl fmt::Debug for Models {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Models").finish_non_exhaustive()
    }
}

/// How a server is treated that is overloaded or loads its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It is asked again: an overloaded one twice, one that loads as long as the first token may take.
    Waits,
    /// It is left at once: another server will do.
    MovesOn,
}

/// The request that [`Models::ask`] would send, without the key. `max_output_tokens` counts where the model has no
/// `max_tokens` of its own.
pub fn request(model: &config::Model, prompt: &Prompt, max_output_tokens: u32) -> WireRequest {
    let call = ModelCall { model, max_output_tokens, takes_think: true };
    (wire::protocol(model.provider.kind).request)(&call, prompt)
}

/// How [`Models::ask`] would have the model sampled.
pub fn sampling(model: &config::Model, max_output_tokens: u32) -> Sampling {
    parameters::parameters(&ModelCall { model, max_output_tokens, takes_think: true })
}

/// The most tokens that one call may take: what the prompt may come to, and the longest answer that the request allows.
pub fn most(model: &config::Model, prompt: &Prompt, max_output_tokens: u32) -> Usage {
    let body = request(model, prompt, max_output_tokens).body;
    let limits = ["/max_tokens", "/max_completion_tokens", "/options/num_predict"];
    let limit = limits.into_iter().find_map(|limit| body.pointer(limit)?.as_u64());
    // Where the user has none sent, the window is the limit.
    let unlimited = || known_model(&model.model).and_then(|known| known.window).unwrap_or(u64::from(max_output_tokens));
    at_most(prompt.estimated_tokens(), limit.unwrap_or_else(unlimited))
}

/// The most tokens of a call whose text was estimated: a third more than that, since some models make more tokens of the same
/// text, and the longest answer.
pub fn at_most(estimated_tokens: u64, output_tokens: u64) -> Usage {
    let input_tokens = (estimated_tokens * 4).div_ceil(3);
    Usage { input_tokens, output_tokens, estimated: true, ..Usage::default() }
}

impl Models {
    /// Nothing is opened and no key is looked for before the first call.
    pub fn new() -> Models {
        Models::default()
    }

    /// Asks `model` and tells `on_event` what streams in. Dropping the future closes the connection, which stops the
    /// server. `max_output_tokens` counts where the model has no `max_tokens` of its own.
    ///
    /// # Errors
    /// Whatever kept the answer from arriving whole. A refusal and an answer that reached its length limit are
    /// answers: see [`Answer::finish`].
    pub async fn ask(
        &self,
        model: &config::Model,
        prompt: &Prompt,
        max_output_tokens: u32,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Answer, ModelError> {
        self.ask_with(Patience::Waits, model, prompt, max_output_tokens, on_event).await
    }

    /// The same, but how a server is treated that is busy or loading depends on whether another will do.
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub async fn ask_with(
        &self,
        patience: Patience,
        model: &config::Model,
        prompt: &Prompt,
        max_output_tokens: u32,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Answer, ModelError> {
        let mut failures = Failures::new(model);
        let key = self.key(&model.provider, &failures).await?;
        failures.mask(key.as_ref());
        failures.sent(prompt.turns.iter().map(|turn| turn.text.as_str()));
        let protocol = wire::protocol(model.provider.kind);
        let mut clock = Clock::start(&model.provider, patience);
        loop {
            let call = ModelCall { model, max_output_tokens, takes_think: self.takes_think(model) };
            let request = (protocol.request)(&call, prompt);
            let answered = match self.open(model, &request, key.as_ref(), &clock, &failures, on_event).await {
                Ok(response) => {
                    let prompt_tokens = prompt.estimated_tokens();
                    answer::read(response, protocol, prompt_tokens, &mut clock, &failures, on_event).await
                }
                Err(error) => Err(error),
            };
            match answered {
                Err(error) if call.takes_think && refuses_think(model, &error) => self.remember_without_think(model),
                Err(error) => {
                    if error.class == ErrorClass::Auth {
                        self.forget_key(&model.provider);
                    }
                    let (provider, status) = (&model.provider.name, error.status);
                    tracing::info!(provider, model = model.model, class = ?error.class, status, "model call failed");
                    return Err(error);
                }
                Ok(answer) if answer.model.is_empty() => {
                    return Ok(Answer { model: model.model.clone(), ..answer });
                }
                Ok(answer) => return Ok(answer),
            }
        }
    }

    /// Asks `model` to fill a hole in code, in one of its server's ways; else as [`Models::ask_with`].
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub async fn fill(
        &self,
        patience: Patience,
        model: &config::Model,
        (way, hole): (&Way, &Hole),
        max_output_tokens: u32,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Answer, ModelError> {
        if let Some(prompt) = way.question(hole) {
            return self.ask_with(patience, model, &prompt, max_output_tokens + ROOM_FOR_TAGS, on_event).await;
        }
        let mut failures = Failures::new(model);
        let key = self.key(&model.provider, &failures).await?;
        failures.mask(key.as_ref());
        failures.sent(hole.texts());
        let mut clock = Clock::start(&model.provider, patience);
        let request = way.request(model, hole, max_output_tokens);
        let protocol = way.protocol(model.provider.kind);
        let answered = match self.open(model, &request, key.as_ref(), &clock, &failures, on_event).await {
            Ok(response) => {
                let prompt_tokens = estimated_tokens(&hole.prefix) + estimated_tokens(&hole.suffix);
                answer::read(response, &protocol, prompt_tokens, &mut clock, &failures, on_event).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &answered {
            if error.class == ErrorClass::Auth {
                self.forget_key(&model.provider);
            }
            let (provider, status) = (&model.provider.name, error.status);
            tracing::info!(provider, model = model.model, class = ?error.class, status, "completion failed");
        }
        answered
    }

    async fn open(
        &self,
        model: &config::Model,
        request: &WireRequest,
        key: Option<&SecretString>,
        clock: &Clock,
        failures: &Failures<'_>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<reqwest::Response, ModelError> {
        let client = self.shared.clients.get(&model.provider).map_err(|error| failures.no_client(&error))?;
        let request =
            transport::build(&client, &model.provider, request, key).map_err(|error| failures.no_client(&error))?;
        transport::open(&client, request, clock, failures, on_event).await
    }

    /// Found once for a process, and by one of several callers that need it at the same time.
    async fn key(
        &self,
        provider: &config::Provider,
        failures: &Failures<'_>,
    ) -> Result<Option<SecretString>, ModelError> {
        let Some(source) = &provider.api_key else {
            return Ok(None);
        };
        let cell = lock(&self.shared.keys).entry(source.clone()).or_default().clone();
        let key = cell.get_or_try_init(|| source.resolve()).await;
        key.cloned().map(Some).map_err(|error| failures.no_key(&error))
    }

    /// The keys that were found so far, for keeping them out of what people get to read.
    pub fn known_keys(&self) -> Vec<SecretString> {
        lock(&self.shared.keys).values().filter_map(|cell| cell.get().cloned()).collect()
    }

    /// A key that the server refused may have been replaced at its source since.
    fn forget_key(&self, provider: &config::Provider) {
        if let Some(source) = &provider.api_key {
            lock(&self.shared.keys).remove(source);
        }
    }

    fn takes_think(&self, model: &config::Model) -> bool {
        model.provider.kind == ProviderKind::Ollama && !lock(&self.shared.without_think).contains(&endpoint(model))
    }

    fn remember_without_think(&self, model: &config::Model) {
        lock(&self.shared.without_think).insert(endpoint(model));
    }
}

fn endpoint(model: &config::Model) -> (String, String) {
    (model.provider.base_url.to_string(), model.model.clone())
}

/// Ollama answers 400 to `think` for models that cannot; versions differ in whether `false` is one of the values.
fn refuses_think(model: &config::Model, error: &ModelError) -> bool {
    model.provider.kind == ProviderKind::Ollama
        && error.class == ErrorClass::Unsupported
        && error.message.contains("does not support thinking")
}

/// The maps hold plain values: a panic elsewhere leaves them usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
