//! The check-up: real engines and scripted servers of every kind, as they are well and as they fail.

mod actions;

use std::path::Path;
use std::sync::Arc;

use graft_ls::config::{Config, Loading, Machine, Said, Sources};
use graft_ls::doctor::{Checkup, ModelChecked, State, Subject, examine, text};
use graft_ls::engine::{Effort, Engine};
use graft_ls::model::Probe;
use serde_json::{Value, json};

use crate::support::model_server::{Gate, ModelServer, Reply, Script, whole};

/// A machine with 16 GiB and nothing on it.
pub fn bare_machine() -> Machine {
    Machine { memory: Some(16 << 30), ..Machine::default() }
}

async fn examined(settings: &Value, effort: Effort) -> Checkup {
    let config = Config::from_layers(None, settings).unwrap();
    with(&Engine::new(Config::default()), config, &bare_machine(), effort).await
}

async fn with(engine: &Engine, config: Config, machine: &Machine, effort: Effort) -> Checkup {
    let loading: Loading = Ok(config.clone()).into();
    examine(engine, &Subject { loading: &loading, config: Some(Arc::new(config)), machine, effort }).await
}

/// One provider `p` with one model `m`.
fn one(kind: &str, url: &str, id: &str, provider: Value, model: Value) -> Value {
    let mut settings = json!({
        "providers": {"p": {"kind": kind, "base_url": url, "first_token_timeout_s": 20}},
        "models": {"m": {"provider": "p", "model": id}},
    });
    for (table, more) in [("/providers/p", provider), ("/models/m", model)] {
        settings.pointer_mut(table).unwrap().as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    settings
}

/// State, match, tier, what it can, real window.
type Brief<'a> = (State, Option<&'a str>, Option<&'a str>, [Option<bool>; 3], Option<u64>);

fn brief(model: &ModelChecked) -> Brief<'_> {
    let can = [Some(model.coding), model.insert, model.thinking];
    (model.state, model.matched.as_deref(), model.tier, can, model.context.real)
}

fn generations(server: &ModelServer) -> usize {
    server.requests().iter().filter(|request| request.body["stream"] == json!(true)).count()
}

#[tokio::test]
async fn servers_of_every_kind_are_known_with_their_models() {
    let ids = ["qwen3-coder:latest", "qwen2.5-coder:7b"];
    let (yes, no) = (Some(true), Some(false));
    for (kind, script, id, version, expected) in [
        (
            "ollama",
            whole::ollama(&["qwen3-coder:latest", "qwen2.5-coder:7b"]),
            "qwen3-coder",
            Some("0.32.15"),
            (State::Ok, Some(ids[0]), Some("large"), [yes, no, no], Some(16_384)),
        ),
        (
            "ollama",
            whole::ollama(&["qwen2.5-coder:7b"]),
            ids[1],
            Some("0.32.15"),
            (State::Ok, Some(ids[1]), Some("medium"), [yes, yes, no], Some(16_384)),
        ),
        (
            "ollama",
            whole::ollama(&["gpt-oss:7b"]),
            "gpt-oss:7b",
            Some("0.32.15"),
            (State::Ok, Some("gpt-oss:7b"), Some("medium"), [no, no, yes], Some(16_384)),
        ),
        (
            "llamacpp",
            whole::llama_server(8192, true),
            "mine",
            Some("b11669-1a2b3c4d"),
            (State::Ok, Some("qwen2.5-coder-7b-q4_k_m.gguf"), Some("medium"), [yes, yes, no], Some(8192)),
        ),
        (
            "openai",
            whole::vllm(),
            "Qwen/Qwen3-Coder-30B-A3B-Instruct",
            Some("0.16.1"),
            (State::Ok, Some("Qwen/Qwen3-Coder-30B-A3B-Instruct"), Some("large"), [yes, None, None], Some(65_536)),
        ),
        (
            "openai",
            whole::lm_studio(),
            "qwen2.5-coder-7b-instruct",
            None,
            (State::Note, Some("qwen2.5-coder-7b-instruct"), Some("medium"), [yes, None, None], Some(4096)),
        ),
    ] {
        let server = ModelServer::start(script).await;
        let checkup = examined(&one(kind, &server.url(), id, json!({}), json!({})), Effort::Short).await;
        assert!(checkup.ok, "{}", text(&checkup));
        let provider = &checkup.providers[0];
        assert_eq!((provider.state, provider.version.as_deref()), (State::Ok, version), "{kind}");
        assert_eq!(brief(&checkup.models[0]), expected, "{kind} {id}\n{}", text(&checkup));
        assert_eq!(generations(&server), 1, "one short answer");
        let speed = checkup.models[0].speed.unwrap();
        assert!(speed.first_token_seconds > 0.0 && speed.tokens_read_per_second.is_none());
    }
}

