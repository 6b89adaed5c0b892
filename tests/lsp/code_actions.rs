//! The list of actions: kinds, triggers, what an item carries, what old clients get.

use serde_json::{Value, json};

use crate::support::lsp_client::{LspClient, any_settings, capabilities};
use crate::support::scripted_work::ScriptedWork;

const URI: &str = "file:///w/a.rs";

fn diagnostic() -> Value {
    json!({"range": {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 4}}, "severity": 2, "code": "W1", "source": "lint", "message": "bad name", "data": {"fix": 1}})
}

fn kinds(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["kind"].as_str().unwrap().rsplit('.').next().unwrap()).collect()
}

#[tokio::test]
async fn an_item_carries_a_command_and_no_edit() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    client.open(URI, "rust", "fn a() {}").await;
    let actions = client.code_actions(URI, [0, 3, 0, 3], json!({})).await;
    assert_eq!(kinds(&actions), ["generate", "refactor", "add-tests", "document", "fix-lint"]);
    let title = "Graft: document `fn a() {}`";
    let range = json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}});
    let argument = json!({"action": "document", "uri": URI, "range": range, "version": 1});
    assert_eq!(
        actions[3],
        json!({
            "title": title, "kind": "refactor.rewrite.graft.document", "tags": [1],
            "command": {"title": title, "command": "graft.run", "arguments": [argument]}
        })
    );
    client.shutdown().await;
}

#[tokio::test]
async fn honours_kinds_and_triggers() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    client.open(URI, "rust", "fn a() {}").await;
    for (context, expected) in [
        (json!({"only": ["refactor.rewrite"]}), &["generate", "refactor", "add-tests", "document"][..]),
        (json!({"only": ["refactor.rewrite.graft.add-tests"]}), &["add-tests"]),
        (json!({"only": ["quickfix"]}), &["fix-lint"]),
        (json!({"only": ["source"]}), &[]),
        (json!({"only": ["source.fixAll", "quickfix"]}), &["fix-lint"]),
        (json!({"only": null, "triggerKind": 1}), &["generate", "refactor", "add-tests", "document", "fix-lint"]),
        (json!({"triggerKind": 2}), &[]),
        (json!({"triggerKind": 2, "diagnostics": [diagnostic()]}), &["fix-lint"]),
        (json!({"triggerKind": 2, "only": ["refactor"], "diagnostics": [diagnostic()]}), &[]),
    ] {
        let actions = client.code_actions(URI, [0, 3, 0, 3], context.clone()).await;
        assert_eq!(kinds(&actions), expected, "{context}");
    }
    client.shutdown().await;
}

#[tokio::test]
async fn hands_back_the_diagnostics_that_it_fixes() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    client.open(URI, "rust", "fn a() {}").await;
    let actions =
        client.code_actions(URI, [0, 3, 0, 3], json!({"only": ["quickfix"], "diagnostics": [diagnostic()]})).await;
    assert_eq!(actions[0]["diagnostics"], json!([diagnostic()]));
    assert_eq!(actions[0]["command"]["arguments"][0]["diagnostics"], json!([diagnostic()]));
    client.shutdown().await;
}

#[tokio::test]
async fn gives_plain_commands_and_no_tags_to_clients_that_know_no_more() {
    for (known, is_literal, is_tagged) in [
        (json!({}), false, false),
        (json!({"textDocument": {"codeAction": {}}}), false, false),
        (
            json!({"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}),
            true,
            false,
        ),
        (
            json!({"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "tagSupport": {"valueSet": [9]}}}}),
            true,
            false,
        ),
        (capabilities(), true, true),
    ] {
        let mut client =
            LspClient::start_with(ScriptedWork::new(), any_settings(), json!({"capabilities": known})).await;
        client.open(URI, "rust", "fn a() {}").await;
        let first = client.code_actions(URI, [0; 4], json!({})).await.remove(0);
        let command = if is_literal { &first["command"] } else { &first };
        assert_eq!(command["command"], "graft.run", "{known}");
        assert_eq!(first.get("tags").is_some(), is_tagged, "{known}");
        client.shutdown().await;
    }
}

#[tokio::test]
async fn offers_to_cancel_what_runs_in_the_document() {
    let work = ScriptedWork::new();
    let mut client = LspClient::start(work.clone()).await;
    let other = "file:///w/b.rs";
    client.open(URI, "rust", "fn a() {}").await;
    client.open(other, "rust", "fn b() {}").await;
    let range = json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}});
    let job = client.run(json!({"action": "document", "uri": URI, "range": range, "instruction": "block"})).await;
    client.shows(&job, "writing").await;
    assert_eq!(client.code_actions(other, [0; 4], json!({})).await.len(), 5);
    let actions = client.code_actions(URI, [0; 4], json!({"only": ["refactor"]})).await;
    let cancel = actions.last().unwrap();
    assert_eq!((&cancel["title"], &cancel["kind"]), (&json!("Graft: cancel"), &json!("refactor.rewrite.graft.cancel")));
    let answer =
        client.command(cancel["command"]["command"].as_str().unwrap(), cancel["command"]["arguments"].clone()).await;
    assert_eq!(answer, Ok(json!({"cancelled": [job]})));
    assert_eq!(client.ended(&job).await, "cancelled");
    assert_eq!(client.code_actions(URI, [0; 4], json!({})).await.len(), 5);
    client.shutdown().await;
}
