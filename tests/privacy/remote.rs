//! An Ollama on this machine may pass a model on to a cloud. Code that stays at home goes there only once it is known that it
//! does not.

use std::path::Path;

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Outcome, Task};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use super::{CODE, GOOD};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

/// A server that answers `/api/show` with that, and everything else with a good answer.
async fn showing(shown: Reply) -> ModelServer {
    let reply = move |_: usize, request: &crate::support::model_server::Request| match request.path.as_str() {
        "/api/show" => shown.clone(),
        _ => Reply::text(GOOD),
    };
    ModelServer::start(Script::by(reply)).await
}

fn engine(provider: Value, model: Value) -> Engine {
    let mut whole = json!({"provider": "p"});
    whole.as_object_mut().unwrap().extend(model.as_object().unwrap().clone());
    let settings =
        json!({"providers": {"p": provider}, "models": {"quick": whole}, "privacy": {"local_only": "billing/**"}});
    Engine::new(Config::from_layers(None, &settings).unwrap())
}

async fn run(engine: &Engine, path: &str) -> Outcome {
    let document = Document::new(Language::by_id("python").unwrap(), CODE, None);
    let task = Task::new("t", ActionId::Refactor, document, 4..4);
    engine.execute(&Task { path: Some(Path::new(path).to_owned()), ..task }, &mut |_| ()).await
}

/// The paths that were asked, in order.
fn asked(server: &ModelServer) -> Vec<String> {
    server.requests().into_iter().map(|request| request.path).collect()
}

/// `edit`, or the reason's code.
fn end(outcome: &Outcome) -> &'static str {
    match &outcome.result {
        Ok(Change::Edit { .. }) => "edit",
        Ok(Change::Nothing { .. }) => "no_change",
        Err(failure) => failure.code.as_str(),
    }
}

#[tokio::test]
async fn what_stays_at_home_waits_until_the_server_says_where_the_model_is() {
    let remote = || Reply::json(json!({"remote_host": "https://ollama.com:443", "remote_model": "glm-4.6"}));
    let missing = || Reply::error(404, json!({"error": "model 'm' not found"}));
    for (kind, path, shown, expected, paths) in [
        ("ollama", "", remote(), "privacy", &["/api/show"][..]),
        ("openai", "/v1", remote(), "privacy", &["/api/show"]),
        ("anthropic", "", remote(), "privacy", &["/api/show"]),
        ("ollama", "", Reply::json(json!({"remote_model": "glm-4.6"})), "privacy", &["/api/show"]),
        ("ollama", "", Reply::json(json!({"details": {}, "remote_host": ""})), "edit", &["/api/show", "/api/chat"]),
        ("ollama", "", missing(), "edit", &["/api/show", "/api/chat"]),
        ("ollama", "", Reply::error(500, json!({"error": "no"})), "provider", &["/api/show"]),
        ("ollama", "", Reply::hang_up(), "provider", &["/api/show"]),
        ("ollama", "", Reply::bytes("text/html", "<html>"), "provider", &["/api/show"]),
        ("openai", "/v1", Reply::error(500, json!({"error": "no"})), "edit", &["/api/show", "/v1/chat/completions"]),
        ("openai", "/v1", Reply::bytes("text/html", "<html>"), "edit", &["/api/show", "/v1/chat/completions"]),
        ("llamacpp", "", remote(), "edit", &["/v1/chat/completions"]),
    ] {
        let server = showing(shown).await;
        let engine =
            engine(json!({"kind": kind, "base_url": format!("{}{path}", server.url())}), json!({"model": "m"}));
        let outcome = run(&engine, "/w/billing/a.py").await;
        assert_eq!(
            (end(&outcome), asked(&server)),
            (expected, paths.iter().map(|path| (*path).to_owned()).collect()),
            "{kind}"
        );
        let shown: Vec<Value> =
            server.requests().into_iter().filter(|r| r.path == "/api/show").map(|r| r.body).collect();
        assert!(shown.iter().all(|body| *body == json!({"model": "m"})), "{shown:?}");
        if expected == "privacy" {
            let message = &outcome.attempts[0].message;
            assert!(
                message.starts_with("not asked: p passes `m` on to ") && message.contains("`local_only` glob"),
                "{message}"
            );
        }
    }
}

#[tokio::test]
async fn names_that_say_so_are_not_asked_at_all() {
    for (kind, model) in [
        ("ollama", json!({"model": "glm-4.6:cloud"})),
        ("ollama", json!({"model": "gpt-oss:120b-Cloud"})),
        ("openai", json!({"model": "gpt-oss:120b-cloud"})),
        ("ollama", json!({"model": "m", "extra_body": {"model": "glm-4.6:cloud"}})),
    ] {
        let server = showing(Reply::json(json!({}))).await;
        let provider = json!({"kind": kind, "base_url": server.url(), "privacy": "mine"});
        let outcome = run(&engine(provider, model.clone()), "/w/billing/a.py").await;
        assert_eq!((end(&outcome), asked(&server).len()), ("privacy", 0), "{model}");
    }
}

#[tokio::test]
async fn each_server_of_a_pool_is_asked_once_and_code_that_may_travel_asks_nothing() {
    let gate = Gate::shut();
    let held = gate.clone();
    // From the second chat on, the one at home is busy until the gate opens.
    let home = ModelServer::start(Script::by(move |number, request| match request.path.as_str() {
        "/api/show" => Reply::json(json!({})),
        _ if number == 0 => Reply::text(GOOD),
        _ => Reply::text(GOOD).hold(&held),
    }))
    .await;
    let away = showing(Reply::json(json!({"remote_host": "x"}))).await;
    let provider = json!({"kind": "ollama", "base_urls": [home.url(), away.url()]});
    let engine = engine(provider, json!({"model": "m"}));
    assert_eq!(end(&run(&engine, "/w/a.py").await), "edit");
    assert_eq!((asked(&home).len(), asked(&away).len()), (1, 0));
    let private = || {
        let engine = engine.clone();
        tokio::spawn(async move { end(&run(&engine, "/w/billing/a.py").await) })
    };
    // The same beginning goes to the server that knows it, and to the other one where this one is busy.
    let first = private();
    home.request(2).await;
    for _ in 0..2 {
        assert_eq!(private().await.unwrap(), "privacy");
    }
    gate.open();
    assert_eq!(first.await.unwrap(), "edit");
    assert_eq!(asked(&home), ["/api/chat", "/api/show", "/api/chat"]);
    assert_eq!(asked(&away), ["/api/show"]);
}
