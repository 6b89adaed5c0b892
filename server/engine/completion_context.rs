//! Code of other files for a model that completes: what the open documents declare, and what of the own file lies outside the hole.
//! Refuses a file that may not go where the prompt goes, and one whose secrets cannot be told.

use std::path::Path;

use super::{Engine, Task};
use crate::config::{Config, PrivacyClass, SecretHandling};
use crate::fim::OtherFile;
use crate::inline_completion::Place;
use crate::privacy::{FileNames, Secret, Verdict, classify};
use crate::prompt::estimated_tokens;
use crate::syntax::{Document, Scope, identifiers};

/// The open documents that are looked at, those that were changed last.
const MOST_FILES: usize = 8;
/// What is shown of one of them, and of all, in tokens.
const MOST_OF_ONE: u64 = 300;
const MOST_OF_ALL: u64 = 1000;

/// A file that a prompt may show.
#[derive(Debug, Clone)]
struct Shown {
    file: OtherFile,
    class: PrivacyClass,
}

/// What other files a prompt may show, and the secrets in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    files: Vec<Shown>,
    pub(super) secrets: Vec<Secret>,
}

impl Context {
    /// The files that may go to a server of this kind, within `budget` estimated tokens, what changes least first: the documents
    /// in the order of their last change, then the own file.
    pub(super) fn within(&self, budget: u64, allows: impl Fn(PrivacyClass) -> bool) -> Vec<OtherFile> {
        let mut left = budget.min(MOST_OF_ALL);
        let mut chosen: Vec<OtherFile> = Vec::new();
        // What was changed last tells most, so it is chosen first and stands last.
        for shown in self.files.iter().rev().filter(|shown| allows(shown.class)) {
            let cost = estimated_tokens(&shown.file.text) + estimated_tokens(&shown.file.path) + 4;
            if cost <= left {
                left -= cost;
                chosen.push(shown.file.clone());
            }
        }
        chosen.reverse();
        chosen
    }

    /// The strictest class of them.
    pub(super) fn strictest(&self) -> Verdict {
        let class = self.files.iter().map(|shown| shown.class).max().unwrap_or_default();
        Verdict { class, ..Verdict::default() }
    }

    /// The texts, for names that stand for secrets.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        self.files.iter().map(|shown| shown.file.text.as_str())
    }
}

impl Engine {
    /// What the open documents have to say. Looks at the disk for their classes.
    pub(super) fn context_of_others(&self, task: &Task, config: &Config) -> Context {
        let mut context = Context::default();
        let open = task.workspace.open.as_ref().map(|open| open()).unwrap_or_default();
        let root = task.workspace.root.as_deref();
        let others = open.iter().filter(|(path, _)| task.path.as_deref() != Some(path)).take(MOST_FILES);
        for (path, document) in others.collect::<Vec<_>>().into_iter().rev() {
            let class = self.class_of(path, document, root, config);
            let text = self.memo.declared(document, MOST_OF_ONE);
            // The secrets of a whole file: a piece of it might hold half of one.
            if config.privacy.secrets != SecretHandling::Send {
                context.secrets.extend(self.memo.secrets(document).iter().cloned().map(Secret::without_line));
            }
            context.add(shown(path, root), text.to_string(), class);
        }
        context
    }

    /// The same, and what the rest of the own file has to say at the place.
    pub(super) fn with_own_file(&self, others: Context, task: &Task, place: &Place, class: PrivacyClass) -> Context {
        let mut context = others;
        let root = task.workspace.root.as_deref();
        let path = task.path.as_deref().map(|path| shown(path, root)).unwrap_or_default();
        context.add(path, self.named_beside(place), class);
        context
    }

    /// The imports near the place, and what the scope names of what is near.
    fn named_beside(&self, place: &Place) -> String {
        let (closest, at) = place.closest();
        let scope = Scope::at(closest, at..at).unwrap_or_else(|| Scope::file(closest));
        let names = identifiers(closest, scope.range.clone());
        let rest = place.near_without(scope.range.clone());
        self.memo.neighbours(&rest).named(&names, &scope.enclosing, MOST_OF_ONE)
    }

    fn class_of(&self, path: &Path, document: &Document, root: Option<&Path>, config: &Config) -> PrivacyClass {
        let names = FileNames { path: Some(path), root, ..FileNames::default() };
        let class = classify(&config.privacy, &names, &self.ignores).class;
        match config.privacy.secrets {
            SecretHandling::Local if !self.memo.secrets(document).is_empty() => class.max(PrivacyClass::LocalOnly),
            _ => class,
        }
    }
}

impl Context {
    fn add(&mut self, path: String, text: String, class: PrivacyClass) {
        if !text.trim().is_empty() && class != PrivacyClass::Never {
            self.files.push(Shown { file: OtherFile { path, text }, class });
        }
    }
}

fn shown(path: &Path, root: Option<&Path>) -> String {
    let inside = root.and_then(|root| path.strip_prefix(root).ok());
    let shown = inside.unwrap_or_else(|| path.file_name().map_or(path, Path::new));
    shown.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_last_is_kept_and_stands_last() {
        let mut context = Context::default();
        for (path, words, class) in [
            ("old.rs", 400, PrivacyClass::Any),
            ("new.rs", 300, PrivacyClass::LocalOnly),
            ("own.rs", 200, PrivacyClass::Any),
        ] {
            context.add(path.to_owned(), "word ".repeat(words), class);
        }
        context.add("never.rs".to_owned(), "x".to_owned(), PrivacyClass::Never);
        let paths = |budget: u64, local: bool| -> Vec<String> {
            let allowed = context.within(budget, |class| local || class == PrivacyClass::Any);
            allowed.into_iter().map(|file| file.path).collect()
        };
        assert_eq!(paths(10_000, true), ["new.rs", "own.rs"]);
        assert_eq!(paths(10_000, false), ["old.rs", "own.rs"]);
        assert_eq!(paths(300, true), ["own.rs"]);
    }
}
