//! One job from command to last word. Refuses to end in silence: an edit, one message, or the client's own cancel.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt;
use tower_lsp::gen_lsp_types::MessageType;

use super::apply::{self, Applied};
use super::execute_command::RunArgument;
use super::jobs::Job;
use super::progress::Reporter;
use super::review::{self, Consent};
use super::session::Session;
use super::store::{Held, Open};
use super::{from_proto, messages, to_proto, uri};
use crate::actions::{ActionId, Offer};
use crate::config::{Config, Review};
use crate::engine::{Change, Failure, Outcome, Progress, Task};
use crate::validate::{ReasonCode, ValidatedEdit};

/// How a job ended.
enum Ending {
    /// The edit is made; what is told of it.
    Done(String),
    /// Somebody stopped it.
    Cancelled,
    /// The person was asked, and does not want the edit.
    Declined,
    /// There is nothing to do; why.
    Nothing(String),
    /// There is no edit.
    Failed(Failure),
    /// It panicked.
    Broken,
}

/// Starts a job on the document as it is now; returns its name.
pub(super) fn start(session: &Arc<Session>, action: ActionId, argument: RunArgument) -> String {
    let open = session.store.get(&argument.uri);
    let uri = open.as_ref().map_or(&argument.uri, |open| &open.uri).clone();
    let job = session.jobs.add(action, uri);
    let id = job.id.clone();
    session.jobs.tasks.spawn(run(session.clone(), job, open, argument));
    id
}

async fn run(session: Arc<Session>, job: Arc<Job>, open: Option<Open>, argument: RunArgument) {
    let mut stage =
        Stage { session: &session, job: &job, title: format!("Graft: {}", job.action.as_str()), reporter: None };
    let work = AssertUnwindSafe(stage.work(open, argument)).catch_unwind();
    let ending = tokio::select! {
        biased;
        () = session.jobs.stopped() => None,
        ending = work => Some(ending.unwrap_or(Ending::Broken)),
    };
    session.jobs.remove(&job.id);
    if let Some(ending) = ending {
        stage.tell(ending).await;
    }
}

/// What a job has while it runs.
struct Stage<'a> {
    session: &'a Arc<Session>,
    job: &'a Job,
    title: String,
    reporter: Option<Reporter>,
}

