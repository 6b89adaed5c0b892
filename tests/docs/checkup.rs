//! What the page on the check-up shows: its tables, and transcripts, made by the real check-up of scripted servers. Only ports and times are not those of the run: they
//! change with each.

use std::fmt::Write;
use std::sync::Arc;

use graft_ls::config::{Config, ConfigFile, Loading, Machine};
use graft_ls::doctor::{Checkup, EDITORS, Speed, Subject, examine, text};
use graft_ls::engine::{Effort, Engine};
use graft_ls::model::{AS_OF, SMALL_CLOUDS, SUGGESTIONS, Tier};
use serde_json::{Value, json};

use super::page::Page;
use crate::doctor::{bare_machine, machine_with_editors};
use crate::support::model_server::{ModelServer, whole};

const HEALTHY: &str = r#"[providers.ollama]
kind = "ollama"

[providers.claude]
kind = "anthropic"
api_key = { file = "KEY" }

[models.quick]
provider = "ollama"
model = "qwen3-coder"
context = 16384

[models.deep]
provider = "claude"
model = "claude-sonnet-5-5"
context = 200000

[routes]
default = ["quick", "deep"]
document = ["quick", "builtin"]

[[rules]]
when = { action = "refactor", min_lines = 120 }
use = "deep"
"#;

const BROKEN: &str = r#"[providers.ollama]
kind = "ollama"

[providers.box]
kind = "llamacpp"
base_url = "http://127.0.0.1:9"

[providers.claude]
kind = "anthropic"
api_key = { file = "KEY" }

[models.quick]
provider = "ollama"
model = "qwen2.5-coder:14b"

[models.big]
provider = "ollama"
model = "codellama:34b"
context = 32768

[models.there]
provider = "box"
model = "any"

[models.deep]
provider = "claude"
model = "claude-sonnet-5-5"

[routes]
default = ["quick", "there", "deep"]
document = ["big", "builtin"]
"#;

/// Everything is well.
pub(super) fn healthy() -> String {
    transcript(HEALTHY, &["qwen3-coder:latest", "qwen2.5-coder:7b"], whole::KEY)
}

/// A model that is not there, one that is too large, a server that is not there, a wrong key.
pub(super) fn broken() -> String {
    transcript(BROKEN, &["codellama:34b", "qwen2.5-coder:7b"], "sk-wrong-0123456789abcdef")
}

/// Nothing is there.
pub(super) fn bare() -> String {
    let machine = Machine { home: Some("/home/me".into()), ..bare_machine() };
    let checkup = run(async {
        let config = Config::from_layers(None, &Value::Null).unwrap();
        let loading = loading(&config, "/home/me/.config/graft/config.toml", false);
        checked(&loading, config, &machine).await
    });
    block(&text(&checkup))
}

fn transcript(config: &str, models: &'static [&'static str], key: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("key");
    std::fs::write(&file, key).unwrap();
    let machine = machine_with_editors(home.path());
    run(async {
        let ollama = ModelServer::start(whole::ollama(models)).await;
        let claude = ModelServer::start(whole::anthropic()).await;
        let of = |kind: &str, server: &ModelServer, more: &str| {
            (format!("kind = \"{kind}\"\n"), format!("kind = \"{kind}\"\nbase_url = \"{}\"\n{more}", server.url()))
        };
        let mut real = config.replace("KEY", &file.to_string_lossy());
        for (from, to) in [of("ollama", &ollama, ""), of("anthropic", &claude, "privacy = \"cloud\"\n")] {
            real = real.replacen(&from, &to, 1);
        }
        let read = ConfigFile { path: "config.toml".into(), text: real };
        let config = Config::from_layers(Some(&read), &Value::Null).unwrap();
        let loading = loading(&config, &home.path().join(".config/graft/config.toml").to_string_lossy(), true);
        let mut checkup = checked(&loading, config, &machine).await;
        settle(&mut checkup);
        let told = text(&checkup).replace(&claude.url(), "https://api.anthropic.com");
        block(&told.replace(&ollama.url(), "http://127.0.0.1:11434"))
    })
}

fn loading(config: &Config, path: &str, found: bool) -> Loading {
    Loading { files: vec![(path.into(), found)], ..Ok(config.clone()).into() }
}

