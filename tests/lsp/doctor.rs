//! What an editor hears of the installation: the check-up that it asks for, and the model that was found for it.

use std::sync::Arc;

use graft_ls::config::{Config, ProviderKind};
use graft_ls::engine::Engine;
use graft_ls::model::Probe;
use serde_json::{Value, json};
use url::Url;

use super::edits::{at, from_editor};
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{Gate, ModelServer, Reply, Script, whole};

const RUST: &str = "file:///w/a.rs";

fn settings(url: &str) -> Value {
    json!({"providers": {"here": {"kind": "ollama", "base_url": url}},
        "models": {"quick": {"provider": "here", "model": "qwen2.5-coder:7b"}}})
}

async fn client(engine: Engine, settings: Value) -> LspClient {
    let params = json!({"capabilities": capabilities(), "initializationOptions": settings});
    LspClient::start_with(Arc::new(engine), from_editor(), params).await
}

fn discovering(server: &ModelServer) -> Engine {
    let base_url = Url::parse(&server.url()).unwrap();
    Engine::discovering(Config::default(), vec![Probe { server: "Ollama", kind: ProviderKind::Ollama, base_url }])
}

#[tokio::test]
async fn the_status_has_the_check_up_where_it_is_asked_for() {
    let server = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b"])).await;
    let mut client = client(Engine::new(Config::default()), settings(&server.url())).await;
    let status = client.command("graft.status", json!([])).await.unwrap();
    assert_eq!((&status["providers"][0]["state"], status.get("doctor")), (&json!("unknown"), None));
    let status = client.command("graft.status", json!([{"doctor": true}])).await.unwrap();
    assert_eq!((&status["doctor"]["ok"], &status["doctor"]["models"][0]["works"]), (&json!(true), &json!(true)));
    let text = status["doctor_text"].as_str().unwrap();
    assert!(text.ends_with("every action has a step that works\n"), "{text}");
    assert_eq!(status["providers"][0]["state"], "ready", "what was learned counts");
    let error = client.command("graft.status", json!([{"docter": true}])).await.unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("graft.status takes nothing, or {doctor: true}"), "{error}");
    client.shutdown().await;
}

#[tokio::test]
async fn a_check_up_that_is_cancelled_ends_at_once_and_closes_its_connections() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let mut client = client(Engine::new(Config::default()), settings(&server.url())).await;
    let command = json!({"command": "graft.status", "arguments": [{"doctor": true}]});
    let id = client.ask("workspace/executeCommand", command).await;
    server.request(0).await;
    let status = client.command("graft.status", json!([])).await.unwrap();
    assert_eq!(status["jobs"], json!([]), "nothing waits for a check-up");
    client.notify("$/cancelRequest", json!({"id": id})).await;
    assert_eq!(client.answer(id).await.unwrap_err()["code"], -32800);
    server.closed(0).await;
    client.shutdown().await;
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_a_check_up_is_not_kept() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let mut client = client(Engine::new(Config::default()), settings(&server.url())).await;
    let command = json!({"command": "graft.status", "arguments": [{"doctor": true}]});
    client.ask("workspace/executeCommand", command).await;
    server.request(0).await;
    client.shutdown().await;
    server.closed(0).await;
}

#[tokio::test]
async fn a_model_is_found_at_the_start_and_named_once() {
    let server = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b"])).await;
    let mut client = client(discovering(&server), json!({})).await;
    let (kind, message) = client.message().await;
    let expected = "Graft: nothing is configured: found Ollama with qwen2.5-coder:7b; `graft-ls config init` keeps it";
    assert_eq!((kind, message.as_str()), (3, expected));
    assert_eq!(server.requests().iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), ["/api/tags"]);
    client.open(RUST, "rust", "fn f() {}\n").await;
    let job = client.run(at("refactor", RUST, 0, 4)).await;
    // The model talks about numbers, which is no code; that there is a model is not said again.
    let message = client.message().await.1;
    assert!(message.starts_with("Graft: found: "), "{message}");
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn looking_for_one_delays_nothing_and_what_is_not_there_is_said_when_it_is_missed() {
    let gate = Gate::shut();
    let server = ModelServer::start(Script::always(Reply::json(json!({"models": []})).hold(&gate))).await;
    let mut client = client(discovering(&server), json!({})).await;
    client.open(RUST, "rust", "fn f() {}\n").await;
    server.request(0).await;
    let offers = client.code_actions(RUST, [0, 4, 0, 4], json!({"triggerKind": 1})).await;
    assert!(!offers.is_empty());
    gate.open();
    let job = client.run(at("refactor", RUST, 0, 4)).await;
    let (_, message) = client.message().await;
    assert!(
        message.starts_with("Graft: refactor needs a model and none is configured: Ollama runs on this machine"),
        "{message}"
    );
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn nobody_is_asked_where_that_is_forbidden_or_something_is_configured() {
    let server = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b"])).await;
    for settings in
        [json!({"discover": false}), json!({"routes": {"default": "builtin"}}), settings("http://127.0.0.1:1")]
    {
        let mut client = client(discovering(&server), settings).await;
        client.open(RUST, "rust", "fn f() {}\n").await;
        let argument = json!({"action": "document", "uri": RUST, "range": at("document", RUST, 0, 4)["range"], "model": "builtin"});
        let job = client.run(argument).await;
        client.ended(&job).await;
        client.shutdown().await;
    }
    assert_eq!(server.requests().len(), 0);
}
