//! The editor's settings on their way to the config. Refuses to read them: `config` does, through a closure that the
//! program hands in. A config that cannot be read leaves the last good one in force.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::config::Config;

/// Makes a config of the user's files and the editor's settings (the TOML's keys, in JSON), or says, one sentence each,
/// what is wrong with them.
pub type LoadConfig = Arc<dyn Fn(Option<&Value>) -> Result<Config, Vec<String>> + Send + Sync>;

/// The editor's settings so far.
pub(super) struct Settings {
    load: LoadConfig,
    initial: Mutex<Option<Value>>,
}

impl Settings {
    pub(super) fn new(load: LoadConfig) -> Settings {
        Settings { load, initial: Mutex::new(None) }
    }

    /// Takes over `initializationOptions`.
    pub(super) fn initialize(&self, options: Option<&Value>) -> Result<Config, Vec<String>> {
        let section = options.and_then(section).cloned();
        if let Ok(mut initial) = self.initial.lock() {
            initial.clone_from(&section);
        }
        (self.load)(section.as_ref())
    }

    /// Takes over the settings of a `workspace/didChangeConfiguration`. Where they say nothing of Graft, those of the start
    /// hold: eglot sends an empty object after every start, and VS Code sends null to say "ask me".
    pub(super) fn change(&self, settings: &Value) -> Result<Config, Vec<String>> {
        match section(settings) {
            Some(section) => (self.load)(Some(section)),
            None => {
                let initial = self.initial.lock().ok().and_then(|initial| initial.clone());
                (self.load)(initial.as_ref())
            }
        }
    }
}

/// Graft's part of what an editor sent: under `graft`, or bare. Nothing where it is null or empty.
fn section(settings: &Value) -> Option<&Value> {
    let section = settings.get("graft").unwrap_or(settings);
    let empty = section.is_null() || section.as_object().is_some_and(serde_json::Map::is_empty);
    (!empty).then_some(section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_its_section_or_takes_the_whole() {
        for (sent, expected) in [
            (json!({"graft": {"routes": {"default": "quick"}}}), Some(json!({"routes": {"default": "quick"}}))),
            (json!({"routes": {"default": "quick"}}), Some(json!({"routes": {"default": "quick"}}))),
            (json!({"graft": null}), None),
            (json!({}), None),
            (Value::Null, None),
        ] {
            assert_eq!(section(&sent), expected.as_ref(), "{sent}");
        }
    }
}