async fn checked(loading: &Loading, config: Config, machine: &Machine) -> Checkup {
    let subject = Subject { loading, config: Some(Arc::new(config)), machine, effort: Effort::Short };
    examine(&Engine::new(Config::default()), &subject).await
}

/// Times that are the same in each run.
fn settle(checkup: &mut Checkup) {
    for provider in &mut checkup.providers {
        provider.seconds = provider.seconds.map(|_| 0.004);
    }
    for model in &mut checkup.models {
        let steady = Speed { first_token_seconds: 0.31, tokens_per_second: Some(41.8), tokens_read_per_second: None };
        model.speed = model.speed.map(|_| steady);
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn block(told: &str) -> String {
    // What a system calls a refused connection differs.
    let told: Vec<String> = told
        .lines()
        .map(|line| match (line.find("(Connection refused"), line.find("); start it")) {
            (Some(from), Some(to)) => format!("{}(Connection refused{}", &line[..from], &line[to..]),
            _ => line.trim_end().to_owned(),
        })
        .collect();
    format!("```text\n{}\n```\n", told.join("\n"))
}

pub(super) fn tiers() -> String {
    let mut table = format!("As of {AS_OF}.\n\n| tier | parameters | good for |\n|---|---|---|\n");
    for tier in Tier::ALL {
        let most = tier.most().map_or("more".to_owned(), |most| format!("up to {} billion", most / 1000));
        let _ = writeln!(table, "| `{}` | {most} | {} |", tier.as_str(), tier.good_for());
    }
    let small: Vec<String> = SMALL_CLOUDS.iter().map(|word| format!("`{word}`")).collect();
    let _ = writeln!(
        table,
        "\nA model of a cloud that does not tell its size is large, or medium where its id has one of {}.",
        small.join(", ")
    );
    table
}

pub(super) fn suggestions() -> String {
    let mut table = format!("As of {AS_OF}.\n\n| memory | `ollama pull` | to fetch |\n|---|---|---|\n");
    for row in SUGGESTIONS {
        let memory = if row.memory == 0 { "less".to_owned() } else { format!("from {} GB", row.memory) };
        let _ = writeln!(table, "| {memory} | `{}` | {:.1} GB |", row.model, row.weights);
    }
    table
}

pub(super) fn editors() -> String {
    let mut table = String::from("| editor | programs | from version | for |\n|---|---|---|---|\n");
    for editor in EDITORS {
        let programs: Vec<String> = editor.programs.iter().map(|name| format!("`{name}`")).collect();
        let (major, minor) = editor.least;
        let _ = writeln!(table, "| {} | {} | {major}.{minor} | {} |", editor.name, programs.join(", "), editor.brings);
    }
    table
}

#[test]
fn the_object_has_the_fields_of_its_table() {
    let home = tempfile::tempdir().unwrap();
    let machine = machine_with_editors(home.path());
    let checkup = run(async {
        let ollama = ModelServer::start(whole::ollama(&["codellama:34b"])).await;
        let config = json!({"providers": {"p": {"kind": "ollama", "base_url": ollama.url()}},
            "models": {"m": {"provider": "p", "model": "codellama:34b", "context": 300_000}},
            "routes": {"default": ["m", "builtin"]},
            "rules": [{"when": {}, "use": "m"}]});
        let config = Config::from_layers(None, &config).unwrap();
        let mut checkup = checked(&loading(&config, "config.toml", true), config, &machine).await;
        checkup.config.mistakes.push("a mistake".to_owned());
        checkup.config.warnings.push("a warning".to_owned());
        checkup
    });
    let mut there = Vec::new();
    paths(&serde_json::to_value(&checkup).unwrap(), "", &mut there);
    let rows = Page::read("docs/doctor.md").section("The JSON object").first_column();
    assert_eq!(rows, there);
}

/// Each field as a path, `[]` for what there may be several of.
fn paths(value: &Value, prefix: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if prefix.is_empty() { "" } else { "." };
                paths(member, &format!("{prefix}{dot}{name}"), found);
            }
        }
        Value::Array(items) => {
            let first = items.first().unwrap_or_else(|| panic!("{prefix} is empty here, which shows nothing"));
            paths(first, &format!("{prefix}[]"), found);
        }
        _ => found.push(prefix.to_owned()),
    }
}
