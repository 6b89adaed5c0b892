//! What a task costs, summed up and worded. Knows no prices: those are the room `model`'s.

use serde::Serialize;

use super::{Engine, Outcome};
use crate::config::{Config, Model};
use crate::model::{Usage, most, pricing};
use crate::prompt::Prompt;

/// What a task may cost at most, estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MostCost {
    /// In USD for the whole chain, each model asked twice: its answer may have to be mended. Nothing where a price is not known.
    pub at_most_usd: Option<f64>,
    /// The user's limit for a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_per_day: Option<f64>,
    /// What of it was spent today, or is set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent_today_usd: Option<f64>,
}

/// What one step may cost at most, estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepCost {
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the longest answer.
    pub output_tokens: u64,
    /// In USD for one answer; nothing where the price is not known.
    pub one_usd: Option<f64>,
    /// In USD where that answer has to be mended: it goes back with the prompt, and another one comes.
    pub at_most_usd: Option<f64>,
}

/// So many tokens say what is wrong with an answer.
const COMPLAINT: u64 = 128;

/// What asking a model costs at most.
pub(super) fn of_step(model: &Model, prompt: &Prompt, room: u64) -> StepCost {
    let one = most(model, prompt, u32::try_from(room).unwrap_or(u32::MAX));
    let again = Usage { input_tokens: one.input_tokens + one.output_tokens + COMPLAINT, ..one };
    let pricing = pricing(model);
    let (one_usd, again_usd) = (pricing.cost(one), pricing.cost(again));
    StepCost {
        input_tokens: one.input_tokens,
        output_tokens: one.output_tokens,
        one_usd: one_usd.map(rounded),
        at_most_usd: one_usd.zip(again_usd).map(|(one, again)| rounded(one + again)),
    }
}

/// What all steps cost at most, and what the budget says to that.
pub(super) fn of_chain(engine: &Engine, config: &Config, steps: &[Option<f64>]) -> MostCost {
    let usd_per_day = config.budget.usd_per_day;
    MostCost {
        at_most_usd: steps.iter().try_fold(0.0, |sum, cost| Some(sum + (*cost)?)).map(rounded),
        usd_per_day,
        spent_today_usd: usd_per_day.map(|_| rounded(engine.budget.spent_today(&config.budget))),
    }
}

impl Outcome {
    /// USD for all attempts together, those that failed included; nothing where the price of one is not known.
    pub fn cost_usd(&self) -> Option<f64> {
        self.attempts.iter().try_fold(0.0, |sum, attempt| Some(sum + attempt.cost_usd?))
    }

    /// The cost in a few words: `$0.011`, `about $0.011` where tokens are estimated, `at a price that is not known`; empty
    /// where nothing was to be paid.
    pub fn cost_words(&self) -> String {
        let about = if self.usage.estimated { "about " } else { "" };
        match self.cost_usd() {
            None => "at a price that is not known".to_owned(),
            Some(0.0) => String::new(),
            Some(cost) => format!("{about}{}", dollars(cost)),
        }
    }

    /// Where the result came from and at which price: ` for $0.011`; empty where nothing was to be paid.
    pub fn cost_clause(&self) -> String {
        match (self.cost_usd(), self.cost_words()) {
            (_, words) if words.is_empty() => words,
            (None, words) => format!(" {words}"),
            (Some(_), words) => format!(" for {words}"),
        }
    }
}

/// An amount with two digits that say something, cents at least: `$3.20`, `$0.011`, `$0.00064`.
pub fn dollars(usd: f64) -> String {
    let zeros = (-usd.log10()).ceil();
    let digits = if zeros.is_finite() && zeros > 0.0 { (zeros as usize + 1).min(6) } else { 2 };
    let text = format!("${usd:.*}", digits.max(2));
    match usd > 0.0 && usd < 1e-6 {
        true => "less than $0.000001".to_owned(),
        false => text,
    }
}

/// An amount for programs, without the dust of binary sums.
pub(super) fn rounded(usd: f64) -> f64 {
    (usd * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_two_digits_that_say_something() {
        for (usd, text) in [
            (0.0, "$0.00"),
            (12.345, "$12.35"),
            (2.0, "$2.00"),
            (0.25, "$0.25"),
            (0.1, "$0.10"),
            (0.0116, "$0.012"),
            (0.01, "$0.010"),
            (0.000_638, "$0.00064"),
            (0.000_003_3, "$0.000003"),
            (1e-9, "less than $0.000001"),
        ] {
            assert_eq!(dollars(usd), text);
        }
        assert_eq!(rounded(0.1 + 0.2), 0.3);
    }
}
