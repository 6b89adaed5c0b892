//! Where code may go: classes of files as a person meets them in every face, over scripted servers of their own and of a cloud.

mod leaks;
mod remote;
mod secrets;

use std::path::PathBuf;
use std::sync::Arc;

use graft_ls::config::{Config, Said, Sources};
use graft_ls::engine::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::binary::{command, graft};
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{ModelServer, Reply, Script};

const CODE: &str = "def total(items):\n    return sum(items)\n";
const GOOD: &str = "```python\ndef total(items):\n    \"\"\"Adds up.\"\"\"\n    return sum(items)\n```\n";

/// A home with a user's config, a project, a server of one's own and one in the cloud.
struct Scene {
    home: TempDir,
    mine: ModelServer,
    cloud: ModelServer,
}

impl Scene {
    async fn new(privacy: &str, project: &[(&str, &str)]) -> Scene {
        let always = || Script::always(Reply::text(GOOD));
        let (mine, cloud) = (ModelServer::start(always()).await, ModelServer::start(always()).await);
        let scene = Scene { home: tempfile::tempdir().unwrap(), mine, cloud };
        let config = format!(
            "[providers.home]\nkind = 'llamacpp'\nbase_url = '{}'\n[providers.away]\nkind = 'openai'\nbase_url = '{}'\nprivacy = 'cloud'\n[models.quick]\nprovider = 'home'\nmodel = 'small'\n[models.deep]\nprovider = 'away'\nmodel = 'large'\n[routes]\ndefault = ['deep', 'quick']\nrefactor = 'deep'\ngenerate = 'quick'\nfix-lint = ['deep', 'quick', 'builtin']\n[privacy]\n{privacy}\n",
            scene.mine.url(),
            scene.cloud.url()
        );
        std::fs::write(scene.home.path().join("config.toml"), config).unwrap();
        std::fs::create_dir_all(scene.path(".git")).unwrap();
        for (path, text) in project {
            std::fs::create_dir_all(scene.path(path).parent().unwrap()).unwrap();
            std::fs::write(scene.path(path), text).unwrap();
        }
        scene
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.home.path().canonicalize().unwrap().join("project").join(inside)
    }

    /// Exit code, stdout and stderr of a run in the project.
    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = command(arguments, &self.path(""));
        command
            .env("HOME", self.home.path())
            .env("GRAFT_CONFIG", self.home.path().join("config.toml"))
            .env("NO_PROXY", "127.0.0.1");
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// Class, and what keeps the code, as `route` tells it.
    async fn class(&self, path: &str) -> (String, String) {
        let (code, stdout, stderr) = self.run(&["route", "fix-lint", path, "--json"]).await;
        assert_eq!(code, 0, "{path}: {stderr}");
        let told: Value = serde_json::from_str(&stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&told["route"]["privacy"]), text(&told["kept"]))
    }

    fn asked(&self) -> (usize, usize) {
        (self.mine.requests().len(), self.cloud.requests().len())
    }
}

#[tokio::test]
async fn names_lists_and_globs_decide_and_the_strictest_counts() {
    let scene = Scene::new(
        "local_only = ['**/billing/**', 'drafts']\nnever = ['/vault/*.py']",
        &[
            ("a.py", CODE),
            ("src/Billing/x.py", CODE),
            ("src/drafts/deep/x.py", CODE),
            ("vault/x.py", CODE),
            ("src/vault/x.py", CODE),
            (".env.py", CODE),
            (".ssh/x.py", CODE),
            ("build/x.py", CODE),
            ("build/billing/id_rsa.py", CODE),
            ("notes/x.py", CODE),
            (".gitignore", "build/\n"),
            ("notes/.graftignore", "*.py\n"),
            (".graft.toml", "[privacy]\nlocal_only = ['web/*.py']\ngraftignored = 'never'\n"),
            ("web/x.py", CODE),
        ],
    )
    .await;
    for (path, class, decided) in [
        ("a.py", "any", ""),
        ("src/Billing/x.py", "local_only", "the `local_only` glob `**/billing/**` ("),
        ("src/drafts/deep/x.py", "local_only", "the `local_only` glob `drafts` ("),
        ("vault/x.py", "never", "the `never` glob `/vault/*.py` ("),
        ("src/vault/x.py", "any", ""),
        (".env.py", "never", "`.env.*` of the list of files that hold secrets (privacy.secret_files)"),
        (".ssh/x.py", "never", "`**/.ssh/**` of the list"),
        ("build/x.py", "local_only", "`build/` in "),
        ("build/billing/id_rsa.py", "never", "`id_{rsa,dsa,ecdsa,ed25519}[._-]*` of the list"),
        ("notes/x.py", "never", "`*.py` in "),
        ("web/x.py", "local_only", ".graft.toml:2:15)"),
    ] {
        let (found, kept) = scene.class(path).await;
        assert_eq!(found, class, "{path}: {kept}");
        assert!(kept.contains(decided) && kept.is_empty() == decided.is_empty(), "{path}: {kept}");
    }
}

