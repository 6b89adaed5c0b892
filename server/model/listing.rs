//! Lists of models as servers send them, each in its own words, read into one form. Asks nobody and judges no model.

use serde_json::Value;

use crate::config::{ProviderKind, names_a_cloud};

/// A model as its server lists it. What the server does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedModel {
    /// The server's id of it.
    pub id: String,
    /// Its weights in bytes.
    pub size: Option<u64>,
    /// Its parameters, such as `30.5B`, in the server's words.
    pub parameters: Option<String>,
    /// Its window in tokens as the server has it loaded, or would load it.
    pub context: Option<u64>,
    /// The largest window in tokens that it could have.
    pub largest_context: Option<u64>,
    /// What it can do, in the server's words, such as `completion`, `insert`, `thinking`.
    pub capabilities: Option<Vec<String>>,
    /// The server only passes requests on: it is on somebody else's machine.
    pub is_remote: bool,
    /// Whether it is in memory.
    pub is_loaded: Option<bool>,
}

impl ListedModel {
    /// Whether it writes text, as far as can be told.
    pub fn writes(&self) -> bool {
        match &self.capabilities {
            Some(capabilities) => capabilities.iter().any(|capability| capability.starts_with("completion")),
            None => !["embed", "rerank", "whisper", "bge-"].iter().any(|word| self.id.to_lowercase().contains(word)),
        }
    }
}

/// A model in an Ollama's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningModel {
    /// The server's id of it.
    pub id: String,
    /// The window in tokens that it was loaded with.
    pub context: Option<u64>,
    /// Its bytes in memory.
    pub size: u64,
    /// How many of them are on a GPU.
    pub size_vram: u64,
}

/// The path of the list, from the server's root.
pub(super) fn path(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Ollama => "/api/tags",
        // In pages of twenty otherwise.
        ProviderKind::Anthropic => "/v1/models?limit=1000",
        _ => "/v1/models",
    }
}

/// The models of a list; nothing where it is none.
pub(super) fn models(kind: ProviderKind, list: &Value) -> Option<Vec<ListedModel>> {
    let rows = match kind {
        ProviderKind::Ollama => list.get("models"),
        // A few servers send the bare list.
        _ => list.get("data").or(Some(list)),
    };
    let rows = rows?.as_array()?;
    Some(rows.iter().filter_map(|row| model(kind, row)).collect())
}

fn model(kind: ProviderKind, row: &Value) -> Option<ListedModel> {
    let id = match kind {
        ProviderKind::Ollama => row.get("name").or(row.get("model")),
        _ => row.get("id"),
    };
    let id = id?.as_str().filter(|id| !id.is_empty())?;
    let number = |pointer: &str| row.pointer(pointer).and_then(Value::as_u64);
    let state = row.get("state").or(row.pointer("/status/value")).and_then(Value::as_str);
    Some(ListedModel {
        size: number("/size").or_else(|| number("/meta/size")),
        parameters: text(row, "/details/parameter_size").or_else(|| number("/meta/n_params").map(billions)),
        context: number("/meta/n_ctx").or(number("/max_model_len")).or(number("/loaded_context_length")),
        largest_context: number("/details/context_length")
            .or(number("/meta/n_ctx_train"))
            .or(number("/max_context_length"))
            .or(number("/max_input_tokens")),
        capabilities: capabilities(row),
        is_remote: kind == ProviderKind::Ollama && is_remote(row, id),
        is_loaded: state.map(|state| state == "loaded"),
        id: id.to_owned(),
    })
}

/// Ollama lists words, Mistral a table of switches.
pub(super) fn capabilities(row: &Value) -> Option<Vec<String>> {
    let owned = |word: &str| word.to_owned();
    match row.get("capabilities")? {
        Value::Array(words) => Some(words.iter().filter_map(Value::as_str).map(owned).collect()),
        Value::Object(switches) => {
            Some(switches.iter().filter(|(_, on)| **on == Value::Bool(true)).map(|(word, _)| owned(word)).collect())
        }
        _ => None,
    }
}

/// Whether an Ollama only passes it on to somebody else's machine; `row` is its entry in a list or what is shown of it.
pub(super) fn is_remote(row: &Value, id: &str) -> bool {
    let says = |key: &str| row.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    says("remote_host") || says("remote_model") || names_a_cloud(id)
}

/// Where an Ollama passes requests for a model on to, by what is shown of it; nothing where it serves them itself.
pub(super) fn remote_host(shown: &Value, id: &str) -> Option<String> {
    is_remote(shown, id).then(|| text(shown, "/remote_host").unwrap_or_else(|| "a cloud".to_owned()))
}

