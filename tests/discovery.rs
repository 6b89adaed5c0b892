//! A model that nobody configured: found on this machine when a job needs one, used and named; or not, and said so.

use graft_ls::actions::ActionId;
use graft_ls::config::{Config, ProviderKind};
use graft_ls::engine::{Change, Engine, Outcome, Task};
use graft_ls::model::Probe;
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};
use url::Url;

use crate::support::model_server::{ModelServer, Reply, Script, nowhere};

const CODE: &str = "fn double(x: i32) -> i32 {\n    x + x\n}\n";
const ANSWER: &str = "```rust\nfn double(x: i32) -> i32 {\n    x * 2\n}\n```\n";

/// An Ollama with a model for talk and one for code.
async fn ollama() -> ModelServer {
    let tags = json!({"models": [{"name": "llama3.3:70b"}, {"name": "qwen2.5-coder:7b"}, {"name": "glm:cloud"}]});
    let script = Script::by(move |_, request| match request.path.as_str() {
        "/api/tags" => Reply::error(200, tags.clone()),
        _ => Reply::text(ANSWER),
    });
    ModelServer::start(script).await
}

fn probes(server: &ModelServer) -> Vec<Probe> {
    let at = |server, kind, url: String| Probe { server, kind, base_url: Url::parse(&url).unwrap() };
    vec![
        at("vLLM", ProviderKind::OpenAi, nowhere()),
        at("Ollama", ProviderKind::Ollama, server.url()),
        at("elsewhere", ProviderKind::OpenAi, "http://models.invalid".to_owned()),
    ]
}

async fn outcome(engine: &Engine, config: Value, model: Option<&str>) -> Outcome {
    let document = Document::new(Language::by_id("rust").unwrap(), CODE, None);
    let task = Task {
        model: model.map(str::to_owned),
        config: Some(Config::from_layers(None, &config).unwrap().into()),
        ..Task::new("t", ActionId::Refactor, document, 3..3)
    };
    engine.execute(&task, &mut |_| ()).await
}

#[tokio::test]
async fn the_best_model_of_this_machine_does_it_and_is_named() {
    let server = ollama().await;
    let engine = Engine::discovering(Config::default(), probes(&server));
    assert!(server.requests().is_empty());
    for asked in [2, 3] {
        let outcome = outcome(&engine, json!({}), None).await;
        assert!(matches!(outcome.result, Ok(Change::Edit { .. })), "{:?}", outcome.result);
        assert_eq!(outcome.attempts[0].model, "qwen2.5-coder:7b");
        assert_eq!(outcome.route.found.as_deref(), Some("found Ollama with qwen2.5-coder:7b"));
        assert_eq!(outcome.route.reason, "nothing is configured: found Ollama with qwen2.5-coder:7b");
        // One look serves many jobs.
        assert_eq!(server.requests().len(), asked);
    }
}

#[tokio::test]
async fn of_two_servers_of_one_kind_each_is_asked_for_its_own_models() {
    let server = async |id: &'static str| {
        let list = json!({"data": [{"id": id}]});
        let script = Script::by(move |_, request| match request.path.as_str() {
            "/v1/models" => Reply::json(list.clone()),
            _ => Reply::text(ANSWER),
        });
        ModelServer::start(script).await
    };
    let (first, second) = (server("qwen2.5-coder:7b").await, server("qwen2.5-coder:1.5b").await);
    let probe = |server: &ModelServer| Probe {
        server: "vLLM",
        kind: ProviderKind::OpenAi,
        base_url: Url::parse(&server.url()).unwrap(),
    };
    let engine = Engine::discovering(Config::default(), vec![probe(&first), probe(&second)]);
    let outcome = outcome(&engine, json!({}), None).await;
    assert!(matches!(outcome.result, Ok(Change::Edit { .. })), "{:?}", outcome.result);
    assert_eq!((first.requests().len(), second.requests().len()), (2, 1));
    let place = second.url().replace("http://", "");
    let sentence =
        format!("found vLLM with qwen2.5-coder:7b, and vLLM at {place} with qwen2.5-coder:1.5b for completion");
    assert_eq!(outcome.route.found, Some(sentence));
    let found = engine.found().await;
    let names = found.providers().into_iter().map(|provider| provider.name);
    assert_eq!(names.collect::<Vec<_>>(), ["vLLM".to_owned(), format!("vLLM at {place}")]);
    let config = Config::default().with_found(&found);
    for (model, server) in [("found", &first), ("found-small", &second)] {
        assert_eq!(config.models[model].provider.base_url.as_str().trim_end_matches('/'), server.url(), "{model}");
    }
}

