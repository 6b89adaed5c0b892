//! Requests by which a server gets ready for others. Asks for no word.

use super::answer::Clock;
use super::failures::Failures;
use super::{ModelError, Models, Patience, Way, WireRequest, fill};
use crate::config::Model;
use crate::fim::Hole;

impl Models {
    /// Has an Ollama load a model, by a request without a prompt.
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub async fn load(&self, model: &Model) -> Result<(), ModelError> {
        self.sent(model, &fill::loading(model)).await
    }

    /// Has a server read what is in a hole, and say nothing.
    ///
    /// # Errors
    /// As [`Models::ask`].
    pub async fn read(&self, model: &Model, (way, hole): (&Way, &Hole)) -> Result<(), ModelError> {
        self.sent(model, &way.request(model, hole, 0)).await
    }

    /// Sends a request whose answer says nothing, and waits for its end.
    async fn sent(&self, model: &Model, request: &WireRequest) -> Result<(), ModelError> {
        let mut failures = Failures::new(model);
        let key = self.key(&model.provider, &failures).await?;
        failures.mask(key.as_ref());
        let clock = Clock::start(&model.provider, Patience::MovesOn);
        let mut response = self.open(model, request, key.as_ref(), &clock, &failures, &mut |_| {}).await?;
        while let Ok(Some(_)) = clock.limit(&failures, response.chunk()).await? {}
        Ok(())
    }
}
