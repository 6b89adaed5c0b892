//! From a command to the edit in the buffer, with the real engine and a scripted model.

mod moving;
mod review;
mod test_files;

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use graft_ls::lsp::LoadConfig;
use serde_json::{Value, json};

use crate::support::lsp_client::{Edits, LspClient, capabilities};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

const RUST: &str = "file:///w/a.rs";
const PYTHON: &str = "file:///w/a.py";

const ADD: &str = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";
const ADD_DOCUMENTED: &str = "/// Adds two numbers.\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";

pub(crate) fn fenced(language: &str, code: &str) -> String {
    format!("```{language}\n{code}```\n")
}

fn documented() -> Reply {
    Reply::text(&fenced("rust", ADD_DOCUMENTED))
}

/// The model `small` behind the server, and settings that name nothing else.
pub(crate) fn settings(server: &ModelServer) -> Value {
    json!({
        "providers": {"here": {"kind": "openai", "base_url": server.url()}},
        "models": {"quick": {"provider": "here", "model": "small"}},
        "routes": {"default": "quick"}
    })
}

pub(crate) fn from_editor() -> LoadConfig {
    Arc::new(|said| Config::from_layers(None, said.editor).into())
}

pub(super) async fn client_with(server: &ModelServer, capabilities: Value) -> LspClient {
    let params = json!({"capabilities": capabilities, "initializationOptions": settings(server)});
    LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await
}

/// A client that has `text` open.
pub(super) async fn client(server: &ModelServer, text: &str) -> LspClient {
    let mut client = client_with(server, capabilities()).await;
    client.open(RUST, "rust", text).await;
    client
}

pub(crate) fn at(action: &str, uri: &str, line: u32, character: u32) -> Value {
    let place = json!({"line": line, "character": character});
    json!({"action": action, "uri": uri, "range": {"start": place, "end": place}})
}

fn insertion(line: u32, text: &str) -> Value {
    json!({"range": {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}, "text": text})
}

