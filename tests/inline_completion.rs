//! Inline completion from the engine's door to scripted servers: each protocol's own words, the stream that is closed early, who is
//! not asked. What of an answer is shown has its tests beside it and in `property.rs`.

mod context;
mod holes;
mod own_code;
mod property;
mod ready;

use std::path::Path;

use graft_ls::actions::{ActionId, Workspace};
use graft_ls::engine::{Completion, Engine, Suggested, Task, Wanted};
use graft_ls::inline_completion::{Selected, Trigger};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use crate::corpus::chance;
use crate::routing::engine;
use crate::support::model_server::{ModelServer, Reply, Request, Script};

/// The cursor is `|`.
pub(crate) const CODE: &str = "fn add(a: u8, b: u8) -> u8 {\n    |\n}\n\nfn next() {}\n";
const RUN_ON: &str = "a + b\n}\n\nfn other() {\n    1\n}\n\nfn third() {\n    2\n}\n";

/// An engine with one model, its window the smallest that leaves room.
pub(crate) fn one(server: &ModelServer, kind: &str, model: &str, more: &Value) -> Engine {
    let mut own = json!({"provider": "p", "model": model});
    own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    engine(&json!({
        "providers": {"p": {"kind": kind, "base_url": server.url(), "first_token_timeout_s": 20, "parallel": 1}},
        "models": {"m": own}, "routes": {"complete": "m"},
    }))
}

/// A server whose model can do that, and which answers every hole so.
pub(crate) fn serving(capabilities: &'static [&'static str], answer: Reply) -> Script {
    Script::by(move |_, request| match request.path.as_str() {
        "/api/show" => Reply::json(json!({"capabilities": capabilities})),
        "/infill" if request.body["n_predict"] == json!(0) && capabilities.contains(&"insert") => {
            Reply::json(json!({}))
        }
        "/infill" if request.body["n_predict"] == json!(0) => Reply::error(
            501,
            json!({"error": {"code": 501, "message": "Infill is not supported by this model: prefix token is missing. ", "type": "not_supported_error"}}),
        ),
        _ => answer.clone(),
    })
}

fn task(text: &str) -> Task {
    let offset = text.find('|').unwrap();
    let document = Document::new(Language::by_id("rust").unwrap(), &text.replacen('|', "", 1), None);
    Task {
        path: Some(Path::new("/w/src/add.rs").to_owned()),
        workspace: Workspace { root: Some("/w".into()), buffers: None, open: None, disk: false },
        ..Task::new("t", ActionId::Generate, document, offset..offset)
    }
}

pub(crate) async fn complete(engine: &Engine, text: &str) -> Completion {
    engine.complete(&task(text), &Wanted::default()).await
}

fn text(completion: &Completion) -> &str {
    match &completion.result {
        Ok(Suggested::Text(suggestions)) => &suggestions.best.text,
        Ok(Suggested::Nothing(why)) => panic!("nothing: {why}"),
        Err(failure) => panic!("{}", failure.message),
    }
}

fn last(server: &ModelServer) -> Request {
    server.requests().pop().unwrap()
}

#[tokio::test]
async fn each_server_is_asked_in_its_own_words_and_understood() {
    const FILLS: &[&str] = &["completion", "insert"];
    const CHATS: &[&str] = &["completion"];
    let (prefix, suffix) = CODE.split_once('|').unwrap();
    let raw = format!("<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>");
    for (kind, model, capabilities, path, field, said) in [
        ("ollama", "qwen2.5-coder:7b", FILLS, "/api/generate", "suffix", suffix),
        ("ollama", "qwen3-coder:30b", CHATS, "/api/generate", "prompt", &raw),
        ("llamacpp", "default", FILLS, "/infill", "input_prefix", prefix),
        ("llamacpp", "qwen2.5-coder.gguf", CHATS, "/completion", "prompt", &raw),
        ("openai", "Qwen/Qwen2.5-Coder-7B", CHATS, "/v1/completions", "prompt", &raw),
        ("mistral", "codestral-latest", CHATS, "/v1/fim/completions", "suffix", suffix),
    ] {
        let server = ModelServer::start(serving(capabilities, Reply::text("a + b"))).await;
        let engine = one(&server, kind, model, &json!({}));
        let completion = complete(&engine, CODE).await;
        assert_eq!(text(&completion), "a + b", "{kind} {model}");
        let request = last(&server);
        assert_eq!((request.path.as_str(), request.body[field].as_str()), (path, Some(said)), "{kind} {model}");
        assert_eq!(request.body["stream"], json!(true));
        let before = server.requests().len();
        complete(&engine, &CODE.replace("next", "other")).await;
        assert_eq!(server.requests().len(), before + 1, "what a model can do is asked once");
    }
}

