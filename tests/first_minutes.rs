//! The first five minutes of somebody new, walked through with the real program, in a shell and in an editor: whatever is
//! missing, one sentence says what to do next.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use graft_ls::model::SUGGESTIONS;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};

use crate::support::binary::command;
use crate::support::lsp_client::{framed, read};
use crate::support::model_server::{ModelServer, Reply, Script, whole};

const CODE: &str = "fn double(x: i32) -> i32 {\n    x + x\n}\n";
const ANSWER: &str = "```rust\nfn double(x: i32) -> i32 {\n    x * 2\n}\n```\n";
const WRONG_KEY: &str = "sk-wrong-0123456789abcdef";

/// One thing that happens to a newcomer.
pub struct Step {
    pub title: &'static str,
    /// What was done before, as it stands on the page.
    before: String,
    /// Commands and what they printed, standard error last.
    shell: Vec<(String, String)>,
    /// The first message of the editor's session; nothing where there is none.
    editor: Option<String>,
}

impl Step {
    /// As it stands on the page.
    pub fn page(&self) -> String {
        let mut text = format!("## {}\n\n{}", self.title, self.before);
        text.push_str("```text\n");
        for (command, printed) in &self.shell {
            let _ = write!(text, "$ {command}\n{printed}");
        }
        text.push_str("```\n");
        if let Some(editor) = &self.editor {
            let _ = write!(text, "\nIn an editor:\n\n```text\n{editor}\n```\n");
        }
        text
    }
}

/// A home with one file of code in it, and servers around it.
struct Newcomer {
    home: tempfile::TempDir,
    ollama: ModelServer,
    /// An Ollama without a model.
    bare: ModelServer,
    cloud: ModelServer,
}

impl Newcomer {
    async fn new() -> Newcomer {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("a.rs"), CODE).unwrap();
        let tags = json!({"models": [{"name": "llama3.2:3b"}, {"name": "qwen2.5-coder:7b"}]});
        let ollama = Script::by(move |_, request| match (request.path.as_str(), &request.body["model"]) {
            ("/api/tags", _) => Reply::json(tags.clone()),
            (_, model) if model == "qwen2.5-coder:7b" => Reply::text(ANSWER),
            (_, model) => Reply::error(404, json!({"error": format!("model '{}' not found", model.as_str().unwrap())})),
        });
        let (ollama, cloud) = (ModelServer::start(ollama).await, ModelServer::start(whole::anthropic()).await);
        let bare = ModelServer::start(Script::always(Reply::json(json!({"models": []})))).await;
        Newcomer { home, ollama, bare, cloud }
    }

    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = command(arguments, self.home.path());
        command.env_remove("XDG_CONFIG_HOME").env("HOME", self.home.path());
        for key in ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "MISTRAL_API_KEY"] {
            command.env_remove(key);
        }
        command.envs(variables.iter().copied());
        command
    }

    async fn shell(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (String, Output) {
        let mut command = self.command(arguments, variables);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let code = output.status.code().unwrap();
        let end = if code == 0 { String::new() } else { format!("(exit code {code})\n") };
        (self.settled(&format!("{}{}{end}", text(&output.stdout), text(&output.stderr))), output)
    }

    /// Ports and folders change with each run.
    fn settled(&self, text: &str) -> String {
        let home = self.home.path().canonicalize().unwrap();
        // What fits depends on the machine.
        let fetched = |model: &str| format!("fetch one with `ollama pull {model}`");
        let text = SUGGESTIONS
            .iter()
            .fold(text.to_owned(), |text, row| text.replace(&fetched(row.model), &fetched("qwen2.5-coder:7b")));
        text.replace(&self.ollama.url(), "http://127.0.0.1:11434")
            .replace(&self.cloud.url(), "https://api.anthropic.com")
            .replace(&format!("{}/", home.display()), "~/")
            .replace(&format!("{}/", self.home.path().display()), "~/")
    }

    /// The first message that a session shows in which the action is run.
    async fn editor(&self, variables: &[(&str, &str)]) -> String {
        let mut command = tokio::process::Command::from(self.command(&["lsp"], variables));
        command.stderr(Stdio::null()).kill_on_drop(true);
        let mut server = command.spawn().unwrap();
        let (mut input, mut output) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let uri = format!("file://{}", self.home.path().join("a.rs").display());
        let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": CODE});
        let at = json!({"line": 1, "character": 4});
        let argument = json!({"action": "refactor", "uri": uri, "range": {"start": at, "end": at}});
        for mut message in [
            json!({"id": 1, "method": "initialize", "params": {"processId": null, "rootUri": null, "capabilities": {}}}),
            json!({"method": "initialized", "params": {}}),
            json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}),
            json!({"id": 2, "method": "workspace/executeCommand", "params": {"command": "graft.run", "arguments": [argument]}}),
        ] {
            message["jsonrpc"] = "2.0".into();
            input.write_all(&framed(&message)).await.unwrap();
        }
        let shown = async {
            loop {
                let message: Value = read(&mut output).await.expect("the server is gone");
                if message["method"] == "window/showMessage" {
                    return message["params"]["message"].as_str().unwrap().to_owned();
                }
            }
        };
        let shown = tokio::time::timeout(std::time::Duration::from_secs(20), shown).await.expect("no message");
        self.settled(&shown)
    }

    fn config(&self) -> std::path::PathBuf {
        self.home.path().join(".config/graft/config.toml")
    }

    /// Changes the config; the text must be there.
    fn change(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(from), "{from}\n{text}");
        std::fs::write(self.config(), text.replace(from, to)).unwrap();
    }
}

