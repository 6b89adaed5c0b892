//! The actions and completion: the chain that each would take, by its route or by a rule, and which of its steps would work now.
//! Asks nobody.

use super::checkup::{ActionChecked, LeftOut, ModelChecked, RuleChecked, State};
use crate::actions::ActionId;
use crate::config::{BUILTIN, Config, Rule};
use crate::route::{Purpose, builtin_serves, usual};

pub(super) fn examine(config: &Config, models: &[ModelChecked]) -> Vec<ActionChecked> {
    let purposes = ActionId::ALL.map(Purpose::Action).into_iter().chain([Purpose::Complete]);
    purposes.map(|purpose| Examination { config, models, purpose }.done()).collect()
}

/// One look at one action.
struct Examination<'a> {
    config: &'a Config,
    models: &'a [ModelChecked],
    purpose: Purpose,
}

impl Examination<'_> {
    fn done(&self) -> ActionChecked {
        let checked = ActionChecked {
            state: self.broken(),
            action: self.purpose.as_str(),
            chain: Vec::new(),
            reason: String::new(),
            left_out: Vec::new(),
            rules: self.rules(),
            working: Vec::new(),
            works: false,
            problem: None,
        };
        let route = match usual(self.config, self.purpose) {
            Ok(route) => route,
            Err(none) => return ActionChecked { problem: Some(none.to_string()), ..checked },
        };
        let chain: Vec<String> = route.steps.iter().map(|step| step.name().to_owned()).collect();
        let working = self.working(&chain);
        let (state, problem) = match working.first().map(String::as_str) {
            None => (self.broken(), Some(self.nothing_works(&chain))),
            Some(BUILTIN) if working.len() == 1 => (State::Note, Some(self.without_model().to_owned())),
            Some(_) => (State::Ok, None),
        };
        let doubtful = checked.rules.iter().any(|rule| rule.working.is_empty());
        let state = if state == State::Ok && doubtful { State::Note } else { state };
        let works = !working.is_empty();
        let left_out = route.left_out.into_iter().map(|(step, why)| LeftOut { step, why }).collect();
        ActionChecked { state, chain, reason: route.reason, left_out, working, works, problem, ..checked }
    }

    /// Nobody waits for a completion: where there is none, nothing is broken.
    fn broken(&self) -> State {
        if self.purpose == Purpose::Complete { State::Note } else { State::Problem }
    }

    /// The steps of a chain that would work.
    fn working(&self, chain: &[String]) -> Vec<String> {
        let serves = |model: &ModelChecked| self.purpose != Purpose::Complete || model.no_completion.is_none();
        let works = |step: &&String| match step.as_str() {
            BUILTIN => builtin_serves(self.purpose),
            name => self.models.iter().any(|model| model.name == name && model.works && serves(model)),
        };
        chain.iter().filter(works).cloned().collect()
    }

    /// The rules that may count, by their places in the config.
    fn rules(&self) -> Vec<RuleChecked> {
        let names = |rule: &Rule| rule.when.action.is_empty() || rule.when.action.contains(&self.purpose.as_str());
        let rules = self.config.rules.iter().enumerate().filter(|(_, rule)| names(rule));
        let checked = |(at, rule): (usize, &Rule)| {
            let chain: Vec<String> = rule.chain.steps.iter().map(|step| step.as_str().to_owned()).collect();
            RuleChecked { number: at + 1, working: self.working(&chain), chain }
        };
        rules.map(checked).collect()
    }

    fn nothing_works(&self, chain: &[String]) -> String {
        let unfit = self.models.iter().filter(|model| chain.contains(&model.name) && model.works);
        let mut unfit = unfit.filter_map(|model| model.no_completion.clone());
        match (self.purpose, unfit.next(), chain) {
            (Purpose::Complete, Some(why), _) => why,
            (_, _, [only]) => {
                format!("`{only}` does not work; mend it as said above, or put another step into the chain")
            }
            _ => "no step of the chain works; mend one as said above, or put another into the chain".to_owned(),
        }
    }

    /// What the tier without a model does, and what more it takes.
    fn without_model(&self) -> &'static str {
        match self.purpose {
            Purpose::Action(ActionId::Document) => {
                "without a model only facts of the code are written down; a model would find the words"
            }
            Purpose::Action(ActionId::AddTests) => {
                "without a model only skeletons are made; a model would fill them in"
            }
            Purpose::Action(ActionId::FixLint) => "without a model only what the linters themselves can fix is fixed",
            Purpose::Action(ActionId::Generate | ActionId::Refactor) => "it takes a model",
            Purpose::Complete => "without a model only lines are completed that your own code has already",
        }
    }
}
