//! The three starting points, `local`, `hybrid` and `cloud`: as a layer under everything else, and as the file that
//! `config init` writes, fit for what was found on the machine. Looks for nothing itself, but for keys' variables.

use std::env;

use url::Url;

use super::found::Found;
use super::provider::ProviderKind;

pub(super) const NAMES: [&str; 3] = ["local", "hybrid", "cloud"];

/// A starting point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Nothing leaves the user's machines.
    Local,
    /// The local model first; the cloud for rewriting, and where the local one fails.
    Hybrid,
    /// The cloud alone.
    Cloud,
}

/// A model that is there to be used, at a server of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalModel {
    /// What people call the server: `Ollama`.
    pub server: &'static str,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Where it is.
    pub base_url: Url,
    /// The server's id of the model.
    pub model: String,
    /// Its window in tokens, where the server says.
    pub context: Option<u64>,
}

/// A cloud provider, the variable that its key usually stands in, and a model of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudProvider {
    /// What it speaks.
    pub kind: ProviderKind,
    /// The variable of the key.
    pub variable: &'static str,
    /// A model that edits code well.
    pub model: &'static str,
    /// Its window in tokens.
    pub context: u64,
}

const CLOUDS: [CloudProvider; 3] = [
    CloudProvider {
        kind: ProviderKind::Anthropic,
        variable: "ANTHROPIC_API_KEY",
        model: "claude-sonnet-5-5",
        context: 200_000,
    },
    CloudProvider { kind: ProviderKind::OpenAi, variable: "OPENAI_API_KEY", model: "gpt-5", context: 128_000 },
    CloudProvider {
        kind: ProviderKind::Mistral,
        variable: "MISTRAL_API_KEY",
        model: "codestral-latest",
        context: 128_000,
    },
];

/// The cloud providers whose variables are set; the keys are not looked at.
pub fn clouds_with_keys() -> Vec<CloudProvider> {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    CLOUDS.into_iter().filter(|cloud| is_set(cloud.variable)).collect()
}

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 3] = [Preset::Local, Preset::Hybrid, Preset::Cloud];

    /// The name that the config has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Preset::Local => "local",
            Preset::Hybrid => "hybrid",
            Preset::Cloud => "cloud",
        }
    }

    /// The preset of that name.
    pub fn parse(name: &str) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| preset.as_str() == name)
    }

    /// What it is for, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Preset::Local => "nothing leaves your machines",
            Preset::Hybrid => "the local model first, the cloud for rewriting and where the local one fails",
            Preset::Cloud => "every answer comes from the cloud",
        }
    }

    /// The preset as a config file with comments, for the models and the cloud provider that there are.
    pub fn text(self, found: Option<&Found>, cloud: Option<CloudProvider>) -> String {
        let mut text = format!("# {}: {}.\n", self.as_str(), self.meaning());
        let local = found.and_then(|found| found.edits.as_ref());
        // One server is enough for a first file.
        let small = found.and_then(|found| found.completes.as_ref()).filter(|_| self != Preset::Cloud);
        let small = small.filter(|small| local.is_some_and(|local| local.base_url == small.base_url));
        if self != Preset::Cloud {
            text.push_str(&local_part(local));
            text.push_str(&small.map(small_part).unwrap_or_default());
        }
        if self != Preset::Local {
            text.push_str(&cloud_part(cloud));
        }
        text.push_str(match (self, small) {
            (Preset::Hybrid, _) => {
                "\n[routes]                  # without a chain that says so, no local model is followed by a cloud\ndefault = [\"quick\", \"deep\", \"builtin\"]\nrefactor = [\"deep\", \"quick\"]\n"
            }
            (_, Some(_)) => "\n[routes]\ndefault = [\"quick\", \"builtin\"]\n",
            (_, None) => {
                "\n# [routes]                # where none is written: every model in this order, then what needs none\n# document = \"builtin\"\n"
            }
        });
        if small.is_some() {
            text.push_str("complete = [\"builtin\", \"small\"]  # first a line that your own code has already\n");
        }
        if self != Preset::Local {
            text.push_str(
                "\n# [budget]                # past it, chains go on with what is free\n# usd_per_day = 2.0\n",
            );
        }
        text
    }
}

