//! Which model servers answer on this machine, and which models they have. Asks nobody but this machine, sends nothing but the
//! question for the list, and chooses no model.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use url::Url;

use super::listing::{self, ListedModel};
use super::transport::Clients;
use crate::config::{Provider, ProviderKind, places_of_environment};

/// A server on this machine that runs answers at once; one that does not, refuses at once.
const CONNECT: Duration = Duration::from_millis(300);
/// For the whole list.
const ANSWER: Duration = Duration::from_millis(1500);
/// A list needs no more, in bytes.
const LONGEST_LIST: usize = 4 << 20;

/// Where a server may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What people call it.
    pub server: &'static str,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Where it would be; asked only where that is this machine.
    pub base_url: Url,
}

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundServer {
    /// The probe that found it.
    pub probe: Probe,
    /// Its models, in its own order; those that only embed, or that it only passes on to others, are left out.
    pub models: Vec<ListedModel>,
}

/// Where servers may be: the places that the environment names, else the usual ports of what people run.
pub fn usual_probes() -> Vec<Probe> {
    let named = places_of_environment().ok().flatten();
    let usual = || {
        USUAL.into_iter().filter_map(|(server, kind, port)| {
            let base_url = Url::parse(&format!("http://127.0.0.1:{port}")).ok()?;
            Some(Probe { server, kind, base_url })
        })
    };
    let called = |kind| USUAL.iter().find(|(_, own, _)| *own == kind).map_or("a server", |(server, ..)| server);
    match named {
        Some(places) => {
            places.into_iter().map(|(kind, base_url)| Probe { server: called(kind), kind, base_url }).collect()
        }
        None => usual().collect(),
    }
}

/// What people run, and at which port.
const USUAL: [(&str, ProviderKind, u16); 4] = [
    ("Ollama", ProviderKind::Ollama, 11434),
    ("llama.cpp", ProviderKind::LlamaCpp, 8080),
    ("LM Studio", ProviderKind::OpenAi, 1234),
    ("vLLM", ProviderKind::OpenAi, 8000),
];

/// Asks all at the same time; those that answer with a list of models, in the order of the probes. Takes no longer than two
/// seconds.
pub async fn probe(probes: &[Probe]) -> Vec<FoundServer> {
    let clients = Clients::default();
    let ask = |probe: &Probe| {
        let (probe, clients) = (probe.clone(), &clients);
        async move {
            let list = tokio::time::timeout(ANSWER, list(&probe, clients)).await.ok()??;
            let mut models = listing::models(probe.kind, &list)?;
            models.retain(|model| !model.is_remote && model.writes());
            Some(FoundServer { probe, models })
        }
    };
    join_all(probes.iter().map(ask)).await.into_iter().flatten().collect()
}

async fn list(probe: &Probe, clients: &Clients) -> Option<Value> {
    let mut provider = Provider::new(probe.server, probe.kind, probe.base_url.clone());
    provider.connect_timeout = CONNECT;
    if !provider.is_loopback() {
        return None;
    }
    let client = clients.get(&provider).ok()?;
    let mut response = client.get(probe.base_url.join(listing::path(probe.kind)).ok()?).send().await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.ok()? {
        body.extend_from_slice(&bytes);
        if body.len() > LONGEST_LIST {
            return None;
        }
    }
    serde_json::from_slice(&body).ok()
}
