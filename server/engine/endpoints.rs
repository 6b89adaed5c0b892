//! What one process knows of the servers that it asks: who is busy, who is sick, who has read what. Lives in the engine, for
//! all its jobs; asks nobody.

mod breaker;
mod pool;
mod queue;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

pub(super) use breaker::fails_here_only;
pub use breaker::{Lesson, lesson};
pub(super) use pool::{Pool, Standing, Turn};
pub use queue::Urgency;
pub(super) use queue::Wish;

use crate::config::{KeySource, Model, Provider};
use crate::model::{ModelError, Models};
use crate::prompt::Prompt;

/// How long it counts where a server passes requests on to.
const KNOWN: Duration = Duration::from_secs(60);
/// How long it counts what a model can do.
const STAYS: Duration = Duration::from_secs(600);
/// So much of a prompt decides which server is warm for it, in bytes.
const BEGINNING: usize = 2048;

/// Servers that share their state: the same addresses under the same key. Two keys have budgets of their own.
type Identity = (Vec<Url>, Option<KeySource>);

/// Where requests are passed on to, if they are, and since when that is known.
type PassedOn = (Instant, Option<String>);

/// What a server said that a model can do, if it said so, and when.
type Capabilities = (Instant, Option<Vec<String>>);

/// All servers that were asked so far.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    pools: Mutex<HashMap<Identity, Arc<Pool>>>,
    /// By address and model.
    passed_on: Mutex<HashMap<(Url, String), PassedOn>>,
    /// By address and model.
    capabilities: Mutex<HashMap<(Url, String), Capabilities>>,
}

impl Endpoints {
    /// The servers of a provider.
    pub(super) fn of(&self, provider: &Provider) -> Arc<Pool> {
        let identity = (provider.base_urls.clone(), provider.api_key.clone());
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = pools.entry(identity).or_insert_with(|| Arc::new(Pool::new(&provider.base_urls)));
        pool.set_parallel(provider.parallel);
        pool.clone()
    }

    /// Where a server passes requests for a model on to; nothing where it serves them itself. Asked anew after a minute: the
    /// name may stand for another model by then.
    pub(super) async fn passed_on_to(&self, models: &Models, model: &Model) -> Result<Option<String>, ModelError> {
        let identity = (model.provider.base_url.clone(), model.id_sent().to_owned());
        let known = || self.passed_on.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, host)) = known().get(&identity)
            && since.elapsed() < KNOWN
        {
            return Ok(host.clone());
        }
        let host = models.passed_on_to(model).await?;
        known().insert(identity, (Instant::now(), host.clone()));
        Ok(host)
    }

    /// What a server says that a model can do; nothing where it does not say. Asked anew after a while: sooner where it said
    /// nothing.
    pub(super) async fn capabilities(&self, models: &Models, model: &Model) -> Option<Vec<String>> {
        let identity = (model.provider.base_url.clone(), model.id_sent().to_owned());
        let known = || self.capabilities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, capabilities)) = known().get(&identity)
            && since.elapsed() < if capabilities.is_some() { STAYS } else { KNOWN }
        {
            return capabilities.clone();
        }
        let capabilities = models.describe(model).await.capabilities;
        known().insert(identity, (Instant::now(), capabilities.clone()));
        capabilities
    }

    /// Forgets every failure.
    pub(super) fn forgive(&self) {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.values().for_each(|pool| pool.forgive());
    }
}

/// Tells prompts with the same beginning, to the same model.
pub(super) fn prefix(model: &Model, prompt: &Prompt) -> u64 {
    beginning(model, std::iter::once(prompt.system.as_str()).chain(prompt.turns.iter().map(|turn| turn.text.as_str())))
}

/// Tells texts with the same beginning, for the same model.
pub(super) fn beginning<'t>(model: &Model, texts: impl Iterator<Item = &'t str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    model.model.hash(&mut hasher);
    let bytes = texts.flat_map(str::bytes).take(BEGINNING).collect::<Vec<u8>>();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// A time as people read it: whole seconds, at least one.
pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64().ceil().max(1.0))
}
