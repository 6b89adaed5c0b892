//! A project's own file, taken apart: what anybody may say, and what counts only where the user trusts the project.
//! Refuses to decide whether the user does.

use std::fmt::Write;

use super::error::Noted;
use super::preset::Preset;
use super::routes::BUILTIN;
use super::setting::{InProject, Setting, Shape, TOP};
use super::tree::{Entry, Node, Table, Value, joined};

/// The name of the file, in the project's folder.
pub const PROJECT_FILE: &str = ".graft.toml";

/// A project's settings, by what they take.
pub(super) struct Divided {
    /// What applies in any case. Keys that nobody knows are here too: they are mistakes.
    pub(super) free: Node,
    /// What applies where the project is trusted.
    pub(super) trusted: Node,
    /// Keys that never count in a project.
    pub(super) refused: Vec<String>,
    /// Keys that would be free, but lead to models of the project's own.
    withheld: Vec<String>,
}

impl Divided {
    pub(super) fn of(root: &Node) -> Divided {
        let mut divided =
            Divided { free: root.emptied(), trusted: root.emptied(), refused: Vec::new(), withheld: Vec::new() };
        if let Value::Table(table) = &root.value {
            let (free, trusted) = divide(table, &TOP, "", &mut divided.refused);
            (divided.free.value, divided.trusted.value) = (Value::Table(free), Value::Table(trusted));
        }
        divided
    }

    /// Takes the chains out of what is free that name a model which comes with trust alone: without it they lead nowhere.
    /// Rules stay, without those models: the first that fits counts, so that without one of them its files would go where
    /// the rules behind it, or the user's chains, send them. `own` are the names that the user has models for.
    pub(super) fn withhold(&mut self, own: &[String]) {
        let mut foreign = model_names(&self.trusted);
        foreign.retain(|name| !own.contains(name));
        let Value::Table(free) = &mut self.free.value else { return };
        let withheld = &mut self.withheld;
        if let Some(Value::Table(routes)) = free.get_mut("routes").map(|entry| &mut entry.node.value) {
            routes.retain(|action, entry| {
                let leads_there = names_any(&entry.node, &foreign);
                withheld.extend(leads_there.then(|| joined("routes", action)));
                !leads_there
            });
        }
        if let Some(Value::Array(rules)) = free.get_mut("rules").map(|entry| &mut entry.node.value) {
            for (at, rule) in rules.iter_mut().enumerate() {
                let is_changed = leave_out(rule, &foreign);
                withheld.extend(is_changed.then(|| format!("rules[{}].use", at + 1)));
            }
        }
    }

    /// The keys that need trust: `providers.evil`, `preset`.
    pub(super) fn keys(&self) -> Vec<String> {
        let Value::Table(table) = &self.trusted.value else { return Vec::new() };
        let keys = table.iter().flat_map(|(name, entry)| match &entry.node.value {
            Value::Table(inner) => inner.keys().map(|key| joined(name, key)).collect(),
            _ => vec![name.clone()],
        });
        keys.chain(self.withheld.iter().cloned()).collect()
    }

