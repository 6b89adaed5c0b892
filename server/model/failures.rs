//! The sentence that a person gets about a call that failed: what happened, in the provider's words, and what to do.
//! Nothing in it is a key, or code that was sent.

use std::error::Error;
use std::time::Duration;

use secrecy::SecretString;

use super::echo::without_echo;
use super::error::{ErrorClass, ModelError, classify};
use super::error_body::{ErrorBody, one_line};
use super::mask::masked;
use super::usage::Usage;
use crate::config::{KeyError, Model, Provider, ProviderKind};

/// Words failures for one call.
pub(super) struct Failures<'a> {
    provider: &'a Provider,
    /// The model that was asked; nothing where the server itself was.
    model: Option<&'a Model>,
    key: Option<SecretString>,
    /// Code, and what stood around it.
    sent: Vec<&'a str>,
}

impl<'a> Failures<'a> {
    pub(super) fn new(model: &'a Model) -> Failures<'a> {
        Failures { provider: &model.provider, model: Some(model), key: None, sent: Vec::new() }
    }

    /// For a question about the server, and none of its models.
    pub(super) fn of_server(provider: &'a Provider) -> Failures<'a> {
        Failures { provider, model: None, key: None, sent: Vec::new() }
    }

    /// From now on, nothing repeats this key.
    pub(super) fn mask(&mut self, key: Option<&SecretString>) {
        self.key = key.cloned();
    }

    /// From now on, nothing repeats these texts.
    pub(super) fn sent(&mut self, texts: impl Iterator<Item = &'a str>) {
        self.sent = texts.collect();
    }

    /// A response that is an error, or an error in the middle of an answer.
    pub(super) fn server(&self, status: Option<u16>, body: &ErrorBody, retry_after: Option<Duration>) -> ModelError {
        let class = classify(status, body);
        let said = match (body.message.is_empty(), status) {
            (false, _) => self.quoted(&body.message),
            (true, Some(status)) => format!("status {status} without a word"),
            (true, None) => "an error without a word".to_owned(),
        };
        ModelError { class, status, message: self.sentence(class, status, &said), retry_after, usage: Usage::default() }
    }

    /// No connection, or one that died before an answer began.
    pub(super) fn unreachable(&self, error: reqwest::Error) -> ModelError {
        let url = &self.provider.base_url;
        let place = format!("{}://{}", url.scheme(), host_and_port(url));
        let cause = match error.is_connect() && error.is_timeout() {
            true => format!("no connection within {} ms", self.provider.connect_timeout.as_millis()),
            false => root_cause(&error.without_url()),
        };
        let provider = &self.provider.name;
        let next = to_be_reached(self.provider);
        let message =
            format!("cannot reach {provider} at {place} ({cause}); {next} or correct providers.{provider}.base_url");
        self.plain(ErrorClass::Unreachable, message)
    }

    /// The client or the request could not be made.
    pub(super) fn no_client(&self, cause: &str) -> ModelError {
        let provider = &self.provider.name;
        self.plain(ErrorClass::Unreachable, format!("cannot ask {provider} ({cause}); correct providers.{provider}"))
    }

    /// The key was not to be had.
    pub(super) fn no_key(&self, error: &KeyError) -> ModelError {
        self.plain(ErrorClass::Auth, format!("there is no key for {}: {error}", self.provider.name))
    }

    /// A redirect is never followed: it would carry the key, and the code, to another server.
    pub(super) fn redirect(&self, status: u16, target: Option<&url::Url>) -> ModelError {
        let provider = &self.provider.name;
        let target = target.map_or_else(|| "nowhere".to_owned(), |url| format!("host {}", host_and_port(url)));
        let message = format!(
            "{provider} answered with a redirect to {target}, which is not followed; \
             set providers.{provider}.base_url to the final address"
        );
        ModelError { status: Some(status), ..self.plain(ErrorClass::BadRequest, message) }
    }

    /// The stream ended early.
    pub(super) fn truncated(&self, cause: &str) -> ModelError {
        let message = format!("the answer of {} broke off ({}); try again", self.provider.name, one_line(cause, 200));
        self.plain(ErrorClass::Truncated, message)
    }

    /// The stream is not what the protocol says.
    pub(super) fn not_understood(&self, seen: &str) -> ModelError {
        let provider = self.provider;
        let seen = self.quoted(&one_line(seen, 200));
        let message = format!(
            "{name} did not answer as {kind} does (it sent: {seen}); check providers.{name}.kind and base_url",
            name = provider.name,
            kind = provider.kind.as_str(),
        );
        self.plain(ErrorClass::BadAnswer, message)
    }

    /// A configured timeout passed; `setting` is its key and `what` did not happen in time.
    pub(super) fn timeout(&self, what: &str, limit: Duration, setting: &str) -> ModelError {
        let provider = &self.provider.name;
        let seconds = limit.as_secs_f64();
        let message =
            format!("{what} from {provider} within {seconds} s; try again, or raise providers.{provider}.{setting}");
        self.plain(ErrorClass::Timeout, message)
    }

    /// A question about the server itself was not answered in time.
    pub(super) fn no_answer(&self, limit: Duration) -> ModelError {
        let (provider, seconds) = (&self.provider.name, limit.as_secs_f64());
        let place = host_and_port(&self.provider.base_url);
        let message = format!(
            "{provider} takes connections at {place} and says nothing for {seconds} s; restart it, or correct providers.{provider}.base_url"
        );
        self.plain(ErrorClass::Timeout, message)
    }

    /// The server's words, without keys and without code.
    fn quoted(&self, words: &str) -> String {
        masked(&without_echo(words, self.sent.iter().copied()), self.key.as_ref())
    }

    fn plain(&self, class: ErrorClass, message: String) -> ModelError {
        let message = masked(&message, self.key.as_ref());
        ModelError { class, status: None, message, retry_after: None, usage: Usage::default() }
    }

    fn sentence(&self, class: ErrorClass, status: Option<u16>, said: &str) -> String {
        let provider = &self.provider.name;
        let name = self.model.map_or("NAME", |model| model.name.as_str());
        let id = self.model.map_or_else(|| "its model".to_owned(), |model| format!("`{}`", model.model));
        let (what, next_step) = match class {
            ErrorClass::Loading => (
                format!("{provider} is still loading {id}"),
                format!("try again in a moment, or raise providers.{provider}.first_token_timeout_s"),
            ),
            ErrorClass::ModelMissing => (
                format!("{provider} has no model {id}"),
                match self.provider.kind {
                    ProviderKind::Ollama => {
                        format!("run `ollama pull {}` there, or correct models.{name}.model", id.trim_matches('`'))
                    }
                    _ => format!("correct models.{name}.model"),
                },
            ),
            ErrorClass::ContextOverflow => (
                format!("the prompt does not fit the window of {id}"),
                format!("select less, or raise models.{name}.context"),
            ),
            ErrorClass::Unsupported => (
                format!("{id} at {provider} cannot do this"),
                format!("name the parameter in models.{name}.drop_params, or use another model"),
            ),
            ErrorClass::OutOfMemory => (
                format!("{provider} has too little memory for {id}"),
                format!("use a smaller model, or lower models.{name}.context"),
            ),
            ErrorClass::Overloaded => (format!("{provider} is overloaded"), "try again later".to_owned()),
            ErrorClass::SpendCap => {
                (format!("the budget at {provider} is spent"), "raise it there, or use another model".to_owned())
            }
            ErrorClass::Auth if self.key.is_none() && self.provider.kind == ProviderKind::Ollama => (
                format!("{provider} wants to know who asks"),
                format!("sign in there with `ollama signin`, or set providers.{provider}.api_key"),
            ),
            ErrorClass::Auth if self.key.is_none() => {
                (format!("{provider} wants a key"), format!("set providers.{provider}.api_key"))
            }
            ErrorClass::Auth => {
                (format!("{provider} refuses the key"), format!("check where providers.{provider}.api_key comes from"))
            }
            ErrorClass::Truncated => (format!("the answer of {provider} broke off"), "try again".to_owned()),
            ErrorClass::Refused => {
                (format!("{provider} refuses to answer"), "ask for something else, or use another model".to_owned())
            }
            ErrorClass::Timeout => (format!("{provider} gave up waiting"), "try again".to_owned()),
            ErrorClass::BadRequest if status == Some(404) => (
                format!("{provider} does not know the address"),
                format!("check providers.{provider}.kind and base_url"),
            ),
            ErrorClass::BadRequest => (
                format!("{provider} does not take the request for {id}"),
                format!("name the parameter in models.{name}.drop_params, or change models.{name}"),
            ),
            ErrorClass::BadAnswer | ErrorClass::Unreachable => {
                (format!("{provider} failed with {id}"), "look at its log, or try again".to_owned())
            }
        };
        format!("{what} (it said: {said}); {next_step}")
    }
}

/// What makes a server reachable.
fn to_be_reached(provider: &Provider) -> String {
    let url = &provider.base_url;
    match (provider.is_loopback(), url.port_or_known_default()) {
        (true, _) => "start it".to_owned(),
        (false, _) if url.as_str().trim_end_matches('/') == provider.kind.default_base_url() => {
            "check this machine's way to the network".to_owned()
        }
        // A server that was only ever asked by its own machine listens to no other.
        (false, port) => {
            format!("start it there, have it listen for other machines, open port {},", port.unwrap_or_default())
        }
    }
}

fn host_and_port(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The innermost cause says what happened; the outer ones say that something did.
pub(super) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    one_line(&cause.to_string(), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reached_has_the_next_step_of_where_it_is() {
        for (kind, url, expected) in [
            (ProviderKind::Ollama, "http://127.0.0.1:11434", "start it"),
            (
                ProviderKind::Ollama,
                "http://box.example.net:11434",
                "start it there, have it listen for other machines, open port 11434,",
            ),
            (ProviderKind::Anthropic, "https://api.anthropic.com", "check this machine's way to the network"),
        ] {
            let provider = Provider::new("p", kind, url::Url::parse(url).unwrap());
            assert_eq!(to_be_reached(&provider), expected);
        }
    }
}
