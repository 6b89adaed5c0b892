//! Tests that go into a file of their own: created where the client can, else found in the editor or on disk.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::json;

use super::{at, fenced, from_editor, settings};
use crate::support::lsp_client::{Edits, LspClient, capabilities};
use crate::support::model_server::{ModelServer, Reply};

#[tokio::test]
async fn creates_a_test_file_where_the_client_can() {
    let project = tempfile::tempdir().unwrap();
    let source = project.path().join("stats.py");
    let text = "def mean(values):\n    return sum(values) / len(values)\n";
    std::fs::write(&source, text).unwrap();
    let uri = format!("file://{}", source.display());
    let tests = "from stats import mean\n\n\ndef test_mean():\n    assert mean([1, 3]) == 2\n";
    for can_create in [true, false] {
        let server = ModelServer::start([Reply::text(&fenced("python", tests))]).await;
        let mut capabilities = capabilities();
        if !can_create {
            capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["rename"]);
        }
        let params = json!({
            "capabilities": capabilities, "initializationOptions": settings(&server),
            "rootUri": format!("file://{}", project.path().display())
        });
        let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
        client.open(&uri, "python", text).await;
        let job = client.run(at("add-tests", &uri, 0, 5)).await;
        if can_create {
            client.ended(&job).await;
            let (_, created) = client.documents.iter().find(|(name, _)| **name != uri).expect("no file was created");
            assert!(created.text.contains("def test_mean():"), "{}", created.text);
        } else {
            let (_, message) = client.message().await;
            assert!(message.starts_with("Graft: this editor cannot create files"), "{message}");
            client.ended(&job).await;
            assert_eq!(client.documents.len(), 1);
        }
        assert_eq!(client.text(&uri), text);
        client.shutdown().await;
    }
}

#[tokio::test]
async fn leaves_neovim_a_folder_and_one_line_end() {
    let project = tempfile::tempdir().unwrap();
    let uri = format!("file://{}/stats.py", project.path().display());
    let tests = "from stats import mean\n\n\ndef test_mean():\n    assert mean([1, 3]) == 2\n";
    let server = ModelServer::start([Reply::text(&fenced("python", tests))]).await;
    let params = json!({
        "capabilities": capabilities(), "initializationOptions": settings(&server), "clientInfo": {"name": "Neovim"},
        "rootUri": format!("file://{}", project.path().display())
    });
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    client.edits = Edits::Leave;
    client.open(&uri, "python", "def mean(values):\n    return sum(values) / len(values)\n").await;
    let job = client.run(at("add-tests", &uri, 0, 5)).await;
    let request = client.request_from_server("workspace/applyEdit").await;
    let changes = &request["params"]["edit"]["documentChanges"];
    let created = changes[0]["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    assert!(std::path::Path::new(&created).parent().unwrap().is_dir(), "{created} could not be saved");
    let range = &changes[1]["edits"][0]["range"];
    assert_eq!((&range["start"]["character"], &range["end"]["character"]), (&json!(0), &json!(1)), "{range}");
    client.make_edit(&request).await;
    client.ended(&job).await;
    client.shutdown().await;
}

#[tokio::test]
async fn extends_a_test_file_as_the_editor_or_else_the_disk_has_it() {
    let project = tempfile::tempdir().unwrap();
    let (source, tests) = (project.path().join("stats.py"), project.path().join("test_stats.py"));
    let text = "def mean(values):\n    return sum(values) / len(values)\n";
    std::fs::write(&source, text).unwrap();
    std::fs::write(&tests, "from stats import mean\n\n\ndef test_disk():\n    assert mean([2]) == 2\n").unwrap();
    let [uri, tests_uri] = [&source, &tests].map(|path| format!("file://{}", path.display()));
    let answer = "def test_mean():\n    assert mean([1, 3]) == 2\n";
    for is_open in [true, false] {
        let server = ModelServer::start([Reply::text(&fenced("python", answer))]).await;
        let params = json!({
            "capabilities": capabilities(), "initializationOptions": settings(&server),
            "rootUri": format!("file://{}", project.path().display())
        });
        let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
        client.open(&uri, "python", text).await;
        if is_open {
            client
                .open(
                    &tests_uri,
                    "python",
                    "from stats import mean\n\n\ndef test_buffer():\n    assert mean([2]) == 2\n",
                )
                .await;
        } else {
            client.edits = Edits::Leave;
        }
        let job = client.run(at("add-tests", &uri, 0, 5)).await;
        if is_open {
            client.ended(&job).await;
            let extended = client.text(&tests_uri);
            assert!(extended.contains("def test_buffer():") && extended.contains("def test_mean():"), "{extended}");
        } else {
            let request = client.request_from_server("workspace/applyEdit").await;
            let change = &request["params"]["edit"]["documentChanges"];
            assert_eq!(change[0]["textDocument"], json!({"uri": tests_uri, "version": null}));
            assert_eq!(change.as_array().unwrap().len(), 1);
            client.reply(&request, json!({"applied": true})).await;
            client.ended(&job).await;
        }
        client.shutdown().await;
    }
}
