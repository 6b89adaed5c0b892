//! `[completion]`: where inline completion is given, and whether only to those who ask for it. Looks at no text.

use std::path::{Path, PathBuf};

use super::fields::Fields;
use super::rules::{self, PathGlob};
use super::setting::{InProject, Setting, Shape};

pub(super) const SETTINGS: [Setting; 9] = [
    activation("trigger", "`\"auto\"`", "inline completion as a whole", "\"manual\""),
    activation("comments", "`\"auto\"`", "at a cursor in a comment", "\"off\""),
    activation("strings", "`\"auto\"`", "at a cursor in a string", "\"off\""),
    activation(
        "menu",
        "`\"off\"`",
        "as entries of the editor's [completion menu](inline-completion.md#in-the-menu), for editors without ghost text",
        "\"manual\"",
    ),
    switch(
        "warm_up",
        "`false`",
        "whether a server of your own gets ready when a file is opened: [an Ollama loads the model, a llama.cpp reads the open files' declarations](inline-completion.md#before-it-is-needed)",
        "true",
    ),
    switch(
        "ahead",
        "`false`",
        "whether a server of your own is asked for [what comes after a suggestion](inline-completion.md#before-it-is-needed) as soon as that is taken",
        "true",
    ),
    switch(
        "statistics",
        "`true`",
        "whether [a file on this machine](inline-completion.md#statistics) keeps what was suggested and taken: numbers, no code",
        "false",
    ),
    table("languages", Shape::Table(&LANGUAGES)),
    table("paths", Shape::Table(&PATHS)),
];

/// Languages by what they get.
pub(super) const LANGUAGES: [Setting; 2] = [
    list("manual", "names of [languages](languages.md)", "where it has to be asked for", "[\"python\"]"),
    list("off", "names of languages", "where there is none", "\"java\""),
];

/// Paths by what they get.
pub(super) const PATHS: [Setting; 2] = [
    list("manual", "globs", "files in which it has to be asked for", "[\"docs/**\"]"),
    list("off", "globs", "files in which there is none", "[\"**/exercises/**\"]"),
];

const fn activation(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
    example: &'static str,
) -> Setting {
    Setting {
        name,
        form: "`auto`, `manual`, `off`",
        default,
        meaning,
        example,
        shape: Shape::Choice(&NAMES),
        project: InProject::Tighter,
    }
}

const fn switch(name: &'static str, default: &'static str, meaning: &'static str, example: &'static str) -> Setting {
    let (form, shape, project) = ("`true`, `false`", Shape::Boolean, InProject::Never);
    Setting { name, form, default, meaning, example, shape, project }
}

const fn list(name: &'static str, form: &'static str, meaning: &'static str, example: &'static str) -> Setting {
    Setting { name, form, default: "`[]`", meaning, example, shape: Shape::TextOrTexts, project: InProject::Free }
}

const fn table(name: &'static str, shape: Shape) -> Setting {
    let (form, default, meaning, example) = ("a table", "none", "below", "{}");
    Setting { name, form, default, meaning, example, shape, project: InProject::Free }
}

/// The loosest first.
const NAMES: [&str; 3] = ["auto", "manual", "off"];

/// How somebody comes to a completion; of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Activation {
    /// By typing, and by asking.
    #[default]
    Auto,
    /// By asking alone.
    Manual,
    /// Not at all.
    Off,
}

impl Activation {
    /// The loosest first.
    pub const ALL: [Activation; 3] = [Activation::Auto, Activation::Manual, Activation::Off];

    /// The word in the config and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Activation::Auto => "auto",
            Activation::Manual => "manual",
            Activation::Off => "off",
        }
    }
}

/// Where statistics are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StatisticsFile {
    /// Nobody has said where, so nowhere.
    #[default]
    Unplaced,
    /// In this file.
    At(PathBuf),
    /// The user wants none.
    Unwanted,
}

impl StatisticsFile {
    /// The file, where there is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            StatisticsFile::At(path) => Some(path),
            StatisticsFile::Unplaced | StatisticsFile::Unwanted => None,
        }
    }

    /// The same, but in this file where nobody has said where.
    #[must_use]
    pub fn placed(self, path: Option<&Path>) -> StatisticsFile {
        match (self, path) {
            (StatisticsFile::Unplaced, Some(path)) => StatisticsFile::At(path.to_owned()),
            (own, _) => own,
        }
    }
}

