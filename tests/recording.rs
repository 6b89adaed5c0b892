//! Jobs saved for a bug report: whole, without secrets, and good for doing it again. Refuses to test which edits are right.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lsp::edits::{at, fenced, from_editor, settings};
use crate::support::binary::{command, graft};
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{ModelServer, Reply, Script};

const CODE: &str = "def load(name):\n    return open('HOME/data/größe.txt', name)  # not in ROOT/data\n";
const NEW: &str = "def load(name):\n    return open('HOME/data/größe.txt', mode=name)  # not in ROOT/data\n";
const KEY: &str = "opaque-0123456789-abcdef";

/// A workspace within a home folder, and a model's server at work.
struct Scene {
    home: TempDir,
    #[allow(dead_code, reason = "serves while it is held")]
    server: ModelServer,
}

impl Scene {
    /// `replies` gets what puts a text into the scene.
    async fn new(replies: impl FnOnce(&dyn Fn(&str) -> String) -> Vec<Reply>) -> Scene {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("project");
        let placed =
            |text: &str| text.replace("HOME", home.path().to_str().unwrap()).replace("ROOT", root.to_str().unwrap());
        let server = ModelServer::start(Script::list(replies(&placed))).await;
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::write(root.join("a.py"), placed(CODE)).unwrap();
        let config = format!(
            "[providers.here]\nkind = \"openai\"\nbase_url = \"{}\"\napi_key = {{ env = \"SCENE_LOGIN\" }}\n[models.quick]\nprovider = \"here\"\nmodel = \"small\"\n",
            server.url()
        );
        std::fs::write(home.path().join("config.toml"), config).unwrap();
        Scene { home, server }
    }

