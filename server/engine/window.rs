//! A model's window: how large it is, and the prompt and the room for an answer that fit in it. Asks nobody.

use super::job::Job;
use crate::actions::Target;
use crate::config::{Model, ProviderKind};
use crate::model::known_model;
use crate::prompt::{Prompt, estimated_tokens};
use crate::validate::{ReasonCode, Rejection};

/// Windows taken for granted where the config names none: what Ollama loads a model with on a small machine (more would be
/// refused by it, or dropped without a word by others), and what clouds have at least.
const HOME_WINDOW: u64 = 4096;
const CLOUD_WINDOW: u64 = 32_768;
/// Room for an answer beyond twice the scope's own length.
const ANSWER_ROOM: u64 = 1024;
/// No answer is worth asking for with less.
pub(super) const LEAST_ANSWER: u64 = 256;

/// The window to fill: what the user says, else what is safe to assume. What a model could hold counts in full only with the
/// provider that runs it so; a server at home may have loaded less.
pub(super) fn of(model: &Model) -> u64 {
    let provider = &model.provider;
    let known = known_model(&model.model).and_then(|known| known.window);
    let assumed = match provider.kind {
        ProviderKind::Ollama | ProviderKind::LlamaCpp => HOME_WINDOW,
        kind if provider.base_url.as_str().trim_end_matches('/') == kind.default_base_url() => {
            return model.context.or(known).unwrap_or(CLOUD_WINDOW);
        }
        _ => CLOUD_WINDOW,
    };
    model.context.unwrap_or_else(|| known.map_or(assumed, |known| known.min(assumed)))
}

/// The prompt that leaves room for the answer in the model's window, and that room in tokens.
pub(super) fn fitted(model: &Model, job: &Job) -> Result<(Prompt, u64), Rejection> {
    fitted_in(model, job, of(model))
}

pub(super) fn fitted_in(model: &Model, job: &Job, window: u64) -> Result<(Prompt, u64), Rejection> {
    let code = estimated_tokens(job.plan.scope.text(job.baseline.document()));
    let wanted = match &job.plan.target {
        Target::Scope => 2 * code + ANSWER_ROOM,
        Target::Tests(_) => code + 2 * ANSWER_ROOM,
    };
    let wanted = model.parameters.max_tokens.map_or(wanted, u64::from);
    let prompt = job.prompt(window.saturating_sub(wanted));
    let room = window.saturating_sub(prompt.estimated_tokens()).min(wanted);
    let needed = match &job.plan.target {
        Target::Scope => code.max(LEAST_ANSWER).min(wanted),
        Target::Tests(_) => LEAST_ANSWER.min(wanted),
    };
    if room < needed {
        let message = format!(
            "the code is too long for the model's window of {window} tokens (about {} for the prompt); choose a smaller scope, or set `context` of models.{} if the model has more",
            prompt.estimated_tokens(),
            model.name
        );
        return Err(Rejection::new(ReasonCode::Provider, message));
    }
    Ok((prompt, room))
}
