//! The server's text is the client's, whatever is sent and however it is counted.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::lsp_client::{LspClient, any_settings, code_action_params};
use crate::support::scripted_work::ScriptedWork;

const URI: &str = "file:///w/a.py";

/// The text as the server has it: the scripted engine puts it into its titles.
async fn server_text(client: &mut LspClient) -> Option<String> {
    let actions = client.code_actions(URI, [0; 4], json!({})).await;
    let title = actions.first()?["title"].as_str().unwrap().to_owned();
    let text = title.strip_prefix("Graft: generate `")?.strip_suffix('`')?;
    Some(text.to_owned())
}

async fn start(encoding: &str) -> LspClient {
    let capabilities = json!({
        "general": {"positionEncodings": [encoding]},
        "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}
    });
    let client =
        LspClient::start_with(ScriptedWork::new(), any_settings(), json!({"capabilities": capabilities})).await;
    assert_eq!(client.encoding, encoding);
    client
}

/// `[line, character, line, character]` and the new text; without a place, the whole text.
type Sent = (Option<[u32; 4]>, String);

fn change((place, text): &Sent) -> Value {
    match place {
        None => json!({"text": text}),
        Some([line, character, end_line, end_character]) => json!({"text": text, "range": {
            "start": {"line": line, "character": character}, "end": {"line": end_line, "character": end_character}
        }}),
    }
}

#[derive(Debug, Clone)]
enum Step {
    Open(String),
    Change(Vec<Sent>),
    Close,
}

fn text() -> impl Strategy<Value = String> {
    "([a-z(: ]{0,6}|🦀|é|\r\n|\n|\r|\t|漢){0,8}"
}

fn step() -> impl Strategy<Value = Step> {
    let number = || prop_oneof![8 => 0u32..6, 1 => 0u32..40, 1 => Just(u32::MAX)];
    let place = prop::option::weighted(0.9, [number(), number(), number(), number()]);
    let changes = prop::collection::vec((place, text()), 0..4);
    prop_oneof![1 => text().prop_map(Step::Open), 12 => changes.prop_map(Step::Change), 1 => Just(Step::Close)]
}

async fn follows(encoding: &str, steps: Vec<Step>) {
    let mut client = start(encoding).await;
    for step in steps {
        match step {
            Step::Open(text) => client.open(URI, "python", &text).await,
            Step::Change(changes) if client.documents.contains_key(URI) => {
                client.change(URI, changes.iter().map(change).collect()).await;
            }
            Step::Change(changes) => {
                let changes: Vec<Value> = changes.iter().map(change).collect();
                client
                    .notify(
                        "textDocument/didChange",
                        json!({"textDocument": {"uri": URI, "version": 9}, "contentChanges": changes}),
                    )
                    .await;
            }
            Step::Close => client.close(URI).await,
        }
        let ours = client.documents.get(URI).map(|document| document.text.clone());
        assert_eq!(server_text(&mut client).await, ours);
    }
    client.shutdown().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_sequence_of_changes_gives_the_clients_text(
        encoding in prop::sample::select(vec!["utf-8", "utf-16", "utf-32"]),
        first in text(),
        mut steps in prop::collection::vec(step(), 1..12),
    ) {
        steps.insert(0, Step::Open(first));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(follows(encoding, steps));
    }
}

#[tokio::test]
async fn every_request_sees_the_changes_before_it_and_none_after() {
    let mut client = start("utf-8").await;
    client.open(URI, "python", "0").await;
    let mut asked = Vec::new();
    for count in 1..500 {
        let id = client.ask("textDocument/codeAction", code_action_params(URI, [0; 4], json!({}))).await;
        asked.push((id, client.text(URI).to_owned()));
        client.change(URI, vec![json!({"text": count.to_string()})]).await;
    }
    for (id, text) in asked {
        let actions = client.answer(id).await.unwrap();
        assert_eq!(actions[0]["title"], format!("Graft: generate `{text}`"));
    }
    client.shutdown().await;
}

#[tokio::test]
async fn changes_are_made_while_handlers_are_slow() {
    let work = ScriptedWork::new();
    let mut client = LspClient::start(work.clone()).await;
    client.open(URI, "python", "slow").await;
    let slow = client.ask("textDocument/codeAction", code_action_params(URI, [0; 4], json!({}))).await;
    client.change(URI, vec![json!({"text": "quick"})]).await;
    assert_eq!(server_text(&mut client).await.as_deref(), Some("quick"));
    work.open_gate();
    assert_eq!(client.answer(slow).await.unwrap()[0]["title"], "Graft: generate `slow`");
    client.shutdown().await;
}

#[tokio::test]
async fn ignores_changes_and_closings_of_what_is_not_open() {
    let mut client = start("utf-16").await;
    client
        .notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": "x"}]}),
        )
        .await;
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}})).await;
    assert_eq!(server_text(&mut client).await, None);
    client.open(URI, "python", "a").await;
    client.close(URI).await;
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}})).await;
    assert_eq!(server_text(&mut client).await, None);
    client.shutdown().await;
}

#[tokio::test]
async fn a_change_that_cannot_be_read_loses_the_document_until_its_text_comes_again() {
    let mut client = start("utf-16").await;
    client.open(URI, "python", "a").await;
    let bad =
        json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"range": "all of it", "text": "b"}]});
    client.notify("textDocument/didChange", bad).await;
    assert_eq!(server_text(&mut client).await, None);
    client.run(json!({"action": "document", "uri": URI, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}})).await;
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    assert!(message.starts_with("Graft: a change of `a.py` could not be read"), "{message}");
    client.change(URI, vec![json!({"range": null, "text": "c"})]).await;
    assert_eq!(server_text(&mut client).await.as_deref(), Some("c"));
    client.shutdown().await;
}

#[tokio::test]
async fn knows_a_language_by_its_id_or_else_by_the_path() {
    let mut client = start("utf-16").await;
    for (uri, language, known) in [
        ("file:///w/a.py", "something", true),
        ("untitled:Untitled-1", "rust", true),
        ("file:///w/Makefile", "makefile", false),
        ("file:///w/b.py", "", true),
    ] {
        client.open(uri, language, "x").await;
        client.change(uri, vec![json!({"text": "y"})]).await;
        assert_eq!(!client.code_actions(uri, [0; 4], json!({})).await.is_empty(), known, "{uri} {language}");
    }
    client.shutdown().await;
}
