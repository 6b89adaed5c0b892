//! `workspace/executeCommand`: `graft.run`, `graft.cancel`, `graft.status`, `graft.accepted`, `graft.toggle_completion`. Answers at once; what takes time is a job, or the
//! check-up that `graft.status` was asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{Diagnostic, ExecuteCommandParams, MessageType, Range, Uri};
use tower_lsp::jsonrpc::{Error, Result};

use super::run;
use super::session::Server;
use crate::actions::ActionId;
use crate::doctor::{Checkup, text};

/// Starts an action.
pub(super) const RUN: &str = "graft.run";
/// Stops jobs.
pub(super) const CANCEL: &str = "graft.cancel";
/// Tells what runs.
pub(super) const STATUS: &str = "graft.status";
/// Switches inline completion on and off.
pub(super) const TOGGLE: &str = "graft.toggle_completion";
/// Tells that a suggestion was taken.
pub(super) const ACCEPTED: &str = "graft.accepted";

/// The commands, as clients are told.
pub(super) const COMMANDS: [&str; 5] = [RUN, CANCEL, STATUS, ACCEPTED, TOGGLE];

/// The one argument of `graft.run`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RunArgument {
    pub(super) action: String,
    pub(super) uri: Uri,
    pub(super) range: Range,
    /// The version that `range` belongs to; nothing means the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instruction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diagnostics: Option<Vec<Diagnostic>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<String>,
}

/// An argument of `graft.cancel`.
#[derive(Deserialize)]
#[serde(untagged)]
enum CancelArgument {
    Job { job: String },
    Id(String),
    Nothing(()),
}

/// The argument of `graft.status`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusArgument {
    /// Whether everything is to be looked at.
    #[serde(default)]
    doctor: bool,
}

impl Server {
    pub(super) async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Value> {
        let arguments = params.arguments.unwrap_or_default();
        match params.command.as_str() {
            RUN => self.graft_run(arguments),
            CANCEL => self.graft_cancel(arguments),
            STATUS => self.graft_status(arguments).await,
            ACCEPTED => self.graft_accepted(&arguments),
            TOGGLE => self.graft_toggle_completion(arguments).await,
            command => Err(Error::invalid_params(format!(
                "there is no command `{command}`; graft-ls knows {}",
                COMMANDS.join(", ")
            ))),
        }
    }

    fn graft_run(&self, arguments: Vec<Value>) -> Result<Value> {
        let wrong = |what: String| {
            Error::invalid_params(format!(
                "{RUN} takes one object {{action, uri, range, version?, instruction?, diagnostics?, model?}}: {what}"
            ))
        };
        let argument = arguments.into_iter().next().ok_or_else(|| wrong("there is none".to_owned()))?;
        let argument: RunArgument = serde_json::from_value(argument).map_err(|error| wrong(error.to_string()))?;
        let action = ActionId::parse(&argument.action).ok_or_else(|| {
            let names = ActionId::ALL.map(ActionId::as_str).join(", ");
            wrong(format!("there is no action `{}`, only {names}", argument.action))
        })?;
        let job = run::start(&self.0, action, argument);
        Ok(json!({"job": job}))
    }

    fn graft_cancel(&self, arguments: Vec<Value>) -> Result<Value> {
        let mut named = Vec::new();
        for argument in arguments {
            let read = CancelArgument::deserialize(&argument);
            match read.map_err(|_| Error::invalid_params(format!("{CANCEL} takes nothing, a job's id or {{job}}")))? {
                CancelArgument::Job { job } | CancelArgument::Id(job) => named.push(job),
                CancelArgument::Nothing(()) => {}
            }
        }
        if named.is_empty() {
            return Ok(json!({"cancelled": self.0.jobs.cancel_all()}));
        }
        named.retain(|job| self.0.jobs.cancel(job));
        Ok(json!({"cancelled": named}))
    }

    /// Answers at once, but where a check-up is asked for: that is waited for, and ends with the request.
    async fn graft_status(&self, arguments: Vec<Value>) -> Result<Value> {
        let argument = arguments.into_iter().next().unwrap_or(Value::Null);
        let asked = Option::<StatusArgument>::deserialize(&argument)
            .map_err(|_| Error::invalid_params(format!("{STATUS} takes nothing, or {{doctor: true}}")))?;
        let checkup = match asked.unwrap_or_default().doctor {
            true => Some(self.examined().await?),
            false => None,
        };
        let mut status = self.status().await;
        if let Some(checkup) = checkup {
            status["doctor_text"] = text(&checkup).into();
            status["doctor"] = serde_json::to_value(checkup).map_err(|_| Error::internal_error())?;
        }
        Ok(status)
    }

    /// One that is not known is no mistake: the editor may tell of a suggestion of long ago.
    fn graft_accepted(&self, arguments: &[Value]) -> Result<Value> {
        let suggestion = match arguments {
            [one] => one.as_u64(),
            _ => None,
        };
        let wrong = || Error::invalid_params(format!("{ACCEPTED} takes the argument of a suggestion's own command"));
        self.0.work.accepted(suggestion.ok_or_else(wrong)?);
        Ok(Value::Null)
    }

    async fn examined(&self) -> Result<Checkup> {
        let session = &self.0;
        let folder = session.first_folder();
        let (config, news) = session.settings.config(folder.as_deref());
        for sentence in session.configured(news) {
            session.show(MessageType::Warning, &sentence).await;
        }
        let loading = session.settings.loading(folder.as_deref());
        tokio::select! {
            () = session.jobs.stopped() => Err(Error::request_cancelled()),
            checkup = session.work.examine(loading, config) => Ok(checkup),
        }
    }

    async fn status(&self) -> Value {
        let jobs = self.0.jobs.list().into_iter().map(|job| {
            let progress = job.progress();
            json!({
                "job": job.id,
                "action": job.action.as_str(),
                "uri": job.uri,
                "phase": progress.as_ref().map_or("waiting", |progress| progress.phase),
                "model": progress.as_ref().map(|progress| progress.step.as_str()),
            })
        });
        let providers = self.0.work.providers().into_iter().map(|provider| {
            let mut status = json!({"name": provider.name, "state": provider.state});
            if let Some(reason) = provider.reason {
                status["reason"] = reason.into();
            }
            status
        });
        let (jobs, providers) = (jobs.collect::<Vec<_>>(), providers.collect::<Vec<_>>());
        json!({"jobs": jobs, "providers": providers, "completion": self.0.completion_status().await})
    }

    /// `window/workDoneProgress/cancel`: the progress token is the job's id.
    pub(super) async fn cancel_progress(&self, params: Value) {
        if let Some(token) = params.get("token").and_then(Value::as_str) {
            self.0.jobs.cancel(token);
        }
    }
}
