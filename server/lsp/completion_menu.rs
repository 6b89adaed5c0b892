//! `textDocument/completion`: suggestions as entries of the editor's menu, for editors without ghost text. Refuses to keep the menu
//! waiting: what is not there at once is asked for in the background, and is there when the editor asks again.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::watch;
use tower_lsp::gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, CompletionList, CompletionParams, CompletionResponse,
    InsertTextFormat, InsertTextMode, TextEdit, Uri,
};
use tower_lsp::jsonrpc::Result;

use super::inline_completion::{Question, accepted_command, least};
use super::session::{Server, Session};
use super::store::Store;
use super::{from_proto, to_proto};
use crate::config::Activation;
use crate::engine::{Source, Suggestion, Suggestions, Wanted};
use crate::inline_completion::Trigger;
use crate::syntax::Document;

/// How long a menu is kept waiting at most, less what an answer takes on its way.
const LONGEST_WAIT: Duration = Duration::from_millis(15);
/// Longer labels are cut, in characters.
const LONGEST_LABEL: usize = 60;

/// The last question of each document, with its answer where there is one.
#[derive(Default)]
pub(super) struct Menu {
    asked: DashMap<Uri, Asked>,
}

impl Menu {
    /// Forgets the documents that are not open any more.
    pub(super) fn keep(&self, store: &Store) {
        self.asked.retain(|uri, _| store.is_open(uri));
    }
}

#[derive(Clone)]
struct Asked {
    /// The document's version and the cursor, in bytes.
    place: (Option<i32>, usize),
    /// Nothing where nobody was asked yet.
    answer: Option<watch::Receiver<Answer>>,
}

#[derive(Clone)]
enum Answer {
    /// The question is on its way.
    Waited,
    /// This came of it.
    There(Option<Suggestions>),
}

impl Server {
    pub(super) async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let session = &self.0;
        let place = params.text_document_position_params;
        let Some(open) = session.store.get(&place.text_document.uri) else { return Ok(None) };
        let Some(document) = open.document().cloned() else { return Ok(None) };
        let at = tower_lsp::gen_lsp_types::Range { start: place.position, end: place.position };
        let offset = from_proto::byte_range(&document, &at, session.encoding()).start;
        let here = (document.version(), offset);
        let before = session.completions.menu.asked.get(&open.uri).map(|asked| asked.clone());
        let before = before.filter(|asked| asked.place == here);
        // Who asks twice at one place wants an answer; editors ask by themselves behind words and dots.
        let is_by_hand = before.is_some() || !follows_a_word(&document, offset);
        let trigger = if is_by_hand { Trigger::Invoked } else { Trigger::Automatic };
        let config = session.config(open.path.as_deref()).await;
        let menu = config.as_ref().map_or(Activation::Off, |config| config.completion.menu);
        let activation = session.activation(&open, config.as_deref()).0.max(menu);
        if activation == Activation::Off {
            return Ok(None);
        }
        let answer = match before.and_then(|asked| asked.answer) {
            Some(answer) => Some(answer),
            None if activation > least(trigger) => None,
            None => {
                let pause = session.completions.pause(trigger);
                let wanted = Wanted { trigger, pause, ..Wanted::default() };
                let question = Question { open: open.clone(), document: document.clone(), at: place.position, wanted };
                Some(ask(session, question))
            }
        };
        let asked = Asked { place: here, answer: answer.clone() };
        session.completions.menu.asked.insert(open.uri.clone(), asked);
        let suggestions = match answer {
            Some(answer) => there_soon(answer).await,
            None => None,
        };
        let items =
            suggestions.iter().flat_map(Suggestions::iter).filter_map(|own| item(session, &document, offset, own));
        // Nothing yet, or another cursor: the editor is to ask again.
        let list = CompletionList { is_incomplete: true, items: items.collect(), ..CompletionList::default() };
        Ok(Some(CompletionResponse::CompletionList(list)))
    }
}

/// Asks in the background; the document's next question ends it.
fn ask(session: &Arc<Session>, question: Question) -> watch::Receiver<Answer> {
    let own = session.completions.begin(&question.open.uri);
    let (tell, answer) = watch::channel(Answer::Waited);
    let session = session.clone();
    session.jobs.tasks.clone().spawn(async move {
        let suggestions = question.answer(&session, &own).await;
        tell.send_replace(Answer::There(suggestions.flatten()));
    });
    answer
}

/// What is there within the time that a menu may wait.
async fn there_soon(mut answer: watch::Receiver<Answer>) -> Option<Suggestions> {
    let there = answer.wait_for(|answer| matches!(answer, Answer::There(_)));
    match tokio::time::timeout(LONGEST_WAIT, there).await.ok()?.ok()?.clone() {
        Answer::There(suggestions) => suggestions,
        Answer::Waited => None,
    }
}

/// Whether an editor may have asked by itself: a word or a mark that asks for a member stands right before the cursor.
fn follows_a_word(document: &Document, offset: usize) -> bool {
    let before = document.slice(document.line_start(offset)..offset);
    before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '>' | '@' | '#' | '"' | '\'' | '/'))
}

/// The entry for a suggestion: its first line, as editors cut off or shift the others. It replaces the word before the cursor by
/// itself and more, since that is what editors compare.
fn item(session: &Session, document: &Document, offset: usize, suggestion: &Suggestion) -> Option<CompletionItem> {
    let line = suggestion.text.lines().next().unwrap_or_default().trim_end();
    if line.trim().is_empty() || suggestion.range != (offset..offset) {
        return None;
    }
    let before = document.slice(document.line_start(offset)..offset);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
    let text = format!("{word}{line}");
    let label: String = text.trim_start().chars().take(LONGEST_LABEL).collect();
    let is_cut = label.len() < text.trim_start().len() || line.len() < suggestion.text.len();
    let range = to_proto::range(document.text(), offset - word.len()..offset, session.encoding());
    Some(CompletionItem {
        label: if is_cut { format!("{label}…") } else { label },
        kind: Some(CompletionItemKind::Text),
        detail: Some(match &suggestion.source {
            Source::Model => format!("Graft: {}", suggestion.step),
            Source::OwnCode(place) => format!("Graft: from {place}"),
        }),
        // Below what the language's own server has.
        sort_text: Some("\u{10ffff}".to_owned()),
        filter_text: Some(text.clone()),
        insert_text_format: Some(InsertTextFormat::PlainText),
        insert_text_mode: Some(InsertTextMode::AsIs),
        text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit { range, new_text: text })),
        command: Some(accepted_command(suggestion)),
        ..CompletionItem::default()
    })
}
