//! Completion in the editor's menu: off unless wanted, never waited for, one line, the same answer when asked again.

use serde_json::{Value, json};

use super::inline_completion::{URI, client_with};
use crate::support::lsp_client::LspClient;
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

const METHOD: &str = "textDocument/completion";

fn at(line: u32, character: u32) -> Value {
    let context = json!({"triggerKind": 1});
    json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}, "context": context})
}

/// What the menu shows once the answer is there; before that, nothing, and the editor is to ask again.
async fn shown(client: &mut LspClient, params: &Value) -> Vec<Value> {
    for _ in 0..1000 {
        let list = client.request(METHOD, params.clone()).await.unwrap();
        assert_eq!(list["isIncomplete"], json!(true));
        let items = list["items"].as_array().unwrap();
        if !items.is_empty() {
            return items.clone();
        }
    }
    panic!("nothing comes of it");
}

#[tokio::test]
async fn there_is_no_menu_unless_the_settings_want_one() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    for (settings, is_told) in [(json!({}), false), (json!({"menu": "manual"}), true), (json!({"menu": "auto"}), true)]
    {
        let mut client = client_with(&server, "qwen2.5-coder", settings).await;
        assert_eq!(client.server_info["capabilities"]["completionProvider"].is_object(), is_told);
        assert_eq!(client.request(METHOD, at(1, 4)).await.unwrap().is_object(), is_told);
        client.shutdown().await;
    }
}

#[tokio::test]
async fn says_nothing_yet_at_once_and_has_the_answer_when_asked_again() {
    let gate = Gate::shut();
    let server = ModelServer::start(Script::always(Reply::text("a + b\n}\n\nfn c() {}\n").hold(&gate))).await;
    let mut client = client_with(&server, "qwen2.5-coder", json!({"menu": "manual"})).await;
    for _ in 0..3 {
        assert_eq!(client.request(METHOD, at(1, 4)).await.unwrap(), json!({"isIncomplete": true, "items": []}));
    }
    gate.open();
    let place = json!({"line": 1, "character": 4});
    let items = shown(&mut client, &at(1, 4)).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["textEdit"], json!({"newText": "a + b", "range": {"start": place, "end": place}}));
    assert_eq!(
        (&items[0]["label"], &items[0]["detail"], &items[0]["insertTextFormat"]),
        (&json!("a + b"), &json!("Graft: m"), &json!(1))
    );
    assert_eq!(client.command("graft.accepted", items[0]["command"]["arguments"].clone()).await, Ok(Value::Null));
    assert_eq!(server.requests().len(), 1);
    client.shutdown().await;
}

#[tokio::test]
async fn an_entry_is_one_line_that_begins_with_the_word_before_it() {
    let server = ModelServer::start(Script::always(Reply::text("x = a;\n    let y = b;\n    x + y"))).await;
    let mut client = client_with(&server, "qwen2.5-coder", json!({"menu": "auto"})).await;
    let range =
        |from: u32, to: u32| json!({"start": {"line": 1, "character": from}, "end": {"line": 1, "character": to}});
    client.change(URI, vec![json!({"range": range(4, 4), "text": "let ma"})]).await;
    let items = shown(&mut client, &at(1, 10)).await;
    assert_eq!(items[0]["textEdit"], json!({"newText": "max = a;", "range": range(8, 10)}));
    assert_eq!((&items[0]["filterText"], &items[0]["label"]), (&json!("max = a;"), &json!("max = a;")));
    client.shutdown().await;
}

#[tokio::test]
async fn behind_a_word_a_manual_menu_is_to_be_asked_twice() {
    let server = ModelServer::start(Script::always(Reply::text("x(a, b)"))).await;
    let mut client = client_with(&server, "qwen2.5-coder", json!({"menu": "manual"})).await;
    let place = json!({"line": 1, "character": 4});
    client.change(URI, vec![json!({"range": {"start": place, "end": place}, "text": "ma"})]).await;
    let nothing = json!({"isIncomplete": true, "items": []});
    assert_eq!(client.request(METHOD, at(1, 6)).await.unwrap(), nothing);
    client.command("graft.status", json!([])).await.unwrap();
    assert!(server.requests().is_empty());
    assert_eq!(shown(&mut client, &at(1, 6)).await[0]["textEdit"]["newText"], json!("max(a, b)"));
    client.shutdown().await;
}

#[tokio::test]
async fn another_text_has_another_answer() {
    let script = Script::by(|n, _| if n == 0 { Reply::silence() } else { Reply::text("b + a") });
    let server = ModelServer::start(script).await;
    let mut client = client_with(&server, "qwen2.5-coder", json!({"menu": "auto"})).await;
    client.request(METHOD, at(1, 4)).await.unwrap();
    server.request(0).await;
    let place = json!({"line": 1, "character": 4});
    client.change(URI, vec![json!({"range": {"start": place, "end": place}, "text": " "})]).await;
    assert_eq!(shown(&mut client, &at(1, 5)).await[0]["textEdit"]["newText"], json!("b + a"));
    server.closed(0).await;
    client.command("graft.toggle_completion", json!([{"uri": URI}])).await.unwrap();
    client.message().await;
    assert_eq!(client.request(METHOD, at(1, 5)).await, Ok(Value::Null));
    client.shutdown().await;
}
