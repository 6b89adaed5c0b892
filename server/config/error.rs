//! What is wrong with the configuration, where, and what was expected there. Never holds a value that could be a key.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
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

/// Everything that is wrong with the configuration, in the order in which it was read; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<ConfigError>);

impl Deref for Mistakes {
    type Target = [ConfigError];

    fn deref(&self) -> &[ConfigError] {
        &self.0
    }
}

impl Mistakes {
    /// All of them on one line.
    pub fn sentence(&self) -> String {
        self.to_string().replace('\n', "; ")
    }
}

impl fmt::Display for Mistakes {
    /// One mistake a line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.iter().enumerate() {
            let line_end = if at == 0 { "" } else { "\n" };
            write!(formatter, "{line_end}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The mistakes found so far: readers note them and read on.
#[derive(Default)]
pub(super) struct Noted(RefCell<Vec<ConfigError>>);

impl Noted {
    pub(super) fn note(&self, mistake: ConfigError) {
        self.0.borrow_mut().push(mistake);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// `value`, unless something was noted.
    pub(super) fn unless_mistaken<T>(self, value: T) -> Result<T, Mistakes> {
        match self.is_empty() {
            true => Ok(value),
            false => Err(Mistakes(self.0.into_inner())),
        }
    }
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
    /// An environment variable.
    Environment(&'static str),
    /// An option of the command line; the key says what it set.
    Flag,
    /// What a preset says.
    Preset(&'static str),
    /// Nobody said it: it counts where nothing else does.
    BuiltIn,
}

impl Place {
    /// Whether both places belong to one layer: one file, or the same source.
    pub(super) fn is_of_layer(&self, other: &Place) -> bool {
        match (self, other) {
            (Place::File { path, .. }, Place::File { path: other, .. }) => path == other,
            _ => self == other,
        }
    }
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
            Place::Environment(name) => formatter.write_str(name),
            Place::Flag => formatter.write_str("--set"),
            Place::Preset(name) => write!(formatter, "preset {name}"),
            Place::BuiltIn => formatter.write_str("built-in"),
        }
    }
}

/// Fewer letters are the beginning of anything.
const SHORTEST_BEGINNING: usize = 3;

/// `, did you mean `x`?` where one of `names` is close to `wrong`, else nothing.
pub(super) fn suggestion<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, names).map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

/// The one of `names` that `wrong` is a slip for, or the beginning of.
pub(super) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let names: Vec<&str> = names.into_iter().collect();
    let distances = names.iter().map(|name| (strsim::osa_distance(wrong, name), *name));
    let nearest = distances.min_by_key(|(distance, _)| *distance);
    // A third of the letters wrong is a slip; more is another word.
    let slip = nearest.filter(|(distance, name)| *distance <= name.chars().count().max(3) / 3).map(|(_, name)| name);
    let begun = || {
        let mut longer = names.iter().filter(|name| wrong.len() >= SHORTEST_BEGINNING && name.starts_with(wrong));
        longer.next().filter(|_| longer.next().is_none()).copied()
    };
    slip.or_else(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_a_beginning_has_the_name_that_was_meant() {
        let names = ["language", "path", "min_lines", "max_lines", "privacy", "provider"];
        for (wrong, meant) in [
            ("langauge", Some("language")),
            ("lang", Some("language")),
            ("min_line", Some("min_lines")),
            ("pr", None),
            ("files", None),
        ] {
            assert_eq!(nearest(wrong, names), meant, "{wrong}");
        }
    }
}
