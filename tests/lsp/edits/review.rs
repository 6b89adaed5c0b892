//! Edits that a person is asked about first: in every editor, and never made without a yes.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::{ADD, ADD_DOCUMENTED, RUST, at, documented, from_editor, insertion, settings};
use crate::support::lsp_client::{Edits, LspClient, capabilities};
use crate::support::model_server::{ModelServer, Script};

/// A client with a document open, and settings that say `review = "confirm"`.
async fn asking(server: &ModelServer, capabilities: Value, name: &str) -> LspClient {
    let mut settings = settings(server);
    settings["review"] = json!("confirm");
    let params = json!({"capabilities": capabilities, "initializationOptions": settings, "clientInfo": {"name": name}});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    client.open(RUST, "rust", ADD).await;
    client
}

fn showing() -> Value {
    let mut capabilities = capabilities();
    capabilities["window"]["showDocument"] = json!({"support": true});
    capabilities
}

fn annotating() -> Value {
    let mut capabilities = showing();
    capabilities["workspace"]["workspaceEdit"]["changeAnnotationSupport"] = json!({"groupsOnLabel": true});
    capabilities
}

/// Starts the job and waits for the question; returns both.
async fn question(client: &mut LspClient) -> (String, Value) {
    let job = client.run(at("document", RUST, 0, 4)).await;
    let question = client.request_from_server("window/showMessageRequest").await;
    (job, question)
}

fn titles(question: &Value) -> Vec<&str> {
    question["params"]["actions"].as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn asks_and_makes_the_edit_after_a_yes() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, capabilities(), "Helix").await;
    let (job, question) = question(&mut client).await;
    assert_eq!(question["params"]["message"], "Graft: document `add` (small) would change `a.rs` (+1 -0): apply it?");
    assert_eq!(titles(&question), ["Apply", "Discard"], "this client cannot show a diff");
    client.shows(&job, "asking you").await;
    assert_eq!(client.text(RUST), ADD);
    client.reply(&question, json!({"title": "Apply"})).await;
    assert!(client.ended(&job).await.starts_with("done by small"));
    assert_eq!(client.text(RUST), ADD_DOCUMENTED);
    client.shutdown().await;
}

#[tokio::test]
async fn takes_nothing_but_a_yes_for_a_yes() {
    let server = ModelServer::start(Script::always(documented())).await;
    let mut client = asking(&server, capabilities(), "Helix").await;
    for answer in [json!({"title": "Discard"}), Value::Null, json!({"title": "apply"})] {
        let (job, question) = question(&mut client).await;
        client.reply(&question, answer.clone()).await;
        let told = (3, "Graft: discarded: document `add`; nothing was changed".to_owned());
        assert_eq!(client.message().await, told, "{answer}");
        assert_eq!(client.ended(&job).await, "discarded");
        assert_eq!(client.text(RUST), ADD);
    }
    client.shutdown().await;
}

#[tokio::test]
async fn changes_nothing_where_the_editor_cannot_ask() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, capabilities(), "Helix").await;
    let (job, question) = question(&mut client).await;
    client.send(json!({"id": question["id"], "error": {"code": -32601, "message": "Method not found"}})).await;
    let (kind, message) = client.message().await;
    assert_eq!(kind, 1);
    assert!(message.starts_with("Graft: `review` is \"confirm\" and this editor cannot ask you"), "{message}");
    assert!(message.contains("set `review = \"auto\"`"), "{message}");
    client.ended(&job).await;
    assert_eq!(client.text(RUST), ADD);
    client.shutdown().await;
}

#[tokio::test]
async fn shows_the_diff_and_asks_again() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, showing(), "Helix").await;
    let (job, question) = question(&mut client).await;
    assert_eq!(titles(&question), ["Apply", "Show diff", "Discard"]);
    client.reply(&question, json!({"title": "Show diff"})).await;
    let shown = client.request_from_server("window/showDocument").await;
    let path = shown["params"]["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    let diff = std::fs::read_to_string(&path).unwrap();
    assert!(diff.starts_with("--- a/a.rs\n+++ b/a.rs\n") && diff.contains("\n+/// Adds two numbers.\n"), "{diff}");
    client.reply(&shown, json!({"success": true})).await;
    let again = client.request_from_server("window/showMessageRequest").await;
    client.reply(&again, json!({"title": "Apply"})).await;
    client.ended(&job).await;
    assert_eq!(client.text(RUST), ADD_DOCUMENTED);
    client.shutdown().await;
    assert!(!std::path::Path::new(&path).exists(), "the diff outlived the connection");
}

