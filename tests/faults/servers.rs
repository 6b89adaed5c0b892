//! Model servers that misbehave, in each protocol, seen from the editor: a message with the next step, no edit, the document as
//! it was, and no wait beyond the limit.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::Fault;
use crate::lsp::edits::{at, from_editor};
use crate::routing::{ADD, good};
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{BodyFraming, Gate, ModelServer, Reply, Script, nowhere};

/// Kinds of provider, and where they are asked.
pub(super) const KINDS: [(&str, &str); 4] = [
    ("ollama", "/api/chat"),
    ("llamacpp", "/v1/chat/completions"),
    ("openai", "/v1/chat/completions"),
    ("anthropic", "/v1/messages"),
];
pub(super) const DOCUMENTED: &str = "/// Adds.\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";
const URI: &str = "file:///w/add.rs";
const NO_EDIT: &str = "no edit, and the connection is closed";
const MEGABYTE: usize = 1 << 20;

/// A fault of a server, and how to make it.
struct Row {
    fault: Fault,
    /// Settings of the provider besides.
    provider: fn() -> Value,
    /// What the server answers to a request on a path.
    reply: fn(&str) -> Reply,
}

const fn row(fault: &'static str, happens: &'static str, seen: &'static str, reply: fn(&str) -> Reply) -> Row {
    Row { fault: Fault { fault, happens, seen }, provider: || json!({}), reply }
}

impl Row {
    const fn with(self, provider: fn() -> Value) -> Row {
        Row { provider, ..self }
    }
}

fn half(path: &str) -> usize {
    good().body_for(path).len() / 2
}

fn said(status: u16) -> Reply {
    Reply::error(status, json!({"error": {"message": "as told", "type": "scripted"}}))
}

/// The answer with its counts replaced.
fn counted(path: &str, input: &str, output: &str) -> Reply {
    let mut body = String::from_utf8(good().body_for(path)).unwrap();
    for key in ["prompt_eval_count", "prompt_tokens", "input_tokens"] {
        body = body.replace(&format!("\"{key}\":11"), &format!("\"{key}\":{input}"));
    }
    for key in ["eval_count", "completion_tokens", "output_tokens"] {
        body = body.replace(&format!("\"{key}\":7"), &format!("\"{key}\":{output}"));
    }
    assert!(body.contains(input) && body.contains(output), "{body}");
    Reply::bytes("text/event-stream", body)
}

/// One piece of an answer, long enough that a hundred megabytes of it are soon read.
fn piece(path: &str) -> String {
    let text = "x".repeat(MEGABYTE);
    match path {
        "/api/chat" => format!("{}\n", json!({"message": {"content": text}, "done": false})),
        "/v1/messages" => {
            let delta = json!({"type": "text_delta", "text": text});
            format!("data: {}\n\n", json!({"type": "content_block_delta", "index": 0, "delta": delta}))
        }
        _ => format!("data: {}\n\n", json!({"choices": [{"delta": {"content": text}}]})),
    }
}

/// The whole answer but for its last event and, where another says why it ended, that one too.
fn without_end(path: &str) -> Reply {
    let body = String::from_utf8(good().body_for(path)).unwrap();
    let end =
        ["\"done\":true", "\"finish_reason\":\"stop\"", "event: message_stop"].iter().find_map(|end| body.find(end));
    let start = body[..end.unwrap()].rfind('\n').map_or(0, |at| at + 1);
    Reply::bytes("text/event-stream", &body[..start])
}

const WHOLE: &str = "the edit";