#[tokio::test]
async fn the_connection_is_closed_with_the_line_that_completes_the_answer() {
    for (kind, model, fim, path) in [
        ("ollama", "qwen2.5-coder:7b", "auto", "/api/generate"),
        ("openai", "qwen2.5-coder", "auto", "/v1/completions"),
        ("llamacpp", "qwen2.5-coder", "auto", "/infill"),
        ("mistral", "codestral-latest", "auto", "/v1/fim/completions"),
        ("ollama", "llama3.1:8b", "chat", "/api/chat"),
        ("openai", "gpt-4o", "chat", "/v1/chat/completions"),
        ("anthropic", "claude-sonnet-5-5", "chat", "/v1/messages"),
    ] {
        let said = if fim == "chat" { format!("<fill>{RUN_ON}") } else { RUN_ON.to_owned() };
        let reply = Reply::text(&said).model("m");
        let body = String::from_utf8(reply.body_for(path)).unwrap();
        // The server says no word after the event with the line that belongs to the code behind the cursor.
        let line = body.find("}\\n\\nfn").unwrap();
        let end = line + body[line..].find('\n').unwrap() + if path.starts_with("/api") { 1 } else { 2 };
        let server = ModelServer::start(serving(&["completion", "insert"], reply.hang_at(end))).await;
        let engine = one(&server, kind, model, &json!({"fim": fim}));
        let completion = complete(&engine, CODE).await;
        assert_eq!(text(&completion), "a + b", "{kind}");
        assert!(completion.attempts[0].usage.estimated, "{kind}");
        assert_eq!(last(&server).path, path);
        server.closed(server.requests().len() - 1).await;
    }
}

#[tokio::test]
async fn a_model_that_only_chats_is_asked_where_the_user_wants_that() {
    let asked = CODE.replace('|', "{{HOLE}}");
    for answer in ["<fill>a + b</fill>", "Here it is:\n\n<fill>\n    a + b\n</fill>\nDone.", "```rust\n    a + b\n```"]
    {
        for (kind, path) in [("anthropic", "/v1/messages"), ("openai", "/v1/chat/completions"), ("ollama", "/api/chat")]
        {
            let server = ModelServer::start(Script::always(Reply::text(answer))).await;
            let engine = one(&server, kind, "some-model", &json!({"fim": "chat"}));
            assert_eq!(text(&complete(&engine, CODE).await), "a + b", "{kind}: {answer}");
            let request = last(&server);
            let turns = request.body["messages"].as_array().unwrap();
            assert_eq!(
                (request.path.as_str(), turns.last().unwrap()["content"].as_str()),
                (path, Some(asked.as_str()))
            );
        }
    }
}

#[tokio::test]
async fn giving_up_closes_the_connection() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let engine = one(&server, "openai", "qwen2.5-coder", &json!({}));
    let asked = tokio::spawn(async move { complete(&engine, CODE).await });
    server.request(0).await;
    asked.abort();
    server.closed(0).await;
}

#[tokio::test]
async fn a_model_of_no_family_is_not_asked_and_the_next_one_is() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let provider = json!({"kind": "openai", "base_url": server.url()});
    let settings = json!({
        "providers": {"p": provider},
        "models": {"chats": {"provider": "p", "model": "gpt-4o"}, "fills": {"provider": "p", "model": "gpt-4o", "fim": "starcoder"}},
        "routes": {"complete": ["chats", "fills"]},
    });
    let completion = complete(&engine(&settings), CODE).await;
    assert_eq!((text(&completion), server.requests().len()), ("a + b", 1));
    let alone = one(&server, "openai", "gpt-4o", &json!({}));
    let said = complete(&alone, CODE).await.result.unwrap_err().message;
    assert!(said.contains("how `gpt-4o` fills in the middle is not known; set models.m.fim"), "{said}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn private_code_and_secrets_stay_where_they_belong() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let cloud = |more: Value| {
        let mut settings = json!({
            "providers": {"p": {"kind": "openai", "base_url": server.url(), "privacy": "cloud"}},
            "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"complete": "m"},
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        engine(&settings)
    };
    let failure = complete(&cloud(json!({"privacy": {"local_only": ["**/add.rs"]}})), CODE).await.result.unwrap_err();
    assert_eq!((failure.code.as_str(), server.requests().len()), ("privacy", 0), "{}", failure.message);
    let key = concat!("gh", "p_16C7e42F292c6912E7710c838347Ae178B4a");
    let code = format!("const KEY: &str = \"{key}\";\n\n{CODE}");
    let completion = complete(&cloud(json!({})), &code).await;
    assert_eq!(text(&completion), "a + b");
    let sent = last(&server).body.to_string();
    assert!(!sent.contains(key) && sent.contains("GRAFT_SECRET_"), "{sent}");
    assert_eq!(completion.masked, ["GitHub token in line 1"]);
}

#[tokio::test]
async fn what_the_editor_s_list_has_selected_is_gone_on_from() {
    let server = ModelServer::start(Script::always(Reply::text("(1);"))).await;
    let engine = one(&server, "openai", "qwen2.5-coder", &json!({}));
    let task = task("fn a() {\r\n    pu|\r\n}\r\n");
    let range = task.range.start - 2..task.range.start;
    let selected = Some(Selected { range: range.clone(), text: "push".to_owned() });
    let completion =
        engine.complete(&task, &Wanted { trigger: Trigger::Automatic, selected, ..Wanted::default() }).await;
    let Ok(Suggested::Text(suggestions)) = &completion.result else { panic!("{completion:?}") };
    let suggestion = &suggestions.best;
    assert_eq!((suggestion.text.as_str(), &suggestion.range), ("push(1);", &range));
    let prompt = last(&server).body["prompt"].as_str().unwrap().to_owned();
    assert!(prompt.contains("    push<|fim_suffix|>\n}\n"), "{prompt}");
}

#[tokio::test]
async fn lines_end_as_the_document_s_do() {
    let server = ModelServer::start(Script::always(Reply::text("b();\n    c();\n"))).await;
    let engine = one(&server, "openai", "qwen2.5-coder", &json!({}));
    let completion = complete(&engine, "fn a() {\r\n    |\r\n}\r\n").await;
    assert_eq!(text(&completion), "b();\r\n    c();");
}

#[tokio::test]
async fn nobody_is_asked_where_nothing_is_wanted() {
    let server = ModelServer::start(Script::always(Reply::text("x"))).await;
    let engine = one(&server, "openai", "qwen2.5-coder", &json!({}));
    let completion = complete(&engine, "fn a() { let x = fo|o; }\n").await;
    assert!(matches!(completion.result, Ok(Suggested::Nothing(_))) && server.requests().is_empty());
}

#[tokio::test]
async fn a_suggestion_is_taken_once() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let engine = one(&server, "openai", "qwen2.5-coder", &json!({}));
    let completion = complete(&engine, CODE).await;
    let Ok(Suggested::Text(suggestions)) = &completion.result else { panic!("{completion:?}") };
    let id = suggestions.best.id;
    assert!(engine.accepted(id) && !engine.accepted(id) && !engine.accepted(id + 1));
    let counted: Vec<_> = engine
        .uptake()
        .into_iter()
        .map(|(step, language, own)| (step, language, own.suggested, own.accepted))
        .collect();
    assert_eq!(counted, [("m".to_owned(), "rust", 1, 1)]);
}

