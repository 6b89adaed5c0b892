//! A strict client of the protocol, in the same process. Fails on a request that is not answered, on a message that nobody
//! read, on a progress that does not end; answers the server from its own documents, as an editor does.

mod editor;
mod process;
mod stream;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use graft_ls::config::Config;
use graft_ls::lsp::{End, LoadConfig, Work, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, duplex, split};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::model_document::ModelDocument;
pub use editor::{capabilities, code_action_params};
pub use stream::{framed, read};

/// No wait of a test is longer.
const DEADLINE: Duration = Duration::from_secs(20);

/// How the client answers `workspace/applyEdit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edits {
    /// Checks the version, makes the edit, sends the change.
    Make,
    /// Leaves them to the test; see [`LspClient::request_from_server`].
    Leave,
}

/// One client and the server that it talks to.
pub struct LspClient {
    writer: Box<dyn AsyncWrite + Unpin + Send>,
    incoming: UnboundedReceiver<Value>,
    reads: watch::Sender<bool>,
    server: JoinHandle<End>,
    next_id: i64,
    waiting: BTreeMap<i64, String>,
    answers: HashMap<i64, Value>,
    unread: VecDeque<Value>,
    finished: bool,
    /// The encoding that was agreed on.
    pub encoding: String,
    /// The result of `initialize`.
    pub server_info: Value,
    /// The documents, by URI.
    pub documents: HashMap<String, ModelDocument>,
    /// What was shown under each progress token, `create` first.
    pub progress: BTreeMap<String, Vec<Value>>,
    /// Lines of `window/logMessage`.
    pub log: Vec<String>,
    /// How edits are answered.
    pub edits: Edits,
    /// Whether `window/workDoneProgress/create` is answered.
    pub agrees_to_progress: bool,
    /// Labels of the edits that were made.
    pub labels: Vec<String>,
}

/// Settings that are never wrong.
pub fn any_settings() -> LoadConfig {
    Arc::new(|_| Ok(Config::default()).into())
}

impl LspClient {
    /// A client that has said nothing yet.
    pub fn connect(work: Arc<dyn Work>, load: LoadConfig) -> LspClient {
        let (ours, theirs) = duplex(1 << 20);
        let (input, output) = split(theirs);
        let server = tokio::spawn(serve(input, output, work, load));
        let (reader, writer) = split(ours);
        LspClient::over(reader, Box::new(writer), server)
    }

    fn over(
        reader: impl AsyncRead + Unpin + Send + 'static,
        writer: Box<dyn AsyncWrite + Unpin + Send>,
        server: JoinHandle<End>,
    ) -> LspClient {
        let (found, incoming) = unbounded_channel();
        let (reads, mut may_read) = watch::channel(true);
        tokio::spawn(async move {
            let mut reader = BufReader::new(reader);
            while may_read.wait_for(|may| *may).await.is_ok() {
                let Some(message) = read(&mut reader).await else { break };
                if found.send(message).is_err() {
                    break;
                }
            }
        });
        LspClient {
            writer,
            incoming,
            reads,
            server,
            next_id: 0,
            waiting: BTreeMap::new(),
            answers: HashMap::new(),
            unread: VecDeque::new(),
            finished: false,
            encoding: "utf-16".to_owned(),
            server_info: Value::Null,
            documents: HashMap::new(),
            progress: BTreeMap::new(),
            log: Vec::new(),
            edits: Edits::Make,
            agrees_to_progress: true,
            labels: Vec::new(),
        }
    }

    /// A client that has been through `initialize`.
    pub async fn start(work: Arc<dyn Work>) -> LspClient {
        LspClient::start_with(work, any_settings(), json!({"capabilities": capabilities()})).await
    }

    /// A client that has been through `initialize` with `params`; `processId` and `rootUri` may be left out.
    pub async fn start_with(work: Arc<dyn Work>, load: LoadConfig, params: Value) -> LspClient {
        LspClient::connect(work, load).initialized(params).await
    }

    async fn initialized(mut self, mut params: Value) -> LspClient {
        for field in ["processId", "rootUri"] {
            params.as_object_mut().unwrap().entry(field).or_insert(Value::Null);
        }
        self.server_info = self.request("initialize", params).await.unwrap();
        self.encoding = self.server_info["capabilities"]["positionEncoding"].as_str().unwrap().to_owned();
        self.notify("initialized", json!({})).await;
        self
    }

