//! `[[rules]]`: chains for tasks of a certain kind. Which rule counts for a task is decided by the room `route`.

use globset::{GlobBuilder, GlobMatcher};

use super::error::suggestion;
use super::fields::Fields;
use super::parameters;
use super::privacy::PrivacyClass;
use super::routes::{self, ACTION_IDS, Chain};
use super::setting::{InProject, Setting, Shape};
use crate::syntax::{Complexity, LANGUAGES, Severity};

pub(super) const SETTINGS: [Setting; 6] = [
    Setting {
        name: "when",
        form: "a table, below",
        default: "the rule counts for everything",
        meaning: "what must hold: all of it",
        example: "{ action = \"refactor\", min_lines = 120 }",
        shape: Shape::Table(&WHEN),
        project: InProject::Free,
    },
    routes::USE,
    parameters::SETTINGS[0],
    parameters::SETTINGS[1],
    parameters::SETTINGS[2],
    parameters::SETTINGS[3],
];

pub(super) const WHEN: [Setting; 9] = [
    condition("action", "actions", "what is to be done", "[\"refactor\", \"generate\"]", Shape::OneOrMore(&ACTION_IDS)),
    condition("language", "languages by name", "what the file is written in", "\"rust\"", Shape::TextOrTexts),
    condition(
        "path",
        "globs",
        "the file's path from the project's root, with `/`; one without `/` means names in any folder",
        "[\"src/**\", \"*.proto\"]",
        Shape::TextOrTexts,
    ),
    condition("min_lines", "a whole number", "lines of the scope, at least", "120", LINES),
    condition("max_lines", "a whole number", "lines of the scope, at most", "40", LINES),
    condition(
        "complexity",
        "`XS`, `S`, `M`, `L`, `XL`",
        "[how complex](routing.md#complexity) the scope is",
        "[\"L\", \"XL\"]",
        Shape::OneOrMore(&COMPLEXITY_NAMES),
    ),
    condition(
        "kind",
        "`function`, `method`, `class`, `struct`, `enum`, `trait`, `impl`, `module`, `macro`, `constant`, `type`, `definitions`, `statements`, `file`",
        "what the scope is",
        "[\"class\", \"file\"]",
        Shape::OneOrMore(&SCOPE_KINDS),
    ),
    condition(
        "severity",
        "`error`, `warning`, `info`, `hint`",
        "how bad the worst diagnostic of the task is",
        "\"error\"",
        Shape::OneOrMore(&SEVERITY_NAMES),
    ),
    condition(
        "privacy",
        "`any`, `local_only`, `never`",
        "how far the file's code may travel",
        "\"local_only\"",
        Shape::OneOrMore(&PRIVACY_NAMES),
    ),
];

const LINES: Shape = Shape::Integer(0, 10_000_000);
const COMPLEXITY_NAMES: [&str; 5] = ["XS", "S", "M", "L", "XL"];
const SEVERITY_NAMES: [&str; 4] = ["error", "warning", "info", "hint"];
const PRIVACY_NAMES: [&str; 3] = ["any", "local_only", "never"];
const SEVERITIES: [Severity; 4] = [Severity::Error, Severity::Warning, Severity::Information, Severity::Hint];

const fn condition(
    name: &'static str,
    form: &'static str,
    meaning: &'static str,
    example: &'static str,
    shape: Shape,
) -> Setting {
    Setting { name, form, default: "anything", meaning, example, shape, project: InProject::Free }
}

/// Reads the rules in order. `models` are the names of all models, also of those that have mistakes of their own.
pub(super) fn read(root: &Fields<'_>, models: &[&str]) -> Vec<Rule> {
    let rule = |fields: &Fields<'_>| {
        let when = fields.table("when").map(|fields| when(&fields)).unwrap_or_default();
        Some(Rule { when, chain: routes::chain_of(fields, models)? })
    };
    root.list("rules").iter().filter_map(rule).collect()
}

fn when(fields: &Fields<'_>) -> When {
    let number = |key: &str| fields.integer(key).and_then(|lines| u32::try_from(lines).ok());
    let when = When {
        action: fields.some_of("action", &ACTION_IDS.map(|id| (id, id))),
        language: fields.each("language", language),
        path: fields.each("path", PathGlob::new),
        min_lines: number("min_lines"),
        max_lines: number("max_lines"),
        complexity: fields.some_of("complexity", &Complexity::ALL.map(|size| (size.as_str(), size))),
        kind: fields.some_of("kind", &SCOPE_KINDS.map(|kind| (kind, kind))),
        severity: fields.some_of("severity", &SEVERITIES.map(|severity| (severity.word(), severity))),
        privacy: fields.some_of("privacy", &PrivacyClass::ALL.map(|class| (class.as_str(), class))),
    };
    if let (Some(least), Some(most)) = (when.min_lines, when.max_lines)
        && least > most
    {
        fields.note("max_lines", format!("expected at least {least}, which is min_lines: the rule would never count"));
    }
    when
}

