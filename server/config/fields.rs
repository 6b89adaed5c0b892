//! Reads typed settings out of the tree of one table, and notes what was expected where one has the wrong form.
//! Knows no key by name: forms and ranges come from the table of settings.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Noted, Place, nearest, suggestion};
use super::secrets::home_folder;
use super::setting::{Setting, Shape, names};
use super::tree::{Entry, Node, Table, Value, joined};

/// One table whose keys have been checked. A value of the wrong form is noted and read as absent.
pub(super) struct Fields<'a> {
    table: &'a Table,
    settings: &'static [Setting],
    place: Place,
    path: String,
    noted: &'a Noted,
}

impl<'a> Fields<'a> {
    /// A table that may hold only the keys of `settings`; any other is noted, and so is what is no table.
    pub(super) fn open(
        node: &'a Node,
        place: &Place,
        path: &str,
        settings: &'static [Setting],
        noted: &'a Noted,
    ) -> Option<Self> {
        let listed = || names(settings).collect::<Vec<_>>().join(", ");
        let Value::Table(table) = &node.value else {
            let message = format!("expected a table with {}, found {}", listed(), node.type_name());
            noted.note(ConfigError::new(&node.place, path, message));
            return None;
        };
        for (name, entry) in table {
            if !names(settings).any(|known| known == name) {
                let hint = suggestion(name, names(settings));
                let message = format!("unknown key{hint} (expected one of {})", listed());
                noted.note(ConfigError::new(&entry.key_place, joined(path, name), message));
            }
        }
        Some(Fields { table, settings, place: place.clone(), path: path.to_owned(), noted })
    }

    /// The dotted path of a key of this table.
    pub(super) fn path_of(&self, key: &str) -> String {
        joined(&self.path, key)
    }

