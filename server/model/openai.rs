//! Chat completions as OpenAI defined them and llama.cpp, vLLM, LM Studio and Mistral speak them: server-sent events,
//! `/v1/chat/completions`.

use serde_json::{Map, Value, json};

use super::answer::Finish;
use super::parameters::{chat_thinking, parameters, with_users_word};
use super::usage::Input;
use super::wire::{self, Delta, Framing, KeyHeader, ModelCall, Protocol, Terminal, WireFailure, WireRequest};
use crate::config::ProviderKind;
use crate::prompt::Prompt;

pub(super) const PROTOCOL: Protocol =
    Protocol { request, decode, framing: Framing::Events, terminal: Terminal::Finish };

fn request(call: &ModelCall<'_>, prompt: &Prompt) -> WireRequest {
    let parameters = parameters(call);
    // Mistral takes `max_tokens` alone and refuses fields that it does not know; its usage comes unasked.
    let is_mistral = call.model.provider.kind == ProviderKind::Mistral;
    let max_tokens_name = if is_mistral { "max_tokens" } else { parameters.max_tokens_name };

    let mut body = Map::new();
    body.insert("model".to_owned(), json!(call.model.model));
    body.insert(
        "messages".to_owned(),
        wire::system_message(prompt).into_iter().chain(wire::messages(prompt)).collect(),
    );
    body.insert(max_tokens_name.to_owned(), json!(parameters.max_tokens));
    body.extend(parameters.temperature.map(|value| ("temperature".to_owned(), json!(value))));
    body.extend(parameters.top_p.map(|value| ("top_p".to_owned(), json!(value))));
    body.extend(chat_thinking(call.model).map(|(name, value)| (name.to_owned(), value)));
    if !is_mistral {
        body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
    }
    WireRequest {
        path: "/v1/chat/completions",
        headers: Vec::new(),
        key_header: KeyHeader::Bearer,
        body: with_users_word(body, call.model),
    }
}

pub(super) fn decode(event: &[u8]) -> Result<Vec<Delta>, WireFailure> {
    match event.trim_ascii() {
        b"[DONE]" => return Ok(vec![Delta::End]),
        b"" => return Ok(Vec::new()),
        _ => {}
    }
    let chunk = wire::parse(event)?;
    let mut deltas = Vec::new();
    deltas.extend(wire::model_file(&chunk).map(|id| Delta::Model(id.to_owned())));
    if let Some(choice) = chunk.get("choices").and_then(|choices| choices.get(0)) {
        if let Some(delta) = choice.get("delta") {
            let thought =
                ["reasoning_content", "reasoning", "thinking"].into_iter().find_map(|key| wire::text(delta, key));
            deltas.extend(thought.map(|text| Delta::Thinking(text.len())));
            content(delta.get("content"), &mut deltas);
        }
        // Plain completions have their text here.
        deltas.extend(wire::text(choice, "text").map(|text| Delta::Text(text.to_owned())));
        deltas.extend(wire::text(choice, "finish_reason").map(|reason| Delta::Finish(finish(reason))));
    }
    if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
        let count = |path: &str| usage.pointer(path).and_then(Value::as_u64);
        // DeepSeek has a name of its own for what it still had.
        let cached = count("/prompt_tokens_details/cached_tokens").or(count("/prompt_cache_hit_tokens"));
        let input = |total| Input { total, cached: cached.unwrap_or_default(), kept: 0 };
        let (input, output) = (count("/prompt_tokens").map(input), count("/completion_tokens"));
        deltas.push(Delta::Usage { input, output });
    }
    Ok(deltas)
}

/// Text, or `null` (llama.cpp's first chunk), or typed parts (Mistral's reasoning models).
fn content(content: Option<&Value>, deltas: &mut Vec<Delta>) {
    match content {
        Some(Value::String(text)) if !text.is_empty() => deltas.push(Delta::Text(text.clone())),
        Some(Value::Array(parts)) => {
            for part in parts {
                match wire::text(part, "type") {
                    Some("text") => deltas.extend(wire::text(part, "text").map(|text| Delta::Text(text.to_owned()))),
                    Some("thinking") => deltas.push(Delta::Thinking(part.to_string().len())),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" => Finish::Stop,
        "length" | "max_tokens" | "model_length" => Finish::Length,
        "content_filter" | "refusal" => Finish::Refused(reason.to_owned()),
        _ => Finish::Unknown,
    }
}
