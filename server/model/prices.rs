//! What models cost: a dated table of list prices, and what a call comes to. What the user says of a model's price counts
//! before the table. Spends nothing.

use super::known::bare_id;
use super::usage::Usage;
use crate::config::{Model, Ownership, Price};

/// When the table was last held against the lists of providers.
pub const PRICES_AS_OF: &str = "November 2026";
/// What it costs to have a server keep a part of the prompt, beside the price of reading it: Anthropic's word.
const KEEPING: f64 = 1.25;

/// The list price of the models whose ids are this, with or without a date behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListPrice {
    /// The id, without a publisher before it.
    pub id: &'static str,
    /// The domain of the one provider that asks this price; nothing where all ask the same.
    pub at: Option<&'static str>,
    /// Up to [`ListPrice::long`], where there is one.
    pub price: Price,
    /// What a long prompt costs more.
    pub long: Option<LongPrompt>,
    /// Where the provider says so.
    pub source: &'static str,
}

/// What a prompt beyond a length costs, as a multiple of the price, for all of its request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongPrompt {
    /// In tokens.
    pub beyond: u64,
    /// Of the prompt, cached or not.
    pub input_times: f64,
    /// Of the answer.
    pub output_times: f64,
}

const ANTHROPIC: &str = "https://platform.claude.com/docs/en/about-claude/pricing";
const OPENAI: &str = "https://developers.openai.com/api/docs/pricing";
const GOOGLE: &str = "https://ai.google.dev/gemini-api/docs/pricing";
const MISTRAL: &str = "https://mistral.ai/pricing";
const CODESTRAL: &str = "https://docs.mistral.ai/capabilities/code_generation/";
const DEEPSEEK: &str = "https://api-docs.deepseek.com/quick_start/pricing";
const FIREWORKS: &str = "https://docs.fireworks.ai/serverless/pricing";

/// The table. Weights that anybody may serve have a price at the provider that is named alone; where hours of the day differ, it is the
/// highest.
pub const LIST_PRICES: [ListPrice; 32] = [
    row(ANTHROPIC, "claude-fable-5-1", 10.00, 50.00, 0.25),
    row(ANTHROPIC, "claude-fable-5", 10.00, 50.00, 1.00),
    beyond(100_000, 5.0, 5.0, row(ANTHROPIC, "claude-haiku-5-5", 0.10, 0.50, 0.01)),
    row(ANTHROPIC, "claude-haiku-4-5", 1.00, 5.00, 0.10),
    row(ANTHROPIC, "claude-sonnet-5-5", 2.00, 10.00, 0.10),
    row(ANTHROPIC, "claude-sonnet-5", 2.00, 10.00, 0.20),
    row(ANTHROPIC, "claude-sonnet-4-6", 3.00, 15.00, 0.30),
    row(ANTHROPIC, "claude-sonnet-4-5", 3.00, 15.00, 0.30),
    row(ANTHROPIC, "claude-opus-5-5", 4.00, 20.00, 0.20),
    row(ANTHROPIC, "claude-opus-5", 5.00, 25.00, 0.50),
    row(ANTHROPIC, "claude-opus-4-8", 5.00, 25.00, 0.50),
    row(ANTHROPIC, "claude-opus-4-7", 5.00, 25.00, 0.50),
    row(ANTHROPIC, "claude-opus-4-6", 5.00, 25.00, 0.50),
    row(ANTHROPIC, "claude-opus-4-5", 5.00, 25.00, 0.50),
    beyond(272_000, 2.0, 1.5, row(OPENAI, "gpt-6-luna", 0.10, 0.50, 0.01)),
    beyond(272_000, 2.0, 1.5, row(OPENAI, "gpt-6-sol", 2.00, 10.00, 0.20)),
    beyond(272_000, 2.0, 1.5, row(OPENAI, "gpt-6.1-terra", 1.00, 5.00, 0.05)),
    beyond(272_000, 2.0, 1.5, row(OPENAI, "gpt-6.1-sol", 2.00, 10.00, 0.10)),
    row(OPENAI, "gpt-5", 1.25, 10.00, 0.125),
    row(OPENAI, "gpt-5-mini", 0.25, 2.00, 0.025),
    row(GOOGLE, "gemini-2.5-flash-lite", 0.10, 0.40, 0.01),
    row(GOOGLE, "gemini-3.8-flash", 0.75, 3.75, 0.075),
    beyond(200_000, 2.0, 1.5, row(GOOGLE, "gemini-3.1-pro", 2.00, 12.00, 0.20)),
    at("mistral.ai", row(MISTRAL, "codestral", 0.30, 0.90, 0.03)),
    at("codestral.mistral.ai", row(CODESTRAL, "codestral", 0.0, 0.0, 0.0)),
    at("mistral.ai", row(MISTRAL, "devstral", 0.40, 2.00, 0.04)),
    at("mistral.ai", row(MISTRAL, "devstral-small", 0.10, 0.30, 0.01)),
    at("mistral.ai", row(MISTRAL, "devstral-medium", 0.40, 2.00, 0.04)),
    at("deepseek.com", row(DEEPSEEK, "deepseek-flash", 0.30, 1.20, 0.006)),
    at("deepseek.com", row(DEEPSEEK, "deepseek-v4-flash", 0.30, 1.20, 0.006)),
    at("deepseek.com", row(DEEPSEEK, "deepseek-v4-pro", 1.32, 3.96, 0.044)),
    at("fireworks.ai", row(FIREWORKS, "qwen3-coder-30b-a3b-instruct", 0.15, 0.60, 0.15)),
];

