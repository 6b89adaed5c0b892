//! What servers on this machine have for whoever configured nothing, and a config made of it. Looks for nothing itself.

use std::sync::Arc;

use super::preset::LocalModel;
use super::provider::Provider;
use super::{Config, Model};

/// The step for everything but completion, and for that too where it has no other.
const FOUND: &str = "found";
/// The step for completion.
const FOUND_SMALL: &str = "found-small";

/// What was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The model for all actions.
    pub edits: Option<LocalModel>,
    /// The one for completion, where that is another.
    pub completes: Option<LocalModel>,
    /// A server that answers and has no model that would do, and what to do about that.
    pub bare: Option<(Provider, String)>,
}

impl Found {
    /// What was picked, as a sentence; nothing where there was nothing to pick from.
    pub fn sentence(&self) -> Option<String> {
        let edits = self.edits.as_ref()?;
        let completes = self.completes.as_ref().map(|model| match model.base_url == edits.base_url {
            true => format!(", and {} for completion", model.model),
            false => format!(", and {} with {} for completion", self.name(model), model.model),
        });
        Some(format!("found {} with {}{}", edits.server, edits.model, completes.unwrap_or_default()))
    }

    /// The servers.
    pub fn providers(&self) -> Vec<Provider> {
        let bare = self.bare.as_ref().map(|(provider, _)| provider.clone());
        let models = [&self.edits, &self.completes].into_iter().flatten();
        let mut all: Vec<Provider> = models.map(|model| self.provider(model)).chain(bare).collect();
        all.dedup_by(|other, one| other.base_url == one.base_url);
        all
    }

    fn provider(&self, model: &LocalModel) -> Provider {
        Provider::new(&self.name(model), model.kind, model.base_url.clone())
    }

    /// What its server is called: what people call it, with its place where the server of `edits` is another of that name.
    fn name(&self, model: &LocalModel) -> String {
        let namesake = |edits: &&LocalModel| edits.server == model.server && edits.base_url != model.base_url;
        match self.edits.as_ref().filter(namesake) {
            Some(_) => format!("{} at {}", model.server, model.base_url.authority()),
            None => model.server.to_owned(),
        }
    }
}

impl Config {
    /// This config with what was found, in place of nothing.
    pub fn with_found(&self, found: &Found) -> Config {
        let mut config = self.clone();
        for provider in found.providers() {
            config.providers.insert(provider.name.clone(), Arc::new(provider));
        }
        for (name, local) in [(FOUND, &found.edits), (FOUND_SMALL, &found.completes)] {
            let Some(local) = local else { continue };
            let model = Model::new(name, Arc::new(found.provider(local)), &local.model, local.context);
            config.models.insert(name.to_owned(), model);
        }
        config.for_completion = found.completes.as_ref().map(|_| FOUND_SMALL);
        config.to_have_a_model = found.bare.as_ref().map(|(_, next)| next.clone());
        config
    }
}
