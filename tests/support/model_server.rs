//! A model server that does what a test tells it, byte for byte, on a free port of this machine. It speaks Ollama's chat,
//! chat completions and Messages, whichever the request asks for; it holds, drips, cuts and lies on command.

#![allow(dead_code, reason = "each suite uses its own part")]

mod gate;
mod ollama;
mod reply;
mod spoken;
pub mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use gate::Gate;
pub use ollama::OllamaModel;
pub use reply::{BodyFraming, Reply};
use reply::{Interruption, Step};

/// How long a test waits for what must happen; never reached by one that passes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; it stops when dropped.
pub struct ModelServer {
    address: SocketAddr,
    seen: Arc<watch::Sender<Seen>>,
    accepting: JoinHandle<()>,
}

/// What the server has noticed.
#[derive(Default)]
struct Seen {
    requests: Vec<Request>,
    closed: BTreeSet<usize>,
    /// Connections that are open.
    open: usize,
    /// Bytes of floods that were taken off its hands.
    flooded: usize,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

impl ModelServer {
    pub async fn start(script: impl Into<Script>) -> ModelServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(watch::Sender::new(Seen::default()));
        let script: Arc<Script> = Arc::new(script.into());
        let noticed = seen.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, noticed) = (script.clone(), noticed.clone());
                noticed.send_modify(|seen| seen.open += 1);
                tokio::spawn(async move {
                    serve(stream, script, noticed.clone()).await;
                    noticed.send_modify(|seen| seen.open -= 1);
                });
            }
        });
        ModelServer { address, seen, accepting }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// All requests so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.borrow().requests.clone()
    }

    /// How many bytes of floods the client took, or the system for it.
    pub fn flooded(&self) -> usize {
        self.seen.borrow().flooded
    }

    /// Waits for request `n`, counted from 0.
    pub async fn request(&self, n: usize) -> Request {
        self.wait(&format!("request {n} never arrived"), |seen| seen.requests.len() > n).await;
        self.seen.borrow().requests[n].clone()
    }

    /// Waits until the client has closed the connection that brought request `n`.
    pub async fn closed(&self, n: usize) {
        self.wait(&format!("the client never closed the connection of request {n}"), |seen| seen.closed.contains(&n))
            .await;
    }

    /// Waits until no connection is open, whether or not a request came over it.
    pub async fn all_closed(&self) {
        self.wait("the client keeps a connection", |seen| seen.open == 0).await;
    }

    /// How often an Ollama would have loaded the model: at first, and whenever its window changes.
    pub fn ollama_loads(&self) -> usize {
        let mut windows: Vec<Value> =
            self.requests().iter().map(|request| request.body["options"]["num_ctx"].clone()).collect();
        windows.dedup();
        windows.len()
    }

    async fn wait(&self, complaint: &str, happened: impl FnMut(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        let waited = tokio::time::timeout(PATIENCE, seen.wait_for(happened)).await;
        assert!(waited.is_ok_and(|seen| seen.is_ok()), "{complaint}");
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Where nobody listens, nor will: the port stays taken, as a free one may be the next server's.
pub fn nowhere() -> String {
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = taken.local_addr().unwrap();
    std::mem::forget(taken);
    format!("http://{address}")
}

/// Chooses the reply to each request: from its number, counted from 0, and from what it says.
pub struct Script(Box<Choose>);

type Choose = dyn Fn(usize, &Request) -> Reply + Send + Sync;

impl Script {
    pub fn by(choose: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Script {
        Script(Box::new(choose))
    }

    /// The same reply to every request.
    pub fn always(reply: Reply) -> Script {
        Script::by(move |_, _| reply.clone())
    }

    /// These replies in order; a request after the last is a mistake of the test, and is told so.
    pub fn list(replies: impl IntoIterator<Item = Reply>) -> Script {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Script::by(move |n, _| {
            let unexpected =
                || Reply::error(418, json!({ "error": format!("the script has no reply to request {n}") }));
            replies.get(n).cloned().unwrap_or_else(unexpected)
        })
    }

    /// An Ollama with one model: it checks name and window, and cuts prompts in silence unless told not to.
    pub fn ollama(model: OllamaModel) -> Script {
        Script::by(move |_, request| model.reply(request))
    }
}

impl<const N: usize> From<[Reply; N]> for Script {
    fn from(replies: [Reply; N]) -> Script {
        Script::list(replies)
    }
}

impl From<Vec<Reply>> for Script {
    fn from(replies: Vec<Reply>) -> Script {
        Script::list(replies)
    }
}

enum Ended {
    Answered,
    ByClient,
    Close,
    Reset,
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, seen: Arc<watch::Sender<Seen>>) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    let mut last = None;
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let mut n = 0;
        seen.send_modify(|seen| {
            n = seen.requests.len();
            seen.requests.push(request.clone());
        });
        last = Some(n);
        let steps = (script.0)(n, &request).steps(&request);
        let ended = {
            let (mut reader, mut writer) = stream.split();
            tokio::select! {
                () = until_closed(&mut reader, &mut buffer) => Ended::ByClient,
                ended = play(steps, &mut writer, &seen) => ended,
            }
        };
        match ended {
            Ended::Answered => {}
            Ended::ByClient => break,
            Ended::Close => return,
            Ended::Reset => return stream.set_zero_linger().unwrap(),
        }
    }
    if let Some(n) = last {
        seen.send_modify(|seen| seen.closed.extend([n]));
    }
}

async fn play(steps: Vec<Step>, writer: &mut (impl AsyncWriteExt + Unpin), seen: &watch::Sender<Seen>) -> Ended {
    for step in steps {
        match step {
            Step::Flood(piece, times) => {
                for _ in 0..times {
                    if writer.write_all(&piece).await.is_err() {
                        return Ended::ByClient;
                    }
                    seen.send_modify(|seen| seen.flooded += piece.len());
                }
            }
            Step::Write(bytes) => {
                if writer.write_all(&bytes).await.is_err() {
                    return Ended::ByClient;
                }
            }
            Step::Interrupt(Interruption::Wait(gate)) => gate.passed().await,
            Step::Interrupt(Interruption::Hang) => std::future::pending().await,
            Step::Interrupt(Interruption::Close) => return Ended::Close,
            Step::Interrupt(Interruption::Reset) => return Ended::Reset,
        }
    }
    Ended::Answered
}

/// Ends when the client closes; what it sends meanwhile is kept for the next request.
async fn until_closed(reader: &mut (impl AsyncReadExt + Unpin), buffer: &mut Vec<u8>) {
    while matches!(reader.read_buf(buffer).await, Ok(1..)) {}
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let head_length = loop {
        match buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(position) => break position + 4,
            None => fill(stream, buffer).await?,
        }
    };
    let head = String::from_utf8(buffer[..head_length].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while buffer.len() < head_length + length {
        fill(stream, buffer).await?;
    }
    let body = serde_json::from_slice(&buffer[head_length..head_length + length]).unwrap_or(Value::Null);
    buffer.drain(..head_length + length);
    Some(Request { method, path, headers, body })
}

async fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(buffer).await {
        Ok(1..) => Some(()),
        Ok(0) | Err(_) => None,
    }
}
