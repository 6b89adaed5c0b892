//! The actions: the chain that each would take, and which of its steps would work now. Asks nobody.

use super::checkup::{ActionChecked, ModelChecked, State};
use crate::actions::ActionId;
use crate::config::Config;
use crate::engine::Engine;
use crate::route::builtin_serves;

const BUILTIN: &str = "builtin";

pub(super) fn examine(engine: &Engine, config: &Config, models: &[ModelChecked]) -> Vec<ActionChecked> {
    ActionId::ALL.into_iter().map(|action| examined(engine, config, models, action)).collect()
}

fn examined(engine: &Engine, config: &Config, models: &[ModelChecked], action: ActionId) -> ActionChecked {
    let checked = ActionChecked {
        state: State::Problem,
        action: action.as_str(),
        chain: Vec::new(),
        reason: String::new(),
        rules: Vec::new(),
        working: Vec::new(),
        works: false,
        problem: None,
    };
    let route = match engine.usual_route(config, action) {
        Ok(route) => route,
        Err(failure) => return ActionChecked { problem: Some(failure.message), ..checked },
    };
    let works = |step: &&String| match step.as_str() {
        BUILTIN => builtin_serves(action),
        name => models.iter().any(|model| model.name == name && model.works),
    };
    let working: Vec<String> = route.route.chain.iter().filter(works).cloned().collect();
    let (state, problem) = match working.first().map(String::as_str) {
        None => (State::Problem, Some(nothing_works(&route.route.chain))),
        Some(BUILTIN) if working.len() == 1 => (State::Note, Some(skeletons(action).to_owned())),
        Some(_) => (State::Ok, None),
    };
    let works = !working.is_empty();
    let (chain, reason, rules) = (route.route.chain, route.route.reason, route.rules);
    ActionChecked { state, chain, reason, rules, working, works, problem, ..checked }
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
