//! The settings that the extension for VS Code declares, made of the config's own schema. Refuses every scope but the machine's:
//! the settings of a workspace come with its code, and what a project may say stands in its `.graft.toml`.

use graft_ls::config::schema;
use serde_json::{Map, Value, json};

use super::page::root;

const MANIFEST: &str = "editors/vscode/package.json";

#[test]
fn settings_of_the_vscode_extension_are_those_of_the_schema() {
    let text = std::fs::read_to_string(root().join(MANIFEST)).unwrap().replace("\r\n", "\n");
    let mut manifest: Value = serde_json::from_str(&text).unwrap();
    manifest["contributes"]["configuration"]["properties"] = Value::Object(settings());
    let new = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
    if std::env::var_os("GRAFT_UPDATE_DOCS").is_some() {
        std::fs::write(root().join(MANIFEST), new).unwrap();
    } else {
        assert!(text == new, "GRAFT_UPDATE_DOCS=1 cargo test docs brings {MANIFEST} up to date");
    }
}

#[test]
fn a_workspace_sets_nothing_in_vscode() {
    let text = std::fs::read_to_string(root().join(MANIFEST)).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let declared = manifest["contributes"]["configuration"]["properties"].as_object().unwrap();
    assert!(declared.len() > 20, "only {} settings", declared.len());
    for (name, setting) in declared {
        assert_eq!(setting["scope"], "machine", "{name}");
    }
}

fn settings() -> Map<String, Value> {
    let mut settings = Map::new();
    let path = "Where graft-ls is: an absolute path, or one that starts with `~/`. Where it is empty, graft-ls is looked for on the `PATH` and where cargo installs.";
    settings.insert(
        "graft.path".to_owned(),
        json!({"type": "string", "default": "", "scope": "machine", "markdownDescription": path}),
    );
    declare("graft", &schema(), &mut settings);
    settings
}

/// Declares what a table holds: tables with fixed keys one key at a time, so that each gets its place in the settings editor.
fn declare(name: &str, table: &Value, settings: &mut Map<String, Value>) {
    for (key, property) in table["properties"].as_object().unwrap() {
        let name = format!("{name}.{key}");
        if property["properties"].is_object() {
            declare(&name, property, settings);
        } else {
            settings.insert(name, setting(property));
        }
    }
}

fn setting(property: &Value) -> Value {
    let mut setting = property.clone();
    let described = setting.as_object_mut().unwrap().shift_remove("description");
    setting["scope"] = json!("machine");
    setting["markdownDescription"] = json!(sentence(described.as_ref().and_then(Value::as_str).unwrap_or_default()));
    setting
}

/// A meaning as a sentence, without the links to other pages.
fn sentence(meaning: &str) -> String {
    let mut text = String::new();
    let mut rest = meaning;
    while let Some((before, link)) = rest.split_once('[') {
        let (label, after) = link.split_once("](").expect("a link");
        text += before;
        text += label;
        rest = after.split_once(')').expect("the end of a link").1;
    }
    text += rest;
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
