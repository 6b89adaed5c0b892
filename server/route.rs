//! Which steps serve a task, in which order, and why those. Calls nobody.

mod discovered;
mod facts;
mod missing;
mod purpose;
mod rules;

pub use discovered::choose;
pub use facts::TaskFacts;
pub use missing::{NoRoute, needs_model};
pub use purpose::Purpose;
pub use rules::RuleTried;

use crate::actions::ActionId;
use missing::{next_step, no_model};

use crate::config::{BUILTIN, Chain, Config, Model, Ownership, Parameters, StepName};
use crate::model::takes_sampling;
use crate::privacy::Verdict;

/// One step of a chain.
#[derive(Debug, Clone)]
pub enum Step {
    /// The tier without a model.
    Builtin,
    /// A configured model.
    Model(Box<Model>),
}

impl Step {
    /// The step's name in the config.
    pub fn name(&self) -> &str {
        match self {
            Step::Builtin => BUILTIN,
            Step::Model(model) => &model.name,
        }
    }
}

/// A chain and its reason.
#[derive(Debug, Clone)]
pub struct Route {
    /// The steps, first to try first; at least one.
    pub steps: Vec<Step>,
    /// Why these: a few words.
    pub reason: String,
    /// How far the code may travel.
    pub privacy: Verdict,
    /// The rules that were looked at, in order.
    pub rules: Vec<RuleTried>,
    /// Steps that would stand in the chain and do not: name, and why.
    pub left_out: Vec<(String, String)>,
    /// Models of the chain that may not see the code; they are left out too.
    pub kept_from: Vec<Model>,
}

/// Whether the tier without a model can do anything for an action.
pub fn builtin_serves(purpose: impl Into<Purpose>) -> bool {
    matches!(
        purpose.into(),
        Purpose::Action(ActionId::Document | ActionId::AddTests | ActionId::FixLint) | Purpose::Complete
    )
}

/// The chain for a task: the model that it names, else the first rule that holds, else the action's route, else the default
/// route, else every model in the order of the config with the built-in tier at the end. A chain that a person wrote is taken
/// as written, but for models that may not see the file.
///
/// # Errors
/// The task names a model that there is not, or nothing is left that could serve it.
pub fn route(config: &Config, facts: &TaskFacts, model: Option<&str>) -> Result<Route, NoRoute> {
    let (found, rules) = match model {
        Some(_) => (None, Vec::new()),
        None => rules::first(&config.rules, facts),
    };
    let tried = rules.last().map(|rule| rule.why.clone()).unwrap_or_default();
    let mut route = match (model, found) {
        (Some(name), _) => Route::of(vec![named(config, name)?], format!("the task names `{name}`")),
        (None, Some((number, rule))) => written(config, &rule.chain, format!("rule {number}: {tried}"))?,
        (None, None) => usual(config, facts.action)?,
    };
    route.rules = rules;
    route.keep_private(&facts.privacy, facts.action)?;
    Ok(route)
}

/// The chain for an action where no rule counts: its route, else the default route, else every model and the built-in tier.
///
/// # Errors
/// Nothing could serve it.
pub fn usual(config: &Config, action: impl Into<Purpose>) -> Result<Route, NoRoute> {
    let action = action.into();
    let name = action.as_str();
    match (config.routes.for_action(name), &config.routes.default) {
        (Some(chain), _) => written(config, chain, format!("routes.{name}")),
        (None, Some(chain)) => default_chain(config, chain, action),
        (None, None) => unwritten(config, action),
    }
}

/// Whether the config has the model that a task names: known before anything is worked out.
///
/// # Errors
/// It has not.
pub fn check_name(config: &Config, model: Option<&str>) -> Result<(), NoRoute> {
    model.map_or(Ok(()), |name| named(config, name).map(drop))
}

