//! Ollama's own chat, `/api/chat`: lines of JSON. Native and not its OpenAI face, because only here can the window be
//! set, and truncation and thinking be turned off.

use serde_json::{Map, Value, json};

use super::answer::Finish;
use super::parameters::{parameters, with_users_word};
use super::usage::Input;
use super::wire::{self, Delta, Framing, KeyHeader, ModelCall, Protocol, Terminal, WireFailure, WireRequest};
use crate::prompt::Prompt;

pub(super) const PROTOCOL: Protocol = Protocol { request, decode, framing: Framing::Lines, terminal: Terminal::End };

fn request(call: &ModelCall<'_>, prompt: &Prompt) -> WireRequest {
    let parameters = parameters(call);
    let mut options = Map::new();
    // The same in every call for a model: another value makes Ollama load the model anew.
    options.extend(call.model.context.map(|tokens| ("num_ctx".to_owned(), json!(tokens))));
    options.insert("num_predict".to_owned(), json!(parameters.max_tokens));
    options.extend(parameters.temperature.map(|value| ("temperature".to_owned(), json!(value))));
    options.extend(parameters.top_p.map(|value| ("top_p".to_owned(), json!(value))));

    let mut body = Map::new();
    body.insert("model".to_owned(), json!(call.model.model));
    body.insert(
        "messages".to_owned(),
        wire::system_message(prompt).into_iter().chain(wire::messages(prompt)).collect(),
    );
    body.insert("options".to_owned(), Value::Object(options));
    // Otherwise a prompt that does not fit is cut in half without a word.
    body.insert("truncate".to_owned(), json!(false));
    if call.takes_think {
        body.insert("think".to_owned(), json!(call.model.parameters.thinking.unwrap_or(false)));
    }
    WireRequest {
        path: "/api/chat",
        headers: Vec::new(),
        key_header: KeyHeader::Bearer,
        body: with_users_word(body, call.model),
    }
}

pub(super) fn decode(event: &[u8]) -> Result<Vec<Delta>, WireFailure> {
    let line = wire::parse(event)?;
    let mut deltas = Vec::new();
    deltas.extend(wire::text(&line, "model").map(|id| Delta::Model(id.to_owned())));
    if let Some(message) = line.get("message") {
        deltas.extend(wire::text(message, "thinking").map(|text| Delta::Thinking(text.len())));
        deltas.extend(wire::text(message, "content").map(|text| Delta::Text(text.to_owned())));
    }
    // What `/api/generate` writes stands beside, not in a message.
    deltas.extend(wire::text(&line, "response").map(|text| Delta::Text(text.to_owned())));
    // A last line with `done: false` is how the guard against repetition stops: it leaves the answer cut.
    if line.get("done").and_then(Value::as_bool) == Some(true) {
        let count = |key: &str| line.get(key).and_then(Value::as_u64);
        let input = count("prompt_eval_count").map(|total| Input { total, ..Input::default() });
        deltas.push(Delta::Usage { input, output: count("eval_count") });
        deltas.push(Delta::Finish(match wire::text(&line, "done_reason") {
            Some("stop") => Finish::Stop,
            Some("length") => Finish::Length,
            _ => Finish::Unknown,
        }));
        deltas.push(Delta::End);
    }
    Ok(deltas)
}
