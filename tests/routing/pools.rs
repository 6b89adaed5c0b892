//! Several servers behind one provider.

use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::{answering, engine, good, is_edit, run, steps};
use crate::support::model_server::{Gate, ModelServer, Reply, Script, nowhere};

fn pool(urls: &[String], settings: Value) -> Engine {
    let mut provider = json!({"kind": "openai", "base_urls": urls, "first_token_timeout_s": 20, "parallel": 1});
    provider.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    engine(&json!({
        "providers": {"boxes": provider}, "models": {"quick": {"provider": "boxes", "model": "small"}},
        "routes": {"default": "quick"},
    }))
}

#[tokio::test]
async fn jobs_are_shared_out_and_the_one_too_many_waits_for_the_first_that_is_free() {
    let gates = [Gate::shut(), Gate::shut()];
    let mut servers = Vec::new();
    for gate in &gates {
        servers.push(ModelServer::start(Script::always(good().hold(gate))).await);
    }
    let urls: Vec<String> = servers.iter().map(ModelServer::url).collect();
    let engine = pool(&urls, json!({}));
    let jobs: Vec<_> = (0..3)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { run(&engine, None).await })
        })
        .collect();
    for server in &servers {
        server.request(0).await;
    }
    gates[1].open();
    servers[1].request(1).await;
    assert_eq!(servers[0].requests().len(), 1);
    gates[0].open();
    for job in jobs {
        assert!(is_edit(&job.await.unwrap().0));
    }
}

#[tokio::test]
async fn one_after_the_other_the_same_prompt_goes_to_the_same_server() {
    let servers = [answering().await, answering().await, answering().await];
    let urls: Vec<String> = servers.iter().map(ModelServer::url).collect();
    let engine = pool(&urls, json!({}));
    for _ in 0..4 {
        assert!(is_edit(&run(&engine, None).await.0));
    }
    assert_eq!(servers.map(|server| server.requests().len()), [4, 0, 0]);
}

#[tokio::test]
async fn a_sick_server_s_jobs_go_to_the_next_and_then_it_rests() {
    for sick in [None, Some(Reply::hang_up()), Some(Reply::error(503, json!({"error": "Loading model"})))] {
        let broken = match sick {
            Some(reply) => Some(ModelServer::start(Script::always(reply)).await),
            None => None,
        };
        let well = answering().await;
        let url = broken.as_ref().map_or_else(nowhere, ModelServer::url);
        let engine = pool(&[url, well.url()], json!({}));
        let (outcome, seen) = run(&engine, None).await;
        assert_eq!(steps(&outcome), [("quick", "provider"), ("quick", "edit")]);
        assert!(!seen.last().unwrap().after.is_empty());
        let asked = broken.as_ref().map_or(0, |server| server.requests().len());
        assert_eq!(steps(&run(&engine, None).await.0), [("quick", "edit")]);
        assert_eq!(broken.as_ref().map_or(0, |server| server.requests().len()), asked, "it was not left alone");
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_again_only_where_no_other_will_do() {
    let busy = || Script::always(Reply::error(429, json!({"error": "slow down"})).header("retry-after", "0"));
    let servers = [ModelServer::start(busy()).await, ModelServer::start(busy()).await];
    let engine = pool(&[servers[0].url(), servers[1].url()], json!({}));
    assert_eq!(steps(&run(&engine, None).await.0), [("quick", "provider"), ("quick", "provider")]);
    assert_eq!(servers.map(|server| server.requests().len()), [1, 3]);
}

#[tokio::test]
async fn a_request_that_is_at_fault_is_not_tried_everywhere() {
    let refusal = Reply::error(404, json!({"error": {"message": "The model `small` does not exist."}}));
    let servers = [ModelServer::start([refusal]).await, answering().await];
    let engine = pool(&[servers[0].url(), servers[1].url()], json!({}));
    assert_eq!(steps(&run(&engine, None).await.0), [("quick", "provider")]);
    assert_eq!(servers[1].requests().len(), 0);
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_elsewhere() {
    let half = good().body_for("/v1/chat/completions").len() / 2;
    let servers = [ModelServer::start([good().cut_at(half)]).await, answering().await];
    let engine = pool(&[servers[0].url(), servers[1].url()], json!({}));
    assert_eq!(steps(&run(&engine, None).await.0), [("quick", "truncated")]);
    assert_eq!(servers[1].requests().len(), 0);
}