impl Route {
    fn of(steps: Vec<Step>, reason: String) -> Route {
        Route {
            steps,
            reason,
            privacy: Verdict::default(),
            rules: Vec::new(),
            left_out: Vec::new(),
            kept_from: Vec::new(),
        }
    }

    /// Takes out the models that may not see the code. This is the one place that does, for every face.
    fn keep_private(&mut self, verdict: &Verdict, action: Purpose) -> Result<(), NoRoute> {
        self.privacy = verdict.clone();
        let chain = self.steps.iter().map(Step::name).collect::<Vec<_>>().join(", ");
        let allowed = |step: &Step| match step {
            Step::Builtin => true,
            Step::Model(model) => verdict.class.allows(model.ownership()),
        };
        let (kept, refused): (Vec<Step>, Vec<Step>) = self.steps.drain(..).partition(allowed);
        self.steps = kept;
        let refused = refused.into_iter().filter_map(|step| match step {
            Step::Model(model) => Some(*model),
            Step::Builtin => None,
        });
        for model in refused {
            self.left_out.push((model.name.clone(), why_kept(verdict, &model)));
            self.kept_from.push(model);
        }
        match self.steps.is_empty() {
            false => Ok(()),
            true => Err(NoRoute::Private { kept: verdict.sentence(), chain, next: next_step(verdict.class, action) }),
        }
    }
}

/// Why a model may not see the code.
pub fn why_kept(verdict: &Verdict, model: &Model) -> String {
    let kept = verdict.sentence();
    match model.is_passed_on() {
        true => format!("{} passes `{}` on to a cloud, and {kept}", model.provider.name, model.id_sent()),
        false => kept,
    }
}

fn written(config: &Config, chain: &Chain, reason: String) -> Result<Route, NoRoute> {
    let step = |name: &StepName| {
        named(config, name.as_str()).map(|step| match step {
            Step::Model(model) => Step::Model(Box::new(model.with(&fit(&chain.parameters, &model)))),
            Step::Builtin => Step::Builtin,
        })
    };
    let steps: Result<Vec<Step>, NoRoute> = chain.steps.iter().map(step).collect();
    Ok(Route::of(steps?, reason))
}

/// A chain's parameters are for all its models: one that refuses some of them is asked without. What stands in a model's own
/// settings is sent as it stands.
fn fit(parameters: &Parameters, model: &Model) -> Parameters {
    match takes_sampling(&model.model) {
        true => parameters.clone(),
        false => Parameters { temperature: None, top_p: None, ..parameters.clone() },
    }
}

/// The default chain is for all actions: the built-in tier stands in it for those that it serves. Of completion nobody spoke there:
/// one's own code goes before it, as it costs nothing and keeps nobody waiting.
fn default_chain(config: &Config, chain: &Chain, action: Purpose) -> Result<Route, NoRoute> {
    let mut route = written(config, chain, "routes.default".to_owned())?;
    let is_model = |step: &Step| matches!(step, Step::Model(_));
    if !builtin_serves(action) && route.steps.iter().any(is_model) {
        let steps = route.steps.len();
        route.steps.retain(is_model);
        let why = format!("it cannot {}", action.as_str());
        route.left_out.extend((route.steps.len() < steps).then(|| (BUILTIN.to_owned(), why)));
    }
    if action == Purpose::Complete && route.steps.iter().all(is_model) {
        route.steps.insert(0, Step::Builtin);
    }
    Ok(route)
}

