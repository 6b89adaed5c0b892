//! didOpen, didChange and didClose, made in the order of their arrival, before anything else is read. Refuses to skip a
//! change silently: one that cannot be read loses the document rather than leaving a text that the client does not have.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp::gen_lsp_types::{Range, Uri};
use tower_lsp::jsonrpc::Request;

use super::from_proto;
use super::store::{Change, Store};
use crate::text::Encoding;

// Own shapes instead of the library's: some clients send `"range": null` for a whole text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    text_document: OpenedDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenedDocument {
    uri: Uri,
    #[serde(default)]
    language_id: String,
    version: i32,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: ChangedDocument,
    content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
struct ChangedDocument {
    uri: Uri,
    version: i32,
}

#[derive(Deserialize)]
struct ContentChange {
    range: Option<Range>,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Closed {
    text_document: ClosedDocument,
}

#[derive(Deserialize)]
struct ClosedDocument {
    uri: Uri,
}

/// The notification after which a document is not open any more.
pub(super) const DID_CLOSE: &str = "textDocument/didClose";

/// The document that a notification tells to be open from now on.
pub(super) fn opened(notification: &Request) -> Option<Uri> {
    let uri = notification.params()?.pointer("/textDocument/uri")?.as_str()?;
    (notification.method() == "textDocument/didOpen").then(|| Uri::from(uri))
}

/// Makes one kind of change to the open documents.
type Make = fn(&Store, &Value, Encoding) -> Result<(), String>;

fn make(method: &str) -> Option<Make> {
    match method {
        "textDocument/didOpen" => Some(open),
        "textDocument/didChange" => Some(change),
        DID_CLOSE => Some(close),
        _ => None,
    }
}

/// Whether notifications of that method change the open documents.
pub(super) fn is_about_documents(method: &str) -> bool {
    make(method).is_some()
}

/// Makes the change that a notification tells of.
pub(super) fn apply(store: &Store, notification: &Request, encoding: Encoding) {
    let Some(make) = make(notification.method()) else {
        return;
    };
    let params = notification.params().unwrap_or(&Value::Null);
    let made = catch_unwind(AssertUnwindSafe(|| make(store, params, encoding)));
    let Err(reason) = made.unwrap_or_else(|_| Err("a bug in Graft".to_owned())) else {
        return;
    };
    let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
    tracing::warn!(method = notification.method(), uri, reason, "ignored");
    if let Some(uri) = uri {
        store.lose(&Uri::from(uri));
    }
}

fn open(store: &Store, params: &Value, _: Encoding) -> Result<(), String> {
    let document = read::<Opened>(params)?.text_document;
    store.open(document.uri, &document.language_id, &document.text, document.version);
    Ok(())
}

fn change(store: &Store, params: &Value, encoding: Encoding) -> Result<(), String> {
    let changed: Changed = read(params)?;
    let changes: Vec<Change<'_>> = changed
        .content_changes
        .iter()
        .map(|change| Change { span: change.range.as_ref().map(from_proto::span), text: &change.text })
        .collect();
    let document = &changed.text_document;
    let known = store.change(&document.uri, document.version, &changes, encoding);
    known.then_some(()).ok_or_else(|| "the document is not open".to_owned())
}

fn close(store: &Store, params: &Value, _: Encoding) -> Result<(), String> {
    let known = store.close(&read::<Closed>(params)?.text_document.uri);
    known.then_some(()).ok_or_else(|| "the document is not open".to_owned())
}

/// Names the field that is wrong, never its value: that may be source text, and the reason goes into the log.
fn read<T: DeserializeOwned>(params: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(params)
        .map_err(|error| format!("`{}` is not as the protocol has it", error.path()))
}
