//! The servers: whether each is there, what it is, how long it took. Asks for lists and versions, which cost nothing.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use url::Url;

use super::AT_A_TIME;
use super::checkup::{ProviderChecked, State};
use crate::config::{Config, Provider};
use crate::engine::Engine;
use crate::model::{ModelError, Survey};

/// A provider and what each of its servers said.
pub(super) struct Surveyed {
    pub(super) provider: Arc<Provider>,
    pub(super) servers: Vec<(Url, Result<Survey, ModelError>)>,
}

impl Surveyed {
    /// The first server that answered.
    pub(super) fn survey(&self) -> Option<&Survey> {
        self.servers.iter().find_map(|(_, survey)| survey.as_ref().ok())
    }

    /// Why none did.
    pub(super) fn failure(&self) -> Option<&ModelError> {
        self.servers.iter().find_map(|(_, survey)| survey.as_ref().err()).filter(|_| self.survey().is_none())
    }
}

/// Asks all of them, some at a time.
pub(super) async fn survey(engine: &Engine, config: &Config) -> Vec<Surveyed> {
    let ask = |provider: &Arc<Provider>| {
        let provider = provider.clone();
        async move { Surveyed { servers: engine.survey(&provider).await, provider } }
    };
    let asked: Vec<_> = config.providers.values().map(ask).collect();
    stream::iter(asked).buffered(AT_A_TIME).collect().await
}

/// What is to be told of them. `found` says that they are those of this machine that nobody configured.
pub(super) fn examined(surveyed: &[Surveyed], found: bool) -> Vec<ProviderChecked> {
    let servers = |one: &Surveyed| {
        let provider = one.provider.clone();
        one.servers.iter().map(move |(url, survey)| examined_server(&provider, url, survey, found)).collect::<Vec<_>>()
    };
    surveyed.iter().flat_map(servers).collect()
}

fn examined_server(
    provider: &Provider,
    url: &Url,
    survey: &Result<Survey, ModelError>,
    found: bool,
) -> ProviderChecked {
    let told = survey.as_ref().ok();
    ProviderChecked {
        state: if told.is_some() { State::Ok } else { State::Problem },
        name: provider.name.clone(),
        kind: provider.kind.as_str(),
        url: url.as_str().trim_end_matches('/').to_owned(),
        privacy: provider.ownership.as_str(),
        found,
        version: told.and_then(|told| told.version.clone()),
        models: told.and_then(|told| told.models.as_ref().map(Vec::len)),
        seconds: told.map(|told| told.took.as_secs_f64()),
        problem: survey.as_ref().err().map(|error| error.message.clone()),
    }
}
