//! Settings in an editor: projects and folders, files that change, and what is said of mistakes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use graft_ls::config::{Config, Said, Sources};
use graft_ls::engine::Engine;
use graft_ls::lsp::LoadConfig;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::lsp_client::{LspClient, capabilities};

const PYTHON: &str = "def f(x):\n    return x\n";

/// A home with a user's config and two projects.
struct Home(TempDir);

impl Home {
    fn new(user: &str) -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        for project in ["a", "b"] {
            std::fs::create_dir(home.path(project)).unwrap();
        }
        home.write("config.toml", user);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn load(&self) -> LoadConfig {
        let sources = Sources { user: Some(self.path("config.toml")), ..Sources::default() };
        Arc::new(move |said: &Said<'_>| sources.load(said))
    }

    /// A client with these folders.
    async fn client(&self, folders: &[&str], more: Value) -> LspClient {
        let folders: Vec<Value> = folders.iter().map(|name| json!({"uri": self.uri(name), "name": name})).collect();
        let mut params = json!({"capabilities": capabilities(), "workspaceFolders": folders});
        for (pointer, value) in more.as_object().unwrap() {
            params["capabilities"]["workspace"][pointer] = value.clone();
        }
        LspClient::start_with(Arc::new(Engine::new(Config::default())), self.load(), params).await
    }
}

/// Documents `f` of a new file and gives the text.
async fn documented(client: &mut LspClient, uri: &str) -> String {
    client.open(uri, "python", PYTHON).await;
    let at = json!({"line": 0, "character": 5});
    let argument = json!({"action": "document", "uri": uri, "range": {"start": at, "end": at}, "model": "builtin"});
    let job = client.run(argument).await;
    client.ended(&job).await;
    client.text(uri).to_owned()
}

async fn saved(client: &mut LspClient, uri: &str) {
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}})).await;
}

fn style(name: &str) -> String {
    format!("[document]\ndocstring_style = \"{name}\"\n")
}

