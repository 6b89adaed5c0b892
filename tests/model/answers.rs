//! Whole answers, however they are cut into pieces; and no answer from a stream that was cut short.

use graft_ls::model::{Answer, ErrorClass, Event, Finish, Models, Usage};
use proptest::prelude::*;
use serde_json::json;

use super::{KINDS, ask, ask_with, model_of};
use crate::support::model_server::{BodyFraming, ModelServer, Reply, Script};

const TEXT: &str = "fn größe() -> usize {\n    \"😀\".len()\n}\n";

#[tokio::test]
async fn every_protocol_gives_the_text_the_end_and_the_usage() {
    for (kind, path) in KINDS {
        let server = ModelServer::start([Reply::text(TEXT).model("served:7b").usage(123, 45)]).await;
        let (answer, events) = ask_with(&Models::new(), &model_of(kind, &server)).await;
        let expected = Answer {
            text: TEXT.to_owned(),
            finish: Finish::Stop,
            usage: Usage { input_tokens: 123, output_tokens: 45, ..Usage::default() },
            model: "served:7b".to_owned(),
        };
        assert_eq!(answer.unwrap(), expected, "{kind}");
        assert_eq!(events[0], Event::FirstToken, "{kind}");
        let streamed: String = events
            .iter()
            .filter_map(|event| if let Event::Text(text) = event { Some(text.as_str()) } else { None })
            .collect();
        assert_eq!(streamed, TEXT, "{kind}");
        assert_eq!(server.request(0).await.path, path);
    }
}

#[tokio::test]
async fn what_the_server_still_had_is_counted_apart() {
    for (kind, _) in [KINDS[1], KINDS[2]] {
        let server = ModelServer::start([Reply::text(TEXT).usage(123, 45).cached(100)]).await;
        let usage = ask(&model_of(kind, &server)).await.unwrap().usage;
        let expected = Usage { input_tokens: 123, cached_tokens: 100, output_tokens: 45, ..Usage::default() };
        assert_eq!(usage, expected, "{kind}");
    }
}

#[tokio::test]
async fn tokens_that_no_server_counts_are_estimated_and_marked() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::text(TEXT).thinking("eight by").uncounted()]).await;
        let usage = ask(&model_of(kind, &server)).await.unwrap().usage;
        let output_tokens = (TEXT.len() as u64 + 8).div_ceil(4);
        let input_tokens = super::prompt().estimated_tokens();
        assert_eq!(usage, Usage { input_tokens, output_tokens, estimated: true, ..Usage::default() }, "{kind}");
    }
}

#[tokio::test]
async fn a_count_that_cannot_be_is_none() {
    // Messages have a first count beside the last one.
    for (kind, _) in [KINDS[0], KINDS[1]] {
        let server =
            ModelServer::start([Reply::text(TEXT).usage(u64::MAX, u64::MAX), Reply::text(TEXT).usage(0, 0)]).await;
        for _ in 0..2 {
            let usage = ask(&model_of(kind, &server)).await.unwrap().usage;
            let expected = (super::prompt().estimated_tokens(), (TEXT.len() as u64).div_ceil(4), true);
            assert_eq!((usage.input_tokens, usage.output_tokens, usage.estimated), expected, "{kind}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_took_what_came_of_it() {
    for (kind, path) in KINDS {
        let body = Reply::text(TEXT).body_for(path);
        let within = body.len() - 200;
        let server = ModelServer::start([Reply::text(TEXT).cut_at(within), Reply::error(500, json!({}))]).await;
        let model = model_of(kind, &server);
        let usage = ask(&model).await.unwrap_err().usage;
        assert!(usage.estimated && usage.input_tokens > 0 && usage.output_tokens > 0, "{kind}: {usage:?}");
        assert_eq!(ask(&model).await.unwrap_err().usage, Usage::default(), "{kind}");
    }
}

#[tokio::test]
async fn reasoning_is_told_and_never_in_the_text() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::text("answer").thinking("let me think")]).await;
        let (answer, events) = ask_with(&Models::new(), &model_of(kind, &server)).await;
        assert_eq!(answer.unwrap().text, "answer", "{kind}");
        assert_eq!(events[..2], [Event::FirstToken, Event::Thinking], "{kind}");
    }
}

