//! Sessions that begin as real editors begin them: what they sent as `initialize`, recorded, with other folders. So most of what
//! the tests in the real programs show also holds in every `cargo test`.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::edits::{at, fenced, from_editor, settings};
use crate::support::lsp_client::{Edits, LspClient};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

const NEOVIM_OLD: &str = include_str!("editors/neovim-0.11.4.json");
const NEOVIM: &str = include_str!("editors/neovim-0.12.4.json");
const HELIX: &str = include_str!("editors/helix-25.07.1.json");
const VSCODE: &str = include_str!("../fixtures/recorded/vscode.json");
const ALL: [&str; 4] = [NEOVIM_OLD, NEOVIM, HELIX, VSCODE];

const URI: &str = "file:///w/a.rs";
const CODE: &str = "const CRAB: &str = \"🦀\";\n\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";
const ANSWER: &str = "/// Adds — two numbers. 🦀\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";

fn documented() -> Reply {
    Reply::text(&fenced("rust", ANSWER))
}

fn expected() -> String {
    format!("const CRAB: &str = \"🦀\";\n\n{ANSWER}")
}

/// What an editor sent first; a whole session begins with it.
fn first(recorded: &str) -> Value {
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    recorded.get("initialize").unwrap_or(&recorded).clone()
}

/// A client that introduces itself as an editor did, with a document open.
async fn editor(recorded: &str, server: &ModelServer, review: &str) -> LspClient {
    let mut params = first(recorded);
    params["initializationOptions"] = settings(server);
    params["initializationOptions"]["review"] = json!(review);
    let watches = params["capabilities"]["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] == true;
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    if watches {
        let registration = client.request_from_server("client/registerCapability").await;
        client.reply(&registration, Value::Null).await;
    }
    client.open(URI, "rust", CODE).await;
    client
}

#[tokio::test]
async fn each_gets_its_edit_in_its_own_encoding() {
    for recorded in ALL {
        let server = ModelServer::start([documented()]).await;
        let mut client = editor(recorded, &server, "auto").await;
        assert_eq!(client.encoding, if recorded == VSCODE { "utf-16" } else { "utf-8" });
        let actions = client.code_actions(URI, [2, 4, 2, 5], json!({})).await;
        let document = actions.iter().find(|action| action["title"] == "Graft: document `add`").unwrap();
        assert!(document.get("edit").is_none() && document.get("data").is_none(), "{document}");
        let started = client.command("graft.run", document["command"]["arguments"].clone()).await.unwrap();
        assert!(client.ended(started["job"].as_str().unwrap()).await.starts_with("done by"));
        assert_eq!(client.text(URI), expected());
        client.shutdown().await;
    }
}

#[tokio::test]
async fn each_has_what_is_typed_above_merged_and_refuses_what_is_typed_inside() {
    for (line, text, lands) in [(0, "// above\n", true), (3, "    // inside\n", false)] {
        for recorded in ALL {
            let gate = Gate::shut();
            let server = ModelServer::start([documented().hold(&gate)]).await;
            let mut client = editor(recorded, &server, "auto").await;
            let job = client.run(at("document", URI, 2, 4)).await;
            server.request(0).await;
            let place = json!({"line": line, "character": 0});
            client.change(URI, vec![json!({"range": {"start": place, "end": place}, "text": text})]).await;
            let typed = client.text(URI).to_owned();
            gate.open();
            match lands {
                true => {
                    client.ended(&job).await;
                    assert_eq!(client.text(URI), format!("{text}{}", expected()));
                }
                false => {
                    assert!(client.message().await.1.starts_with("Graft: the code changed while"));
                    assert_eq!(client.text(URI), typed);
                }
            }
            client.shutdown().await;
        }
    }
}

#[tokio::test]
async fn each_is_asked_where_the_person_wants_to_be() {
    // VS Code asks the person itself: see below.
    for recorded in ALL.into_iter().filter(|recorded| *recorded != VSCODE) {
        let server = ModelServer::start(Script::always(documented())).await;
        let mut client = editor(recorded, &server, "confirm").await;
        for (answer, text) in [("Discard", CODE.to_owned()), ("Apply", expected())] {
            let job = client.run(at("document", URI, 2, 4)).await;
            let question = client.request_from_server("window/showMessageRequest").await;
            assert_eq!(question["params"]["actions"].as_array().unwrap().len(), 3, "all of them can show a diff");
            client.reply(&question, json!({"title": answer})).await;
            client.ended(&job).await;
            if answer == "Discard" {
                client.message().await;
            }
            assert_eq!(client.text(URI), text);
        }
        client.shutdown().await;
    }
}

#[tokio::test]
async fn vscode_gets_an_edit_that_needs_a_yes() {
    let server = ModelServer::start([documented()]).await;
    let mut client = editor(VSCODE, &server, "confirm").await;
    client.edits = Edits::Leave;
    let job = client.run(at("document", URI, 2, 4)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    let edit = &request["params"]["edit"];
    let annotation = edit["documentChanges"][0]["edits"][0]["annotationId"].as_str().unwrap();
    assert_eq!(edit["changeAnnotations"][annotation]["needsConfirmation"], true);
    client.reply(&request, json!({"applied": false})).await;
    assert!(client.message().await.1.starts_with("Graft: discarded"));
    assert_eq!(client.ended(&job).await, "discarded");
    client.shutdown().await;
}

#[tokio::test]
async fn each_is_told_of_a_failure_after_the_progress_has_ended() {
    for recorded in ALL {
        let server = ModelServer::start(Script::always(Reply::text("I would rather not."))).await;
        let mut client = editor(recorded, &server, "auto").await;
        let job = client.run(at("document", URI, 2, 4)).await;
        assert!(client.message().await.1.starts_with("Graft: "));
        // Helix has one line for both: the end of the progress must not cover the reason.
        assert_eq!(client.progress[&job].last().unwrap()["kind"], "end");
        client.shutdown().await;
    }
}
