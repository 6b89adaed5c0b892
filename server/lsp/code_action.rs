//! `textDocument/codeAction`: what could be done here, from the tree alone. Refuses to ask a model, to carry an edit, and to
//! put anything off to a resolve request: editors freeze in it, or apply its edit to a text that has changed.

use serde_json::Value;
use tower_lsp::gen_lsp_types::{
    self as lsp, CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, CodeActionTag,
    CodeActionTriggerKind, Command,
};
use tower_lsp::jsonrpc::{Error, Result};

use super::execute_command::{CANCEL, RUN, RunArgument};
use super::from_proto;
use super::session::{Server, Session};
use super::to_proto::{CANCEL_KIND, code_action_kind, kind};
use crate::actions::{ActionId, Offer};
use crate::syntax::Document;

impl Server {
    pub(super) async fn code_action(&self, params: CodeActionParams) -> Result<Option<Vec<CodeActionResponse>>> {
        // The snapshot is taken before anything is awaited: the state that the client had when it asked.
        let open = self.0.store.get(&params.text_document.uri);
        let Some(document) = open.as_ref().and_then(|open| open.document()).cloned() else {
            return Ok(Some(Vec::new()));
        };
        // VS Code and Kakoune ask at every move of the cursor; a light bulb that always burns tells nothing.
        if is_automatic(&params) && params.context.diagnostics.is_empty() {
            return Ok(Some(Vec::new()));
        }
        // The first parse of a large file takes milliseconds that other requests should not wait for.
        let session = self.0.clone();
        let listed = tokio::task::spawn_blocking(move || list(&session, &document, &params)).await;
        listed.map(Some).map_err(|_| Error::internal_error())
    }
}

fn is_automatic(params: &CodeActionParams) -> bool {
    params.context.trigger_kind == Some(CodeActionTriggerKind::Automatic)
}

fn list(session: &Session, document: &Document, params: &CodeActionParams) -> Vec<CodeActionResponse> {
    let context = &params.context;
    let automatic = is_automatic(params);
    let only = context.only.as_deref();
    let encoding = session.encoding();
    let range = from_proto::byte_range(document, &params.range, encoding);
    let ours = |diagnostic| from_proto::diagnostic(document, diagnostic, encoding);
    let diagnostics: Vec<_> = context.diagnostics.iter().map(ours).collect();
    let is_wanted = |action: &ActionId| wanted(only, kind(*action)) && (!automatic || *action == ActionId::FixLint);
    let actions: Vec<ActionId> = ActionId::ALL.into_iter().filter(is_wanted).collect();
    let offers = session.work.offers(&actions, document, range, &diagnostics);
    let mut items: Vec<CodeActionResponse> =
        offers.into_iter().map(|offer| item(session, document, params, offer)).collect();
    if !automatic && wanted(only, CANCEL_KIND) {
        items.extend(cancel_item(session, params));
    }
    items
}

/// Whether a kind, or one that it is a part of, was asked for. An empty list asks for nothing in particular.
fn wanted(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    only.is_none_or(|only| {
        only.is_empty()
            || only.iter().any(|asked| {
                let asked = serde_json::to_value(asked).unwrap_or_default();
                let asked = asked.as_str().unwrap_or_default();
                asked.is_empty()
                    || kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    })
}

fn item(session: &Session, document: &Document, params: &CodeActionParams, offer: Offer) -> CodeActionResponse {
    let given = &params.context.diagnostics;
    let diagnostics: Vec<lsp::Diagnostic> = offer.diagnostics.iter().filter_map(|&at| given.get(at).cloned()).collect();
    let diagnostics = (!diagnostics.is_empty()).then_some(diagnostics);
    let argument = RunArgument {
        action: offer.action.as_str().to_owned(),
        uri: params.text_document.uri.clone(),
        range: params.range,
        version: document.version(),
        instruction: None,
        diagnostics: diagnostics.clone(),
        model: None,
    };
    let command = Command {
        title: offer.title.clone(),
        tooltip: None,
        command: RUN.to_owned(),
        arguments: Some(vec![serde_json::to_value(argument).unwrap_or(Value::Null)]),
    };
    let tags = session.abilities().model_tag.then(|| vec![CodeActionTag::LLMGenerated]);
    response(session, command, kind(offer.action), diagnostics, tags)
}

/// Ends the jobs of this document: the only way to do so in editors whose progress has no cancel button.
fn cancel_item(session: &Session, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let jobs = session.jobs.list();
    let here = jobs.iter().filter(|job| job.uri == params.text_document.uri);
    let arguments: Vec<Value> = here.map(|job| serde_json::json!({"job": job.id})).collect();
    let command = Command {
        title: "Graft: cancel".to_owned(),
        tooltip: None,
        command: CANCEL.to_owned(),
        arguments: (!arguments.is_empty()).then_some(arguments),
    };
    command.arguments.is_some().then(|| response(session, command, CANCEL_KIND, None, None))
}

fn response(
    session: &Session,
    command: Command,
    kind: &'static str,
    diagnostics: Option<Vec<lsp::Diagnostic>>,
    tags: Option<Vec<CodeActionTag>>,
) -> CodeActionResponse {
    if !session.abilities().action_literals {
        return CodeActionResponse::Command(command);
    }
    CodeActionResponse::CodeAction(CodeAction {
        title: command.title.clone(),
        kind: Some(code_action_kind(kind)),
        diagnostics,
        tags,
        command: Some(command),
        ..CodeAction::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honours_kinds_by_their_parts() {
        let kinds = |asked: &[&str]| -> Vec<CodeActionKind> {
            asked.iter().map(|&kind| serde_json::from_value(kind.into()).unwrap()).collect()
        };
        let document = kind(ActionId::Document);
        for (asked, expected) in [
            (&["refactor"][..], true),
            (&["refactor.rewrite"], true),
            (&["refactor.rewrite.graft"], true),
            (&["refactor.rewrite.graft.document"], true),
            (&[""], true),
            (&["source", "refactor"], true),
            (&["refactor.rewrite.graft.doc"], false),
            (&["refactor.extract"], false),
            (&["quickfix"], false),
            (&["source"], false),
            (&[], true),
        ] {
            assert_eq!(wanted(Some(&kinds(asked)), document), expected, "{asked:?}");
        }
        assert!(wanted(None, document));
    }
}
