//! `[providers.NAME]`: a server that has models, how to reach it and how long to wait for it.

use std::time::Duration;

use url::{Host, Url};

use super::fields::Fields;
use super::key::{self, KeySource};
use super::privacy::Ownership;
use super::setting::{InProject, Setting, Shape};

pub(super) const SETTINGS: [Setting; 10] = [
    Setting {
        name: "kind",
        form: "`ollama`, `llamacpp`, `openai`, `anthropic`, `mistral`",
        default: "required",
        meaning: "what the server speaks",
        example: "\"ollama\"",
        shape: Shape::Choice(&KIND_NAMES),
        project: InProject::Trusted,
    },
    Setting {
        name: "base_url",
        form: "an `http` or `https` URL",
        default: "the kind's own, below",
        meaning: "where the server is; with or without `/v1`",
        example: "\"http://gpu-box.example.net:11434\"",
        shape: Shape::Text,
        project: InProject::Trusted,
    },
    Setting {
        name: "base_urls",
        form: "a list of URLs",
        default: "the one of `base_url`",
        meaning: "several servers with the same models, [shared out](routing.md#several-servers); in place of `base_url`",
        example: "[\"http://box-1.example.net:8000\", \"http://box-2.example.net:8000\"]",
        shape: Shape::Texts,
        project: InProject::Trusted,
    },
    Setting {
        name: "privacy",
        form: "`mine`, `cloud`",
        default: "mine for this machine, else cloud",
        meaning: "whose the server is",
        example: "\"mine\"",
        shape: Shape::Choice(&OWNERSHIP_NAMES),
        project: InProject::Trusted,
    },
    Setting {
        name: "parallel",
        form: "a whole number",
        default: "1 with `ollama` and `llamacpp`, else 8",
        meaning: "requests that one server gets at a time; more wait here, inline completion first",
        example: "4",
        shape: Shape::Integer(1, 1000),
        project: InProject::Trusted,
    },
    Setting {
        name: "api_key",
        form: "a table, below",
        default: "none is sent",
        meaning: "where the key is to be found; never the key itself",
        example: "{ env = \"GPU_BOX_KEY\" }",
        shape: Shape::OneOf(&key::SETTINGS),
        project: InProject::Trusted,
    },
    Setting {
        name: "connect_timeout_ms",
        form: "milliseconds",
        default: "`1500`",
        meaning: "the longest wait for a connection",
        example: "3000",
        shape: Shape::Number(1.0, 86_400_000.0),
        project: InProject::Trusted,
    },
    Setting {
        name: "first_token_timeout_s",
        form: "seconds",
        default: "300 for this machine, else 60",
        meaning: "the longest wait from asking to the first token, loading of the model included",
        example: "120",
        shape: SECONDS,
        project: InProject::Trusted,
    },
    Setting {
        name: "idle_timeout_s",
        form: "seconds",
        default: "`30`",
        meaning: "the longest pause between two tokens",
        example: "45.5",
        shape: SECONDS,
        project: InProject::Trusted,
    },
    Setting {
        name: "total_timeout_s",
        form: "seconds",
        default: "`600`",
        meaning: "the longest wait for the whole answer",
        example: "900",
        shape: SECONDS,
        project: InProject::Trusted,
    },
];

const OWNERSHIP_NAMES: [&str; 2] = ["mine", "cloud"];

const OWNERSHIPS: [(&str, Ownership); 2] = [("mine", Ownership::Mine), ("cloud", Ownership::Cloud)];

const KIND_NAMES: [&str; 5] = ["ollama", "llamacpp", "openai", "anthropic", "mistral"];

const KINDS: [(&str, ProviderKind); 5] = [
    ("ollama", ProviderKind::Ollama),
    ("llamacpp", ProviderKind::LlamaCpp),
    ("openai", ProviderKind::OpenAi),
    ("anthropic", ProviderKind::Anthropic),
    ("mistral", ProviderKind::Mistral),
];

/// Up to a day.
const SECONDS: Shape = Shape::Number(0.001, 86_400.0);

/// A configured server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The user's name for it.
    pub name: String,
    /// What it speaks.
    pub kind: ProviderKind,
    /// `http` or `https`, with a host, without credentials, query or fragment.
    pub base_url: Url,
    /// All its addresses: those of the list, or the one of `base_url`; at least one.
    pub base_urls: Vec<Url>,
    /// Whose it is.
    pub ownership: Ownership,
    /// Requests that one of its servers gets at a time.
    pub parallel: usize,
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

    /// How many requests its server works on at a time, unless the user says otherwise: at home one, as Ollama does.
    fn parallel(self) -> usize {
        match self {
            ProviderKind::Ollama | ProviderKind::LlamaCpp => 1,
            ProviderKind::OpenAi | ProviderKind::Anthropic | ProviderKind::Mistral => 8,
        }
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

    /// What is to be said of addresses at which anybody on the way can read along; nothing where there is none.
    pub(super) fn warning(&self) -> Option<String> {
        let open =
            self.base_urls.iter().find(|url| url.scheme() == "http" && !is_loopback(url) && !is_in_tailnet(url))?;
        Some(format!(
            "providers.{}: {} is plain http to a host that is neither this machine nor in a tailnet, so that others on the way can read code and keys; use https or a tailnet's address",
            self.name,
            open.as_str().trim_end_matches('/')
        ))
    }
}

