//! How far a task's code may travel: the class of the most private file that gives a byte to its prompt. Decides for no single
//! file; what the class allows is the room `route`'s to say.

use super::{Engine, Task};
use crate::actions::{Plan, Target};
use crate::config::Config;
use crate::privacy::{FileNames, Verdict, classify};

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
        classify(&config.privacy, &file, &self.ignores)
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