#[tokio::test]
async fn the_reason_for_stopping_is_told() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([
            Reply::text("cut off").finish("length"),
            Reply::text("").finish("refusal"),
            Reply::text("").finish("odd"),
        ])
        .await;
        let model = model_of(kind, &server);
        assert_eq!(ask(&model).await.unwrap().finish, Finish::Length, "{kind}");
        let refused = ask(&model).await.unwrap().finish;
        match kind {
            "ollama" => assert_eq!(refused, Finish::Unknown),
            "openai" => assert_eq!(refused, Finish::Refused("content_filter".to_owned())),
            _ => assert_eq!(refused, Finish::Refused("refusal".to_owned())),
        }
        assert_eq!(ask(&model).await.unwrap().finish, Finish::Unknown, "{kind}");
    }
}

#[tokio::test]
async fn an_empty_answer_is_an_answer() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::text("")]).await;
        let (answer, events) = ask_with(&Models::new(), &model_of(kind, &server)).await;
        assert_eq!((answer.unwrap().text.as_str(), events.len()), ("", 0), "{kind}");
    }
}

#[tokio::test]
async fn any_chunking_gives_the_same_answer() {
    for (kind, _) in KINDS {
        let replies = (1..40).map(|bytes| Reply::text(TEXT).thinking("hm…").split_every(bytes));
        let server = ModelServer::start(replies.collect::<Vec<_>>()).await;
        let model = model_of(kind, &server);
        let models = Models::new();
        let (first, first_events) = ask_with(&models, &model).await;
        for bytes in 2..40 {
            let (answer, events) = ask_with(&models, &model).await;
            assert_eq!((&answer, &events), (&first, &first_events), "{kind} in pieces of {bytes} bytes");
        }
        assert_eq!(first.unwrap().text, TEXT);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_text_survives_any_splits(text in "[a-z{}\"\\\\\n\r\té😀\u{2028}]{0,40}", cuts in prop::collection::vec(0_usize..1500, 0..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for (kind, _) in KINDS {
                for framing in [BodyFraming::Chunked, BodyFraming::UntilClose, BodyFraming::Length] {
                    let server = ModelServer::start([Reply::text(&text).framing(framing).split_at(cuts.clone())]).await;
                    assert_eq!(ask(&model_of(kind, &server)).await.unwrap().text, text, "{kind}");
                }
            }
        });
    }
}

