//! Which model is asked, and which is asked next: real engines over scripted servers.

mod escalation;
mod explain;
mod pools;

use std::path::Path;

use graft_ls::actions::{ActionId, Workspace};
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Outcome, Progress, Task};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use crate::support::model_server::{ModelServer, Reply};

pub(crate) const ADD: &str = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";

/// What documents [`ADD`].
pub(crate) fn good() -> Reply {
    Reply::text(&format!("```rust\n/// Adds.\n{ADD}```\n"))
}

/// No code at all.
pub(crate) fn prose() -> Reply {
    Reply::text("I would rather talk about it.")
}

pub(crate) fn engine(settings: &Value) -> Engine {
    Engine::new(Config::from_layers(None, settings).unwrap())
}

/// Two models, `quick` and then `deep`, each at a server of its own.
pub(crate) fn two(first: &str, second: &str, provider: Value) -> Engine {
    let mut one = json!({"kind": "openai", "base_url": first, "first_token_timeout_s": 20, "parallel": 1});
    one.as_object_mut().unwrap().extend(provider.as_object().unwrap().clone());
    engine(&json!({
        "providers": {"one": one, "two": {"kind": "ollama", "base_url": second}},
        "models": {"quick": {"provider": "one", "model": "small"}, "deep": {"provider": "two", "model": "large"}},
        "routes": {"default": ["quick", "deep"]},
    }))
}

pub(crate) fn task(model: Option<&str>) -> Task {
    let document = Document::new(Language::by_id("rust").unwrap(), ADD, None);
    Task {
        path: Some(Path::new("/w/src/add.rs").to_owned()),
        model: model.map(str::to_owned),
        workspace: Workspace { root: Some("/w".into()), buffers: None, open: None, disk: false },
        ..Task::new("t", ActionId::Document, document, 4..4)
    }
}

pub(crate) async fn run(engine: &Engine, model: Option<&str>) -> (Outcome, Vec<Progress>) {
    let mut seen = Vec::new();
    let outcome = engine.execute(&task(model), &mut |progress| seen.push(progress)).await;
    (outcome, seen)
}

pub(crate) fn is_edit(outcome: &Outcome) -> bool {
    matches!(outcome.result, Ok(Change::Edit { .. }))
}

pub(crate) fn steps(outcome: &Outcome) -> Vec<(&str, &str)> {
    outcome.attempts.iter().map(|attempt| (attempt.step.as_str(), attempt.outcome.as_str())).collect()
}

/// An address where nobody listens.
async fn answering() -> ModelServer {
    ModelServer::start(crate::support::model_server::Script::always(good())).await
}
