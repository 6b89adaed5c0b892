//! The configs in force, one for each workspace folder and one for what is in none, and what is still to be said of them.
//! Refuses to read a file: `config` does, through a closure that the program hands in. Settings that have mistakes leave the
//! last good ones in force.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::config::{Config, ConfigError, Loading, Mistakes, Said, Stamps, mistakes_in};

/// Makes a config of the user's files, a project's file and the editor's settings, or says what is wrong with them.
pub type LoadConfig = Arc<dyn Fn(&Said<'_>) -> Loading + Send + Sync>;

/// The settings of one connection.
pub(super) struct Settings {
    load: LoadConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    initial: Option<Value>,
    editor: Option<Value>,
    /// By workspace folder; nothing is the place of documents outside all of them.
    held: HashMap<Option<PathBuf>, Held>,
    /// What was said last of mistakes, and all that was ever said of projects.
    said: Option<String>,
    warned: Vec<String>,
}

#[derive(Default)]
struct Held {
    /// The last good one.
    config: Option<Arc<Config>>,
    stamps: Stamps,
    mistakes: Vec<ConfigError>,
    warnings: Vec<String>,
}

impl Settings {
    pub(super) fn new(load: LoadConfig) -> Settings {
        Settings { load, state: Mutex::default() }
    }

    /// Takes over `initializationOptions` and the workspace's folders; says what is to be told.
    pub(super) fn initialize(&self, options: Option<&Value>, folders: &[PathBuf]) -> Vec<String> {
        let mut state = self.state();
        let section = options.and_then(section).cloned();
        (state.initial, state.editor) = (section.clone(), section);
        self.hold(&mut state, folders)
    }

    /// Takes over the settings of a `workspace/didChangeConfiguration`. Where they say nothing of Graft, those of the start
    /// hold: eglot sends an empty object after every start, and VS Code sends null to say "ask me".
    pub(super) fn change(&self, settings: &Value) -> Vec<String> {
        let mut state = self.state();
        state.editor = section(settings).or(state.initial.as_ref()).cloned();
        self.reload(&mut state)
    }

    /// Takes over the workspace's folders.
    pub(super) fn set_folders(&self, folders: &[PathBuf]) -> Vec<String> {
        self.hold(&mut self.state(), folders)
    }

    /// Reads everything anew: a file changed.
    pub(super) fn refresh(&self) -> Vec<String> {
        self.reload(&mut self.state())
    }

    /// The config for documents in a folder, and what is to be told; nothing where none was ever good. A file that changed
    /// unnoticed is noticed here.
    pub(super) fn config(&self, folder: Option<&Path>) -> (Option<Arc<Config>>, Vec<String>) {
        let mut state = self.state();
        let key = folder.map(Path::to_owned);
        let is_current = state.held.get(&key).is_some_and(|held| held.stamps.are_current());
        let told = match is_current {
            true => Vec::new(),
            false => {
                self.read(&mut state, key.clone());
                state.news()
            }
        };
        (state.held.get(&key).and_then(|held| held.config.clone()), told)
    }

    /// What was said last of mistakes that are still there.
    pub(super) fn problem(&self) -> Option<String> {
        self.state().said.clone()
    }

    /// What comes of reading the settings of a folder anew; those in force stay.
    pub(super) fn loading(&self, folder: Option<&Path>) -> Loading {
        let editor = self.state().editor.clone().unwrap_or_default();
        (self.load)(&Said { editor: &editor, folder, ..Said::default() })
    }

    /// What is wrong with a config file as it stands in the editor.
    pub(super) fn check(&self, path: &Path, text: &str, folder: Option<&Path>) -> Vec<ConfigError> {
        let editor = self.state().editor.clone().unwrap_or_default();
        let said = Said { editor: &editor, folder, unsaved: Some((path, text)), ..Said::default() };
        match (self.load)(&said).result {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes_in(&mistakes, path).cloned().collect(),
        }
    }

    fn hold(&self, state: &mut State, folders: &[PathBuf]) -> Vec<String> {
        state.held.retain(|key, _| key.as_ref().is_none_or(|folder| folders.contains(folder)));
        for key in folders.iter().cloned().map(Some).chain([None]) {
            if !state.held.contains_key(&key) {
                self.read(state, key);
            }
        }
        state.news()
    }

    fn reload(&self, state: &mut State) -> Vec<String> {
        let keys: Vec<Option<PathBuf>> = state.held.keys().cloned().collect();
        keys.into_iter().for_each(|key| self.read(state, key));
        state.news()
    }

    fn read(&self, state: &mut State, key: Option<PathBuf>) {
        let editor = state.editor.clone().unwrap_or_default();
        let loading = (self.load)(&Said { editor: &editor, folder: key.as_deref(), ..Said::default() });
        let held = state.held.entry(key).or_default();
        held.stamps = loading.stamps;
        match loading.result {
            Ok(loaded) => {
                held.config = Some(Arc::new(loaded.config));
                held.warnings = loaded.warnings;
                held.mistakes.clear();
            }
            Err(Mistakes(mistakes)) => held.mistakes = mistakes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What has not been said yet: all mistakes in one sentence, and each warning once.
    fn news(&mut self) -> Vec<String> {
        let mut sentences: Vec<String> = Vec::new();
        let mut keys: Vec<&Option<PathBuf>> = self.held.keys().collect();
        keys.sort();
        let held: Vec<&Held> = keys.into_iter().filter_map(|key| self.held.get(key)).collect();
        for mistake in held.iter().flat_map(|held| &held.mistakes).map(ToString::to_string) {
            if !sentences.contains(&mistake) {
                sentences.push(mistake);
            }
        }
        let so = match held.iter().any(|held| held.config.is_some()) {
            true => "so the last good ones stay in force",
            false => "and none of them count until they are corrected",
        };
        let problem =
            (!sentences.is_empty()).then(|| format!("the settings have mistakes, {so}: {}", sentences.join("; ")));
        let warnings: Vec<String> = held.iter().flat_map(|held| held.warnings.clone()).collect();
        let mut news = Vec::new();
        if problem != self.said {
            news.extend(problem.clone());
            self.said = problem;
        }
        for warning in warnings {
            if !self.warned.contains(&warning) {
                self.warned.push(warning.clone());
                news.push(warning);
            }
        }
        news
    }
}

/// Graft's part of what an editor sent: under `graft`, or bare. Nothing where it is null or empty.
fn section(settings: &Value) -> Option<&Value> {
    let section = settings.get("graft").unwrap_or(settings);
    let empty = section.is_null() || section.as_object().is_some_and(serde_json::Map::is_empty);
    (!empty).then_some(section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_its_section_or_takes_the_whole() {
        for (sent, expected) in [
            (json!({"graft": {"routes": {"default": "quick"}}}), Some(json!({"routes": {"default": "quick"}}))),
            (json!({"routes": {"default": "quick"}}), Some(json!({"routes": {"default": "quick"}}))),
            (json!({"graft": null}), None),
            (json!({}), None),
            (Value::Null, None),
        ] {
            assert_eq!(section(&sent), expected.as_ref(), "{sent}");
        }
    }
}
