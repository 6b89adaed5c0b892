//! Code of other files in what a model is asked: where there is a place for it, in a steady order, and no byte of a file that may not go
//! there.

use std::path::PathBuf;
use std::sync::Arc;

use graft_ls::engine::{Engine, Task, Wanted};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use super::{CODE, last, one, serving, task};
use crate::routing::engine;
use crate::support::model_server::{ModelServer, Reply, Script};

const OTHER: &str = "pub fn helper(count: usize) -> Vec<String> {\n    let mut names = Vec::new();\n    for number in 0..count {\n        names.push(number.to_string());\n    }\n    names\n}\n";

/// The task with these documents open, the one that was changed last first.
fn beside(open: &[(&str, &str)]) -> Task {
    let document = |text: &str| Document::new(Language::by_id("rust").unwrap(), text, Some(1));
    let open: Vec<(PathBuf, Document)> =
        open.iter().map(|(path, text)| (PathBuf::from("/w").join(path), document(text))).collect();
    let mut task = task(CODE);
    task.workspace.open = Some(Arc::new(move || open.clone()));
    task
}

async fn asked(engine: &Engine, server: &ModelServer, open: &[(&str, &str)]) -> Value {
    engine.complete(&beside(open), &Wanted::default()).await;
    last(server).body
}

#[tokio::test]
async fn goes_where_the_way_has_a_place_for_it() {
    const FILLS: &[&str] = &["completion", "insert"];
    let signature = "pub fn helper(count: usize) -> Vec<String>";
    for (kind, model, field) in [
        ("llamacpp", "default", "input_extra"),
        ("openai", "qwen2.5-coder", "prompt"),
        ("openai", "codestral-22b", "prompt"),
        ("openai", "starcoder2", ""),
        ("ollama", "qwen2.5-coder:7b", ""),
    ] {
        let server = ModelServer::start(serving(FILLS, Reply::text("a + b"))).await;
        let engine = one(&server, kind, model, &json!({}));
        let body = asked(&engine, &server, &[("src/other.rs", OTHER)]).await;
        let whole = body.to_string();
        assert_eq!(
            whole.contains(signature) && whole.contains("src/other.rs"),
            !field.is_empty(),
            "{kind} {model}: {body}"
        );
        assert!(!whole.contains("let mut names"), "declarations, no bodies");
        let at = |text: &str| whole.find(text);
        assert!(field != "prompt" || at(signature) < at("fn add("), "{whole}");
        if field == "input_extra" {
            assert_eq!(body["input_extra"][0], json!({"filename": "src/other.rs", "text": signature}));
        }
    }
}

#[tokio::test]
async fn the_beginning_stays_the_same_while_one_file_changes() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let engine = one(&server, "openai", "qwen2.5-coder", &json!({}));
    let prompt = async |name: &str| {
        let changed = format!("pub fn {name}() {{}}\n");
        let body = asked(&engine, &server, &[("src/z.rs", &changed), ("src/other.rs", OTHER)]).await;
        engine.configure((*engine.config()).clone());
        body["prompt"].as_str().unwrap().to_owned()
    };
    let (first, second) = (prompt("one").await, prompt("two").await);
    let same = first.bytes().zip(second.bytes()).take_while(|(a, b)| a == b).count();
    assert!(first[..same].contains("helper") && first[..same].ends_with("pub fn "), "{first}\n{second}");
}

#[tokio::test]
async fn no_byte_goes_where_its_file_may_not() {
    let server = ModelServer::start(serving(&["completion"], Reply::text("a + b"))).await;
    let key = concat!("gh", "p_16C7e42F292c6912E7710c838347Ae178B4a");
    let secret = format!("pub const KEY: &str = \"{key}\";\n");
    let open = [
        ("src/any.rs", "pub fn anywhere() {}\n"),
        ("src/home.rs", "pub fn at_home() {}\n"),
        ("src/none.rs", "pub fn to_nobody() {}\n"),
        ("src/key.rs", &secret),
    ];
    for (owner, shown, hidden) in [
        ("cloud", &["anywhere", "GRAFT_SECRET_"][..], &["at_home", "to_nobody", key][..]),
        ("mine", &["anywhere", "at_home", key], &["to_nobody", "GRAFT_SECRET_"]),
    ] {
        let engine = engine(&json!({
            "providers": {"p": {"kind": "openai", "base_url": server.url(), "privacy": owner}},
            "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"complete": "m"},
            "privacy": {"local_only": ["**/home.rs"], "never": ["**/none.rs"]},
        }));
        let body = asked(&engine, &server, &open).await.to_string();
        assert!(shown.iter().all(|word| body.contains(word)), "{owner}: {body}");
        assert!(!hidden.iter().any(|word| body.contains(word)), "{owner}: {body}");
    }
}
