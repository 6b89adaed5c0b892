//! `[models.NAME]`: one model of one provider, and the parameters the user wants for it.

use std::sync::Arc;

use indexmap::IndexMap;

use super::error::{ConfigError, suggestion};
use super::fields::Fields;
use super::provider::Provider;
use super::routes::is_reserved;
use super::setting::{Setting, names};
use super::tree::{Entry, joined};

pub(super) const SETTINGS: [Setting; 8] = [
    Setting {
        name: "provider",
        form: "a name under `[providers]`",
        default: "required",
        meaning: "who serves it",
        example: "\"local\"",
    },
    Setting {
        name: "model",
        form: "a string",
        default: "required",
        meaning: "the id that the provider knows it by",
        example: "\"qwen2.5-coder:7b\"",
    },
    Setting {
        name: "context",
        form: "tokens, from 256",
        default: "4096 is assumed with `ollama` and `llamacpp`, else 32768",
        meaning: "the model's window, prompt and answer together; Ollama is told to load it so",
        example: "16384",
    },
    Setting {
        name: "max_tokens",
        form: "tokens",
        default: "as long as the task needs",
        meaning: "the longest answer",
        example: "4096",
    },
    Setting {
        name: "temperature",
        form: "0 to 2",
        default: "0.2, or none for models that refuse one",
        meaning: "sampling temperature",
        example: "0.1",
    },
    Setting {
        name: "top_p",
        form: "0 to 1",
        default: "none is sent",
        meaning: "nucleus sampling; without a `temperature` of its own the model then gets none",
        example: "0.9",
    },
    Setting {
        name: "extra_body",
        form: "a table",
        default: "`{}`",
        meaning: "merged into the request's body, over everything else",
        example: "{ keep_alive = \"30m\" }",
    },
    Setting {
        name: "drop_params",
        form: "a list of strings",
        default: "`[]`",
        meaning: "parameters that this server refuses, not to be sent",
        example: "[\"temperature\"]",
    },
];

/// A configured model.
#[derive(Debug, Clone)]
pub struct Model {
    /// The user's name for it.
    pub name: String,
    /// Who serves it.
    pub provider: Arc<Provider>,
    /// The id that the provider knows it by.
    pub model: String,
    /// The window in tokens, prompt and answer together; `None` where the user did not say.
    pub context: Option<u64>,
    /// The longest answer in tokens.
    pub max_tokens: Option<u32>,
    /// Sampling temperature; `None` leaves it to the table of models.
    pub temperature: Option<f64>,
    /// Nucleus sampling; `None` sends none.
    pub top_p: Option<f64>,
    /// Merged into the request body, over everything else.
    pub extra_body: serde_json::Map<String, serde_json::Value>,
    /// Parameters that are not to be sent.
    pub drop_params: Vec<String>,
}

pub(super) fn read(
    name: &str,
    entry: &Entry,
    providers: &IndexMap<String, Arc<Provider>>,
) -> Result<Model, ConfigError> {
    let path = joined("models", name);
    if is_reserved(name) {
        let message = "this name is taken by the tier that needs no model; choose another";
        return Err(ConfigError::new(&entry.key_place, path, message));
    }
    let fields = Fields::open(&entry.node, &entry.key_place, &path, names(&SETTINGS))?;
    let model = fields.required("model", fields.string("model")?, "the model's id at its provider")?;
    Ok(Model {
        name: name.to_owned(),
        provider: provider(&fields, providers)?,
        model: model.to_owned(),
        context: fields.integer("context", 256..=100_000_000)?.map(i64::unsigned_abs),
        max_tokens: fields.integer("max_tokens", 1..=10_000_000)?.and_then(|tokens| u32::try_from(tokens).ok()),
        temperature: fields.number("temperature", 0.0..=2.0)?,
        top_p: fields.number("top_p", 0.0..=1.0)?,
        extra_body: fields.json("extra_body")?.unwrap_or_default(),
        drop_params: fields.strings("drop_params")?.unwrap_or_default(),
    })
}

fn provider(fields: &Fields<'_>, providers: &IndexMap<String, Arc<Provider>>) -> Result<Arc<Provider>, ConfigError> {
    let name = fields.required("provider", fields.string("provider")?, "the name of a provider")?;
    if let Some(provider) = providers.get(name) {
        return Ok(provider.clone());
    }
    let message = match providers.is_empty() {
        true => format!("there is no provider `{name}`; add [providers.{name}] with its kind"),
        false => {
            let known = providers.keys().map(String::as_str);
            let listed = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            format!("there is no provider `{name}`{} (expected one of {listed})", suggestion(name, known))
        }
    };
    let place = fields.node("provider").map(|node| &node.place);
    Err(ConfigError::new(place.unwrap_or(&super::Place::Editor), fields.path_of("provider"), message))
}