const RUN: [&str; 3] = ["run", "refactor", "a.rs:2"];
const RUN_WORDS: &str = "graft-ls run refactor a.rs:2";

/// The whole walk.
pub async fn walk() -> Vec<Step> {
    let person = Newcomer::new().await;
    let bare = format!("ollama={}", person.bare.url());
    let bare = [("GRAFT_DISCOVER", bare.as_str())];
    let unfetched = failing(&person, "No config, and an Ollama without a model", "", &RUN, &bare).await;
    let mut steps = vec![nothing(&person).await, unfetched, found(&person).await];
    steps.push(init(&person).await);
    person.change("model = \"qwen2.5-coder:7b\"", "modle = \"qwen2.5-coder:7b\"");
    steps.push(failing(&person, "A slip in the config", "`modle` in place of `model`:\n\n", &RUN, &[]).await);
    person.change("modle = \"qwen2.5-coder:7b\"", "model = \"qwen2.5-coder:7b\"");
    person.change("\"qwen2.5-coder:7b\"", "\"qwen3-coder:30b\"");
    steps.push(
        failing(&person, "A model that was never fetched", "`model = \"qwen3-coder:30b\"`:\n\n", &RUN, &[]).await,
    );
    let cloud = format!(
        "[providers.cloud]\nkind = \"anthropic\"\nbase_url = \"{}\"\nprivacy = \"cloud\"\napi_key = {{ env = \"ANTHROPIC_API_KEY\" }}\n\n[models.deep]\nprovider = \"cloud\"\nmodel = \"claude-sonnet-5-5\"\n",
        person.cloud.url()
    );
    std::fs::write(person.config(), cloud).unwrap();
    let init = "A config as `graft-ls config init --preset cloud` writes it, and ";
    let unset = format!("{init}`ANTHROPIC_API_KEY` not set:\n\n");
    steps.push(failing(&person, "No key", &unset, &RUN, &[]).await);
    let wrong = format!("{init}a wrong key in `ANTHROPIC_API_KEY`:\n\n");
    steps.push(failing(&person, "A wrong key", &wrong, &RUN, &[("ANTHROPIC_API_KEY", WRONG_KEY)]).await);
    steps
}

