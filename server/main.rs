//! The binary: picks the face that was asked for. Owns no logic; the one place that knows both faces.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use graft_ls::cli::{self, Invocation};
use graft_ls::config::{Config, Said, Sources, log_file_path};
use graft_ls::engine::Engine;
use graft_ls::lsp;
use graft_ls::model::usual_probes;
use tracing_subscriber::filter::LevelFilter;

/// Enough for an editor's traffic; models are waited for, not computed here.
const WORKER_THREADS: usize = 2;

fn main() -> ExitCode {
    // A panic is a bug; its message may quote source text, and standard error may go into an editor's log.
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(at = panic.location().map(ToString::to_string), "a bug in graft-ls")
    }));
    match cli::parse(std::env::args_os()) {
        Ok(Invocation::LanguageServer) => serve_editor(),
        Ok(Invocation::Command(command)) => cli::execute(command),
        Err(code) => code,
    }
}

fn serve_editor() -> ExitCode {
    log_to_file();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKER_THREADS).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let sources = Sources::of_this_machine();
    let load: lsp::LoadConfig = Arc::new(move |said: &Said<'_>| sources.load(said));
    let end = runtime.block_on(lsp::serve_stdio(Engine::discovering(Config::default(), usual_probes()), load));
    // A linter or a connection that hangs must not keep a process without an editor alive.
    runtime.shutdown_background();
    match end {
        lsp::End::Orderly => ExitCode::SUCCESS,
        lsp::End::Abrupt => ExitCode::FAILURE,
    }
}

/// Logs decisions, never source text or keys, to the platform's state folder. A log that cannot be written is done without:
/// standard error belongs to the editor, which may show it to the user.
fn log_to_file() {
    let Some(path) = log_file_path() else { return };
    if let Ok(log) = lsp::Log::open(path) {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::INFO)
            .with_ansi(false)
            // Of a full disk nothing is said on standard error either, nor is it written to where nobody holds it.
            .log_internal_errors(false)
            .with_writer(Mutex::new(log))
            .init();
    }
}