/// `[completion]`: where inline completion is given.
#[derive(Debug, Clone)]
pub struct CompletionSettings {
    /// Everywhere.
    pub trigger: Activation,
    /// In comments.
    pub comments: Activation,
    /// In strings.
    pub strings: Activation,
    /// In the editor's completion menu.
    pub menu: Activation,
    /// Whether servers get ready when a file is opened.
    pub warm_up: bool,
    /// Whether what comes after a suggestion is asked for as soon as that is taken.
    pub ahead: bool,
    /// What becomes of statistics.
    pub statistics: StatisticsFile,
    /// In files in these languages, by name.
    pub languages: Vec<(Activation, &'static str)>,
    /// In files at these places, as seen from the project's root.
    pub paths: Vec<(Activation, PathGlob)>,
}

impl Default for CompletionSettings {
    fn default() -> CompletionSettings {
        let any = Activation::Auto;
        CompletionSettings {
            trigger: any,
            comments: any,
            strings: any,
            menu: Activation::Off,
            warm_up: false,
            ahead: false,
            statistics: StatisticsFile::default(),
            languages: Vec::new(),
            paths: Vec::new(),
        }
    }
}

impl CompletionSettings {
    /// What holds for a file in a language, and the key that says so. `path` starts at the project's root and has `/`.
    pub fn of_file(&self, language: &str, path: Option<&str>) -> (Activation, &'static str) {
        let strictest = |all: &mut dyn Iterator<Item = Activation>| all.max().unwrap_or_default();
        let mut named = self.languages.iter().filter(|(_, name)| *name == language).map(|(own, _)| *own);
        let matches = |glob: &PathGlob| path.is_some_and(|path| glob.matches(path));
        let mut matching = self.paths.iter().filter(|(_, glob)| matches(glob)).map(|(own, _)| *own);
        [
            (self.trigger, "completion.trigger"),
            (strictest(&mut named), "completion.languages"),
            (strictest(&mut matching), "completion.paths"),
        ]
        .into_iter()
        .rev()
        .max_by_key(|(own, _)| *own)
        .unwrap_or_default()
    }
}

pub(super) fn read(root: &Fields<'_>) -> CompletionSettings {
    let Some(fields) = root.table("completion") else { return CompletionSettings::default() };
    let one = |key: &str| fields.one_of(key, &Activation::ALL.map(|own| (own.as_str(), own)));
    let (mut languages, mut paths) = (Vec::new(), Vec::new());
    for own in [Activation::Manual, Activation::Off] {
        let named = fields.table("languages").map(|fields| fields.each(own.as_str(), rules::language));
        languages.extend(named.into_iter().flatten().map(|name| (own, name)));
        let globs = fields.table("paths").map(|fields| fields.each(own.as_str(), PathGlob::new));
        paths.extend(globs.into_iter().flatten().map(|glob| (own, glob)));
    }
    let standard = CompletionSettings::default();
    CompletionSettings {
        trigger: one("trigger").unwrap_or(standard.trigger),
        comments: one("comments").unwrap_or(standard.comments),
        strings: one("strings").unwrap_or(standard.strings),
        menu: one("menu").unwrap_or(standard.menu),
        warm_up: fields.boolean("warm_up").unwrap_or(standard.warm_up),
        ahead: fields.boolean("ahead").unwrap_or(standard.ahead),
        statistics: match fields.boolean("statistics") {
            Some(false) => StatisticsFile::Unwanted,
            _ => standard.statistics,
        },
        languages,
        paths,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Config;

    #[test]
    fn the_strictest_word_on_a_file_counts_and_is_named() {
        let settings = json!({"completion": {
            "trigger": "auto",
            "languages": {"manual": ["python", "java"], "off": "java"},
            "paths": {"manual": "src/**", "off": ["**/exercises/**"]},
        }});
        let completion = Config::from_layers(None, &settings).unwrap().completion;
        for (language, path, expected) in [
            ("rust", None, (Activation::Auto, "completion.trigger")),
            ("rust", Some("src/a.rs"), (Activation::Manual, "completion.paths")),
            ("python", None, (Activation::Manual, "completion.languages")),
            ("java", Some("src/A.java"), (Activation::Off, "completion.languages")),
            ("python", Some("src/exercises/a.py"), (Activation::Off, "completion.paths")),
        ] {
            assert_eq!(completion.of_file(language, path), expected, "{language} {path:?}");
        }
        let all = Config::from_layers(None, &json!({"completion": {"trigger": "off"}})).unwrap().completion;
        assert_eq!(all.of_file("rust", None), (Activation::Off, "completion.trigger"));
    }

    #[test]
    fn a_language_that_nobody_knows_is_a_mistake() {
        let settings = json!({"completion": {"languages": {"off": ["pyton"]}}});
        let said = Config::from_layers(None, &settings).unwrap_err().to_string();
        assert!(
            said.contains("completion.languages.off: expected one of rust, ") && said.contains("`python`"),
            "{said}"
        );
    }
}
