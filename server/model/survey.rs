//! What a configured server says of itself: its version, its models, their windows, and where they run. Sends no code and has
//! no text written, so it costs nothing; draws no conclusion.

use std::time::{Duration, Instant};

use futures_util::future::OptionFuture;
use reqwest::Response;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::answer::Clock;
use super::error::{ErrorClass, ModelError};
use super::failures::Failures;
use super::listing::{self, ListedModel, RunningModel};
use super::wire::{KeyHeader, WireRequest};
use super::{Models, transport};
use crate::config::{Model, Ownership, Provider, ProviderKind};

/// The longest wait for each answer: none of these questions needs a model to be loaded.
const ANSWER: Duration = Duration::from_secs(5);
/// A list needs no more, in bytes.
const LONGEST_ANSWER: usize = 8 << 20;

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Its version, in its own words, where it tells.
    pub version: Option<String>,
    /// Its models in its own order; nothing where it keeps no list.
    pub models: Option<Vec<ListedModel>>,
    /// How long the list took.
    pub took: Duration,
}

/// What a server tells of one model beyond its list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelDetails {
    /// What it can do, in the server's words.
    pub capabilities: Option<Vec<String>>,
    /// Its parameters, such as `30.5B`.
    pub parameters: Option<String>,
    /// The largest window in tokens that it could have.
    pub largest_context: Option<u64>,
    /// Whether the server only passes requests on, to somebody else's machine.
    pub is_remote: bool,
}

impl Models {
    /// Asks a server for its models, with the key that a job would send. `provider.base_url` says which server.
    ///
    /// # Errors
    /// The server is not there, refuses the key, or answers with something else. One that only keeps no list is no error.
    pub async fn survey(&self, provider: &Provider) -> Result<Survey, ModelError> {
        let desk = Desk::open(self, provider).await?;
        let started = Instant::now();
        let (list, version, studio) =
            futures_util::join!(desk.list(), desk.version(), OptionFuture::from(desk.lm_studio()));
        if list.as_ref().is_err_and(|error| error.class == ErrorClass::Auth) {
            self.forget_key(provider);
        }
        let models = list?;
        Ok(Survey { models: studio.flatten().or(models), version, took: started.elapsed() })
    }

    /// What an Ollama has in memory; nothing with other servers, or where it does not say.
    pub async fn running(&self, provider: &Provider) -> Vec<RunningModel> {
        if provider.kind != ProviderKind::Ollama {
            return Vec::new();
        }
        let Ok(desk) = Desk::open(self, provider).await else { return Vec::new() };
        desk.get("/api/ps").await.map(|list| listing::running(&list)).unwrap_or_default()
    }

    /// What a server tells of a model beyond its list; nothing where it has no more to tell.
    pub async fn describe(&self, model: &Model) -> ModelDetails {
        let Ok(desk) = Desk::open(self, &model.provider).await else { return ModelDetails::default() };
        match model.provider.kind {
            ProviderKind::Ollama => desk.shown(model.id_sent()).await,
            ProviderKind::LlamaCpp => desk.fills_in(model.id_sent()).await,
            _ => ModelDetails::default(),
        }
    }

    /// Where a server passes requests for the model on to: nothing where it serves them itself, or where only the name could
    /// tell and does not. Whatever speaks as an Ollama does is asked as one.
    ///
    /// # Errors
    /// The server is not there, or an Ollama does not tell.
    pub async fn passed_on_to(&self, model: &Model) -> Result<Option<String>, ModelError> {
        let provider = Provider { kind: ProviderKind::Ollama, ..(*model.provider).clone() };
        let desk = Desk::open(self, &provider).await?;
        let is_ollama = model.provider.kind == ProviderKind::Ollama;
        match desk.post("/api/show", json!({ "model": model.id_sent() })).await {
            Ok(shown) => Ok(listing::remote_host(&shown, model.id_sent())),
            // It knows neither the question nor the model: a request for it leads nowhere.
            Err(error) if matches!(error.status, Some(400 | 404 | 405 | 501)) => Ok(None),
            Err(error) if !is_ollama && (error.status.is_some() || error.class == ErrorClass::BadAnswer) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The window in tokens of one request to a llama.cpp server, which splits its own among its slots.
    pub async fn slot_window(&self, provider: &Provider) -> Option<u64> {
        if provider.kind != ProviderKind::LlamaCpp {
            return None;
        }
        let props = Desk::open(self, provider).await.ok()?.get("/props").await.ok()?;
        props.pointer("/default_generation_settings/n_ctx").and_then(Value::as_u64).filter(|window| *window > 0)
    }
}

/// One server and the key for it.
struct Desk<'a> {
    models: &'a Models,
    provider: &'a Provider,
    key: Option<SecretString>,
    failures: Failures<'a>,
}

impl<'a> Desk<'a> {
    async fn open(models: &'a Models, provider: &'a Provider) -> Result<Desk<'a>, ModelError> {
        let mut failures = Failures::of_server(provider);
        let key = models.key(provider, &failures).await?;
        failures.mask(key.as_ref());
        Ok(Desk { models, provider, key, failures })
    }