#[tokio::test]
async fn a_user_may_loosen_what_is_built_in_and_a_project_may_not() {
    let project = "[privacy]\nsecret_files = 'any'\ngitignored = 'any'\ngraftignored = 'local_only'\nnever = 'a.py'\n";
    let files =
        [(".env.py", CODE), ("out.py", CODE), ("a.py", CODE), (".gitignore", "out.py\n"), (".graft.toml", project)];
    let scene = Scene::new("gitignored = 'never'\nlocal_only = '*.py'", &files).await;
    for (path, class) in [(".env.py", "never"), ("out.py", "never"), ("a.py", "never")] {
        assert_eq!(scene.class(path).await.0, class, "{path}");
    }
    let (_, _, said) = scene.run(&["config", "check"]).await;
    let (_, _, once) = scene.run(&["route", "document", "a.py"]).await;
    let expected = "ignored here: settings that only your own files may hold: privacy.secret_files, privacy.gitignored";
    assert!(once.contains(expected) && once.matches("privacy.gitignored").count() == 1, "{said}\n{once}");
    let scene = Scene::new("gitignored = 'any'\nsecret_files = 'any'", &files[..4]).await;
    for path in [".env.py", "out.py", "a.py"] {
        assert_eq!(scene.class(path).await.0, "any", "{path}");
    }
    let (_, shown, _) = Scene::new("never = 'x'", &[(".graft.toml", "[privacy]\nnever = ['y']\n")])
        .await
        .run(&["config", "show"])
        .await;
    let line = shown.lines().find(|line| line.starts_with("never =")).unwrap();
    assert!(
        line.contains("[\"x\", \"y\"]") && line.contains("config.toml:") && line.contains(".graft.toml:2:10"),
        "{line}"
    );
}

