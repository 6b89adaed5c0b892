//! Which rule counts for a task, and why the others do not. Chooses no model.

use crate::config::{Rule, When};
use crate::syntax::Severity;

use super::TaskFacts;

/// A rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTried {
    /// Its place in the config, from 1.
    pub number: usize,
    /// Whether all its conditions hold.
    pub holds: bool,
    /// The conditions that hold, or the first that does not: "refactor, rust, ≥ 120 lines (143)".
    pub why: String,
}

/// The first rule that holds, and all that were looked at.
pub(super) fn first<'c>(rules: &'c [Rule], facts: &TaskFacts) -> (Option<(usize, &'c Rule)>, Vec<RuleTried>) {
    let mut tried = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let verdict = check(&rule.when, facts);
        let holds = verdict.is_ok();
        tried.push(RuleTried { number: at + 1, holds, why: verdict.unwrap_or_else(|why| why) });
        if holds {
            return (Some((at + 1, rule)), tried);
        }
    }
    (None, tried)
}

/// What holds, in words; or the first condition that does not.
fn check(when: &When, facts: &TaskFacts) -> Result<String, String> {
    let mut held = Vec::new();
    held.extend(one_of(&when.action, Some(facts.action.as_str()), |id| id, "action")?);
    held.extend(one_of(&when.language, Some(facts.language), |name| name, "language")?);
    held.extend(path(when, facts)?);
    held.extend(lines(when, facts.lines)?);
    let complexity = facts.measure.complexity();
    held.extend(one_of(&when.complexity, Some(complexity), |size| size.as_str(), "complexity")?);
    held.extend(one_of(&when.kind, Some(facts.kind), |kind| kind, "scope")?);
    held.extend(one_of(&when.severity, facts.severity, Severity::word, "worst diagnostic")?);
    held.extend(one_of(&when.privacy, Some(facts.privacy.class), |class| class.as_str(), "privacy")?);
    match held.is_empty() {
        true => Ok("it has no conditions".to_owned()),
        false => Ok(held.join(", ")),
    }
}

fn path(when: &When, facts: &TaskFacts) -> Result<Option<String>, String> {
    if when.path.is_empty() {
        return Ok(None);
    }
    let wanted = || when.path.iter().map(|glob| format!("`{}`", glob.as_str())).collect::<Vec<_>>().join(" or ");
    let Some(path) = &facts.path else { return Err(format!("the text has no path, so not {}", wanted())) };
    match when.path.iter().find(|glob| glob.matches(path)) {
        Some(glob) => Ok(Some(format!("path `{}`", glob.as_str()))),
        None => Err(format!("the path is `{path}`, not {}", wanted())),
    }
}

fn lines(when: &When, lines: u32) -> Result<Vec<String>, String> {
    let mut held = Vec::new();
    if let Some(least) = when.min_lines {
        if lines < least {
            return Err(format!("the scope has {lines} lines, not {least} or more"));
        }
        held.push(format!("≥ {least} lines ({lines})"));
    }
    if let Some(most) = when.max_lines {
        if lines > most {
            return Err(format!("the scope has {lines} lines, not {most} or fewer"));
        }
        held.push(format!("≤ {most} lines ({lines})"));
    }
    Ok(held)
}

fn one_of<T: Copy + PartialEq>(
    wanted: &[T],
    found: Option<T>,
    word: impl Fn(T) -> &'static str,
    what: &str,
) -> Result<Option<String>, String> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let listed = || wanted.iter().map(|value| word(*value)).collect::<Vec<_>>().join(" or ");
    match found {
        // An action and a language speak for themselves.
        Some(found) if wanted.contains(&found) => Ok(Some(match what {
            "action" | "language" => word(found).to_owned(),
            _ => format!("{what} {}", word(found)),
        })),
        Some(found) => Err(format!("the {what} is {}, not {}", word(found), listed())),
        None => Err(format!("there is no diagnostic, so not {}", listed())),
    }
}
