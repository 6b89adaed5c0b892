//! What the face asks of the engine, as a trait, so that its tests can put a slow, failing or panicking engine in its place.
//! Holds no behaviour of its own.

use std::ops::Range;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::actions::{self, ActionId, Offer};
use crate::config::{Config, Loading, Machine};
use crate::doctor::{self, Checkup, Subject};
use crate::engine::{Completion, Effort, Engine, Outcome, Progress, ProviderStatus, Task, Uptake, Wanted};
use crate::syntax::{Diagnostic, Document};

/// An engine as the face sees it.
pub trait Work: Send + Sync + 'static {
    /// Which of the `wanted` actions apply to `range` (bytes of `document`), from the tree alone.
    fn offers(
        &self,
        wanted: &[ActionId],
        document: &Document,
        range: Range<usize>,
        diagnostics: &[Diagnostic],
    ) -> Vec<Offer>;

    /// Does a task; dropping the future cancels it and closes its connection.
    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> BoxFuture<'a, Outcome>;

    /// What a model would put at the task's cursor; dropping the future cancels it and closes its connection.
    fn complete<'a>(&'a self, task: &'a Task, wanted: &'a Wanted) -> BoxFuture<'a, Completion>;

    /// Has a server get ready for completions in the task's document; dropping the future ends it.
    fn warm_up<'a>(&'a self, _task: &'a Task) -> BoxFuture<'a, ()> {
        async {}.boxed()
    }

    /// Hears that a suggestion was taken.
    fn accepted(&self, suggestion: u64);

    /// What became of the suggestions of each step in each language since the start.
    fn uptake(&self) -> Vec<(String, &'static str, Uptake)> {
        Vec::new()
    }

    /// Exchanges the config; running tasks keep the one they started with.
    fn configure(&self, config: Config);

    /// The providers with what is known of them.
    fn providers(&self) -> Vec<ProviderStatus>;

    /// Looks for a model on this machine where a config leaves that to Graft; a sentence on what was found.
    fn discover(&self, config: Arc<Config>) -> BoxFuture<'_, Option<String>>;

    /// Looks at settings, servers, models, actions and editors; dropping the future ends it and closes its connections.
    fn examine(&self, loading: Loading, config: Option<Arc<Config>>) -> BoxFuture<'_, Checkup>;
}

impl Work for Engine {
    fn offers(
        &self,
        wanted: &[ActionId],
        document: &Document,
        range: Range<usize>,
        diagnostics: &[Diagnostic],
    ) -> Vec<Offer> {
        actions::offers(wanted, document, range, diagnostics)
    }

    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> BoxFuture<'a, Outcome> {
        Engine::execute(self, task, observe).boxed()
    }

    fn complete<'a>(&'a self, task: &'a Task, wanted: &'a Wanted) -> BoxFuture<'a, Completion> {
        Engine::complete(self, task, wanted).boxed()
    }

    fn warm_up<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, ()> {
        Engine::warm_up(self, task).boxed()
    }

    fn accepted(&self, suggestion: u64) {
        Engine::accepted(self, suggestion);
    }

    fn uptake(&self) -> Vec<(String, &'static str, Uptake)> {
        Engine::uptake(self)
    }

    fn configure(&self, config: Config) {
        Engine::configure(self, config);
    }

    fn providers(&self) -> Vec<ProviderStatus> {
        Engine::providers(self)
    }

    fn discover(&self, config: Arc<Config>) -> BoxFuture<'_, Option<String>> {
        async move { Engine::discover(self, &config).await }.boxed()
    }

    fn examine(&self, loading: Loading, config: Option<Arc<Config>>) -> BoxFuture<'_, Checkup> {
        async move {
            let machine = Machine::this().await;
            let subject = Subject { loading: &loading, config, machine: &machine, effort: Effort::Short };
            doctor::examine(self, &subject).await
        }
        .boxed()
    }
}