#[tokio::test]
async fn what_git_ignores_everywhere_counts() {
    let scene = Scene::new("", &[("a.todo.py", CODE)]).await;
    let excludes = scene.home.path().join("excludes");
    std::fs::write(scene.home.path().join(".gitconfig"), format!("[core]\nexcludesFile = {}\n", excludes.display()))
        .unwrap();
    std::fs::write(excludes, "*.todo.py\n").unwrap();
    let (class, kept) = scene.class("a.todo.py").await;
    assert!(class == "local_only" && kept.contains("`*.todo.py` in "), "{kept}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_counts_by_its_own_name_and_by_what_it_leads_to() {
    let scene = Scene::new("local_only = ['billing/**']", &[("billing/x.py", CODE), ("src/a.py", CODE)]).await;
    std::os::unix::fs::symlink("../billing/x.py", scene.path("src/to.py")).unwrap();
    std::os::unix::fs::symlink("../src/a.py", scene.path("billing/from.py")).unwrap();
    for path in ["src/to.py", "billing/from.py"] {
        assert_eq!(scene.class(path).await.0, "local_only", "{path}");
        let line = json!({"action": "document", "path": scene.path(path), "text": CODE, "range": {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}});
        let config = scene.home.path().join("config.toml");
        let folder = scene.path("");
        let answer = tokio::task::spawn_blocking(move || {
            let mut child = command(&["batch"], &folder);
            let mut child = child.env("GRAFT_CONFIG", config).env("NO_PROXY", "127.0.0.1").spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{line}\n").as_bytes()).unwrap();
            serde_json::from_slice::<Value>(&child.wait_with_output().unwrap().stdout).unwrap()
        });
        let answer = answer.await.unwrap();
        assert_eq!(
            (&answer["route"]["privacy"], &answer["model"]),
            (&json!("local_only"), &json!("small")),
            "{answer}"
        );
    }
    assert_eq!(scene.asked(), (2, 0));
}

#[tokio::test]
async fn what_is_kept_at_home_goes_to_models_of_ones_own_and_says_why_once() {
    let scene = Scene::new("local_only = ['billing/**']", &[("billing/x.py", CODE)]).await;
    let (code, stdout, said) = scene.run(&["run", "document", "billing/x.py:1", "--json"]).await;
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, &report["route"]["privacy"], &report["route"]["chain"]),
        (0, &json!("local_only"), &json!(["quick"]))
    );
    let attempts: Vec<(&str, &str)> = report["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| (attempt["step"].as_str().unwrap(), attempt["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(attempts, [("deep", "privacy"), ("quick", "edit")]);
    let why = "not asked: this file is kept at home by the `local_only` glob `billing/**` (";
    assert!(report["attempts"][0]["message"].as_str().unwrap().starts_with(why), "{report}");
    assert_eq!(said.matches(why).count(), 1, "{said}");
    assert_eq!(scene.asked(), (1, 0));
}

#[tokio::test]
async fn where_no_model_may_be_asked_the_reason_is_privacy_and_the_built_in_tier_still_works() {
    let scene =
        Scene::new("local_only = ['billing/**']\nnever = ['vault']", &[("billing/x.py", CODE), ("vault/x.py", CODE)])
            .await;
    for (arguments, next) in [
        (&["refactor", "billing/x.py:1"][..], "add a model of your own to the chain"),
        (&["document", "billing/x.py:1", "--model", "deep"], "`--model builtin`"),
        (&["generate", "vault/x.py:1", "--instruction", "x"], "change that if a model may see it"),
        (&["document", "vault/x.py:1", "--model", "quick"], "`--model builtin`"),
    ] {
        let (code, stdout, said) = scene.run(&[&["run", "--json"], arguments].concat()).await;
        let report: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((code, &report["reason"]["code"]), (1, &json!("privacy")), "{arguments:?}: {report}");
        assert!(said.contains(next) && said.contains("config.toml:"), "{arguments:?}: {said}");
        assert_ne!(report["route"]["privacy"], "any", "{arguments:?}");
    }
    let (code, diff, _) = scene.run(&["run", "document", "vault/x.py:1", "--model", "builtin"]).await;
    assert!(code == 0 && diff.contains("+    \"\"\""), "{diff}");
    let (_, prompt, _) = scene.run(&["run", "document", "vault/x.py:1", "--show-prompt"]).await;
    assert!(prompt.contains("chain: none (this file is kept from every model by the `never` glob `vault`"), "{prompt}");
    assert_eq!(scene.asked(), (0, 0));
}

#[tokio::test]
async fn the_file_that_tests_go_to_counts_too() {
    let files = [("shop.py", CODE), ("tests/test_shop.py", "def test_nothing():\n    pass\n")];
    let scene = Scene::new("local_only = ['tests/**']", &files).await;
    let (_, stdout, _) = scene.run(&["run", "add-tests", "shop.py:1", "--json"]).await;
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let message = report["attempts"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("not asked: `tests/test_shop.py`, which is read too, is kept at home by"), "{report}");
    assert_eq!(scene.asked().1, 0);
}

#[tokio::test]
async fn a_job_whose_code_may_not_travel_is_not_saved() {
    let scene = Scene::new("local_only = ['billing/**']", &[("billing/x.py", CODE)]).await;
    let jobs = scene.home.path().join("jobs");
    let set = format!("record = '{}'", jobs.display());
    let (code, _, said) = scene.run(&["run", "document", "billing/x.py:1", "--set", &set]).await;
    assert!(code == 0 && said.contains("nothing of this job was saved in "), "{said}");
    assert!(!jobs.exists());
}

