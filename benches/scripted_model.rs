//! A server of models that answers every question alike, in the protocol of its path, on a free port of this machine. Notes what
//! came last, and when a connection was closed.

#![allow(dead_code, reason = "each benchmark uses its own part")]

#[path = "model_answers.rs"]
mod model_answers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use model_answers::Request;
use model_answers::response;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What a question gets.
#[derive(Clone)]
pub enum Says {
    /// These pieces, so long after the question.
    After(Duration, Vec<String>),
    /// Nothing, ever.
    Nothing,
}

/// A running server.
pub struct ScriptedModel {
    pub address: SocketAddr,
    seen: watch::Sender<Seen>,
}

#[derive(Default)]
struct Seen {
    questions: usize,
    last: Option<Arc<Request>>,
    /// When the last question was read whole, and when its answer was written.
    asked: Option<Instant>,
    answered: Option<Instant>,
    closed: Option<Instant>,
}

impl ScriptedModel {
    pub async fn start(says: Says) -> Arc<ScriptedModel> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let model = Arc::new(ScriptedModel { address, seen: watch::Sender::default() });
        let own = model.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(serve(stream, says.clone(), own.clone()));
            }
        });
        model
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many questions came.
    pub fn questions(&self) -> usize {
        self.seen.borrow().questions
    }

    /// How long the last question was kept waiting.
    pub fn thought(&self) -> Duration {
        let seen = self.seen.borrow();
        let (Some(asked), Some(answered)) = (seen.asked, seen.answered) else { return Duration::ZERO };
        answered.saturating_duration_since(asked)
    }

    /// The last question.
    pub fn last(&self) -> Arc<Request> {
        self.seen.borrow().last.clone().unwrap()
    }

    /// Waits until there are so many.
    pub async fn asked(&self, count: usize) {
        self.seen.subscribe().wait_for(|seen| seen.questions >= count).await.unwrap();
    }

    /// Waits until the connection of a question is closed by the client, and forgets it.
    pub async fn closed(&self) -> Instant {
        self.seen.subscribe().wait_for(|seen| seen.closed.is_some()).await.unwrap();
        let mut at = None;
        self.seen.send_modify(|seen| at = seen.closed.take());
        at.unwrap()
    }
}

async fn serve(mut stream: TcpStream, says: Says, model: Arc<ScriptedModel>) {
    let mut buffer = Vec::new();
    loop {
        let Some(request) = take_request(&mut buffer) else {
            match stream.read_buf(&mut buffer).await {
                Ok(1..) => continue,
                _ => return,
            }
        };
        let request = Arc::new(request);
        model.seen.send_modify(|seen| {
            seen.questions += 1;
            seen.last = Some(request.clone());
            seen.asked = Some(Instant::now());
        });
        match &says {
            Says::Nothing => {
                gone(&mut stream, &mut buffer).await;
                model.seen.send_modify(|seen| seen.closed = Some(Instant::now()));
                return;
            }
            Says::After(delay, pieces) => {
                if !delay.is_zero() {
                    tokio::select! {
                        () = gone(&mut stream, &mut buffer) => return,
                        () = tokio::time::sleep(*delay) => {}
                    }
                }
                let bytes = response(&request, pieces);
                model.seen.send_modify(|seen| seen.answered = Some(Instant::now()));
                let _ = stream.write_all(&bytes).await;
            }
        }
    }
}

/// The request that the buffer begins with, once all of it is there.
fn take_request(buffer: &mut Vec<u8>) -> Option<Request> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let length = |line: &str| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok();
    let end = head + 4 + text.lines().find_map(length).unwrap_or(0);
    if buffer.len() < end {
        return None;
    }
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let body = buffer[head + 4..end].to_vec();
    buffer.drain(..end);
    Some(Request { path, body })
}

/// Ends when the client closes its end.
async fn gone(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    while matches!(stream.read_buf(buffer).await, Ok(1..)) {}
}

/// lsp-ai's settings for completions from this server, without its pause of a second between two questions.
pub fn lsp_ai_settings(model: &ScriptedModel) -> Value {
    let url = format!("{}/v1/completions", model.url());
    json!({
        "memory": {"file_store": {}},
        "models": {"m": {"type": "open_ai", "completions_endpoint": url, "model": "m", "auth_token": "x", "max_requests_per_second": 1000}},
        "completion": {"model": "m", "parameters": {
            "max_context": 2000, "max_tokens": 64, "fim": {"start": "<start>", "middle": "<middle>", "end": "<end>"},
        }},
    })
}
