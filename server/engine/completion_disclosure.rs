//! What a server gets to see of the code around a cursor: all of it, all but its secrets, or nothing. Asks a server nothing but where
//! it passes requests on to, and that before a byte of code is sent.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::Engine;
use super::complete::Notes;
use super::completion_context::Context;
use super::completion_step::{Answered, Ask, failed};
use super::disclosure::Owner;
use super::endpoints::Turn;
use super::story::Trouble;
use crate::config::{Config, Model, Ownership, SecretHandling};
use crate::fim::{Hole, OtherFile};
use crate::inline_completion::hole;
use crate::privacy::{Masking, Secret};
use crate::syntax::Document;
use crate::validate::ReasonCode;

/// What a server gets to see, and whose the machine is that sees it.
pub(super) struct Shown {
    pub(super) hole: Hole,
    pub(super) owner: Ownership,
    /// The names of what is hidden in it, if anything is.
    pub(super) masking: Option<Masking>,
}

impl Ask<'_> {
    /// The secrets in the document.
    pub(super) fn secrets(&self) -> Arc<Vec<Secret>> {
        secrets(self.engine, self.document, self.config)
    }

    /// Names for the secrets of the code, and of what goes along with it; none for a server that keeps to itself what it sees.
    fn masking(&self, model: &Model, context: &Context) -> Masking {
        if keeps_to_itself(model) {
            return Masking::default();
        }
        let secrets: Vec<Secret> = self.secrets().iter().chain(&context.secrets).cloned().collect();
        Masking::new(&secrets, std::iter::once(self.document.source()).chain(context.texts()))
    }

    /// What of the code may go there: all, all but its secrets, or nothing.
    pub(super) async fn disclosed(
        &self,
        turn: &mut Turn,
        model: &Model,
        context: &Context,
        budget: u64,
        notes: &mut Notes,
    ) -> Result<Shown, Answered> {
        let hole = hole(&self.place, budget);
        let masking = self.masking(model, context);
        let whole = format!("{}{}", hole.prefix, hole.suffix);
        let shows_some = |text: &str| !masking.shown_in(text).is_empty();
        let has_secrets = shows_some(&whole) || context.texts().any(shows_some);
        let strictest = self.privacy.clone().or_stricter(context.strictest());
        let owner = Owner::of(self.engine, model, &strictest, has_secrets).await;
        let owner = owner.map_err(|error| {
            turn.tell(Err(&error));
            failed(&error)
        })?;
        if !self.privacy.class.allows(owner.ownership) {
            let refusal = owner.refusal(model, &self.privacy);
            return Err(Answered::Failed { code: refusal.code, message: refusal.message, trouble: Trouble::Private });
        }
        let owner = owner.ownership;
        if owner != Ownership::Cloud || masking.secrets().next().is_none() {
            return Ok(Shown { hole, owner, masking: None });
        }
        let (prefix, suffix) = (masking.mask(&hole.prefix), masking.mask(&hole.suffix));
        let hole = Hole { prefix, suffix, ..hole };
        // Where the cursor or the budget cuts a secret in two, half of one would stay.
        let all = masking.mask(self.place.near().0.source());
        if has_secrets {
            notes.masked = masking.shown_in(&whole);
        }
        match all.contains(&format!("{}{}", hole.prefix, hole.suffix)) {
            true => Ok(Shown { hole, owner, masking: has_secrets.then_some(masking) }),
            false => Err(Answered::Failed {
                code: ReasonCode::Privacy,
                message: "not asked: a secret stands right at the cursor; complete it by hand".to_owned(),
                trouble: Trouble::Private,
            }),
        }
    }
}

/// Begins to look for the secrets of a document, off the threads that answer, where some model is not to see them.
pub(super) fn search(engine: &Engine, document: &Document, config: &Arc<Config>) -> Option<JoinHandle<()>> {
    let (engine, document, config) = (engine.clone(), document.clone(), config.clone());
    let is_wanted = !config.models.values().all(keeps_to_itself);
    is_wanted.then(|| tokio::task::spawn_blocking(move || drop(secrets(&engine, &document, &config))))
}

fn secrets(engine: &Engine, document: &Document, config: &Config) -> Arc<Vec<Secret>> {
    match config.privacy.secrets {
        SecretHandling::Send => Arc::default(),
        _ => engine.memo.secrets(document),
    }
}

/// Whether what a model's server sees stays there.
fn keeps_to_itself(model: &Model) -> bool {
    model.ownership() == Ownership::Mine && !model.may_be_passed_on()
}

/// Code of other files that may go to a server of that kind: a file that may not is left out.
pub(super) fn others(context: &Context, budget: u64, owner: Ownership, masking: Option<&Masking>) -> Vec<OtherFile> {
    let mut others = context.within(budget, |class| class.allows(owner));
    if let Some(masking) = masking {
        others.iter_mut().for_each(|other| other.text = masking.mask(&other.text));
    }
    others
}
