//! Which parameters a model takes: they belong to models, not to protocols. The user's own word always wins.

use serde_json::{Map, Value};

use super::wire::ModelCall;
use crate::config::Model;

/// Edits want the likeliest code, yet pure greed makes some models loop.
const DEFAULT_TEMPERATURE: f64 = 0.2;

/// How a model wants to be sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    pub(super) max_tokens: u32,
    pub(super) max_tokens_name: &'static str,
}

/// What to send for `call`.
pub(super) fn parameters(call: &ModelCall<'_>) -> Parameters {
    let model = call.model;
    let id = bare_id(&model.model);
    let reasoning = is_openai_reasoning(id);
    // Current Claude and OpenAI's reasoning models answer 400 to any temperature, Claude since 4.5 to both settings.
    let takes_default =
        !reasoning && claude_version(id).is_none_or(|version| version < (4, 7)) && model.top_p.is_none();
    Parameters {
        temperature: model.temperature.or(takes_default.then_some(DEFAULT_TEMPERATURE)),
        top_p: model.top_p,
        max_tokens: model.max_tokens.unwrap_or(call.max_output_tokens),
        max_tokens_name: if reasoning { "max_completion_tokens" } else { "max_tokens" },
    }
}

/// The last touch on every request body: what the user drops, what the user adds, and that it streams. Servers stop on
/// a closed connection only when they stream.
pub(super) fn with_users_word(mut body: Map<String, Value>, model: &Model) -> Value {
    for name in &model.drop_params {
        body.shift_remove(name);
        if let Some(Value::Object(options)) = body.get_mut("options") {
            options.shift_remove(name);
        }
    }
    merge(&mut body, &model.extra_body);
    body.insert("stream".to_owned(), Value::Bool(true));
    Value::Object(body)
}

fn merge(below: &mut Map<String, Value>, above: &Map<String, Value>) {
    for (name, value) in above {
        match (below.get_mut(name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            _ => drop(below.insert(name.clone(), value.clone())),
        }
    }
}

/// `anthropic/claude-x` and `openrouter/openai/gpt-x` name the same models as their last part.
fn bare_id(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// `claude-sonnet-4-5-20250929` is (4, 5), `claude-3-5-haiku` (3, 5), `claude-opus-5` (5, 0); `None` for others.
fn claude_version(id: &str) -> Option<(u32, u32)> {
    let id = id.to_ascii_lowercase();
    let rest = id.get(id.find("claude-")?..)?;
    // Dates have eight digits; a version has one or two.
    let number = |word: &str| word.parse::<u32>().ok().filter(|_| word.len() <= 2);
    let words = rest.split(['-', '.', '@', ':']);
    let mut version = words.skip_while(|word| number(word).is_none()).map_while(number);
    Some((version.next()?, version.next().unwrap_or(0)))
}

/// The o-series, and GPT from 5 on.
fn is_openai_reasoning(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    let number = |text: &str| -> Option<u32> {
        let digits = text.split(|character: char| !character.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    match (id.strip_prefix("gpt-"), id.strip_prefix('o')) {
        (Some(version), _) => number(version).is_some_and(|major| major >= 5),
        (None, Some(version)) => number(version).is_some(),
        (None, None) => false,
    }
}
