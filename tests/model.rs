//! The room `model` against a scripted server: what it sends, what it makes of what comes back, and how long it waits.

pub(crate) mod answers;
mod classes;
mod errors;
mod keys;
mod requests;
mod survey;
mod waiting;

use graft_ls::config::{Config, Model};
use graft_ls::model::{Answer, Event, ModelError, Models};
use graft_ls::prompt::{Prompt, Role, Turn};
use serde_json::{Value, json};

use crate::support::model_server::ModelServer;

/// A kind of each wire protocol.
const KINDS: [(&str, &str); 3] =
    [("ollama", "/api/chat"), ("openai", "/v1/chat/completions"), ("anthropic", "/v1/messages")];

/// The model `asked` of a provider `p`, with these settings besides.
fn configured(kind: &str, base_url: &str, provider: Value, model: Value) -> Model {
    let mut settings = json!({
        "providers": { "p": { "kind": kind, "base_url": base_url, "first_token_timeout_s": 20 } },
        "models": { "m": { "provider": "p", "model": "asked" } },
    });
    for (table, more) in [("/providers/p", provider), ("/models/m", model)] {
        let table = settings.pointer_mut(table).unwrap().as_object_mut().unwrap();
        table.extend(more.as_object().unwrap().clone());
    }
    Config::from_layers(None, &settings).unwrap().models["m"].clone()
}

fn model_of(kind: &str, server: &ModelServer) -> Model {
    configured(kind, &server.url(), json!({}), json!({}))
}

fn prompt() -> Prompt {
    let turn = |role, text: &str| Turn { role, text: text.to_owned() };
    Prompt {
        system: "You write code.".to_owned(),
        turns: vec![turn(Role::User, "Write it."), turn(Role::Assistant, "No."), turn(Role::User, "Again.")],
    }
}

async fn ask(model: &Model) -> Result<Answer, ModelError> {
    ask_with(&Models::new(), model).await.0
}

async fn ask_with(models: &Models, model: &Model) -> (Result<Answer, ModelError>, Vec<Event>) {
    let mut events = Vec::new();
    let answer = models.ask(model, &prompt(), 512, &mut |event| events.push(event)).await;
    (answer, events)
}