const fn row(source: &'static str, id: &'static str, input: f64, output: f64, cache_read: f64) -> ListPrice {
    ListPrice { id, at: None, price: Price { input, output, cache_read }, long: None, source }
}

const fn beyond(tokens: u64, input_times: f64, output_times: f64, row: ListPrice) -> ListPrice {
    ListPrice { long: Some(LongPrompt { beyond: tokens, input_times, output_times }), ..row }
}

const fn at(domain: &'static str, row: ListPrice) -> ListPrice {
    ListPrice { at: Some(domain), ..row }
}

/// What is known of a model's price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pricing {
    /// It runs on a machine of the user's own.
    Free,
    /// The user says so.
    Said(Price),
    /// By the table.
    Listed(&'static ListPrice),
    /// Somebody else's, at a price that nobody knows.
    Unknown,
}

/// The price of a model: what the user says, nothing for one's own, else the list's.
pub fn pricing(model: &Model) -> Pricing {
    match (model.price, model.ownership()) {
        (Some(price), _) => Pricing::Said(price),
        (None, Ownership::Mine) => Pricing::Free,
        (None, Ownership::Cloud) => listed(&model.model, model.provider.base_url.host_str().unwrap_or_default())
            .map_or(Pricing::Unknown, Pricing::Listed),
    }
}

impl Pricing {
    /// What this usage costs in USD; nothing where the price is not known. What took no tokens costs nothing at any price.
    pub fn cost(&self, usage: Usage) -> Option<f64> {
        if usage.input_tokens == 0 && usage.output_tokens == 0 {
            return Some(0.0);
        }
        let (price, long) = match self {
            Pricing::Free => return Some(0.0),
            Pricing::Unknown => return None,
            Pricing::Said(price) => (price, None),
            Pricing::Listed(row) => (&row.price, row.long.filter(|long| usage.input_tokens > long.beyond)),
        };
        let (input_times, output_times) = long.map_or((1.0, 1.0), |long| (long.input_times, long.output_times));
        let fresh = usage.input_tokens.saturating_sub(usage.cached_tokens).saturating_sub(usage.kept_tokens);
        let input = fresh as f64 + usage.kept_tokens as f64 * KEEPING;
        let read = input * price.input + usage.cached_tokens as f64 * price.cache_read;
        let written = usage.output_tokens as f64 * price.output;
        Some((read * input_times + written * output_times) / 1e6)
    }
}