#[tokio::test]
async fn a_cloud_is_asked_for_its_list_and_for_an_answer_only_with_bench() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, whole::KEY).unwrap();
    for (kind, script, id) in [
        ("anthropic", whole::anthropic(), "claude-haiku-4-5"),
        ("openai", whole::guarded(&["gpt-5"]), "gpt-5"),
        ("mistral", whole::guarded(&["codestral-latest"]), "codestral-latest"),
    ] {
        let server = ModelServer::start(script).await;
        let cloud = json!({"api_key": {"file": key}, "privacy": "cloud"});
        let settings = one(kind, &server.url(), id, cloud, json!({}));
        let checkup = examined(&settings, Effort::Short).await;
        let model = &checkup.models[0];
        assert!(checkup.ok && model.remote && model.speed.is_none(), "{}", text(&checkup));
        assert!(model.untried.as_ref().unwrap().contains("may cost money"), "{:?}", model.untried);
        assert_eq!(generations(&server), 0);
        let checkup = examined(&settings, Effort::Bench).await;
        assert!(checkup.models[0].speed.unwrap().tokens_read_per_second.is_some(), "{}", text(&checkup));
        assert_eq!(generations(&server), 1);
    }
}

#[tokio::test]
async fn every_failure_says_what_to_do_and_ends() {
    let overloaded = json!({"error": {"type": "overloaded_error", "message": "Overloaded"}});
    for (kind, script, id, of_provider, said) in [
        ("ollama", Script::always(Reply::silence()), "x", true, "p takes connections at "),
        (
            "ollama",
            whole::ollama(&["llama3.2:3b"]),
            "qwen2.5-coder:7b",
            false,
            "p has no model `qwen2.5-coder:7b`; run `ollama pull qwen2.5-coder:7b` there, or set models.m.model to one that it has, such as `llama3.2:3b`",
        ),
        (
            "ollama",
            whole::ollama(&[]),
            "qwen3-coder:480b",
            false,
            "p has no model `qwen3-coder:480b`; run `ollama pull qwen3-coder:480b` there, or take one that fits this machine for sure: `ollama pull qwen2.5-coder:7b`",
        ),
        (
            "ollama",
            whole::ollama(&["nomic-embed-text"]),
            "nomic-embed-text",
            false,
            "`nomic-embed-text` writes no text; set models.m.model to one that takes instructions",
        ),
        (
            "openai",
            whole::vllm(),
            "Qwen/Qwen3-Coder",
            false,
            "p has no model `Qwen/Qwen3-Coder`; set models.m.model to one that it has, such as `Qwen/Qwen3-Coder-30B-A3B-Instruct`",
        ),
        (
            "llamacpp",
            whole::loading(),
            "x",
            true,
            "p is still loading its model (it said: Loading model); try again in a moment",
        ),
        ("anthropic", whole::anthropic(), "x", true, "p wants a key (it said: "),
        ("anthropic", Script::always(Reply::error(529, overloaded)), "x", true, "p is overloaded"),
        (
            "mistral",
            Script::always(Reply::bytes("text/html", "<html>Router</html>")),
            "x",
            true,
            "p did not answer as mistral does",
        ),
        ("openai", Script::always(Reply::json(json!([]))), "x", false, "p has no model `x`; correct models.m.model"),
    ] {
        let server = ModelServer::start(script).await;
        let settings =
            one(kind, &server.url(), id, json!({"first_token_timeout_s": 0.3, "privacy": "mine"}), json!({}));
        let checkup = examined(&settings, Effort::Short).await;
        let (provider, model) = (&checkup.providers[0], &checkup.models[0]);
        let problem = if of_provider { &provider.problem } else { &model.problem };
        assert!(problem.as_ref().is_some_and(|problem| problem.starts_with(said)), "{said}\n{}", text(&checkup));
        assert_eq!((checkup.ok, model.state, model.works), (false, State::Problem, false));
        assert_eq!(generations(&server), 0, "{said}");
        let refactor = &checkup.actions[1];
        assert_eq!(
            refactor.problem.as_deref(),
            Some("`m` does not work; mend it as said above, or put another step into the chain")
        );
        let document = checkup.actions.iter().find(|action| action.action == "document").unwrap();
        assert_eq!((document.state, document.working.as_slice()), (State::Note, &["builtin".to_owned()][..]));
    }
    let checkup = examined(&one("ollama", "http://127.0.0.1:1", "x", json!({}), json!({})), Effort::Short).await;
    assert!(text(&checkup).contains("cannot reach p at http://127.0.0.1:1 ("), "{}", text(&checkup));
}

