//! How a model is asked to fill a hole in code: which of its server's ways, and the request for each. Sends nothing, and guesses
//! no template.

use serde_json::{Map, Value, json};

use super::parameters::with_users_word;
use super::wire::{Framing, KeyHeader, Protocol, Terminal, WireRequest};
use super::{llamacpp, ollama, openai, wire};
use crate::config::{Fim, Model, ProviderKind};
use crate::fim::{self, Family, Hole, Order, OtherFile, Template};
use crate::prompt::{Prompt, Role, Turn};

/// Filling a hole wants the likeliest code.
const TEMPERATURE: f64 = 0.0;
/// The capability by which servers say that they put the prompt together themselves.
const INSERT: &str = "insert";

/// One of a server's ways to fill a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Ollama's `suffix`: its own template has a place for it.
    Suffix,
    /// llama.cpp's `/infill`: the model's file names its tokens.
    Infill,
    /// Mistral's own endpoint.
    Mistral,
    /// DeepSeek's own endpoint.
    DeepSeek,
    /// A question, for models that only chat.
    Chat,
    /// A raw prompt, by a template.
    Raw(Template),
}

/// Where DeepSeek answers itself.
const DEEPSEEK: &str = "api.deepseek.com";

/// Why a model fills no hole; a sentence with the next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotFill {
    /// The user said so.
    #[error("models.{0}.fim is \"off\"; take it out of the chain of routes.complete, or change it")]
    Off(String),
    /// Nobody knows how it is asked.
    #[error(
        "how `{id}` fills in the middle is not known; set models.{name}.fim to a family or to the tokens of its model card, or choose a model such as qwen2.5-coder"
    )]
    Unknown {
        /// The config's name.
        name: String,
        /// The server's id.
        id: String,
    },
    /// The protocol has no place for a hole.
    #[error(
        "{provider} is asked by chats alone; set models.{name}.fim = \"chat\", or choose a model of another provider for routes.complete"
    )]
    NoWay {
        /// The config's name.
        name: String,
        /// The provider's config name.
        provider: String,
    },
}

/// Whether the way depends on what the server says of the model.
pub fn depends_on_server(model: &Model) -> bool {
    model.fim == Fim::Auto && matches!(model.provider.kind, ProviderKind::Ollama | ProviderKind::LlamaCpp)
}

/// The way to ask `model`. `capabilities` are the server's words for what it can do, where it was asked.
///
/// # Errors
/// There is none.
pub fn way(model: &Model, capabilities: Option<&[String]>) -> Result<Way, CannotFill> {
    let kind = model.provider.kind;
    let family = match &model.fim {
        Fim::Off => return Err(CannotFill::Off(model.name.clone())),
        Fim::Chat => return Ok(Way::Chat),
        Fim::Auto => Family::of_model(model.id_sent()),
        Fim::Family(family) => Some(*family),
        Fim::Template(_) => None,
    };
    let unknown = || CannotFill::Unknown { name: model.name.clone(), id: model.id_sent().to_owned() };
    let inserts = capabilities.is_some_and(|words| words.iter().any(|word| word == INSERT));
    let template = match &model.fim {
        Fim::Template(template) => Some(template.clone()),
        _ => family.map(Family::template),
    };
    match kind {
        ProviderKind::Anthropic => {
            Err(CannotFill::NoWay { name: model.name.clone(), provider: model.provider.name.clone() })
        }
        ProviderKind::OpenAi if model.fim == Fim::Auto && model.provider.base_url.host_str() == Some(DEEPSEEK) => {
            Ok(Way::DeepSeek)
        }
        ProviderKind::Mistral => template.map(|_| Way::Mistral).ok_or_else(unknown),
        ProviderKind::Ollama if inserts && model.fim == Fim::Auto => Ok(Way::Suffix),
        // It puts the prefix first, whatever the model was trained to.
        ProviderKind::LlamaCpp
            if inserts && model.fim == Fim::Auto && family.is_none_or(|own| own.order == Order::PrefixFirst) =>
        {
            Ok(Way::Infill)
        }
        _ => template.map(Way::Raw).ok_or_else(unknown),
    }
}

