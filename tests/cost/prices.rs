//! What a result says of its cost.

use graft_ls::engine::{Outcome, Report};
use serde_json::{Value, json};

use super::cloud;
use crate::routing::{good, prose, run};
use crate::support::model_server::ModelServer;

fn report(outcome: &Outcome) -> Value {
    serde_json::to_value(Report::new(outcome, "add.rs", None)).unwrap()
}

#[tokio::test]
async fn every_attempt_is_paid_for_and_the_sum_is_told() {
    let server = ModelServer::start([prose().usage(1000, 100), good().usage(3000, 500).cached(1000)]).await;
    let (outcome, _) = run(&cloud(&server.url(), &json!({})), None).await;
    let report = report(&outcome);
    assert_eq!((&report["success"], &report["cost_usd"]), (&json!(true), &json!(0.0121)), "{report}");
    assert_eq!(report["attempts"][0]["cost_usd"], json!(0.003));
    assert_eq!(report["attempts"][1]["cost_usd"], json!(0.0091));
    assert_eq!(report["usage"], json!({"input_tokens": 4000, "output_tokens": 600}));
    assert_eq!(outcome.cost_words(), "$0.012");
}

#[tokio::test]
async fn the_user_s_price_counts_before_the_list_and_one_s_own_models_cost_nothing() {
    let server = ModelServer::start(vec![good().usage(1000, 100).cached(500); 3]).await;
    let cost = async |more: Value| {
        let outcome = run(&cloud(&server.url(), &more), None).await.0;
        (report(&outcome)["cost_usd"].clone(), outcome.cost_words())
    };
    let price = json!({"models": {"deep": {"price": {"input": 30, "output": 100}}}});
    assert_eq!(cost(price).await, (json!(0.04), "$0.040".to_owned()));
    assert_eq!(cost(json!({"providers": {"cloud": {"privacy": "mine"}}})).await, (json!(0.0), String::new()));
    let unknown = json!({"models": {"deep": {"model": "claude-sonnet-5-6"}}});
    assert_eq!(cost(unknown).await, (Value::Null, "at a price that is not known".to_owned()));
}

#[tokio::test]
async fn estimates_are_marked_and_called_so() {
    let server = ModelServer::start([good().uncounted()]).await;
    let (outcome, _) = run(&cloud(&server.url(), &json!({})), None).await;
    let report = report(&outcome);
    assert_eq!((&report["usage"]["estimated"], &report["attempts"][0]["estimated"]), (&json!(true), &json!(true)));
    assert!(report["cost_usd"].as_f64().unwrap() > 0.0 && outcome.cost_words().starts_with("about $0.00"), "{report}");
}

#[tokio::test]
async fn what_broke_off_is_paid_for_and_what_was_never_answered_is_not() {
    let within = good().body_for("/v1/messages").len() - 200;
    let server = ModelServer::start([good().cut_at(within)]).await;
    let (outcome, _) = run(&cloud(&server.url(), &json!({})), Some("deep")).await;
    let broken = report(&outcome);
    assert_eq!((&broken["reason"]["code"], &broken["usage"]["estimated"]), (&json!("truncated"), &json!(true)));
    assert!(broken["cost_usd"].as_f64().unwrap() > 0.0, "{broken}");
    let (outcome, _) = run(&cloud("http://127.0.0.1:9", &json!({})), None).await;
    assert_eq!(report(&outcome)["cost_usd"], json!(0.0));
    let unpriced = json!({"models": {"deep": {"model": "unheard-of"}}});
    let (outcome, _) = run(&cloud("http://127.0.0.1:9", &unpriced), None).await;
    assert_eq!(report(&outcome)["cost_usd"], json!(0.0));
}