/// The models of `/api/ps`.
pub(super) fn running(list: &Value) -> Vec<RunningModel> {
    let model = |row: &Value| {
        let number = |key: &str| row.get(key).and_then(Value::as_u64);
        Some(RunningModel {
            id: text(row, "/name").or_else(|| text(row, "/model"))?,
            context: number("context_length"),
            size: number("size")?,
            size_vram: number("size_vram").unwrap_or(0),
        })
    };
    list.get("models").and_then(Value::as_array).into_iter().flatten().filter_map(model).collect()
}

pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A count of parameters as people write it.
fn billions(parameters: u64) -> String {
    match parameters {
        0..1_000_000_000 => format!("{:.0}M", parameters as f64 / 1e6),
        _ => format!("{:.1}B", parameters as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_lists_of_all_servers() {
        let ollama = json!({"models": [{"name": "qwen3-coder:latest", "size": 18_600_000_000_u64,
            "details": {"parameter_size": "30.5B", "context_length": 262_144}, "capabilities": ["completion", "tools"]}]});
        let expected = ListedModel {
            id: "qwen3-coder:latest".to_owned(),
            size: Some(18_600_000_000),
            parameters: Some("30.5B".to_owned()),
            largest_context: Some(262_144),
            capabilities: Some(vec!["completion".to_owned(), "tools".to_owned()]),
            ..ListedModel::default()
        };
        assert_eq!(models(ProviderKind::Ollama, &ollama), Some(vec![expected]));
        let llama = json!({"object": "list", "data": [
            {"id": "model.gguf", "meta": {"n_ctx": 8192, "n_ctx_train": 32_768, "n_params": 7_615_616_512_u64, "size": 4_677_120_000_u64}},
            {"id": "other", "status": {"value": "unloaded"}}]});
        let listed = models(ProviderKind::LlamaCpp, &llama).unwrap();
        let first = &listed[0];
        assert_eq!(
            (first.context, first.largest_context, first.parameters.as_deref()),
            (Some(8192), Some(32_768), Some("7.6B"))
        );
        assert_eq!((first.is_loaded, listed[1].is_loaded), (None, Some(false)));
        let vllm = json!({"data": [{"id": "Qwen/Qwen3-Coder-30B-A3B-Instruct", "max_model_len": 65_536}]});
        assert_eq!(models(ProviderKind::OpenAi, &vllm).unwrap()[0].context, Some(65_536));
        let studio = json!({"data": [{"id": "qwen2.5-coder-7b", "state": "loaded", "max_context_length": 32_768, "loaded_context_length": 4096}]});
        let listed = &models(ProviderKind::OpenAi, &studio).unwrap()[0];
        assert_eq!((listed.context, listed.largest_context, listed.is_loaded), (Some(4096), Some(32_768), Some(true)));
        let mistral = json!({"data": [{"id": "codestral-latest", "capabilities": {"completion_chat": true, "completion_fim": true, "vision": false}}]});
        let listed = &models(ProviderKind::Mistral, &mistral).unwrap()[0];
        assert_eq!(
            listed.capabilities.as_deref(),
            Some(&["completion_chat".to_owned(), "completion_fim".to_owned()][..])
        );
    }

    #[test]
    fn tells_what_is_only_passed_on_and_what_does_not_write() {
        let list = json!({"models": [
            {"name": "qwen2.5-coder:7b"},
            {"name": "nomic-embed-text:latest"},
            {"name": "all-minilm:latest", "capabilities": ["embedding"]},
            {"name": "gpt-oss:120b", "remote_host": "https://ollama.com:443"},
            {"name": "glm-4.6:cloud"},
        ]});
        let listed = models(ProviderKind::Ollama, &list).unwrap();
        assert_eq!(listed.iter().map(|model| model.is_remote).collect::<Vec<_>>(), [false, false, false, true, true]);
        assert_eq!(listed.iter().map(ListedModel::writes).collect::<Vec<_>>(), [true, false, false, true, true]);
    }

    #[test]
    fn what_is_no_list_is_none() {
        for list in [json!({"hello": "world"}), json!("x"), json!({"data": "x"}), json!({"models": {}})] {
            assert_eq!(models(ProviderKind::Ollama, &list), None);
            assert_eq!(models(ProviderKind::OpenAi, &list), None);
        }
        assert_eq!(models(ProviderKind::OpenAi, &json!({"data": [{"id": 7}, {}, null]})), Some(Vec::new()));
    }

    #[test]
    fn reads_what_runs_and_where() {
        let list =
            json!({"models": [{"name": "a:7b", "size": 10, "size_vram": 4, "context_length": 4096}, {"name": "b"}, 7]});
        let expected = RunningModel { id: "a:7b".to_owned(), context: Some(4096), size: 10, size_vram: 4 };
        assert_eq!(running(&list), [expected]);
        assert_eq!(running(&json!(null)), []);
    }
}