    /// What stands for the parts that need trust: the same for the same settings, whatever their order and layout.
    pub(super) fn digest(&self) -> String {
        let mut text = String::new();
        canonical(&self.trusted.value, &mut text);
        let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

fn divide(table: &Table, settings: &'static [Setting], path: &str, refused: &mut Vec<String>) -> (Table, Table) {
    let (mut free, mut trusted) = (Table::new(), Table::new());
    for (name, entry) in table {
        let setting = settings.iter().find(|setting| setting.name == name);
        match (setting.map(|setting| setting.project), setting.map(|setting| setting.shape), &entry.node.value) {
            (Some(InProject::Never), ..) => refused.push(joined(path, name)),
            (Some(InProject::Trusted), Some(shape), _) => {
                let kept = without_refused(&entry.node, shape, &joined(path, name), refused);
                trusted.insert(name.clone(), Entry { key_place: entry.key_place.clone(), node: kept });
            }
            (Some(InProject::Free), Some(Shape::Table(inner) | Shape::Chain(inner)), Value::Table(table)) => {
                let (own_free, own_trusted) = divide(table, inner, &joined(path, name), refused);
                let with = |table| Entry {
                    key_place: entry.key_place.clone(),
                    node: Node { value: Value::Table(table), place: entry.node.place.clone() },
                };
                if !own_trusted.is_empty() {
                    trusted.insert(name.clone(), with(own_trusted));
                }
                free.insert(name.clone(), with(own_free));
            }
            _ => drop(free.insert(name.clone(), entry.clone())),
        }
    }
    (free, trusted)
}

/// What may be trusted, without what is the user's alone.
fn without_refused(node: &Node, shape: Shape, path: &str, refused: &mut Vec<String>) -> Node {
    let Value::Table(table) = &node.value else { return node.clone() };
    let mut kept = Table::new();
    for (name, entry) in table {
        let path = joined(path, name);
        let inner = match shape {
            Shape::Tables(settings) => Some((InProject::Trusted, Shape::Table(settings))),
            Shape::Table(settings) => {
                let setting = settings.iter().find(|setting| setting.name == name);
                setting.map(|setting| (setting.project, setting.shape))
            }
            _ => None,
        };
        let node = match inner {
            Some((InProject::Never, _)) => {
                refused.push(path);
                continue;
            }
            Some((_, shape)) => without_refused(&entry.node, shape, &path, refused),
            None => entry.node.clone(),
        };
        kept.insert(name.clone(), Entry { key_place: entry.key_place.clone(), node });
    }
    Node { value: Value::Table(kept), place: node.place.clone() }
}

/// The models that settings bring along, those of a preset included.
pub(super) fn model_names(root: &Node) -> Vec<String> {
    let preset = root.string("preset").and_then(Preset::parse);
    let below = preset.map(|preset| Node::from_text(&preset.text(None, None), &root.place, &Noted::default()));
    let tables =
        [Some(root), below.as_ref()].into_iter().flatten().filter_map(|root| match &root.entry("models")?.node.value {
            Value::Table(models) => Some(models.keys().cloned()),
            _ => None,
        });
    tables.flatten().collect()
}

/// Leaves steps of these names out of a rule; one without another step leads to what needs no model. Whether it had any.
fn leave_out(rule: &mut Node, names: &[String]) -> bool {
    let had_any = names_any(rule, names);
    if let Value::Table(rule) = &mut rule.value
        && let Some(Entry { node: chain, .. }) = rule.get_mut("use").filter(|_| had_any)
    {
        let left = match &mut chain.value {
            Value::Array(steps) => {
                steps.retain(|step| !names_any(step, names));
                steps.len()
            }
            _ => 0,
        };
        if left == 0 {
            chain.value = Value::String(BUILTIN.to_owned());
        }
    }
    had_any
}

/// Whether a chain, or that of a rule, has a step of these names.
fn names_any(node: &Node, names: &[String]) -> bool {
    match &node.value {
        Value::String(step) => names.contains(step),
        Value::Array(items) => items.iter().any(|item| names_any(item, names)),
        Value::Table(_) => node.entry("use").is_some_and(|entry| names_any(&entry.node, names)),
        _ => false,
    }
}

/// Writing to a string does not fail.
fn put(_: std::fmt::Result) {}

fn canonical(value: &Value, out: &mut String) {
    match value {
        // Debug escapes quotes, so that no string can look like two.
        Value::String(text) => put(write!(out, "s{text:?}")),
        Value::Integer(integer) => put(write!(out, "i{integer}")),
        Value::Float(float) => put(write!(out, "f{float:?}")),
        Value::Boolean(value) => put(write!(out, "b{value}")),
        Value::Date => out.push('d'),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(&item.value, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Table(table) => {
            let mut keys: Vec<&String> = table.keys().collect();
            // The order of models is a chain, but only where no route is written; a new order is no new danger.
            keys.sort();
            out.push('{');
            for key in keys {
                if let Some(entry) = table.get(key) {
                    let _ = write!(out, "{key:?}:");
                    canonical(&entry.node.value, out);
                    out.push(',');
                }
            }
            out.push('}');
        }
    }
}
