//! An engine that notes which document it was shown last, and does nothing else.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use graft_ls::actions::{ActionId, Offer};
use graft_ls::config::{Config, Loading};
use graft_ls::doctor::Checkup;
use graft_ls::engine::{Completion, Engine, Outcome, Progress, ProviderStatus, Task, Wanted};
use graft_ls::lsp::Work;
use graft_ls::syntax::{Diagnostic, Document};

type Future<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

/// The engine.
pub struct Witness {
    engine: Engine,
    seen: Mutex<Option<(String, Option<i32>)>>,
}

impl Witness {
    pub fn new() -> Arc<Witness> {
        Arc::new(Witness { engine: Engine::new(Config::default()), seen: Mutex::default() })
    }

    /// Text and version of the document with the highest version that it was shown.
    pub fn last(&self) -> Option<(String, Option<i32>)> {
        self.seen.lock().unwrap().clone()
    }
}

impl Work for Witness {
    fn offers(
        &self,
        wanted: &[ActionId],
        document: &Document,
        range: Range<usize>,
        diagnostics: &[Diagnostic],
    ) -> Vec<Offer> {
        let mut seen = self.seen.lock().unwrap();
        if seen.as_ref().is_none_or(|(_, version)| *version <= document.version()) {
            *seen = Some((document.source().to_owned(), document.version()));
        }
        drop(seen);
        graft_ls::actions::offers(wanted, document, range, diagnostics)
    }

    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> Future<'a, Outcome> {
        Work::execute(&self.engine, task, observe)
    }

    fn complete<'a>(&'a self, task: &'a Task, wanted: &'a Wanted) -> Future<'a, Completion> {
        Work::complete(&self.engine, task, wanted)
    }

    fn accepted(&self, _: u64) {}

    fn configure(&self, _: Config) {}

    fn providers(&self) -> Vec<ProviderStatus> {
        Vec::new()
    }

    fn discover(&self, _: Arc<Config>) -> Future<'_, Option<String>> {
        Box::pin(async { None })
    }

    fn examine(&self, loading: Loading, config: Option<Arc<Config>>) -> Future<'_, Checkup> {
        Work::examine(&self.engine, loading, config)
    }
}
