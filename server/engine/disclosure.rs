//! What a server gets to see of a prompt: all of it, all but its secrets, or nothing. Asks a server nothing but where it passes
//! requests on to, and that before a byte of code is sent.

use super::Engine;
use super::job::Job;
use crate::config::{Model, Ownership, PrivacyClass, SecretHandling};
use crate::model::ModelError;
use crate::privacy::Verdict;
use crate::prompt::Prompt;
use crate::validate::{ReasonCode, Rejection};

/// What a server gets to see.
pub(super) enum Disclosure {
    /// The prompt as it is.
    Whole,
    /// The prompt with names in the place of secrets.
    Masked(Prompt),
    /// Nothing, and why.
    Nothing(Rejection),
}

impl Disclosure {
    /// What of a prompt may be shown to the server that a model's provider names. The server is asked where that depends on
    /// whether it passes requests on: its address alone does not tell.
    pub(super) async fn of(
        engine: &Engine,
        model: &Model,
        job: &Job,
        prompt: &Prompt,
    ) -> Result<Disclosure, ModelError> {
        let masked = masked(job, prompt);
        let owner = Owner::of(engine, model, &job.privacy, masked.is_some()).await?;
        if !job.privacy.class.allows(owner.ownership) {
            return Ok(Disclosure::Nothing(owner.refusal(model, &job.privacy)));
        }
        Ok(match masked {
            Some(masked) if owner.ownership == Ownership::Cloud => Disclosure::Masked(masked),
            _ => Disclosure::Whole,
        })
    }

    /// What would be sent, as far as can be said without asking, and the secrets that are hidden in it.
    pub(super) fn unasked(model: &Model, job: &Job, prompt: Prompt) -> (Prompt, Vec<String>) {
        match masked(job, &prompt).filter(|_| model.ownership() == Ownership::Cloud) {
            Some(masked) => (masked, prompt.turns.iter().flat_map(|turn| job.masking.shown_in(&turn.text)).collect()),
            None => (prompt, Vec::new()),
        }
    }

    /// The answer to what was shown, as if all had been.
    ///
    /// # Errors
    /// The answer changed what stands for a secret.
    pub(super) fn read(&self, job: &Job, answer: &str) -> Result<String, Rejection> {
        match self {
            Disclosure::Masked(_) => {
                job.masking.restore(answer).map_err(|message| Rejection::new(ReasonCode::OutsideScope, message))
            }
            _ => Ok(answer.to_owned()),
        }
    }
}

/// The prompt without secrets; nothing where it has none, or the user wants them sent.
fn masked(job: &Job, prompt: &Prompt) -> Option<Prompt> {
    let hides = job.secret_handling != SecretHandling::Send;
    let has_some = || prompt.turns.iter().any(|turn| !job.masking.shown_in(&turn.text).is_empty());
    (hides && has_some()).then(|| {
        let mut masked = prompt.clone();
        let mark = job.masking.mark();
        masked.system.push_str(&format!(
            " Names that start with `{mark}` stand for hidden values: repeat each letter by letter where its value belongs."
        ));
        masked.turns.iter_mut().for_each(|turn| turn.text = job.masking.mask(&turn.text));
        masked
    })
}

/// Whose the machine is that runs a model in the end.
pub(super) struct Owner {
    pub(super) ownership: Ownership,
    /// Where the server passes requests on to.
    host: Option<String>,
}

impl Owner {
    /// The server is asked where something depends on it: its address alone does not tell.
    pub(super) async fn of(
        engine: &Engine,
        model: &Model,
        privacy: &Verdict,
        has_secrets: bool,
    ) -> Result<Owner, ModelError> {
        let depends = privacy.class != PrivacyClass::Any || has_secrets;
        let host = match depends && model.may_be_passed_on() {
            true => engine.endpoints.passed_on_to(&engine.models, model).await?,
            false => None,
        };
        Ok(Owner { ownership: if host.is_some() { Ownership::Cloud } else { model.ownership() }, host })
    }

    /// Why the code does not go there.
    pub(super) fn refusal(self, model: &Model, privacy: &Verdict) -> Rejection {
        let (id, provider) = (model.id_sent(), &model.provider.name);
        let host = self.host.unwrap_or_else(|| "a cloud".to_owned());
        let kept = privacy.sentence();
        let message =
            format!("not asked: {provider} passes `{id}` on to {host}, and {kept}; use a model that runs there");
        Rejection::new(ReasonCode::Privacy, message)
    }
}
