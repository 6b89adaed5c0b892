//! Secrets inside code that may go to a cloud: hidden on the way out, back in the answer, told of without being told.

use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Outcome, Task};
use graft_ls::syntax::{Document, Language};
use serde_json::{Value, json};

use super::Scene;
use crate::support::model_server::{ModelServer, Reply, Request, Script};

/// Put together here: a whole key in a source file would be a finding of other people's scanners.
const KEY: &str = concat!("gh", "p_16C7e42F292c6912E7710c838347Ae178B4a");
const NAME: &str = "GRAFT_SECRET_";

fn code() -> String {
    format!("def login(user):\n    token = \"{KEY}\"\n    return connect(user, token)\n")
}

fn text_of(request: &Request) -> String {
    request.body.to_string()
}

/// The last block of a prompt's first turn.
fn asked_about(request: &Request) -> String {
    let turns = request.body["messages"].as_array().unwrap();
    let text = turns.iter().find(|turn| turn["role"] == "user").unwrap()["content"].as_str().unwrap();
    text.rsplit("```python\n").next().unwrap().split("\n```").next().unwrap().to_owned()
}

/// A server that answers with what `change` makes of the code, and of the number of the request.
async fn answering(change: impl Fn(usize, String) -> String + Send + Sync + 'static) -> ModelServer {
    ModelServer::start(Script::by(move |n, request| match request.path.as_str() {
        "/api/show" => Reply::json(json!({"remote_host": "https://ollama.com"})),
        _ => Reply::text(&format!("```python\n{}\n```\n", change(n, asked_about(request)))),
    }))
    .await
}

async fn run(server: &ModelServer, provider: Value, privacy: Value) -> Outcome {
    let mut own = json!({"base_url": server.url()});
    own.as_object_mut().unwrap().extend(provider.as_object().unwrap().clone());
    let settings =
        json!({"providers": {"p": own}, "models": {"deep": {"provider": "p", "model": "m"}}, "privacy": privacy});
    let engine = Engine::new(Config::from_layers(None, &settings).unwrap());
    let document = Document::new(Language::by_id("python").unwrap(), &code(), None);
    let task = Task::new("t", graft_ls::actions::ActionId::Refactor, document, 5..5);
    engine.execute(&task, &mut |_| ()).await
}

fn renamed(code: &str) -> String {
    code.replace("connect(", "open_connection(")
}

