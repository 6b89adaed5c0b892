//! What one client's connection holds: its abilities, its documents, its jobs. Answers the requests of a server's life and
//! hands the others on. Decides nothing.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower_lsp::gen_lsp_types::{InitializeParams, InitializeResult, InitializedParams, MessageType};
use tower_lsp::jsonrpc;
use tower_lsp::{Client, LanguageServer};

use super::config_files;
use super::initialize::{self, Abilities};
use super::inline_completion::Completions;
use super::jobs::Jobs;
use super::parent::Parent;
use super::settings::{LoadConfig, Settings};
use super::store::Store;
use super::work::Work;
use crate::actions::Workspace;
use crate::config::{Activation, Config};
use crate::text::Encoding;

/// One connection.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) work: Arc<dyn Work>,
    pub(super) store: Arc<Store>,
    pub(super) jobs: Jobs,
    pub(super) completions: Completions,
    pub(super) settings: Settings,
    /// Fires when there is no client any more.
    pub(super) gone: CancellationToken,
    abilities: OnceLock<Abilities>,
    /// The workspace's folders, as they are now.
    folders: Mutex<Vec<PathBuf>>,
    /// What is to be said of the settings of the start, until it may be said.
    unsaid: Mutex<Vec<String>>,
    /// The model that was found last, which is told once.
    found: Mutex<Option<String>>,
    /// The base config that the engine has.
    base: Mutex<Option<Arc<Config>>>,
    /// Diffs that the person asked to see; the folder is theirs alone, and goes with the connection.
    diffs: OnceLock<TempDir>,
}

