//! Ghost text as an editor asks for it: one item, the latest request, a cancel that reaches the model's server, and silence.

mod switches;
mod typing;

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::edits::from_editor;
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

pub(super) const URI: &str = "file:///w/a.rs";
const CODE: &str = "fn add(a: u8, b: u8) -> u8 {\n    \n}\n";

async fn client(server: &ModelServer, model: &str) -> LspClient {
    client_with(server, model, json!({})).await
}

/// A client whose settings say this of completion.
pub(super) async fn client_with(server: &ModelServer, model: &str, completion: Value) -> LspClient {
    client_of(Arc::new(Engine::new(Config::default())), server, model, completion).await
}

async fn client_of(engine: Arc<Engine>, server: &ModelServer, model: &str, completion: Value) -> LspClient {
    let params = json!({"capabilities": capabilities(), "initializationOptions": {
        "providers": {"p": {"kind": "openai", "base_url": server.url(), "parallel": 1, "first_token_timeout_s": 20}},
        "models": {"m": {"provider": "p", "model": model}}, "routes": {"complete": "m"}, "completion": completion,
    }});
    let mut client = LspClient::start_with(engine, from_editor(), params).await;
    client.open(URI, "rust", CODE).await;
    client
}

fn at(line: u32, character: u32, trigger: u32) -> Value {
    json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}, "context": {"triggerKind": trigger}})
}

const INVOKED: u32 = 1;
const AUTOMATIC: u32 = 2;
const METHOD: &str = "textDocument/inlineCompletion";

#[tokio::test]
async fn gives_one_item_with_its_range_whoever_asks() {
    let server = ModelServer::start(Script::always(Reply::text("a + b\n}\n\nfn c() {}\n"))).await;
    let mut client = client(&server, "qwen2.5-coder").await;
    assert_eq!(client.server_info["capabilities"]["inlineCompletionProvider"], json!(true));
    let place = json!({"line": 1, "character": 4});
    for (trigger, id) in [(INVOKED, 1), (AUTOMATIC, 1)] {
        let items = client.request(METHOD, at(1, 4, trigger)).await.unwrap();
        let command = json!({"title": "Graft: suggestion taken", "command": "graft.accepted", "arguments": [id]});
        let range = json!({"start": place, "end": place});
        assert_eq!(items, json!([{"insertText": "a + b", "filterText": "a + b", "range": range, "command": command}]));
    }
    client.shutdown().await;
}

#[tokio::test]
async fn hears_what_is_taken_and_minds_nothing_that_it_does_not_know() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let engine = Arc::new(Engine::new(Config::default()));
    let mut client = client_of(engine.clone(), &server, "qwen2.5-coder", json!({})).await;
    let items = client.request(METHOD, at(1, 4, INVOKED)).await.unwrap();
    let command = items[0]["command"]["command"].as_str().unwrap();
    for arguments in [&items[0]["command"]["arguments"], &json!([77]), &items[0]["command"]["arguments"]] {
        assert_eq!(client.command(command, arguments.clone()).await, Ok(Value::Null), "{arguments}");
    }
    let counts: Vec<(u64, u64)> = engine.uptake().into_iter().map(|(.., own)| (own.suggested, own.accepted)).collect();
    assert_eq!(counts, [(1, 1)]);
    let mut told = client.command("graft.status", json!([])).await.unwrap()["completion"]["uptake"].take();
    assert!(told[0]["mean_latency_ms"].take().as_f64().is_some_and(|latency| latency >= 0.0), "{told}");
    let sums = json!({"step": "m", "language": "rust", "shown": 1, "taken": 1, "rate": 1.0, "mean_latency_ms": null});
    assert_eq!(told, json!([sums]));
    for arguments in [json!([]), json!(["x"]), json!([-1])] {
        assert!(client.command(command, arguments.clone()).await.is_err(), "{arguments}");
    }
    client.shutdown().await;
}

#[tokio::test]
async fn a_server_gets_ready_when_a_file_is_opened_in_which_completions_come_by_themselves() {
    let asked = async |completion: Value| {
        let server = ModelServer::start(Script::by(|_, request| match request.body.get("prompt") {
            None => Reply::json(json!({"done": true, "done_reason": "load"})),
            Some(_) => Reply::text("a + b"),
        }))
        .await;
        let params = json!({"capabilities": capabilities(), "initializationOptions": {
            "providers": {"p": {"kind": "ollama", "base_url": server.url()}},
            "models": {"m": {"provider": "p", "model": "qwen2.5-coder", "fim": "qwen-coder"}},
            "routes": {"complete": "m"}, "completion": completion,
        }});
        let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
        client.open(URI, "rust", CODE).await;
        if completion["warm_up"] == json!(true) && completion["trigger"] == json!("auto") {
            server.request(0).await;
        }
        client.request(METHOD, at(1, 4, INVOKED)).await.unwrap();
        client.shutdown().await;
        let requests = server.requests();
        requests.iter().map(|request| request.body.get("prompt").is_some()).collect::<Vec<bool>>()
    };
    assert_eq!(asked(json!({"warm_up": true, "trigger": "auto"})).await, [false, true]);
    assert_eq!(asked(json!({"warm_up": true, "trigger": "manual"})).await, [true]);
    assert_eq!(asked(json!({"warm_up": false, "trigger": "auto"})).await, [true]);
}

