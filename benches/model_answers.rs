//! What a model's server answers, as bytes: each protocol by its path, streamed or in one piece. Opens no connection.

use serde_json::{Value, json};

/// A request, as far as a scripted server looks at it.
pub struct Request {
    pub path: String,
    pub body: Vec<u8>,
}

/// The whole response of a server that says these pieces.
pub fn response(request: &Request, pieces: &[String]) -> Vec<u8> {
    let is_streamed = request.body.windows(13).any(|window| window == br#""stream":true"#);
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    match (request.path.as_str(), is_streamed) {
        ("/v1/completions", true) => {
            let text = |piece: &str| json!({"choices": [{"index": 0, "text": piece}]});
            let last = json!({"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]});
            events(pieces.iter().map(|piece| text(piece)).chain([last]), true)
        }
        ("/v1/completions", false) => whole(&json!({"choices": [{"text": pieces.concat()}]})),
        ("/v1/chat/completions", true) => {
            let delta = |piece: &str| json!({"choices": [{"index": 0, "delta": {"content": piece}}]});
            let last = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
            events(pieces.iter().map(|piece| delta(piece)).chain([last]), true)
        }
        ("/v1/chat/completions", false) => {
            whole(&json!({"choices": [{"message": {"role": "assistant", "content": pieces.concat()}}]}))
        }
        ("/v1/messages", true) => {
            let delta = |piece: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}});
            let first = json!({"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9}}});
            let reason =
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}});
            let pieces = pieces.iter().map(|piece| delta(piece));
            events([first].into_iter().chain(pieces).chain([reason, json!({"type": "message_stop"})]), false)
        }
        ("/v1/messages", false) => whole(&json!({"content": [{"type": "text", "text": pieces.concat()}]})),
        ("/api/chat", true) => {
            let line = |piece: &str| json!({"message": {"role": "assistant", "content": piece}, "done": false});
            let last = json!({"message": {"role": "assistant", "content": ""}, "done": true, "done_reason": "stop"});
            lines(pieces.iter().map(|piece| line(piece)).chain([last]))
        }
        ("/api/chat", false) => {
            whole(&json!({"message": {"role": "assistant", "content": pieces.concat()}, "done": true}))
        }
        _ => framed("404 Not Found", "application/json", b"{\"error\":\"there is no such place\"}"),
    }
}

fn events(events: impl Iterator<Item = Value>, has_last_word: bool) -> Vec<u8> {
    let last = has_last_word.then(|| "[DONE]".to_owned());
    let texts = events.map(|event| event.to_string()).chain(last);
    chunked("text/event-stream", texts.map(|text| format!("data: {text}\n\n")))
}

fn lines(lines: impl Iterator<Item = Value>) -> Vec<u8> {
    chunked("application/x-ndjson", lines.map(|line| format!("{line}\n")))
}

/// Every piece a chunk of its own, as servers send them.
fn chunked(kind: &str, pieces: impl Iterator<Item = String>) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n").into_bytes();
    for piece in pieces {
        bytes.extend_from_slice(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

fn whole(answer: &Value) -> Vec<u8> {
    framed("200 OK", "application/json", answer.to_string().as_bytes())
}

fn framed(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
