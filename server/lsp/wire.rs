//! Messages on the stream: frames with a `Content-Length`, JSON inside. Refuses nothing for good: what cannot be read is
//! reported and the next frame is looked for. (The library's own transport ends the whole server at the first bad message.)

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// Longest header line that is looked at.
const HEADER_BYTES: u64 = 8 * 1024;
/// Longest message that is kept in memory.
const BODY_BYTES: u64 = 256 * 1024 * 1024;

/// What the stream holds next.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    /// A message's bytes.
    Body(Vec<u8>),
    /// Something that is no message, and why; the stream goes on behind it.
    Garbage(&'static str),
    /// Nothing more.
    End,
}

/// Reads frames.
pub(super) struct Frames<R>(BufReader<R>);

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(input: R) -> Frames<R> {
        Frames(BufReader::new(input))
    }

    /// The next frame; a stream that breaks has ended.
    pub(super) async fn next(&mut self) -> Frame {
        self.read().await.unwrap_or(Frame::End)
    }

    async fn read(&mut self) -> std::io::Result<Frame> {
        let mut length = None;
        let mut headers = 0;
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut self.0).take(HEADER_BYTES).read_until(b'\n', &mut line).await? == 0 {
                return Ok(Frame::End);
            }
            match line.trim_ascii() {
                [] if headers == 0 => {}
                [] => break,
                header => {
                    headers += 1;
                    length = content_length(header).or(length);
                }
            }
        }
        match length {
            None => Ok(Frame::Garbage("a message without a Content-Length")),
            Some(length) if length > BODY_BYTES => {
                tokio::io::copy(&mut (&mut self.0).take(length), &mut tokio::io::sink()).await?;
                Ok(Frame::Garbage("a message that is too long"))
            }
            Some(length) => {
                let mut body = Vec::new();
                let read = (&mut self.0).take(length).read_to_end(&mut body).await?;
                Ok(if read as u64 == length { Frame::Body(body) } else { Frame::End })
            }
        }
    }
}

fn content_length(header: &[u8]) -> Option<u64> {
    let (name, value) = std::str::from_utf8(header).ok()?.split_once(':')?;
    name.trim().eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
}

/// A message from the client.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A request, or a notification, which has no id.
    Request(Request),
    /// The answer to a request of ours.
    Response(Response),
}

#[derive(Deserialize)]
struct Envelope {
    method: Option<String>,
    #[serde(default, deserialize_with = "present")]
    params: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Id>,
    result: Option<Value>,
    error: Option<Value>,
}

fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a message, or says what to answer to it.
pub(super) fn read_message(body: &[u8]) -> Result<Incoming, Box<Response>> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| unreadable(body, &error))?;
    let Some(method) = envelope.method else {
        let id = envelope.id.ok_or_else(|| refusal(Id::Null, "a message needs a method or an id"))?;
        let answer = match envelope.error {
            Some(error) => Err(answered_error(&error)),
            None => Ok(envelope.result.unwrap_or(Value::Null)),
        };
        return Ok(Incoming::Response(Response::from_parts(id, answer)));
    };
    let mut request = Request::build(method);
    if let Some(params) = envelope.params {
        request = request.params(params);
    }
    if let Some(id) = envelope.id {
        request = request.id(id);
    }
    Ok(Incoming::Request(request.finish()))
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> Box<Response> {
    match serde_json::from_slice::<Value>(body) {
        Err(_) => Box::new(Response::from_error(Id::Null, Error::parse_error())),
        Ok(message) => {
            let id = message.get("id").and_then(|id| Id::deserialize(id).ok()).unwrap_or_default();
            refusal(id, format!("not a message of the protocol: {error}"))
        }
    }
}

fn refusal(id: Id, message: impl Into<Cow<'static, str>>) -> Box<Response> {
    let mut error = Error::invalid_request();
    error.message = message.into();
    Box::new(Response::from_error(id, error))
}

fn answered_error(error: &Value) -> Error {
    let code = error.get("code").and_then(Value::as_i64).unwrap_or(ErrorCode::InternalError.code());
    let message = error.get("message").and_then(Value::as_str).unwrap_or("no reason given");
    Error { code: ErrorCode::from(code), message: message.to_owned().into(), data: error.get("data").cloned() }
}

/// A message as it goes onto the stream; nothing if it cannot be written as JSON.
pub(super) fn frame(message: &impl Serialize) -> Option<Vec<u8>> {
    let body = serde_json::to_vec(message).ok()?;
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(&body);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn frames(stream: &[u8]) -> Vec<Frame> {
        let mut reader = Frames::new(stream);
        let mut frames = Vec::new();
        loop {
            match reader.next().await {
                Frame::End => return frames,
                frame => frames.push(frame),
            }
        }
    }

    #[tokio::test]
    async fn goes_on_behind_garbage() {
        let found =
            frames(b"\r\n\r\nX: y\r\n\r\ncontent-length:2\r\nContent-Type: what\r\n\r\n{}Content-Length: 9\r\n\r\ncut")
                .await;
        assert_eq!(found, [Frame::Garbage("a message without a Content-Length"), Frame::Body(b"{}".to_vec())]);
    }

    #[test]
    fn answers_what_it_cannot_read_by_its_id_where_there_is_one() {
        for (body, id, code) in [
            (r#"{"jsonrpc":"2.0","#, Id::Null, -32700),
            ("\u{0}", Id::Null, -32700),
            (r#"{"id":5,"method":42}"#, Id::Number(5), -32600),
            (r#"{"id":{},"method":"x"}"#, Id::Null, -32600),
            ("[]", Id::Null, -32600),
            ("{}", Id::Null, -32600),
        ] {
            let answer = read_message(body.as_bytes()).unwrap_err();
            assert_eq!((answer.id(), answer.error().map(|error| error.code.code())), (&id, Some(code)), "{body}");
        }
    }

    #[test]
    fn takes_answers_that_leave_things_out_or_add_some() {
        let read = |body: Value| match read_message(body.to_string().as_bytes()) {
            Ok(Incoming::Response(response)) => response.into_parts(),
            other => panic!("{other:?}"),
        };
        assert_eq!(read(json!({"id": 1})), (Id::Number(1), Ok(Value::Null)));
        let (_, answer) = read(json!({"id": 1, "error": {"code": -1, "message": "no", "stack": "x"}}));
        assert_eq!(answer.unwrap_err().message, "no");
    }
}