#[tokio::test]
async fn each_folder_has_its_projects_config() {
    let home = Home::new(&style("sphinx"));
    home.write("a/.graft.toml", &style("numpy"));
    home.write("b/.graft.toml", &style("google"));
    let mut client = home.client(&["a"], json!({})).await;
    assert!(documented(&mut client, &home.uri("a/x.py")).await.contains("Parameters\n"));
    assert!(documented(&mut client, &home.uri("b/x.py")).await.contains(":param x:"));
    let event =
        json!({"added": [{"uri": home.uri("b"), "name": "b"}], "removed": [{"uri": home.uri("a"), "name": "a"}]});
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event})).await;
    assert!(documented(&mut client, &home.uri("a/y.py")).await.contains(":param x:"));
    assert!(documented(&mut client, &home.uri("b/y.py")).await.contains("Args:\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn a_file_that_changed_counts_from_the_next_job_on() {
    let home = Home::new("");
    let mut client = home.client(&["a"], json!({})).await;
    home.write("config.toml", &style("numpy"));
    assert!(documented(&mut client, &home.uri("a/x.py")).await.contains("Parameters\n"));
    home.write("a/.graft.toml", &style("google"));
    assert!(documented(&mut client, &home.uri("a/y.py")).await.contains("Args:\n"));
    client.shutdown().await;
}

#[tokio::test]
async fn the_last_good_settings_stay_and_that_is_said_once() {
    let home = Home::new(&style("numpy"));
    let mut client = home.client(&["a"], json!({})).await;
    home.write("config.toml", "[documnt]\nx = 1\n[models.m]\n");
    for _ in 0..2 {
        saved(&mut client, &home.uri("config.toml")).await;
        // A file that is not a config is none of ours.
        saved(&mut client, &home.uri("a/.graft.toml")).await;
    }
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    assert!(
        message.starts_with("Graft: the settings have mistakes, so the last good ones stay in force: "),
        "{message}"
    );
    for part in [":1:2: documnt: unknown key, did you mean `document`?", "models.m.model: missing"] {
        assert_eq!(message.matches(part).count(), 1, "{part}: {message}");
    }
    assert!(documented(&mut client, &home.uri("a/x.py")).await.contains("Parameters\n"));
    home.write("config.toml", &style("google"));
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": []})).await;
    assert!(documented(&mut client, &home.uri("a/y.py")).await.contains("Args:\n"));
    // Whoever makes the same mistake again hears of it again.
    home.write("config.toml", "[documnt]\n");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": []})).await;
    assert!(client.message().await.1.contains("documnt"));
    client.shutdown().await;
}

#[tokio::test]
async fn what_a_project_may_not_set_is_ignored_and_said_once() {
    let home = Home::new("");
    let hostile = "[providers.evil]\nkind = \"openai\"\nbase_url = \"http://evil.example\"\n";
    home.write("a/.graft.toml", &format!("{hostile}{}", style("numpy")));
    let mut client = home.client(&["a"], json!({})).await;
    let (kind, message) = client.message().await;
    assert_eq!(kind, 2);
    let command = format!("`graft-ls trust {}`", home.path("a").display());
    assert!(message.contains("need your trust: providers.evil (") && message.contains(&command), "{message}");
    for name in ["x", "y"] {
        assert!(documented(&mut client, &home.uri(&format!("a/{name}.py"))).await.contains("Parameters\n"));
    }
    let status = client.command("graft.status", json!([])).await.unwrap();
    assert_eq!(status["providers"], json!([]));
    client.shutdown().await;
}

async fn diagnostics(client: &mut LspClient, uri: &str) -> Vec<Value> {
    let message = client.request_from_server("textDocument/publishDiagnostics").await;
    assert_eq!(message["params"]["uri"], uri);
    message["params"]["diagnostics"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_open_config_file_has_its_mistakes_as_diagnostics() {
    let home = Home::new("");
    let mut client = home.client(&["a"], json!({})).await;
    let uri = home.uri("a/.graft.toml");
    client.open(&uri, "plaintext", "[document]\n# 🦀\n\"é\" = 1\ndocstring_style = \"nmpy\"\n").await;
    let found = diagnostics(&mut client, &uri).await;
    let place = |found: &Value| {
        let at = |end: &str| (found["range"][end]["line"].as_u64(), found["range"][end]["character"].as_u64());
        (at("start"), at("end"), found["severity"].as_u64())
    };
    assert_eq!(place(&found[0]), ((Some(2), Some(0)), (Some(2), Some(3)), Some(1)), "{found:?}");
    assert_eq!(place(&found[1]), ((Some(3), Some(18)), (Some(3), Some(24)), Some(1)));
    assert!(found[1]["message"].as_str().unwrap().contains("did you mean `numpy`?"));
    let range = json!({"start": {"line": 2, "character": 0}, "end": {"line": 4, "character": 0}});
    client.change(&uri, vec![json!({"range": range, "text": "docstring_style = \"numpy\"\n"})]).await;
    assert_eq!(diagnostics(&mut client, &uri).await, [] as [Value; 0]);
    // Nothing was written: the text in the editor is in force nowhere.
    assert!(!documented(&mut client, &home.uri("a/x.py")).await.contains("Parameters\n"));
    client.close(&uri).await;
    assert_eq!(diagnostics(&mut client, &uri).await, [] as [Value; 0]);
    client.shutdown().await;
}

#[tokio::test]
async fn asks_a_client_that_can_to_watch_config_files() {
    let home = Home::new("");
    let mut client = home.client(&[], json!({"didChangeWatchedFiles": {"dynamicRegistration": true}})).await;
    let request = client.request_from_server("client/registerCapability").await;
    let registration = &request["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(registration["registerOptions"]["watchers"], json!([{"globPattern": "**/.graft.toml"}]));
    client.reply(&request, Value::Null).await;
    client.shutdown().await;
    assert!(!Path::new(&home.path("a/.graft.toml")).exists());
}

#[tokio::test]
async fn where_no_settings_were_ever_good_their_mistakes_are_why_there_is_no_model() {
    let home = Home::new("[providers.p]\nkind = \"olama\"\n");
    let mut client = home.client(&["a"], json!({})).await;
    let (_, first) = client.message().await;
    assert!(
        first.starts_with("Graft: the settings have mistakes, and none of them count until they are corrected: "),
        "{first}"
    );
    let uri = home.uri("a/x.py");
    client.open(&uri, "python", PYTHON).await;
    let at = json!({"line": 0, "character": 5});
    let job = client.run(json!({"action": "refactor", "uri": uri, "range": {"start": at, "end": at}})).await;
    assert_eq!(client.message().await.1, first);
    client.ended(&job).await;
    client.shutdown().await;
}
