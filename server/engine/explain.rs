//! Why a task would go where it goes: the chain with its parameters, the rules that were looked at, what is known of the
//! servers. Asks nobody and runs nothing.

use serde::Serialize;

use super::cost::{MostCost, StepCost, of_chain, of_step};
use super::endpoints::{Standing, seconds};
use super::job::Job;
use super::report::ReportedRoute;
use super::run::{facts, no_route};
use super::{Engine, Failure, Task, window};
use crate::config::{BUILTIN, Model, SecretHandling};
use crate::model::{known_model, sampling};
use crate::route::{Purpose, Step, TaskFacts, route};
use crate::syntax::Scope;

/// The longest answer depends on the task; this stands for it where parameters are asked for.
const UNSAID: u32 = 0;

/// Everything that led to a chain.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// What is to be done.
    pub action: &'static str,
    /// The language's name.
    pub language: &'static str,
    /// The path from the project's root.
    pub path: Option<String>,
    /// What it is about.
    pub scope: ExplainedScope,
    /// Why the action would not be done here, where it would not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_here: Option<String>,
    /// The chain, as results have it.
    pub route: ReportedRoute,
    /// What keeps the code from where it may not go, where something does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Secrets inside the file, which are hidden from models in a cloud.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The chain's steps in order.
    pub steps: Vec<ExplainedStep>,
    /// What it may cost at most; nothing where the action would not be done here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_cost: Option<MostCost>,
    /// The rules that were looked at, in order.
    pub rules: Vec<ExplainedRule>,
    /// Steps that would stand in the chain and do not.
    pub left_out: Vec<LeftOut>,
}

/// The scope as rules see it.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedScope {
    /// Kinds and names from the file down.
    pub name: String,
    /// What it is, as a rule's `kind` has it.
    pub kind: &'static str,
    /// Lines, comments included.
    pub lines: u32,
    /// XS to XL.
    pub complexity: &'static str,
    /// The points that it has for that.
    pub points: u32,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedStep {
    /// The config's name.
    pub step: String,
    /// The provider's name, or `builtin`.
    pub provider: String,
    /// The server's id; nothing for the built-in tier.
    pub model: Option<String>,
    /// Where its servers are.
    pub urls: Vec<String>,
    /// `mine` or `cloud`.
    pub privacy: &'static str,
    /// What it would be asked with: name, value, who said so.
    pub parameters: Vec<Sourced>,
    /// How its servers stand, where this process has asked them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What asking it may cost at most; nothing for the built-in tier, and where the code does not fit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_cost: Option<StepCost>,
}

/// A value and who said it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sourced {
    /// The setting.
    pub name: &'static str,
    /// Its value.
    pub value: serde_json::Value,
    /// Who said it.
    pub from: Origin,
}

/// Who said a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The chain: a rule or a route.
    Chain,
    /// The model's own settings.
    Model,
    /// The table of known models.
    KnownModel,
    /// Nobody: it counts where nothing else does.
    BuiltIn,
}