    async fn get(&self, path: &str) -> Result<Value, ModelError> {
        let client = self.client()?;
        let request = transport::build_get(&client, self.provider, path, self.key.as_ref());
        self.send(&client, request.map_err(|error| self.failures.no_client(&error))?).await
    }

    async fn post(&self, path: &'static str, body: Value) -> Result<Value, ModelError> {
        let client = self.client()?;
        let request = WireRequest { path, headers: Vec::new(), key_header: KeyHeader::Bearer, body };
        let request = transport::build(&client, self.provider, &request, self.key.as_ref());
        self.send(&client, request.map_err(|error| self.failures.no_client(&error))?).await
    }

    fn client(&self) -> Result<reqwest::Client, ModelError> {
        self.models.shared.clients.get(self.provider).map_err(|error| self.failures.no_client(&error))
    }

    async fn send(&self, client: &reqwest::Client, request: reqwest::Request) -> Result<Value, ModelError> {
        let clock = Clock::of_question(self.provider, ANSWER);
        let sent = clock.answered(&self.failures, client.execute(request)).await?;
        let response = sent.map_err(|error| self.failures.unreachable(error))?;
        if !response.status().is_success() {
            return Err(transport::failure(response, &clock, &self.failures).await?);
        }
        let body = clock.answered(&self.failures, body(response)).await?;
        let body = body.map_err(|error| self.failures.truncated(&error))?;
        serde_json::from_slice(&body).map_err(|_| self.failures.not_understood(&String::from_utf8_lossy(&body)))
    }

    /// The list, or nothing where the server answers but keeps none.
    async fn list(&self) -> Result<Option<Vec<ListedModel>>, ModelError> {
        let path = listing::path(self.provider.kind);
        let list = match self.get(path).await {
            Ok(list) => list,
            // A gateway may pass on chats and nothing else; an Ollama always has its list.
            Err(error) if matches!(error.status, Some(404 | 405)) && self.provider.kind == ProviderKind::OpenAi => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        match listing::models(self.provider.kind, &list) {
            Some(models) => Ok(Some(models)),
            None => Err(self.failures.not_understood(&list.to_string())),
        }
    }

    async fn version(&self) -> Option<String> {
        let (path, pointer) = match self.provider.kind {
            ProviderKind::Ollama => ("/api/version", "/version"),
            ProviderKind::LlamaCpp => ("/props", "/build_info"),
            ProviderKind::OpenAi if self.provider.ownership == Ownership::Mine => ("/version", "/version"),
            _ => return None,
        };
        listing::text(&self.get(path).await.ok()?, pointer)
    }

    /// LM Studio's own list, which knows windows and what is loaded.
    fn lm_studio(&self) -> Option<impl Future<Output = Option<Vec<ListedModel>>>> {
        let is_home = self.provider.kind == ProviderKind::OpenAi && self.provider.ownership == Ownership::Mine;
        is_home.then_some(async {
            let list = self.get("/api/v0/models").await.ok()?;
            listing::models(ProviderKind::OpenAi, &list)
        })
    }

    async fn shown(&self, id: &str) -> ModelDetails {
        let Ok(shown) = self.post("/api/show", json!({ "model": id })).await else { return ModelDetails::default() };
        let info = shown.get("model_info").and_then(Value::as_object);
        let window = info.and_then(|info| info.iter().find(|(key, _)| key.ends_with(".context_length")));
        ModelDetails {
            capabilities: listing::capabilities(&shown),
            parameters: listing::text(&shown, "/details/parameter_size"),
            largest_context: window.and_then(|(_, tokens)| tokens.as_u64()),
            is_remote: listing::is_remote(&shown, id),
        }
    }

    /// A llama.cpp server says only when asked whether its model can fill in code, by how it refuses.
    async fn fills_in(&self, id: &str) -> ModelDetails {
        let nothing = json!({ "model": id, "input_prefix": "", "input_suffix": "", "n_predict": 0 });
        let capabilities = match self.post("/infill", nothing).await {
            Ok(_) => Some(vec!["completion".to_owned(), "insert".to_owned()]),
            Err(error) if error.class == ErrorClass::Unsupported => Some(vec!["completion".to_owned()]),
            Err(_) => None,
        };
        ModelDetails { capabilities, ..ModelDetails::default() }
    }
}

/// The whole body; the error says why there is none.
async fn body(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
        body.extend_from_slice(&bytes);
        if body.len() > LONGEST_ANSWER {
            return Err("it is too long".to_owned());
        }
    }
    Ok(body)
}
