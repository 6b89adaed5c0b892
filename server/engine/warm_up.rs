//! A server that gets ready before anybody asks it: an Ollama loads the model, a llama.cpp reads what prompts begin with. Only the user's
//! own, where the config wants it, and only while it has nothing else to do. Asks for no word.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::complete::look;
use super::endpoints::beginning;
use super::{Engine, Task, window};
use crate::config::{Model, Ownership, PrivacyClass, ProviderKind};
use crate::fim::Hole;
use crate::model::way;
use crate::route::{Purpose, Step, TaskFacts, route};

/// How long a loaded model stays: an Ollama unloads it after five idle minutes.
const STAYS: Duration = Duration::from_secs(240);

/// When which model was loaded, by address and id.
#[derive(Debug, Default)]
pub(super) struct Warm(Mutex<HashMap<(Url, String), Instant>>);

impl Warm {
    /// Whether a model has to be loaded, which is done now.
    fn is_cold(&self, model: &Model) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, since| since.elapsed() < STAYS);
        known.insert((model.provider.base_url.clone(), model.id_sent().to_owned()), Instant::now()).is_none()
    }
}

/// Gets the first model of the chain ready that completes the task's document.
pub(super) async fn warm_up(engine: &Engine, task: &Task) -> Option<()> {
    let config = engine.config_of(task);
    if !config.completion.warm_up {
        return None;
    }
    let (verdict, others) = look(engine, task, &config, true).await.ok()?;
    if verdict.class == PrivacyClass::Never {
        return None;
    }
    let facts = TaskFacts::uncounted(Purpose::Complete, &task.document);
    let facts = TaskFacts { path: task.path_in_project(), privacy: verdict, ..facts };
    let chain = route(&config, &facts, None).ok()?;
    let model = chain.steps.iter().find_map(|step| match step {
        Step::Model(model) => Some(model),
        Step::Builtin => None,
    })?;
    if model.ownership() != Ownership::Mine {
        return None;
    }
    let prefix = beginning(model, std::iter::empty());
    let (turn, mut came) = engine.endpoints.of(&model.provider).idle_turn(prefix)?;
    let model = turn.url().map_or_else(|| (**model).clone(), |url| model.at(&url));
    let files = others.unwrap_or_default().within(window::of(&model) / 2, |class| class.allows(Ownership::Mine));
    tokio::select! {
        biased;
        _ = came.changed() => None,
        () = get_ready(engine, &model, Hole { others: files, ..Hole::default() }) => Some(()),
    }
}

async fn get_ready(engine: &Engine, model: &Model, hole: Hole) {
    let asked = match model.provider.kind {
        ProviderKind::Ollama if engine.warm.is_cold(model) => engine.models.load(model).await,
        ProviderKind::LlamaCpp if !hole.others.is_empty() => {
            let capabilities = engine.endpoints.capabilities(&engine.models, model).await;
            match way(model, capabilities.as_deref()) {
                Ok(way) if way.takes_files() => engine.models.read(model, (&way, &hole)).await,
                _ => return,
            }
        }
        _ => return,
    };
    // What is wrong is said when somebody asks.
    if let Err(error) = asked {
        tracing::info!(model = model.name, class = ?error.class, "not warmed up");
    }
}