impl Way {
    /// Whether code of other files has a place in what is sent.
    pub fn takes_files(&self) -> bool {
        match self {
            Way::Infill => true,
            Way::Raw(template) => template.repository.is_some(),
            Way::Suffix | Way::Mistral | Way::DeepSeek | Way::Chat => false,
        }
    }

    /// The code of an answer as far as it is there, and whether more of it may come: not behind a stop string or a control token.
    pub fn code<'a>(&self, answer: &'a str, hole: &Hole, is_whole: bool) -> (&'a str, bool) {
        let (code, is_open) = match self {
            Way::Chat => fim::chat::code(answer, hole, is_whole),
            _ => (answer, !is_whole),
        };
        let end = match self {
            Way::Raw(template) => template.end_of(code),
            _ => fim::end_of(code),
        };
        (code.get(..end).unwrap_or_default(), is_open && end == code.len())
    }

    /// The question, where the way is one.
    pub(super) fn question(&self, hole: &Hole) -> Option<Prompt> {
        let turn = |text| Turn { role: Role::User, text };
        (*self == Way::Chat)
            .then(|| Prompt { system: fim::chat::SYSTEM.to_owned(), turns: vec![turn(fim::chat::question(hole))] })
    }

    pub(super) fn protocol(&self, kind: ProviderKind) -> Protocol {
        let chat = wire::protocol(kind);
        let (decode, framing, terminal): (fn(&[u8]) -> _, _, _) = match (self, kind) {
            (_, ProviderKind::Ollama) => (ollama::decode, Framing::Lines, Terminal::End),
            (_, ProviderKind::LlamaCpp) => (llamacpp::decode, Framing::Events, Terminal::End),
            _ => (openai::decode, Framing::Events, Terminal::Finish),
        };
        Protocol { request: chat.request, decode, framing, terminal }
    }

    /// The request for a hole, without the key; `max_output_tokens` is the longest answer, where the model's own limit is not
    /// lower.
    pub fn request(&self, model: &Model, hole: &Hole, max_output_tokens: u32) -> WireRequest {
        let ask = Ask {
            model,
            max_tokens: model.parameters.max_tokens.map_or(max_output_tokens, |own| own.min(max_output_tokens)),
            temperature: model.parameters.temperature.unwrap_or(TEMPERATURE),
        };
        let (path, body) = match (self, model.provider.kind) {
            (Way::Raw(template), ProviderKind::Ollama) => ("/api/generate", ask.ollama_raw(template, hole)),
            (_, ProviderKind::Ollama) => ("/api/generate", ask.ollama_suffix(hole)),
            (Way::Raw(template), ProviderKind::LlamaCpp) => ("/completion", ask.llamacpp_raw(template, hole)),
            (_, ProviderKind::LlamaCpp) => ("/infill", ask.infill(hole)),
            (Way::Raw(template), _) => ("/v1/completions", ask.openai(template, hole)),
            (Way::DeepSeek, _) => ("/beta/completions", ask.mistral(hole)),
            _ => ("/v1/fim/completions", ask.mistral(hole)),
        };
        WireRequest { path, headers: Vec::new(), key_header: KeyHeader::Bearer, body: with_users_word(body, model) }
    }
}

/// The request by which an Ollama loads a model: as for a hole, without one.
pub(super) fn loading(model: &Model) -> WireRequest {
    // The same window as in every other call: another one makes it load the model anew.
    let options = model.context.map(|tokens| ("options".to_owned(), json!({"num_ctx": tokens})));
    let body = object([("model", json!(model.model))]).into_iter().chain(options).collect();
    let body = with_users_word(body, model);
    WireRequest { path: "/api/generate", headers: Vec::new(), key_header: KeyHeader::Bearer, body }
}

/// What all requests say.
struct Ask<'a> {
    model: &'a Model,
    max_tokens: u32,
    temperature: f64,
}