impl Origin {
    /// A few words for people.
    pub fn words(self) -> &'static str {
        match self {
            Origin::Chain => "from the rule or route",
            Origin::Model => "from the model's settings",
            Origin::KnownModel => "known of the model",
            Origin::BuiltIn => "built-in",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainedRule {
    /// Its place in the config, from 1.
    pub number: usize,
    /// Whether it counts.
    pub holds: bool,
    /// What held, or the first thing that did not.
    pub why: String,
}

/// A step that is not in the chain.
#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    /// The config's name.
    pub step: String,
    /// Why.
    pub why: String,
}

pub(super) fn explain(engine: &Engine, task: &Task, purpose: Purpose) -> Result<Explanation, Failure> {
    let config = engine.config_of(task);
    let own = engine.verdict(task, &config);
    let job = match purpose {
        Purpose::Action(_) => Job::new(engine, task, &config, own.clone(), &[]).map_err(|rejection| rejection.message),
        // There is no plan for it but the place.
        Purpose::Complete => Err(String::new()),
    };
    let (facts, name) = match &job {
        Ok(job) => (facts(task, job), job.plan.scope.describe()),
        Err(_) => {
            let document = &task.document;
            let scope = Scope::at(document, task.range.clone()).unwrap_or_else(|| Scope::file(document));
            let facts = TaskFacts::of(purpose, document, &scope, task.diagnostics.as_deref().unwrap_or_default());
            (TaskFacts { path: task.path_in_project(), privacy: own, ..facts }, scope.describe())
        }
    };
    let route = route(&config, &facts, task.model.as_deref()).map_err(no_route)?;
    let steps = route.steps.iter().map(|step| match step {
        Step::Builtin => builtin(),
        Step::Model(model) => {
            let fitted = job.as_ref().ok().and_then(|job| window::fitted(model, job).ok());
            let estimated_cost = fitted.map(|(prompt, room)| of_step(model, &prompt, room));
            let plain = config.models.get(&model.name).unwrap_or(model);
            ExplainedStep { estimated_cost, ..explained(engine, model, plain) }
        }
    });
    let steps: Vec<ExplainedStep> = steps.collect();
    let costs: Vec<Option<f64>> =
        steps.iter().filter_map(|step| step.estimated_cost).map(|cost| cost.at_most_usd).collect();
    Ok(Explanation {
        action: facts.action.as_str(),
        language: facts.language,
        scope: ExplainedScope {
            name,
            kind: facts.kind,
            lines: facts.lines,
            complexity: facts.measure.complexity().as_str(),
            points: facts.measure.points(),
        },
        not_here: job.as_ref().err().filter(|why| !why.is_empty()).cloned(),
        path: facts.path,
        steps,
        secrets: job.as_ref().map(hidden).unwrap_or_default(),
        estimated_cost: job.is_ok().then(|| of_chain(engine, &config, &costs)),
        route: ReportedRoute {
            chain: route.steps.iter().map(|step| step.name().to_owned()).collect(),
            reason: route.reason,
            privacy: route.privacy.class.as_str(),
        },
        kept: Some(route.privacy.sentence()).filter(|sentence| !sentence.is_empty()),
        rules: route
            .rules
            .into_iter()
            .map(|rule| ExplainedRule { number: rule.number, holds: rule.holds, why: rule.why })
            .collect(),
        left_out: route.left_out.into_iter().map(|(step, why)| LeftOut { step, why }).collect(),
    })
}

/// The secrets of a file, where they are hidden from clouds.
fn hidden(job: &Job) -> Vec<String> {
    if job.secret_handling == SecretHandling::Mask { job.masking.described() } else { Vec::new() }
}

fn builtin() -> ExplainedStep {
    ExplainedStep {
        step: BUILTIN.to_owned(),
        provider: BUILTIN.to_owned(),
        model: None,
        urls: Vec::new(),
        privacy: "mine",
        parameters: Vec::new(),
        state: None,
        estimated_cost: None,
    }
}

/// `model` has the chain's parameters over its own, `plain` its own alone.
fn explained(engine: &Engine, model: &Model, plain: &Model) -> ExplainedStep {
    let state = match engine.endpoints.of(&model.provider).standing() {
        Standing::Unasked => None,
        Standing::Ready => Some("ready".to_owned()),
        Standing::Busy => Some("busy".to_owned()),
        Standing::Unreachable(trouble) | Standing::Failing(trouble) => Some(format!("failing: {trouble}")),
        Standing::Resting(left, trouble) => Some(format!("resting for {} more: {trouble}", seconds(left))),
    };
    ExplainedStep {
        step: model.name.clone(),
        provider: model.provider.name.clone(),
        model: Some(model.model.clone()),
        urls: model.provider.base_urls.iter().map(|url| url.as_str().trim_end_matches('/').to_owned()).collect(),
        privacy: model.ownership().as_str(),
        parameters: parameters(model, plain),
        state,
        estimated_cost: None,
    }
}

/// What would be sent, each with who said so; what is left out of a request is left out here.
fn parameters(model: &Model, plain: &Model) -> Vec<Sourced> {
    let (said, own, sent) = (&model.parameters, &plain.parameters, sampling(model, UNSAID));
    let known = known_model(&model.model);
    let origin = |said: bool, by_model: bool, is_known: bool| match (said, by_model, is_known) {
        (true, true, _) => Origin::Model,
        (true, false, _) => Origin::Chain,
        (false, _, true) => Origin::KnownModel,
        (false, _, false) => Origin::BuiltIn,
    };
    let number = |name, sent: Option<f64>, said: Option<f64>, own: Option<f64>, is_known: bool| {
        let from = origin(said.is_some(), said == own, is_known);
        sent.map(|value| Sourced { name, value: value.into(), from })
    };
    let window = window::of(model);
    let window_from = match (model.context, known.and_then(|known| known.window)) {
        (Some(_), _) => Origin::Model,
        (None, Some(known)) if known == window => Origin::KnownModel,
        _ => Origin::BuiltIn,
    };
    let given = |name, value: Option<serde_json::Value>, same: bool| {
        value.map(|value| Sourced { name, value, from: if same { Origin::Model } else { Origin::Chain } })
    };
    let extra = (!said.extra_body.is_empty()).then(|| said.extra_body.keys().cloned().collect::<Vec<_>>().into());
    let drops = (!said.drop_params.is_empty()).then(|| said.drop_params.clone().into());
    [
        Some(Sourced { name: "context", value: window.into(), from: window_from }),
        number("temperature", sent.temperature, said.temperature, own.temperature, known.is_some()),
        number("top_p", sent.top_p, said.top_p, own.top_p, known.is_some()),
        given("max_tokens", said.max_tokens.map(Into::into), said.max_tokens == own.max_tokens),
        given("thinking", said.thinking.map(Into::into), said.thinking == own.thinking),
        // Names alone: a value may be a secret.
        given("extra_body", extra, true),
        given("drop_params", drops, true),
    ]
    .into_iter()
    .flatten()
    .collect()
}