/// Whether Tailscale carries what is sent there, which encrypts it: 100.64.0.0/10, fd7a:115c:a1e0::/48, `*.ts.net`.
fn is_in_tailnet(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').ends_with(".ts.net"),
        Some(Host::Ipv4(address)) => {
            let [first, second, ..] = address.octets();
            first == 100 && (64..128).contains(&second)
        }
        Some(Host::Ipv6(address)) => address.segments().starts_with(&[0xfd7a, 0x115c, 0xa1e0]),
        None => false,
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
        None => false,
    }
}

impl Provider {
    /// One with nothing said but what it speaks and where it is.
    pub fn new(name: &str, kind: ProviderKind, base_url: Url) -> Provider {
        // A model on this machine may first have to be loaded from disk.
        let first_token_s = if is_loopback(&base_url) { 300 } else { 60 };
        Provider {
            name: name.to_owned(),
            kind,
            base_urls: vec![base_url.clone()],
            ownership: if is_loopback(&base_url) { Ownership::Mine } else { Ownership::Cloud },
            parallel: kind.parallel(),
            base_url,
            api_key: None,
            connect_timeout: Duration::from_millis(1500),
            first_token_timeout: Duration::from_secs(first_token_s),
            idle_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(600),
        }
    }
}

/// Reads one provider; nothing where it has a mistake that leaves none.
pub(super) fn read(name: &str, fields: &Fields<'_>) -> Option<Provider> {
    let kind = fields.required("kind", fields.one_of("kind", &KINDS), &format!("one of {}", KIND_NAMES.join(", ")));
    let base_urls = base_urls(fields, kind);
    let ownership = fields.one_of("privacy", &OWNERSHIPS);
    let parallel = fields.integer("parallel").and_then(|number| usize::try_from(number).ok());
    let api_key = fields.node("api_key").map(|_| key::read(fields, "api_key"));
    let seconds = |key: &str| fields.number(key).map(Duration::from_secs_f64);
    let connect = fields.number("connect_timeout_ms").map(|milliseconds| Duration::from_secs_f64(milliseconds / 1e3));
    let [first_token, idle, total] = ["first_token_timeout_s", "idle_timeout_s", "total_timeout_s"].map(seconds);
    let base_urls = base_urls?;
    let plain = Provider::new(name, kind?, base_urls.first()?.clone());
    let all_here = base_urls.iter().all(is_loopback);
    let derived = if all_here { plain.ownership } else { Ownership::Cloud };
    Some(Provider {
        ownership: ownership.unwrap_or(derived),
        parallel: parallel.unwrap_or(plain.parallel),
        base_urls,
        api_key: match api_key {
            None => None,
            Some(source) => Some(source?),
        },
        connect_timeout: connect.unwrap_or(plain.connect_timeout),
        first_token_timeout: first_token.unwrap_or(plain.first_token_timeout),
        idle_timeout: idle.unwrap_or(plain.idle_timeout),
        total_timeout: total.unwrap_or(plain.total_timeout),
        ..plain
    })
}

/// The addresses: those of the list, the one of `base_url`, or the kind's own.
fn base_urls(fields: &Fields<'_>, kind: Option<ProviderKind>) -> Option<Vec<Url>> {
    let standard = kind.unwrap_or(ProviderKind::OpenAi).default_base_url();
    let read = |key: &str, text: &str| url(text, standard).map_err(|message| fields.note(key, message)).ok();
    match (fields.node("base_urls"), fields.node("base_url")) {
        (None, None) => Some(vec![Url::parse(standard).ok()?]),
        (None, Some(_)) => Some(vec![read("base_url", fields.string("base_url")?)?]),
        (Some(_), Some(_)) => {
            fields.note("base_urls", "stands beside base_url; put every address into this list and remove base_url");
            None
        }
        (Some(_), None) => {
            let texts = fields.strings("base_urls")?;
            if texts.is_empty() {
                fields.note("base_urls", "expected at least one URL in this list");
                return None;
            }
            texts.iter().map(|text| read("base_urls", text)).collect()
        }
    }
}

/// An address; the error says what was expected.
fn url(text: &str, standard: &str) -> Result<Url, String> {
    let expected = || format!("expected a URL such as {standard}");
    let url = Url::parse(text).map_err(|_| expected())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(expected());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected a URL without a user or password; a key goes under api_key".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("expected a URL without `?` and `#`".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_of_plain_http_to_hosts_that_are_neither_here_nor_in_a_tailnet() {
        for (url, warns) in [
            ("http://192.168.1.5:8000", true),
            ("http://gpu-box:11434", true),
            ("http://evil.ts.net.example:80", true),
            ("http://100.63.255.255", true),
            ("http://100.128.0.0", true),
            ("http://[fd7a:115c:a1e1::1]", true),
            ("https://192.168.1.5:8000", false),
            ("http://127.0.0.1:11434", false),
            ("http://[::1]:11434", false),
            ("http://localhost:11434", false),
            ("http://100.64.0.0", false),
            ("http://100.127.255.255:11434", false),
            ("http://[fd7a:115c:a1e0:ab12::1]:11434", false),
            ("http://GPU-box.Tailnet.ts.net:11434", false),
        ] {
            let provider = Provider::new("p", ProviderKind::Ollama, Url::parse(url).unwrap());
            assert_eq!(provider.warning().is_some(), warns, "{url}");
        }
    }
}
