//! What one client's connection holds: its abilities, its documents, its jobs. Answers the requests of a server's life and
//! hands the others on. Decides nothing.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use tower_lsp::gen_lsp_types::{InitializeParams, InitializeResult, InitializedParams, MessageType};
use tower_lsp::jsonrpc;
use tower_lsp::{Client, LanguageServer};

use super::initialize::{self, Abilities};
use super::jobs::Jobs;
use super::settings::{LoadConfig, Settings};
use super::store::Store;
use super::work::Work;
use crate::actions::Workspace;
use crate::config::Config;
use crate::text::Encoding;

/// One connection.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) work: Arc<dyn Work>,
    pub(super) store: Arc<Store>,
    pub(super) jobs: Jobs,
    settings: Settings,
    abilities: OnceLock<Abilities>,
    /// What is wrong with the config of the start, until it may be said.
    unsaid: Mutex<Option<String>>,
}

impl Session {
    pub(super) fn new(client: Client, work: Arc<dyn Work>, load: LoadConfig) -> Session {
        Session {
            client,
            work,
            store: Arc::new(Store::new()),
            jobs: Jobs::new(),
            settings: Settings::new(load),
            abilities: OnceLock::new(),
            unsaid: Mutex::new(None),
        }
    }

    /// What the client can do; before `initialize`, nothing.
    pub(super) fn abilities(&self) -> &Abilities {
        static NONE: OnceLock<Abilities> = OnceLock::new();
        self.abilities.get().unwrap_or_else(|| NONE.get_or_init(Abilities::default))
    }

    /// Whether `initialize` was answered.
    pub(super) fn is_initialized(&self) -> bool {
        self.abilities.get().is_some()
    }

    /// In what the client counts characters.
    pub(super) fn encoding(&self) -> Encoding {
        self.abilities().encoding
    }

    /// The files around a document: open buffers first, then the disk, from the innermost workspace folder that holds it.
    pub(super) fn workspace(&self, path: Option<&Path>) -> Workspace {
        let folders = &self.abilities().folders;
        let around = |path: &Path| {
            folders.iter().filter(|folder| path.starts_with(folder)).max_by_key(|folder| folder.as_os_str().len())
        };
        let store = self.store.clone();
        Workspace {
            root: path.and_then(around).cloned(),
            buffers: Some(Arc::new(move |path: &Path| store.buffer(path))),
            disk: true,
        }
    }

    fn configure(&self, config: Result<Config, Vec<String>>) -> Option<String> {
        match config {
            Ok(config) => {
                self.work.configure(config);
                None
            }
            Err(problems) => Some(format!(
                "the settings have mistakes, so the last good ones stay in force: {}",
                problems.join("; ")
            )),
        }
    }

    /// Shows one message, under Graft's name.
    pub(super) async fn show(&self, kind: MessageType, sentence: &str) {
        self.client.show_message(kind, format!("Graft: {sentence}")).await;
    }
}

/// The connection as the library wants it.
#[derive(Clone)]
pub(super) struct Server(pub(super) Arc<Session>);

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> jsonrpc::Result<InitializeResult> {
        let abilities = Abilities::of(&params);
        let result = initialize::result(&abilities);
        tracing::info!(client = params.client_info.as_ref().map(|client| client.name.as_str()), encoding = ?abilities.encoding, "initialize");
        let config = self.0.settings.initialize(params.initialization_options.as_ref());
        if let Ok(mut unsaid) = self.0.unsaid.lock() {
            *unsaid = self.0.configure(config);
        }
        let _ = self.0.abilities.set(abilities);
        Ok(result)
    }

    async fn initialized(&self, _: InitializedParams) {
        let problem = self.0.unsaid.lock().ok().and_then(|mut unsaid| unsaid.take());
        if let Some(problem) = problem {
            self.0.show(MessageType::Warning, &problem).await;
        }
    }

    async fn shutdown(&self) -> jsonrpc::Result<()> {
        self.0.jobs.cancel_all();
        Ok(())
    }
}

impl Server {
    /// `workspace/didChangeConfiguration`.
    pub(super) async fn did_change_configuration(&self, params: Value) {
        let settings = params.get("settings").unwrap_or(&Value::Null);
        let config = self.0.settings.change(settings);
        if let Some(problem) = self.0.configure(config) {
            self.0.show(MessageType::Warning, &problem).await;
        }
    }
}
