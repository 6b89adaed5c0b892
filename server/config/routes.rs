//! `[routes]`: which steps the user wants for an action. Which of them is taken is decided by the room `route`.

use indexmap::IndexMap;

use super::error::{ConfigError, suggestion};
use super::fields::Fields;
use super::model::Model;
use super::setting::Setting;
use super::tree::{Node, Value};

/// The actions' ids, as routes name them.
pub const ACTION_IDS: [&str; 5] = ["generate", "refactor", "add-tests", "document", "fix-lint"];

const BUILTIN: &str = "builtin";

const STEPS: &str = "a step, or a list of steps";

pub(super) const SETTINGS: [Setting; 6] = [
    Setting {
        name: "default",
        form: STEPS,
        default: "every model in the order of the file, then `builtin` for what it can do",
        meaning: "the chain of every action that has none of its own",
        example: "[\"quick\", \"deep\"]",
    },
    action("generate", "the chain of `generate`", "\"deep\""),
    action("refactor", "the chain of `refactor`", "[\"deep\", \"quick\"]"),
    action("add-tests", "the chain of `add-tests`", "[\"quick\", \"builtin\"]"),
    action("document", "the chain of `document`", "[\"quick\", \"builtin\"]"),
    action("fix-lint", "the chain of `fix-lint`", "[\"builtin\", \"quick\"]"),
];

const fn action(name: &'static str, meaning: &'static str, example: &'static str) -> Setting {
    Setting { name, form: STEPS, default: "that of `default`", meaning, example }
}

/// The chains that the user wrote; nothing is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routes {
    /// The chain of every action that has none of its own; `None` where the user wrote none.
    pub default: Option<Vec<StepName>>,
    by_action: IndexMap<&'static str, Vec<StepName>>,
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
    pub fn for_action(&self, action_id: &str) -> Option<&[StepName]> {
        self.by_action.get(action_id).map(Vec::as_slice)
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

pub(super) fn read(root: &Fields<'_>, models: &IndexMap<String, Model>) -> Result<Routes, ConfigError> {
    let Some(fields) = root.table("routes", &SETTINGS)? else {
        return Ok(Routes::default());
    };
    let mut routes = Routes { default: chain(&fields, "default", models)?, ..Routes::default() };
    for action_id in ACTION_IDS {
        if let Some(steps) = chain(&fields, action_id, models)? {
            routes.by_action.insert(action_id, steps);
        }
    }
    Ok(routes)
}

fn chain(
    fields: &Fields<'_>,
    key: &str,
    models: &IndexMap<String, Model>,
) -> Result<Option<Vec<StepName>>, ConfigError> {
    let Some(node) = fields.node(key) else { return Ok(None) };
    let steps = match &node.value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| step(fields, key, item, models)).collect::<Result<_, _>>()?
        }
        Value::Array(_) => {
            return Err(ConfigError::new(&node.place, fields.path_of(key), "expected at least one step in this list"));
        }
        _ => vec![step(fields, key, node, models)?],
    };
    Ok(Some(steps))
}

fn step(
    fields: &Fields<'_>,
    key: &str,
    node: &Node,
    models: &IndexMap<String, Model>,
) -> Result<StepName, ConfigError> {
    let Value::String(name) = &node.value else {
        return Err(fields.wrong_type(key, node, "a model's name, or a list of names"));
    };
    if is_reserved(name) {
        return Ok(StepName::Builtin);
    }
    if models.contains_key(name) {
        return Ok(StepName::Model(name.clone()));
    }
    let known = models.keys().map(String::as_str).chain([BUILTIN]);
    let listed = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("there is no model `{name}`{} (expected one of {listed})", suggestion(name, known));
    Err(ConfigError::new(&node.place, fields.path_of(key), message))
}