impl Session {
    pub(super) fn new(client: Client, work: Arc<dyn Work>, load: LoadConfig) -> Session {
        Session {
            client,
            work,
            store: Arc::new(Store::new()),
            jobs: Jobs::new(),
            completions: Completions::default(),
            settings: Settings::new(load),
            gone: CancellationToken::new(),
            abilities: OnceLock::new(),
            folders: Mutex::default(),
            unsaid: Mutex::default(),
            found: Mutex::default(),
            base: Mutex::default(),
            diffs: OnceLock::new(),
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

    /// The innermost workspace folder that holds a path.
    pub(super) fn folder(&self, path: Option<&Path>) -> Option<PathBuf> {
        let folders = lock(&self.folders);
        let holding = folders.iter().filter(|folder| path.is_some_and(|path| path.starts_with(folder)));
        holding.max_by_key(|folder| folder.as_os_str().len()).cloned()
    }

    /// The workspace's first folder.
    pub(super) fn first_folder(&self) -> Option<PathBuf> {
        lock(&self.folders).first().cloned()
    }

    /// Takes folders in and out; returns those that there are then.
    pub(super) fn change_folders(&self, added: &[PathBuf], removed: &[PathBuf]) -> Vec<PathBuf> {
        let mut folders = lock(&self.folders);
        folders.retain(|folder| !removed.contains(folder) && !added.contains(folder));
        folders.extend_from_slice(added);
        folders.clone()
    }

    /// The files around a document: open buffers first, then the disk, from the innermost workspace folder that holds it.
    pub(super) fn workspace(&self, path: Option<&Path>) -> Workspace {
        let (store, open) = (self.store.clone(), self.store.clone());
        Workspace {
            root: self.folder(path),
            buffers: Some(Arc::new(move |path: &Path| store.buffer(path))),
            open: Some(Arc::new(move || open.recent())),
            disk: true,
        }
    }

    /// Gives the engine the config that holds outside of all folders, if it is another now, and passes on what is to be said.
    pub(super) fn configured(&self, news: Vec<String>) -> Vec<String> {
        let (config, more) = self.settings.config(None);
        let mut base = lock(&self.base);
        let is_new = match (&config, base.as_ref()) {
            (Some(new), Some(old)) => !Arc::ptr_eq(new, old),
            (new, _) => new.is_some(),
        };
        if let Some(config) = config.filter(|_| is_new) {
            self.work.configure((*config).clone());
            *base = Some(config);
        }
        news.into_iter().chain(more).collect()
    }

    /// The config for a document; nothing where none was ever good. A config file that changed is noticed here, and what is
    /// wrong with it is said.
    pub(super) async fn config(&self, path: Option<&Path>) -> Option<Arc<Config>> {
        let (config, news) = self.settings.config(self.folder(path).as_deref());
        for sentence in self.configured(news) {
            self.show(MessageType::Warning, &sentence).await;
        }
        config
    }

    /// Whether the settings want completions in the menu anywhere.
    fn has_menu(&self) -> bool {
        let folders = lock(&self.folders).clone();
        let mut places = std::iter::once(None).chain(folders.into_iter().map(Some));
        places.any(|place| {
            let (config, news) = self.settings.config(place.as_deref());
            lock(&self.unsaid).extend(news);
            config.is_some_and(|config| config.completion.menu != Activation::Off)
        })
    }

    /// Looks for a model where no settings name one, and says what was picked. What is not found is said when it is missed.
    async fn discover(&self) {
        let folders = lock(&self.folders).clone();
        let places = if folders.is_empty() { vec![None] } else { folders.into_iter().map(Some).collect() };
        for place in places {
            let (config, news) = self.settings.config(place.as_deref());
            for sentence in self.configured(news) {
                self.show(MessageType::Warning, &sentence).await;
            }
            let Some(config) = config else { continue };
            if let Some(found) = self.work.discover(config).await {
                self.tell_found(&found).await;
            }
        }
    }

    /// Says which model was found, once.
    pub(super) async fn tell_found(&self, found: &str) {
        if lock(&self.found).replace(found.to_owned()).as_deref() != Some(found) {
            self.show(MessageType::Info, &format!("nothing is configured: {found}; `graft-ls config init` keeps it"))
                .await;
        }
    }

    /// The folder for diffs.
    pub(super) fn diffs(&self) -> std::io::Result<&Path> {
        if self.diffs.get().is_none() {
            let _ = self.diffs.set(tempfile::Builder::new().prefix("graft-").tempdir()?);
        }
        self.diffs.get().map(TempDir::path).ok_or_else(|| std::io::ErrorKind::NotFound.into())
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
        tracing::info!(client = params.client_info.as_ref().map(|client| client.name.as_str()), encoding = ?abilities.encoding, "initialize");
        self.0.change_folders(&abilities.folders, &[]);
        let news = self.0.settings.initialize(params.initialization_options.as_ref(), &abilities.folders);
        *lock(&self.0.unsaid) = self.0.configured(news);
        let result = initialize::result(&abilities, self.0.has_menu());
        let _ = self.0.abilities.set(abilities);
        if let Some(parent) = params.process_id.and_then(Parent::alive) {
            let session = self.0.clone();
            self.0.jobs.tasks.spawn(async move {
                tokio::select! {
                    () = session.jobs.stopped() => {}
                    () = parent.ended() => session.gone.cancel(),
                }
            });
        }
        Ok(result)
    }

    async fn initialized(&self, _: InitializedParams) {
        let unsaid = std::mem::take(&mut *lock(&self.0.unsaid));
        for sentence in unsaid {
            self.0.show(MessageType::Warning, &sentence).await;
        }
        self.0.jobs.tasks.spawn(config_files::watch(self.0.clone()));
        let session = self.0.clone();
        self.0.jobs.tasks.spawn(async move {
            // A client that never answers must not keep anything alive.
            tokio::select! {
                () = session.jobs.stopped() => {}
                () = config_files::register(&session) => {}
            }
        });
        let session = self.0.clone();
        self.0.jobs.tasks.spawn(async move {
            tokio::select! {
                () = session.jobs.stopped() => {}
                () = session.discover() => {}
            }
        });
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
        self.tell(self.0.settings.change(settings)).await;
    }
}

/// Plain values: a panic elsewhere leaves them usable.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