async fn failing(
    person: &Newcomer,
    title: &'static str,
    before: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Step {
    let (printed, output) = person.shell(arguments, variables).await;
    assert_ne!(output.status.code(), Some(0), "{printed}");
    let editor = Some(person.editor(variables).await);
    Step { title, before: before.to_owned(), shell: vec![(RUN_WORDS.to_owned(), printed)], editor }
}

async fn nothing(person: &Newcomer) -> Step {
    let mut step = failing(person, "No config, and no model server", "", &RUN, &[]).await;
    let key = [("OPENAI_API_KEY", WRONG_KEY)];
    let (printed, _) = person.shell(&RUN, &key).await;
    step.shell.push((format!("OPENAI_API_KEY=… {RUN_WORDS}"), printed));
    let (printed, output) = person.shell(&["run", "document", "a.rs:2"], &[]).await;
    assert!(output.status.success());
    step.shell.push(("graft-ls run document a.rs:2".to_owned(), printed));
    step
}

async fn found(person: &Newcomer) -> Step {
    let place = format!("ollama={}", person.ollama.url());
    let variables = [("GRAFT_DISCOVER", place.as_str())];
    let (printed, output) = person.shell(&RUN, &variables).await;
    assert!(output.status.success(), "{printed}");
    let editor = Some(person.editor(&variables).await);
    let title = "No config, and an Ollama that runs";
    Step { title, before: String::new(), shell: vec![(RUN_WORDS.to_owned(), printed)], editor }
}

async fn init(person: &Newcomer) -> Step {
    let place = format!("ollama={}", person.ollama.url());
    let (printed, output) = person.shell(&["config", "init"], &[("GRAFT_DISCOVER", &place)]).await;
    assert!(output.status.success(), "{printed}");
    let (checked, _) = person.shell(&["config", "check"], &[]).await;
    let shell = vec![("graft-ls config init".to_owned(), printed), ("graft-ls config check".to_owned(), checked)];
    Step { title: "A first config", before: String::new(), shell, editor: None }
}

/// The walk for a page.
pub fn page() -> String {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let steps = runtime.block_on(walk());
    steps.iter().map(Step::page).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_has_one_sentence_that_says_what_to_do_next_and_the_same_in_an_editor() {
    let steps = walk().await;
    let next = [
        (
            "No config, and no model server",
            "start a model server on this machine, such as Ollama, or write a config with `graft-ls config init`",
        ),
        ("No config, and an Ollama that runs", "`graft-ls config init` keeps it"),
        ("A slip in the config", "config.toml:13:1: models.quick.modle: unknown key, did you mean `model`?"),
        ("A model that was never fetched", "run `ollama pull qwen3-coder:30b` there"),
        ("No key", "set it for the editor that starts graft-ls"),
        ("A wrong key", "check where providers.cloud.api_key comes from"),
    ];
    for (title, next) in next {
        let step = steps.iter().find(|step| step.title == title).unwrap();
        let (_, printed) = &step.shell[0];
        let said: Vec<&str> = printed.lines().filter(|line| line.starts_with("graft-ls: ")).collect();
        let editor = step.editor.as_ref().unwrap();
        let is_failure = printed.ends_with(")\n") && printed.contains("(exit code ");
        assert!(said[0].contains(next) && (said.len() == 1 || !is_failure), "{title}: {said:?}");
        assert!(editor.starts_with("Graft: ") && editor.contains(next), "{title}: {editor}");
        assert_eq!(editor.lines().count(), 1, "{editor}");
    }
    let offered = &steps[0].shell[1].1;
    assert!(offered.contains("OPENAI_API_KEY is set: `graft-ls config init --preset cloud` would use it"), "{offered}");
    let all: String = steps.iter().map(Step::page).collect();
    assert!(!all.contains("sk-wrong"), "{all}");
    assert!(!all.contains(&Path::new(env!("CARGO_TARGET_TMPDIR")).display().to_string()), "{all}");
}
