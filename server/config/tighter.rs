//! The layers of what a project may only make stricter. Refuses to read its values.

use super::setting::{InProject, Setting, Shape, TOP};
use super::tree::{Entry, Node, Table, Value, joined};

/// The layers of the table `name` as one: lists of all layers count together, choices of an upper one replace those of a lower, and
/// what a project chooses counts where it is stricter. `own` are the user's, the lowest first; keys by which the project would
/// loosen something are added to `refused`. Nothing where a layer has no table there, which is a mistake.
pub(super) fn layered(
    name: &str,
    settings: &'static [Setting],
    own: &[&Node],
    project: &Node,
    refused: &mut Vec<String>,
) -> Option<Entry> {
    let mut merged: Option<Entry> = None;
    let layers = own.iter().map(|layer| (*layer, false)).chain([(project, true)]);
    for (layer, is_project) in layers {
        let Some(entry) = layer.entry(name) else { continue };
        let below = merged.get_or_insert_with(|| Entry { node: entry.node.emptied(), ..entry.clone() });
        lay(&mut below.node, &entry.node, settings, is_project.then_some(name), refused)?;
    }
    merged
}

/// Lays a table over another; `project` is its path where it is the project's. Nothing where one of them is none.
fn lay(
    below: &mut Node,
    upper: &Node,
    settings: &'static [Setting],
    project: Option<&str>,
    refused: &mut Vec<String>,
) -> Option<()> {
    let (Value::Table(below), Value::Table(upper)) = (&mut below.value, &upper.value) else { return None };
    for (name, entry) in upper {
        let setting = settings.iter().find(|setting| setting.name == name);
        let path = project.map(|path| joined(path, name));
        match setting.map(|setting| (setting.project, setting.shape)) {
            Some((InProject::Tighter, _)) => {
                let is_looser = setting.is_some_and(|setting| is_looser(setting, below.get(name), entry));
                match path.filter(|_| is_looser) {
                    Some(path) => refused.push(path),
                    None => drop(below.insert(name.clone(), entry.clone())),
                }
            }
            // There is one of it, not a list: the uppermost counts.
            Some((_, Shape::Boolean)) => drop(below.insert(name.clone(), entry.clone())),
            Some((_, Shape::Table(inner))) => {
                let empty = || Entry { node: entry.node.emptied(), ..entry.clone() };
                let under = below.entry(name.clone()).or_insert_with(empty);
                lay(&mut under.node, &entry.node, inner, path.as_deref(), refused)?;
            }
            _ => add(below, name, entry),
        }
    }
    Some(())
}

/// Takes the choices at the top out of a project's settings that it may only tighten: they are to stand over every other
/// layer. `own` is what counts without the project.
pub(super) fn choices(own: &Node, project: &mut Node, refused: &mut Vec<String>) -> Table {
    let Value::Table(project) = &mut project.value else { return Table::new() };
    let mut tightened = Table::new();
    for setting in TOP.iter().filter(|setting| setting.project == InProject::Tighter) {
        let Some(entry) = project.shift_remove(setting.name) else { continue };
        match is_looser(setting, own.entry(setting.name), &entry) {
            true => refused.push(setting.name.to_owned()),
            false => drop(tightened.insert(setting.name.to_owned(), entry)),
        }
    }
    tightened
}

/// Whether a project chooses less than what counts without it.
fn is_looser(setting: &Setting, below: Option<&Entry>, entry: &Entry) -> bool {
    let Shape::Choice(names) = setting.shape else { return false };
    let rank = |name: &str| names.iter().position(|own| *own == name);
    let text = |entry: &Entry| match &entry.node.value {
        Value::String(text) => rank(text),
        _ => None,
    };
    let standing = below.and_then(text).or_else(|| rank(setting.default.trim_matches(['`', '"'])));
    // What is no choice at all is let through, to be noted as a mistake.
    text(entry).is_some_and(|wanted| Some(wanted) < standing)
}

/// Adds a list to the one that is there.
fn add(below: &mut Table, name: &str, entry: &Entry) {
    let items = |node: &Node| match &node.value {
        Value::Array(items) => items.clone(),
        _ => vec![node.clone()],
    };
    match below.get_mut(name) {
        Some(old) => old.node.value = Value::Array([items(&old.node), items(&entry.node)].concat()),
        None => drop(below.insert(name.to_owned(), entry.clone())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::config::{Activation, ConfigFile, Layers, TrustStore};

    #[test]
    fn a_project_may_ask_for_less_completion_and_not_for_more() {
        let file = |path: &str, text: &str| ConfigFile { path: path.into(), text: text.to_owned() };
        let user = file(
            "/home/me/config.toml",
            "[completion]\ntrigger = \"manual\"\nmenu = \"manual\"\n[completion.languages]\noff = \"java\"\n",
        );
        let project = file(
            "/w/.graft.toml",
            "[completion]\ntrigger = \"auto\"\nstrings = \"off\"\nmenu = \"auto\"\n[completion.languages]\noff = [\"go\"]\n[completion.paths]\noff = \"vendor/**\"\n",
        );
        let editor = json!({"completion": {"languages": {"manual": "rust"}}});
        let trust = TrustStore::default();
        let layers = Layers {
            user: Some(&user),
            folder: None,
            project: Some(&project),
            editor: &editor,
            record: None,
            flags: &[],
            trust: &trust,
        };
        let loaded = layers.load().unwrap();
        let own = &loaded.config.completion;
        assert_eq!((own.trigger, own.strings, own.menu), (Activation::Manual, Activation::Off, Activation::Manual));
        for (language, path, expected) in [
            ("java", "a.java", Activation::Off),
            ("go", "a.go", Activation::Off),
            ("rust", "vendor/a.rs", Activation::Off),
            ("python", "a.py", Activation::Manual),
        ] {
            assert_eq!(own.of_file(language, Some(path)).0, expected, "{language}");
        }
        let said = loaded.warnings.join("\n");
        assert!(said.contains("only your own files may hold: completion.trigger, completion.menu"), "{said}");
    }
}
