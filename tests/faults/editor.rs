//! Editors that misbehave: floods, requests nobody waits for, questions that they never answer. Each request is answered exactly
//! once, and what one does holds up nothing else.

use std::sync::Arc;
use std::time::Duration;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::Fault;
use super::servers::{DOCUMENTED, session};
use crate::lsp::edits::{at, from_editor};
use crate::routing::{ADD, good};
use crate::support::lsp_client::{Edits, LspClient, capabilities, code_action_params};
use crate::support::model_server::{ModelServer, Script};

pub(super) static FAULTS: [&Fault; 7] =
    [&CHANGES, &REQUESTS, &CANCELS, &UNANSWERED_EDIT, &UNANSWERED_QUESTIONS, &SAME_ID, &CLOSED_MEANWHILE];
const URI: &str = "file:///w/add.rs";

static CHANGES: Fault = Fault {
    fault: "the editor sends 5,000 changes at once, then asks for something",
    happens: "all are made, in order; the job works on the last text",
    seen: "",
};

#[tokio::test]
async fn a_flood_of_changes_ends_in_the_text_of_the_editor() {
    let server = ModelServer::start([good()]).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    let place =
        |line: u32, end: u32| json!({"start": {"line": line, "character": 0}, "end": {"line": end, "character": 0}});
    for n in 0..5000 {
        let text = if n % 2 == 0 { "// größe 🦀\r\n" } else { "" };
        client.change(URI, vec![json!({"range": place(0, n % 2), "text": text})]).await;
    }
    assert_eq!(client.text(URI), ADD);
    let job = client.run(at("document", URI, 0, 4)).await;
    assert!(client.ended(&job).await.starts_with("done by"), "{}", CHANGES.fault);
    // The edit was one for the version that the editor has: another would have been refused.
    assert_eq!(client.text(URI), DOCUMENTED);
    client.shutdown().await;
}

static REQUESTS: Fault = Fault {
    fault: "the editor sends 10,000 requests and waits for no answer",
    happens: "each is answered exactly once",
    seen: "",
};

#[tokio::test]
async fn ten_thousand_requests_are_answered_once_each() {
    let server = ModelServer::start([]).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    let mut ids = Vec::new();
    for n in 0..10_000 {
        ids.push(match n % 5 {
            0 => client.ask("textDocument/codeAction", code_action_params(URI, [0, 4, 0, 4], json!({}))).await,
            1 => client.ask("workspace/executeCommand", json!({"command": "graft.status"})).await,
            2 => client.ask("textDocument/hover", json!({})).await,
            3 => client.ask("textDocument/inlineCompletion", json!(17)).await,
            _ => client.ask("workspace/executeCommand", json!({"command": "graft.run"})).await,
        });
    }
    // The client itself fails on an answer to what it did not ask, or did ask but once.
    for (n, id) in ids.into_iter().enumerate() {
        assert_eq!(client.answer(id).await.is_ok(), n % 5 < 2, "{}", REQUESTS.fault);
    }
    client.shutdown().await;
}

static CANCELS: Fault = Fault {
    fault: "the editor cancels what it never asked for, or again and again",
    happens: "nothing; what it did ask for is answered",
    seen: "",
};

#[tokio::test]
async fn cancels_of_nothing_change_nothing() {
    let server = ModelServer::start([]).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    for n in 0..1000 {
        for id in [json!(n), json!(-n), json!(format!("none-{n}")), json!(null), json!(1e300), json!({"id": n})] {
            client.notify("$/cancelRequest", json!({"id": id})).await;
        }
        client.notify("window/workDoneProgress/cancel", json!({"token": n})).await;
    }
    client.notify("$/cancelRequest", json!([])).await;
    assert!(client.command("graft.status", json!([])).await.is_ok(), "{}", CANCELS.fault);
    assert_eq!(client.code_actions(URI, [0, 4, 0, 4], json!({})).await.len(), 4);
    client.shutdown().await;
}

static UNANSWERED_EDIT: Fault = Fault {
    fault: "the editor never answers `workspace/applyEdit`",
    happens: "10 s later the job ends; the edit is not sent twice",
    seen: "done by small (quick); the editor did not say whether it took the edit",
};

#[tokio::test]
async fn an_edit_that_is_never_answered_ends_the_job() {
    let server = ModelServer::start([good().model("small")]).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", URI, 0, 4)).await;
    client.request_from_server("workspace/applyEdit").await;
    // From here on nothing but the clock moves.
    tokio::time::pause();
    UNANSWERED_EDIT.is_seen_in(&client.ended(&job).await);
    tokio::time::resume();
    client.shutdown().await;
}

static UNANSWERED_QUESTIONS: Fault = Fault {
    fault: "the editor answers none of the server's requests",
    happens: "the edit is made all the same; Graft never asks for `workspace/configuration`",
    seen: "",
};

#[tokio::test]
async fn questions_that_nobody_answers_hold_nothing_up() {
    let server = ModelServer::start([good()]).await;
    let mut all = capabilities();
    all["workspace"]["configuration"] = json!(true);
    all["workspace"]["didChangeWatchedFiles"] = json!({"dynamicRegistration": true, "relativePatternSupport": true});
    let settings = json!({"providers": {"here": {"kind": "openai", "base_url": server.url()}},
        "models": {"quick": {"provider": "here", "model": "small"}}, "routes": {"default": "quick"}});
    let params = json!({"capabilities": all, "initializationOptions": settings});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    client.agrees_to_progress = false;
    client.open(URI, "rust", ADD).await;
    client.run(at("document", URI, 0, 4)).await;
    client.logged("done by").await;
    assert_eq!(client.text(URI), DOCUMENTED, "{}", UNANSWERED_QUESTIONS.fault);
    for method in ["client/registerCapability", "window/workDoneProgress/create"] {
        client.request_from_server(method).await;
    }
    // Anything else that is not read, `workspace/configuration` above all, fails the goodbye.
    client.shutdown().await;
}

static SAME_ID: Fault = Fault {
    fault: "the editor uses a request's id again before it is answered",
    happens: "each is answered, under that id",
    seen: "",
};

#[tokio::test]
async fn an_id_that_is_used_twice_is_answered_twice() {
    let server = ModelServer::start([]).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    let command = json!({"command": "graft.status"});
    for _ in 0..3 {
        client.send(json!({"id": "twice", "method": "workspace/executeCommand", "params": command})).await;
    }
    for _ in 0..3 {
        let answer = client.stray().await;
        assert_eq!(answer["id"], "twice", "{}: {answer}", SAME_ID.fault);
    }
    client.shutdown().await;
}

static CLOSED_MEANWHILE: Fault = Fault {
    fault: "the document is closed while the model writes",
    happens: "no edit",
    seen: "`add.rs` was closed before the edit was ready; open it and run the action again",
};

#[tokio::test]
async fn a_document_that_is_closed_gets_no_edit() {
    let gate = crate::support::model_server::Gate::shut();
    let server = ModelServer::start(Script::always(good().hold(&gate))).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    let job = client.run(at("document", URI, 0, 4)).await;
    server.request(0).await;
    client.close(URI).await;
    // The close is read before the status is answered.
    client.command("graft.status", Value::Null).await.unwrap();
    gate.open();
    CLOSED_MEANWHILE.is_seen_in(client.message().await.1.strip_prefix("Graft: ").unwrap());
    client.ended(&job).await;
    client.shutdown().await;
}

/// No wait of these tests is longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
