//! What the user asked for: files, editor settings and options, merged and checked into one [`Config`]. Owns the
//! environment, the config files and what projects may say in them; chooses no model and opens no connection.

mod budget;
mod completion;
mod discover;
mod document;
mod error;
mod fields;
mod files;
mod fim;
mod found;
mod key;
mod layers;
mod machine;
mod model;
mod parameters;
mod preset;
mod price;
mod privacy;
mod project;
mod provider;
mod record;
mod review;
mod routes;
mod rules;
mod schema;
mod search_path;
mod secrets;
mod setting;
mod show;
mod sources;
mod tighter;
mod tree;
mod trust;

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

pub use budget::Budget;
pub use completion::{Activation, CompletionSettings, StatisticsFile};
pub use discover::places_of_environment;
pub use document::{DocstringStyle, DocumentSettings};
pub use error::{ConfigError, Mistakes, Place};
pub use files::{ConfigFile, log_file_path, user_config_path};
pub use fim::Fim;
pub use found::Found;
pub use key::{KeyError, KeySource};
pub use layers::{Layers, Loaded, TrustRequest, is_project_file, mistakes_in};
pub use machine::{Machine, memory, version_text};
pub use model::{Model, names_a_cloud};
pub use parameters::{Parameters, merge};
pub use preset::{CloudProvider, LocalModel, Preset, clouds_with_keys};
pub use price::Price;
pub use privacy::{Ownership, PrivacyClass, PrivacyGlob, PrivacySettings, SecretHandling};
pub use project::PROJECT_FILE;
pub use provider::{Provider, ProviderKind};
pub use review::Review;
pub use routes::{ACTION_IDS, BUILTIN, Chain, Routes, StepName};
pub use rules::{PathGlob, Rule, SCOPE_KINDS, When};
pub use schema::schema;
pub use search_path::{program, search_path};
pub use secrets::{home_folder, secrets_of_environment};
pub use setting::{InProject, SECTIONS, Section, Setting, Shape};
pub use sources::{Loading, Said, Sources, Stamps, project_file};
pub use trust::TrustStore;

use error::Noted;
use fields::Fields;
use setting::TOP;
use tree::Node;

/// Everything configured, checked: a model's provider exists, and a route names only models that exist.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// By the user's name for it, in the order of the files.
    pub providers: IndexMap<String, Arc<Provider>>,
    /// By the user's name for it, in the order of the files, which is the chain where no route says otherwise.
    pub models: IndexMap<String, Model>,
    /// Which steps serve which action.
    pub routes: Routes,
    /// Chains for tasks of a certain kind, before the routes; the first that fits counts.
    pub rules: Vec<Rule>,
    /// How far the code of which files may travel.
    pub privacy: PrivacySettings,
    /// What may be spent.
    pub budget: Budget,
    /// Settings of the action `document`.
    pub document: DocumentSettings,
    /// Where inline completion is given.
    pub completion: CompletionSettings,
    /// Whether an editor makes edits at once.
    pub review: Review,
    /// Where each job is saved for a bug report; nothing means that none is.
    pub record: Option<PathBuf>,
    /// Whether to look for a model server on this machine when one is needed: nothing else is configured, and nobody minds.
    pub discover: bool,
    /// Whether the user trusts the project: linters may run its code.
    pub trusted: bool,
    /// The one of the models that serves completion and nothing else; only where it was found, and nobody wrote a chain.
    pub for_completion: Option<&'static str>,
    /// What is to be done for there to be a model, where it is known better than by what is configured.
    pub to_have_a_model: Option<String>,
}

impl Config {
    /// One config of the user's file and the editor's settings: no disk, no environment, no project.
    ///
    /// # Errors
    /// Everything that is wrong in either layer.
    pub fn from_layers(user: Option<&ConfigFile>, editor: &serde_json::Value) -> Result<Config, Mistakes> {
        let trust = TrustStore::default();
        let layers = Layers { user, folder: None, project: None, editor, record: None, flags: &[], trust: &trust };
        layers.load().map(|loaded| loaded.config)
    }
}

