//! From the first byte to the last: initialize, settings, bad messages, panics, the many ways to leave.

use std::sync::{Arc, Mutex};

use graft_ls::config::{Config, ConfigError, Mistakes, Place, Said};
use graft_ls::engine::Engine;
use graft_ls::lsp::{End, LoadConfig};
use serde_json::{Value, json};

use super::edits::from_editor;
use crate::support::lsp_client::{LspClient, any_settings, capabilities, code_action_params};
use crate::support::scripted_work::ScriptedWork;

const URI: &str = "file:///w/a.rs";

#[tokio::test]
async fn says_what_it_can_do() {
    let client = LspClient::start(ScriptedWork::new()).await;
    let capabilities = &client.server_info["capabilities"];
    assert_eq!(capabilities["textDocumentSync"], json!({"openClose": true, "change": 2, "save": true}));
    assert_eq!(capabilities["codeActionProvider"].get("resolveProvider"), None);
    assert_eq!(
        capabilities["executeCommandProvider"]["commands"],
        json!(["graft.run", "graft.cancel", "graft.status", "graft.accepted", "graft.toggle_completion"])
    );
    assert_eq!(client.server_info["serverInfo"]["name"], "graft-ls");
    client.shutdown().await;
}

#[tokio::test]
async fn agrees_on_an_encoding() {
    for (offered, chosen) in [
        (json!({"general": {"positionEncodings": ["utf-32", "utf-16", "utf-8"]}}), "utf-8"),
        (json!({"general": {"positionEncodings": ["utf-32"]}}), "utf-32"),
        (json!({}), "utf-16"),
    ] {
        let client = LspClient::start_with(ScriptedWork::new(), any_settings(), json!({"capabilities": offered})).await;
        assert_eq!(client.encoding, chosen);
        client.shutdown().await;
    }
}

#[tokio::test]
async fn answers_a_client_that_sends_everything_at_once() {
    let mut client = LspClient::connect(ScriptedWork::new(), any_settings());
    let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities()});
    let first = client.ask("initialize", params).await;
    client.notify("initialized", json!({})).await;
    client.open(URI, "rust", "fn a() {}").await;
    let second = client.ask("textDocument/codeAction", code_action_params(URI, [0; 4], json!({}))).await;
    client.answer(first).await.unwrap();
    assert_eq!(client.answer(second).await.unwrap()[3]["title"], "Graft: document `fn a() {}`");
    client.shutdown().await;
}

#[tokio::test]
async fn answers_what_comes_too_early() {
    let mut client = LspClient::connect(ScriptedWork::new(), any_settings());
    let early = client.command("graft.status", json!([])).await;
    assert_eq!(early.unwrap_err()["code"], -32002);
    client
        .notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": URI, "languageId": "rust", "version": 1, "text": "x"}}),
        )
        .await;
    assert_eq!(client.hang_up().await, End::Abrupt);
}

#[tokio::test]
async fn answers_unknown_methods_and_malformed_params() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    for (method, params, code) in [
        ("textDocument/hover", json!({}), -32601),
        ("graft/nothing", json!(null), -32601),
        ("textDocument/codeAction", json!({"textDocument": 5}), -32602),
        (
            "textDocument/codeAction",
            json!({"textDocument": {"uri": URI}, "range": {"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}}, "context": {"diagnostics": []}}),
            -32602,
        ),
        ("workspace/executeCommand", json!({"command": "graft.unknown"}), -32602),
        ("workspace/executeCommand", json!(["graft.run"]), -32602),
        ("initialize", json!({"capabilities": {}}), -32600),
        ("textDocument/didOpen", json!({}), -32601),
    ] {
        let answer = client.request(method, params.clone()).await;
        assert_eq!(answer.unwrap_err()["code"], code, "{method} {params}");
    }
    client.notify("graft/unknown", json!([1])).await;
    client.notify("$/setTrace", json!({"value": "off"})).await;
    client.notify("workspace/didChangeConfiguration", json!(null)).await;
    client.shutdown().await;
}

#[tokio::test]
async fn lives_on_after_messages_that_are_none() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    client.send_bytes(b"Content-Length: 9\r\n\r\n{\"broken\"").await;
    client.send_bytes(b"Content-Length: 2\r\n\r\n\xff\xfe").await;
    client.send_bytes(b"Content-Length: 2\r\n\r\n[]").await;
    client.send_bytes(b"what is this\r\n\r\n").await;
    client.send(json!({"id": 77, "error": {"code": -1, "message": "x", "stack": "y"}})).await;
    for code in [-32700, -32700, -32600, -32600] {
        let answer = client.stray().await;
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(code)));
    }
    assert!(client.command("graft.status", json!([])).await.is_ok());
    client.shutdown().await;
}

