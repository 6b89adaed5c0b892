//! Documents that change, close or refuse while an edit is on its way: merged, retried, or told why not.

use serde_json::json;

use super::{ADD, ADD_DOCUMENTED, RUST, at, client, documented, insertion};
use crate::support::lsp_client::Edits;
use crate::support::model_server::{Gate, ModelServer, Script};

#[tokio::test]
async fn merges_what_was_typed_elsewhere() {
    let gate = Gate::shut();
    let server = ModelServer::start([documented().hold(&gate)]).await;
    let mut client = client(&server, ADD).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    server.request(0).await;
    client.change(RUST, vec![insertion(0, "use std::fmt;\n\n")]).await;
    client.change(RUST, vec![insertion(5, "\nfn other() {}\n")]).await;
    gate.open();
    client.ended(&job).await;
    assert_eq!(client.text(RUST), format!("use std::fmt;\n\n{ADD_DOCUMENTED}\nfn other() {{}}\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn refuses_where_the_scope_itself_changed() {
    let gate = Gate::shut();
    let server = ModelServer::start([documented().hold(&gate)]).await;
    let mut client = client(&server, ADD).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    server.request(0).await;
    client.change(RUST, vec![insertion(1, "    // mine\n")]).await;
    let typed = client.text(RUST).to_owned();
    gate.open();
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    assert!(message.starts_with("Graft: the code changed while"), "{message}");
    client.ended(&job).await;
    assert_eq!(client.text(RUST), typed);
    client.shutdown().await;
}

#[tokio::test]
async fn says_that_the_document_was_closed_meanwhile() {
    let gate = Gate::shut();
    let server = ModelServer::start([documented().hold(&gate)]).await;
    let mut client = client(&server, ADD).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    server.request(0).await;
    client.close(RUST).await;
    gate.open();
    assert!(client.message().await.1.starts_with("Graft: `a.rs` was closed"));
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn lands_in_a_document_that_was_closed_and_opened_again() {
    let gate = Gate::shut();
    let server = ModelServer::start([documented().hold(&gate)]).await;
    let mut client = client(&server, ADD).await;
    client.change(RUST, vec![insertion(3, "\n")]).await;
    let job = client.run(at("document", RUST, 0, 4)).await;
    server.request(0).await;
    client.close(RUST).await;
    client.open(RUST, "rust", ADD).await;
    gate.open();
    client.ended(&job).await;
    assert_eq!(client.text(RUST), ADD_DOCUMENTED);
    client.shutdown().await;
}

#[tokio::test]
async fn merges_again_where_the_editor_refuses_an_edit() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let first = client.request_from_server("workspace/applyEdit").await;
    // Typed just before the edit came: the editor refuses, and the change is on its way.
    client.reply(&first, json!({"applied": false, "failureReason": "document has changed"})).await;
    client.command("graft.status", json!([])).await.unwrap();
    client.change(RUST, vec![insertion(0, "use std::fmt;\n\n")]).await;
    let second = client.request_from_server("workspace/applyEdit").await;
    assert_eq!(second["params"]["edit"]["documentChanges"][0]["textDocument"]["version"], 2);
    client.make_edit(&second).await;
    client.ended(&job).await;
    assert_eq!(client.text(RUST), format!("use std::fmt;\n\n{ADD_DOCUMENTED}"));
    client.shutdown().await;
}

#[tokio::test]
async fn gives_up_after_three_refusals_with_the_editors_reason() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    for answer in [
        json!({"result": {"applied": false}}),
        json!({"error": {"code": -32603, "message": "nope"}}),
        json!({"result": {"applied": false, "failureReason": "read-only"}}),
    ] {
        let request = client.request_from_server("workspace/applyEdit").await;
        let mut answer = answer;
        answer["id"] = request["id"].clone();
        client.send(answer).await;
        client.change(RUST, vec![insertion(3, "\n")]).await;
    }
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    assert!(message.starts_with("Graft: the editor did not take the edit (read-only)"), "{message}");
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn sees_through_an_editor_that_says_it_made_an_edit_that_it_skipped() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let first = client.request_from_server("workspace/applyEdit").await;
    client.reply(&first, json!({"applied": true})).await;
    client.change(RUST, vec![insertion(3, "\nfn typed_meanwhile() {}\n")]).await;
    let second = client.request_from_server("workspace/applyEdit").await;
    client.make_edit(&second).await;
    client.ended(&job).await;
    assert_eq!(client.text(RUST), format!("{ADD_DOCUMENTED}\nfn typed_meanwhile() {{}}\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn does_not_make_an_edit_twice_where_typing_goes_on_after_it() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    client.reply(&request, json!({"applied": true})).await;
    let text = format!("{ADD_DOCUMENTED}\nfn typed_after() {{}}\n");
    client.change(RUST, vec![json!({"text": text})]).await;
    assert!(client.ended(&job).await.starts_with("done by"));
    client.shutdown().await;
}

#[tokio::test]
async fn does_not_make_an_edit_again_that_was_undone_at_once() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    client.change(RUST, vec![json!({"text": ADD_DOCUMENTED})]).await;
    client.change(RUST, vec![json!({"text": ADD})]).await;
    client.reply(&request, json!({"applied": true})).await;
    assert!(client.ended(&job).await.starts_with("done by"));
    assert_eq!(client.text(RUST), ADD);
    client.shutdown().await;
}

#[tokio::test]
async fn a_client_that_never_answers_an_edit_holds_nothing_up() {
    let server = ModelServer::start(Script::always(documented())).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let first = client.run(at("document", RUST, 0, 4)).await;
    client.request_from_server("workspace/applyEdit").await;
    assert!(!client.code_actions(RUST, [0, 4, 0, 4], json!({})).await.is_empty());
    let second = client.run(at("document", RUST, 0, 4)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    client.make_edit(&request).await;
    client.ended(&second).await;
    let status = client.command("graft.status", json!([])).await.unwrap();
    assert_eq!((&status["jobs"][0]["job"], &status["jobs"][0]["phase"]), (&json!(first), &json!("applying")));
    client.hang_up().await;
}

#[tokio::test]
async fn a_cancel_that_comes_after_the_edit_was_sent_does_not_hide_it() {
    let server = ModelServer::start([documented()]).await;
    let mut client = client(&server, ADD).await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", RUST, 0, 4)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    client.command("graft.cancel", json!([{"job": job}])).await.unwrap();
    client.make_edit(&request).await;
    assert!(client.ended(&job).await.starts_with("done by"));
    client.shutdown().await;
}
