//! The layers of settings, one over the other: preset, user, project, editor, command line. A value keeps its place, so that
//! every message and `config show` can say where it comes from. Reads no disk.

use std::path::Path;

use serde_json::Value as Json;

use super::error::{ConfigError, Mistakes, Noted, Place};
use super::files::ConfigFile;
use super::preset::Preset;
use super::project::{Divided, PROJECT_FILE, model_names};
use super::setting::Setting;
use super::show::{self, Detail};
use super::tree::{Entry, Node, Value};
use super::trust::TrustStore;
use super::{Config, completion, privacy, read, record, tighter};

/// What everybody says, the lowest first.
#[derive(Clone, Copy)]
pub struct Layers<'a> {
    /// The user's file.
    pub user: Option<&'a ConfigFile>,
    /// The folder of the project, which is what is trusted.
    pub folder: Option<&'a Path>,
    /// The project's file.
    pub project: Option<&'a ConfigFile>,
    /// The editor's settings: the file's keys in JSON, bare or under one key `graft`; `null`, `{}` and `[]` say nothing.
    pub editor: &'a Json,
    /// The folder that `GRAFT_RECORD` names.
    pub record: Option<&'a Path>,
    /// Options of the command line, each a line of TOML such as `document.docstring_style = "numpy"`.
    pub flags: &'a [String],
    /// What the user trusts.
    pub trust: &'a TrustStore,
}

/// A config, and what is to be said of it.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The config.
    pub config: Config,
    /// What is to be said once: what the project says and was ignored, and servers at which others can read along.
    pub warnings: Vec<String>,
    /// What is in force, as TOML with each value's origin.
    shown: Shown,
}

#[derive(Clone, Default)]
struct Shown(Option<Node>);

impl std::fmt::Debug for Shown {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("…")
    }
}

impl Loaded {
    /// The settings in force as TOML, each with where it comes from; what may be a secret is left out.
    pub fn to_toml(&self) -> String {
        self.shown.0.as_ref().map(|root| show::toml(root, Detail::Origins)).unwrap_or_default()
    }

    /// The same as a list of `{key, value, origin}`.
    pub fn to_json(&self) -> Json {
        self.shown.0.as_ref().map(show::json).unwrap_or_default()
    }
}

impl From<Config> for Loaded {
    fn from(config: Config) -> Loaded {
        Loaded { config, ..Loaded::default() }
    }
}

