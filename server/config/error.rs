//! What is wrong with the configuration, where, and what was expected there. Never holds a value that could be a key.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// One mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct ConfigError {
    /// Where it stands.
    pub place: Place,
    /// The dotted path of the key, such as `models.quick.context`; empty where the mistake is in no key.
    pub key: String,
    /// What was expected, and the nearest valid name.
    pub message: String,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A spot in a file.
    File {
        /// The file.
        path: Arc<Path>,
        /// 1-based.
        line: usize,
        /// 1-based, in characters.
        column: usize,
    },
    /// A file as a whole.
    WholeFile(Arc<Path>),
    /// The settings that the editor sent; the key says where.
    Editor,
    /// An environment variable; the key names it.
    Environment,
}

impl ConfigError {
    pub(super) fn new(place: &Place, key: impl Into<String>, message: impl Into<String>) -> ConfigError {
        ConfigError { place: place.clone(), key: key.into(), message: message.into() }
    }

    fn sentence(&self) -> String {
        match self.key.is_empty() {
            true => format!("{}: {}", self.place, self.message),
            false => format!("{}: {}: {}", self.place, self.key, self.message),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File { path, line, column } => write!(formatter, "{}:{line}:{column}", path.display()),
            Place::WholeFile(path) => write!(formatter, "{}", path.display()),
            Place::Editor => formatter.write_str("editor settings"),
            Place::Environment => formatter.write_str("environment"),
        }
    }
}

/// `, did you mean `x`?` where one of `names` is close to `wrong`, else nothing.
pub(super) fn suggestion<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let nearest =
        names.into_iter().map(|name| (strsim::osa_distance(wrong, name), name)).min_by_key(|(distance, _)| *distance);
    match nearest {
        // A third of the letters wrong is a slip; more is another word.
        Some((distance, name)) if distance <= name.chars().count().max(3) / 3 => format!(", did you mean `{name}`?"),
        _ => String::new(),
    }
}
