//! A server of chat completions' older sister, `/v1/completions`, that answers every hole alike, on a free port of this machine.
//! Notes when a question came and when its connection was closed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    while let Some(length) = request_length(&buffer) {
        if buffer.len() < length {
            if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
                return;
            }
            continue;
        }
        buffer.drain(..length);
        model.seen.send_modify(|seen| {
            seen.questions += 1;
            seen.asked = Some(Instant::now());
        });
        match &says {
            Says::Nothing => {
                gone(&mut stream, &mut buffer).await;
                model.seen.send_modify(|seen| seen.closed = Some(Instant::now()));
                return;
            }
            Says::After(Duration::ZERO, pieces) => answer(&mut stream, pieces, &model).await,
            Says::After(delay, pieces) => tokio::select! {
                () = gone(&mut stream, &mut buffer) => return,
                () = tokio::time::sleep(*delay) => answer(&mut stream, pieces, &model).await,
            },
        }
    }
}

/// The length of the request that the buffer begins with; more than is there while that is not known.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Some(usize::MAX) };
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some(head + 4 + length.unwrap_or(0))
}

/// Ends when the client closes its end.
async fn gone(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    while matches!(stream.read_buf(buffer).await, Ok(1..)) {}
}

async fn answer(stream: &mut TcpStream, pieces: &[String], model: &ScriptedModel) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut bytes = head.as_bytes().to_vec();
    let last = serde_json::json!({"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}).to_string();
    let texts = pieces.iter().map(|piece| serde_json::json!({"choices": [{"index": 0, "text": piece}]}).to_string());
    for event in texts.chain([last, "[DONE]".to_owned()]) {
        let data = format!("data: {event}\n\n");
        bytes.extend_from_slice(format!("{:x}\r\n{data}\r\n", data.len()).as_bytes());
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    model.seen.send_modify(|seen| seen.answered = Some(Instant::now()));
    let _ = stream.write_all(&bytes).await;
}
