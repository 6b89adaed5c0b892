//! The client of a server in a process of its own, over its standard input and output.

use std::process::Stdio;

use graft_ls::lsp::End;
use serde_json::Value;
use tokio::process::Command;

use super::LspClient;

impl LspClient {
    /// A client that has been through `initialize` with `params`, and the id of the process that it started. The process is
    /// killed with the client; it ends in order if it leaves with 0.
    pub async fn spawn(mut command: Command, params: Value) -> (LspClient, u32) {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let id = child.id().unwrap();
        let (writer, reader) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let server = tokio::spawn(async move {
            match child.wait().await.unwrap().code() {
                Some(0) => End::Orderly,
                _ => End::Abrupt,
            }
        });
        (LspClient::over(reader, Box::new(writer), server).initialized(params).await, id)
    }

    /// Takes what has arrived, and waits for nothing.
    pub async fn take_arrived(&mut self) {
        while let Ok(message) = self.incoming.try_recv() {
            self.take(message).await;
        }
    }

    /// Waits for one more message, whatever it is.
    pub async fn take_next(&mut self) {
        self.pump("message of any kind").await;
    }

    /// The requests of that name that nobody has read, oldest first.
    pub fn take_unread(&mut self, method: &str) -> Vec<Value> {
        let (taken, left): (Vec<Value>, Vec<Value>) =
            self.unread.drain(..).partition(|message| message["method"] == method);
        self.unread = left.into();
        taken
    }

    /// The answers that nobody has fetched, by the id of their requests.
    pub fn take_answers(&mut self) -> Vec<(i64, Value)> {
        self.answers.drain().collect()
    }

    /// How many requests wait for their answer.
    pub fn unanswered(&self) -> usize {
        self.waiting.len()
    }
}
