//! The binary itself: what an editor starts, and how it leaves.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::lsp_client::{framed, read};

const DEADLINE: Duration = Duration::from_secs(20);

/// A server in a process of its own, with a home of its own.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _home: tempfile::TempDir,
}

impl Process {
    fn start(arguments: &[&str]) -> Process {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_graft-ls"));
        command.args(arguments).env_clear().env("HOME", home.path()).env("GRAFT_DISCOVER", "none");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Process { child, input, output, _home: home }
    }

    async fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        timeout(DEADLINE, self.input.write_all(&framed(&message))).await.expect("the server does not read").unwrap();
    }

    async fn receive(&mut self) -> Value {
        timeout(DEADLINE, read(&mut self.output)).await.expect("no message").expect("the server is gone")
    }

    async fn initialize(&mut self) {
        let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
        self.send(json!({"id": 1, "method": "initialize", "params": params})).await;
        assert_eq!(self.receive().await["result"]["serverInfo"]["name"], "graft-ls");
        self.send(json!({"method": "initialized", "params": {}})).await;
    }

    async fn status(mut self) -> ExitStatus {
        timeout(DEADLINE, self.child.wait()).await.expect("the server goes on").unwrap()
    }
}

#[tokio::test]
async fn leaves_on_exit_while_its_input_stays_open() {
    for arguments in [&[][..], &["lsp"], &["lsp", "--stdio"], &["--stdio"]] {
        let mut process = Process::start(arguments);
        process.initialize().await;
        process.send(json!({"id": 2, "method": "shutdown"})).await;
        assert_eq!(process.receive().await["id"], 2);
        process.send(json!({"method": "exit"})).await;
        assert_eq!(process.status().await.code(), Some(0), "{arguments:?}");
    }
}

#[tokio::test]
async fn leaves_at_the_end_of_its_input_after_the_last_answer() {
    let mut process = Process::start(&["lsp"]);
    process.initialize().await;
    process.send(json!({"id": 2, "method": "graft/unknown"})).await;
    process.input.shutdown().await.unwrap();
    let Process { mut child, input, mut output, _home } = process;
    drop(input);
    let last = timeout(DEADLINE, read(&mut output)).await.unwrap().expect("the answer is lost");
    assert_eq!((&last["id"], &last["error"]["code"]), (&json!(2), &json!(-32601)));
    assert_eq!(timeout(DEADLINE, child.wait()).await.unwrap().unwrap().code(), Some(1));
}

#[tokio::test]
async fn leaves_when_nobody_reads_and_the_output_is_full() {
    let mut process = Process::start(&["lsp"]);
    process.initialize().await;
    let method = "graft/".to_owned() + &"x".repeat(10_000);
    for id in 2..200 {
        process.send(json!({"id": id, "method": method})).await;
    }
    process.send(json!({"id": 200, "method": "shutdown"})).await;
    process.send(json!({"method": "exit"})).await;
    assert_eq!(process.status().await.code(), Some(0));
}

/// Editors built on libuv give sockets, and a shell may give files.
#[cfg(unix)]
#[tokio::test]
async fn speaks_over_sockets_and_files_too() {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::net::Shutdown;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    let home = tempfile::tempdir().unwrap();
    let start = |input: Stdio, output: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_graft-ls"));
        command.env_clear().env("HOME", home.path()).env("GRAFT_DISCOVER", "none").stderr(Stdio::null());
        command.stdin(input).stdout(output).kill_on_drop(true).spawn().unwrap()
    };
    let ends_well = async |mut server: Child| {
        timeout(DEADLINE, server.wait()).await.expect("the server goes on").unwrap().success()
    };
    let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
    let said = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}),
        json!({"jsonrpc": "2.0", "method": "exit"}),
    ];
    let said: Vec<u8> = said.iter().flat_map(framed).collect();

    let pair = || UnixStream::pair().unwrap();
    let ((mut input, their_input), (mut output, their_output)) = (pair(), pair());
    let server = start(OwnedFd::from(their_input).into(), OwnedFd::from(their_output).into());
    output.set_read_timeout(Some(DEADLINE)).unwrap();
    input.write_all(&said).unwrap();
    input.shutdown(Shutdown::Write).unwrap();
    let mut over_sockets = String::new();
    output.read_to_string(&mut over_sockets).unwrap();
    assert!(ends_well(server).await && over_sockets.contains("\"id\":2"), "{over_sockets}");

    let (from, to) = (home.path().join("in"), home.path().join("out"));
    std::fs::write(&from, &said).unwrap();
    let server = start(File::open(&from).unwrap().into(), File::create(&to).unwrap().into());
    assert!(ends_well(server).await);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), over_sockets);
}
