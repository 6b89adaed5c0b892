//! Keys: found where the config says, sent in the protocol's header, and seen nowhere else.

use std::fs;

use graft_ls::model::{ErrorClass, Models};
use serde_json::json;

use super::{KINDS, ask, ask_with, configured, model_of, prompt};
use crate::support::model_server::{ModelServer, Reply, Script};

const KEY: &str = "top-secret-0123456789";

fn refused() -> Reply {
    Reply::error(
        401,
        json!({ "error": { "message": format!("Incorrect API key provided: {KEY}"), "code": "invalid_api_key" } }),
    )
}

#[tokio::test]
async fn the_key_goes_into_its_header() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, format!("{KEY}\n")).unwrap();
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::text("x")]).await;
        ask(&configured(kind, &server.url(), json!({ "api_key": { "file": path } }), json!({}))).await.unwrap();
        let request = server.request(0).await;
        let expected = match kind {
            "anthropic" => (None, Some(KEY.to_owned())),
            _ => (Some(format!("Bearer {KEY}")), None),
        };
        let sent = ["authorization", "x-api-key"].map(|name| request.header(name).map(str::to_owned));
        assert_eq!((sent[0].clone(), sent[1].clone()), expected, "{kind}");
    }
}

#[tokio::test]
async fn no_key_means_no_header() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::text("x")]).await;
        ask(&model_of(kind, &server)).await.unwrap();
        let request = server.request(0).await;
        assert_eq!((request.header("authorization"), request.header("x-api-key")), (None, None), "{kind}");
    }
}

#[tokio::test]
async fn a_key_is_in_no_message_and_no_debug_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, KEY).unwrap();
    let echo = format!("<title>Bad token {KEY}</title>");
    let replies = [
        refused(),
        Reply::bytes("text/html", echo.clone()).status(502),
        Reply::bytes("text/plain", echo.clone()),
        Reply::bytes("text/event-stream", format!("data: {echo}\n\n")),
        Reply::error(302, json!(null)).header("location", &format!("http://{KEY}.example/")),
    ];
    let count = replies.len();
    let server = ModelServer::start(replies).await;
    let model = configured("openai", &server.url(), json!({ "api_key": { "file": path } }), json!({}));
    let models = Models::new();
    for n in 0..count {
        let error = ask_with(&models, &model).await.0.unwrap_err();
        let shown =
            format!("{error} {error:?} {models:?} {model:?} {:?}", graft_ls::model::request(&model, &prompt(), 1));
        assert!(!shown.contains("secret") && !shown.contains("0123456789"), "{n}: {shown}");
        assert!(error.message.contains("***"), "{n}: {error}");
    }
}

#[tokio::test]
async fn a_refused_key_is_looked_up_again_and_a_good_one_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "first-key").unwrap();
    let server = ModelServer::start(Script::by(|_, request| match request.header("authorization") {
        Some("Bearer second-key") => Reply::text("x"),
        _ => refused(),
    }))
    .await;
    let model = configured("openai", &server.url(), json!({ "api_key": { "file": path } }), json!({}));
    let models = Models::new();
    let error = ask_with(&models, &model).await.0.unwrap_err();
    assert_eq!((error.class, server.requests().len()), (ErrorClass::Auth, 1));
    assert!(error.message.ends_with("check where providers.p.api_key comes from"), "{error}");
    fs::write(&path, "second-key").unwrap();
    ask_with(&models, &model).await.0.unwrap();
    fs::remove_file(&path).unwrap();
    ask_with(&models, &model).await.0.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_runs_once_also_for_calls_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let script = format!("echo run >> {}; echo {KEY}", runs.display());
    let server = ModelServer::start(Script::always(Reply::text("x"))).await;
    let model =
        configured("openai", &server.url(), json!({ "api_key": { "command": ["sh", "-c", script] } }), json!({}));
    let models = Models::new();
    let (first, second) = tokio::join!(ask_with(&models, &model), ask_with(&models, &model));
    assert!(first.0.is_ok() && second.0.is_ok());
    assert_eq!(server.request(1).await.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(fs::read_to_string(runs).unwrap(), "run\n");
}

#[tokio::test]
async fn a_key_that_is_not_to_be_had_says_where_it_should_be_and_sends_nothing() {
    let server = ModelServer::start([]).await;
    let model =
        configured("openai", &server.url(), json!({ "api_key": { "env": "GRAFT_TEST_NO_SUCH_KEY" } }), json!({}));
    let error = ask(&model).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Auth);
    assert!(
        error.message.starts_with("there is no key for p: environment variable GRAFT_TEST_NO_SUCH_KEY is not set; "),
        "{error}"
    );
    assert!(server.requests().is_empty());
}
