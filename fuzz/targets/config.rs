//! Any config file, the user's or a project's, and any settings of an editor: a config, or mistakes that can be shown.

#![no_main]

use std::path::Path;

use graft_ls::config::{Config, ConfigFile, Layers, TrustStore};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let file = ConfigFile { path: "/w/.graft.toml".into(), text: text.to_owned() };
    if let Err(mistakes) = Config::from_layers(Some(&file), &Value::Null) {
        assert!(!mistakes.to_string().is_empty());
    }
    let trust = TrustStore::default();
    let folder = Some(Path::new("/w"));
    let layers = Layers { user: None, folder, project: Some(&file), editor: &Value::Null, record: None, flags: &[], trust: &trust };
    if let Ok(loaded) = layers.load() {
        let _ = loaded.to_toml();
        assert!(loaded.config.providers.is_empty(), "a project that nobody trusts brought a provider");
    }
    if let Ok(settings) = serde_json::from_str::<Value>(text) {
        let _ = Config::from_layers(None, &settings);
    }
    let flags: Vec<String> = text.lines().map(str::to_owned).collect();
    let _ = Layers { project: None, folder: None, flags: &flags, ..layers }.load();
});
