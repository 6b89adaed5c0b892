//! What inline completions cost, by the same budget as jobs.

use serde_json::json;

use super::cloud;
use crate::inline_completion::{CODE, complete};
use crate::support::model_server::ModelServer;

#[tokio::test]
async fn past_the_budget_completions_say_so_once_too() {
    let server = ModelServer::start([]).await;
    let chat = json!({
        "budget": {"usd_per_day": 0.0}, "models": {"deep": {"fim": "chat"}}, "routes": {"complete": ["deep", "builtin"]},
    });
    let engine = cloud(&server.url(), &chat);
    for first in [true, false] {
        let completion = complete(&engine, CODE).await;
        assert_eq!(completion.attempts[0].outcome, "no_route", "{completion:?}");
        let said: Vec<bool> = completion.warnings.iter().map(|said| said.contains("go on with what is free")).collect();
        assert_eq!(said, if first { [true].as_slice() } else { &[] }, "{completion:?}");
    }
    assert_eq!(server.requests().len(), 0);
}
