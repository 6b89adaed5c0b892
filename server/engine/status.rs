//! The providers with what is known of them. Asks none, and waits for nobody.

use super::Engine;
use super::endpoints::Standing;
use crate::config::Provider;

/// What is known of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Its config name.
    pub name: String,
    /// `unknown` before the first request; `ready`; `busy` while more would have to wait; `unreachable`; `failing` since its
    /// last answer; `resting` while none of its servers is asked where another will do.
    pub state: &'static str,
    /// The last error's sentence, for the last three.
    pub reason: Option<String>,
}

impl Engine {
    /// The providers of the config, or the server that was found in place of any, with what is known of them, for
    /// `graft.status`. Waits for nobody.
    pub fn providers(&self) -> Vec<ProviderStatus> {
        let config = self.config();
        let status = |(name, provider): (&str, &Provider)| {
            let (state, reason) = match self.endpoints.of(provider).standing() {
                // Who was found has just answered.
                Standing::Unasked => (if config.discover { "ready" } else { "unknown" }, None),
                Standing::Ready => ("ready", None),
                Standing::Busy => ("busy", None),
                Standing::Unreachable(trouble) => ("unreachable", Some(trouble)),
                Standing::Failing(trouble) => ("failing", Some(trouble)),
                Standing::Resting(_, trouble) => ("resting", Some(trouble)),
            };
            ProviderStatus { name: name.to_owned(), state, reason }
        };
        let found = if config.discover { self.discovery.last().providers() } else { Vec::new() };
        let configured = config.providers.iter().map(|(name, provider)| (name.as_str(), &**provider));
        configured.chain(found.iter().map(|provider| (provider.name.as_str(), provider))).map(status).collect()
    }
}