impl Ask<'_> {
    fn ollama(&self, stops: &[String]) -> Map<String, Value> {
        let mut options = Map::new();
        // The same as in every other call for the model: another value makes Ollama load it anew.
        options.extend(self.model.context.map(|tokens| ("num_ctx".to_owned(), json!(tokens))));
        options.insert("num_predict".to_owned(), json!(self.max_tokens));
        options.insert("temperature".to_owned(), json!(self.temperature));
        if !stops.is_empty() {
            options.insert("stop".to_owned(), json!(stops));
        }
        object([("model", json!(self.model.model)), ("options", Value::Object(options)), ("truncate", json!(false))])
    }

    fn ollama_suffix(&self, hole: &Hole) -> Map<String, Value> {
        let mut body = self.ollama(&[]);
        // The server writes them into its template, whose tokens it then reads.
        body.insert("prompt".to_owned(), json!(fim::harmless(&hole.prefix)));
        // Without one it would take the prompt for a question.
        let suffix = if hole.suffix.is_empty() { "\n" } else { &hole.suffix };
        body.insert("suffix".to_owned(), json!(fim::harmless(suffix)));
        body
    }

    fn ollama_raw(&self, template: &Template, hole: &Hole) -> Map<String, Value> {
        let mut body = self.ollama(template.stops_sent());
        body.insert("prompt".to_owned(), json!(template.whole_prompt(hole)));
        body.insert("raw".to_owned(), json!(true));
        body
    }

    fn infill(&self, hole: &Hole) -> Map<String, Value> {
        object([
            ("model", json!(self.model.model)),
            ("input_prefix", json!(hole.prefix)),
            ("input_suffix", json!(hole.suffix)),
            ("input_extra", Value::Array(hole.others.iter().map(extra).collect())),
            ("n_predict", json!(self.max_tokens)),
            ("temperature", json!(self.temperature)),
        ])
    }

    fn llamacpp_raw(&self, template: &Template, hole: &Hole) -> Map<String, Value> {
        object([
            ("model", json!(self.model.model)),
            ("prompt", json!(template.whole_prompt(hole))),
            ("n_predict", json!(self.max_tokens)),
            ("temperature", json!(self.temperature)),
            ("stop", json!(template.stops_sent())),
        ])
    }

    fn openai(&self, template: &Template, hole: &Hole) -> Map<String, Value> {
        object([
            ("model", json!(self.model.model)),
            ("prompt", json!(template.whole_prompt(hole))),
            ("max_tokens", json!(self.max_tokens)),
            ("temperature", json!(self.temperature)),
            ("stop", json!(template.stops_sent())),
        ])
    }

    /// Mistral's words, which are DeepSeek's, too.
    fn mistral(&self, hole: &Hole) -> Map<String, Value> {
        object([
            ("model", json!(self.model.model)),
            ("prompt", json!(hole.prefix)),
            ("suffix", json!(hole.suffix)),
            ("max_tokens", json!(self.max_tokens)),
            ("temperature", json!(self.temperature)),
        ])
    }
}

