//! The models of this machine for tasks whose config has none: looked for when an editor starts and when one is needed,
//! remembered as long as it makes sense. Refuses where the user configured anything, or said not to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::{Engine, Progress, Task};
use crate::config::{BUILTIN, Config, Found, memory};
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
    found: Mutex<Option<(Instant, Found)>>,
}

impl Discovery {
    pub(super) fn at(probes: Vec<Probe>) -> Discovery {
        Discovery { probes, found: Mutex::default() }
    }

    /// What there is now; tasks that ask at the same time share one look.
    pub(super) async fn found(&self) -> Found {
        let mut found = self.found.lock().await;
        if let Some((since, found)) = found.as_ref() {
            let lasts = if found.edits.is_some() { SOMETHING_LASTS } else { NOTHING_LASTS };
            if since.elapsed() < lasts {
                return found.clone();
            }
        }
        let servers = probe(&self.probes).await;
        let now = if servers.is_empty() { Found::default() } else { choose(&servers, memory().await) };
        *found = Some((Instant::now(), now.clone()));
        now
    }

    /// What was found last. Where that is no model, a look begins that nobody waits for.
    pub(super) fn last(self: &Arc<Self>) -> Found {
        let last = self.found.try_lock().ok().and_then(|found| found.as_ref().map(|(_, found)| found.clone()));
        let last = last.unwrap_or_default();
        if let (None, false, Ok(runtime)) = (&last.edits, self.probes.is_empty(), Handle::try_current()) {
            let discovery = self.clone();
            runtime.spawn(async move { discovery.found().await });
        }
        last
    }
}

/// The config for a task, and a sentence on the models that were found.
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
    let found = engine.discovery.found().await;
    (Arc::new(config.with_found(&found)), found.sentence())
}

impl Engine {
    /// Looks for models on this machine where a config leaves that to Graft, so that the first job has them at hand; a sentence
    /// on what was found.
    pub async fn discover(&self, config: &Config) -> Option<String> {
        let wanted = config.discover && config.routes.default.is_none() && !self.discovery.probes.is_empty();
        if wanted { self.discovery.found().await.sentence() } else { None }
    }

    /// The task with the config that it would be done with, for who only wants to know: where nothing is configured, this machine
    /// is looked at. And a sentence on what was found.
    pub async fn with_found(&self, task: Task, purpose: Purpose) -> (Task, Option<String>) {
        let (config, sentence) = completed(self, self.config_of(&task), &task, purpose, &mut |_| {}).await;
        (Task { config: Some(config), ..task }, sentence)
    }
}