#[tokio::test]
async fn a_model_that_is_listed_and_does_not_answer_is_no_model_that_works() {
    let error = |status, message: &str| Reply::error(status, json!({"error": message}));
    for (reply, said) in [
        (
            error(500, "model requires more system memory (30 GiB) than is available (8 GiB)"),
            "p has too little memory for `a:7b` (it said: model requires more system memory (30 GiB) than is available (8 GiB)); use a smaller model, or lower models.m.context; `qwen2.5-coder:7b` fits this machine",
        ),
        (
            error(
                400,
                "\"{\\\"error\\\":{\\\"code\\\":400,\\\"message\\\":\\\"request (9 tokens) exceeds the available context size (4 tokens)\\\"}}\"",
            ),
            "the prompt does not fit the window of `a:7b`",
        ),
        (Reply::silence(), "no first token from p within 0.3 s"),
        (
            Reply::bytes("application/x-ndjson", "{\"message\":{\"content\":\"1\"},\"done\":false}\n"),
            "the answer of p broke off",
        ),
    ] {
        let server = ModelServer::start(Script::by(move |_, request| match request.path.as_str() {
            "/api/tags" => Reply::json(json!({"models": [{"name": "a:7b"}, {"name": "b:7b"}]})),
            "/api/chat" => reply.clone(),
            _ => Reply::json(json!({})),
        }))
        .await;
        let mut settings = one("ollama", &server.url(), "a:7b", json!({"first_token_timeout_s": 0.3}), json!({}));
        settings["models"]["second"] = json!({"provider": "p", "model": "b:7b"});
        let checkup = examined(&settings, Effort::Short).await;
        let [first, second] = &checkup.models[..] else { panic!("{}", text(&checkup)) };
        assert!(first.problem.as_ref().unwrap().starts_with(said), "{}", text(&checkup));
        assert!(!checkup.ok);
        // Whoever hangs once is not waited for again and again.
        assert_eq!(second.untried.is_some(), said.starts_with("no first token"), "{}", text(&checkup));
    }
}

#[tokio::test]
async fn what_could_be_better_is_a_note() {
    let server = ModelServer::start(whole::ollama(&["codellama:34b", "glm-4.6:cloud"])).await;
    let mut settings = one("ollama", &server.url(), "codellama:34b", json!({}), json!({"context": 300_000}));
    settings["models"]["far"] = json!({"provider": "p", "model": "glm-4.6:cloud"});
    let checkup = examined(&settings, Effort::Short).await;
    let [near, far] = &checkup.models[..] else { panic!("{}", text(&checkup)) };
    assert_eq!((near.state, near.works, near.gpu_percent), (State::Note, true, Some(50)));
    let notes = near.notes.join("\n");
    assert!(
        notes.contains("prompts are fitted to 300000 tokens and it takes 16384; set models.m.context to 16384"),
        "{notes}"
    );
    assert!(
        notes.contains(
            "only 50 % of it is on the GPU, which makes it slow; take a smaller model, such as `qwen2.5-coder:7b`,"
        ),
        "{notes}"
    );
    assert!(far.remote && far.speed.is_none() && far.notes[0].starts_with("p only passes it on"), "{far:?}");
    assert_eq!(generations(&server), 1, "nothing goes to a cloud behind this machine");
}

#[tokio::test]
async fn no_key_and_no_code_is_told_or_sent() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "sk-wrong-0123456789abcdef").unwrap();
    let cloud = ModelServer::start(whole::anthropic()).await;
    let home = ModelServer::start(whole::ollama(&["a:7b"])).await;
    let mut settings =
        one("anthropic", &cloud.url(), "x", json!({"api_key": {"file": key}, "privacy": "cloud"}), json!({}));
    settings["providers"]["home"] = json!({"kind": "ollama", "base_url": home.url()});
    settings["models"]["near"] = json!({"provider": "home", "model": "a:7b"});
    let checkup = examined(&settings, Effort::Bench).await;
    for told in [text(&checkup), serde_json::to_string(&checkup).unwrap()] {
        assert!(told.contains("p refuses the key") && !told.contains("sk-wrong"), "{told}");
    }
    let chat = home.requests().into_iter().find(|request| request.path == "/api/chat").unwrap();
    let said = chat.body["messages"].to_string();
    assert!(said.contains("Count from 1 to 100") && said.len() < 10_000, "{said}");
}