/// Asks for the list at a place, picks the action and runs its command.
async fn pick(client: &mut LspClient, uri: &str, line: u32, character: u32, kind: &str) -> String {
    let actions = client.code_actions(uri, [line, character, line, character], json!({"only": [kind]})).await;
    let command = &actions.first().expect("the action is not offered")["command"];
    let started = client.command(command["command"].as_str().unwrap(), command["arguments"].clone()).await.unwrap();
    started["job"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn goes_from_the_list_to_the_buffer_in_rust_and_python() {
    let python = "def mean(values):\n    return sum(values) / len(values)\n";
    let python_documented =
        "def mean(values):\n    \"\"\"Return the mean of the values.\"\"\"\n    return sum(values) / len(values)\n";
    for (uri, language, text, answer) in
        [(RUST, "rust", ADD, ADD_DOCUMENTED), (PYTHON, "python", python, python_documented)]
    {
        let server = ModelServer::start([Reply::text(&fenced(language, answer))]).await;
        let mut client = client_with(&server, capabilities()).await;
        let before = "\n\n";
        client.open(uri, language, &format!("{before}{text}")).await;
        let job = pick(&mut client, uri, 2, 5, "refactor.rewrite.graft.document").await;
        assert!(client.ended(&job).await.starts_with("done by small (quick)"));
        assert_eq!(client.text(uri), format!("{before}{answer}"));
        assert!(
            client.labels[0].starts_with("Graft: document `") && client.labels[0].ends_with("` (small)"),
            "{:?}",
            client.labels
        );
        client.logged("done by small (quick)").await;
        client.shutdown().await;
    }
}

#[tokio::test]
async fn sends_the_smallest_edit_under_the_current_version_in_every_encoding() {
    let text = "const CRAB: &str = \"🦀é\"; fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";
    let answer = "fn add(a: i32, b: i32) -> i32 {\n    b + a\n}\n";
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let server = ModelServer::start([Reply::text(&fenced("rust", answer))]).await;
        let mut capabilities = capabilities();
        capabilities["general"]["positionEncodings"] = json!([encoding]);
        let mut client = client_with(&server, capabilities).await;
        client.edits = Edits::Leave;
        client.open(RUST, "rust", text).await;
        client.change(RUST, vec![json!({"text": text})]).await;
        let column = match encoding {
            "utf-8" => 36,
            "utf-16" => 32,
            _ => 31,
        };
        let job = client.run(at("refactor", RUST, 0, column)).await;
        let request = client.request_from_server("workspace/applyEdit").await;
        let change = &request["params"]["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({"uri": RUST, "version": 2}));
        client.make_edit(&request).await;
        client.ended(&job).await;
        assert_eq!(client.text(RUST), text.replace("a + b", "b + a"), "{encoding}");
        client.shutdown().await;
    }
}

#[tokio::test]
async fn keeps_crlf() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, &ADD.replace('\n', "\r\n")).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    client.ended(&job).await;
    assert_eq!(client.text(RUST), ADD_DOCUMENTED.replace('\n', "\r\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn cancel_closes_the_connection_to_the_model() {
    let server = ModelServer::start(Script::by(|n, _| match n {
        0 => Reply::silence(),
        _ => documented().hang_at(200),
    }))
    .await;
    let mut client = client(&server, ADD).await;
    for n in 0..2 {
        let job = client.run(at("document", RUST, 0, 4)).await;
        server.request(n).await;
        assert_eq!(client.command("graft.cancel", json!([])).await, Ok(json!({"cancelled": [job]})));
        server.closed(n).await;
        assert_eq!(client.ended(&job).await, "cancelled");
    }
    assert_eq!(client.text(RUST), ADD);
    client.shutdown().await;
}

#[tokio::test]
async fn a_client_that_leaves_takes_the_models_with_it() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let mut client = client(&server, ADD).await;
    client.run(at("document", RUST, 0, 4)).await;
    server.request(0).await;
    client.hang_up().await;
    server.closed(0).await;
}

#[tokio::test]
async fn runs_two_jobs_at_once_in_one_document() {
    let (first, second) = (Gate::shut(), Gate::shut());
    let gates = [first.clone(), second.clone()];
    let server = ModelServer::start(Script::by(move |_, request| {
        let is_add = request.body["messages"].to_string().contains("fn add(");
        match is_add {
            true => documented().hold(&gates[0]),
            false => Reply::text(&fenced("rust", "/// Does nothing.\nfn nothing() {}\n")).hold(&gates[1]),
        }
    }))
    .await;
    let mut client = client(&server, &format!("{ADD}\nfn nothing() {{}}\n")).await;
    let jobs = [client.run(at("document", RUST, 0, 4)).await, client.run(at("document", RUST, 4, 4)).await];
    server.request(1).await;
    second.open();
    client.ended(&jobs[1]).await;
    first.open();
    client.ended(&jobs[0]).await;
    assert_eq!(client.text(RUST), format!("{ADD_DOCUMENTED}\n/// Does nothing.\nfn nothing() {{}}\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn tells_why_the_first_model_did_not_do_it() {
    let server = ModelServer::start(Script::by(|_, request| match request.body["model"] == "small" {
        true => Reply::error(401, json!({"error": {"message": "no such key"}})),
        false => documented(),
    }))
    .await;
    let mut settings = settings(&server);
    settings["models"]["deep"] = json!({"provider": "here", "model": "large"});
    settings["routes"]["default"] = json!(["quick", "deep"]);
    let params = json!({"capabilities": capabilities(), "initializationOptions": settings});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    client.open(RUST, "rust", ADD).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let told = client.ended(&job).await;
    assert!(
        told.starts_with("done by large (deep), after no access to here (quick: ") && told.contains("no such key"),
        "{told}"
    );
    client.logged("no such key").await;
    client.shutdown().await;
}

#[tokio::test]
async fn shows_one_message_where_every_model_failed() {
    let server =
        ModelServer::start(Script::always(Reply::error(401, json!({"error": {"message": "no such key"}})))).await;
    let mut client = client(&server, ADD).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let (kind, message) = client.message().await;
    assert_eq!(kind, 1);
    assert!(message.starts_with("Graft: ") && message.contains("no such key"), "{message}");
    client.ended(&job).await;
    assert_eq!(client.text(RUST), ADD);
    let status = client.command("graft.status", json!([])).await.unwrap();
    assert_eq!(
        (&status["providers"][0]["name"], &status["providers"][0]["state"]),
        (&json!("here"), &json!("resting"))
    );
    client.shutdown().await;
}
