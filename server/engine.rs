//! One task from question to checked edit: route, prompt, stream, read, validate, one repair, next step. Knows no face.

mod budget;
mod builtin_step;
mod call;
mod checkup;
mod complete;
mod completion_ahead;
mod completion_answer;
mod completion_cache;
mod completion_chain;
mod completion_context;
mod completion_disclosure;
mod completion_memo;
mod completion_report;
mod completion_step;
mod completion_stream;
mod cost;
mod day;
mod disclosure;
mod discovery;
mod endpoints;
mod escalation;
mod explain;
mod job;
mod model_step;
mod outcome;
mod own_code;
mod own_code_reading;
mod privacy;
mod record;
mod recording;
mod redaction;
mod report;
mod run;
mod show;
mod statistics;
mod status;
mod story;
mod suggestion;
mod warm_up;
mod window;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use checkup::{Effort, Trial};
pub use complete::{Completion, Suggested, Wanted};
pub use completion_report::CompletionReport;
pub use cost::{MostCost, StepCost, dollars};
pub use endpoints::{Lesson, Urgency, lesson};
pub use explain::{ExplainedRule, ExplainedScope, ExplainedStep, Explanation, LeftOut, Origin, Sourced};
pub use outcome::{Attempt, Change, Facts, Failure, Outcome, Progress, RouteTaken};
pub use report::{
    Reason, Report, ReportedAttempt, ReportedEdit, ReportedPosition, ReportedRange, ReportedRoute, ReportedUsage,
};

use recording::Recording;

pub use status::ProviderStatus;
pub use story::{Trouble, troubles};
pub use suggestion::{Source, Suggestion, Suggestions, Uptake};

use crate::actions::{ActionId, Workspace};
use crate::builtin::LintSite;
use crate::config::Config;
use crate::model::{Models, Probe};
use crate::privacy::IgnoreFiles;
use crate::route::Purpose;
use crate::syntax::{Diagnostic, Document};
use budget::Budget;
use completion_ahead::Ahead;
use completion_cache::Cache;
use completion_memo::Memo;
use discovery::Discovery;
use endpoints::Endpoints;
use own_code::OwnCode;
use statistics::Statistics;
use suggestion::Ledger;
use warm_up::Warm;

/// What is to be done, and to what.
#[derive(Debug, Clone)]
pub struct Task {
    /// Identity in results and progress.
    pub id: String,
    /// Which action.
    pub action: ActionId,
    /// The document as it is now; the job works on this snapshot.
    pub document: Document,
    /// The document's absolute path, where it has one.
    pub path: Option<PathBuf>,
    /// The cursor or selection, in bytes of the document.
    pub range: Range<usize>,
    /// What the person asked for.
    pub instruction: Option<String>,
    /// The diagnostics to fix; nothing means that the linter is run.
    pub diagnostics: Option<Vec<Diagnostic>>,
    /// A model's config name (or `builtin`) in place of the routes.
    pub model: Option<String>,
    /// Other paths that the document goes by: links that were followed, the path of an address that is no file's.
    pub names: Vec<PathBuf>,
    /// The files around it.
    pub workspace: Workspace,
    /// The config of its project; nothing means the engine's own.
    pub config: Option<Arc<Config>>,
}

impl Task {
    /// A cursor or selection in a text that stands alone: no path, no project, nothing asked beyond the action.
    pub fn new(id: impl Into<String>, action: ActionId, document: Document, range: Range<usize>) -> Task {
        Task {
            id: id.into(),
            action,
            document,
            path: None,
            names: Vec::new(),
            range,
            instruction: None,
            diagnostics: None,
            model: None,
            workspace: Workspace::default(),
            config: None,
        }
    }

    /// The path from the project's root, with `/`; the whole path where there is no root.
    fn path_in_project(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        let inside = self.workspace.root.as_deref().and_then(|root| path.strip_prefix(root).ok());
        Some(inside.unwrap_or(path).to_string_lossy().replace('\\', "/"))
    }

    /// Where a linter finds the document's project, and itself.
    fn lint_site<'a>(&'a self, search_path: &'a [PathBuf], config: &Config) -> LintSite<'a> {
        let (path, root) = (self.path.as_deref(), self.workspace.root.as_deref());
        LintSite { path, root, search_path, trusted: config.trusted }
    }
}

