//! Where inline completion is on: the settings' word, and over it what the person switched, until the editor closes.
//! `graft.toggle_completion` and its part of `graft.status`. Asks for no completion.

use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{MessageType, Uri};
use tower_lsp::jsonrpc::{Error, Result};

use super::execute_command::TOGGLE;
use super::session::{Server, Session};
use super::store::Open;
use super::uri;
use crate::config::{Activation, Config};
use crate::engine::Uptake;

/// What the person switched.
#[derive(Default)]
pub(super) struct Switches {
    all_off: AtomicBool,
    /// By document: whether completion is on there, whatever else is said.
    documents: DashMap<Uri, bool>,
}

/// The argument of `graft.toggle_completion`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToggleArgument {
    /// The document; nothing means everything.
    uri: Option<Uri>,
    /// What is wanted; nothing means the other state.
    on: Option<bool>,
}

impl Switches {
    fn is_on(&self) -> bool {
        !self.all_off.load(Ordering::Relaxed)
    }

    /// For everything, also for documents that were switched one by one.
    fn set_all(&self, on: bool) {
        self.all_off.store(!on, Ordering::Relaxed);
        self.documents.clear();
    }

    fn of(&self, uri: &Uri) -> Option<bool> {
        self.documents.get(uri).map(|on| *on)
    }

    /// What holds for a document of which the settings say this, and who says so.
    fn over(&self, uri: &Uri, said: (Activation, &'static str)) -> (Activation, &'static str) {
        match self.of(uri) {
            Some(true) if said.0 == Activation::Off => (Activation::Auto, TOGGLE),
            Some(true) => said,
            Some(false) => (Activation::Off, TOGGLE),
            None if self.is_on() => said,
            None => (Activation::Off, TOGGLE),
        }
    }
}

impl Session {
    /// How somebody comes to a completion in a document, and the key or the command that says so.
    pub(super) fn activation(&self, open: &Open, config: Option<&Config>) -> (Activation, &'static str) {
        let folder = self.folder(open.path.as_deref());
        let inside = folder.as_deref().and_then(|folder| open.path.as_deref()?.strip_prefix(folder).ok());
        let path = inside.or(open.path.as_deref()).map(|path| path.to_string_lossy().replace('\\', "/"));
        let language = open.document().map_or("", |document| document.language().name);
        let said = config.map(|config| config.completion.of_file(language, path.as_deref())).unwrap_or_default();
        self.completions.switches.over(&open.uri, said)
    }

    /// For `graft.status`: whether it is on, what holds for every open document, and what became of suggestions so far.
    pub(super) async fn completion_status(&self) -> Value {
        let mut documents = Vec::new();
        for open in self.store.documents() {
            let config = self.config(open.path.as_deref()).await;
            let (activation, why) = self.activation(&open, config.as_deref());
            documents.push(json!({"uri": open.uri, "activation": activation.as_str(), "why": why}));
        }
        let uptake: Vec<Value> = self.work.uptake().into_iter().map(taken).collect();
        json!({"on": self.completions.switches.is_on(), "documents": documents, "uptake": uptake})
    }
}

/// How many suggestions of a step were shown and taken in a language, and how long they took on average.
fn taken((step, language, uptake): (String, &'static str, Uptake)) -> Value {
    let Uptake { suggested, accepted, waited } = uptake;
    let per_suggestion = |sum: f64| if suggested == 0 { 0.0 } else { sum / suggested as f64 };
    json!({
        "step": step,
        "language": language,
        "shown": suggested,
        "taken": accepted,
        "rate": per_suggestion(accepted as f64),
        "mean_latency_ms": per_suggestion(waited.as_secs_f64() * 1000.0).round(),
    })
}

impl Server {
    /// Switches, says so, and answers `{on}`.
    pub(super) async fn graft_toggle_completion(&self, arguments: Vec<Value>) -> Result<Value> {
        let session = &self.0;
        let argument = arguments.into_iter().next().unwrap_or(Value::Null);
        let ToggleArgument { uri, on } = Option::<ToggleArgument>::deserialize(&argument)
            .map_err(|_| Error::invalid_params(format!("{TOGGLE} takes nothing, or {{uri?, on?}}")))?
            .unwrap_or_default();
        let switches = &session.completions.switches;
        let (on, place) = match uri {
            None => {
                let on = on.unwrap_or(!switches.is_on());
                switches.set_all(on);
                (on, "everywhere".to_owned())
            }
            Some(uri) => {
                let open = session.store.get(&uri).ok_or_else(|| {
                    Error::invalid_params(format!(
                        "`{}` is not open; {TOGGLE} takes an open document",
                        uri::name_of(&uri)
                    ))
                })?;
                let config = session.config(open.path.as_deref()).await;
                let on = on.unwrap_or(session.activation(&open, config.as_deref()).0 == Activation::Off);
                switches.documents.insert(open.uri.clone(), on);
                (on, format!("in `{}`", uri::name_of(&open.uri)))
            }
        };
        let state = if on { "on" } else { "off" };
        session.show(MessageType::Info, &format!("inline completion is {state} {place}")).await;
        Ok(json!({"on": on}))
    }
}
