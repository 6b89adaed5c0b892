//! What the face asks of the engine, as a trait, so that its tests can put a slow, failing or panicking engine in its place.
//! Holds no behaviour of its own.

use std::ops::Range;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::actions::{self, Offer};
use crate::config::Config;
use crate::engine::{Engine, Outcome, Progress, ProviderStatus, Task};
use crate::syntax::{Diagnostic, Document};

/// An engine as the face sees it.
pub trait Work: Send + Sync + 'static {
    /// The actions that apply to `range` (bytes of `document`), from the tree alone.
    fn offers(&self, document: &Document, range: Range<usize>, diagnostics: &[Diagnostic]) -> Vec<Offer>;

    /// Does a task; dropping the future cancels it and closes its connection.
    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> BoxFuture<'a, Outcome>;

    /// Exchanges the config; running tasks keep the one they started with.
    fn configure(&self, config: Config);

    /// The providers with what is known of them.
    fn providers(&self) -> Vec<ProviderStatus>;
}

impl Work for Engine {
    fn offers(&self, document: &Document, range: Range<usize>, diagnostics: &[Diagnostic]) -> Vec<Offer> {
        actions::offers(document, range, diagnostics)
    }

    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> BoxFuture<'a, Outcome> {
        Engine::execute(self, task, observe).boxed()
    }

    fn configure(&self, config: Config) {
        Engine::configure(self, config);
    }

    fn providers(&self) -> Vec<ProviderStatus> {
        Engine::providers(self)
    }
}
