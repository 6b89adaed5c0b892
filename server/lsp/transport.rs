//! The connection: reads messages, starts what they ask for, writes what comes of it, and ends it all when the client is
//! gone. Refuses to wait: for a handler, or for a client that does not read.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::{Error, Id, Response};
use tower_lsp::{ClientSocket, Loopback, LspService};

use super::middleware::{Answer, Middleware};
use super::session::{Server, Session};
use super::settings::LoadConfig;
use super::wire::{Frame, Frames, Incoming, frame, read_message};
use super::work::Work;

/// How long requests in flight may take to end after the client's last word, and answers to be written.
const FAREWELL: Duration = Duration::from_millis(500);

/// So many bytes that the client has not taken are enough: it is not read from before it reads. Far more than any client that
/// lives leaves behind.
const BACKLOG: usize = 32 << 20;

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client said `shutdown` and then `exit`: the process's exit code is 0.
    Orderly,
    /// The client left otherwise: the exit code is 1.
    Abrupt,
}

/// Serves one client until it says `exit` or closes its stream; then every job is cancelled, and what is left of the
/// answers is written if the client still reads. `load` makes the config of the editor's settings, at first when the client
/// initializes.
pub async fn serve<R, W>(input: R, output: W, work: Arc<dyn Work>, load: LoadConfig) -> End
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (service, socket) = service(work, load);
    let session = service.inner().0.clone();
    let (out, queue) = Out::new();
    let gone = session.gone.clone();
    let writer = tokio::spawn(write(output, queue, out.backlog.clone(), gone.clone()));
    let (to_client, mut from_client) = socket.split();
    let sender = tokio::spawn(send(to_client, out.clone()));
    let mut handlers = JoinSet::new();
    let mut middleware = Middleware::new(service, session.clone());
    let mut frames = Frames::new(input);
    let mut life = Life::default();
    while !life.is_over() {
        let frame = tokio::select! {
            frame = async {
                out.has_room().await;
                frames.next().await
            } => frame,
            () = gone.cancelled() => break,
        };
        while handlers.try_join_next().is_some() {}
        match read(frame, &out) {
            Read::Nothing => {}
            Read::End => break,
            Read::Message(Incoming::Response(response)) => {
                let _ = from_client.send(response).await;
            }
            Read::Message(Incoming::Request(request)) => {
                life.heard(request.method());
                match middleware.call(request) {
                    Answer::Now(response) => out.answer(response),
                    Answer::Later(answer) => {
                        let out = out.clone();
                        handlers.spawn(async move { out.answer(answer.await) });
                    }
                }
            }
        }
    }
    session.jobs.stop();
    let _ = timeout(FAREWELL, async {
        while handlers.join_next().await.is_some() {}
        session.jobs.tasks.wait().await;
    })
    .await;
    handlers.shutdown().await;
    sender.abort();
    let _ = sender.await;
    drop((out, middleware));
    let _ = timeout(FAREWELL, writer).await;
    life.end()
}

fn service(work: Arc<dyn Work>, load: LoadConfig) -> (LspService<Server>, ClientSocket) {
    LspService::build_with_lifecycle_methods(|client| Server(Arc::new(Session::new(client, work, load))))
        .custom_method("textDocument/codeAction", Server::code_action)
        .custom_method("textDocument/inlineCompletion", Server::inline_completion)
        .custom_method("textDocument/completion", Server::completion)
        .custom_method("workspace/executeCommand", Server::execute_command)
        .custom_method("workspace/didChangeConfiguration", Server::did_change_configuration)
        .custom_method("workspace/didChangeWatchedFiles", Server::did_change_watched_files)
        .custom_method("workspace/didChangeWorkspaceFolders", Server::did_change_workspace_folders)
        .custom_method("textDocument/didSave", Server::did_save)
        .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
        .finish()
}

/// How far the client is in saying goodbye.
#[derive(Default)]
struct Life {
    shutdown: bool,
    exit: bool,
}

impl Life {
    fn heard(&mut self, method: &str) {
        self.shutdown |= method == "shutdown";
        self.exit |= method == "exit";
    }

    fn is_over(&self) -> bool {
        self.exit
    }

    fn end(&self) -> End {
        if self.shutdown && self.exit { End::Orderly } else { End::Abrupt }
    }
}

enum Read {
    Message(Incoming),
    Nothing,
    End,
}

fn read(frame: Frame, out: &Out) -> Read {
    let body = match frame {
        Frame::Body(body) => body,
        Frame::End => return Read::End,
        Frame::Garbage(reason) => {
            tracing::warn!(reason, "skipped");
            let mut error = Error::invalid_request();
            error.message = reason.into();
            out.answer(Some(Response::from_error(Id::Null, error)));
            return Read::Nothing;
        }
    };
    match read_message(&body) {
        Ok(message) => Read::Message(message),
        Err(answer) => {
            tracing::warn!(bytes = body.len(), "a message that cannot be read");
            out.answer(Some(*answer));
            Read::Nothing
        }
    }
}

/// The way out: never full, so that no handler waits for a client that does not read. What it holds is counted.
#[derive(Clone)]
struct Out {
    frames: UnboundedSender<Vec<u8>>,
    /// In bytes.
    backlog: Arc<watch::Sender<usize>>,
}

impl Out {
    fn new() -> (Out, UnboundedReceiver<Vec<u8>>) {
        let (frames, queue) = unbounded_channel();
        (Out { frames, backlog: Arc::new(watch::Sender::new(0)) }, queue)
    }

    /// Waits until the client has taken enough of what there is for it.
    async fn has_room(&self) {
        let _ = self.backlog.subscribe().wait_for(|bytes| *bytes < BACKLOG).await;
    }

    fn answer(&self, response: Option<Response>) {
        if let Some(response) = response {
            self.put(&response);
        }
    }

    fn put(&self, message: &impl Serialize) {
        if let Some(frame) = frame(message) {
            self.backlog.send_modify(|bytes| *bytes += frame.len());
            let _ = self.frames.send(frame);
        }
    }
}

/// Passes on what the server asks and tells the client.
async fn send(mut messages: <ClientSocket as Loopback>::RequestStream, out: Out) {
    while let Some(message) = messages.next().await {
        out.put(&message);
    }
}

/// Writes frames, flushing when there are no more at hand. A client that closed its end is gone.
async fn write<W: AsyncWrite + Unpin>(
    mut output: W,
    mut queue: UnboundedReceiver<Vec<u8>>,
    backlog: Arc<watch::Sender<usize>>,
    gone: CancellationToken,
) {
    let mut written = Ok(());
    while let Some(frame) = queue.recv().await {
        written = output.write_all(&frame).await;
        backlog.send_modify(|bytes| *bytes -= frame.len());
        if written.is_ok() && queue.is_empty() {
            written = output.flush().await;
        }
        if written.is_err() {
            break;
        }
    }
    if written.is_err() {
        gone.cancel();
    }
    let _ = output.shutdown().await;
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_read_is_read_again_once_it_does() {
        let (out, queue) = Out::new();
        assert!(out.has_room().now_or_never().is_some());
        out.put(&"x".repeat(BACKLOG));
        assert!(out.has_room().now_or_never().is_none());
        tokio::spawn(write(tokio::io::sink(), queue, out.backlog.clone(), CancellationToken::new()));
        timeout(Duration::from_secs(30), out.has_room()).await.unwrap();
    }
}
