//! A check-up of an installation: config, servers, models, actions, editors, each finding with its next step. Asks the servers
//! that are configured and, where none is, this machine; sends no code, prints no key, changes nothing.

mod actions;
mod checkup;
mod editors;
mod models;
mod providers;
mod text;

use std::sync::Arc;

pub use checkup::{
    ActionChecked, Checkup, ConfigChecked, Context, EditorChecked, FileRead, LeftOut, ModelChecked, ProviderChecked,
    RuleChecked, Speed, State,
};
pub use editors::{EDITORS, Editor};
pub use text::text;

use crate::config::{Config, Loading, Machine};
use crate::engine::{Effort, Engine};
use crate::model::suggestion;

/// Servers that are asked at a time.
const AT_A_TIME: usize = 8;

/// What is looked at.
pub struct Subject<'a> {
    /// What came of reading the settings.
    pub loading: &'a Loading,
    /// The config in force; nothing where there is no good one.
    pub config: Option<Arc<Config>>,
    /// The machine.
    pub machine: &'a Machine,
    /// How much is asked of each model.
    pub effort: Effort,
}

/// Looks at everything. Takes as long as the slowest server, and no server longer than its own time limits.
pub async fn examine(engine: &Engine, subject: &Subject<'_>) -> Checkup {
    let (examined, editors) = futures_util::join!(examine_models(engine, subject), editors::examine(subject.machine));
    let (providers, models, actions) = examined;
    let config = ConfigChecked::of(subject.loading, subject.machine);
    Checkup {
        ok: config.mistakes.is_empty()
            && !actions.is_empty()
            && actions.iter().all(|action| action.state != State::Problem),
        version: env!("CARGO_PKG_VERSION"),
        config,
        providers,
        models,
        actions,
        editors,
        memory_bytes: subject.machine.memory,
        fits: subject.machine.memory.map(|memory| suggestion(memory).model),
        log: subject.machine.log.as_deref().map(|path| subject.machine.shown(path)),
    }
}

async fn examine_models(
    engine: &Engine,
    subject: &Subject<'_>,
) -> (Vec<ProviderChecked>, Vec<ModelChecked>, Vec<ActionChecked>) {
    let Some(config) = subject.config.clone() else { return Default::default() };
    let (config, looked) = match config.discover {
        true => (Arc::new(config.with_found(&engine.found().await)), true),
        false => (config, false),
    };
    let surveyed = providers::survey(engine, &config).await;
    let models = models::examine(engine, subject, &config, &surveyed).await;
    let providers = providers::examined(&surveyed, looked);
    let actions = actions::examine(&config, &models);
    (providers, models, actions)
}
