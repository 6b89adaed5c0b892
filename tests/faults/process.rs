//! The binary and the process that started it: one that is killed, that stops reading, that leaves in the middle of a word, that
//! starts it again and again. No process is left behind, nor a connection.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::Fault;
use super::editor::PATIENCE;
use crate::lsp::edits::at;
use crate::routing::ADD;
use crate::support::lsp_client::{framed, read};
use crate::support::model_server::{ModelServer, Reply, Script};

pub(super) static FAULTS: [&Fault; 5] = [&UNREAD, &MIDDLE, &KILLED, &HELD_OPEN, &RESTARTED];
const URI: &str = "file:///w/add.rs";

/// A server in a process of its own, with a home of its own.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _home: tempfile::TempDir,
}

fn command(home: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_graft-ls"));
    command.arg("lsp").env_clear().env("HOME", home).env("GRAFT_DISCOVER", "none");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

impl Process {
    /// Initialized, with [`ADD`] open and a model at that address.
    async fn start(url: &str, parent: Option<u32>) -> Process {
        let home = tempfile::tempdir().unwrap();
        let mut child = command(home.path()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut process = Process { child, input, output, _home: home };
        process.initialize(url, parent).await;
        process
    }

    async fn initialize(&mut self, url: &str, parent: Option<u32>) {
        let settings = json!({"providers": {"here": {"kind": "openai", "base_url": url}},
            "models": {"quick": {"provider": "here", "model": "small"}}, "routes": {"default": "quick"}});
        let params =
            json!({"processId": parent, "rootUri": null, "capabilities": {}, "initializationOptions": settings});
        self.send(json!({"id": 1, "method": "initialize", "params": params})).await;
        assert_eq!(self.receive().await["result"]["serverInfo"]["name"], "graft-ls");
        self.send(json!({"method": "initialized", "params": {}})).await;
        let item = json!({"uri": URI, "languageId": "rust", "version": 1, "text": ADD});
        self.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": item}})).await;
    }

    async fn send(&mut self, message: Value) {
        let sent = timeout(PATIENCE, self.input.write_all(&bytes(message))).await;
        sent.expect("the server does not read").unwrap();
    }

    async fn receive(&mut self) -> Value {
        receive(&mut self.output).await
    }

    /// Starts a job at a model that never answers, and waits until it is asked.
    async fn waits_for(&mut self, server: &ModelServer) {
        let run = json!({"command": "graft.run", "arguments": [at("document", URI, 0, 4)]});
        self.send(json!({"id": 2, "method": "workspace/executeCommand", "params": run})).await;
        server.request(0).await;
    }
}

async fn receive(output: &mut BufReader<impl AsyncRead + Unpin>) -> Value {
    timeout(PATIENCE, read(output)).await.expect("no message").expect("the server is gone")
}

fn bytes(mut message: Value) -> Vec<u8> {
    message["jsonrpc"] = "2.0".into();
    framed(&message)
}

static UNREAD: Fault = Fault {
    fault: "the editor sends and sends, and reads nothing",
    happens: "past 32 MB of answers nobody took, the server reads no further until they are; memory stays bounded, and nothing is lost",
    seen: "",
};

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_editor_that_does_not_read_is_not_read_for_ever() {
    const COUNT: i64 = 200;
    let server = ModelServer::start([]).await;
    let process = Process::start(&server.url(), None).await;
    let Process { child, mut input, mut output, _home } = process;
    // The answer to a method that is not known repeats its name.
    let method = "graft/".to_owned() + &"x".repeat(300_000);
    let sending = tokio::spawn(async move {
        for id in 0..COUNT {
            input.write_all(&bytes(json!({"id": 100 + id, "method": method}))).await.unwrap();
        }
        input
    });
    // Either all has been read, or the server has stopped: how long that takes does not matter, only what it holds then.
    let mut sending = sending;
    let _ = timeout(Duration::from_millis(700), &mut sending).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    let peak: usize = peak.parse().unwrap();
    assert!(peak < 64 << 10, "{}: {peak} kB for {} kB of answers", UNREAD.fault, 300 * COUNT);
    let mut answered = vec![0; COUNT as usize];
    for _ in 0..COUNT {
        let id = receive(&mut output).await["id"].as_i64().unwrap();
        answered[(id - 100) as usize] += 1;
    }
    assert!(answered.iter().all(|times| *times == 1), "{}", UNREAD.fault);
    timeout(PATIENCE, sending).await.unwrap().unwrap();
}

static MIDDLE: Fault = Fault {
    fault: "the editor closes its end in the middle of a message",
    happens: "the server ends; the half message does nothing",
    seen: "",
};

#[tokio::test]
async fn a_message_that_breaks_off_ends_the_server() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    for cut in [3, 16, 22, 60] {
        let mut process = Process::start(&server.url(), None).await;
        let run = json!({"command": "graft.run", "arguments": [at("document", URI, 0, 4)]});
        let message = bytes(json!({"id": 2, "method": "workspace/executeCommand", "params": run}));
        process.input.write_all(&message[..cut]).await.unwrap();
        let Process { mut child, input, output, _home } = process;
        drop(input);
        let status = timeout(PATIENCE, child.wait()).await.expect(MIDDLE.fault).unwrap();
        assert_eq!(status.code(), Some(1), "cut at {cut}");
        drop(output);
    }
    assert_eq!(server.requests().len(), 0);
}

static KILLED: Fault = Fault {
    fault: "the editor is killed while a model writes",
    happens: "the server ends, and with it the connection to the model",
    seen: "",
};

#[cfg(unix)]
#[tokio::test]
async fn a_killed_editor_leaves_no_process_and_no_connection() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    let mut process = Process::start(&server.url(), None).await;
    process.waits_for(&server).await;
    // What the system does when an editor is killed: all its ends are closed.
    let Process { mut child, input, output, _home } = process;
    drop((input, output));
    timeout(PATIENCE, child.wait()).await.expect(KILLED.fault).unwrap();
    server.closed(0).await;
}