#[tokio::test]
async fn the_budget_holds_completions_too() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let settings = json!({
        "providers": {"p": {"kind": "openai", "base_url": server.url(), "privacy": "cloud"}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder", "price": {"input": 1000.0, "output": 1000.0}}},
        "routes": {"complete": "m"}, "budget": {"usd_per_day": 0.01},
    });
    let said = complete(&engine(&settings), CODE).await.result.unwrap_err().message;
    assert!(said.contains("not asked: it may cost up to") && server.requests().is_empty(), "{said}");
}

#[tokio::test]
async fn the_command_line_prints_the_completion_or_says_why_there_is_none() {
    let server = ModelServer::start(Script::by(|n, _| Reply::text(if n < 2 { RUN_ON } else { "" }))).await;
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[providers.p]\nkind = \"openai\"\nbase_url = \"{}\"\n[models.m]\nprovider = \"p\"\nmodel = \"qwen2.5-coder\"\n\
         [models.talks]\nprovider = \"p\"\nmodel = \"gpt-4o\"\n[routes]\ncomplete = \"m\"\n",
        server.url()
    );
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    std::fs::write(folder.path().join("a.rs"), CODE.replacen('|', "", 1)).unwrap();
    let run = async |arguments: &[&str]| {
        let mut command = crate::support::binary::command(&[&["complete"], arguments].concat(), folder.path());
        command.env("GRAFT_CONFIG", folder.path().join("config.toml"));
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(run(&["a.rs:2:5"]).await, (0, "a + b\n".to_owned(), String::new()));
    let report: Value = serde_json::from_str(&run(&["a.rs:2:5", "--json"]).await.1).unwrap();
    let place = json!({"line": 1, "character": 4});
    assert_eq!((&report["completion"], &report["type"]), (&json!("a + b"), &json!("complete")));
    assert_eq!((&report["range"]["start"], &report["range"]["end"]), (&place, &place));
    assert_eq!((&report["model"], &report["route"]["chain"]), (&json!("qwen2.5-coder"), &json!(["m"])));
    let (code, stdout, stderr) = run(&["a.rs:2:5"]).await;
    let says_so = stderr.contains("no completion: m has nothing to add");
    assert_eq!((code, stdout.as_str(), says_so), (0, "", true), "{stderr}");
    for (arguments, code, says) in [
        (&["a.rs:2:5", "--model", "talks"][..], 1, "set models.talks.fim"),
        (&["a.rs:2:5", "--model", "builtin"], 0, "your own code says nothing sure here"),
        (&["a.rs:2:5", "--model", "mm"], 2, "did you mean `m`?"),
        (&["a.rs:9:1"], 2, "line 9 is outside the file"),
        (&["a.rs"], 2, "name it as FILE:LINE:COL"),
    ] {
        let (exit, stdout, stderr) = run(arguments).await;
        assert_eq!((exit, stdout.as_str()), (code, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
}
