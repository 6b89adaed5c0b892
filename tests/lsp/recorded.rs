//! What real editors said, recorded while they ran (`tests/editors`), said again to the server in this process. Refuses to know
//! anything of an editor that its recording does not say.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::Value;

use crate::support::lsp_client::{Edits, LspClient, any_settings};

#[tokio::test]
async fn answers_vscode_as_recorded() {
    replay(include_str!("../fixtures/recorded/vscode.json")).await;
}

/// A recording has what the editor sent first, the encoding that came of it, and the rest of the session in order: what the
/// editor `told`, what it `asked` and was answered, what the server asked it and how it `replied`.
async fn replay(recording: &str) {
    let recording: Value = serde_json::from_str(recording).unwrap();
    let engine = Arc::new(Engine::new(Config::default()));
    let mut client = LspClient::start_with(engine, any_settings(), recording["initialize"].clone()).await;
    client.edits = Edits::Leave;
    if recording["initialize"]["capabilities"]["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] == true {
        let request = client.request_from_server("client/registerCapability").await;
        client.reply(&request, Value::Null).await;
    }
    let mut jobs = Vec::new();
    assert_eq!(client.encoding, recording["encoding"]);
    for (place, step) in recording["session"].as_array().unwrap().iter().enumerate() {
        let [method, params, result] = ["method", "params", "result"].map(|field| step[field].clone());
        let method = method.as_str().unwrap();
        match step["step"].as_str().unwrap() {
            "told" => client.notify(method, params).await,
            "asked" => {
                assert_eq!(client.request(method, params).await.as_ref(), Ok(&result), "step {place}: {method}");
                jobs.extend(result["job"].as_str().map(str::to_owned));
            }
            "replied" => {
                let request = client.request_from_server(method).await;
                assert_eq!(request["params"], params, "step {place}: {method}");
                client.reply(&request, result).await;
            }
            step => panic!("{step}"),
        }
    }
    for job in jobs {
        assert!(client.ended(&job).await.starts_with("done"));
    }
    client.shutdown().await;
}
