//! `[routes]`: which steps the user wants for an action. Which of them is taken is decided by the room `route`.

use indexmap::IndexMap;

use super::error::suggestion;
use super::fields::Fields;
use super::parameters::{self, Parameters};
use super::setting::{InProject, Setting, Shape};
use super::tree::{Node, Value};

/// The actions' ids, as routes and rules name them, and that of inline completion.
pub const ACTION_IDS: [&str; 6] = ["generate", "refactor", "add-tests", "document", "fix-lint", "complete"];

/// The tier without a model, as a step and as a provider.
pub const BUILTIN: &str = "builtin";

const STEPS: &str = "a step, a list of steps, or a table, below";

pub(super) const SETTINGS: [Setting; 7] = [
    Setting {
        name: "default",
        form: STEPS,
        default: "every model in the order of the file, none in the cloud after one of your own, then `builtin` for what it can do",
        meaning: "the chain of every action that has none of its own",
        example: "[\"quick\", \"deep\"]",
        shape: Shape::Chain(&CHAIN),
        project: InProject::Free,
    },
    action("generate", "the chain of `generate`", "\"deep\""),
    action("refactor", "the chain of `refactor`", "[\"deep\", \"quick\"]"),
    action("add-tests", "the chain of `add-tests`", "[\"quick\", \"builtin\"]"),
    action("document", "the chain of `document`", "[\"quick\", \"builtin\"]"),
    action("fix-lint", "the chain of `fix-lint`", "[\"builtin\", \"quick\"]"),
    action("complete", "the chain of [inline completion](inline-completion.md), which needs a model", "\"quick\""),
];

const fn action(name: &'static str, meaning: &'static str, example: &'static str) -> Setting {
    Setting {
        name,
        form: STEPS,
        default: "that of `default`",
        meaning,
        example,
        shape: Shape::Chain(&CHAIN),
        project: InProject::Free,
    }
}

/// A chain as a table: steps and what they are asked with.
pub(super) const CHAIN: [Setting; 5] =
    [USE, parameters::SETTINGS[0], parameters::SETTINGS[1], parameters::SETTINGS[2], parameters::SETTINGS[3]];

pub(super) const USE: Setting = Setting {
    name: "use",
    form: "a step, or a list of steps",
    default: "required",
    meaning: "who is asked: the first that gives a valid edit wins",
    example: "[\"quick\", \"deep\"]",
    shape: Shape::Steps,
    project: InProject::Free,
};

/// Steps in order, and parameters over the models' own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chain {
    /// First to try first; at least one.
    pub steps: Vec<StepName>,
    /// For each of the steps.
    pub parameters: Parameters,
}

/// The chains that the user wrote; nothing is filled in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Routes {
    /// The chain of every action that has none of its own; `None` where the user wrote none.
    pub default: Option<Chain>,
    by_action: IndexMap<&'static str, Chain>,
}

/// One step of a chain, by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StepName {
    /// The tier that needs no model.
    Builtin,
    /// A configured model, by the user's name for it; it exists.
    Model(String),
}

impl Routes {
    /// The chain that the user wrote for one action id, if any.
    pub fn for_action(&self, action_id: &str) -> Option<&Chain> {
        self.by_action.get(action_id)
    }
}

impl StepName {
    /// The name as it stands in the config.
    pub fn as_str(&self) -> &str {
        match self {
            StepName::Builtin => BUILTIN,
            StepName::Model(name) => name,
        }
    }
}

/// Whether a name is taken by the tier without a model.
pub(super) fn is_reserved(name: &str) -> bool {
    name == BUILTIN
}

/// Reads the routes. `models` are the names of all models, also of those that have mistakes of their own.
pub(super) fn read(root: &Fields<'_>, models: &[&str]) -> Routes {
    let Some(fields) = root.table("routes") else {
        return Routes::default();
    };
    let mut routes = Routes { default: chain(&fields, "default", models), ..Routes::default() };
    for action_id in ACTION_IDS {
        if let Some(chain) = chain(&fields, action_id, models) {
            routes.by_action.insert(action_id, chain);
        }
    }
    routes
}

fn chain(fields: &Fields<'_>, key: &str, models: &[&str]) -> Option<Chain> {
    match fields.node(key)?.value {
        Value::Table(_) => chain_of(&fields.table(key)?, models),
        _ => Some(Chain { steps: steps(fields, key, models)?, parameters: Parameters::default() }),
    }
}

/// The chain of a table that has `use`.
pub(super) fn chain_of(fields: &Fields<'_>, models: &[&str]) -> Option<Chain> {
    let steps = fields.required("use", steps(fields, "use", models), "a step, or a list of steps");
    let parameters = parameters::read(fields);
    Some(Chain { steps: steps?, parameters })
}

fn steps(fields: &Fields<'_>, key: &str, models: &[&str]) -> Option<Vec<StepName>> {
    let node = fields.node(key)?;
    let steps: Vec<Option<StepName>> = match &node.value {
        Value::Array(items) => items.iter().map(|item| step(fields, key, item, models)).collect(),
        _ => vec![step(fields, key, node, models)],
    };
    if steps.is_empty() {
        fields.note(key, "expected at least one step in this list");
        return None;
    }
    steps.into_iter().collect()
}

fn step(fields: &Fields<'_>, key: &str, node: &Node, models: &[&str]) -> Option<StepName> {
    let Value::String(name) = &node.value else {
        return fields.wrong(key, node, "a model's name, or a list of names");
    };
    if is_reserved(name) {
        return Some(StepName::Builtin);
    }
    if models.contains(&name.as_str()) {
        return Some(StepName::Model(name.clone()));
    }
    let known = models.iter().copied().chain([BUILTIN]);
    let listed = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("there is no model `{name}`{} (expected one of {listed})", suggestion(name, known));
    fields.note_at(&node.place, key, message);
    None
}
