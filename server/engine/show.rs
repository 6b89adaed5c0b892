//! What would be sent for a task, where, and why there. Sends nothing.

use super::disclosure::Disclosure;
use super::job::Job;
use super::run::{facts, no_route};
use super::{Engine, Failure, Task, window};
use crate::config::{Model, PrivacyClass, SecretHandling};
use crate::prompt::{Prompt, Role};
use crate::route::{Step, route};

/// A prompt is fitted to this window where no model is in the chain.
const WINDOW: u64 = 8192;

pub(super) fn show_prompt(engine: &Engine, task: &Task) -> Result<String, Failure> {
    let config = engine.config_of(task);
    let job = Job::new(engine, task, &config, engine.verdict(task, &config), &[])?;
    let facts = facts(task, &job);
    let route = route(&config, &facts, task.model.as_deref());
    let mut text = format!("{} on {}\n", task.action.as_str(), job.plan.scope.describe());
    let (mut prompt, mut steps) = (None, Vec::new());
    match route {
        Ok(route) => {
            text.push_str(&format!(
                "chain: {} ({})\n",
                route.steps.iter().map(Step::name).collect::<Vec<_>>().join(", "),
                route.reason
            ));
            if !route.privacy.because.is_empty() {
                text.push_str(&format!("{}\n", route.privacy.sentence()));
            }
            for rule in route.rules.iter().filter(|rule| !rule.holds) {
                text.push_str(&format!("rule {} does not count: {}\n", rule.number, rule.why));
            }
            for (name, why) in &route.left_out {
                text.push_str(&format!("{name} is left out: {why}\n"));
            }
            steps = route.steps;
        }
        Err(error) if task.model.is_some() => return Err(no_route(error)),
        Err(error) => text.push_str(&format!("chain: none ({error})\n")),
    }
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Builtin => {
                text.push_str(&format!("step {}: builtin: works from the syntax tree, sends nothing\n", at + 1))
            }
            Step::Model(model) => {
                let (fitted, room) = window::fitted(model, &job)?;
                let (fitted, hidden) = Disclosure::unasked(model, &job, fitted);
                let tokens = fitted.estimated_tokens();
                let hidden = if hidden.is_empty() { String::new() } else { format!(", hidden: {}", hidden.join(", ")) };
                text.push_str(&format!(
                    "step {}: {}: {} at {} ({}), about {tokens} tokens, at most {room} back{hidden}\n",
                    at + 1,
                    model.name,
                    model.model,
                    model.provider.name,
                    model.provider.base_url
                ));
                if let Some(question) = unasked(model, &job) {
                    text.push_str(&question);
                }
                prompt = prompt.or(Some(fitted));
            }
        }
    }
    let prompt = prompt.unwrap_or_else(|| {
        text.push_str("no model is in the chain; one would be sent this:\n");
        job.prompt(WINDOW / 2)
    });
    text.push_str(&said(&prompt));
    Ok(text)
}

/// What a job would ask the server before it sends a byte; what follows holds where the answer is no.
fn unasked(model: &Model, job: &Job) -> Option<String> {
    let provider = &model.provider.name;
    let then = match (job.privacy.class, job.masking.described().is_empty()) {
        (PrivacyClass::Any, true) => return None,
        (PrivacyClass::Any, false) if job.secret_handling != SecretHandling::Mask => return None,
        (PrivacyClass::Any, false) => "the secrets in it would be hidden",
        _ => "nothing would be sent",
    };
    let question = format!("  a job first asks {provider} whether it passes the model on to a cloud: then {then}\n");
    model.may_be_passed_on().then_some(question)
}

fn said(prompt: &Prompt) -> String {
    let turns = prompt.turns.iter().map(|turn| match turn.role {
        Role::User => format!("--- user\n{}\n", turn.text.trim_end()),
        Role::Assistant => format!("--- assistant\n{}\n", turn.text.trim_end()),
    });
    format!("--- system\n{}\n{}", prompt.system, turns.collect::<String>())
}
