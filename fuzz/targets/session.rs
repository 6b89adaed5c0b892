//! A server with a client that has said all that it will say.

use std::io::Cursor;
use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::lsp::{LoadConfig, Work, serve as serve_client};

/// Serves these bytes to their end, on a clock that does not wait.
pub fn serve(bytes: Vec<u8>, work: Arc<dyn Work>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let load: LoadConfig = Arc::new(|said| Config::from_layers(None, said.editor).into());
    runtime.block_on(serve_client(Cursor::new(bytes), tokio::io::sink(), work, load));
    runtime.shutdown_background();
}