fn read(root: &Node, noted: &Noted) -> Config {
    let Some(fields) = Fields::open(root, &root.place, "", &TOP, noted) else {
        return Config::default();
    };
    fields.one_of("preset", &preset::NAMES.map(|name| (name, ())));
    let discover = fields.boolean("discover").unwrap_or(true);
    // Read before the layers were merged, since it says which of them count.
    fields.boolean("trust");
    let tables = fields.named_tables("providers");
    let declared: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    let provider = |(name, fields): &(&String, Fields<'_>)| {
        provider::read(name, fields).map(|provider| ((*name).clone(), Arc::new(provider)))
    };
    let providers: IndexMap<String, Arc<Provider>> = tables.iter().filter_map(provider).collect();
    let tables = fields.named_tables("models");
    let model = |(name, fields): &(&String, Fields<'_>)| {
        model::read(name, fields, &providers, &declared).map(|model| ((*name).clone(), model))
    };
    let models: IndexMap<String, Model> = tables.iter().filter_map(model).collect();
    let declared: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    Config {
        routes: routes::read(&fields, &declared),
        rules: rules::read(&fields, &declared),
        privacy: privacy::read(&fields),
        budget: budget::read(&fields),
        document: document::read(&fields),
        completion: completion::read(&fields),
        review: review::read(&fields),
        record: record::read(&fields),
        discover: discover && providers.is_empty() && models.is_empty(),
        trusted: false,
        for_completion: None,
        to_have_a_model: None,
        providers,
        models,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    const TWO_MODELS: &str = r#"
[providers.ollama]
kind = "ollama"
base_url = "http://gpu-box.tailnet.ts.net:11434"

[providers.claude]
kind = "anthropic"
api_key = { env = "ANTHROPIC_API_KEY" }

[models.quick]
provider = "ollama"
model = "qwen2.5-coder:7b"
context = 16_384

[models.deep]
provider = "claude"
model = "claude-sonnet-5-5"
extra_body = { metadata = { user_id = "me" } }

[routes]
default = ["quick", "deep", "builtin"]
document = "deep"
"#;

    fn config(user: &str, editor: &Value) -> Result<Config, Mistakes> {
        let file = ConfigFile { path: "/home/me/config.toml".into(), text: user.to_owned() };
        Config::from_layers(Some(&file), editor)
    }

    #[test]
    fn reads_the_contracts_example() {
        let config = config(TWO_MODELS, &Value::Null).unwrap();
        assert_eq!(config.models.keys().collect::<Vec<_>>(), ["quick", "deep"]);
        let quick = &config.models["quick"];
        assert_eq!((quick.model.as_str(), quick.context), ("qwen2.5-coder:7b", Some(16384)));
        assert_eq!(quick.provider.base_url.as_str(), "http://gpu-box.tailnet.ts.net:11434/");
        assert_eq!(config.models["deep"].parameters.extra_body["metadata"], json!({"user_id": "me"}));
        assert_eq!(config.models["deep"].provider.api_key, Some(KeySource::Env("ANTHROPIC_API_KEY".into())));
        let names = |steps: &[StepName]| steps.iter().map(|step| step.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&config.routes.default.as_ref().unwrap().steps), ["quick", "deep", "builtin"]);
        assert_eq!(names(&config.routes.for_action("document").unwrap().steps), ["deep"]);
        assert_eq!(config.routes.for_action("refactor"), None);
    }

    #[test]
    fn waits_longer_for_the_first_token_of_this_machine() {
        let config =
            config("[providers.here]\nkind = \"ollama\"\n[providers.there]\nkind = \"openai\"\n", &json!({})).unwrap();
        assert_eq!(config.providers["here"].first_token_timeout, Duration::from_secs(300));
        assert_eq!(config.providers["there"].first_token_timeout, Duration::from_secs(60));
        assert_eq!(config.providers["there"].connect_timeout, Duration::from_millis(1500));
        assert_eq!(config.providers["there"].base_url.as_str(), "https://api.openai.com/");
    }

    #[test]
    fn the_editor_wins_key_by_key_and_moves_nothing() {
        let editor = json!({"models": {"quick": {"model": "other:1b", "context": null}}, "document": {"docstring_style": "numpy"}});
        let config = config(TWO_MODELS, &editor).unwrap();
        assert_eq!(config.models.keys().collect::<Vec<_>>(), ["quick", "deep"]);
        assert_eq!((config.models["quick"].model.as_str(), config.models["quick"].context), ("other:1b", Some(16384)));
        assert_eq!(config.document.docstring_style, DocstringStyle::Numpy);
    }

    #[test]
    fn the_editor_alone_is_enough_also_under_its_section_name() {
        let settings =
            json!({"providers": {"p": {"kind": "llamacpp"}}, "models": {"m": {"provider": "p", "model": "x"}}});
        for editor in [settings.clone(), json!({"graft": settings})] {
            let config = Config::from_layers(None, &editor).unwrap();
            assert_eq!(config.models["m"].provider.kind, ProviderKind::LlamaCpp);
        }
    }

    #[test]
    fn nothing_said_is_an_empty_config() {
        for editor in [Value::Null, json!({}), json!([]), json!({"graft": null}), json!({"models": []})] {
            let config = Config::from_layers(None, &editor).unwrap();
            assert!(config.providers.is_empty() && config.models.is_empty() && config.routes == Routes::default());
        }
    }

    #[test]
    fn mistakes_in_the_file_have_line_column_key_and_the_nearest_name() {
        let provider = "[providers.ollama]\nkind = \"ollama\"\n";
        let cases = [
            ("x = \n", "1:5: not valid TOML"),
            (
                "[provider.a]\n",
                "1:2: provider: unknown key, did you mean `providers`? (expected one of preset, discover, trust, review, record, providers, models, routes, rules, privacy, budget, document, completion)",
            ),
            ("providers = 1\n", "1:13: providers: expected tables [providers.NAME], found 1"),
            (
                "[providers.a]\n",
                "1:12: providers.a.kind: missing, expected one of ollama, llamacpp, openai, anthropic, mistral",
            ),
            (
                "[providers.a]\nkind = \"olama\"\n",
                "2:8: providers.a.kind: expected one of ollama, llamacpp, openai, anthropic, mistral, did you mean `ollama`?",
            ),
            (
                "# é\n[providers.a]\nkind = \"ollama\"\n  bas_url = 1\n",
                "4:3: providers.a.bas_url: unknown key, did you mean `base_url`?",
            ),
            (
                "providers.a = { kind = 'openai', base_url = 'ftp://x' }\n",
                "1:45: providers.a.base_url: expected a URL such as https://api.openai.com",
            ),
            (
                "providers.a = { kind = 'openai', total_timeout_s = 'é', idle_timeout_s = 0 }\n",
                "1:74: providers.a.idle_timeout_s: expected a number from 0.001 to 86400, found 0",
            ),
            (
                "models.a = { provider = 'b', model = 'c' }\n",
                "1:25: models.a.provider: there is no provider `b`; add [providers.b] with its kind",
            ),
            (
                &format!("{provider}[models.q]\nprovider = \"olama\"\nmodel = \"x\"\n"),
                "4:12: models.q.provider: there is no provider `olama`, did you mean `ollama`? (expected one of `ollama`)",
            ),
            (
                &format!("{provider}[models.q]\nprovider = \"ollama\"\n"),
                "3:9: models.q.model: missing, expected the model's id at its provider",
            ),
            (&format!("{provider}[models.builtin]\n"), "3:9: models.builtin: this name is taken"),
            (
                &format!("{provider}[models.q]\nprovider = \"ollama\"\nmodel = \"x\"\ncontext = \"16k\"\n"),
                "6:11: models.q.context: expected a whole number from 256 to 100000000, found a string",
            ),
            (
                &format!(
                    "{provider}[models.quick]\nprovider = 'ollama'\nmodel = 'x'\n[routes]\nrefactor = ['builtin', 'quik']\n"
                ),
                "7:24: routes.refactor: there is no model `quik`, did you mean `quick`? (expected one of `quick`, `builtin`)",
            ),
            ("[routes]\ndefault = []\n", "2:11: routes.default: expected at least one step in this list"),
            ("[routes]\ncompletion = 'x'\n", "2:1: routes.completion: unknown key"),
            (
                "[[rules]]\nuse = 'builtin'\n[[rules]]\nwhen = { acton = 'x' }\nuse = 'builtin'\n",
                "4:10: rules[2].when.acton: unknown key, did you mean `action`?",
            ),
            ("[[rules]]\nwhen = {}\n", "1:1: rules[1].use: missing, expected a step, or a list of steps"),
            (
                "[[rules]]\nwhen = { action = ['refactor', 'rename'] }\nuse = 'builtin'\n",
                "2:32: rules[1].when.action: expected one of generate, refactor, add-tests, document, fix-lint, complete",
            ),
            (
                "[[rules]]\nwhen = { language = 'rusty' }\nuse = 'builtin'\n",
                "2:21: rules[1].when.language: expected one of rust, ",
            ),
            (
                "[[rules]]\nwhen = { path = 'src/[' }\nuse = 'builtin'\n",
                "2:17: rules[1].when.path: unclosed character class",
            ),
            (
                "[[rules]]\nwhen = { min_lines = 9, max_lines = 3 }\nuse = 'builtin'\n",
                "2:37: rules[1].when.max_lines: expected at least 9, which is min_lines",
            ),
            ("rules = { use = 'builtin' }\n", "1:9: rules: expected tables [[rules]], found a table"),
            (
                "[routes]\nrefactor = { use = 'builtin', temprature = 1 }\n",
                "2:31: routes.refactor.temprature: unknown key, did you mean `temperature`?",
            ),
            ("[routes]\nrefactor = { top_p = 1 }\n", "2:1: routes.refactor.use: missing, expected a step"),
            (
                "providers.a = { kind = 'ollama', base_url = 'http://x', base_urls = ['http://y'] }\n",
                "1:69: providers.a.base_urls: stands beside base_url",
            ),
            (
                "providers.a = { kind = 'ollama', base_urls = ['http://y', 'y'] }\n",
                "1:46: providers.a.base_urls: expected a URL such as http://127.0.0.1:11434",
            ),
            (
                "[document]\ndocstring_style = 'googel'\n",
                "2:19: document.docstring_style: expected one of auto, google, numpy, sphinx, did you mean `google`?",
            ),
        ];
        for (text, expected) in cases {
            let said = config(text, &Value::Null).unwrap_err().to_string();
            assert!(said.starts_with(&format!("/home/me/config.toml:{expected}")), "{text}\n{said}");
        }
    }

    #[test]
    fn mistakes_in_the_editors_settings_have_their_path() {
        let cases = [
            (
                json!({"models": {"q": {"provider": "ollama", "model": "x", "contxt": 1}}}),
                "models.q.contxt: unknown key, did you mean `context`?",
            ),
            (
                json!({"routes": {"default": ["quick", "dep"]}}),
                "routes.default: there is no model `dep`, did you mean `deep`?",
            ),
            (json!({"routes": [1]}), "routes: expected a table with default, "),
            (
                json!([1]),
                "expected a table with preset, discover, trust, review, record, providers, models, routes, rules, privacy, budget, document, completion, found a list",
            ),
            (json!({"record": "jobs"}), "record: expected an absolute path, or one that starts with ~/"),
            (
                json!({"providers": {"p": {"kind": "openai", "api_key": {"file": "key"}}}}),
                "providers.p.api_key.file: expected an absolute path",
            ),
        ];
        for (editor, expected) in cases {
            let said = config(TWO_MODELS, &editor).unwrap_err().to_string();
            assert!(said.starts_with(&format!("editor settings: {expected}")), "{editor}\n{said}");
        }
    }

    #[test]
    fn a_key_in_the_config_is_refused_and_never_repeated() {
        let keys = [
            "'sk-secret'",
            "{ env = 'sk-secret' }",
            "{ key = 'sk-secret' }",
            "{ command = 'sk-secret' }",
            "{ env = 'A', file = 'sk-secret' }",
            "sk-secret",
            "{ env = 'sk-secret",
        ];
        for key in keys {
            let text = format!("[providers.p]\nkind = 'openai'\napi_key = {key}\n");
            let error = config(&text, &Value::Null).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(!said.contains("secret") && said.contains(":3:"), "{said}");
        }
        let said = config("", &json!({"providers": {"p": {"kind": "openai", "api_key": "sk-secret"}}})).unwrap_err();
        assert!(
            said.to_string()
                .starts_with("editor settings: providers.p.api_key: a key itself never stands here, expected { env"),
            "{said}"
        );
    }

    #[test]
    fn jobs_are_saved_where_the_user_says_and_nowhere_else() {
        assert_eq!(config(TWO_MODELS, &Value::Null).unwrap().record, None);
        assert_eq!(config("record = 'jobs'", &Value::Null).unwrap().record, Some("/home/me/jobs".into()));
        assert_eq!(config("record = 'jobs'", &json!({"record": "/tmp/j"})).unwrap().record, Some("/tmp/j".into()));
    }

    #[test]
    fn a_key_file_is_found_from_the_config_files_folder() {
        let text = "[providers.p]\nkind = 'openai'\napi_key = { file = 'keys/openai' }\n";
        let config = config(text, &Value::Null).unwrap();
        assert_eq!(config.providers["p"].api_key, Some(KeySource::File("/home/me/keys/openai".into())));
    }
}
