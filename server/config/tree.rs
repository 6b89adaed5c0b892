//! Settings before they mean anything: a tree of values that remember where they were written. TOML and JSON come in,
//! two layers become one; what a key means is decided elsewhere.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use super::files::UserFile;

/// A value and its place. No `Debug`: a user may have put a key here by mistake.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
}

#[derive(Clone)]
pub(super) enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Date,
    Array(Vec<Node>),
    Table(Table),
}

pub(super) type Table = IndexMap<String, Entry>;

/// A value under a key.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key_place: Place,
    pub(super) node: Node,
}

impl Node {
    /// An empty table, said by nobody.
    pub(super) fn empty() -> Node {
        Node { value: Value::Table(Table::new()), place: Place::Editor }
    }

    /// The file's tree; a syntax error has its line and column.
    pub(super) fn from_toml(file: &UserFile) -> Result<Node, ConfigError> {
        let source = Source { path: file.path.as_path().into(), text: &file.text };
        // `message()` and not the error's `Display`: that one quotes the line, and the line may hold a key.
        let root = DeTable::parse(&file.text).map_err(|error| {
            let place = source.place(error.span().map_or(0, |span| span.start));
            ConfigError::new(&place, "", format!("not valid TOML: {}", error.message()))
        })?;
        Ok(Node { value: Value::Table(source.table(root.get_ref())?), place: source.place(0) })
    }

    /// The editor's tree; `None` for `null`, which editors send for a setting that is not set, and for `[]`, which an
    /// empty table of Neovim's Lua becomes.
    pub(super) fn from_json(json: &serde_json::Value, key: &str) -> Result<Option<Node>, ConfigError> {
        let value = match json {
            serde_json::Value::Null => return Ok(None),
            serde_json::Value::Array(items) if items.is_empty() => return Ok(None),
            serde_json::Value::Bool(value) => Value::Boolean(*value),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Value::Integer(integer),
                (None, Some(float)) => Value::Float(float),
                (None, None) => return Err(ConfigError::new(&Place::Editor, key, "expected a smaller number")),
            },
            serde_json::Value::String(text) => Value::String(text.clone()),
            serde_json::Value::Array(items) => {
                let nodes = items.iter().map(|item| Node::from_json(item, key));
                Value::Array(nodes.filter_map(Result::transpose).collect::<Result<_, _>>()?)
            }
            serde_json::Value::Object(members) => {
                let mut table = Table::new();
                for (name, member) in members {
                    if let Some(node) = Node::from_json(member, &joined(key, name))? {
                        table.insert(name.clone(), Entry { key_place: Place::Editor, node });
                    }
                }
                Value::Table(table)
            }
        };
        Ok(Some(Node { value, place: Place::Editor }))
    }

    /// This layer with `upper` over it: tables merge key by key, anything else is replaced.
    pub(super) fn overlaid_with(self, upper: Node) -> Node {
        match (self.value, upper.value) {
            (Value::Table(mut below), Value::Table(above)) => {
                for (name, entry) in above {
                    // In place: the order of the models is their chain, and an override does not move one.
                    match below.get_mut(&name) {
                        Some(old) => *old = old.clone().overlaid_with(entry),
                        None => drop(below.insert(name, entry)),
                    }
                }
                Node { value: Value::Table(below), place: self.place }
            }
            (_, value) => Node { value, place: upper.place },
        }
    }

    /// What the value is, for "expected a string, found a table".
    pub(super) fn type_name(&self) -> &'static str {
        match self.value {
            Value::String(_) => "a string",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// The value as JSON, for what is passed on to a server as it stands; dates have no place there.
    pub(super) fn to_json(&self, key: &str) -> Result<serde_json::Value, ConfigError> {
        Ok(match &self.value {
            Value::String(text) => text.clone().into(),
            Value::Integer(integer) => (*integer).into(),
            Value::Float(float) => (*float).into(),
            Value::Boolean(value) => (*value).into(),
            Value::Date => {
                return Err(ConfigError::new(&self.place, key, "expected a JSON value, found a date"));
            }
            Value::Array(items) => items.iter().map(|item| item.to_json(key)).collect::<Result<Vec<_>, _>>()?.into(),
            Value::Table(table) => {
                let member =
                    |(name, entry): (&String, &Entry)| Ok((name.clone(), entry.node.to_json(&joined(key, name))?));
                serde_json::Value::Object(table.iter().map(member).collect::<Result<_, ConfigError>>()?)
            }
        })
    }
}

impl Entry {
    fn overlaid_with(self, upper: Entry) -> Entry {
        Entry { key_place: self.key_place, node: self.node.overlaid_with(upper.node) }
    }
}

/// A key's dotted path.
pub(super) fn joined(parent: &str, key: &str) -> String {
    match parent.is_empty() {
        true => key.to_owned(),
        false => format!("{parent}.{key}"),
    }
}

struct Source<'a> {
    path: Arc<Path>,
    text: &'a str,
}

impl Source<'_> {
    /// Line and column (both 1-based, the column in characters) of a byte offset.
    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place::File {
            path: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    fn table(&self, table: &DeTable<'_>) -> Result<Table, ConfigError> {
        table
            .iter()
            .map(|(key, value)| {
                let key_place = self.place(key.span().start);
                Ok((key.get_ref().to_string(), Entry { key_place, node: self.node(value)? }))
            })
            .collect()
    }

    fn node(&self, spanned: &Spanned<DeValue<'_>>) -> Result<Node, ConfigError> {
        let place = self.place(spanned.span().start);
        let too_big = || ConfigError::new(&place, "", "expected a smaller number");
        let value = match spanned.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(integer) => {
                Value::Integer(i64::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| too_big())?)
            }
            DeValue::Float(float) => Value::Float(float.as_str().parse().map_err(|_| too_big())?),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(_) => Value::Date,
            DeValue::Array(items) => Value::Array(items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?),
            DeValue::Table(table) => Value::Table(self.table(table)?),
        };
        Ok(Node { value, place })
    }
}