#[tokio::test]
async fn goes_on_from_what_the_list_has_selected() {
    let server = ModelServer::start(Script::always(Reply::text("(a, b)"))).await;
    let mut client = client(&server, "qwen2.5-coder").await;
    let range = |end: u32| json!({"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": end}});
    client.change(URI, vec![json!({"range": range(4), "text": "ma"})]).await;
    let mut params = at(1, 6, AUTOMATIC);
    params["context"]["selectedCompletionInfo"] = json!({"range": range(6), "text": "max"});
    let items = client.request(METHOD, params).await.unwrap();
    assert_eq!((&items[0]["insertText"], &items[0]["range"]), (&json!("max(a, b)"), &range(6)));
    // What the list has selected may be found by other letters, and a range over several lines is none.
    let mut params = at(1, 6, AUTOMATIC);
    params["context"]["selectedCompletionInfo"] = json!({"range": range(6), "text": "sum"});
    let items = client.request(METHOD, params.clone()).await.unwrap();
    assert_eq!((&items[0]["insertText"], &items[0]["filterText"]), (&json!("sum(a, b)"), &json!("masum(a, b)")));
    params["context"]["selectedCompletionInfo"]["range"]["start"]["line"] = json!(0);
    let items = client.request(METHOD, params).await.unwrap();
    assert_eq!((&items[0]["insertText"], &items[0]["range"]["start"]), (&json!("(a, b)"), &range(6)["end"]));
    client.shutdown().await;
}

#[tokio::test]
async fn a_cancel_closes_the_connection_to_the_model() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let mut client = client(&server, "qwen2.5-coder").await;
    let asked = client.ask(METHOD, at(1, 4, INVOKED)).await;
    server.request(0).await;
    client.notify("$/cancelRequest", json!({"id": asked})).await;
    assert_eq!(client.answer(asked).await.unwrap_err()["code"], json!(-32800));
    server.closed(0).await;
    client.shutdown().await;
}

#[tokio::test]
async fn the_latest_request_of_a_document_counts() {
    let script = Script::by(|n, _| if n == 0 { Reply::silence() } else { Reply::text("a + b") });
    let server = ModelServer::start(script).await;
    let mut client = client(&server, "qwen2.5-coder").await;
    let first = client.ask(METHOD, at(1, 4, INVOKED)).await;
    server.request(0).await;
    let second = client.ask(METHOD, at(1, 4, INVOKED)).await;
    assert_eq!(client.answer(first).await, Ok(Value::Null));
    server.closed(0).await;
    assert_eq!(client.answer(second).await.unwrap()[0]["insertText"], json!("a + b"));
    client.shutdown().await;
}

#[tokio::test]
async fn what_was_asked_of_another_text_is_not_shown() {
    let gate = Gate::shut();
    let server = ModelServer::start(Script::always(Reply::text("a + b").hold(&gate))).await;
    let mut client = client(&server, "qwen2.5-coder").await;
    let asked = client.ask(METHOD, at(1, 4, INVOKED)).await;
    server.request(0).await;
    let start = json!({"line": 0, "character": 0});
    client.change(URI, vec![json!({"range": {"start": start, "end": start}, "text": "\n"})]).await;
    // The change has been taken in when this is answered.
    client.command("graft.status", json!([])).await.unwrap();
    gate.open();
    assert_eq!(client.answer(asked).await, Ok(Value::Null));
    client.shutdown().await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_once_and_never_in_the_way() {
    let server = ModelServer::start([]).await;
    let mut client = client(&server, "gpt-4o").await;
    for _ in 0..3 {
        assert_eq!(client.request(METHOD, at(1, 4, AUTOMATIC)).await, Ok(json!([])));
    }
    let said = client.logged("no completion").await;
    assert!(said.starts_with("Graft: no completion: m: how `gpt-4o` fills in the middle is not known"), "{said}");
    for _ in 0..2 {
        assert_eq!(client.request(METHOD, at(1, 4, INVOKED)).await, Ok(json!([])));
    }
    let (_, message) = client.message().await;
    assert!(message.contains("set models.m.fim"), "{message}");
    assert_eq!(client.log.iter().filter(|line| line.contains("no completion")).count(), 1);
    // A document that is not open, a place inside a word, a place outside the text.
    let mut elsewhere = at(0, 0, INVOKED);
    elsewhere["textDocument"]["uri"] = json!("file:///w/b.rs");
    assert_eq!(client.request(METHOD, elsewhere).await, Ok(Value::Null));
    for place in [at(0, 4, AUTOMATIC), at(99, 99, AUTOMATIC)] {
        assert_eq!(client.request(METHOD, place).await, Ok(json!([])));
    }
    assert!(server.requests().is_empty());
    client.shutdown().await;
}

#[tokio::test]
async fn typing_asks_no_cloud_that_routes_complete_does_not_name() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let params = json!({"capabilities": capabilities(), "initializationOptions": {
        "providers": {"p": {"kind": "openai", "base_url": server.url(), "privacy": "cloud"}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"default": "m"},
    }});
    let engine = Arc::new(Engine::new(Config::default()));
    let mut client = LspClient::start_with(engine, from_editor(), params).await;
    client.open(URI, "rust", CODE).await;
    assert_eq!(client.request(METHOD, at(1, 4, AUTOMATIC)).await, Ok(json!([])));
    assert!(server.requests().is_empty());
    assert_eq!(client.request(METHOD, at(1, 4, INVOKED)).await.unwrap()[0]["insertText"], json!("a + b"));
    client.shutdown().await;
}