impl Layers<'_> {
    /// One config of all layers.
    ///
    /// # Errors
    /// Everything that is wrong in any of them.
    pub fn load(&self) -> Result<Loaded, Mistakes> {
        let noted = Noted::default();
        let file = |file: Option<&ConfigFile>| file.map(|file| Node::from_toml(file, &noted));
        let user = file(self.user).unwrap_or_else(Node::empty);
        let editor = Node::from_json(settings_of(self.editor), "", &noted).unwrap_or_else(Node::empty);
        let flags = self.flags.iter().map(|line| Node::from_text(line, &Place::Flag, &noted));
        let flags = flags.fold(self.environment(), Node::overlaid_with);
        let own = user.clone().overlaid_with(editor.clone()).overlaid_with(flags.clone());
        let mut divided = Divided::of(&file(self.project).unwrap_or_else(Node::empty));
        let is_trusted = own
            .boolean("trust")
            .unwrap_or_else(|| self.folder.is_some_and(|folder| self.trust.trusts(folder, &divided.digest())));
        if !is_trusted {
            divided.withhold(&model_names(&own));
        }
        let tables: [(&str, &'static [Setting]); 2] =
            [("privacy", &privacy::SETTINGS), ("completion", &completion::SETTINGS)];
        let tighter = tables.map(|(name, settings)| {
            let own = [&user, &editor, &flags];
            (name, tighter::layered(name, settings, &own, &divided.free, &mut divided.refused))
        });
        let choices = tighter::choices(&own, &mut divided.free, &mut divided.refused);
        let ignored = self.warning(&divided, is_trusted);
        let mut project = divided.free;
        if is_trusted {
            project = project.overlaid_with(divided.trusted);
        }
        let mut said = user.overlaid_with(project).overlaid_with(editor).overlaid_with(flags);
        let tighter = tighter.into_iter().filter_map(|(name, entry)| Some((name.to_owned(), entry?)));
        if let Value::Table(table) = &mut said.value {
            table.extend(tighter.chain(choices));
        }
        let root = match said.string("preset").and_then(Preset::parse) {
            Some(preset) => {
                let below = Node::from_text(&preset.text(None, None), &Place::Preset(preset.as_str()), &noted);
                below.overlaid_with(said)
            }
            None => said,
        };
        if !noted.is_empty() {
            return noted.unless_mistaken(Loaded::default());
        }
        let mut config = read(&root, &noted);
        config.trusted = is_trusted;
        let open = config.providers.values().filter_map(|provider| provider.warning());
        let warnings = ignored.into_iter().chain(open).collect();
        noted.unless_mistaken(Loaded { config, warnings, shown: Shown(Some(root)) })
    }

    /// What variables say of single keys.
    fn environment(&self) -> Node {
        let place = Place::Environment(record::OVERRIDE);
        let text = self.record.map(|folder| Value::String(folder.to_string_lossy().into_owned()));
        let entry = |value| Entry { key_place: place.clone(), node: Node { value, place: place.clone() } };
        let table = text.into_iter().map(|value| ("record".to_owned(), entry(value))).collect();
        Node { value: Value::Table(table), place: Place::BuiltIn }
    }

    /// The one sentence on what the project says in vain.
    fn warning(&self, divided: &Divided, is_trusted: bool) -> Option<String> {
        let file = self.project.map(|file| file.path.display().to_string())?;
        let list = |keys: &[String]| keys.iter().map(|key| show::plain_text(key)).collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        let keys = divided.keys();
        if !is_trusted && !keys.is_empty() {
            let folder = self.folder.map(|folder| folder.display().to_string()).unwrap_or_default();
            let again = match self.folder.is_some_and(|folder| self.trust.knows(folder)) {
                true => "settings that have changed since you trusted them",
                false => "settings that need your trust",
            };
            parts.push(format!("{again}: {} (look at them with `graft-ls trust {folder}`)", list(&keys)));
        }
        if !divided.refused.is_empty() {
            parts.push(format!("settings that only your own files may hold: {}", list(&divided.refused)));
        }
        (!parts.is_empty()).then(|| format!("{file}: ignored here: {}", parts.join("; ")))
    }
}

/// What trusting a project's folder would allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustRequest {
    /// The settings that would apply, in full, as TOML; empty where there are none.
    pub settings: String,
    /// What stands for them.
    pub digest: String,
}

impl TrustRequest {
    /// What a project's file asks for; without a file, nothing but that its code may be run.
    ///
    /// # Errors
    /// Everything that makes the file no TOML.
    pub fn of(file: Option<&ConfigFile>) -> Result<TrustRequest, Mistakes> {
        let noted = Noted::default();
        let root = file.map(|file| Node::from_toml(file, &noted)).unwrap_or_else(Node::empty);
        let divided = Divided::of(&root);
        let settings = show::toml(&divided.trusted, Detail::Everything);
        noted.unless_mistaken(TrustRequest { settings, digest: divided.digest() })
    }
}

/// What is wrong with one file alone, for an editor that has it open: mistakes that stand elsewhere are left out.
pub fn mistakes_in<'m>(mistakes: &'m Mistakes, path: &Path) -> impl Iterator<Item = &'m ConfigError> {
    mistakes.iter().filter(move |mistake| match &mistake.place {
        Place::File { path: own, .. } | Place::WholeFile(own) => **own == *path,
        _ => false,
    })
}

/// Whether a path is that of a project's file.
pub fn is_project_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PROJECT_FILE)
}

/// VS Code pushes a section under its name; `initializationOptions` and Neovim pass it bare.
fn settings_of(editor: &Json) -> &Json {
    match editor.as_object() {
        Some(object) if object.len() == 1 => object.get("graft").unwrap_or(editor),
        _ => editor,
    }
}

impl Node {
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Table(table) => table.get(key),
            _ => None,
        }
    }

    fn under(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    fn boolean(&self, key: &str) -> Option<bool> {
        match self.under(key)?.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn string(&self, key: &str) -> Option<&str> {
        match &self.under(key)?.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}
