//! `textDocument/inlineCompletion`: suggestions at the cursor. The latest request of a document counts: it ends the one before it,
//! which is answered with nothing, as is one whose document has changed. Refuses to interrupt anybody who types: what goes wrong is
//! said once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dashmap::DashMap;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower_lsp::gen_lsp_types::{
    Command, InlineCompletionItem, InlineCompletionParams, InlineCompletionResponse, InlineCompletionTriggerKind,
    InsertText, MessageType, Position, Range, Uri,
};
use tower_lsp::jsonrpc::Result;

use super::completion_menu::Menu;
use super::completion_switch::Switches;
use super::execute_command::ACCEPTED;
use super::session::{Server, Session};
use super::store::{Open, Store};
use super::{from_proto, to_proto, uri};
use crate::actions::ActionId;
use crate::config::{Activation, Config};
use crate::engine::{Completion, Failure, Suggested, Suggestion, Suggestions, Task, Wanted};
use crate::inline_completion::{Rhythm, Selected, Trigger};
use crate::syntax::Document;

/// The most suggestions for who asks by hand; who types gets one.
const MOST_ITEMS: usize = 3;
/// Reasons that are remembered as said; no more are ever told.
const MOST_SAID: usize = 32;

/// The requests that run, and what was said of those that failed.
#[derive(Default)]
pub(super) struct Completions {
    running: DashMap<Uri, CancellationToken>,
    rhythm: Mutex<Rhythm>,
    pub(super) switches: Switches,
    pub(super) menu: Menu,
    said: Mutex<HashSet<String>>,
}

impl Completions {
    /// A document's request from now on; the one before it is over.
    pub(super) fn begin(&self, uri: &Uri) -> CancellationToken {
        let own = CancellationToken::new();
        if let Some(before) = self.running.insert(uri.clone(), own.clone()) {
            before.cancel();
        }
        own
    }

    /// Forgets the documents that are not open any more.
    pub(super) fn keep(&self, store: &Store) {
        self.running.retain(|uri, _| store.is_open(uri));
        self.menu.keep(store);
    }

    /// How long the model of a question is left alone, which comes now.
    pub(super) fn pause(&self, trigger: Trigger) -> Duration {
        let mut rhythm = self.rhythm.lock().unwrap_or_else(PoisonError::into_inner);
        match trigger {
            Trigger::Invoked => Duration::ZERO,
            Trigger::Automatic => {
                rhythm.typed(Instant::now().into_std());
                rhythm.pause()
            }
        }
    }

    /// Takes in how long models took to answer.
    fn answered(&self, completion: &Completion) {
        let latency: Duration = completion.attempts.iter().map(|attempt| attempt.duration).sum();
        if latency > Duration::ZERO {
            self.rhythm.lock().unwrap_or_else(PoisonError::into_inner).answered(latency);
        }
    }

    /// Whether a reason is told for the first time.
    fn is_new(&self, reason: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.len() < MOST_SAID && said.insert(reason.to_owned())
    }
}

/// What is asked at a place of a document, as it was when the question came.
pub(super) struct Question {
    pub(super) open: Open,
    pub(super) document: Document,
    pub(super) at: Position,
    pub(super) wanted: Wanted,
}

impl Question {
    /// What is to be shown; nothing where nobody wants to know any more.
    pub(super) async fn answer(&self, session: &Arc<Session>, own: &CancellationToken) -> Option<Option<Suggestions>> {
        tokio::select! {
            biased;
            () = own.cancelled() => None,
            () = session.jobs.stopped() => None,
            suggestions = self.suggestions(session) => Some(suggestions),
        }
    }

    async fn suggestions(&self, session: &Arc<Session>) -> Option<Suggestions> {
        let config = session.config(self.open.path.as_deref()).await;
        if session.activation(&self.open, config.as_deref()).0 > least(self.wanted.trigger) {
            return None;
        }
        let completion = completed(session, self.task(session, config), self.wanted.clone()).await?;
        session.completions.answered(&completion);
        for warning in &completion.warnings {
            session.show(MessageType::Warning, warning).await;
        }
        match completion.result {
            Ok(Suggested::Text(suggestions)) => Some(suggestions),
            Ok(Suggested::Nothing(_)) => None,
            Err(failure) => {
                tell(session, self.wanted.trigger, &failure).await;
                None
            }
        }
    }

    fn task(&self, session: &Session, config: Option<Arc<Config>>) -> Task {
        let at = Range { start: self.at, end: self.at };
        let range = from_proto::byte_range(&self.document, &at, session.encoding());
        Task { range, ..task(session, &self.open, &self.document, config) }
    }

    /// Whether the document is still the one that was asked about.
    fn is_current(&self, session: &Session) -> bool {
        let now = session.store.get(&self.open.uri);
        now.as_ref().and_then(Open::document).is_some_and(|now| now.version() == self.document.version())
    }
}

/// A task at the start of a document, whose action counts for nothing.
fn task(session: &Session, open: &Open, document: &Document, config: Option<Arc<Config>>) -> Task {
    let task = Task::new("completion", ActionId::Generate, document.clone(), 0..0);
    let names = if open.path.is_none() { uri::other_path(&open.uri).into_iter().collect() } else { Vec::new() };
    Task { workspace: session.workspace(open.path.as_deref()), path: open.path.clone(), names, config, ..task }
}