#[tokio::test]
async fn asks_on_where_the_diff_cannot_be_shown() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, showing(), "Helix").await;
    let (job, question) = question(&mut client).await;
    client.reply(&question, json!({"title": "Show diff"})).await;
    let shown = client.request_from_server("window/showDocument").await;
    client.reply(&shown, json!({"success": false})).await;
    assert_eq!(client.message().await.1, "Graft: the diff cannot be shown: the editor did not open it");
    let again = client.request_from_server("window/showMessageRequest").await;
    assert_eq!(titles(&again), ["Apply", "Discard"]);
    client.reply(&again, json!({"title": "Discard"})).await;
    client.message().await;
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn merges_what_is_typed_while_the_person_thinks() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, showing(), "Helix").await;
    let (job, question) = question(&mut client).await;
    client.change(RUST, vec![insertion(0, "use std::fmt;\n\n")]).await;
    client.reply(&question, json!({"title": "Show diff"})).await;
    let shown = client.request_from_server("window/showDocument").await;
    let path = shown["params"]["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    assert!(std::fs::read_to_string(path).unwrap().contains(" use std::fmt;\n"), "the diff is for what is there now");
    client.reply(&shown, json!({"success": true})).await;
    let again = client.request_from_server("window/showMessageRequest").await;
    client.change(RUST, vec![insertion(5, "\nfn other() {}\n")]).await;
    client.reply(&again, json!({"title": "Apply"})).await;
    client.ended(&job).await;
    assert_eq!(client.text(RUST), format!("use std::fmt;\n\n{ADD_DOCUMENTED}\nfn other() {{}}\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn refuses_where_the_code_changed_while_the_person_thought() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, capabilities(), "Helix").await;
    let (job, question) = question(&mut client).await;
    client.change(RUST, vec![insertion(1, "    // mine\n")]).await;
    let typed = client.text(RUST).to_owned();
    client.reply(&question, json!({"title": "Apply"})).await;
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    assert!(message.starts_with("Graft: the code changed while"), "{message}");
    client.ended(&job).await;
    assert_eq!(client.text(RUST), typed);
    client.shutdown().await;
}

#[tokio::test]
async fn a_cancelled_job_makes_no_edit_whatever_is_answered_later() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, capabilities(), "Helix").await;
    let (job, question) = question(&mut client).await;
    client.command("graft.cancel", json!([{"job": job}])).await.unwrap();
    assert_eq!(client.ended(&job).await, "cancelled");
    client.reply(&question, json!({"title": "Apply"})).await;
    assert_eq!(client.command("graft.status", json!([])).await.unwrap()["jobs"], json!([]));
    assert_eq!(client.text(RUST), ADD);
    client.shutdown().await;
}

#[tokio::test]
async fn leaves_the_question_to_an_editor_that_previews_edits() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, annotating(), "Visual Studio Code").await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    let edit = &request["params"]["edit"];
    let label = "Graft: document `add` (small)";
    // An editor knows by the job's name which question falls as a progress ends.
    assert_eq!(edit["changeAnnotations"], json!({job.as_str(): {"label": label, "needsConfirmation": true}}));
    let edits = edit["documentChanges"][0]["edits"].as_array().unwrap();
    assert!(edits.iter().all(|edit| edit["annotationId"] == job.as_str()), "{edits:?}");
    client.shows(&job, "asking you").await;
    client.make_edit(&request).await;
    assert!(client.ended(&job).await.starts_with("done by small"));
    assert_eq!(client.text(RUST), ADD_DOCUMENTED);
    client.shutdown().await;
}

#[tokio::test]
async fn believes_no_editor_that_it_made_an_edit_which_is_not_there() {
    let server = ModelServer::start(Script::always(documented())).await;
    let mut client = asking(&server, annotating(), "Visual Studio Code").await;
    client.edits = Edits::Leave;
    for answer in [json!({"applied": false}), json!({"applied": true})] {
        let job = client.run(at("document", RUST, 0, 4)).await;
        let request = client.request_from_server("workspace/applyEdit").await;
        client.reply(&request, answer).await;
        assert_eq!(client.message().await.1, "Graft: discarded: document `add`; nothing was changed");
        assert_eq!(client.ended(&job).await, "discarded");
    }
    client.shutdown().await;
}

#[tokio::test]
async fn asks_neovim_itself_since_its_question_shows_no_change() {
    let server = ModelServer::start([documented()]).await;
    let mut client = asking(&server, annotating(), "Neovim").await;
    let (job, question) = question(&mut client).await;
    client.reply(&question, json!({"title": "Apply"})).await;
    client.ended(&job).await;
    assert_eq!(client.text(RUST), ADD_DOCUMENTED);
    client.shutdown().await;
}
