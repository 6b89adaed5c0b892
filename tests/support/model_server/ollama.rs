//! What a real Ollama does besides answering: it knows its models, its window, and what it silently leaves out.

use serde_json::{Value, json};

use super::{Reply, Request};

/// A model as a real Ollama would serve it.
#[derive(Debug, Clone)]
pub struct OllamaModel {
    pub name: String,
    pub text: String,
    /// In tokens, where the request sets no `num_ctx`.
    pub window: u64,
    /// Whether the parameter `think` is refused, whatever its value.
    pub refuses_think: bool,
}

impl OllamaModel {
    pub fn new(name: &str, text: &str) -> OllamaModel {
        OllamaModel { name: name.to_owned(), text: text.to_owned(), window: 4096, refuses_think: false }
    }

    pub(super) fn reply(&self, request: &Request) -> Reply {
        let body = &request.body;
        if body["model"] != json!(self.name) {
            let name = body["model"].as_str().unwrap_or_default();
            return Reply::error(404, json!({ "error": format!("model '{name}' not found") }));
        }
        if self.refuses_think && !body["think"].is_null() {
            return Reply::error(400, json!({ "error": format!("\"{}\" does not support thinking", self.name) }));
        }
        let window = body["options"]["num_ctx"].as_u64().unwrap_or(self.window);
        let prompt = body["messages"].to_string().len() as u64 / 4;
        match (prompt > window, &body["truncate"]) {
            (false, _) => Reply::text(&self.text).usage(prompt, 7),
            (true, Value::Bool(false)) => {
                Reply::error(400, json!({ "error": overflow_of_llama_server(prompt, window) }))
            }
            // What a real one tells: about half the window, and nothing else.
            (true, _) => Reply::text(&self.text).usage(window / 2 + 2, 7),
        }
    }
}

/// The error of the server inside Ollama, which it passes on as a string.
fn overflow_of_llama_server(prompt: u64, window: u64) -> String {
    let message =
        format!("request ({prompt} tokens) exceeds the available context size ({window} tokens), try increasing it");
    json!({ "error": { "code": 400, "message": message, "type": "exceed_context_size_error", "n_prompt_tokens": prompt, "n_ctx": window } })
        .to_string()
}