impl Stage<'_> {
    async fn work(&mut self, open: Option<Open>, argument: RunArgument) -> Ending {
        let config = self.session.config(open.as_ref().and_then(|open| open.path.as_deref())).await;
        let task = match self.task(open, config, argument) {
            Ok(task) => task,
            Err(failure) => return Ending::Failed(failure),
        };
        let diagnostics = task.diagnostics.as_deref().unwrap_or_default();
        let offers = self.session.work.offers(&[task.action], &task.document, task.range.clone(), diagnostics);
        // fix-lint is offered for each diagnostic and for all of them: the first that covers most names the job.
        let covers_more =
            |best: Offer, offer: Offer| if offer.diagnostics.len() > best.diagnostics.len() { offer } else { best };
        if let Some(offer) = offers.into_iter().reduce(covers_more) {
            self.title = offer.title;
        }
        self.reporter = Reporter::start(self.session, &self.job.id, &self.title);
        let mut observe = |progress| self.observe(progress);
        let outcome = tokio::select! {
            biased;
            () = self.job.cancelled.cancelled() => return Ending::Cancelled,
            outcome = self.session.work.execute(&task, &mut observe) => outcome,
        };
        let outcome = if task.config.is_none() { self.without_settings(outcome) } else { outcome };
        // Settings that cannot be read may say that the person wants to be asked.
        let review = task.config.as_ref().map_or(Review::Confirm, |config| config.review);
        self.settle(outcome, review).await
    }

    /// Where settings have mistakes and none were ever good, they are why there is no model.
    fn without_settings(&self, mut outcome: Outcome) -> Outcome {
        if let Err(failure) = &mut outcome.result
            && failure.code == ReasonCode::NoRoute
            && let Some(message) = self.session.settings.problem()
        {
            *failure = Failure { code: ReasonCode::BadRequest, message };
        }
        outcome
    }

    /// What the engine is to do, or why it cannot be asked.
    fn task(&self, open: Option<Open>, config: Option<Arc<Config>>, argument: RunArgument) -> Result<Task, Failure> {
        let refuse = |code, message| Err(Failure { code, message });
        let name = uri::name_of(&argument.uri);
        let Some(open) = open else {
            return refuse(
                ReasonCode::BadRequest,
                format!("`{name}` is not open in the editor; open it and run the action again"),
            );
        };
        let document = match open.held {
            Held::Document(document) => document,
            Held::Foreign | Held::Config(..) => {
                return refuse(
                    ReasonCode::UnknownLanguage,
                    format!("the language of `{name}` is not one that Graft knows; `graft-ls languages` lists those"),
                );
            }
            Held::Lost => {
                return refuse(
                    ReasonCode::Stale,
                    format!(
                        "a change of `{name}` could not be read, so its text is not known; close it, open it and run the action again"
                    ),
                );
            }
        };
        if argument.version.is_some_and(|version| document.version() != Some(version)) {
            return refuse(
                ReasonCode::Stale,
                format!("`{name}` changed since the action was offered; ask for the list of actions again"),
            );
        }
        let workspace = self.session.workspace(open.path.as_deref());
        let encoding = self.session.encoding();
        let diagnostics = argument.diagnostics.as_ref().map(|diagnostics| {
            let ours = |diagnostic| from_proto::diagnostic(&document, diagnostic, encoding);
            diagnostics.iter().map(ours).collect()
        });
        Ok(Task {
            id: self.job.id.clone(),
            action: self.job.action,
            range: from_proto::byte_range(&document, &argument.range, encoding),
            diagnostics,
            workspace,
            names: if open.path.is_none() { uri::other_path(&argument.uri).into_iter().collect() } else { Vec::new() },
            path: open.path,
            instruction: argument.instruction,
            model: argument.model,
            config,
            document,
        })
    }

    fn observe(&self, progress: Progress) {
        self.job.note(progress.clone());
        if let Some(reporter) = &self.reporter {
            reporter.report(progress);
        }
    }

    async fn settle(&self, outcome: Outcome, review: Review) -> Ending {
        for warning in &outcome.warnings {
            self.session.show(MessageType::Warning, warning).await;
        }
        if let Some(found) = &outcome.route.found {
            self.session.tell_found(found).await;
        }
        let told = messages::done(&outcome);
        let label = messages::label(&self.title, &outcome);
        let (edit, file) = match outcome.result {
            Ok(Change::Edit { edit, file }) => (edit, file),
            Ok(Change::Nothing { message }) => return Ending::Nothing(message),
            Err(failure) => return Ending::Failed(failure),
        };
        let step = outcome.attempts.last().map(|attempt| attempt.step.clone()).unwrap_or_default();
        let progress = Progress { step, tokens: outcome.usage.output_tokens, ..Progress::default() };
        match self.deliver(&edit, file.map(|(path, _)| path), label, review, progress).await {
            Ok(Applied::Landed) => Ending::Done(told),
            Ok(Applied::Unanswered) => Ending::Done(format!("{told}; the editor did not say whether it took the edit")),
            Ok(Applied::Cancelled) => Ending::Cancelled,
            Ok(Applied::Declined) => Ending::Declined,
            Err(failure) => Ending::Failed(failure),
        }
    }

    /// Sends the edit, after the question where the user wants one: the client's own where it has one.
    async fn deliver(
        &self,
        edit: &ValidatedEdit,
        path: Option<PathBuf>,
        label: String,
        review: Review,
        progress: Progress,
    ) -> Result<Applied, Failure> {
        let asks = review == Review::Confirm;
        let client_asks = asks && self.session.abilities().confirms_edits;
        if asks {
            self.observe(Progress { phase: "asking", detail: "you".to_owned(), ..progress.clone() });
        }
        if asks && !client_asks {
            match review::ask(self.session, self.job, edit, path.clone(), &label).await? {
                Consent::Given => {}
                Consent::Declined => return Ok(Applied::Declined),
                Consent::Cancelled => return Ok(Applied::Cancelled),
            }
        }
        if !client_asks {
            self.observe(Progress { phase: "applying", ..progress });
        }
        apply::apply(self.session, self.job, edit, path, label, client_asks).await
    }

    /// Tells the ending: in a message box only where there is no edit, and then in exactly one.
    async fn tell(self, ending: Ending) {
        let (told, shown) = match ending {
            Ending::Done(told) => (told, None),
            Ending::Cancelled => ("cancelled".to_owned(), None),
            Ending::Declined => {
                let title = self.title.strip_prefix("Graft: ").unwrap_or(&self.title);
                let message = format!("discarded: {title}; nothing was changed");
                ("discarded".to_owned(), Some((MessageType::Info, message)))
            }
            Ending::Nothing(message) => ("no change".to_owned(), Some((MessageType::Info, message))),
            Ending::Failed(failure) => {
                tracing::info!(job = self.job.id, code = failure.code.as_str(), "no edit");
                ("no edit".to_owned(), Some((to_proto::message_type(failure.code), failure.message)))
            }
            Ending::Broken => {
                tracing::error!(job = self.job.id, action = self.job.action.as_str(), "panicked");
                let message = format!(
                    "a bug in Graft ended `{}` and nothing was changed; please report it with graft-ls.log",
                    self.job.action.as_str()
                );
                ("no edit".to_owned(), Some((MessageType::Error, message)))
            }
        };
        if let Some(reporter) = self.reporter {
            reporter.end(told.clone()).await;
        }
        match shown {
            Some((kind, message)) => self.session.show(kind, &message).await,
            None => self.session.client.log_message(MessageType::Info, format!("{}: {told}", self.title)).await,
        }
    }
}
