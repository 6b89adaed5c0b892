//! An engine that does what a test says, for tests of the face alone.

use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use graft_ls::actions::{ActionId, Offer};
use graft_ls::config::{Config, Loading, Machine};
use graft_ls::doctor::{Checkup, Subject, examine};
use graft_ls::engine::{
    Attempt, Change, Completion, Effort, Engine, Facts, Failure, Outcome, Progress, ProviderStatus, RouteTaken, Task,
    Wanted,
};
use graft_ls::lsp::Work;
use graft_ls::syntax::{Diagnostic, Document};
use graft_ls::validate::ReasonCode;
use tokio::sync::watch;

/// Offers every action on everything, and runs what the instruction names: `block`, `panic`, `provider`, `lazy`, `nothing`.
/// A document that holds `slow` is offered nothing before the gate opens; one that holds `panic` panics.
#[derive(Default)]
pub struct ScriptedWork {
    gate: (Mutex<bool>, Condvar),
    started: watch::Sender<usize>,
    /// Counts futures that were dropped before they ended.
    dropped: watch::Sender<usize>,
    /// The tasks that were given, in order.
    pub tasks: Mutex<Vec<Task>>,
    /// How often the config was exchanged.
    pub configured: Mutex<usize>,
}

impl ScriptedWork {
    pub fn new() -> Arc<ScriptedWork> {
        Arc::default()
    }

    pub fn open_gate(&self) {
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }

    /// Waits until that many tasks were started.
    pub async fn has_started(&self, count: usize) {
        reaches(&self.started, count).await;
    }

    /// Waits until that many blocked tasks were dropped.
    pub async fn has_dropped(&self, count: usize) {
        reaches(&self.dropped, count).await;
    }
}

async fn reaches(counter: &watch::Sender<usize>, count: usize) {
    let mut counts = counter.subscribe();
    let enough = counts.wait_for(|current| *current >= count);
    tokio::time::timeout(Duration::from_secs(10), enough).await.expect("not so many").unwrap();
}

struct Dropped<'a>(&'a ScriptedWork);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.dropped.send_modify(|count| *count += 1);
    }
}

impl Work for ScriptedWork {
    fn offers(
        &self,
        wanted: &[ActionId],
        document: &Document,
        _: Range<usize>,
        diagnostics: &[Diagnostic],
    ) -> Vec<Offer> {
        let text = document.source();
        assert!(!text.contains("panic"), "as told");
        if text.contains("slow") {
            let open = self.gate.0.lock().unwrap();
            let waited = self.gate.1.wait_timeout_while(open, Duration::from_secs(10), |open| !*open);
            assert!(!waited.unwrap().1.timed_out(), "nobody opened the gate");
        }
        let offer = |action: ActionId| Offer {
            action,
            title: format!("Graft: {} `{text}`", action.as_str()),
            diagnostics: if action == ActionId::FixLint { (0..diagnostics.len()).collect() } else { Vec::new() },
        };
        wanted.iter().copied().map(offer).collect()
    }

    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> BoxFuture<'a, Outcome> {
        self.tasks.lock().unwrap().push(task.clone());
        async move {
            self.started.send_modify(|count| *count += 1);
            for (phase, tokens) in [("waiting", 0), ("writing", 3)] {
                observe(Progress { phase, step: "quick".to_owned(), tokens, ..Progress::default() });
            }
            match task.instruction.as_deref() {
                Some("block") => {
                    let _dropped = Dropped(self);
                    std::future::pending().await
                }
                Some("panic") => panic!("as told"),
                Some("provider") => failed(task, ReasonCode::Provider, "ollama is not running; start it"),
                Some("lazy") => failed(task, ReasonCode::Lazy, "the model left code out; try another"),
                _ => outcome(task, Ok(Change::Nothing { message: "`f` is documented already".to_owned() })),
            }
        }
        .boxed()
    }

    fn complete<'a>(&'a self, task: &'a Task, _: &'a Wanted) -> BoxFuture<'a, Completion> {
        self.tasks.lock().unwrap().push(task.clone());
        panic!("as told: nobody asks this engine for completions")
    }

    fn accepted(&self, _: u64) {}

    fn configure(&self, _: Config) {
        *self.configured.lock().unwrap() += 1;
    }

    fn providers(&self) -> Vec<ProviderStatus> {
        vec![ProviderStatus {
            name: "ollama".to_owned(),
            state: "failing",
            reason: Some("connection refused".to_owned()),
        }]
    }

    fn examine(&self, loading: Loading, config: Option<Arc<Config>>) -> BoxFuture<'_, Checkup> {
        async move {
            let machine = Machine::default();
            let subject = Subject { loading: &loading, config, machine: &machine, effort: Effort::Short };
            examine(&Engine::new(Config::default()), &subject).await
        }
        .boxed()
    }

    fn discover(&self, _: Arc<Config>) -> BoxFuture<'_, Option<String>> {
        std::future::ready(None).boxed()
    }
}

fn failed(task: &Task, code: ReasonCode, message: &str) -> Outcome {
    outcome(task, Err(Failure { code, message: message.to_owned() }))
}

fn outcome(task: &Task, result: Result<Change, Failure>) -> Outcome {
    Outcome {
        task_id: task.id.clone(),
        action: task.action,
        language: Some(task.document.language().name),
        result,
        route: RouteTaken::default(),
        attempts: vec![Attempt {
            step: "quick".to_owned(),
            provider: "ollama".to_owned(),
            model: "qwen2.5-coder:7b".to_owned(),
            outcome: "edit".to_owned(),
            message: String::new(),
            duration: Duration::ZERO,
            usage: Default::default(),
            cost_usd: Some(0.0),
            trouble: None,
        }],
        usage: Default::default(),
        duration: Duration::ZERO,
        facts: Facts::default(),
        masked: Vec::new(),
        warnings: Vec::new(),
    }
}