#[rustfmt::skip]
static ROWS: &[Row] = &[
    row("nobody listens", "no edit", "cannot reach here at http://127.0.0.1:… (…); start it or correct providers.here.base_url", |_| good())
        .with(|| json!({"base_url": nowhere()})),
    row("it takes the request and is silent", NO_EDIT, "no first token from here within 0.2 s; try again, or raise providers.here.first_token_timeout_s", |_| Reply::silence())
        .with(|| json!({"first_token_timeout_s": 0.2})),
    row("it is silent after the header", NO_EDIT, "no first token from here within 0.2 s; try again, or raise providers.here.first_token_timeout_s", |_| good().hang_at(0))
        .with(|| json!({"first_token_timeout_s": 0.2})),
    row("it sends blank lines without end", NO_EDIT, "no first token from here within 0.2 s; try again, or raise providers.here.first_token_timeout_s", |_| Reply::bytes("text/plain", "").flood("\n", 100 * MEGABYTE))
        .with(|| json!({"first_token_timeout_s": 0.2})),
    row("it stops in the middle", NO_EDIT, "no further token from here within 0.2 s; try again, or raise providers.here.idle_timeout_s", |path| good().hang_at(half(path)))
        .with(|| json!({"idle_timeout_s": 0.2})),
    row("it goes on for too long", NO_EDIT, "no complete answer from here within 0.3 s; try again, or raise providers.here.total_timeout_s", |path| good().hang_at(half(path)))
        .with(|| json!({"total_timeout_s": 0.3})),
    row("it sends one byte at a time", WHOLE, "", |_| good().split_every(1)),
    row("it closes the connection unanswered", "asked once more; then no edit", "cannot reach here at http://127.0.0.1:… (…); start it or correct providers.here.base_url", |_| Reply::hang_up()),
    row("it closes the connection in the middle", "no edit", "the answer of here broke off (…); try again", |path| good().cut_at(half(path))),
    row("it resets the connection in the middle", "no edit", "the answer of here broke off (…); try again", |path| good().reset_at(half(path))),
    row("it ends properly, but without its last event", "no edit", "the answer of here broke off (the connection closed before the end of the answer); try again", without_end),
    row("it closes the connection after a proper end", WHOLE, "", |_| good().framing(BodyFraming::UntilClose)),
    row("it says that the answer is a picture", "the edit: the body counts", "", |path| Reply::bytes("image/png", good().body_for(path))),
    row("it answers with a web page", "no edit", "here did not answer as KIND does (it sent: Please sign in); check providers.here.kind and base_url", |_| Reply::bytes("text/html", "<html><title>Please sign in</title></html>\n\n")),
    row("it answers with JSON that is none", "no edit", "here did not answer as KIND does (it sent: {\"message\": {]); check providers.here.kind and base_url", |path| Reply::bytes("text/plain", if path == "/api/chat" { "{\"message\": {]\n" } else { "data: {\"message\": {]\n\n" })),
    row("it answers with bytes that are no UTF-8", "no edit", "here did not answer as KIND does (it sent: …); check providers.here.kind and base_url", |path| Reply::bytes("text/plain", if path == "/api/chat" { &b"{\"response\":\"\xff\xfe\"}\n"[..] } else { b"data: {\"x\":\"\xff\xfe\"}\n\n" })),
    row("it answers with 100 MB in one line", NO_EDIT, "here did not answer as KIND does (it sent: a line of more than 4 MiB); check providers.here.kind and base_url", |_| Reply::bytes("text/plain", "").flood(vec![b'x'; MEGABYTE], 100 * MEGABYTE)),
    row("it answers with 100 MB of text", NO_EDIT, "here did not answer as KIND does (it sent: an answer of more than 16 MiB); check providers.here.kind and base_url", |path| Reply::bytes("text/plain", "").flood(piece(path), 100 * MEGABYTE)),
    row("it explains an error in 100 MB", NO_EDIT, "here failed with `small` (it said: …xxx…); look at its log, or try again", |_| said(500).framing(BodyFraming::Chunked).flood(vec![b'x'; MEGABYTE], 100 * MEGABYTE)),
    row("it answers packed, be it a bomb", "no edit; nothing is unpacked", "here did not answer as KIND does (it sent: something packed as gzip, which it was not asked for); check providers.here.kind and base_url", |_| Reply::bytes("text/plain", &b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..]).header("content-encoding", "gzip")),
    row("it redirects elsewhere", "not followed: neither the key nor the code goes there", "here answered with a redirect to host elsewhere.example, which is not followed; set providers.here.base_url to the final address", |_| said(308).header("location", "http://elsewhere.example/v1?x=1")),
    row("401", "no edit", "here wants …", |_| said(401)),
    row("404", "no edit", "here does not know the address (it said: as told); check providers.here.kind and base_url", |_| said(404)),
    row("429 with a `Retry-After` that is too long to wait", "no edit; it is left alone for so long", "here is overloaded (it said: as told); try again later", |_| said(429).header("retry-after", "3600")),
    row("429 with a `Retry-After` that no clock can hold", "no edit; it is left alone for an hour", "here is overloaded (it said: as told); try again later", |_| said(429).header("retry-after", "17000000000000000000")),
    row("503 with a `Retry-After` that is a date", "no edit; it is left alone until then", "here is overloaded (it said: as told); try again later", |_| said(503).header("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")),
    row("429, 503 or 529 without one", "asked twice more; then no edit", "here is overloaded (it said: as told); try again later", |_| said(529)),
    row("500", "no edit", "here failed with `small` (it said: as told); look at its log, or try again", |_| said(500)),
    row("it counts negative tokens", "the edit; what it took is estimated", "", |path| counted(path, "-11", "-7")),
    row("it counts more tokens than there are", "the edit; what it took is estimated", "", |path| counted(path, "18446744073709551615", "1e300")),
    row("it counts in words", "the edit; what it took is estimated", "", |path| counted(path, "\"eleven\"", "{\"n\":null}")),
];

/// The faults, for the page.
pub(super) fn rows() -> impl Iterator<Item = &'static Fault> {
    ROWS.iter().map(|row| &row.fault).chain([&BLACK_HOLE, &KEPT_ALIVE, &OVERLOADED])
}

