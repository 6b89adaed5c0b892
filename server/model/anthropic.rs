//! Anthropic's Messages, `/v1/messages`: server-sent events. Ollama and llama.cpp speak them too, without a key.

use serde_json::{Map, Value, json};

use super::answer::Finish;
use super::parameters::{messages_thinking, parameters, with_users_word};
use super::usage::Input;
use super::wire::{self, Delta, Framing, KeyHeader, ModelCall, Protocol, Terminal, WireFailure, WireRequest};
use crate::prompt::Prompt;

/// What every request carries besides the key.
pub(super) const HEADERS: [(&str, &str); 1] = [("anthropic-version", "2023-06-01")];

pub(super) const PROTOCOL: Protocol = Protocol { request, decode, framing: Framing::Events, terminal: Terminal::End };

fn request(call: &ModelCall<'_>, prompt: &Prompt) -> WireRequest {
    let parameters = parameters(call);
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(call.model.model));
    if !prompt.system.is_empty() {
        body.insert("system".to_owned(), json!(prompt.system));
    }
    body.insert("messages".to_owned(), wire::messages(prompt).collect());
    body.insert("max_tokens".to_owned(), json!(parameters.max_tokens));
    body.extend(parameters.temperature.map(|value| ("temperature".to_owned(), json!(value))));
    body.extend(parameters.top_p.map(|value| ("top_p".to_owned(), json!(value))));
    body.extend(messages_thinking(call.model, parameters.max_tokens).map(|value| ("thinking".to_owned(), value)));
    WireRequest {
        path: "/v1/messages",
        headers: HEADERS.to_vec(),
        key_header: KeyHeader::XApiKey,
        body: with_users_word(body, call.model),
    }
}

fn decode(event: &[u8]) -> Result<Vec<Delta>, WireFailure> {
    let event = wire::parse(event)?;
    let mut deltas = Vec::new();
    match wire::text(&event, "type") {
        Some("message_start") => {
            if let Some(message) = event.get("message") {
                deltas.extend(wire::text(message, "model").map(|id| Delta::Model(id.to_owned())));
                // What it counts of the answer then is none of it.
                deltas.extend(message.get("usage").map(|usage| Delta::Usage { input: input(usage), output: None }));
            }
        }
        Some("content_block_start") => deltas.extend(event.get("content_block").and_then(piece)),
        Some("content_block_delta") => deltas.extend(event.get("delta").and_then(piece)),
        Some("message_delta") => {
            // Ollama's message_start only estimates the input; here it is counted.
            let counted = |usage: &Value| {
                let output = usage.get("output_tokens").and_then(Value::as_u64);
                Delta::Usage { input: input(usage), output }
            };
            deltas.extend(event.get("usage").map(counted));
            let reason = event.get("delta").and_then(|delta| wire::text(delta, "stop_reason"));
            deltas.extend(reason.map(|reason| Delta::Finish(finish(reason))));
        }
        Some("message_stop") => deltas.push(Delta::End),
        _ => {}
    }
    Ok(deltas)
}

/// Chosen by type: the first block of an answer may be thinking.
fn piece(block: &Value) -> Option<Delta> {
    match wire::text(block, "type")? {
        "text" | "text_delta" => wire::text(block, "text").map(|text| Delta::Text(text.to_owned())),
        "thinking" | "thinking_delta" | "redacted_thinking" => {
            let words = ["thinking", "data"].into_iter().filter_map(|key| wire::text(block, key));
            Some(Delta::Thinking(words.map(str::len).sum()))
        }
        _ => None,
    }
}

/// Cached tokens are input as well; Messages count them apart.
fn input(usage: &Value) -> Option<Input> {
    let count = |key: &str| usage.get(key).and_then(Value::as_u64);
    let [cached, kept] =
        ["cache_read_input_tokens", "cache_creation_input_tokens"].map(|key| count(key).unwrap_or_default());
    let total = |fresh: u64| fresh.saturating_add(cached).saturating_add(kept);
    count("input_tokens").map(|fresh| Input { total: total(fresh), cached, kept })
}

fn finish(reason: &str) -> Finish {
    match reason {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "refusal" => Finish::Refused(reason.to_owned()),
        _ => Finish::Unknown,
    }
}
