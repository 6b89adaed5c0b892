//! A completion as an object for scripts: the words of the actions' object, where they fit.

use serde::Serialize;

use super::report::{Reason, ReportedAttempt, ReportedRange, ReportedRoute, ReportedUsage, reported_range};
use super::{Completion, Source, Suggested};
use crate::model::Usage;
use crate::syntax::Document;

/// What came of a completion.
#[derive(Debug, Clone, Serialize)]
pub struct CompletionReport {
    /// `complete`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `completed` or `failed`.
    pub status: &'static str,
    /// Whether it could be asked for; there may be nothing to show all the same.
    pub success: bool,
    /// The text to insert; nothing where there is none.
    pub completion: Option<String>,
    /// What it stands in the place of, as LSP has it, in UTF-16.
    pub range: Option<ReportedRange>,
    /// Where it stands in the user's own code, as `src/cli.rs:120`; nothing where a model wrote it.
    pub source: Option<String>,
    /// The language's name.
    pub language: &'static str,
    /// Who was asked last: the server's id of the model, and the provider's config name.
    pub model: Option<String>,
    /// The provider's config name.
    pub provider: Option<String>,
    /// The chain, why it, and how far the code may travel.
    pub route: ReportedRoute,
    /// Every model that was asked, in order.
    pub attempts: Vec<ReportedAttempt>,
    /// Tokens of all of them together.
    pub usage: ReportedUsage,
    /// In USD; nothing where a price is not known.
    pub cost_usd: Option<f64>,
    /// From start to end.
    pub duration_seconds: f64,
    /// Secrets inside the code that were hidden from a model in a cloud: what they are, and their lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
    /// Why there is none: `no_change` where that is no failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl CompletionReport {
    /// The report of a completion in `document`.
    pub fn new(completion: &Completion, document: &Document) -> CompletionReport {
        let (suggestion, reason) = match &completion.result {
            Ok(Suggested::Text(suggestions)) => (Some(&suggestions.best), None),
            Ok(Suggested::Nothing(why)) => (None, Some(Reason { code: "no_change", message: why.clone() })),
            Err(failure) => (None, Some(Reason { code: failure.code.as_str(), message: failure.message.clone() })),
        };
        let success = completion.result.is_ok();
        let last = completion.attempts.last();
        let usage = completion.attempts.iter().fold(Usage::default(), |sum, attempt| sum.plus(attempt.usage));
        CompletionReport {
            kind: "complete",
            status: if success { "completed" } else { "failed" },
            success,
            completion: suggestion.map(|own| own.text.clone()),
            range: suggestion.map(|own| reported_range(document, &own.range)),
            source: suggestion.and_then(|own| match &own.source {
                Source::OwnCode(place) => Some(place.clone()),
                Source::Model => None,
            }),
            language: document.language().name,
            model: last.map(|attempt| attempt.model.clone()),
            provider: last.map(|attempt| attempt.provider.clone()),
            route: ReportedRoute {
                chain: completion.route.chain.clone(),
                reason: completion.route.reason.clone(),
                privacy: completion.route.privacy.as_str(),
            },
            attempts: completion.attempts.iter().map(ReportedAttempt::of).collect(),
            usage: ReportedUsage::of(usage),
            cost_usd: completion.attempts.iter().map(|attempt| attempt.cost_usd).sum(),
            duration_seconds: completion.duration.as_secs_f64(),
            masked: completion.masked.clone(),
            reason,
        }
    }
}