/// The chain that nobody wrote. It goes from the user's own models to no cloud: that takes a chain that says so.
fn unwritten(config: &Config, action: Purpose) -> Result<Route, NoRoute> {
    let is_for =
        |model: &&Model| config.for_completion.is_none_or(|name| (model.name == name) == (action == Purpose::Complete));
    let models = || config.models.values().filter(is_for);
    let starts_at_home = models().next().is_some_and(|model| model.ownership() == Ownership::Mine);
    let stays = |model: &&Model| !starts_at_home || model.ownership() == Ownership::Mine;
    let (kept, left): (Vec<&Model>, Vec<&Model>) = models().partition(stays);
    let mut steps: Vec<Step> = kept.into_iter().map(|model| Step::Model(Box::new(model.clone()))).collect();
    let reason = match (steps.is_empty(), left.is_empty()) {
        (true, _) => "no model is configured",
        (false, true) => "no routes are configured: every model in the order of the config",
        (false, false) => "no routes are configured: every model of your own in the order of the config",
    };
    match action {
        Purpose::Complete => steps.insert(0, Step::Builtin),
        _ if builtin_serves(action) => steps.push(Step::Builtin),
        _ => {}
    }
    if steps.is_empty() {
        return Err(no_model(config, action));
    }
    let mut route = Route::of(steps, reason.to_owned());
    let why = "it is in the cloud, and no chain in routes says that your own models may be followed by it";
    route.left_out = left.into_iter().map(|model| (model.name.clone(), why.to_owned())).collect();
    Ok(route)
}