/// An editor with [`ADD`] open and one model at that address.
pub(super) async fn session(kind: &str, url: &str, more: Value) -> LspClient {
    let mut provider = json!({"kind": kind, "base_url": url, "first_token_timeout_s": 20});
    provider.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let settings = json!({"providers": {"here": provider}, "models": {"quick": {"provider": "here", "model": "small"}},
        "routes": {"default": "quick"}});
    let params = json!({"capabilities": capabilities(), "initializationOptions": settings});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    client.open(URI, "rust", ADD).await;
    client
}

/// Documents `add`, and holds what comes of it to the row; says goodbye.
async fn becomes(fault: &Fault, kind: &str, mut client: LspClient) {
    let job = client.run(at("document", URI, 0, 4)).await;
    if fault.seen.is_empty() {
        assert!(client.ended(&job).await.starts_with("done by "), "{} ({kind})", fault.fault);
        assert_eq!(client.text(URI), DOCUMENTED, "{} ({kind})", fault.fault);
    } else {
        let (_, message) = client.message().await;
        fault.is_seen_in(
            &message
                .strip_prefix("Graft: quick: ")
                .unwrap_or(&message)
                .replace(&format!("as {kind} does"), "as KIND does"),
        );
        assert_eq!(client.ended(&job).await, "no edit", "{} ({kind})", fault.fault);
        assert_eq!(client.text(URI), ADD, "{} ({kind})", fault.fault);
    }
    client.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_a_server_has_its_end_in_each_protocol() {
    let cases = ROWS.iter().flat_map(|row| KINDS.map(|(kind, path)| (row, kind, path)));
    let ends = join_all(cases.map(|(row, kind, path)| {
        AssertUnwindSafe(async move {
            let reply = row.reply;
            let server = ModelServer::start(Script::by(move |_, request| reply(&request.path))).await;
            let client = session(kind, &server.url(), (row.provider)()).await;
            becomes(&row.fault, kind, client).await;
            let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
            assert!(asked.iter().all(|asked| asked == path), "{} ({kind}): asked {asked:?}", row.fault.fault);
            if row.fault.happens == NO_EDIT {
                server.all_closed().await;
                assert!(server.flooded() < 40 * MEGABYTE, "{}: {} bytes", row.fault.fault, server.flooded());
            }
        })
        .catch_unwind()
    }))
    .await;
    let wrong = ends.iter().filter(|end| end.is_err()).count();
    assert_eq!(wrong, 0, "so many ended otherwise than their rows say: see above");
}

static BLACK_HOLE: Fault = Fault {
    fault: "its machine takes no connection and refuses none",
    happens: "no edit",
    seen: "cannot reach here at http://127.0.0.1:… (no connection within 200 ms); start it or correct providers.here.base_url",
};

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_never_made_has_its_limit() {
    // A queue for one that is full.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let _queued = tokio::net::TcpStream::connect(address).await.unwrap();
    let client = session("openai", &format!("http://{address}"), json!({"connect_timeout_ms": 200})).await;
    becomes(&BLACK_HOLE, "openai", client).await;
}

static KEPT_ALIVE: Fault = Fault {
    fault: "it closes a connection that was kept for the next request",
    happens: "the edit, over a new connection",
    seen: "",
};

#[tokio::test]
async fn a_connection_that_closes_between_two_requests_costs_nothing() {
    for (kind, path) in KINDS {
        // Each answer is whole, says nothing of an end and is the last of its connection.
        let reply = good().framing(BodyFraming::Length).cut_at(good().body_for(path).len());
        let server = ModelServer::start(Script::always(reply)).await;
        let mut client = session(kind, &server.url(), json!({})).await;
        for _ in 0..5 {
            let job = client.run(at("document", URI, 0, 4)).await;
            assert!(client.ended(&job).await.starts_with("done by small (quick)"), "{kind}");
            assert_eq!(client.text(URI), DOCUMENTED, "{kind}");
            client.change(URI, vec![json!({"text": ADD})]).await;
        }
        client.shutdown().await;
    }
}

static OVERLOADED: Fault = Fault {
    fault: "429, 503 or 529 with a `Retry-After` of seconds, or a date that has passed",
    happens: "asked again then; the edit",
    seen: "",
};

#[tokio::test]
async fn an_overloaded_server_is_asked_again_when_it_wants() {
    for (kind, _) in KINDS {
        let past = "Sat, 21 Nov 2020 12:00:00 GMT";
        let (first, second) = (said(429).header("retry-after", "0.01"), said(503).header("retry-after", past));
        let server = ModelServer::start([first, second, good()]).await;
        becomes(&OVERLOADED, kind, session(kind, &server.url(), json!({})).await).await;
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn who_cancels_a_server_that_hangs_is_free_at_once() {
    for (kind, path) in KINDS {
        let gate = Gate::shut();
        let server = ModelServer::start([good().hold_at(half(path), &gate)]).await;
        let mut client = session(kind, &server.url(), json!({})).await;
        let job = client.run(at("document", URI, 0, 4)).await;
        server.request(0).await;
        client.command("graft.cancel", json!([])).await.unwrap();
        assert_eq!(client.ended(&job).await, "cancelled");
        server.closed(0).await;
        client.shutdown().await;
    }
}
