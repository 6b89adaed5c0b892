//! Whole servers, as far as they speak of themselves: lists, versions, windows, what is loaded, and one answer to any chat.

use serde_json::{Value, json};

use super::{Reply, Request, Script};

/// The key that [`anthropic`] and [`guarded`] take.
pub const KEY: &str = "sk-right-0123456789abcdef";
/// What every model says.
const SAID: &str = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20";

/// An Ollama with these models; each is loaded when it is first asked, half of it on a GPU where its name has `34b`.
pub fn ollama(models: &'static [&'static str]) -> Script {
    Script::by(move |_, request| {
        let asked = request.body["model"].as_str().unwrap_or_default();
        let has = |name: &str| models.iter().any(|model| *model == name || model.strip_suffix(":latest") == Some(name));
        match request.path.as_str() {
            "/api/version" => Reply::json(json!({"version": "0.32.15"})),
            "/api/tags" => {
                Reply::json(json!({"models": models.iter().map(|name| ollama_row(name)).collect::<Vec<_>>()}))
            }
            "/api/ps" => Reply::json(json!({"models": models.iter().map(|name| loaded(name)).collect::<Vec<_>>()})),
            _ if !has(asked) => Reply::error(404, json!({"error": format!("model '{asked}' not found")})),
            "/api/show" => Reply::json(shown(asked)),
            _ => Reply::text(SAID).usage(30, 20),
        }
    })
}

fn parameters(name: &str) -> &'static str {
    [("30b", "30.5B"), ("34b", "33.7B"), ("7b", "7.6B"), ("1.5b", "1.5B")]
        .iter()
        .find(|(part, _)| name.contains(part))
        .map_or("30.5B", |(_, words)| words)
}

fn ollama_row(name: &str) -> Value {
    let mut row = json!({"name": name, "size": 18_600_000_000_u64, "details": {"parameter_size": parameters(name)}});
    if name.ends_with("cloud") {
        row["remote_host"] = "https://ollama.com:443".into();
    }
    row
}

fn shown(name: &str) -> Value {
    let capabilities = match name {
        name if name.contains("qwen2.5-coder") => json!(["completion", "tools", "insert"]),
        name if name.contains("embed") => json!(["embedding"]),
        name if name.contains("gpt-oss") => json!(["completion", "tools", "thinking"]),
        _ => json!(["completion", "tools"]),
    };
    json!({"capabilities": capabilities, "details": {"parameter_size": parameters(name)},
        "model_info": {"general.architecture": "qwen", "qwen.context_length": if name.contains("coder:7b") { 32_768 } else { 262_144 }}})
}

fn loaded(name: &str) -> Value {
    let on_gpu = if name.contains("34b") { 9_000_000_000_u64 } else { 18_000_000_000 };
    json!({"name": name, "size": 18_000_000_000_u64, "size_vram": on_gpu, "context_length": 16_384})
}

/// A llama.cpp server with one model in slots of that window; it can fill in code if told so.
pub fn llama_server(window: u64, fills_in: bool) -> Script {
    Script::by(move |_, request| match request.path.as_str() {
        "/v1/models" => Reply::json(json!({"object": "list", "data": [{"id": "qwen2.5-coder-7b-q4_k_m.gguf",
            "meta": {"n_ctx": window, "n_ctx_train": 32_768, "n_params": 7_615_616_512_u64, "size": 4_677_120_000_u64}}]})),
        "/props" => {
            Reply::json(json!({"default_generation_settings": {"n_ctx": window}, "build_info": "b11669-1a2b3c4d"}))
        }
        "/infill" if fills_in => Reply::json(json!({"content": "", "stop": true})),
        "/infill" => Reply::error(
            501,
            json!({"error": {"code": 501, "type": "not_supported_error",
            "message": "Infill is not supported by this model: prefix token is missing. "}}),
        ),
        _ => Reply::text(SAID).usage(30, 20),
    })
}

/// A llama.cpp server that is still loading its model.
pub fn loading() -> Script {
    Script::always(Reply::error(
        503,
        json!({"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}),
    ))
}

/// A vLLM with one model.
pub fn vllm() -> Script {
    Script::by(|_, request| match request.path.as_str() {
        "/v1/models" => Reply::json(json!({"object": "list", "data": [{"id": "Qwen/Qwen3-Coder-30B-A3B-Instruct",
            "max_model_len": 65_536}]})),
        "/version" => Reply::json(json!({"version": "0.16.1"})),
        path if path.starts_with("/v1/chat") => Reply::text(SAID).usage(30, 20),
        _ => Reply::error(404, json!({"detail": "Not Found"})),
    })
}

/// An LM Studio with one model, not loaded as large as it could be.
pub fn lm_studio() -> Script {
    Script::by(|_, request| match request.path.as_str() {
        "/v1/models" => Reply::json(json!({"data": [{"id": "qwen2.5-coder-7b-instruct"}]})),
        "/api/v0/models" => Reply::json(json!({"data": [{"id": "qwen2.5-coder-7b-instruct", "state": "loaded",
            "max_context_length": 32_768, "loaded_context_length": 4096}]})),
        path if path.starts_with("/v1/chat") => Reply::text(SAID).usage(30, 20),
        _ => Reply::json(json!({"error": "Unexpected endpoint or method."})),
    })
}

/// Anthropic, for who has [`KEY`].
pub fn anthropic() -> Script {
    Script::by(|_, request| {
        if request.header("x-api-key") != Some(KEY) {
            let key = request.header("x-api-key").unwrap_or_default();
            return Reply::error(
                401,
                json!({"type": "error", "error": {"type": "authentication_error",
                "message": format!("invalid x-api-key: {key}")}}),
            );
        }
        match request.path.as_str() {
            "/v1/models?limit=1000" => Reply::json(json!({"data": [
                {"type": "model", "id": "claude-sonnet-5-5", "max_input_tokens": 1_000_000},
                {"type": "model", "id": "claude-haiku-4-5-20251001"}], "has_more": false})),
            _ => Reply::text(SAID).usage(30, 20),
        }
    })
}

/// OpenAI or a compatible cloud, for who has [`KEY`].
pub fn guarded(ids: &'static [&'static str]) -> Script {
    let has_key = |request: &Request| request.header("authorization") == Some(&format!("Bearer {KEY}"));
    Script::by(move |_, request| match request.path.as_str() {
        _ if !has_key(request) => Reply::error(
            401,
            json!({"error": {"type": "invalid_request_error",
            "code": "invalid_api_key", "message": format!("Incorrect API key provided: {}", request.header("authorization").unwrap_or("none"))}}),
        ),
        "/v1/models" => Reply::json(json!({"data": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()})),
        _ => Reply::text(SAID).usage(30, 20),
    })
}
