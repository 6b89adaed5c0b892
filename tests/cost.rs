//! What jobs cost and who pays: real engines over scripted servers.

mod budget;
mod inline_completion;
mod prices;

use graft_ls::engine::Engine;
use serde_json::{Value, json};

/// Two models of a cloud at `url`, `deep` and then `other`, with these settings besides.
fn cloud(url: &str, more: &Value) -> Engine {
    crate::routing::engine(&settings(url, more))
}

fn settings(url: &str, more: &Value) -> Value {
    let mut settings = json!({
        "providers": {"cloud": {"kind": "anthropic", "base_url": url, "privacy": "cloud"}},
        "models": {"deep": {"provider": "cloud", "model": "claude-sonnet-5-5"}},
    });
    merge(&mut settings, more);
    settings
}

fn merge(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                merge(below.entry(name).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}
