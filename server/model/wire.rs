//! What all wire protocols have in common: the request as data, and the few things that an event can say.

use std::fmt;

use serde_json::Value;

use super::answer::Finish;
use super::error_body::ErrorBody;
pub use super::frames::Framing;
use super::usage::Input;
use super::{anthropic, ollama, openai};
use crate::config::{Model, ProviderKind};
use crate::prompt::{Prompt, Role};

/// One call, before it is put into a protocol's words.
#[derive(Debug, Clone, Copy)]
pub struct ModelCall<'a> {
    /// Whom to ask, and with which parameters.
    pub model: &'a Model,
    /// The longest answer in tokens, where the model has no `max_tokens` of its own.
    pub max_output_tokens: u32,
    /// Whether Ollama knows `think` for this model.
    pub takes_think: bool,
}

/// A POST of JSON, without the key.
#[derive(Debug, Clone, PartialEq)]
pub struct WireRequest {
    /// From the server's root; a base URL that already has the version replaces the version here.
    pub path: &'static str,
    /// Besides the content type and the key.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Where the key goes.
    pub key_header: KeyHeader,
    /// The body.
    pub body: Value,
}

/// How a protocol takes its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyHeader {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `x-api-key: KEY`.
    XApiKey,
}

/// What one event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Delta {
    /// A piece of the answer, not empty.
    Text(String),
    /// A piece of reasoning; its words are of no use here, but for their bytes.
    Thinking(usize),
    /// The model's id as the server has it.
    Model(String),
    /// Tokens so far; the last word on each counts.
    Usage { input: Option<Input>, output: Option<u64> },
    /// Why the answer ends.
    Finish(Finish),
    /// Nothing comes after this.
    End,
}

/// An event that is no part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WireFailure {
    /// The server reports an error.
    Server(ErrorBody),
    /// Not this protocol; what it looks like.
    NotUnderstood(String),
}

/// A wire protocol: pure functions, no network.
pub(super) struct Protocol {
    pub(super) request: fn(&ModelCall<'_>, &Prompt) -> WireRequest,
    pub(super) decode: fn(&[u8]) -> Result<Vec<Delta>, WireFailure>,
    pub(super) framing: Framing,
    pub(super) terminal: Terminal,
}

/// What makes an answer whole. A stream that ends otherwise was cut, whatever its status said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terminal {
    /// The protocol's last event.
    End,
    /// The reason for finishing, then the last event or, with servers that leave it out, the proper end of the body.
    Finish,
}

/// What a kind of provider speaks.
pub(super) fn protocol(kind: ProviderKind) -> &'static Protocol {
    match kind {
        ProviderKind::Ollama => &ollama::PROTOCOL,
        ProviderKind::Anthropic => &anthropic::PROTOCOL,
        ProviderKind::LlamaCpp | ProviderKind::OpenAi | ProviderKind::Mistral => &openai::PROTOCOL,
    }
}

/// The turns as `{role, content}`, the same in all protocols.
pub(super) fn messages(prompt: &Prompt) -> impl Iterator<Item = Value> {
    prompt.turns.iter().map(|turn| {
        let role = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        serde_json::json!({ "role": role, "content": turn.text })
    })
}

/// The system text as a message, for protocols that have it among the turns.
pub(super) fn system_message(prompt: &Prompt) -> Option<Value> {
    (!prompt.system.is_empty()).then(|| serde_json::json!({ "role": "system", "content": prompt.system }))
}

/// The event's JSON, or what it looks like instead. An event that carries an error is a failure in all protocols.
pub(super) fn parse(event: &[u8]) -> Result<Value, WireFailure> {
    let value: Value =
        serde_json::from_slice(event).map_err(|_| WireFailure::NotUnderstood(ErrorBody::from_bytes(event).message))?;
    match value.get("error") {
        None | Some(Value::Null) => Ok(value),
        Some(_) => Err(WireFailure::Server(ErrorBody::from_json(&value).unwrap_or_default())),
    }
}

/// The text under `key`, where there is some.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The model that answers. Servers that were started with a file (llama.cpp, vLLM) say its whole path, of which the name is enough.
pub(super) fn model_file(chunk: &Value) -> Option<&str> {
    let id = text(chunk, "model")?;
    let is_path = id.starts_with('/') || id.get(1..3).is_some_and(|second| second == r":\");
    match id.rsplit(['/', '\\']).next() {
        Some(name) if is_path && !name.is_empty() => Some(name),
        _ => Some(id),
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Protocol").field("framing", &self.framing).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_model_is_called_by_its_file_and_not_by_its_folder() {
        for (said, shown) in [
            ("/home/me/models/qwen.gguf", "qwen.gguf"),
            (r"C:\models\qwen.gguf", "qwen.gguf"),
            ("Qwen/Qwen2.5-Coder-7B", "Qwen/Qwen2.5-Coder-7B"),
            ("qwen2.5-coder:7b", "qwen2.5-coder:7b"),
            ("/", "/"),
            ("é:\\x", "é:\\x"),
        ] {
            assert_eq!(model_file(&json!({ "model": said })), Some(shown));
        }
        assert_eq!(model_file(&json!({})), None);
    }
}
