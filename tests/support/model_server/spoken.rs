//! An answer in the words of each wire protocol.

use serde_json::{Value, json};

use super::Request;

/// An answer, before the request's path says in which protocol.
#[derive(Clone)]
pub(super) struct Spoken {
    pub(super) text: String,
    pub(super) thinking: String,
    pub(super) finish: String,
    pub(super) model: Option<String>,
    pub(super) input_tokens: u64,
    /// Of the input, what the server still had.
    pub(super) cached_tokens: u64,
    pub(super) output_tokens: u64,
    /// Whether the server counts at all.
    pub(super) counts: bool,
}

impl Spoken {
    pub(super) fn on_the_wire(&self, request: &Request) -> String {
        let asked = request.body["model"].as_str().unwrap_or("unnamed");
        let model = self.model.as_deref().unwrap_or(asked);
        match request.path.as_str() {
            path if path.ends_with("/api/generate") => self.as_ollama_text(model),
            path if path.ends_with("/infill") || path.ends_with("/completion") => self.as_llamacpp(model),
            path if path.ends_with("/fim/completions") => self.as_chat_completions(model, self.counts),
            path if path.ends_with("/v1/completions") => self.as_completions(model),
            path if path.ends_with("/api/chat") => self.as_ollama(model),
            path if path.ends_with("/chat/completions") => {
                let asked = request.body["stream_options"]["include_usage"] == json!(true);
                self.as_chat_completions(model, asked && self.counts)
            }
            path if path.ends_with("/messages") => self.as_messages(model),
            path => panic!("no answer is known for {path}"),
        }
    }

    /// A few characters each, as tokens come.
    fn pieces(text: &str) -> Vec<String> {
        text.chars().collect::<Vec<_>>().chunks(6).map(|piece| piece.iter().collect()).collect()
    }

    fn as_ollama(&self, model: &str) -> String {
        let line = |message: Value| json!({ "model": model, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": false });
        let mut lines: Vec<Value> = Vec::new();
        lines.extend(
            Self::pieces(&self.thinking)
                .into_iter()
                .map(|piece| line(json!({ "role": "assistant", "content": "", "thinking": piece }))),
        );
        lines.extend(
            Self::pieces(&self.text).into_iter().map(|piece| line(json!({ "role": "assistant", "content": piece }))),
        );
        let mut last = json!({
            "model": model, "created_at": "2026-01-01T00:00:01Z", "message": { "role": "assistant", "content": "" },
            "done": true, "done_reason": self.finish, "total_duration": 2_150_000_000_u64, "load_duration": 1_500_000_000_u64,
        });
        if self.counts {
            last["prompt_eval_count"] = json!(self.input_tokens);
            last["prompt_eval_duration"] = json!(150_000_000_u64);
            last["eval_count"] = json!(self.output_tokens);
            last["eval_duration"] = json!(500_000_000_u64);
        }
        lines.push(last);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn as_ollama_text(&self, model: &str) -> String {
        let chat = self.as_ollama(model);
        let lines = chat.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line["response"] = line["message"]["content"].take();
            line.as_object_mut().unwrap().remove("message");
            format!("{line}\n")
        });
        lines.collect()
    }

    fn as_llamacpp(&self, model: &str) -> String {
        let piece = |text: String| json!({ "index": 0, "content": text, "tokens": [], "stop": false });
        let mut events: Vec<Value> = Self::pieces(&self.text).into_iter().map(piece).collect();
        let kind = if self.finish == "length" { "limit" } else { "eos" };
        events.push(json!({ "index": 0, "content": "", "stop": true, "stop_type": kind, "model": model,
            "tokens_evaluated": self.input_tokens, "tokens_predicted": self.output_tokens, "truncated": false }));
        events.iter().map(|event| format!("data: {event}\n\n")).collect()
    }

    fn as_completions(&self, model: &str) -> String {
        let chunk = |text: &str, reason: Value| {
            json!({ "id": "cmpl-1", "object": "text_completion", "model": model,
                    "choices": [{ "index": 0, "text": text, "finish_reason": reason }] })
        };
        let mut chunks: Vec<Value> = Self::pieces(&self.text).iter().map(|piece| chunk(piece, Value::Null)).collect();
        chunks.push(chunk("", json!(self.finish)));
        let events: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        format!("{events}data: [DONE]\n\n")
    }

    fn as_chat_completions(&self, model: &str, include_usage: bool) -> String {
        let chunk = |delta: Value, reason: Value| {
            json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": model,
                    "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }] })
        };
        let mut chunks = vec![chunk(json!({ "role": "assistant", "content": null }), Value::Null)];
        chunks.extend(
            Self::pieces(&self.thinking)
                .into_iter()
                .map(|piece| chunk(json!({ "reasoning_content": piece }), Value::Null)),
        );
        chunks
            .extend(Self::pieces(&self.text).into_iter().map(|piece| chunk(json!({ "content": piece }), Value::Null)));
        let reason = if self.finish == "refusal" { "content_filter" } else { &self.finish };
        chunks.push(chunk(json!({}), json!(reason)));
        if include_usage {
            chunks.push(json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": model, "choices": [],
                "usage": { "prompt_tokens": self.input_tokens, "completion_tokens": self.output_tokens,
                           "total_tokens": self.input_tokens.saturating_add(self.output_tokens),
                           "prompt_tokens_details": { "cached_tokens": self.cached_tokens } } }));
        }
        let events: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        format!("{events}data: [DONE]\n\n")
    }

    fn as_messages(&self, model: &str) -> String {
        let reason = match self.finish.as_str() {
            "stop" => "end_turn",
            "length" => "max_tokens",
            other => other,
        };
        let mut events = vec![
            json!({ "type": "message_start", "message": { "id": "msg_1", "type": "message", "role": "assistant", "model": model,
                    "content": [], "stop_reason": null, "usage": self.counts.then(|| json!({ "input_tokens": 1, "output_tokens": 1 })) } }),
            json!({ "type": "ping" }),
        ];
        let mut index = 0;
        let mut block = |start: Value, deltas: Vec<Value>| {
            events.push(json!({ "type": "content_block_start", "index": index, "content_block": start }));
            events.extend(
                deltas
                    .into_iter()
                    .map(|delta| json!({ "type": "content_block_delta", "index": index, "delta": delta })),
            );
            events.push(json!({ "type": "content_block_stop", "index": index }));
            index += 1;
        };
        if !self.thinking.is_empty() {
            let mut deltas: Vec<Value> = Self::pieces(&self.thinking)
                .iter()
                .map(|piece| json!({ "type": "thinking_delta", "thinking": piece }))
                .collect();
            deltas.push(json!({ "type": "signature_delta", "signature": "c2lnbmVk" }));
            block(json!({ "type": "thinking", "thinking": "" }), deltas);
        }
        let deltas =
            Self::pieces(&self.text).iter().map(|piece| json!({ "type": "text_delta", "text": piece })).collect();
        block(json!({ "type": "text", "text": "" }), deltas);
        let mut last = json!({ "type": "message_delta", "delta": { "stop_reason": reason, "stop_sequence": null } });
        if self.counts {
            let fresh = self.input_tokens - self.cached_tokens;
            last["usage"] = json!({ "input_tokens": fresh, "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": self.cached_tokens, "output_tokens": self.output_tokens });
        }
        events.push(last);
        events.push(json!({ "type": "message_stop" }));
        events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).collect()
    }
}
