//! The actions: the chain that each would take, and which of its steps would work now. Asks nobody.

use super::checkup::{ActionChecked, LeftOut, ModelChecked, State};
use crate::actions::ActionId;
use crate::config::{Config, Rule};
use crate::route::{builtin_serves, usual};

const BUILTIN: &str = "builtin";

pub(super) fn examine(config: &Config, models: &[ModelChecked]) -> Vec<ActionChecked> {
    ActionId::ALL.into_iter().map(|action| examined(config, models, action)).collect()
}

fn examined(config: &Config, models: &[ModelChecked], action: ActionId) -> ActionChecked {
    let checked = ActionChecked {
        state: State::Problem,
        action: action.as_str(),
        chain: Vec::new(),
        reason: String::new(),
        left_out: Vec::new(),
        rules: Vec::new(),
        working: Vec::new(),
        works: false,
        problem: None,
    };
    let route = match usual(config, action) {
        Ok(route) => route,
        Err(none) => return ActionChecked { problem: Some(none.to_string()), ..checked },
    };
    let chain: Vec<String> = route.steps.iter().map(|step| step.name().to_owned()).collect();
    let works = |step: &&String| match step.as_str() {
        BUILTIN => builtin_serves(action),
        name => models.iter().any(|model| model.name == name && model.works),
    };
    let working: Vec<String> = chain.iter().filter(works).cloned().collect();
    let (state, problem) = match working.first().map(String::as_str) {
        None => (State::Problem, Some(nothing_works(&chain))),
        Some(BUILTIN) if working.len() == 1 => (State::Note, Some(skeletons(action).to_owned())),
        Some(_) => (State::Ok, None),
    };
    let works = !working.is_empty();
    let left_out = route.left_out.into_iter().map(|(step, why)| LeftOut { step, why }).collect();
    let (reason, rules) = (route.reason, rules(config, action));
    ActionChecked { state, chain, reason, left_out, rules, working, works, problem, ..checked }
}

/// The rules that may count for an action, by their places in the config, from 1.
fn rules(config: &Config, action: ActionId) -> Vec<usize> {
    let names = |rule: &Rule| rule.when.action.is_empty() || rule.when.action.contains(&action.as_str());
    config.rules.iter().enumerate().filter(|(_, rule)| names(rule)).map(|(at, _)| at + 1).collect()
}

fn nothing_works(chain: &[String]) -> String {
    match chain {
        [only] => format!("`{only}` does not work; mend it as said above, or put another step into the chain"),
        _ => "no step of the chain works; mend one as said above, or put another into the chain".to_owned(),
    }
}

/// What the tier without a model does of an action, and what more it takes.
fn skeletons(action: ActionId) -> &'static str {
    match action {
        ActionId::Document => "without a model only facts of the code are written down; a model would find the words",
        ActionId::AddTests => "without a model only skeletons are made; a model would fill them in",
        ActionId::FixLint => "without a model only what the linters themselves can fix is fixed",
        ActionId::Generate | ActionId::Refactor => "it takes a model",
    }
}
