//! An editor as far as a benchmark needs one: frames on a pair of streams, requests by number, nothing checked.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use graft_ls::lsp::serve;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, duplex, split,
};

/// A client that has been through `initialize`, with a server in the same process.
pub struct Editor {
    writer: WriteHalf<DuplexStream>,
    reader: BufReader<ReadHalf<DuplexStream>>,
    last: u64,
}

impl Editor {
    pub async fn start(settings: Value) -> Editor {
        let (ours, theirs) = duplex(4 << 20);
        let (input, output) = split(theirs);
        let load: graft_ls::lsp::LoadConfig = Arc::new(|said| Config::from_layers(None, said.editor).into());
        tokio::spawn(serve(input, output, Arc::new(Engine::new(Config::default())), load));
        let (reader, writer) = split(ours);
        let mut editor = Editor { writer, reader: BufReader::new(reader), last: 0 };
        let capabilities = json!({"general": {"positionEncodings": ["utf-8"]}});
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": settings});
        let id = editor.ask("initialize", params).await;
        editor.answer(id).await;
        editor.notify("initialized", json!({})).await;
        editor
    }

    async fn send(&mut self, message: Value) {
        let body = message.to_string();
        self.writer.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Sends a request; returns its number.
    pub async fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last += 1;
        self.send(json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})).await;
        self.last
    }

    /// The next answer to a request: its number and its result.
    pub async fn next(&mut self) -> (u64, Value) {
        loop {
            let message = self.read().await;
            if let (Some(id), true) = (message["id"].as_u64(), message.get("method").is_none()) {
                return (id, message["result"].clone());
            }
        }
    }

    /// The answer to that request; others are dropped.
    pub async fn answer(&mut self, id: u64) -> Value {
        loop {
            let (found, result) = self.next().await;
            if found == id {
                return result;
            }
        }
    }

    async fn read(&mut self) -> Value {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            self.reader.read_line(&mut line).await.unwrap();
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
