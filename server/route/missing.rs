//! Why no step serves a task, each with the next step. Chooses none.

use super::{Purpose, builtin_serves};
use crate::config::{Config, PrivacyClass, clouds_with_keys};

/// Why there is no chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// No model is configured and the action needs one.
    #[error("{action} needs a model and none is configured: {next}{offer}")]
    NeedsModel {
        /// The action's id.
        action: &'static str,
        /// What to do.
        next: String,
        /// What the environment would allow, as the end of the sentence; may be empty.
        offer: String,
    },
    /// The file's code may go to none of the models of the chain.
    #[error("{kept}, so it goes to no model of the chain ({chain}); {next}")]
    Private {
        /// What keeps it, as a sentence.
        kept: String,
        /// The chain that would be tried.
        chain: String,
        /// What to do.
        next: String,
    },
    /// The task names a model that the config does not have.
    #[error("there is no model `{name}` in the config{}", did_you_mean(known))]
    UnknownModel {
        /// The name that was asked for.
        name: String,
        /// Names that there are, the nearest first.
        known: Vec<String>,
    },
}

fn did_you_mean(known: &[String]) -> String {
    match known {
        [] => "; none is configured, only `builtin` is there".to_owned(),
        [nearest, ..] => format!("; did you mean `{nearest}`?"),
    }
}

/// What to do where a file's class leaves no step.
pub(super) fn next_step(class: PrivacyClass, action: Purpose) -> String {
    let builtin =
        if builtin_serves(action) { "; the built-in tier may: `builtin` as a step, or `--model builtin`" } else { "" };
    match class {
        PrivacyClass::Never => format!("change that if a model may see it{builtin}"),
        _ => format!("add a model of your own to the chain, or change that if the code may travel{builtin}"),
    }
}

/// That a purpose needs a model, and how to come by one.
pub fn needs_model(config: &Config, purpose: Purpose) -> String {
    no_model(config, purpose).to_string()
}

pub(super) fn no_model(config: &Config, purpose: Purpose) -> NoRoute {
    let next = match (&config.to_have_a_model, config.providers.keys().next()) {
        (Some(next), _) => next.clone(),
        (None, Some(provider)) => {
            format!(
                "add a table `[models.quick]` with `provider = \"{provider}\"` and, as `model`, what it is called there"
            )
        }
        (None, None) => {
            "start a model server on this machine, such as Ollama, or write a config with `graft-ls config init`"
                .to_owned()
        }
    };
    NoRoute::NeedsModel { action: purpose.as_str(), next, offer: offer() }
}

/// A key in the environment is offered, never used unasked.
fn offer() -> String {
    clouds_with_keys()
        .first()
        .map(|cloud| format!("; {} is set: `graft-ls config init --preset cloud` would use it", cloud.variable))
        .unwrap_or_default()
}
