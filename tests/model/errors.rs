//! What servers say when they cannot answer, and what is made of it. The table is `tests/model/cases/errors.json`.

use graft_ls::model::ErrorClass;
use serde_json::{Value, json};

use super::{ask, configured};
use crate::support::model_server::{ModelServer, Reply, Script};

const CASES: &str = include_str!("../model/cases/errors.json");

#[tokio::test]
async fn every_known_error_has_its_class_and_its_sentence() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    for case in &cases {
        let (kind, class) = (case["kind"].as_str().unwrap(), case["class"].as_str().unwrap());
        let body = case["body"].as_str().map_or_else(|| case["body"].to_string(), str::to_owned);
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let mut reply = Reply::bytes("application/json", body).status(status);
        // Too long to wait for: each case is about the one answer.
        for (name, value) in case["headers"].as_object().into_iter().flatten() {
            reply = reply.header(name, value.as_str().unwrap());
        }
        let server = ModelServer::start(Script::always(reply)).await;
        let model = configured(kind, &server.url(), json!({ "first_token_timeout_s": 0.4 }), json!({}));
        let error = ask(&model).await.unwrap_err();
        assert_eq!(format!("{:?}", error.class), class, "{case}\n{error}");
        assert_eq!(error.status, Some(status), "{case}");
        for says in case["says"].as_array().unwrap() {
            assert!(error.message.contains(says.as_str().unwrap()), "{case}\n{error}");
        }
        let retried = server.requests().len() > 1;
        assert!(!retried || error.class == ErrorClass::Overloaded, "{case}");
    }
}

#[test]
fn the_table_holds_every_class_that_a_status_can_mean() {
    for class in [
        "Loading",
        "ModelMissing",
        "ContextOverflow",
        "Unsupported",
        "OutOfMemory",
        "Overloaded",
        "SpendCap",
        "Auth",
        "Refused",
        "Timeout",
        "BadAnswer",
        "BadRequest",
    ] {
        assert!(CASES.contains(&format!("\"class\": \"{class}\"")), "{class}");
    }
}
