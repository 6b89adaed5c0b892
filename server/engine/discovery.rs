//! The model of this machine for tasks whose config has none: looked for when an editor starts and when one is needed,
//! remembered as long as it makes sense. Refuses where the user configured anything, or said not to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::{Engine, Progress, Task};
use crate::config::{BUILTIN, Config, LocalModel};
use crate::model::{Probe, probe};
use crate::route::{Purpose, choose};

/// How long "there is none" counts: whoever reads that starts a server.
const NOTHING_LASTS: Duration = Duration::from_secs(5);
/// How long a model counts: another may be pulled.
const SOMETHING_LASTS: Duration = Duration::from_secs(600);

/// What was found, and where to look.
#[derive(Default)]
pub(super) struct Discovery {
    probes: Vec<Probe>,
    found: Mutex<Option<(Instant, Option<LocalModel>)>>,
}

impl Discovery {
    pub(super) fn at(probes: Vec<Probe>) -> Discovery {
        Discovery { probes, found: Mutex::default() }
    }

    /// The best model there is now; tasks that ask at the same time share one look.
    pub(super) async fn model(&self) -> Option<LocalModel> {
        let mut found = self.found.lock().await;
        if let Some((since, model)) = found.as_ref() {
            let lasts = if model.is_some() { SOMETHING_LASTS } else { NOTHING_LASTS };
            if since.elapsed() < lasts {
                return model.clone();
            }
        }
        let model = choose(&probe(&self.probes).await);
        *found = Some((Instant::now(), model.clone()));
        model
    }

    /// What was found last. Where that is nothing, a look begins that nobody waits for.
    pub(super) fn last(self: &Arc<Self>) -> Option<LocalModel> {
        let last = self.found.try_lock().ok().and_then(|found| found.as_ref().and_then(|(_, model)| model.clone()));
        if let (None, false, Ok(runtime)) = (&last, self.probes.is_empty(), Handle::try_current()) {
            let discovery = self.clone();
            runtime.spawn(async move { discovery.model().await });
        }
        last
    }
}

/// The config for a task, and a sentence on the model that was found for it.
pub(super) async fn completed(
    engine: &Engine,
    config: Arc<Config>,
    task: &Task,
    purpose: Purpose,
    observe: &mut (dyn FnMut(Progress) + Send),
) -> (Arc<Config>, Option<String>) {
    let written = config.routes.default.is_some() || config.routes.for_action(purpose.as_str()).is_some();
    let builtin = task.model.as_deref() == Some(BUILTIN);
    if !config.discover || written || builtin || engine.discovery.probes.is_empty() {
        return (config, None);
    }
    observe(Progress { phase: "looking for a model", step: String::new(), tokens: 0, ..Progress::default() });
    match engine.discovery.model().await {
        Some(model) => {
            let sentence = sentence(&model);
            (Arc::new(config.with_found(&model)), Some(sentence))
        }
        None => (config, None),
    }
}

impl Engine {
    /// Looks for a model on this machine where a config leaves that to Graft, so that the first job has it at hand; a sentence
    /// on what was found.
    pub async fn discover(&self, config: &Config) -> Option<String> {
        let wanted = config.discover && config.routes.default.is_none() && !self.discovery.probes.is_empty();
        if wanted { self.discovery.model().await.as_ref().map(sentence) } else { None }
    }
}

fn sentence(found: &LocalModel) -> String {
    format!("found {} with {}", found.server, found.model)
}
