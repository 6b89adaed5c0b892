//! How far a task's code may travel: the class of the most private file that gives a byte to its prompt. Decides for no single
//! file; what the class allows is the room `route`'s to say.

use super::{Engine, Outcome, Task};
use crate::actions::{Plan, Target};
use crate::config::{Config, PrivacyClass, SecretHandling};
use crate::privacy::{FileNames, Secret, Verdict, classify};

impl Engine {
    /// The class of the task's own document, which all its prompts show. Looks at the disk.
    pub(super) fn verdict(&self, task: &Task, config: &Config) -> Verdict {
        let extensions = task.document.language().extensions;
        let unsaved: Vec<String> = match task.path.is_some() || !task.names.is_empty() {
            true => Vec::new(),
            false => extensions.iter().map(|extension| format!("untitled.{extension}")).collect(),
        };
        let file = FileNames {
            path: task.path.as_deref(),
            others: &task.names,
            unsaved: &unsaved,
            root: task.workspace.root.as_deref(),
        };
        let verdict = classify(&config.privacy, &file, &self.ignores);
        match config.privacy.secrets {
            SecretHandling::Local => verdict.or_stricter(of_secrets(&self.memo.secrets(&task.document))),
            _ => verdict,
        }
    }

    /// The same with the other file that a plan shows in its prompts: the one that tests go to. Files that a plan only looks at,
    /// to tell a test framework by, give no byte.
    pub(super) fn verdict_of_plan(&self, own: Verdict, task: &Task, config: &Config, plan: &Plan) -> Verdict {
        let Target::Tests(home) = &plan.target else { return own };
        let Some(file) = &home.file else { return own };
        let root = task.workspace.root.as_deref();
        let names = FileNames { path: Some(&file.path), root, ..FileNames::default() };
        let shown = root.and_then(|root| file.path.strip_prefix(root).ok()).unwrap_or(&file.path);
        let name = shown.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        own.or_stricter(Verdict { file: Some(name), ..classify(&config.privacy, &names, &self.ignores) })
    }
}

/// What secrets inside code say of how far it may travel, where they are to stay at home.
pub(super) fn of_secrets(secrets: &[Secret]) -> Verdict {
    match secrets.first() {
        None => Verdict::default(),
        Some(first) => Verdict {
            class: PrivacyClass::LocalOnly,
            because: format!("what looks like a {} (privacy.secrets)", first.describe()),
            file: None,
        },
    }
}

impl Outcome {
    /// Which secrets were hidden, as the end of a sentence: ", with 2 secrets hidden (GitHub token in line 3, …)"; empty where none
    /// was.
    pub fn masked_clause(&self) -> String {
        match self.masked.len() {
            0 => String::new(),
            1 => format!(", with a secret hidden ({})", self.masked.join(", ")),
            count => format!(", with {count} secrets hidden ({})", self.masked.join(", ")),
        }
    }
}