    /// Runs refactor on the file's second line, in a process of its own, with jobs saved in `folder`.
    async fn run(&self, folder: &Path) -> Output {
        let mut command = command(&["run", "refactor", "a.py:2", "--json"], &self.home.path().join("project"));
        command
            .env("HOME", self.home.path())
            .env("GRAFT_CONFIG", self.home.path().join("config.toml"))
            .env("GRAFT_RECORD", folder)
            .env("SCENE_LOGIN", KEY)
            .env("SCENE_DEPLOY_TOKEN", "token-of-another-service")
            .env("NO_PROXY", "127.0.0.1");
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

/// The only record in a folder, and its text.
fn only_record(folder: &Path) -> (PathBuf, Value, String) {
    let files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    let text = std::fs::read_to_string(file).unwrap();
    (file.clone(), serde_json::from_str(&text).unwrap(), text)
}

fn replayed(record: &Value) -> Value {
    let elsewhere = tempfile::tempdir().unwrap();
    let output = graft(&["batch"], elsewhere.path(), &format!("{}\n", record["replay"]));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_job_is_saved_without_secrets_and_can_be_done_again() {
    let scene = Scene::new(|placed| {
        let talk = Reply::text(&format!("I have {KEY} and token-of-another-service.\n"));
        vec![talk, Reply::text(&fenced("python", &placed(NEW))).usage(11, 7)]
    })
    .await;
    let folder = scene.home.path().join("jobs/here");
    let output = scene.run(&folder).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["success"], json!(true), "{output:?}");
    let (file, record, text) = only_record(&folder);
    for secret in [KEY, "token-of-another-service", scene.home.path().to_str().unwrap()] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
    assert_eq!(record["graft_ls"], json!(env!("CARGO_PKG_VERSION")));
    assert_eq!((&record["action"], &record["path"]), (&json!("refactor"), &json!("a.py")));
    assert_eq!((&record["scope"]["kind"], &record["scope"]["name"]), (&json!("function"), &json!("load")));
    let attempts = record["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0]["answer"], json!("I have *** and ***.\n"));
    assert_eq!(attempts[0]["result"]["outcome"], json!("no_code"));
    assert_eq!(attempts[1]["provider_kind"], json!("openai"));
    assert_eq!(attempts[1]["finish_reason"], json!("stop"));
    let asked = attempts[1]["request"].to_string();
    assert!(asked.contains("def load(name)") && asked.contains("<path>") && asked.contains("temperature"), "{asked}");
    assert_eq!(record["outcome"]["attempts"][1]["output_tokens"], json!(7));
    assert_owner_only(&file);

    let again = replayed(&record);
    for field in ["success", "output", "diff", "language", "validity"] {
        assert_eq!(again[field], record["outcome"][field], "{field}");
    }
    assert_eq!(again["text"], json!(NEW.replace("HOME/data/größe.txt", "<path>").replace("ROOT", "<workspace>")));
}

#[cfg(unix)]
fn assert_owner_only(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(file), mode(file.parent().unwrap())), (0o600, 0o700));
}

#[cfg(not(unix))]
fn assert_owner_only(_: &Path) {}

#[tokio::test]
async fn a_refusal_is_saved_and_comes_again_in_the_replay() {
    let echo = format!("wrong key {KEY}: see /home/somebody/keys");
    let renamed = Reply::text("```python\ndef save(name):\n    return name\n```\n");
    let refused = Reply::error(401, json!({ "error": { "message": echo } }));
    let scene = Scene::new(|_| vec![renamed, refused]).await;
    let folder = scene.home.path().join("jobs");
    let output = scene.run(&folder).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let (_, record, text) = only_record(&folder);
    assert!(!text.contains(KEY) && !text.contains("somebody"), "{text}");
    let last = &record["attempts"][1];
    assert_eq!((&last["answer"], &last["result"]["outcome"]), (&Value::Null, &json!("provider")));
    assert_eq!(replayed(&record)["reason"]["code"], record["outcome"]["reason"]["code"]);
    assert_eq!(record["outcome"]["reason"]["code"], json!("wrong_name"));
}

#[tokio::test]
async fn a_job_that_cannot_be_saved_goes_on() {
    let scene = Scene::new(|placed| vec![Reply::text(&fenced("python", &placed(NEW)))]).await;
    let folder = scene.home.path().join("taken");
    std::fs::write(&folder, "a file").unwrap();
    let output = scene.run(&folder).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said.matches("jobs cannot be saved in").count(), 1, "{said}");
    assert_eq!(std::fs::read_to_string(&folder).unwrap(), "a file");
}

#[tokio::test]
async fn an_editor_s_job_is_saved_where_its_settings_say() {
    let code = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";
    let uri = "file:///w/a.rs";
    let replies = ["/// Adds.\n", "/// Adds both.\n", "/// Adds them.\n"]
        .map(|line| Reply::text(&fenced("rust", &format!("{line}{code}"))));
    let server = ModelServer::start(replies).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(&server);
    settings["record"] = json!(folder.path());
    let params = json!({"capabilities": capabilities(), "initializationOptions": settings,
        "workspaceFolders": [{"uri": "file:///w", "name": "w"}]});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    client.open(uri, "rust", code).await;
    let run = at("document", uri, 0, 4);
    let started = client.command("graft.run", json!([run])).await.unwrap();
    client.ended(started["job"].as_str().unwrap()).await;
    let (_, record, _) = only_record(folder.path());
    assert_eq!((&record["path"], &record["task_id"]), (&json!("a.rs"), &started["job"]));
    assert_eq!(replayed(&record)["text"], json!(client.text(uri)));

    settings["record"] = json!(Path::new(file!()).canonicalize().unwrap());
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"graft": settings}})).await;
    let run = at("document", uri, 1, 4);
    for warned in [true, false] {
        let started = client.command("graft.run", json!([run])).await.unwrap();
        client.ended(started["job"].as_str().unwrap()).await;
        if warned {
            assert!(client.message().await.1.contains("jobs cannot be saved in"));
        }
    }
    client.shutdown().await;
}