#[tokio::test]
async fn answers_an_error_for_a_panic_and_lives_on() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    client.open(URI, "rust", "// panic").await;
    let answer = client.request("textDocument/codeAction", code_action_params(URI, [0; 4], json!({}))).await;
    assert_eq!(answer.unwrap_err()["code"], -32603);
    client.change(URI, vec![json!({"text": "fn fine() {}"})]).await;
    assert_eq!(client.code_actions(URI, [0; 4], json!({})).await.len(), 5);
    client.shutdown().await;
}

#[tokio::test]
async fn cancels_a_request_while_others_are_slow() {
    let work = ScriptedWork::new();
    let mut client = LspClient::start(work.clone()).await;
    client.open(URI, "rust", "// slow").await;
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(client.ask("textDocument/codeAction", code_action_params(URI, [0; 4], json!({}))).await);
    }
    let last = ids.pop().unwrap();
    client.notify("$/cancelRequest", json!({"id": last})).await;
    client.notify("$/cancelRequest", json!({"id": last})).await;
    client.notify("$/cancelRequest", json!({"id": 4000})).await;
    assert_eq!(client.answer(last).await.unwrap_err()["code"], -32800);
    assert!(client.command("graft.status", json!([])).await.is_ok());
    work.open_gate();
    for id in ids {
        client.answer(id).await.unwrap();
    }
    client.shutdown().await;
}

#[tokio::test]
async fn stops_everything_at_the_end_of_the_stream() {
    let work = ScriptedWork::new();
    let mut client = LspClient::start(work.clone()).await;
    client.open(URI, "rust", "fn a() {}").await;
    for _ in 0..64 {
        client.run(blocking()).await;
    }
    work.has_started(64).await;
    assert_eq!(client.hang_up().await, End::Abrupt);
    work.has_dropped(64).await;
}

#[tokio::test]
async fn exits_with_jobs_running_and_the_stream_open() {
    let work = ScriptedWork::new();
    let mut client = LspClient::start(work.clone()).await;
    client.open(URI, "rust", "fn a() {}").await;
    let job = client.run(blocking()).await;
    client.shows(&job, "writing").await;
    client.request("shutdown", Value::Null).await.unwrap();
    client.notify("exit", Value::Null).await;
    assert_eq!(client.end().await, End::Orderly);
    work.has_dropped(1).await;
}

#[tokio::test]
async fn takes_shutdown_with_empty_params_and_nothing_after_it() {
    let mut client = LspClient::start(ScriptedWork::new()).await;
    assert_eq!(client.request("shutdown", json!({})).await, Ok(Value::Null));
    assert_eq!(client.command("graft.status", json!([])).await.unwrap_err()["code"], -32600);
    client.notify("exit", json!({})).await;
    assert_eq!(client.end().await, End::Orderly);
}

#[tokio::test]
async fn reads_on_while_the_client_does_not_read() {
    let work = ScriptedWork::new();
    let mut client = LspClient::start(work.clone()).await;
    client.set_reading(false);
    // Much more than the stream holds, both ways: one message is read at most before the reading stops.
    let text = "// a long line\n".repeat(4000);
    let mut ids = Vec::new();
    client.open(URI, "rust", &text).await;
    for _ in 0..40 {
        client.change(URI, vec![json!({"text": text})]).await;
        ids.push(client.ask("textDocument/codeAction", code_action_params(URI, [0; 4], json!({}))).await);
    }
    let run = json!({"command": "graft.run", "arguments": [blocking()]});
    ids.push(client.ask("workspace/executeCommand", run).await);
    work.has_started(1).await;
    ids.push(client.ask("workspace/executeCommand", json!({"command": "graft.cancel"})).await);
    work.has_dropped(1).await;
    client.set_reading(true);
    for id in ids {
        client.answer(id).await.unwrap();
    }
    client.ended("graft-1").await;
    client.shutdown().await;
}

