//! What happens to a message before its handler runs: document changes are made at once and in order, every handler is
//! started at once, and a panic becomes an answer. Refuses to let one request wait for another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tower::Service;
use tower_lsp::LspService;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

use super::session::{Server, Session};
use super::{inline_completion, sync};

/// The way in.
pub(super) struct Middleware {
    service: LspService<Server>,
    session: Arc<Session>,
}

/// What a message led to.
pub(super) enum Answer {
    /// It is dealt with; a request has its response.
    Now(Option<Response>),
    /// The response will come.
    Later(BoxFuture<'static, Option<Response>>),
}

impl Middleware {
    pub(super) fn new(service: LspService<Server>, session: Arc<Session>) -> Middleware {
        Middleware { service, session }
    }

    /// Deals with a message. What its handler does before it first awaits is done when this returns: snapshots are taken,
    /// jobs started, jobs cancelled, all in the order in which the client sent its messages.
    pub(super) fn call(&mut self, request: Request) -> Answer {
        let is_notification = request.id().is_none();
        if is_notification && sync::is_about_documents(request.method()) {
            if self.session.is_initialized() {
                sync::apply(&self.session.store, &request, self.session.encoding());
                if request.method() == sync::DID_CLOSE {
                    self.session.completions.keep(&self.session.store);
                }
                if let Some(uri) = sync::opened(&request) {
                    self.session.jobs.tasks.spawn(inline_completion::warm_up(self.session.clone(), uri));
                }
            }
            return Answer::Now(None);
        }
        let id = request.id().cloned();
        let method = request.method().to_owned();
        let broken = move |id: Option<Id>| {
            tracing::error!(method, "a handler panicked");
            id.map(|id| Response::from_error(id, Error::internal_error()))
        };
        let request = without_empty_params(request);
        let Ok(handler) = catch_unwind(AssertUnwindSafe(|| self.service.call(request))) else {
            return Answer::Now(broken(id));
        };
        let mut answer = AssertUnwindSafe(handler)
            .catch_unwind()
            .map(move |answer| match answer {
                Ok(response) => response.unwrap_or_default(),
                Err(_) => broken(id),
            })
            .boxed();
        match (&mut answer).now_or_never() {
            Some(response) => Answer::Now(response),
            None => Answer::Later(answer),
        }
    }
}

/// `shutdown` and `exit` take no parameters, which the library insists on; some clients send `{}`.
fn without_empty_params(request: Request) -> Request {
    let empty = request.params().is_some_and(|params| match params {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    });
    if !empty || !matches!(request.method(), "shutdown" | "exit") {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let bare = Request::build(method);
    match id {
        Some(id) => bare.id(id),
        None => bare,
    }
    .finish()
}