/// The offset up to which a body says nothing whole: what follows is the end of its line, or `[DONE]`.
pub(crate) fn whole_from(kind: &str, body: &[u8], framing: BodyFraming) -> usize {
    let text = std::str::from_utf8(body).unwrap();
    match (framing, kind) {
        (BodyFraming::Chunked, _) => body.len(),
        // A proper end after the reason for finishing is the end, also without `[DONE]`.
        (_, "openai") => text.find("\"finish_reason\":\"stop\"}]}").unwrap() + "\"finish_reason\":\"stop\"}]}".len(),
        _ => text.trim_end().len(),
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_at_any_byte_is_never_an_answer() {
    for (kind, path) in KINDS {
        for framing in [BodyFraming::Chunked, BodyFraming::UntilClose] {
            let reply = Reply::text("ab").framing(framing);
            let body = reply.body_for(path);
            let whole = whole_from(kind, &body, framing);
            let server = ModelServer::start(Script::by(move |n, _| reply.clone().cut_at(n))).await;
            let model = model_of(kind, &server);
            let models = Models::new();
            for offset in 0..=body.len() {
                let answer = ask_with(&models, &model).await.0;
                match offset < whole {
                    true => assert_eq!(answer.unwrap_err().class, ErrorClass::Truncated, "{kind} cut at {offset}"),
                    false => assert_eq!(answer.unwrap().text, "ab", "{kind} cut at {offset}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_reset_connection_is_a_truncated_answer() {
    for (kind, path) in KINDS {
        let middle = Reply::text(TEXT).body_for(path).len() / 2;
        let server = ModelServer::start([Reply::text(TEXT).reset_at(middle)]).await;
        let error = ask(&model_of(kind, &server)).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Truncated, "{kind}: {error}");
        assert!(error.message.starts_with("the answer of p broke off ("), "{error}");
    }
}

#[tokio::test]
async fn servers_that_crash_under_a_status_of_200_give_no_answer() {
    let sse = |body: &str| Reply::bytes("text/event-stream", body);
    let ndjson = |body: &str| Reply::bytes("application/x-ndjson", body);
    let cases = [
        // Ollama's runner died: what each of its faces then sends.
        (
            "openai",
            sse("data: {\"model\":\"\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n"),
            ErrorClass::Truncated,
        ),
        (
            "anthropic",
            sse("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"m\"}}\n\n"),
            ErrorClass::Truncated,
        ),
        (
            "ollama",
            ndjson(
                "{\"message\":{\"content\":\"fn\"},\"done\":false}\n{\"error\":\"an error was encountered while running the model: unexpected EOF\"}\n",
            ),
            ErrorClass::Truncated,
        ),
        // Its guard against repetition.
        ("ollama", ndjson("{\"message\":{\"content\":\"a a a\"},\"done\":false}\n"), ErrorClass::Truncated),
        (
            "openai",
            sse("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: [DONE]\n\n"),
            ErrorClass::Truncated,
        ),
        ("openai", sse(""), ErrorClass::Truncated),
        (
            "anthropic",
            sse(
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
            ),
            ErrorClass::Overloaded,
        ),
        (
            "openai",
            sse("data: {\"error\":{\"message\":\"CUDA out of memory\",\"code\":500}}\n\n"),
            ErrorClass::OutOfMemory,
        ),
        (
            "openai",
            Reply::bytes("application/json", "{\"error\":{\"message\":\"model 'asked' not found\"}}"),
            ErrorClass::ModelMissing,
        ),
        ("openai", Reply::bytes("text/html", "<html><title>Sign in</title>"), ErrorClass::BadAnswer),
        ("ollama", Reply::bytes("text/html", "<html>\n<title>Sign in</title>"), ErrorClass::BadAnswer),
        ("anthropic", sse("data: pardon?\n\n"), ErrorClass::BadAnswer),
        (
            "openai",
            sse("data: {\"choices\":[{\"delta\":{\"content\":\"\u{fffd}\"}}]}\n\n").split_every(3),
            ErrorClass::Truncated,
        ),
        (
            "ollama",
            Reply::bytes("application/x-ndjson", b"{\"message\":{\"content\":\"\xff\xfe\"},\"done\":false}\n".to_vec()),
            ErrorClass::BadAnswer,
        ),
    ];
    for (kind, reply, class) in cases {
        let server = ModelServer::start([reply]).await;
        let error = ask(&model_of(kind, &server)).await.unwrap_err();
        assert_eq!(error.class, class, "{kind}: {error}");
        assert_eq!(server.requests().len(), 1, "{kind}: {error}");
    }
}

#[tokio::test]
async fn a_last_event_without_its_blank_line_counts() {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\r\n\r\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]";
    let server = ModelServer::start([Reply::bytes("text/event-stream", body)]).await;
    let answer = ask(&model_of("openai", &server)).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.model.as_str()), ("x", "asked"));
}

#[tokio::test]
async fn content_in_typed_parts_is_read_by_type() {
    let part = |content: serde_json::Value| {
        format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": content } }] }))
    };
    let body = part(json!([{ "type": "thinking", "thinking": [{ "type": "text", "text": "hm" }] }]))
        + &part(json!([{ "type": "text", "text": "x" }]))
        + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
    let server = ModelServer::start([Reply::bytes("text/event-stream", body)]).await;
    let answer = ask(&model_of("mistral", &server)).await.unwrap();
    assert_eq!(
        (answer.text.as_str(), answer.usage),
        ("x", Usage { input_tokens: 3, output_tokens: 2, ..Usage::default() })
    );
}

#[tokio::test]
async fn an_endless_line_is_an_error_and_closes_the_connection() {
    for (kind, _) in KINDS {
        let server = ModelServer::start([Reply::bytes("text/plain", vec![b'x'; 5 << 20]).hang_at(5 << 20)]).await;
        let error = ask(&model_of(kind, &server)).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::BadAnswer, "{kind}: {error}");
        assert!(error.message.contains("a line of more than 4 MiB"), "{error}");
        server.closed(0).await;
    }
}
