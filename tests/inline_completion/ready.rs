//! What is done before anybody asks: a server that gets ready when a file is opened, and a question about what comes after a suggestion
//! that was just taken. Both only where the user wants it, and only at the user's own servers.

use std::path::PathBuf;
use std::sync::Arc;

use graft_ls::engine::{Engine, Suggested, Suggestions, Task, Wanted};
use graft_ls::inline_completion::Trigger;
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use super::{CODE, serving, task};
use crate::routing::engine;
use crate::support::model_server::{ModelServer, Reply, Script};

const FILLS: &[&str] = &["completion", "insert"];

fn serving_engine(server: &ModelServer, kind: &str, privacy: &str, completion: &Value) -> Engine {
    engine(&json!({
        "providers": {"p": {"kind": kind, "base_url": server.url(), "privacy": privacy, "parallel": 1}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder:7b", "context": 8192}},
        "routes": {"complete": "m"}, "completion": completion,
    }))
}

async fn suggested(engine: &Engine, task: &Task) -> Suggestions {
    let wanted = Wanted { trigger: Trigger::Automatic, ..Wanted::default() };
    match engine.complete(task, &wanted).await.result {
        Ok(Suggested::Text(suggestions)) => suggestions,
        other => panic!("{other:?}"),
    }
}

/// The task as it is when its suggestion is taken and a new line begun.
fn after(task: &Task, suggestions: &Suggestions) -> Task {
    let best = &suggestions.best;
    let text = format!("{}\n    ", best.text);
    let at = best.range.start + text.len();
    Task { document: task.document.edited(best.range.clone(), &text, Some(2)), range: at..at, ..task.clone() }
}

#[tokio::test]
async fn what_comes_after_a_suggestion_is_there_when_it_is_asked_for() {
    let answers = ["let sum = a;", "sum + b", " nobody asks for this"].map(Reply::text);
    let server = ModelServer::start(Script::list(answers)).await;
    let engine = serving_engine(&server, "openai", "mine", &json!({"ahead": true}));
    let first = task(CODE);
    let taken = suggested(&engine, &first).await;
    assert!(engine.accepted(taken.best.id));
    let next = suggested(&engine, &after(&first, &taken)).await;
    assert_eq!((next.best.text.as_str(), server.requests().len()), ("sum + b", 2));
    let uptake = engine.uptake();
    assert_eq!((uptake[0].2.suggested, uptake[0].2.accepted), (2, 1), "what is shown counts");
    assert!(next.best.id != 0 && engine.accepted(next.best.id));
}

#[tokio::test]
async fn nothing_is_asked_ahead_of_a_cloud_or_where_nobody_wants_it() {
    for (privacy, completion) in [("cloud", json!({"ahead": true})), ("mine", json!({}))] {
        let server = ModelServer::start(Script::always(Reply::text("let sum = a;"))).await;
        let engine = serving_engine(&server, "openai", privacy, &completion);
        let first = task(CODE);
        let taken = suggested(&engine, &first).await;
        assert!(engine.accepted(taken.best.id));
        // Whatever was asked is waited for here.
        suggested(&engine, &task(&CODE.replace("next", "other"))).await;
        assert_eq!(server.requests().len(), 2, "{privacy}");
    }
}

#[tokio::test]
async fn a_question_ahead_gives_way_to_one_that_somebody_asks() {
    let script = Script::by(|number, _| match number {
        0 => Reply::text("let sum = a;"),
        1 => Reply::text("never said").hang_at(0),
        _ => Reply::text("a + b"),
    });
    let server = ModelServer::start(script).await;
    let engine = serving_engine(&server, "openai", "mine", &json!({"ahead": true}));
    let taken = suggested(&engine, &task(CODE)).await;
    engine.accepted(taken.best.id);
    server.request(1).await;
    assert_eq!(suggested(&engine, &task(&CODE.replace("next", "other"))).await.best.text, "a + b");
    server.closed(1).await;
}

#[tokio::test]
async fn a_server_gets_ready_in_its_own_way_and_no_more_often_than_it_pays() {
    let other = Document::new(Language::by_id("rust").unwrap(), "pub fn helper(count: usize) {}\n", Some(1));
    let open = vec![(PathBuf::from("/w/src/other.rs"), other)];
    let mut task = task(CODE);
    task.workspace.open = Some(Arc::new(move || open.clone()));
    for (kind, privacy, wanted, expected) in [
        ("ollama", "mine", true, vec!["/api/generate"]),
        ("llamacpp", "mine", true, vec!["/infill", "/infill", "/infill"]),
        ("openai", "mine", true, vec![]),
        ("ollama", "cloud", true, vec![]),
        ("ollama", "mine", false, vec![]),
        ("llamacpp", "mine", false, vec![]),
    ] {
        let server = ModelServer::start(serving(FILLS, Reply::text(""))).await;
        let engine = serving_engine(&server, kind, privacy, &json!({"warm_up": wanted}));
        engine.warm_up(&task).await;
        engine.warm_up(&task).await;
        let requests = server.requests();
        let asked: Vec<&str> =
            requests.iter().map(|request| request.path.as_str()).filter(|path| *path != "/props").collect();
        assert_eq!(asked, expected, "{kind} {privacy}");
        match (kind, requests.last()) {
            ("ollama", Some(last)) => {
                assert_eq!(last.body.get("prompt"), None);
                assert_eq!(last.body["options"], json!({"num_ctx": 8192}), "another window would load the model anew");
            }
            ("llamacpp", Some(last)) => {
                assert_eq!(last.body["n_predict"], json!(0));
                assert_eq!(last.body["input_extra"][0]["filename"], "src/other.rs");
            }
            _ => {}
        }
    }
}