/// The engine: a config that can be exchanged, and the connections to models. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    config: Arc<RwLock<Arc<Config>>>,
    models: Models,
    discovery: Arc<Discovery>,
    endpoints: Arc<Endpoints>,
    budget: Budget,
    ignores: Arc<IgnoreFiles>,
    ledger: Arc<Ledger>,
    statistics: Arc<Statistics>,
    cache: Arc<Cache>,
    memo: Arc<Memo>,
    ahead: Arc<Ahead>,
    warm: Arc<Warm>,
    own_code: Arc<OwnCode>,
    /// What has been said of jobs that were not saved.
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Engine {
    /// An engine under a config, which takes what is configured and looks for nothing else.
    pub fn new(config: Config) -> Engine {
        Engine::discovering(config, Vec::new())
    }

    /// An engine under a config that looks for a model at these places when one is needed and nothing is configured.
    pub fn discovering(config: Config, probes: Vec<Probe>) -> Engine {
        Engine {
            config: Arc::new(RwLock::new(Arc::new(config))),
            models: Models::new(),
            discovery: Arc::new(Discovery::at(probes)),
            endpoints: Arc::default(),
            budget: Budget::default(),
            ignores: Arc::default(),
            ledger: Arc::default(),
            statistics: Arc::default(),
            cache: Arc::default(),
            memo: Arc::default(),
            ahead: Arc::default(),
            warm: Arc::default(),
            own_code: Arc::default(),
            complaints: Arc::default(),
        }
    }

    /// Exchanges the config; running tasks keep the one they started with.
    pub fn configure(&self, config: Config) {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.endpoints.forgive();
        self.budget.forget();
        self.cache.clear();
        self.memo.clear();
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// The config in force.
    pub fn config(&self) -> Arc<Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The config that a task is done under.
    fn config_of(&self, task: &Task) -> Arc<Config> {
        task.config.clone().unwrap_or_else(|| self.config())
    }

    /// Does a task. Dropping the future cancels it and closes its connection. `observe` hears how far it is.
    pub async fn execute(&self, task: &Task, observe: &mut (dyn FnMut(Progress) + Send)) -> Outcome {
        run::execute(self, task, observe).await
    }

    /// Reads a raw answer as if a model had just given it; no model is called. `finish_reason` is the server's word.
    pub fn replay(&self, task: &Task, answer: &str, finish_reason: Option<&str>) -> Outcome {
        run::replay(self, task, answer, finish_reason)
    }

    /// What would be sent, where, and why there; sends nothing.
    ///
    /// # Errors
    /// Why the task could not even be asked: nothing at the cursor, or no such model.
    pub fn show_prompt(&self, task: &Task) -> Result<String, Failure> {
        show::show_prompt(self, task)
    }

    /// What a model would put at the task's cursor; its own action counts for nothing. Dropping the future cancels it and closes
    /// its connection.
    pub async fn complete(&self, task: &Task, wanted: &Wanted) -> Completion {
        complete::complete(self, task, wanted).await
    }

    /// Has a server get ready for completions in the task's document, where the config wants that. Dropping the future ends it.
    pub async fn warm_up(&self, task: &Task) {
        warm_up::warm_up(self, task).await;
    }

    /// Hears that the person took a suggestion; whether it is one of this engine's that was not taken before. Those that are
    /// long past are forgotten.
    pub fn accepted(&self, suggestion: u64) -> bool {
        self.statistics.taken(suggestion);
        self.ahead.taken(self, suggestion);
        self.ledger.accepted(suggestion)
    }

    /// What became of the suggestions of each step in each language since the engine started.
    pub fn uptake(&self) -> Vec<(String, &'static str, Uptake)> {
        self.ledger.uptake()
    }

    /// Which steps would serve a task, and why those; asks nobody.
    ///
    /// # Errors
    /// Why no step would.
    pub fn explain(&self, task: &Task) -> Result<Explanation, Failure> {
        explain::explain(self, task, task.action.into())
    }

    /// The same for inline completion at the task's place; its own action counts for nothing.
    ///
    /// # Errors
    /// As [`Engine::explain`].
    pub fn explain_completion(&self, task: &Task) -> Result<Explanation, Failure> {
        explain::explain(self, task, Purpose::Complete)
    }

    /// Saves a job where the config wants it. One that is not saved is no failure: the outcome says so, the first time.
    fn save(&self, recording: &Recording, task: &Task, outcome: &mut Outcome) {
        let complaint = match recording.withheld() {
            Some(why) => Some(why),
            None => recording.write(self, task, outcome).err().map(|error| recording.complaint(&error)),
        };
        let Some(complaint) = complaint else { return };
        tracing::warn!(task = task.id, complaint, "job not saved");
        let mut said = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if !said.contains(&complaint) {
            said.push(complaint.clone());
            outcome.warnings.push(complaint);
        }
    }
}
