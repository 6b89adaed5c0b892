//! How many tokens a call took: as the server counted them, else estimated and marked so. Knows no prices.

/// Tokens of one call or of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// The prompt, cached parts included.
    pub input_tokens: u64,
    /// Of those, what the server still had from before.
    pub cached_tokens: u64,
    /// Of those, what the server was told to keep for the next time.
    pub kept_tokens: u64,
    /// The answer, reasoning included.
    pub output_tokens: u64,
    /// Whether a server did not count and part of it is estimated.
    pub estimated: bool,
}

impl Usage {
    /// Both together.
    pub fn plus(self, other: Usage) -> Usage {
        Usage {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            kept_tokens: self.kept_tokens.saturating_add(other.kept_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            estimated: self.estimated || other.estimated,
        }
    }
}

/// No window holds so many: who says so does not count, and would empty a budget.
const UNLIKELY: u64 = 100_000_000;

/// A prompt's tokens as a server counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Input {
    pub(super) total: u64,
    pub(super) cached: u64,
    pub(super) kept: u64,
}

/// What is counted while an answer streams in.
#[derive(Debug, Default)]
pub(super) struct Count {
    input: Option<Input>,
    output: Option<u64>,
    /// Bytes of text and of reasoning, which count where the server does not.
    bytes: u64,
}

impl Count {
    /// A server's word; the last one on each counts. No prompt has 0 tokens: servers that say so do not count.
    pub(super) fn told(&mut self, input: Option<Input>, output: Option<u64>) {
        self.input = input.filter(|input| (1..UNLIKELY).contains(&input.total)).or(self.input);
        self.output = output.filter(|tokens| *tokens < UNLIKELY).or(self.output);
    }

    pub(super) fn heard(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// The whole of it. `ended` is whether the server had the last word; `prompt_tokens` is an estimate.
    pub(super) fn usage(&self, prompt_tokens: u64, ended: bool) -> Usage {
        let input = self.input.unwrap_or(Input { total: prompt_tokens, ..Input::default() });
        let heard = self.bytes.div_ceil(4);
        // Before its end some servers count nothing, or the first token alone.
        let counted = self.output.filter(|tokens| ended && (*tokens > 0 || heard == 0));
        Usage {
            input_tokens: input.total,
            cached_tokens: input.cached.min(input.total),
            kept_tokens: input.kept.min(input.total - input.cached.min(input.total)),
            output_tokens: counted.unwrap_or(heard.max(self.output.unwrap_or(0))),
            estimated: self.input.is_none() || counted.is_none(),
        }
    }
}
