//! Time: limits, retries before an answer begins, servers that load, and callers that leave.

use std::time::Duration;

use graft_ls::model::{ErrorClass, Event, Models};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{KINDS, ask, ask_with, configured, model_of, prompt};
use crate::support::model_server::{Gate, ModelServer, OllamaModel, Reply, Script, nowhere};

/// Comes in two pieces.
const TEXT: &str = "abcdefghijkl";

/// The offset in the body of [`TEXT`] that has the first piece and not the second.
fn within_text(path: &str) -> usize {
    String::from_utf8(Reply::text(TEXT).body_for(path)).unwrap().find("ghijkl").unwrap()
}

fn loading() -> Reply {
    Reply::error(503, json!({ "error": { "message": "Loading model", "type": "unavailable_error", "code": 503 } }))
}

fn too_many() -> Reply {
    Reply::error(
        429,
        json!({ "error": { "message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded" } }),
    )
}

#[tokio::test]
async fn leaving_closes_the_connection_before_and_within_an_answer() {
    for (kind, path) in KINDS {
        let middle = within_text(path);
        let server = ModelServer::start([Reply::silence(), Reply::text(TEXT).hang_at(middle)]).await;
        let model = model_of(kind, &server);
        for n in 0..2 {
            let (model, (sender, mut events)) = (model.clone(), mpsc::unbounded_channel());
            let asking = tokio::spawn(async move {
                Models::new().ask(&model, &prompt(), 64, &mut |event| drop(sender.send(event))).await
            });
            server.request(n).await;
            if n == 1 {
                assert_eq!(events.recv().await, Some(Event::FirstToken), "{kind}");
            }
            asking.abort();
            server.closed(n).await;
        }
    }
}

#[tokio::test]
async fn the_text_streams_while_the_server_still_writes() {
    for (kind, path) in KINDS {
        let gate = Gate::shut();
        let middle = within_text(path);
        let server = ModelServer::start([Reply::text(TEXT).hold_at(middle, &gate)]).await;
        let mut texts = 0;
        let mut on_event = |event| {
            texts += usize::from(matches!(event, Event::Text(_)));
            gate.open();
        };
        let answer = Models::new().ask(&model_of(kind, &server), &prompt(), 64, &mut on_event).await;
        assert_eq!(answer.unwrap().text, TEXT, "{kind}");
        assert!(texts >= 2, "{kind}");
    }
}

#[tokio::test]
async fn each_limit_has_its_sentence() {
    let comments = Reply::bytes("text/event-stream", ": ping\n\n: ping\n\n").hang_at(16);
    let half = within_text("/v1/chat/completions");
    let body = Reply::text(TEXT).body_for("/v1/chat/completions");
    let role = String::from_utf8(body).unwrap().find("\n\n").unwrap() + 2;
    let cases = [
        (Reply::silence(), "first_token_timeout_s", "no first token from p within 0.05 s; "),
        // A server that only says that it lives has not begun.
        (comments, "first_token_timeout_s", "no first token from p within 0.05 s; "),
        // Nor has one that has only said who answers.
        (Reply::text(TEXT).hang_at(role), "first_token_timeout_s", "no first token from p within 0.05 s; "),
        (Reply::text(TEXT).hang_at(half), "idle_timeout_s", "no further token from p within 0.05 s; "),
        (Reply::text(TEXT).hang_at(half), "total_timeout_s", "no complete answer from p within 0.05 s; "),
        (
            Reply::error(500, json!({"error": "half of it"})).hang_at(5),
            "total_timeout_s",
            "no complete answer from p within 0.05 s; ",
        ),
    ];
    for (reply, setting, expected) in cases {
        let server = ModelServer::start([reply]).await;
        let model = configured("openai", &server.url(), json!({ setting: 0.05 }), json!({}));
        let error = ask(&model).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Timeout, "{error}");
        assert_eq!(error.message, format!("{expected}try again, or raise providers.p.{setting}"));
        server.closed(0).await;
    }
}

#[tokio::test]
async fn a_model_that_is_loading_is_waited_for() {
    let server = ModelServer::start([loading(), Reply::text("done")]).await;
    let (answer, events) = ask_with(&Models::new(), &model_of("llamacpp", &server)).await;
    assert_eq!(answer.unwrap().text, "done");
    assert_eq!(events, [Event::Loading, Event::FirstToken, Event::Text("done".to_owned())]);
}

