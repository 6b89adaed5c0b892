//! Every kind of failure in the words of every protocol: its class, whether it is asked again, the next step that it names,
//! and that the chain goes on. The table is `tests/model/cases/classes.json`.

use futures_util::future::join_all;
use graft_ls::engine::Trouble;
use graft_ls::model::ErrorClass;
use serde_json::{Value, json};

use crate::routing::{good, is_edit, run, steps, two};
use crate::support::model_server::{ModelServer, Reply, Script, nowhere};

const CASES: &str = include_str!("../model/cases/classes.json");
const KINDS: [&str; 3] = ["ollama", "openai", "anthropic"];

/// An error as a server of that kind sends it.
fn body(kind: &str, said: &str, code: Option<&str>) -> Value {
    match kind {
        "ollama" => json!({"error": said}),
        "openai" => json!({"error": {"message": said, "type": code, "param": null, "code": code}}),
        _ => {
            json!({"type": "error", "error": {"type": code.unwrap_or("api_error"), "message": said}, "request_id": "r"})
        }
    }
}

/// What a chain of `kind` and of one that answers comes to.
struct Chain {
    attempts: Vec<(String, String)>,
    class: Option<ErrorClass>,
    message: String,
    requests: usize,
    edited: bool,
}

async fn chain(kind: &str, url: &str, first: Option<&ModelServer>, limit: f64) -> Chain {
    let second = ModelServer::start(Script::always(good())).await;
    let provider = json!({"kind": kind, "first_token_timeout_s": limit});
    let (outcome, _) = run(&two(url, &second.url(), provider), None).await;
    let class = match outcome.attempts[0].trouble {
        Some(Trouble::Failed(class)) => Some(class),
        _ => None,
    };
    Chain {
        attempts: steps(&outcome).into_iter().map(|(step, said)| (step.to_owned(), said.to_owned())).collect(),
        class,
        message: outcome.attempts[0].message.clone(),
        requests: first.map_or(0, |server| server.requests().len()),
        edited: is_edit(&outcome),
    }
}

async fn check(case: &Value, kind: &str, said: &str) {
    let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
    let reply = Reply::error(status, body(kind, said, case["code"].as_str())).header("retry-after", "0");
    let first = ModelServer::start(Script::always(reply)).await;
    // A server that loads is waited for as long as the first token may take: once, here.
    let limit = if case["waits"] == true { 0.7 } else { 20.0 };
    let chain = chain(kind, &first.url(), Some(&first), limit).await;
    let context = format!("{kind} {status} {said}: {} {:?}", chain.message, chain.attempts);
    assert_eq!(chain.class.map(|class| format!("{class:?}")).as_deref(), case["class"].as_str(), "{context}");
    assert!(chain.message.ends_with(case["next"].as_str().unwrap()), "{context}");
    // A prompt that does not fit is asked anew with half of it.
    let attempts = usize::try_from(case["attempts"].as_u64().unwrap_or(1)).unwrap();
    assert_eq!(chain.requests, usize::try_from(case["requests"].as_u64().unwrap()).unwrap() * attempts, "{context}");
    let mut expected = vec![("quick".to_owned(), "provider".to_owned()); attempts];
    expected.push(("deep".to_owned(), "edit".to_owned()));
    assert!(chain.edited && chain.attempts == expected, "{context}");
}

#[tokio::test]
async fn every_class_in_every_protocol_is_told_and_leads_on() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    for case in &cases {
        let only = |kind: &str| case["only"].as_array().is_none_or(|kinds| kinds.contains(&json!(kind)));
        let texts = case["said"].as_array().unwrap().iter().map(|said| said.as_str().unwrap());
        let checks = texts.flat_map(|said| KINDS.into_iter().filter(|kind| only(kind)).map(move |kind| (kind, said)));
        join_all(checks.map(|(kind, said)| check(case, kind, said))).await;
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_left_at_once() {
    // It takes connections and speaks no TLS.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tls = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    for kind in KINDS {
        for url in [nowhere(), tls.clone()] {
            let chain = chain(kind, &url, None, 20.0).await;
            assert_eq!(chain.class, Some(ErrorClass::Unreachable), "{url}: {}", chain.message);
            let next = "; start it or correct providers.one.base_url";
            assert!(chain.message.ends_with(next), "{}", chain.message);
            assert!(chain.edited && chain.attempts.len() == 2, "{:?}", chain.attempts);
        }
    }
}

/// What an answer itself says, or how it breaks off.
#[tokio::test]
async fn what_is_no_whole_answer_is_no_edit_and_leads_on() {
    for kind in KINDS {
        let path = match kind {
            "ollama" => "/api/chat",
            "openai" => "/v1/chat/completions",
            _ => "/v1/messages",
        };
        let middle = good().body_for(path).len() / 2;
        let mut replies = vec![
            (good().finish("length"), "truncated", ""),
            (good().cut_at(middle), "truncated", "try again"),
            (good().reset_at(middle), "truncated", "try again"),
        ];
        if kind != "ollama" {
            replies.push((Reply::text("").finish("refusal"), "refusal", ""));
        }
        for (reply, outcome, next) in replies {
            let first = ModelServer::start(Script::always(reply)).await;
            let chain = chain(kind, &first.url(), Some(&first), 20.0).await;
            let expected = [("quick".to_owned(), outcome.to_owned()), ("deep".to_owned(), "edit".to_owned())];
            assert_eq!((chain.attempts.as_slice(), chain.requests), (expected.as_slice(), 1), "{kind} {outcome}");
            assert!(chain.edited && chain.message.ends_with(next), "{kind} {}", chain.message);
        }
    }
}

#[test]
fn the_table_has_a_row_for_every_class_that_words_make() {
    let rows: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let others: Vec<ErrorClass> = ErrorClass::ALL
        .into_iter()
        .filter(|class| !rows.iter().any(|row| row["class"] == format!("{class:?}")))
        .collect();
    // Those have tests of their own, here and in `errors.rs`.
    use ErrorClass::{BadAnswer, BadRequest, Refused, Timeout, Truncated, Unreachable};
    assert_eq!(others, [Unreachable, Truncated, Refused, Timeout, BadAnswer, BadRequest]);
}