fn extra(other: &OtherFile) -> Value {
    json!({"filename": other.path, "text": other.text})
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn model(kind: &str, id: &str, fim: Value) -> Model {
        let model = json!({"provider": "p", "model": id, "context": 8192, "fim": fim});
        let settings = json!({"providers": {"p": {"kind": kind}}, "models": {"m": model}});
        Config::from_layers(None, &settings).unwrap().models["m"].clone()
    }

    fn sent(kind: &str, id: &str, capabilities: &[&str]) -> (&'static str, Value) {
        let model = model(kind, id, json!("auto"));
        let capabilities: Vec<String> = capabilities.iter().map(|word| (*word).to_owned()).collect();
        let way = way(&model, Some(&capabilities)).unwrap();
        let hole = Hole { prefix: "a".to_owned(), suffix: "b".to_owned(), ..Hole::default() };
        let request = way.request(&model, &hole, 128);
        assert_eq!(request.body["stream"], json!(true), "only streams are cancelled");
        (request.path, request.body)
    }

    #[test]
    fn ollama_fills_by_suffix_where_it_can_and_raw_where_not() {
        let (path, body) = sent("ollama", "qwen2.5-coder:7b", &["completion", "insert"]);
        assert_eq!((path, &body["prompt"], &body["suffix"]), ("/api/generate", &json!("a"), &json!("b")));
        assert_eq!(body["options"], json!({"num_ctx": 8192, "num_predict": 128, "temperature": 0.0}));
        assert_eq!((&body["truncate"], body.get("raw")), (&json!(false), None));
        let (path, body) = sent("ollama", "qwen3-coder:30b", &["completion"]);
        assert_eq!((path, &body["raw"]), ("/api/generate", &json!(true)));
        assert_eq!(body["prompt"], "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>");
        assert_eq!(body["options"]["stop"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn llama_cpp_fills_by_its_own_tokens_unless_the_order_is_another() {
        let (path, body) = sent("llamacpp", "default", &["completion", "insert"]);
        assert_eq!((path, &body["input_prefix"], &body["input_suffix"]), ("/infill", &json!("a"), &json!("b")));
        for (id, capabilities, prompt) in [
            ("mellum-4b.gguf", &["completion", "insert"][..], "<fim_suffix>b<fim_prefix>a<fim_middle>"),
            ("codestral-22b.gguf", &["completion"], "[SUFFIX]b[PREFIX]a"),
        ] {
            let (path, body) = sent("llamacpp", id, capabilities);
            assert_eq!((path, &body["prompt"]), ("/completion", &json!(prompt)));
        }
    }

    #[test]
    fn others_have_a_raw_prompt_and_mistral_its_own_endpoint() {
        let (path, body) = sent("openai", "Qwen/Qwen2.5-Coder-7B", &[]);
        assert_eq!(path, "/v1/completions");
        assert_eq!(body["prompt"], "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>");
        assert_eq!(body["stop"].as_array().map(Vec::len), Some(4));
        let (path, body) = sent("mistral", "codestral-latest", &[]);
        assert_eq!((path, &body["prompt"], &body["suffix"]), ("/v1/fim/completions", &json!("a"), &json!("b")));
    }

    #[test]
    fn deepseek_has_its_own_endpoint_at_its_own_address_alone() {
        let at = |url: &str| {
            let settings = json!({
                "providers": {"p": {"kind": "openai", "base_url": url}},
                "models": {"m": {"provider": "p", "model": "deepseek-chat"}},
            });
            let model = Config::from_layers(None, &settings).unwrap().models["m"].clone();
            let hole = Hole { prefix: "a".to_owned(), suffix: "b".to_owned(), ..Hole::default() };
            way(&model, None).ok().map(|way| way.request(&model, &hole, 64))
        };
        let request = at("https://api.deepseek.com/v1").unwrap();
        assert_eq!(
            (request.path, &request.body["prompt"], &request.body["suffix"]),
            ("/beta/completions", &json!("a"), &json!("b"))
        );
        assert_eq!((&request.body["max_tokens"], &request.body["stream"]), (&json!(64), &json!(true)));
        assert!(at("https://deepseek.example.com").is_none());
    }

    #[test]
    fn a_model_of_no_family_is_not_guessed_at() {
        for (kind, id, fim, expected) in [
            ("openai", "gpt-4o", json!("auto"), "how `gpt-4o` fills in the middle is not known; set models.m.fim"),
            ("ollama", "llama3.1:8b", json!("auto"), "how `llama3.1:8b` fills in the middle is not known"),
            ("llamacpp", "default", json!("auto"), "how `default` fills in the middle is not known"),
            ("anthropic", "claude-sonnet-5-5", json!("auto"), "p is asked by chats alone; set models.m.fim = \"chat\""),
            ("ollama", "qwen2.5-coder:7b", json!("off"), "models.m.fim is \"off\""),
        ] {
            let said = way(&model(kind, id, fim), Some(&["completion".to_owned()])).unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn what_the_user_says_of_the_tokens_counts() {
        let own = json!({"prefix": "<P>", "suffix": "<S>", "middle": "<M>"});
        for (kind, fim, prompt) in [
            ("ollama", own.clone(), "<P>a<S>b<M>"),
            ("llamacpp", own, "<P>a<S>b<M>"),
            ("openai", json!("mellum"), "<fim_suffix>b<fim_prefix>a<fim_middle>"),
        ] {
            let model = model(kind, "mine", fim);
            let way = way(&model, Some(&[INSERT.to_owned()])).unwrap();
            let hole = Hole { prefix: "a".to_owned(), suffix: "b".to_owned(), ..Hole::default() };
            assert_eq!(way.request(&model, &hole, 9).body["prompt"], prompt);
        }
    }
}
