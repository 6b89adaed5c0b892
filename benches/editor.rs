//! An editor as far as a benchmark needs one: frames on a pair of streams, requests by number, nothing checked.

#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use graft_ls::lsp::serve;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, duplex, split};
use tokio::process::{Child, Command};

/// A client that has been through `initialize`, with a server in the same process or in one of its own.
pub struct Editor {
    writer: Box<dyn AsyncWrite + Unpin + Send>,
    reader: BufReader<Box<dyn AsyncRead + Unpin + Send>>,
    last: u64,
    server: Option<Child>,
}

impl Editor {
    /// With a server in this process.
    pub async fn start(settings: Value) -> Editor {
        let (ours, theirs) = duplex(4 << 20);
        let (input, output) = split(theirs);
        let load: graft_ls::lsp::LoadConfig = Arc::new(|said| Config::from_layers(None, said.editor).into());
        tokio::spawn(serve(input, output, Arc::new(Engine::new(Config::default())), load));
        let (reader, writer) = split(ours);
        Editor::over(Box::new(reader), Box::new(writer), None).initialized(settings).await
    }

    /// With a server of its own, which finds nobody's settings: `home` is an empty folder.
    pub async fn spawn(program: &Path, home: &Path, settings: Value) -> Editor {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", home).env("XDG_CONFIG_HOME", home).env("XDG_STATE_HOME", home);
        command.env("XDG_CACHE_HOME", home).env("XDG_DATA_HOME", home).current_dir(home);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut server = command.spawn().unwrap();
        let (reader, writer) = (server.stdout.take().unwrap(), server.stdin.take().unwrap());
        Editor::over(Box::new(reader), Box::new(writer), Some(server)).initialized(settings).await
    }

    fn over(
        reader: Box<dyn AsyncRead + Unpin + Send>,
        writer: Box<dyn AsyncWrite + Unpin + Send>,
        server: Option<Child>,
    ) -> Editor {
        Editor { writer, reader: BufReader::new(reader), last: 0, server }
    }

    async fn initialized(mut self, settings: Value) -> Editor {
        let capabilities = json!({
            "general": {"positionEncodings": ["utf-8"]},
            "workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true}},
            "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}}}},
        });
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": settings});
        let id = self.ask("initialize", params).await;
        self.answer(id).await;
        self.notify("initialized", json!({})).await;
        self
    }

    /// The process of its own server.
    pub fn process(&self) -> u32 {
        self.server.as_ref().and_then(Child::id).unwrap()
    }

    async fn send(&mut self, message: Value) {
        let body = message.to_string();
        self.writer.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Opens a document as its version 1.
    pub async fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document})).await;
    }

    /// Replaces what stands between two places (line, character).
    pub async fn change(&mut self, uri: &str, version: i32, from: (usize, usize), to: (usize, usize), text: &str) {
        let place = |(line, character): (usize, usize)| json!({"line": line, "character": character});
        let change = json!({"range": {"start": place(from), "end": place(to)}, "text": text});
        let params = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]});
        self.notify("textDocument/didChange", params).await;
    }

    /// Sends a request; returns its number.
    pub async fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        self.send(json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})).await;
        self.last
    }

    /// Answers a request of the server's.
    pub async fn respond(&mut self, request: &Value, result: Value) {
        self.send(json!({"jsonrpc": "2.0", "id": request["id"], "result": result})).await;
    }

    /// Makes an edit that the server asked for, which leads to that version, and says so.
    pub async fn make(&mut self, edit: &Value, version: i32) {
        let change = &edit["params"]["edit"]["documentChanges"][0];
        let mut changes = change["edits"].as_array().unwrap().clone();
        // The last first: none moves another.
        changes.reverse();
        for change in &mut changes {
            change["text"] = change["newText"].take();
        }
        let document = json!({"uri": change["textDocument"]["uri"], "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes})).await;
        self.respond(edit, json!({"applied": true})).await;
    }

    /// The next answer to a request: its number and its result.
    pub async fn next(&mut self) -> (u64, Value) {
        let message = self.answered(|_| true).await;
        (message["id"].as_u64().unwrap(), message["result"].clone())
    }

    /// The result of that request; other messages are dropped.
    pub async fn answer(&mut self, id: u64) -> Value {
        self.answered(|other| other == id).await["result"].clone()
    }

    async fn answered(&mut self, is_wanted: impl Fn(u64) -> bool) -> Value {
        loop {
            let message = self.read().await;
            if message.get("method").is_none() && message["id"].as_u64().is_some_and(&is_wanted) {
                return message;
            }
        }
    }

    /// The server's next request or notification of that name; other messages are dropped.
    pub async fn asked(&mut self, method: &str) -> Value {
        loop {
            let message = self.read().await;
            if message["method"] == method {
                return message;
            }
        }
    }

    /// The next message, whatever it is.
    pub async fn read(&mut self) -> Value {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            assert!(self.reader.read_line(&mut line).await.unwrap() > 0, "the server closed its output");
            match line.trim_end() {
                "" => break,
                header => length = header.rsplit(' ').next().and_then(|text| text.parse().ok()).unwrap_or(length),
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}