fn local_part(found: Option<&LocalModel>) -> String {
    let (kind, url, model, context, note) = match found {
        Some(found) => {
            let url = found.base_url.as_str().trim_end_matches('/').to_owned();
            (found.kind, url, found.model.clone(), found.context, format!("  # found at {}", found.server))
        }
        None => {
            let kind = ProviderKind::Ollama;
            let model = "qwen2.5-coder:7b".to_owned();
            let note = format!("  # fetch it with `ollama pull {model}`");
            (kind, kind.default_base_url().to_owned(), model, None, note)
        }
    };
    // What a small machine can hold beside the model; without a word Ollama takes 4096.
    let context = context.unwrap_or(16_384);
    format!(
        "\n[providers.local]\nkind = \"{}\"\nbase_url = {}\n\n[models.quick]\nprovider = \"local\"\nmodel = {}{note}\ncontext = {context}\n",
        kind.as_str(),
        quoted(&url),
        quoted(&model),
    )
}

fn small_part(found: &LocalModel) -> String {
    let context = found.context.unwrap_or(8192);
    let note = "  # the smallest there that fills in code";
    format!("\n[models.small]\nprovider = \"local\"\nmodel = {}{note}\ncontext = {context}\n", quoted(&found.model))
}

fn cloud_part(cloud: Option<CloudProvider>) -> String {
    let note = match cloud {
        Some(cloud) => format!("  # {} is set", cloud.variable),
        None => "  # set this variable for the editor that starts graft-ls".to_owned(),
    };
    let cloud = cloud.unwrap_or(CLOUDS[0]);
    format!(
        "\n[providers.cloud]\nkind = \"{}\"\napi_key = {{ env = \"{}\" }}{note}\n\n[models.deep]\nprovider = \"cloud\"\nmodel = \"{}\"\ncontext = {}\n",
        cloud.kind.as_str(),
        cloud.variable,
        cloud.model,
        cloud.context,
    )
}

/// A server names its models; what it says is quoted like any text of others.
fn quoted(text: &str) -> String {
    super::show::quoted(text)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::config::{Config, ConfigFile};

    fn read(text: &str) -> Config {
        let file = ConfigFile { path: "/home/me/config.toml".into(), text: text.to_owned() };
        Config::from_layers(Some(&file), &Value::Null).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
    }

    #[test]
    fn each_is_a_config_and_the_same_as_its_name() {
        for preset in Preset::ALL {
            let written = read(&preset.text(None, None));
            let named = read(&format!("preset = \"{}\"", preset.as_str()));
            assert_eq!(format!("{written:?}"), format!("{named:?}"));
            let mine = written.providers.values().any(|provider| provider.is_loopback());
            let others = written.providers.values().any(|provider| !provider.is_loopback());
            assert_eq!((mine, others), (preset != Preset::Cloud, preset != Preset::Local), "{preset:?}");
        }
        assert_eq!(Preset::ALL.map(Preset::as_str), NAMES);
    }

    #[test]
    fn what_was_found_stands_in_the_file() {
        let local = LocalModel {
            server: "vLLM",
            kind: ProviderKind::OpenAi,
            base_url: Url::parse("http://127.0.0.1:8000").unwrap(),
            model: "a\"b\nc".to_owned(),
            context: Some(32_768),
        };
        let found = Found { edits: Some(local.clone()), ..Found::default() };
        let config = read(&Preset::Hybrid.text(Some(&found), Some(CLOUDS[1])));
        let quick = &config.models["quick"];
        assert_eq!((quick.model.as_str(), quick.context), ("a\"b\nc", Some(32_768)));
        assert_eq!(quick.provider.base_url, local.base_url);
        assert_eq!(config.models["deep"].model, "gpt-5");
        let found = Found { completes: Some(LocalModel { model: "small".to_owned(), ..local }), ..found };
        for (preset, models) in [(Preset::Local, 2), (Preset::Hybrid, 3), (Preset::Cloud, 1)] {
            let config = read(&preset.text(Some(&found), None));
            assert_eq!(config.models.len(), models, "{preset:?}");
            let complete = config.routes.for_action("complete").map(|chain| chain.steps.len());
            assert_eq!(complete, (preset != Preset::Cloud).then_some(2), "{preset:?}");
        }
    }

    #[test]
    fn what_the_file_says_is_laid_over_the_preset() {
        let config = read("preset = \"hybrid\"\n[models.quick]\nmodel = \"other:1b\"\n");
        assert_eq!(config.models.keys().collect::<Vec<_>>(), ["quick", "deep"]);
        assert_eq!((config.models["quick"].model.as_str(), config.models["quick"].context), ("other:1b", Some(16_384)));
    }
}