/// Has a server get ready for a document that was just opened, where completions come by themselves.
pub(super) async fn warm_up(session: Arc<Session>, uri: Uri) {
    let Some(open) = session.store.get(&uri) else { return };
    let Some(document) = open.document().cloned() else { return };
    let config = session.config(open.path.as_deref()).await;
    let is_wanted = config.as_ref().is_some_and(|config| config.completion.warm_up);
    if !is_wanted || session.activation(&open, config.as_deref()).0 > Activation::Auto {
        return;
    }
    let task = task(&session, &open, &document, config);
    tokio::select! {
        biased;
        () = session.jobs.stopped() => {}
        () = session.work.warm_up(&task) => {}
    }
}

/// The most that the settings may hold back where such a question is to be answered.
pub(super) fn least(trigger: Trigger) -> Activation {
    if trigger == Trigger::Automatic { Activation::Auto } else { Activation::Manual }
}

impl Server {
    pub(super) async fn inline_completion(
        &self,
        params: InlineCompletionParams,
    ) -> Result<Option<InlineCompletionResponse>> {
        let session = &self.0;
        let place = &params.text_document_position_params;
        // All that comes before the first wait happens in the order of the client's messages.
        let own = session.completions.begin(&place.text_document.uri);
        let Some(open) = session.store.get(&place.text_document.uri) else { return Ok(None) };
        let Some(document) = open.document().cloned() else { return Ok(None) };
        let wanted = wanted(session, &document, &params);
        let question = Question { open, document, at: place.position, wanted };
        // Nothing for a question that is over: what the editor shows by now is none of its business. An empty list for one that
        // counts: Neovim takes down what it shows of an earlier one.
        let suggestions = question.answer(session, &own).await.filter(|_| question.is_current(session));
        Ok(suggestions.map(|suggestions| response(session, &question, suggestions.as_ref())))
    }
}

/// Does it in a task of its own: parsing takes time that other requests should not wait for. Dropping the future ends the task.
async fn completed(session: &Session, task: Task, wanted: Wanted) -> Option<Completion> {
    let work = session.work.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { work.complete(&task, &wanted).await });
    // A panic is no completion; it stands in the log.
    tasks.join_next().await?.ok()
}

fn wanted(session: &Session, document: &Document, params: &InlineCompletionParams) -> Wanted {
    let selected = params.context.selected_completion_info.as_ref();
    let trigger = match params.context.trigger_kind {
        InlineCompletionTriggerKind::Invoked => Trigger::Invoked,
        _ => Trigger::Automatic,
    };
    // A suggestion replaces a part of one line.
    let selected = selected.filter(|own| own.range.start.line == own.range.end.line).map(|own| Selected {
        range: from_proto::byte_range(document, &own.range, session.encoding()),
        text: own.text.clone(),
    });
    Wanted { trigger, selected, pause: session.completions.pause(trigger), patience: None }
}

/// Who asked is told in a message box, who types reads it in the log; each reason once.
async fn tell(session: &Session, trigger: Trigger, failure: &Failure) {
    let message = format!("no completion: {}", failure.message);
    tracing::info!(code = failure.code.as_str(), "no completion");
    if !session.completions.is_new(&format!("{trigger:?} {message}")) {
        return;
    }
    match trigger {
        Trigger::Invoked => session.show(to_proto::message_type(failure.code), &message).await,
        Trigger::Automatic => session.client.log_message(MessageType::Warning, format!("Graft: {message}")).await,
    }
}

fn response(session: &Session, question: &Question, suggestions: Option<&Suggestions>) -> InlineCompletionResponse {
    let most = if question.wanted.trigger == Trigger::Automatic { 1 } else { MOST_ITEMS };
    let all = suggestions.into_iter().flat_map(Suggestions::iter);
    let items = all.take(most).map(|own| item(session, &question.document, own));
    InlineCompletionResponse::InlineCompletionItemList(items.collect())
}

fn item(session: &Session, document: &Document, suggestion: &Suggestion) -> InlineCompletionItem {
    let range = to_proto::range(document.text(), suggestion.range.clone(), session.encoding());
    InlineCompletionItem {
        filter_text: Some(filter_text(document.slice(suggestion.range.clone()), &suggestion.text)),
        range: Some(range),
        command: Some(accepted_command(suggestion)),
        insert_text: InsertText::String(suggestion.text.clone()),
    }
}

/// What the editor tells once the suggestion is taken.
pub(super) fn accepted_command(suggestion: &Suggestion) -> Command {
    Command {
        title: "Graft: suggestion taken".to_owned(),
        tooltip: None,
        command: ACCEPTED.to_owned(),
        arguments: Some(vec![suggestion.id.into()]),
    }
}

/// An editor shows a suggestion while what it replaces begins this text: so it begins with what is there, also where the
/// editor's list has found its entry by other letters.
fn filter_text(replaced: &str, text: &str) -> String {
    if text.starts_with(replaced) { text.to_owned() } else { format!("{replaced}{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_is_found_by_what_it_replaces() {
        assert_eq!(filter_text("", "a + b"), "a + b");
        assert_eq!(filter_text("ma", "max(a, b)"), "max(a, b)");
        assert_eq!(filter_text("mx", "max(a, b)"), "mxmax(a, b)");
    }
}