#[tokio::test]
async fn each_server_of_a_pool_is_looked_at() {
    let server = ModelServer::start(whole::vllm()).await;
    let id = "Qwen/Qwen3-Coder-30B-A3B-Instruct";
    let mut settings = one("openai", "http://127.0.0.1:1", id, json!({}), json!({}));
    let provider = settings["providers"]["p"].as_object_mut().unwrap();
    provider.shift_remove("base_url");
    provider.insert("base_urls".to_owned(), json!(["http://127.0.0.1:1", server.url()]));
    let checkup = examined(&settings, Effort::Short).await;
    assert_eq!(checkup.providers.iter().map(|one| one.state).collect::<Vec<_>>(), [State::Problem, State::Ok]);
    assert!(checkup.ok, "{}", text(&checkup));
}

#[tokio::test]
async fn what_nobody_configured_is_looked_for_and_what_has_mistakes_is_not_asked() {
    let server = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b"])).await;
    let base_url = url::Url::parse(&server.url()).unwrap();
    let probe = Probe { server: "Ollama", kind: graft_ls::config::ProviderKind::Ollama, base_url };
    let engine = Engine::discovering(Config::default(), vec![probe]);
    let config = || Config::from_layers(None, &json!({})).unwrap();
    let checkup = with(&engine, config(), &bare_machine(), Effort::Short).await;
    assert!(checkup.ok && checkup.providers[0].found && checkup.models[0].works, "{}", text(&checkup));
    let bare = ModelServer::start(whole::ollama(&[])).await;
    let base_url = url::Url::parse(&bare.url()).unwrap();
    let probe = Probe { server: "Ollama", kind: graft_ls::config::ProviderKind::Ollama, base_url };
    let checkup =
        with(&Engine::discovering(Config::default(), vec![probe]), config(), &bare_machine(), Effort::Short).await;
    let told = text(&checkup);
    assert!(!checkup.ok && told.contains("0 models, ") && told.contains("fetch one with `ollama pull "), "{told}");
    let checkup = with(&Engine::new(Config::default()), config(), &bare_machine(), Effort::Short).await;
    let told = text(&checkup);
    assert!(!checkup.ok && told.contains("with 16 GB of memory `ollama pull qwen2.5-coder:7b` fits"), "{told}");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "[providers.p]\nkind = \"olama\"\n").unwrap();
    let sources = Sources { user: Some(folder.path().join("config.toml")), ..Sources::default() };
    let loading = sources.load(&Said::default());
    let machine = bare_machine();
    let subject = Subject { loading: &loading, config: None, machine: &machine, effort: Effort::Short };
    let checkup = examine(&engine, &subject).await;
    let told = text(&checkup);
    assert!(told.contains("config.toml:2:8: providers.p.kind: expected one of"), "{told}");
    assert!(!checkup.ok && checkup.providers.is_empty() && checkup.actions.is_empty(), "{told}");
    assert!(told.ends_with("the settings have a mistake: correct it, then run this again\n"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn editors_are_found_with_their_version_and_what_their_config_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let machine = machine_with_editors(folder.path());
    let checkup = with(&Engine::new(Config::default()), Config::default(), &machine, Effort::Short).await;
    let told: Vec<_> = checkup.editors.iter().map(|one| (one.name, one.version.as_deref(), one.state)).collect();
    let expected = [
        ("Neovim", Some("0.11.4"), State::Ok),
        ("Helix", Some("25.07.1"), State::Note),
        ("VS Code", None, State::Note),
        ("Emacs", Some("28.2"), State::Note),
    ];
    assert_eq!(told, expected);
    assert_eq!(checkup.editors[0].config.as_deref(), Some("~/.config/nvim/lua/lsp.lua"));
    let problem = |at: usize| checkup.editors[at].problem.clone().unwrap();
    assert_eq!(problem(1), "its config does not name graft-ls; add the block for Helix of docs/editors.md");
    assert_eq!(problem(3), "it is too old; install Emacs 29.1 or newer, which has eglot without a package");
}

#[cfg(unix)]
#[tokio::test]
async fn an_installed_extension_names_graft_for_vscode() {
    let folder = tempfile::tempdir().unwrap();
    let machine = machine_with_editors(folder.path());
    let list = folder.path().join(".vscode/extensions/extensions.json");
    std::fs::create_dir_all(list.parent().unwrap()).unwrap();
    std::fs::write(list, r#"[{"identifier": {"id": "graft-ls.graft"}, "version": "0.1.0"}]"#).unwrap();
    let checkup = with(&Engine::new(Config::default()), Config::default(), &machine, Effort::Short).await;
    assert_eq!(checkup.editors[2].config.as_deref(), Some("~/.vscode/extensions/extensions.json"));
}

/// A home with four editors, one of which knows Graft.
#[cfg(unix)]
pub fn machine_with_editors(home: &Path) -> Machine {
    use std::os::unix::fs::PermissionsExt;
    for (name, script) in [
        ("nvim", "echo 'NVIM v0.11.4'"),
        ("hx", "echo 'helix 25.07.1 (a05c151b)'"),
        ("code", "exit 1"),
        ("emacs", "echo 'GNU Emacs 28.2'"),
    ] {
        let path = home.join("bin").join(name);
        std::fs::create_dir_all(home.join("bin")).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (path, text) in [
        (".config/nvim/lua/lsp.lua", "vim.lsp.config('graft', { cmd = { 'graft-ls' } })"),
        (".config/nvim/lazy/other.lua", "-- graft-ls"),
        (".config/helix/languages.toml", "[language-server.rust-analyzer]\n"),
    ] {
        std::fs::create_dir_all(home.join(path).parent().unwrap()).unwrap();
        std::fs::write(home.join(path), text).unwrap();
    }
    Machine {
        home: Some(home.to_owned()),
        config_folder: Some(home.join(".config")),
        search_path: vec![home.join("bin")],
        log: Some(home.join(".local/state/graft/graft-ls.log")),
        ..bare_machine()
    }
}

#[tokio::test]
async fn the_exit_code_says_whether_every_action_has_a_step() {
    let server = ModelServer::start(whole::ollama(&["qwen2.5-coder:7b"])).await;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = crate::support::binary::command(arguments, folder.path());
        command.env("GRAFT_CONFIG", folder.path().join("config.toml")).env("PATH", folder.path());
        async move {
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            (output.status.code(), text(output.stdout), text(output.stderr))
        }
    };
    let config = |url: &str| {
        let text = format!(
            "[providers.p]\nkind = \"ollama\"\nbase_url = \"{url}\"\n[models.m]\nprovider = \"p\"\nmodel = \"qwen2.5-coder:7b\"\n"
        );
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
    };
    config(&server.url());
    let (code, told, said) = run(&["doctor"]).await;
    assert_eq!((code, said.as_str()), (Some(0), ""), "{told}");
    assert!(told.ends_with("every action has a step that works\n"), "{told}");
    let (code, told, _) = run(&["doctor", "--json"]).await;
    let object: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &object["ok"], &object["models"][0]["state"]), (Some(0), &json!(true), &json!("ok")));
    config("http://127.0.0.1:1");
    let (code, told, _) = run(&["doctor"]).await;
    assert!(code == Some(1) && told.ends_with("no step works for generate, refactor\n"), "{told}");
    std::fs::write(folder.path().join("config.toml"), "x = 1\n").unwrap();
    assert_eq!(run(&["doctor"]).await.0, Some(1));
    assert_eq!(run(&["doctor", "--bensh"]).await.0, Some(2));
}

