//! `[providers.NAME]`: a server that has models, how to reach it and how long to wait for it.

use std::time::Duration;

use url::{Host, Url};

use super::error::ConfigError;
use super::fields::Fields;
use super::key::{self, KeySource};
use super::setting::{Setting, names};
use super::tree::{Entry, joined};

pub(super) const SETTINGS: [Setting; 7] = [
    Setting {
        name: "kind",
        form: "`ollama`, `llamacpp`, `openai`, `anthropic`, `mistral`",
        default: "required",
        meaning: "what the server speaks",
        example: "\"ollama\"",
    },
    Setting {
        name: "base_url",
        form: "an `http` or `https` URL",
        default: "the kind's own, below",
        meaning: "where the server is; with or without `/v1`",
        example: "\"http://gpu-box.example.net:11434\"",
    },
    Setting {
        name: "api_key",
        form: "a table, below",
        default: "none is sent",
        meaning: "where the key is to be found; never the key itself",
        example: "{ env = \"GPU_BOX_KEY\" }",
    },
    Setting {
        name: "connect_timeout_ms",
        form: "milliseconds",
        default: "`1500`",
        meaning: "the longest wait for a connection",
        example: "3000",
    },
    Setting {
        name: "first_token_timeout_s",
        form: "seconds",
        default: "300 for this machine, else 60",
        meaning: "the longest wait from asking to the first token, loading of the model included",
        example: "120",
    },
    Setting {
        name: "idle_timeout_s",
        form: "seconds",
        default: "`30`",
        meaning: "the longest pause between two tokens",
        example: "45.5",
    },
    Setting {
        name: "total_timeout_s",
        form: "seconds",
        default: "`600`",
        meaning: "the longest wait for the whole answer",
        example: "900",
    },
];

const KINDS: [(&str, ProviderKind); 5] = [
    ("ollama", ProviderKind::Ollama),
    ("llamacpp", ProviderKind::LlamaCpp),
    ("openai", ProviderKind::OpenAi),
    ("anthropic", ProviderKind::Anthropic),
    ("mistral", ProviderKind::Mistral),
];

const ONE_DAY_S: f64 = 86_400.0;

/// A configured server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The user's name for it.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// `http` or `https`, with a host, without credentials, query or fragment.
    pub base_url: Url,
    /// Where its key is to be found; `None` sends none.
    pub api_key: Option<KeySource>,
    /// For the connection itself.
    pub connect_timeout: Duration,
    /// From asking to the first token, loading of the model and retries included.
    pub first_token_timeout: Duration,
    /// Between two tokens.
    pub idle_timeout: Duration,
    /// For the whole answer.
    pub total_timeout: Duration,
}

/// What a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// Ollama's own protocol.
    Ollama,
    /// llama.cpp's `llama-server`: chat completions, and its own errors.
    LlamaCpp,
    /// Chat completions: OpenAI, vLLM, LM Studio and everything compatible.
    OpenAi,
    /// Anthropic's Messages, also Ollama's own `/v1/messages`.
    Anthropic,
    /// Mistral's chat completions.
    Mistral,
}

impl ProviderKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = ProviderKind> {
        KINDS.into_iter().map(|(_, kind)| kind)
    }

    /// The name that the config has for it.
    pub fn as_str(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Where its server is, unless the user says otherwise.
    pub fn default_base_url(self) -> &'static str {
        match self {
            ProviderKind::Ollama => "http://127.0.0.1:11434",
            ProviderKind::LlamaCpp => "http://127.0.0.1:8080",
            ProviderKind::OpenAi => "https://api.openai.com",
            ProviderKind::Anthropic => "https://api.anthropic.com",
            ProviderKind::Mistral => "https://api.mistral.ai",
        }
    }
}

impl Provider {
    /// Whether the server is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
        None => false,
    }
}

pub(super) fn read(name: &str, entry: &Entry) -> Result<Provider, ConfigError> {
    let fields = Fields::open(&entry.node, &entry.key_place, &joined("providers", name), names(&SETTINGS))?;
    let names = KINDS.map(|(name, _)| name).join(", ");
    let kind = fields.required("kind", fields.one_of("kind", &KINDS)?, &format!("one of {names}"))?;
    let base_url = base_url(&fields, kind)?;
    // A model on this machine may first have to be loaded from disk.
    let first_token_s = if is_loopback(&base_url) { 300.0 } else { 60.0 };
    Ok(Provider {
        name: name.to_owned(),
        kind,
        api_key: key::read(&fields, "api_key")?,
        connect_timeout: duration(&fields, "connect_timeout_ms", 1500.0, 0.001)?,
        first_token_timeout: duration(&fields, "first_token_timeout_s", first_token_s, 1.0)?,
        idle_timeout: duration(&fields, "idle_timeout_s", 30.0, 1.0)?,
        total_timeout: duration(&fields, "total_timeout_s", 600.0, 1.0)?,
        base_url,
    })
}

fn base_url(fields: &Fields<'_>, kind: ProviderKind) -> Result<Url, ConfigError> {
    let text = fields.string("base_url")?.unwrap_or(kind.default_base_url());
    let wrong = |message: &str| match fields.node("base_url") {
        Some(node) => ConfigError::new(&node.place, fields.path_of("base_url"), message),
        None => ConfigError::new(&super::Place::Editor, fields.path_of("base_url"), message),
    };
    let expected = format!("expected a URL such as {}", kind.default_base_url());
    let url = Url::parse(text).map_err(|_| wrong(&expected))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong(&expected));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("expected a URL without a user or password; a key goes under api_key"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("expected a URL without `?` and `#`"));
    }
    Ok(url)
}

/// `unit_s` is what one of the setting's units is worth in seconds.
fn duration(fields: &Fields<'_>, key: &str, default: f64, unit_s: f64) -> Result<Duration, ConfigError> {
    let range = 0.001 / unit_s..=ONE_DAY_S / unit_s;
    let value = fields.number(key, range)?.unwrap_or(default);
    Ok(Duration::from_secs_f64(value * unit_s))
}