fn edited(outcome: &Outcome) -> String {
    match &outcome.result {
        Ok(Change::Edit { edit, .. }) => edit.new_text(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cloud_gets_a_name_and_the_answer_gets_the_secret_back() {
    let cloud = json!({"kind": "openai", "privacy": "cloud"});
    let server = answering(|_, code| renamed(&code)).await;
    let outcome = run(&server, cloud.clone(), json!({})).await;
    assert_eq!(edited(&outcome), renamed(&code()));
    assert_eq!(outcome.masked, ["GitHub token in line 2"]);
    assert_eq!(outcome.masked_clause(), ", with a secret hidden (GitHub token in line 2)");
    let sent = text_of(&server.requests()[0]);
    assert!(!sent.contains(&KEY[..12]) && sent.contains(&format!("token = \\\"{NAME}")), "{sent}");
    assert!(sent.contains("repeat each letter by letter"), "{sent}");

    let server = answering(|_, code| renamed(&code)).await;
    let outcome = run(&server, cloud, json!({"secrets": "send"})).await;
    assert!(edited(&outcome) == renamed(&code()) && outcome.masked.is_empty());
    assert!(text_of(&server.requests()[0]).contains(KEY));
}

#[tokio::test]
async fn one_s_own_models_get_the_code_as_it_is_and_what_is_passed_on_is_masked() {
    for (kind, masked) in [("llamacpp", false), ("ollama", true)] {
        let server = answering(|_, code| renamed(&code)).await;
        let outcome = run(&server, json!({"kind": kind}), json!({})).await;
        assert_eq!(edited(&outcome), renamed(&code()), "{kind}");
        assert_eq!(text_of(server.requests().last().unwrap()).contains(KEY), !masked, "{kind}");
        assert_eq!(outcome.masked.len(), usize::from(masked), "{kind}");
    }
}

#[tokio::test]
async fn a_changed_name_is_refused_and_mended_once_without_the_secret() {
    let change = |n: usize, code: String| match n {
        0 => code.replace(NAME, "GRAFT_SECRET_0"),
        _ => renamed(&code),
    };
    let server = answering(change).await;
    let outcome = run(&server, json!({"kind": "openai", "privacy": "cloud"}), json!({})).await;
    assert_eq!(edited(&outcome), renamed(&code()));
    let first = &outcome.attempts[0];
    assert_eq!(first.outcome, "outside_scope");
    assert!(first.message.contains("stands for no hidden value") && !first.message.contains(KEY), "{}", first.message);
    assert!(server.requests().iter().all(|request| !text_of(request).contains(&KEY[..12])));
}

#[tokio::test]
async fn no_message_repeats_a_secret_that_an_answer_brings_back() {
    let chat = |_: usize, request: &Request| {
        let name = asked_about(request).split('"').nth(1).unwrap().to_owned();
        Reply::text(&format!("I would not keep {name} in the code."))
    };
    let server = ModelServer::start(Script::by(chat)).await;
    let outcome = run(&server, json!({"kind": "openai", "privacy": "cloud"}), json!({})).await;
    assert_eq!(outcome.attempts.len(), 2);
    assert!(
        !format!("{:?}", outcome.attempts).contains(KEY) && outcome.attempts[0].message.contains("keep … in"),
        "{outcome:?}"
    );
    assert!(server.requests().iter().all(|request| !text_of(request).contains(&KEY[..12])));
}

#[tokio::test]
async fn a_file_with_secrets_stays_at_home_where_the_user_wants_that() {
    let scene = Scene::new("secrets = 'local'", &[("a.py", &code()), ("b.py", super::CODE)]).await;
    let (class, kept) = scene.class("a.py").await;
    assert_eq!(class, "local_only");
    assert!(kept.ends_with("by what looks like a GitHub token in line 2 (privacy.secrets)"), "{kept}");
    assert_eq!(scene.class("b.py").await.0, "any");
    let (code, _, said) = scene.run(&["run", "refactor", "a.py:1"]).await;
    assert!(code == 1 && !said.contains(KEY), "{said}");
    assert_eq!(scene.asked(), (0, 0));
}

#[tokio::test]
async fn every_face_says_what_is_hidden_and_none_what_it_is() {
    let scene = Scene::new("", &[("a.py", &code())]).await;
    let (_, route, _) = scene.run(&["route", "refactor", "a.py:1"]).await;
    assert!(route.contains("hidden from models in a cloud: GitHub token in line 2\n"), "{route}");
    let (_, prompt, _) = scene.run(&["run", "refactor", "a.py:1", "--show-prompt"]).await;
    assert!(prompt.contains(NAME) && !prompt.contains(KEY), "{prompt}");
    assert!(prompt.contains(" back, hidden: GitHub token in line 2\n"), "{prompt}");
    let (_, prompt, _) = scene.run(&["run", "generate", "a.py:1", "--instruction", "x", "--show-prompt"]).await;
    assert!(prompt.contains(KEY), "it is for a model of one's own: {prompt}");
    let ollama = ["--set", "providers.home.kind = 'ollama'", "--instruction", "x", "--show-prompt"];
    let (_, prompt, _) = scene.run(&[&["run", "generate", "a.py:1"][..], &ollama].concat()).await;
    let asks = "whether it passes the model on to a cloud: then the secrets in it would be hidden\n";
    assert!(prompt.contains(asks), "{prompt}");
    let jobs = scene.home.path().join("jobs");
    let set = format!("record = '{}'", jobs.display());
    let (_, json, _) = scene.run(&["run", "refactor", "a.py:1", "--json", "--instruction", KEY, "--set", &set]).await;
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&report["masked"], &report["guidance"]),
        (&json!(["GitHub token in line 2"]), &json!("***")),
        "{report}"
    );
    assert!(!json.contains(KEY));
    let record = std::fs::read_dir(jobs).unwrap().next().unwrap().unwrap().path();
    assert!(!std::fs::read_to_string(record).unwrap().contains(KEY));
    assert!(scene.cloud.requests().iter().all(|request| !text_of(request).contains(KEY)));
}