#[tokio::test]
async fn a_server_that_is_busy_is_not_waited_for_longer_than_for_a_first_token() {
    let (gate, tags) = (Gate::shut(), json!({"models": [{"name": "a:7b"}]}));
    let busy = gate.clone();
    let server = ModelServer::start(Script::by(move |_, request| match request.path.as_str() {
        "/api/tags" => Reply::json(tags.clone()),
        "/api/chat" => Reply::text("1").hold(&busy),
        _ => Reply::json(json!({})),
    }))
    .await;
    let patient = one("ollama", &server.url(), "a:7b", json!({}), json!({}));
    let hasty = one("ollama", &server.url(), "a:7b", json!({"first_token_timeout_s": 0.3}), json!({}));
    let engine = Engine::new(Config::default());
    let (config, machine) = (|settings| Config::from_layers(None, settings).unwrap(), bare_machine());
    let first = with(&engine, config(&patient), &machine, Effort::Short);
    let second = async {
        while generations(&server) == 0 {
            tokio::task::yield_now().await;
        }
        let checkup = with(&engine, config(&hasty), &machine, Effort::Short).await;
        gate.open();
        checkup
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.models[0].speed.is_some(), "{}", text(&first));
    let model = &second.models[0];
    assert_eq!((model.works, model.untried.as_deref()), (true, Some("p is busy with other requests")));
    assert_eq!(generations(&server), 1);
}