/// The language of that name; the error says what was expected.
pub(super) fn language(name: &str) -> Result<&'static str, String> {
    let names = || LANGUAGES.iter().map(|language| language.name);
    names().find(|known| *known == name).ok_or_else(|| {
        let listed = names().collect::<Vec<_>>().join(", ");
        format!("expected one of {listed}{}", suggestion(name, names()))
    })
}

/// One rule; the first whose conditions all hold decides.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What must hold; where nothing is said, the rule counts for everything.
    pub when: When,
    /// What it wants.
    pub chain: Chain,
}

/// Conditions; one that lists several holds where one of them does, one that lists none always.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// Action ids.
    pub action: Vec<&'static str>,
    /// Languages by name.
    pub language: Vec<&'static str>,
    /// Paths from the project's root.
    pub path: Vec<PathGlob>,
    /// Lines of the scope, at least.
    pub min_lines: Option<u32>,
    /// Lines of the scope, at most.
    pub max_lines: Option<u32>,
    /// How complex the scope is.
    pub complexity: Vec<Complexity>,
    /// What the scope is: a word of [`SCOPE_KINDS`].
    pub kind: Vec<&'static str>,
    /// How bad the worst diagnostic is.
    pub severity: Vec<Severity>,
    /// How far the file's code may travel.
    pub privacy: Vec<PrivacyClass>,
}

/// What a scope can be, by the words that messages have for it.
pub const SCOPE_KINDS: [&str; 14] = [
    "function",
    "method",
    "class",
    "struct",
    "enum",
    "trait",
    "impl",
    "module",
    "macro",
    "constant",
    "type",
    "definitions",
    "statements",
    "file",
];

/// A pattern for paths, with `/`. `*` stays within a folder, `**` does not; one without `/` means names anywhere.
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: String,
    matcher: GlobMatcher,
}

impl PathGlob {
    /// The pattern; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<PathGlob, String> {
        let anywhere = if text.contains('/') { text.trim_start_matches('/').to_owned() } else { format!("**/{text}") };
        let glob = GlobBuilder::new(&anywhere).literal_separator(true).build();
        let matcher = glob.map_err(|error| error.kind().to_string())?.compile_matcher();
        Ok(PathGlob { text: text.to_owned(), matcher })
    }

    /// Whether it means this path.
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path.trim_start_matches('/'))
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_means_names_anywhere_or_paths_from_the_root() {
        for (glob, path, expected) in [
            ("*.rs", "a.rs", true),
            ("*.rs", "src/deep/a.rs", true),
            ("src/*.rs", "src/a.rs", true),
            ("src/*.rs", "src/deep/a.rs", false),
            ("src/**", "src/deep/a.rs", true),
            ("/src/**", "src/a.rs", true),
            ("**/billing/**", "lib/billing/x/y.py", true),
            ("**/billing/**", "lib/billings/y.py", false),
            ("{lib,src}/**/*.{rs,py}", "src/x/a.py", true),
            ("src/**", "/src/a.rs", true),
        ] {
            assert_eq!(PathGlob::new(glob).unwrap().matches(path), expected, "{glob} {path}");
        }
        assert!(PathGlob::new("src/[").is_err());
    }

    #[test]
    fn the_names_in_the_table_are_those_that_are_read() {
        assert_eq!(COMPLEXITY_NAMES, Complexity::ALL.map(Complexity::as_str));
        assert_eq!(SEVERITY_NAMES, SEVERITIES.map(Severity::word));
        assert_eq!(PRIVACY_NAMES, PrivacyClass::ALL.map(PrivacyClass::as_str));
    }

    #[test]
    fn the_kinds_of_scopes_are_those_that_definitions_have() {
        use crate::syntax::DefinitionKind as Kind;
        for kind in [Kind::Function, Kind::Method, Kind::Class, Kind::Struct, Kind::Enum, Kind::Trait] {
            assert!(SCOPE_KINDS.contains(&kind.word()), "{kind:?}");
        }
        for kind in [Kind::Impl, Kind::Module, Kind::Macro, Kind::Constant, Kind::Type] {
            assert!(SCOPE_KINDS.contains(&kind.word()), "{kind:?}");
        }
    }
}
