//! `[models.NAME]`: one model of one provider, and the parameters the user wants for it.

use std::sync::Arc;

use indexmap::IndexMap;
use url::Url;

use super::error::suggestion;
use super::fields::Fields;
use super::fim::{self, Fim};
use super::parameters::{self, Parameters};
use super::price::{self, Price};
use super::privacy::Ownership;
use super::provider::{Provider, ProviderKind};
use super::routes::is_reserved;
use super::setting::{InProject, Setting, Shape};

pub(super) const SETTINGS: [Setting; 11] = [
    Setting {
        name: "provider",
        form: "a name under `[providers]`",
        default: "required",
        meaning: "who serves it",
        example: "\"local\"",
        shape: Shape::Text,
        project: InProject::Trusted,
    },
    Setting {
        name: "model",
        form: "a string",
        default: "required",
        meaning: "the id that the provider knows it by",
        example: "\"qwen2.5-coder:7b\"",
        shape: Shape::Text,
        project: InProject::Trusted,
    },
    Setting {
        name: "context",
        form: "tokens, from 256",
        default: "what is known of the model at its own provider; else 4096 with `ollama` and `llamacpp`, 32768 with others",
        meaning: "the model's window, prompt and answer together; Ollama is told to load it so",
        example: "16384",
        shape: Shape::Integer(256, 100_000_000),
        project: InProject::Trusted,
    },
    own(parameters::SETTINGS[0]),
    own(parameters::SETTINGS[1]),
    own(parameters::SETTINGS[2]),
    own(parameters::SETTINGS[3]),
    Setting {
        name: "extra_body",
        form: "a table",
        default: "`{}`",
        meaning: "merged into the request's body, over everything else",
        example: "{ keep_alive = \"30m\" }",
        shape: Shape::Anything,
        project: InProject::Trusted,
    },
    Setting {
        name: "drop_params",
        form: "a list of strings",
        default: "`[]`",
        meaning: "parameters that this server refuses, not to be sent",
        example: "[\"temperature\"]",
        shape: Shape::Texts,
        project: InProject::Trusted,
    },
    Setting {
        name: "fim",
        form: "`auto`, `off`, `chat`, a family's name, or a table, below",
        default: "`\"auto\"`",
        meaning: "how [inline completion](inline-completion.md) asks it: as its name and its server tell, not at all, by a question, as that family was trained, or by a template of your own",
        example: "\"qwen-coder\"",
        shape: Shape::ChoiceOrTable(&fim::NAMES, &fim::SETTINGS),
        project: InProject::Trusted,
    },
    Setting {
        name: "price",
        form: "a table, below",
        default: "nothing for your own, else that of the [list](cost.md#prices)",
        meaning: "what it costs",
        example: "{ input = 3.0, output = 15.0, cache_read = 0.3 }",
        shape: Shape::Table(&price::SETTINGS),
        project: InProject::Never,
    },
];

/// What a project may not say of a model without trust.
const fn own(setting: Setting) -> Setting {
    Setting { project: InProject::Trusted, ..setting }
}

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
    /// How it is to be asked, as far as the user said.
    pub parameters: Parameters,
    /// How it completes code between what stands before and after the cursor.
    pub fim: Fim,
    /// What it costs, where the user said so.
    pub price: Option<Price>,
}

impl Model {
    /// One with nothing said but who serves it, by which id, and its window in tokens.
    pub fn new(name: &str, provider: Arc<Provider>, id: &str, context: Option<u64>) -> Model {
        let parameters = Parameters::default();
        Model {
            name: name.to_owned(),
            provider,
            model: id.to_owned(),
            context,
            parameters,
            fim: Fim::Auto,
            price: None,
        }
    }

    /// Whose the model is: that of its server, unless its name says that the server passes the request on to a cloud.
    pub fn ownership(&self) -> Ownership {
        if self.is_passed_on() { Ownership::Cloud } else { self.provider.ownership }
    }

    /// Whether a server of the user's own passes requests for the model on to a cloud, as far as the name tells.
    pub fn is_passed_on(&self) -> bool {
        self.may_be_passed_on() && names_a_cloud(self.id_sent())
    }

    /// The id that requests name: that of `extra_body`, which goes over everything, or its own.
    pub fn id_sent(&self) -> &str {
        self.parameters.extra_body.get("model").and_then(serde_json::Value::as_str).unwrap_or(&self.model)
    }

    /// Whether the server is one of the user's own that may pass requests on: what speaks a protocol that an Ollama speaks may
    /// be one.
    pub fn may_be_passed_on(&self) -> bool {
        let speaks_as_ollama =
            matches!(self.provider.kind, ProviderKind::Ollama | ProviderKind::OpenAi | ProviderKind::Anthropic);
        speaks_as_ollama && self.provider.ownership == Ownership::Mine
    }

    /// The same with these parameters over its own.
    pub fn with(&self, parameters: &Parameters) -> Model {
        Model { parameters: self.parameters.overlaid_with(parameters), ..self.clone() }
    }

    /// The same at one of its provider's addresses.
    pub fn at(&self, url: &Url) -> Model {
        let provider = Provider { base_url: url.clone(), ..(*self.provider).clone() };
        Model { provider: Arc::new(provider), ..self.clone() }
    }
}

/// Whether an Ollama passes requests for a model of that name on to a cloud: `NAME:cloud`, `NAME:TAG-cloud`.
pub fn names_a_cloud(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    id.ends_with(":cloud") || id.ends_with("-cloud")
}

/// Reads one model; nothing where it has a mistake that leaves none. `declared` are the names of all providers, also of
/// those that have mistakes of their own.
pub(super) fn read(
    name: &str,
    fields: &Fields<'_>,
    providers: &IndexMap<String, Arc<Provider>>,
    declared: &[&str],
) -> Option<Model> {
    if is_reserved(name) {
        fields.note("", "this name is taken by the tier that needs no model; choose another");
    }
    let model = fields.required("model", fields.string("model"), "the model's id at its provider");
    let provider = provider(fields, providers, declared);
    let context = fields.integer("context").map(i64::unsigned_abs);
    let parameters = Parameters {
        extra_body: fields.json("extra_body").unwrap_or_default(),
        drop_params: fields.strings("drop_params").unwrap_or_default(),
        ..parameters::read(fields)
    };
    let fim = fim::read(fields, "fim").unwrap_or_default();
    let price = fields.table("price").as_ref().and_then(price::read);
    Some(Model {
        name: name.to_owned(),
        provider: provider?,
        model: model?.to_owned(),
        context,
        parameters,
        fim,
        price,
    })
}

fn provider(
    fields: &Fields<'_>,
    providers: &IndexMap<String, Arc<Provider>>,
    declared: &[&str],
) -> Option<Arc<Provider>> {
    let name = fields.required("provider", fields.string("provider"), "the name of a provider")?;
    if declared.contains(&name) {
        return providers.get(name).cloned();
    }
    let message = match declared {
        [] => format!("there is no provider `{name}`; add [providers.{name}] with its kind"),
        _ => {
            let listed = declared.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let hint = suggestion(name, declared.iter().copied());
            format!("there is no provider `{name}`{hint} (expected one of {listed})")
        }
    };
    fields.note("provider", message);
    None
}