fn named(config: &Config, name: &str) -> Result<Step, NoRoute> {
    if name == BUILTIN {
        return Ok(Step::Builtin);
    }
    config.models.get(name).map(|model| Step::Model(Box::new(model.clone()))).ok_or_else(|| {
        let mut known: Vec<String> = config.models.keys().cloned().collect();
        known.sort_by_key(|other| strsim::damerau_levenshtein(other, name));
        NoRoute::UnknownModel { name: name.to_owned(), known }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PrivacyClass;
    use crate::syntax::{Document, Language, Scope, Severity};
    use serde_json::{Value, json};

    fn config(extra: serde_json::Value) -> Config {
        let mut value = json!({"providers": {"p": {"kind": "ollama"}}, "models": {"quick": {"provider": "p", "model": "a"}, "deep": {"provider": "p", "model": "b"}}});
        if let (Some(object), Some(more)) = (value.as_object_mut(), extra.as_object()) {
            object.extend(more.clone());
        }
        Config::from_layers(None, &value).unwrap()
    }

    fn facts(action: ActionId) -> TaskFacts {
        let text = "/// Doc.\nfn f() {\n    if a { b() }\n}\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        let scope = Scope::at(&document, 12..12).unwrap();
        TaskFacts { path: Some("src/deep/f.rs".to_owned()), ..TaskFacts::of(action, &document, &scope, &[]) }
    }

    fn chain(config: &Config, action: ActionId, model: Option<&str>) -> Vec<String> {
        names(&route(config, &facts(action), model).unwrap())
    }

    fn verdict(class: PrivacyClass) -> Verdict {
        Verdict { class, because: "the glob".to_owned(), file: None }
    }

    fn names(route: &Route) -> Vec<String> {
        route.steps.iter().map(|step| step.name().to_owned()).collect()
    }

    #[test]
    fn takes_a_written_chain_as_written() {
        let config = config(json!({"routes": {"default": ["deep"], "document": ["quick", "builtin"]}}));
        assert_eq!(chain(&config, ActionId::Document, None), ["quick", "builtin"]);
        assert_eq!(chain(&config, ActionId::AddTests, None), ["deep"]);
        assert_eq!(chain(&config, ActionId::AddTests, Some("builtin")), ["builtin"]);
    }

    #[test]
    fn without_routes_the_models_stand_in_order_and_builtin_ends_what_it_serves() {
        let config = config(json!({}));
        assert_eq!(chain(&config, ActionId::Document, None), ["quick", "deep", "builtin"]);
        assert_eq!(chain(&config, ActionId::Refactor, None), ["quick", "deep"]);
    }

    #[test]
    fn says_what_is_missing_and_the_nearest_name() {
        let none = route(&Config::default(), &facts(ActionId::Generate), None).unwrap_err().to_string();
        assert!(none.starts_with("generate needs a model and none is configured"), "{none}");
        let unknown = route(&config(json!({})), &facts(ActionId::Generate), Some("quik")).unwrap_err().to_string();
        assert!(unknown.ends_with("did you mean `quick`?"), "{unknown}");
        let provider = json!({"providers": {"box": {"kind": "ollama"}}});
        let bare = Config::from_layers(None, &provider).unwrap();
        let none = route(&bare, &facts(ActionId::Generate), None).unwrap_err().to_string();
        assert!(none.contains("add a table `[models.quick]` with `provider = \"box\"`"), "{none}");
    }

    #[test]
    fn every_condition_of_a_rule_decides_and_says_why() {
        let hold = "≥ 4 lines (4), ≤ 4 lines (4)";
        for (when, holds, why) in [
            (json!({}), true, "it has no conditions"),
            (json!({"action": "refactor"}), true, "refactor"),
            (json!({"action": ["document", "refactor"]}), true, "refactor"),
            (json!({"action": ["document", "generate"]}), false, "the action is refactor, not document or generate"),
            (json!({"language": "rust"}), true, "rust"),
            (json!({"language": "python"}), false, "the language is rust, not python"),
            (json!({"path": "*.rs"}), true, "path `*.rs`"),
            (json!({"path": ["lib/**", "src/**"]}), true, "path `src/**`"),
            (json!({"path": "src/*.rs"}), false, "the path is `src/deep/f.rs`, not `src/*.rs`"),
            (json!({"min_lines": 4, "max_lines": 4}), true, hold),
            (json!({"min_lines": 5}), false, "the scope has 4 lines, not 5 or more"),
            (json!({"max_lines": 3}), false, "the scope has 4 lines, not 3 or fewer"),
            (json!({"complexity": ["XS", "S"]}), true, "complexity XS"),
            (json!({"complexity": "XL"}), false, "the complexity is XS, not XL"),
            (json!({"kind": "function"}), true, "scope function"),
            (json!({"kind": ["file", "class"]}), false, "the scope is function, not file or class"),
            (json!({"severity": ["warning", "error"]}), true, "worst diagnostic warning"),
            (json!({"severity": "error"}), false, "the worst diagnostic is warning, not error"),
            (json!({"privacy": "local_only"}), true, "privacy local_only"),
            (json!({"privacy": "never"}), false, "the privacy is local_only, not never"),
            (json!({"action": "refactor", "language": "rust", "min_lines": 3}), true, "refactor, rust, ≥ 3 lines (4)"),
        ] {
            let config = config(json!({"rules": [{"when": when, "use": "deep"}], "routes": {"default": "quick"}}));
            let (severity, privacy) = (Some(Severity::Warning), verdict(PrivacyClass::LocalOnly));
            let facts = TaskFacts { severity, privacy, ..facts(ActionId::Refactor) };
            let route = route(&config, &facts, None).unwrap();
            assert_eq!(route.rules, [RuleTried { number: 1, holds, why: why.to_owned() }], "{when}");
            let (name, reason) =
                if holds { ("deep", format!("rule 1: {why}")) } else { ("quick", "routes.default".to_owned()) };
            assert_eq!((names(&route), route.reason), (vec![name.to_owned()], reason), "{when}");
        }
    }

    #[test]
    fn the_first_rule_that_holds_counts_with_its_parameters_over_the_models() {
        let config = config(json!({
            "models": {"quick": {"provider": "p", "model": "a", "temperature": 0.5, "max_tokens": 9}},
            "rules": [
                {"when": {"action": "document"}, "use": "builtin"},
                {"when": {"language": "rust"}, "use": ["quick", "builtin"], "temperature": 0.1, "thinking": true},
                {"use": "builtin"},
            ],
        }));
        let route = route(&config, &facts(ActionId::Refactor), None).unwrap();
        assert_eq!((names(&route), route.rules.len()), (vec!["quick".to_owned(), "builtin".to_owned()], 2));
        let Step::Model(model) = &route.steps[0] else { panic!("no model") };
        let asked = &model.parameters;
        assert_eq!((asked.temperature, asked.max_tokens, asked.thinking), (Some(0.1), Some(9), Some(true)));
    }

    #[test]
    fn a_route_may_be_a_table_with_parameters() {
        let config = config(json!({"routes": {"refactor": {"use": ["deep", "quick"], "top_p": 0.5}}}));
        let route = route(&config, &facts(ActionId::Refactor), None).unwrap();
        let top_p = |step: &Step| match step {
            Step::Model(model) => model.parameters.top_p,
            Step::Builtin => None,
        };
        assert_eq!(route.steps.iter().map(top_p).collect::<Vec<_>>(), [Some(0.5), Some(0.5)]);
    }

    #[test]
    fn a_chain_s_sampling_is_kept_from_models_that_refuse_any() {
        let config = config(json!({
            "models": {"quick": {"provider": "p", "model": "a"}, "deep": {"provider": "p", "model": "claude-sonnet-5-5"},
                "own": {"provider": "p", "model": "gpt-5", "temperature": 1}},
            "routes": {"refactor": {"use": ["quick", "deep", "own"], "temperature": 0.5, "max_tokens": 7}},
        }));
        let route = route(&config, &facts(ActionId::Refactor), None).unwrap();
        let asked = |step: &Step| match step {
            Step::Model(model) => (model.parameters.temperature, model.parameters.max_tokens),
            Step::Builtin => (None, None),
        };
        let expected = [(Some(0.5), Some(7)), (None, Some(7)), (Some(1.0), Some(7))];
        assert_eq!(route.steps.iter().map(asked).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_built_in_tier_stands_in_the_default_chain_for_what_it_can_do() {
        let config = config(json!({"routes": {"default": ["quick", "builtin"]}}));
        assert_eq!(chain(&config, ActionId::Document, None), ["quick", "builtin"]);
        assert_eq!(chain(&config, ActionId::Refactor, None), ["quick"]);
    }

    fn at_home_and_away(routes: Value) -> Config {
        config(json!({
            "providers": {"home": {"kind": "ollama"}, "away": {"kind": "anthropic"}},
            "models": {"quick": {"provider": "home", "model": "a"}, "sky": {"provider": "home", "model": "b:cloud"}, "deep": {"provider": "away", "model": "c"}},
            "routes": routes,
        }))
    }

    #[test]
    fn a_chain_that_nobody_wrote_does_not_leave_the_user_s_machines() {
        let route = route(&at_home_and_away(json!({})), &facts(ActionId::Refactor), None).unwrap();
        assert_eq!(names(&route), ["quick"]);
        let left: Vec<&str> = route.left_out.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left, ["sky", "deep"]);
        assert_eq!(
            chain(&at_home_and_away(json!({"default": ["quick", "deep"]})), ActionId::Refactor, None),
            ["quick", "deep"]
        );
    }

    #[test]
    fn no_chain_leads_private_code_to_a_cloud() {
        let config = at_home_and_away(json!({"default": ["deep", "sky", "quick", "builtin"], "refactor": "deep"}));
        let of = |action, class| TaskFacts { privacy: verdict(class), ..facts(action) };
        let kept = |privacy| names(&route(&config, &of(ActionId::Document, privacy), None).unwrap());
        assert_eq!(kept(PrivacyClass::LocalOnly), ["quick", "builtin"]);
        assert_eq!(kept(PrivacyClass::Never), ["builtin"]);
        for model in [None, Some("deep")] {
            let refused = route(&config, &of(ActionId::Refactor, PrivacyClass::LocalOnly), model).unwrap_err();
            let said = "this file is kept at home by the glob, so it goes to no model of the chain (deep); add a model of your own to the chain, or change that if the code may travel";
            assert_eq!(refused.to_string(), said);
        }
    }
}