static HELD_OPEN: Fault = Fault {
    fault: "the editor is killed, and a process that it started holds the pipes open",
    happens: "the server sees within 2 s that the editor's process is gone, and ends",
    seen: "",
};

#[cfg(unix)]
#[tokio::test]
async fn an_editor_that_is_gone_is_noticed_though_its_pipes_live_on() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    // The test holds the pipes; this stands for the editor.
    let mut editor = Command::new("sleep").arg("600").kill_on_drop(true).spawn().unwrap();
    let mut process = Process::start(&server.url(), editor.id()).await;
    process.waits_for(&server).await;
    editor.kill().await.unwrap();
    timeout(PATIENCE, process.child.wait()).await.expect(HELD_OPEN.fault).unwrap();
    server.closed(0).await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_editor_that_cannot_be_seen_is_not_taken_for_gone() {
    // As from within a container: no process has that id.
    let server = ModelServer::start([]).await;
    let mut process = Process::start(&server.url(), Some(i32::MAX as u32)).await;
    process.send(json!({"id": 2, "method": "shutdown"})).await;
    while process.receive().await["id"] != 2 {}
    process.send(json!({"method": "exit"})).await;
    let status = timeout(PATIENCE, process.child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}

static RESTARTED: Fault = Fault {
    fault: "the editor starts the server ten times in a row, jobs under way",
    happens: "each ends with its editor's goodbye and closes its connection",
    seen: "",
};

#[tokio::test]
async fn ten_starts_leave_nothing_behind() {
    let server = ModelServer::start(Script::always(Reply::silence())).await;
    for n in 0..10 {
        let mut process = Process::start(&server.url(), Some(std::process::id())).await;
        let run = json!({"command": "graft.run", "arguments": [at("document", URI, 0, 4)]});
        process.send(json!({"id": 2, "method": "workspace/executeCommand", "params": run})).await;
        server.request(n).await;
        process.send(json!({"id": 3, "method": "shutdown"})).await;
        while process.receive().await["id"] != 3 {}
        process.send(json!({"method": "exit"})).await;
        let status = timeout(PATIENCE, process.child.wait()).await.expect(RESTARTED.fault).unwrap();
        assert_eq!(status.code(), Some(0));
        server.closed(n).await;
    }
}