fn blocking() -> Value {
    json!({"action": "document", "uri": URI, "range": range(), "instruction": "block"})
}

fn range() -> Value {
    json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}})
}

/// Settings that are wrong where they say `bad`, and a list of what was asked for.
fn picky() -> (LoadConfig, Arc<Mutex<Vec<Option<Value>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = seen.clone();
    let load = move |said: &Said<'_>| {
        list.lock().unwrap().push(Some(said.editor.clone()).filter(|settings| !settings.is_null()));
        let mistake = |bad: &Value| ConfigError {
            place: Place::Editor,
            key: String::new(),
            message: format!("`bad` is {bad}, which is no setting"),
        };
        match said.editor.get("bad") {
            Some(bad) => Err(Mistakes(vec![mistake(bad)])).into(),
            None => Ok(Config::default()).into(),
        }
    };
    (Arc::new(load), seen)
}

#[tokio::test]
async fn takes_settings_at_the_start_and_later() {
    let (load, seen) = picky();
    let work = ScriptedWork::new();
    let params = json!({"capabilities": {}, "initializationOptions": {"graft": {"routes": {"default": "quick"}}}});
    let mut client = LspClient::start_with(work.clone(), load, params).await;
    for settings in [json!({"graft": {"routes": {}}}), json!({"routes": {}}), json!({}), json!(null)] {
        client.notify("workspace/didChangeConfiguration", json!({"settings": settings})).await;
    }
    client.command("graft.status", json!([])).await.unwrap();
    let (first, later) = (json!({"routes": {"default": "quick"}}), json!({"routes": {}}));
    let expected = [&first, &later, &later, &first, &first].map(|settings| Some(settings.clone()));
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(*work.configured.lock().unwrap(), 5);
    client.shutdown().await;
}

#[tokio::test]
async fn keeps_the_last_good_settings_and_says_so_once() {
    let (load, _) = picky();
    let work = ScriptedWork::new();
    let mut client =
        LspClient::start_with(work.clone(), load, json!({"capabilities": {}, "initializationOptions": {"bad": 1}}))
            .await;
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    assert!(message.starts_with("Graft: ") && message.contains("`bad` is 1"), "{message}");
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"graft": {"bad": 2}}})).await;
    assert!(client.message().await.1.contains("`bad` is 2"));
    assert_eq!(*work.configured.lock().unwrap(), 0);
    client.shutdown().await;
}

#[tokio::test]
async fn settings_of_the_start_that_are_wrong_cost_one_message_and_a_question_before_edits() {
    for (settings, parts) in [
        (json!({"providers": {"here": {"kind": "olama"}}}), ["providers.here.kind", "ollama"]),
        (json!({"graft": {"routes": {"default": "quick"}}}), ["routes.default", "`quick`"]),
        (json!({"route": {}, "models": 5}), ["route: unknown key", "`routes`"]),
        (json!({"models": 5}), ["models", "5"]),
        (json!([1, 2]), ["expected", "table"]),
        (json!("fast"), ["expected", "table"]),
    ] {
        let params = json!({"capabilities": capabilities(), "initializationOptions": settings});
        let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
        let (kind, message) = client.message().await;
        assert_eq!(kind, 2, "{message}");
        assert!(message.starts_with("Graft: the settings have mistakes"), "{message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{settings}: {message}");
        client.open(URI, "rust", "fn a() -> u8 {\n    1\n}\n").await;
        // What needs no settings still works; a second message would fail the goodbye.
        let job = client.run(json!({"action": "document", "uri": URI, "range": range()})).await;
        // They may hold that the person wants to be asked.
        let question = client.request_from_server("window/showMessageRequest").await;
        client.reply(&question, json!({"title": "Apply"})).await;
        assert!(client.ended(&job).await.starts_with("done by builtin"), "{settings}");
        assert!(client.text(URI).starts_with("///"), "{settings}");
        client.shutdown().await;
    }
}
