//! `textDocument/inlineCompletion`: one suggestion at the cursor. The latest request of a document counts: it ends the one before it,
//! which is answered with nothing, as is one whose document has changed. Refuses to interrupt anybody who types: what goes wrong is
//! said once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dashmap::DashMap;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower_lsp::gen_lsp_types::{
    InlineCompletionItem, InlineCompletionParams, InlineCompletionResponse, InlineCompletionTriggerKind, InsertText,
    MessageType, Range, Uri,
};
use tower_lsp::jsonrpc::Result;

use super::session::{Server, Session};
use super::store::Open;
use super::{from_proto, to_proto, uri};
use crate::actions::ActionId;
use crate::engine::{Completion, Failure, Suggested, Suggestion, Task, Wanted};
use crate::inline_completion::{Selected, Trigger};
use crate::syntax::Document;

/// Who types on within this time wants no completion yet: some editors ask at every key.
const PAUSE: Duration = Duration::from_millis(130);
/// Reasons that are remembered as said; no more are ever told.
const MOST_SAID: usize = 32;

/// The requests that run, and what was said of those that failed.
#[derive(Default)]
pub(super) struct Completions {
    running: DashMap<Uri, CancellationToken>,
    said: Mutex<HashSet<String>>,
}

impl Completions {
    /// A document's request from now on; the one before it is over.
    fn begin(&self, uri: &Uri) -> CancellationToken {
        let own = CancellationToken::new();
        if let Some(before) = self.running.insert(uri.clone(), own.clone()) {
            before.cancel();
        }
        own
    }

    /// Whether a reason is told for the first time.
    fn is_new(&self, reason: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.len() < MOST_SAID && said.insert(reason.to_owned())
    }
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
        let at = Range { start: place.position, end: place.position };
        let wanted = wanted(session, &document, &params);
        let answer = async {
            if wanted.trigger == Trigger::Automatic {
                tokio::time::sleep(PAUSE).await;
            }
            let task = task(session, &open, document.clone(), &at).await;
            completed(session, task, wanted.clone()).await
        };
        let completion = tokio::select! {
            biased;
            () = own.cancelled() => None,
            () = session.jobs.stopped() => None,
            completion = answer => completion,
        };
        let now = session.store.get(&open.uri);
        let is_current = now.as_ref().and_then(Open::document).is_some_and(|now| now.version() == document.version());
        let suggestion = match completion.map(|completion| completion.result) {
            Some(Ok(Suggested::Text(suggestions))) if is_current => Some(suggestions.best),
            Some(Err(failure)) => {
                tell(session, wanted.trigger, &failure).await;
                None
            }
            _ => None,
        };
        Ok(suggestion.map(|suggestion| response(session, &document, suggestion)))
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
    let selected = selected.map(|own| Selected {
        range: from_proto::byte_range(document, &own.range, session.encoding()),
        text: own.text.clone(),
    });
    Wanted { trigger, selected }
}

async fn task(session: &Arc<Session>, open: &Open, document: Document, at: &Range) -> Task {
    let folder = session.folder(open.path.as_deref());
    let (config, news) = session.settings.config(folder.as_deref());
    for sentence in session.configured(news) {
        session.show(MessageType::Warning, &sentence).await;
    }
    let range = from_proto::byte_range(&document, at, session.encoding());
    // The action counts for nothing.
    let task = Task::new("completion", ActionId::Generate, document, range);
    let names = if open.path.is_none() { uri::other_path(&open.uri).into_iter().collect() } else { Vec::new() };
    Task { workspace: session.workspace(open.path.as_deref()), path: open.path.clone(), names, config, ..task }
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

fn response(session: &Session, document: &Document, suggestion: Suggestion) -> InlineCompletionResponse {
    let range = to_proto::range(document.text(), suggestion.range, session.encoding());
    let item = InlineCompletionItem {
        filter_text: None,
        range: Some(range),
        command: None,
        insert_text: InsertText::String(suggestion.text),
    };
    InlineCompletionResponse::InlineCompletionItemList(vec![item])
}
