//! `graft-ls route`: why an action at a place would go where it goes. Asks no model, runs no linter.

use std::fmt::Write;
use std::process::ExitCode;

use super::{NO_EDIT, RouteArguments, UNTRIED, job, output};
use crate::actions::ActionId;
use crate::config::Config;
use crate::engine::{Engine, ExplainedStep, Explanation, Failure, MostCost, Sourced, StepCost, Task, dollars};
use crate::model::usual_probes;
use crate::route::Purpose;
use crate::validate::ReasonCode;

/// Explains a choice.
pub(super) fn route(arguments: &RouteArguments) -> ExitCode {
    match explanation(arguments) {
        Ok(explanation) if arguments.json => output::exit(output::print_json(&explanation), 0),
        Ok(explanation) => output::exit(output::print(&text(&explanation)), 0),
        Err(failure) => {
            output::say(&failure.message);
            ExitCode::from(if failure.code == ReasonCode::BadRequest { UNTRIED } else { NO_EDIT })
        }
    }
}

fn explanation(arguments: &RouteArguments) -> Result<Explanation, Failure> {
    let at = |action| -> Result<Task, Failure> {
        let (task, _) = job::at_place(action, &arguments.target, &arguments.options.set)?;
        Ok(Task { model: arguments.model.clone(), ..task })
    };
    let (engine, purpose) = (Engine::discovering(Config::default(), usual_probes()), arguments.action);
    let task = match purpose {
        Purpose::Action(action) => at(action)?,
        Purpose::Complete => at(ActionId::Generate)?,
    };
    let task = job::with_found(&engine, task, purpose);
    match purpose {
        Purpose::Action(_) => engine.explain(&task),
        Purpose::Complete => engine.explain_completion(&task),
    }
}

/// The explanation in lines.
fn text(explanation: &Explanation) -> String {
    let (scope, route) = (&explanation.scope, &explanation.route);
    let mut text = format!(
        "{} of {} ({}, {} lines, complexity {} with {} points)\n",
        explanation.action, scope.name, explanation.language, scope.lines, scope.complexity, scope.points
    );
    if let Some(why) = &explanation.not_here {
        let _ = writeln!(text, "the action does not apply here: {why}");
    }
    let _ = writeln!(text, "chain: {} ({})", route.chain.join(", "), route.reason);
    let kept = explanation.kept.as_ref().map_or_else(String::new, |kept| format!(": {kept}"));
    let _ = writeln!(text, "privacy: {}{kept}", route.privacy);
    if !explanation.secrets.is_empty() {
        let _ = writeln!(text, "hidden from models in a cloud: {}", explanation.secrets.join(", "));
    }
    text.push_str(&explanation.estimated_cost.as_ref().map(cost_text).unwrap_or_default());
    for (at, step) in explanation.steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", at + 1, step_text(step));
        for Sourced { name, value, from } in &step.parameters {
            let _ = writeln!(text, "   {name} = {value} ({})", from.words());
        }
        text.push_str(&step.estimated_cost.map(|cost| step_cost_text(&step.step, cost)).unwrap_or_default());
    }
    for rule in &explanation.rules {
        let verdict = if rule.holds { "counts" } else { "does not count" };
        let _ = writeln!(text, "rule {} {verdict}: {}", rule.number, rule.why);
    }
    for left in &explanation.left_out {
        let _ = writeln!(text, "{} is left out: {}", left.step, left.why);
    }
    text
}

/// What the chain may cost, and what there is for it.
fn cost_text(cost: &MostCost) -> String {
    let mut text = match cost.at_most_usd {
        Some(0.0) => "cost: nothing\n".to_owned(),
        Some(most) => {
            format!(
                "cost: at most about {}, if every model is asked, and asked to mend its answer (estimated)\n",
                dollars(most)
            )
        }
        None => "cost: not known\n".to_owned(),
    };
    if let (Some(limit), Some(spent)) = (cost.usd_per_day, cost.spent_today_usd) {
        let _ = writeln!(text, "budget: {} of today's {} is spent", dollars(spent), dollars(limit));
    }
    text
}

/// Nothing for what is free.
fn step_cost_text(name: &str, cost: StepCost) -> String {
    match (cost.one_usd, cost.at_most_usd) {
        (Some(0.0), _) => String::new(),
        (Some(one), Some(most)) => format!(
            "   at most about {} ({} tokens of prompt, {} of answer), {} with an answer to mend\n",
            dollars(one),
            cost.input_tokens,
            cost.output_tokens,
            dollars(most)
        ),
        _ => format!("   what it costs is not known; set models.{name}.price\n"),
    }
}

fn step_text(step: &ExplainedStep) -> String {
    match &step.model {
        None => format!("{}: works from the syntax tree, asks nobody", step.step),
        Some(model) => {
            let urls = step.urls.join(", ");
            let state = step.state.as_ref().map(|state| format!(", {state}")).unwrap_or_default();
            format!("{}: {model} at {} ({urls}; {}){state}", step.step, step.provider, step.privacy)
        }
    }
}