#[tokio::test]
async fn nobody_looks_where_something_is_configured() {
    let server = ollama().await;
    let engine = Engine::discovering(Config::default(), probes(&server));
    let provider = json!({"providers": {"p": {"kind": "ollama", "base_url": "http://127.0.0.1:9"}}});
    let route = json!({"routes": {"default": "builtin"}});
    for (config, model) in
        [(json!({"discover": false}), None), (provider, None), (route, None), (json!({}), Some("builtin"))]
    {
        let outcome = outcome(&engine, config.clone(), model).await;
        assert!(outcome.result.is_err() && outcome.route.found.is_none(), "{config}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_status_has_it_too_and_waits_for_nobody() {
    let server = ollama().await;
    let engine = Engine::discovering(Config::from_layers(None, &json!({})).unwrap(), probes(&server));
    assert_eq!(engine.providers(), []);
    let found = async {
        while engine.providers().is_empty() {
            tokio::task::yield_now().await;
        }
        engine.providers()
    };
    let found = tokio::time::timeout(std::time::Duration::from_secs(20), found).await.expect("nothing was found");
    assert_eq!((found[0].name.as_str(), found[0].state), ("Ollama", "ready"));
}

#[tokio::test]
async fn where_nobody_answers_the_next_step_is_said() {
    let server = ModelServer::start(Script::always(Reply::bytes("text/html", "<html>"))).await;
    let engine = Engine::discovering(Config::default(), probes(&server));
    let failure = outcome(&engine, json!({}), None).await.result.unwrap_err();
    let said = &failure.message;
    assert!(said.starts_with("refactor needs a model and none is configured: start a model server"), "{said}");
    assert!(said.contains("`graft-ls config init`"), "{said}");
}

#[tokio::test]
async fn completion_has_the_smallest_that_fills_in_and_everything_else_the_largest() {
    let model = |name: &str, capabilities: Value| json!({"name": name, "capabilities": capabilities});
    let tags = json!({"models": [
        model("qwen2.5-coder:7b", json!(["completion", "insert"])),
        model("qwen2.5-coder:1.5b", json!(["completion", "insert"])),
        model("deepseek-coder:1.3b", json!(["completion"])),
    ]});
    let server = ModelServer::start(Script::by(move |_, request| match request.path.as_str() {
        "/api/tags" => Reply::json(tags.clone()),
        _ => Reply::text(ANSWER),
    }))
    .await;
    let place = format!("ollama={}", server.url());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.rs"), CODE).unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = crate::support::binary::command(arguments, folder.path());
        command.env("GRAFT_DISCOVER", &place).env("HOME", folder.path()).env_remove("XDG_CONFIG_HOME");
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let both = "found Ollama with qwen2.5-coder:7b, and qwen2.5-coder:1.5b for completion";
    for (arguments, model, other) in [
        (&["route", "refactor", "a.rs:1"][..], "\n1. found: qwen2.5-coder:7b at Ollama", "2. "),
        (&["route", "complete", "a.rs:2:5"], "\n2. found-small: qwen2.5-coder:1.5b at Ollama", "3. "),
        (&["run", "refactor", "a.rs:1", "--show-prompt"], "step 1: found: qwen2.5-coder:7b at Ollama", "step 2"),
    ] {
        let said = run(arguments).await;
        assert!(said.contains(model) && !said.contains(other) && said.contains(both), "{arguments:?}: {said}");
    }
    assert!(server.requests().iter().all(|request| request.path == "/api/tags"));
    let said = run(&["run", "refactor", "a.rs:1"]).await;
    assert!(said.contains("made by qwen2.5-coder:7b (found)"), "{said}");
    let said = run(&["config", "init"]).await;
    assert!(said.contains(both), "{said}");
    let said = run(&["route", "complete", "a.rs:2:5"]).await;
    assert!(said.contains("chain: builtin, small (routes.complete)"), "{said}");
}