#[tokio::test]
async fn an_editor_s_documents_have_classes_also_those_that_are_no_files() {
    let scene = Scene::new("local_only = ['billing/**', '*.js']", &[("billing/x.py", CODE)]).await;
    let sources = Sources { user: Some(scene.home.path().join("config.toml")), ..Sources::default() };
    let load = Arc::new(move |said: &Said<'_>| sources.load(said));
    let folder = json!([{"uri": format!("file://{}", scene.path("").display()), "name": "p"}]);
    let params = json!({"capabilities": capabilities(), "workspaceFolders": folder});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), load, params).await;
    let old = format!("git:{}?%7B%7D", scene.path("billing/x.py").display());
    let kept = format!("file://{}", scene.path("billing/x.py").display());
    for (uri, language) in [(kept.as_str(), "python"), (&old, "python"), ("untitled:Untitled-1", "javascript")] {
        let text = if language == "python" { CODE } else { "function total(items) {\n  return items.length;\n}\n" };
        client.open(uri, language, text).await;
        let at = json!({"line": 0, "character": 10});
        let argument = json!({"action": "refactor", "uri": uri, "range": {"start": at, "end": at}});
        let job = client.run(argument).await;
        let (_, message) = client.message().await;
        client.ended(&job).await;
        assert!(message.starts_with("Graft: this file is kept at home by the `local_only` glob"), "{uri}: {message}");
    }
    client.shutdown().await;
    assert_eq!(scene.asked(), (0, 0));
}

#[tokio::test]
async fn plain_http_to_a_host_of_others_is_warned_of_once() {
    let scene = Scene::new("", &[("a.py", CODE), ("b/a.py", CODE), ("b/.graft.toml", "")]).await;
    let set = ["--set", "providers.box = { kind = 'ollama', base_url = 'http://192.0.2.7:11434', privacy = 'mine' }"];
    let sentence =
        "providers.box: http://192.0.2.7:11434 is plain http to a host that is neither this machine nor in a tailnet";
    for arguments in
        [&["route", "document", "a.py"][..], &["config", "check"], &["run", "document", "a.py:1", "--model", "builtin"]]
    {
        let (_, _, said) = scene.run(&[arguments, &set].concat()).await;
        assert_eq!(said.matches(sentence).count(), 1, "{said}");
    }
}

#[tokio::test]
async fn an_editor_is_warned_of_plain_http_once() {
    let scene =
        Scene::new("[providers.box]\nkind = 'ollama'\nbase_url = 'http://192.0.2.7:11434'", &[("a.py", CODE)]).await;
    let sources = Sources { user: Some(scene.home.path().join("config.toml")), ..Sources::default() };
    let load = Arc::new(move |said: &Said<'_>| sources.load(said));
    let folder = json!([{"uri": format!("file://{}", scene.path("").display()), "name": "p"}]);
    let params = json!({"capabilities": capabilities(), "workspaceFolders": folder});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), load, params).await;
    let (_, message) = client.message().await;
    assert!(message.starts_with("Graft: providers.box: http://192.0.2.7:11434 is plain http to a host"), "{message}");
    // One that is said again is left unread, which fails here.
    client.shutdown().await;
}

#[test]
fn a_wrong_class_or_glob_is_a_mistake_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        let output = graft(&["config", "check", "--set", text], folder.path(), "");
        String::from_utf8(output.stdout).unwrap()
    };
    for (text, expected) in [
        ("privacy.never = '['", "--set: privacy.never: unclosed character class"),
        ("privacy.gitignored = 'mine'", "--set: privacy.gitignored: expected one of any, local_only, never"),
        ("privacy.localonly = 'x'", "--set: privacy.localonly: unknown key, did you mean `local_only`?"),
        ("privacy.never = '/'", "--set: privacy.never: expected a glob; `**` means every file"),
        ("privacy = 1", "--set: privacy: expected a table with never, local_only, "),
    ] {
        assert!(check(text).starts_with(expected), "{text}: {}", check(text));
    }
}