fn listed(id: &str, host: &str) -> Option<&'static ListPrice> {
    let id = bare_id(id).to_ascii_lowercase();
    let is_at = |domain: &str| host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'));
    let fits = |row: &&ListPrice| row.at.is_none_or(is_at) && id.strip_prefix(row.id).is_some_and(is_edition);
    LIST_PRICES.iter().filter(fits).max_by_key(|row| (row.id.len(), row.at.map_or(0, str::len)))
}

/// Whether what stands behind an id names the same model: nothing, a date, `latest`. Another version or size, such as
/// `-mini`, has a price of its own.
fn is_edition(rest: &str) -> bool {
    let mut words = rest.split(['-', '@', ':']);
    let year = |word: &str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let day = |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    match (words.next(), words.next()) {
        (Some(""), None | Some("latest" | "preview")) => words.next().is_none(),
        (Some(""), Some(first)) => year(first) && words.all(day),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_that_of_the_model_and_of_no_other_version() {
        for (id, host, input) in [
            ("claude-sonnet-5-5", "api.anthropic.com", Some(2.0)),
            ("claude-sonnet-4-5-20250929", "api.anthropic.com", Some(3.0)),
            ("anthropic/claude-opus-4-5@20251101", "openrouter.ai", Some(5.0)),
            ("claude-sonnet-5-6", "api.anthropic.com", None),
            ("gpt-5-mini-2025-08-07", "api.openai.com", Some(0.25)),
            ("GPT-5", "api.openai.com", Some(1.25)),
            ("gpt-5-nano", "api.openai.com", None),
            ("gpt-5.1", "api.openai.com", None),
            ("gpt-50", "api.openai.com", None),
            ("codestral-latest", "api.mistral.ai", Some(0.3)),
            ("codestral-2508", "codestral.mistral.ai", Some(0.0)),
            ("codestral-2508", "notmistral.ai", None),
            ("devstral-2512", "api.mistral.ai", Some(0.4)),
            ("devstral-small-2507", "api.mistral.ai", Some(0.1)),
            ("deepseek-flash", "api.deepseek.com", Some(0.3)),
            ("codestral:22b", "gpu.example.net", None),
            ("gemini-3.1-pro-preview", "generativelanguage.googleapis.com", Some(2.0)),
        ] {
            assert_eq!(listed(id, host).map(|row| row.price.input), input, "{id} at {host}");
        }
    }

    #[test]
    fn every_row_can_be_found() {
        for row in &LIST_PRICES {
            assert_eq!(listed(row.id, row.at.unwrap_or("example.net")), Some(row), "{}", row.id);
        }
    }

    #[test]
    fn cached_kept_and_long_prompts_have_prices_of_their_own() {
        let usage = |input_tokens, cached_tokens, kept_tokens, output_tokens| Usage {
            input_tokens,
            cached_tokens,
            kept_tokens,
            output_tokens,
            estimated: false,
        };
        let million = 1_000_000;
        let cost = |id, usage| Pricing::Listed(listed(id, "").unwrap()).cost(usage).unwrap();
        let close = |cost: f64, expected: f64| assert!((cost - expected).abs() < 1e-9, "{cost} {expected}");
        close(cost("claude-sonnet-5-5", usage(3000, 0, 0, 500)), 0.011);
        close(cost("claude-sonnet-5-5", usage(million, million / 2, 0, 0)), 1.0 + 0.05);
        close(cost("claude-sonnet-5-5", usage(million, 0, million, 0)), 2.5);
        close(cost("claude-haiku-5-5", usage(100_000, 0, 0, 0)), 0.01);
        close(cost("claude-haiku-5-5", usage(200_000, 0, 0, 1000)), 0.1 + 0.0025);
        close(cost("gpt-6.1-terra", usage(272_000, 0, 0, 1000)), 0.272 + 0.005);
        close(cost("gpt-6.1-terra", usage(300_000, 100_000, 0, 1000)), 0.4 + 0.01 + 0.0075);
        assert_eq!(Pricing::Unknown.cost(usage(1, 0, 0, 0)), None);
        assert_eq!(Pricing::Unknown.cost(Usage::default()), Some(0.0));
        assert_eq!(Pricing::Free.cost(usage(million, 0, 0, 0)), Some(0.0));
    }
}
