//! A budget that is spent, as the person at the editor hears of it: once a day, and where nothing free is left, each time.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::edits::from_editor;
use super::kind_of;
use crate::routing::ADD;
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::ModelServer;

async fn documented(client: &mut LspClient, uri: &str, more: Value) -> String {
    client.open(uri, "rust", ADD).await;
    let actions = client.code_actions(uri, [0, 4, 0, 4], json!({"only": [kind_of("document")]})).await;
    let mut argument = actions[0]["command"]["arguments"][0].clone();
    argument.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let started = client.command("graft.run", json!([argument])).await.unwrap();
    client.ended(started["job"].as_str().unwrap()).await
}

#[tokio::test]
async fn a_spent_budget_is_said_once_and_leaves_what_is_free() {
    let server = ModelServer::start([]).await;
    let params = json!({"capabilities": capabilities(), "initializationOptions": {
        "providers": {"cloud": {"kind": "anthropic", "base_url": server.url(), "privacy": "cloud"}},
        "models": {"deep": {"provider": "cloud", "model": "claude-sonnet-5-5"}},
        "budget": {"usd_per_day": 0},
    }});
    let engine = Arc::new(Engine::new(Config::default()));
    let mut client = LspClient::start_with(engine, from_editor(), params).await;
    for uri in ["file:///w/a.rs", "file:///w/b.rs"] {
        let told = documented(&mut client, uri, json!({})).await;
        assert!(
            told.starts_with("done by builtin/docs, after no budget left for claude-sonnet-5-5 (deep: not asked"),
            "{told}"
        );
    }
    let label = "Graft: document `add` (builtin/docs, after no budget left for claude-sonnet-5-5)";
    assert_eq!(client.labels, [label, label]);
    let (kind, message) = client.message().await;
    assert!(kind == 2 && message.contains("so jobs go on with what is free"), "{kind} {message}");
    // Messages are read in order: a second one of the kind would come before this.
    assert_eq!(documented(&mut client, "file:///w/c.rs", json!({"model": "deep"})).await, "no edit");
    let (_, message) = client.message().await;
    assert!(message.starts_with("Graft: deep: not asked: it may cost up to about $0.0"), "{message}");
    client.shutdown().await;
}