    /// Sends bytes as they are.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        let sent = timeout(DEADLINE, self.writer.write_all(bytes)).await;
        sent.expect("the server does not read").unwrap();
    }

    /// Whether the client takes messages off the stream.
    pub fn set_reading(&self, reads: bool) {
        self.reads.send_replace(reads);
    }

    /// Sends a message.
    pub async fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        self.send_bytes(&framed(&message)).await;
    }

    /// Sends a notification.
    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"method": method, "params": params})).await;
    }

    /// Sends a request; its answer is to be fetched with [`LspClient::answer`].
    pub async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.waiting.insert(id, method.to_owned());
        self.send(json!({"id": id, "method": method, "params": params})).await;
        id
    }

    /// The result or the error of a request.
    pub async fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return match answer.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(answer["result"].clone()),
                };
            }
            self.pump(&format!("the answer to request {id}")).await;
        }
    }

    /// Sends a request and waits for its answer.
    pub async fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params).await;
        self.answer(id).await
    }

    /// Runs a command.
    pub async fn command(&mut self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.request("workspace/executeCommand", json!({"command": command, "arguments": arguments})).await
    }

    /// Waits for a message box; returns its type and text.
    pub async fn message(&mut self) -> (u64, String) {
        let message = self.wait_for("window/showMessage").await;
        let params = &message["params"];
        (params["type"].as_u64().unwrap(), params["message"].as_str().unwrap().to_owned())
    }

    /// Waits for a request of the server that is left to the test.
    pub async fn request_from_server(&mut self, method: &str) -> Value {
        self.wait_for(method).await
    }

    /// Waits for an answer to nothing that was asked: its id is null.
    pub async fn stray(&mut self) -> Value {
        loop {
            if let Some(at) = self.unread.iter().position(|message| message.get("method").is_none()) {
                return self.unread.remove(at).unwrap();
            }
            self.pump("an answer without an id").await;
        }
    }

    async fn wait_for(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.unread.iter().position(|message| message["method"] == method) {
                return self.unread.remove(at).unwrap();
            }
            self.pump(method).await;
        }
    }

    /// All that the server said so far beside answers and edits, as text; message boxes count as read.
    pub fn take_said(&mut self) -> String {
        let is_box = |message: &Value| message["method"] == "window/showMessage";
        let (boxes, unread): (Vec<Value>, Vec<Value>) = self.unread.drain(..).partition(is_box);
        self.unread = unread.into();
        format!("{boxes:?}\n{:?}\n{:?}\n{:?}", self.log, self.progress, self.labels)
    }

    /// Answers a request of the server.
    pub async fn reply(&mut self, request: &Value, result: Value) {
        self.send(json!({"id": request["id"], "result": result})).await;
    }

    /// Waits until a job's progress has ended; returns its last message.
    pub async fn ended(&mut self, job: &str) -> String {
        loop {
            let last = self.progress.get(job).and_then(|values| values.last());
            if let Some(end) = last.filter(|value| value["kind"] == "end") {
                return end["message"].as_str().unwrap().to_owned();
            }
            self.pump(&format!("the end of {job}")).await;
        }
    }

    /// Waits until a job's progress shows `message`.
    pub async fn shows(&mut self, job: &str, message: &str) {
        let told = |value: &Value| value["message"].as_str().is_some_and(|text| text.contains(message));
        while !self.progress.get(job).is_some_and(|values| values.iter().any(told)) {
            self.pump(&format!("{message} of {job}")).await;
        }
    }

    /// Waits until a line that contains `text` is in the log.
    pub async fn logged(&mut self, text: &str) -> String {
        loop {
            if let Some(line) = self.log.iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            self.pump(&format!("{text} in the log")).await;
        }
    }

    async fn pump(&mut self, awaited: &str) {
        let message = match timeout(DEADLINE, self.incoming.recv()).await {
            Ok(Some(message)) => message,
            Ok(None) => panic!("the server is gone; awaited: {awaited}"),
            Err(_) => panic!("no {awaited}; unread: {:?}, progress: {:?}", self.unread, self.progress),
        };
        self.take(message).await;
    }

    /// Says goodbye; fails where a request is not answered, a message not read or a progress not ended.
    pub async fn shutdown(mut self) {
        for (token, values) in &self.progress {
            assert_eq!(values.last().unwrap()["kind"], "end", "{token} does not end");
        }
        self.request("shutdown", Value::Null).await.unwrap();
        self.send(json!({"method": "exit"})).await;
        assert_eq!(self.end().await, End::Orderly);
    }

    /// Closes the stream without a word.
    pub async fn hang_up(mut self) -> End {
        self.writer.shutdown().await.unwrap();
        self.end().await
    }

    /// Waits for the server's end and checks that nothing is left over.
    pub async fn end(&mut self) -> End {
        let end = timeout(DEADLINE, &mut self.server).await.expect("the server goes on").unwrap();
        while let Some(message) = self.incoming.recv().await {
            if message["method"] == "window/workDoneProgress/create" {
                continue;
            }
            self.take(message).await;
        }
        self.finished = true;
        assert!(self.waiting.is_empty(), "not answered: {:?}", self.waiting);
        assert!(self.unread.is_empty(), "not read: {:?}", self.unread);
        end
    }
}

impl Drop for LspClient {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.finished, "a client was dropped without a goodbye");
        }
    }
}
