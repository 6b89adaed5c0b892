//! The sentences of a job's life: labels, progress, endings. Refuses to show code or to invent reasons: those come from the engine.

use crate::engine::{Attempt, Outcome, Progress, troubles};

/// How far a job is: "writing · quick · 120 tokens".
pub(super) fn progress(progress: &Progress) -> String {
    let mut line = progress.phase.to_owned();
    if !progress.detail.is_empty() {
        line = format!("{line} {}", progress.detail);
    }
    if !progress.step.is_empty() {
        line = format!("{line} · {}", progress.step);
    }
    if progress.tokens > 0 {
        line = format!("{line} · {} tokens", progress.tokens);
    }
    if !progress.rule.is_empty() {
        line = format!("{line} · {}", progress.rule);
    }
    if !progress.after.is_empty() {
        line = format!("{line} · after {}", progress.after);
    }
    line
}

/// The edit's name in the undo history: the action's title, who wrote it, what it cost, and what failed before, in few words.
pub(super) fn label(title: &str, outcome: &Outcome) -> String {
    match outcome.attempts.split_last() {
        Some((last, before)) => {
            let cost = outcome.cost_words();
            let cost = if cost.is_empty() { cost } else { format!(", {cost}") };
            format!("{title} ({}{cost}{})", last.model, after(before))
        }
        None => title.to_owned(),
    }
}

/// Who did it, at which cost, what failed before, and why: "done by claude-sonnet-5-5 (deep) for $0.011, after an invalid
/// answer of qwen2.5-coder:7b (quick: the answer has no code)".
pub(super) fn done(outcome: &Outcome) -> String {
    let Some((last, before)) = outcome.attempts.split_last() else {
        return "done".to_owned();
    };
    let failed = before.iter().filter(|attempt| !attempt.message.is_empty());
    let reasons: Vec<String> = failed.map(|attempt| format!("{}: {}", attempt.step, attempt.message)).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
    let (cost, masked) = (outcome.cost_clause(), outcome.masked_clause());
    format!("done by {}{cost}{masked}{}{reasons}", author(last), after(before))
}

/// What failed before a success: ", after 2 invalid answers of qwen2.5-coder:7b"; nothing where nothing did.
fn after(before: &[Attempt]) -> String {
    let failed = troubles(before);
    if failed.is_empty() { String::new() } else { format!(", after {failed}") }
}

fn author(attempt: &Attempt) -> String {
    if attempt.model.starts_with(&attempt.step) {
        return attempt.model.clone();
    }
    format!("{} ({})", attempt.model, attempt.step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use crate::actions::ActionId;
    use crate::engine::{Facts, Failure, RouteTaken, Trouble};
    use crate::validate::ReasonCode;

    fn attempt(step: &str, model: &str, message: &str) -> Attempt {
        Attempt {
            step: step.to_owned(),
            provider: "ollama".to_owned(),
            model: model.to_owned(),
            outcome: String::new(),
            message: message.to_owned(),
            duration: Duration::ZERO,
            usage: Default::default(),
            cost_usd: Some(0.0),
            trouble: (!message.is_empty()).then_some(Trouble::InvalidAnswer),
        }
    }

    fn outcome(attempts: Vec<Attempt>) -> Outcome {
        Outcome {
            task_id: "1".to_owned(),
            action: ActionId::Document,
            language: None,
            result: Err(Failure { code: ReasonCode::NoRoute, message: String::new() }),
            route: RouteTaken::default(),
            attempts,
            usage: Default::default(),
            duration: Duration::ZERO,
            facts: Facts::default(),
            masked: Vec::new(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn names_the_model_and_why_others_failed() {
        let outcome =
            outcome(vec![attempt("deep", "claude", "401: no such key"), attempt("quick", "qwen2.5-coder:7b", "")]);
        assert_eq!(
            done(&outcome),
            "done by qwen2.5-coder:7b (quick), after an invalid answer of claude (deep: 401: no such key)"
        );
        assert_eq!(
            label("Graft: document `f`", &outcome),
            "Graft: document `f` (qwen2.5-coder:7b, after an invalid answer of claude)"
        );
    }

    #[test]
    fn names_what_was_to_be_paid() {
        let paid = |cost_usd| Attempt { cost_usd, ..attempt("deep", "claude", "") };
        let priced = |cost_usd| outcome(vec![attempt("quick", "small", "no code"), paid(cost_usd)]);
        assert_eq!(
            done(&priced(Some(0.011))),
            "done by claude (deep) for $0.011, after an invalid answer of small (quick: no code)"
        );
        assert_eq!(
            label("Graft: document `f`", &priced(Some(0.011))),
            "Graft: document `f` (claude, $0.011, after an invalid answer of small)"
        );
        assert!(done(&priced(None)).starts_with("done by claude (deep) at a price that is not known, after"));
        let mut guessed = outcome(vec![paid(Some(0.25))]);
        guessed.usage.estimated = true;
        assert_eq!(done(&guessed), "done by claude (deep) for about $0.25");
    }

    #[test]
    fn says_a_builtin_name_once() {
        assert_eq!(done(&outcome(vec![attempt("builtin", "builtin/docs", "")])), "done by builtin/docs");
    }

    #[test]
    fn shows_phase_model_and_tokens() {
        let at = |tokens| Progress { phase: "writing", step: "quick".to_owned(), tokens, ..Progress::default() };
        assert_eq!(progress(&at(0)), "writing · quick");
        assert_eq!(progress(&at(12)), "writing · quick · 12 tokens");
        let (detail, after) = ("for a free place at gpu".to_owned(), "a timeout of box".to_owned());
        let queued = Progress { phase: "waiting", detail, after, ..at(0) };
        let ruled = Progress { rule: "rule 2: rust".to_owned(), ..at(0) };
        assert_eq!(progress(&ruled), "writing · quick · rule 2: rust");
        assert_eq!(progress(&queued), "waiting for a free place at gpu · quick · after a timeout of box");
    }
}
