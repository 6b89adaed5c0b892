//! `[privacy]`: how far the code of which files may travel, and the words for that. Decides for no file: the room `privacy` does.

use std::path::Path;

use super::error::Place;
use super::fields::Fields;
use super::rules::PathGlob;
use super::secrets::home_folder;
use super::setting::{InProject, Setting, Shape};

const GLOBS: &str = "globs";

pub(super) const SETTINGS: [Setting; 6] = [
    Setting {
        name: "never",
        form: GLOBS,
        default: "`[]`",
        meaning: "files whose code no model gets to see",
        example: "[\"**/vault/**\", \"~/notes/**\"]",
        shape: Shape::TextOrTexts,
        project: InProject::Free,
    },
    Setting {
        name: "local_only",
        form: GLOBS,
        default: "`[]`",
        meaning: "files whose code only models of your own get to see",
        example: "[\"**/billing/**\"]",
        shape: Shape::TextOrTexts,
        project: InProject::Free,
    },
    class("secret_files", "`\"never\"`", "the class of [files that hold secrets](privacy.md#files-that-hold-secrets)"),
    class("gitignored", "`\"local_only\"`", "the class of files that git ignores"),
    class("graftignored", "`\"local_only\"`", "the class of files that a `.graftignore` names"),
    Setting {
        name: "secrets",
        form: "`mask`, `local`, `send`",
        default: "`\"mask\"`",
        meaning: "[secrets inside code](privacy.md#secrets-inside-code): hidden from models in a cloud, kept at home with the whole file, or sent",
        example: "\"local\"",
        shape: Shape::Choice(&SECRET_NAMES),
        project: InProject::Tighter,
    },
];

/// The loosest first.
const SECRET_NAMES: [&str; 3] = ["send", "mask", "local"];

const SECRET_HANDLINGS: [(&str, SecretHandling); 3] =
    [("send", SecretHandling::Send), ("mask", SecretHandling::Mask), ("local", SecretHandling::Local)];

/// What becomes of secrets inside code that would go to a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretHandling {
    /// They are sent.
    Send,
    /// Names are sent in their place.
    #[default]
    Mask,
    /// The whole file stays at home.
    Local,
}

const fn class(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting {
        name,
        form: "`any`, `local_only`, `never`",
        default,
        meaning,
        example: "\"never\"",
        shape: Shape::Choice(&CLASS_NAMES),
        project: InProject::Tighter,
    }
}

/// The loosest first.
const CLASS_NAMES: [&str; 3] = ["any", "local_only", "never"];

/// `[privacy]`: how far the code of which files may travel.
#[derive(Debug, Clone)]
pub struct PrivacySettings {
    /// What the user and the project say of single files; of several that mean a file, the strictest counts.
    pub globs: Vec<PrivacyGlob>,
    /// The class of files that hold secrets by their names.
    pub secret_files: PrivacyClass,
    /// The class of files that git ignores.
    pub gitignored: PrivacyClass,
    /// The class of files that a `.graftignore` names.
    pub graftignored: PrivacyClass,
    /// What becomes of secrets inside code.
    pub secrets: SecretHandling,
    /// Whether the user's own list of what git ignores everywhere counts.
    pub git_excludes: bool,
}

impl Default for PrivacySettings {
    fn default() -> PrivacySettings {
        PrivacySettings {
            globs: Vec::new(),
            secret_files: PrivacyClass::Never,
            gitignored: PrivacyClass::LocalOnly,
            graftignored: PrivacyClass::LocalOnly,
            secrets: SecretHandling::Mask,
            git_excludes: false,
        }
    }
}

/// A glob of `never` or `local_only`.
#[derive(Debug, Clone)]
pub struct PrivacyGlob {
    /// The class of the files that it means.
    pub class: PrivacyClass,
    /// Where it was written.
    pub place: Place,
    text: String,
    glob: PathGlob,
}

impl PrivacyGlob {
    fn new(class: PrivacyClass, text: &str, place: &Place) -> Result<PrivacyGlob, String> {
        let trimmed = text.trim_end_matches('/');
        if trimmed.is_empty() {
            return Err("expected a glob; `**` means every file".to_owned());
        }
        let whole = match (trimmed.strip_prefix("~/"), home_folder()) {
            (Some(rest), Some(home)) => format!("{}/{rest}", globset::escape(&home.to_string_lossy())),
            _ => trimmed.to_owned(),
        };
        // Case counts for nothing, so that no file system is a way around.
        let glob = PathGlob::new(&whole.replace(std::path::MAIN_SEPARATOR, "/").to_lowercase())?;
        Ok(PrivacyGlob { class, place: place.clone(), text: text.to_owned(), glob })
    }

    /// Whether it means this path, in lower case and with `/`.
    pub fn matches(&self, path: &str) -> bool {
        self.glob.matches(path)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folder of the file that says it, where one does.
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::File { path, .. } => path.parent(),
            _ => None,
        }
    }
}

pub(super) fn read(root: &Fields<'_>) -> PrivacySettings {
    let standard = PrivacySettings::default();
    let Some(fields) = root.table("privacy") else { return standard };
    let globs = |key, class| fields.each_at(key, |text, place| PrivacyGlob::new(class, text, place));
    let class = |key: &str| fields.one_of(key, &PrivacyClass::ALL.map(|class| (class.as_str(), class)));
    PrivacySettings {
        globs: globs("never", PrivacyClass::Never)
            .into_iter()
            .chain(globs("local_only", PrivacyClass::LocalOnly))
            .collect(),
        secret_files: class("secret_files").unwrap_or(standard.secret_files),
        gitignored: class("gitignored").unwrap_or(standard.gitignored),
        graftignored: class("graftignored").unwrap_or(standard.graftignored),
        secrets: fields.one_of("secrets", &SECRET_HANDLINGS).unwrap_or(standard.secrets),
        git_excludes: false,
    }
}

/// Whose a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// The user's own: this machine, or one that they said is theirs.
    Mine,
    /// Somebody else's.
    Cloud,
}

impl Ownership {
    /// The word in the config and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Ownership::Mine => "mine",
            Ownership::Cloud => "cloud",
        }
    }
}

/// How far the code of a file may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PrivacyClass {
    /// To every model that a chain names.
    #[default]
    Any,
    /// To the user's own servers.
    LocalOnly,
    /// To no model.
    Never,
}

impl PrivacyClass {
    /// The least private first.
    pub const ALL: [PrivacyClass; 3] = [PrivacyClass::Any, PrivacyClass::LocalOnly, PrivacyClass::Never];

    /// The word in the config and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            PrivacyClass::Any => "any",
            PrivacyClass::LocalOnly => "local_only",
            PrivacyClass::Never => "never",
        }
    }

    /// Whether a server of that owner may see the code.
    pub fn allows(self, ownership: Ownership) -> bool {
        match self {
            PrivacyClass::Any => true,
            PrivacyClass::LocalOnly => ownership == Ownership::Mine,
            PrivacyClass::Never => false,
        }
    }
}
