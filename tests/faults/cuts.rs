//! An answer that is cut, at each of its bytes in turn, where nothing but the answer itself shows that it is: it becomes the whole
//! edit or none.

use futures_util::future::join_all;
use graft_ls::actions::ActionId;
use graft_ls::engine::{Change, Suggested, Task};
use graft_ls::syntax::{Document, Language};
use serde_json::json;

use super::Fault;
use super::servers::KINDS;
use crate::inline_completion::{CODE, complete, one, serving};
use crate::model::answers::whole_from;
use crate::routing::engine;
use crate::support::model_server::{BodyFraming, ModelServer, Reply, Script};

pub(super) static EVERYWHERE: Fault = Fault {
    fault: "it ends an answer early, at any byte",
    happens: "the whole edit if the protocol's last event came, else none",
    seen: "the answer of here broke off (…); try again",
};

pub(super) static COMPLETION: Fault =
    Fault { fault: "it ends a completion early, at any byte", happens: "the whole completion or none", seen: "" };

const BEFORE: &str = "fn a() {}\n";
const AFTER: &str = "/// A.\nfn a() {}\n";
/// So many connections at a time.
const AT_ONCE: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_at_any_byte_is_the_edit_or_none() {
    // llama.cpp speaks as OpenAI does.
    for (kind, path) in KINDS.into_iter().filter(|(kind, _)| *kind != "llamacpp") {
        let reply = Reply::text(AFTER).framing(BodyFraming::UntilClose);
        let body = reply.body_for(path);
        let whole = whole_from(kind, &body, BodyFraming::UntilClose);
        // The request says where its answer ends.
        let server = ModelServer::start(Script::by(move |_, request| {
            let said = request.body["messages"].to_string();
            let (_, rest) = said.split_once("cut at ").unwrap();
            reply.clone().cut_at(rest.split('.').next().unwrap().parse().unwrap())
        }))
        .await;
        let offsets: Vec<usize> = (0..=body.len()).collect();
        for offsets in offsets.chunks(AT_ONCE) {
            join_all(offsets.iter().map(|&offset| at(kind, server.url(), offset, whole))).await;
        }
    }
}

async fn at(kind: &'static str, url: String, offset: usize, whole: usize) {
    let engine = engine(&json!({"providers": {"here": {"kind": kind, "base_url": url}},
        "models": {"quick": {"provider": "here", "model": "asked"}}, "routes": {"default": "quick"}}));
    let document = Document::new(Language::by_id("rust").unwrap(), BEFORE, None);
    let task =
        Task { instruction: Some(format!("cut at {offset}.")), ..Task::new("t", ActionId::Refactor, document, 4..4) };
    match engine.execute(&task, &mut |_| ()).await.result {
        Ok(Change::Edit { edit, .. }) => {
            assert_eq!(edit.new_text(), AFTER, "{kind} cut at {offset}");
            assert!(offset >= whole, "{kind}: an edit from an answer cut at {offset} of {whole}");
        }
        Ok(Change::Nothing { message }) => panic!("{kind} cut at {offset}: {message}"),
        Err(failure) => {
            EVERYWHERE.is_seen_in(failure.message.strip_prefix("quick: ").unwrap());
            assert!(offset < whole, "{kind} cut at {offset} of {whole}: {}", failure.message);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_completion_cut_at_any_byte_is_whole_or_none() {
    const FILLS: &[&str] = &["completion", "insert"];
    for (kind, model, path) in [
        ("ollama", "qwen2.5-coder:7b", "/api/generate"),
        ("llamacpp", "default", "/infill"),
        ("openai", "qwen2.5-coder", "/v1/completions"),
        ("mistral", "codestral-latest", "/v1/fim/completions"),
    ] {
        let reply = Reply::text("a.max(b)").model("m").framing(BodyFraming::UntilClose);
        let body = reply.body_for(path);
        let offsets: Vec<usize> = (0..=body.len()).collect();
        let mut whole = 0;
        for offsets in offsets.chunks(AT_ONCE) {
            let reply = &reply;
            let cut = |&offset: &usize| async move {
                let server = ModelServer::start(serving(FILLS, reply.clone().cut_at(offset))).await;
                let engine = one(&server, kind, model, &json!({}));
                match complete(&engine, CODE).await.result {
                    Ok(Suggested::Text(suggestions)) => {
                        assert_eq!(suggestions.best.text, "a.max(b)", "{kind} cut at {offset}");
                        1
                    }
                    Ok(Suggested::Nothing(why)) => panic!("{kind} cut at {offset}: {why}"),
                    Err(_) => 0,
                }
            };
            whole += join_all(offsets.iter().map(cut)).await.iter().sum::<usize>();
        }
        assert!(whole > 0, "{kind}: the whole answer is no completion");
    }
}