    /// The value under `key`, unread.
    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        self.table.get(key).map(|entry| &entry.node)
    }

    /// Notes a mistake at the value of `key`, or at the table where there is none.
    pub(super) fn note(&self, key: &str, message: impl Into<String>) {
        let place = self.node(key).map_or(&self.place, |node| &node.place);
        self.note_at(place, key, message);
    }

    /// Notes a mistake at a part of the value of `key`.
    pub(super) fn note_at(&self, place: &Place, key: &str, message: impl Into<String>) {
        self.noted.note(ConfigError::new(place, self.path_of(key), message));
    }

    /// The table under `key`, with the settings that it may hold.
    pub(super) fn table(&self, key: &str) -> Option<Fields<'a>> {
        let entry = self.table.get(key)?;
        let (Shape::Table(settings)
        | Shape::OneOf(settings)
        | Shape::Chain(settings)
        | Shape::ChoiceOrTable(_, settings)) = self.shape(key)?
        else {
            return None;
        };
        Fields::open(&entry.node, &entry.key_place, &self.path_of(key), settings, self.noted)
    }

    /// The tables under names that the user chose, such as `[providers.NAME]`.
    pub(super) fn named_tables(&self, key: &str) -> Vec<(&'a String, Fields<'a>)> {
        let Some(Shape::Tables(settings)) = self.shape(key) else { return Vec::new() };
        let table = match self.node(key) {
            None => return Vec::new(),
            Some(Node { value: Value::Table(table), .. }) => table,
            Some(node) => {
                return self.wrong(key, node, &format!("tables [{key}.NAME]")).unwrap_or_default();
            }
        };
        let opened = |(name, entry): (&'a String, &'a Entry)| {
            let path = joined(&self.path_of(key), name);
            Some((name, Fields::open(&entry.node, &entry.key_place, &path, settings, self.noted)?))
        };
        table.iter().filter_map(opened).collect()
    }

    /// The tables of a list, such as `[[rules]]`, in order; `rules[2]` is the second one.
    pub(super) fn list(&self, key: &str) -> Vec<Fields<'a>> {
        let Some(Shape::List(settings)) = self.shape(key) else { return Vec::new() };
        let items = match self.node(key) {
            None => return Vec::new(),
            Some(Node { value: Value::Array(items), .. }) => items,
            Some(node) => {
                self.wrong::<()>(key, node, &format!("tables [[{key}]]"));
                return Vec::new();
            }
        };
        let opened = |(at, node): (usize, &'a Node)| {
            let path = format!("{}[{}]", self.path_of(key), at + 1);
            Fields::open(node, &node.place, &path, settings, self.noted)
        };
        items.iter().enumerate().filter_map(opened).collect()
    }

    /// A string, or a list of strings, each in the form that `read` takes; it says what is wrong with one that it does not.
    pub(super) fn each<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        self.each_at(key, |text, _| read(text))
    }

    /// The same, each with its place.
    pub(super) fn each_at<T>(&self, key: &str, read: impl Fn(&str, &Place) -> Result<T, String>) -> Vec<T> {
        let items = match self.node(key) {
            None => return Vec::new(),
            Some(Node { value: Value::Array(items), .. }) => items.as_slice(),
            Some(node) => std::slice::from_ref(node),
        };
        let item = |item: &Node| match &item.value {
            Value::String(text) => {
                read(text, &item.place).map_err(|message| self.note_at(&item.place, key, message)).ok()
            }
            _ => self.wrong(key, item, "a string, or a list of strings"),
        };
        items.iter().filter_map(item).collect()
    }

    /// One or several of the names of a table of choices.
    pub(super) fn some_of<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Vec<T> {
        let names = choices.iter().map(|(name, _)| *name);
        self.each(key, |text| {
            let chosen = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
            chosen.ok_or_else(|| {
                let listed = names.clone().collect::<Vec<_>>().join(", ");
                format!("expected one of {listed}{}", suggestion(text, names.clone()))
            })
        })
    }

    /// A value that must be there; one that is there and wrong has been noted already.
    pub(super) fn required<T>(&self, key: &str, value: Option<T>, expected: &str) -> Option<T> {
        if value.is_none() && self.node(key).is_none() && !self.is_misspelt(key) {
            self.note(key, format!("missing, expected {expected}"));
        }
        value
    }

    /// Whether a key of the table, noted as unknown, is a slip for this one: one mistake is told once.
    fn is_misspelt(&self, key: &str) -> bool {
        let is_known = |name: &str| names(self.settings).any(|known| known == name);
        self.table.keys().any(|name| !is_known(name) && nearest(name, names(self.settings)) == Some(key))
    }

    /// A non-empty string.
    pub(super) fn string(&self, key: &str) -> Option<&'a str> {
        match self.node(key)? {
            Node { value: Value::String(text), .. } if !text.is_empty() => Some(text),
            node => self.wrong(key, node, "a non-empty string"),
        }
    }

    /// A path: `~/` is the home folder, other relative ones start at the folder of the file that says so.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let (text, node) = (self.string(key)?, self.node(key)?);
        let path = match (text.strip_prefix("~/"), home_folder()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        };
        match &node.place {
            _ if path.is_absolute() => Some(path),
            Place::File { path: file, .. } => Some(file.parent().unwrap_or(Path::new("")).join(path)),
            // The editor's settings stand in no folder.
            _ => {
                self.note(key, "expected an absolute path, or one that starts with ~/");
                None
            }
        }
    }

    /// One of the names of a table of choices.
    pub(super) fn one_of<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let names = choices.iter().map(|(name, _)| *name);
        let listed = names.clone().collect::<Vec<_>>().join(", ");
        let node = self.node(key)?;
        let Value::String(text) = &node.value else {
            return self.wrong(key, node, &format!("one of {listed}"));
        };
        let chosen = choices.iter().find(|(name, _)| name == text).map(|(_, choice)| *choice);
        if chosen.is_none() {
            self.note(key, format!("expected one of {listed}{}", suggestion(text, names)));
        }
        chosen
    }

    /// True or false.
    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        match self.node(key)? {
            Node { value: Value::Boolean(value), .. } => Some(*value),
            node => self.wrong(key, node, "true or false"),
        }
    }

    /// A whole number in the range of its setting.
    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        let node = self.node(key)?;
        let Some(Shape::Integer(least, most)) = self.shape(key) else { return None };
        match node.value {
            Value::Integer(integer) if (least..=most).contains(&integer) => Some(integer),
            _ => self.wrong(key, node, &format!("a whole number from {least} to {most}")),
        }
    }

    /// A number in the range of its setting.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        let node = self.node(key)?;
        let Some(Shape::Number(least, most)) = self.shape(key) else { return None };
        let number = match node.value {
            Value::Integer(integer) => Some(integer as f64),
            Value::Float(float) => Some(float),
            _ => None,
        };
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Some(number),
            None => self.wrong(key, node, &format!("a number from {least} to {most}")),
        }
    }

    /// A list of strings.
    pub(super) fn strings(&self, key: &str) -> Option<Vec<String>> {
        let node = self.node(key)?;
        let Value::Array(items) = &node.value else {
            return self.wrong(key, node, "a list of strings");
        };
        let item = |item: &Node| match &item.value {
            Value::String(text) => Some(text.clone()),
            _ => self.wrong(key, item, "a string in this list"),
        };
        items.iter().map(item).collect()
    }

    /// A table passed on as JSON.
    pub(super) fn json(&self, key: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
        let node = self.node(key)?;
        match node.to_json(&self.path_of(key)) {
            Ok(serde_json::Value::Object(object)) => Some(object),
            Ok(_) => self.wrong(key, node, "a table"),
            Err(mistake) => {
                self.noted.note(mistake);
                None
            }
        }
    }

    /// Notes `expected X, found Y` at the value; the value itself is not repeated, it may be a key.
    pub(super) fn wrong<T>(&self, key: &str, node: &Node, expected: &str) -> Option<T> {
        let found = match &node.value {
            Value::Integer(integer) => integer.to_string(),
            Value::Float(float) => float.to_string(),
            Value::String(text) if text.is_empty() => "an empty string".to_owned(),
            _ => node.type_name().to_owned(),
        };
        self.note_at(&node.place, key, format!("expected {expected}, found {found}"));
        None
    }

    fn shape(&self, key: &str) -> Option<Shape> {
        self.settings.iter().find(|setting| setting.name == key).map(|setting| setting.shape)
    }
}