#[tokio::test]
async fn a_model_that_keeps_loading_is_an_error_within_the_first_tokens_time() {
    let server = ModelServer::start([loading()]).await;
    let model = configured("llamacpp", &server.url(), json!({ "first_token_timeout_s": 0.3 }), json!({}));
    let error = ask(&model).await.unwrap_err();
    assert_eq!((error.class, error.status), (ErrorClass::Loading, Some(503)));
    assert!(error.message.contains("still loading `asked` (it said: Loading model)"), "{error}");
}

#[tokio::test]
async fn an_overloaded_server_is_asked_again_when_it_says_so() {
    let server = ModelServer::start([
        too_many().header("retry-after", "0"),
        Reply::error(529, json!({})).header("retry-after-ms", "1"),
        Reply::text("done"),
    ])
    .await;
    assert_eq!(ask(&model_of("openai", &server)).await.unwrap().text, "done");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn an_overloaded_server_is_asked_three_times_at_most() {
    let server = ModelServer::start(Script::always(too_many().header("retry-after", "0"))).await;
    let error = ask(&model_of("openai", &server)).await.unwrap_err();
    assert_eq!((error.class, error.status, server.requests().len()), (ErrorClass::Overloaded, Some(429), 3));
}

#[tokio::test]
async fn a_wait_longer_than_the_first_tokens_time_is_left_to_the_caller() {
    let server = ModelServer::start([too_many().header("retry-after", "3600")]).await;
    let error = ask(&model_of("openai", &server)).await.unwrap_err();
    assert_eq!((error.class, error.retry_after), (ErrorClass::Overloaded, Some(Duration::from_secs(3600))));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_dies_unanswered_is_tried_once_more() {
    let server = ModelServer::start([Reply::hang_up(), Reply::text("done"), Reply::hang_up(), Reply::hang_up()]).await;
    let model = model_of("ollama", &server);
    assert_eq!(ask(&model).await.unwrap().text, "done");
    assert_eq!(ask(&model).await.unwrap_err().class, ErrorClass::Unreachable);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn nothing_is_sent_again_once_an_answer_has_begun() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::text(TEXT).cut_at(0)]).await;
        assert_eq!(ask(&model_of(kind, &server)).await.unwrap_err().class, ErrorClass::Truncated);
        assert_eq!(server.requests().len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable_and_named() {
    let address = nowhere();
    let model = configured("ollama", &address, json!({}), json!({}));
    let error = ask(&model).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unreachable);
    let expected = format!("cannot reach p at {address} (");
    assert!(
        error.message.starts_with(&expected) && error.message.ends_with("); start it or correct providers.p.base_url"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_key_along() {
    for status in [301, 302, 307, 308] {
        let elsewhere = ModelServer::start(Script::always(Reply::text("caught"))).await;
        let location = format!("{}/v1/chat/completions?secret=1", elsewhere.url());
        let server = ModelServer::start([Reply::error(status, Value::Null).header("location", &location)]).await;
        let model = configured("openai", &server.url(), json!({ "api_key": { "env": "CARGO_PKG_NAME" } }), json!({}));
        let error = ask(&model).await.unwrap_err();
        assert!(error.message.contains(&format!("a redirect to host 127.0.0.1:{},", elsewhere.port())), "{error}");
        assert!(!error.message.contains("secret"), "{error}");
        assert_eq!((error.status, elsewhere.requests().len()), (Some(status), 0));
    }
}

#[tokio::test]
async fn an_ollama_that_refuses_think_is_told_once() {
    let script = Script::ollama(OllamaModel { refuses_think: true, ..OllamaModel::new("asked", "done") });
    let server = ModelServer::start(script).await;
    let (models, model) = (Models::new(), model_of("ollama", &server));
    for _ in 0..2 {
        assert_eq!(ask_with(&models, &model).await.0.unwrap().text, "done");
    }
    let think: Vec<Value> = server.requests().iter().map(|request| request.body["think"].clone()).collect();
    assert_eq!(think, [json!(false), Value::Null, Value::Null]);
}

#[tokio::test]
async fn an_ollama_loads_once_and_never_cuts_the_prompt_in_silence() {
    let server = ModelServer::start(Script::ollama(OllamaModel::new("asked", "done"))).await;
    let model = configured("ollama", &server.url(), json!({}), json!({ "context": 256 }));
    let models = Models::new();
    assert_eq!(ask_with(&models, &model).await.0.unwrap().text, "done");
    let mut long = prompt();
    long.turns[0].text = "word ".repeat(1000);
    let error = models.ask(&model, &long, 64, &mut |_| {}).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::ContextOverflow);
    assert!(
        error.message.contains("exceeds the available context size (256 tokens)")
            && error.message.ends_with("or raise models.m.context"),
        "{error}"
    );
    assert_eq!(server.ollama_loads(), 1);
}
