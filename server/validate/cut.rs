//! Answers that stop before their end, though nobody says so. Refuses to judge one whose end something shows.

use super::guards::{Case, within};
use super::{Ending, ReasonCode, Rejection};
use crate::reply::Reading;
use crate::syntax::{BodyForm, Outline};
use crate::text::line_matches;

const CUT: &str = "the answer stops in the middle of the code";

/// What there is to show that a text is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A mark closed it, or the server said that the model was done.
    Shown,
    /// Its block was opened and never closed.
    NotShown,
    /// It stands in no block, and nobody said how the answer ended.
    Unsaid,
}

/// An answer that may have been cut off was, where it stops in the middle of the old text: servers have said "stop" of such.
pub(super) fn truncated(case: &Case<'_>) -> Option<Rejection> {
    let scope = case.scope.filter(|_| case.end != End::Shown)?;
    // What an unclosed block leaves out of a scope was to come yet, and its last definition may lack its end. Where nobody says
    // anything, only braces show that a scope is over.
    let shows_nothing = case.end == End::NotShown || case.old.language().body == BodyForm::Indented;
    if shows_nothing && case.candidate.reading == Reading::Merged {
        return Some(Rejection::new(ReasonCode::Truncated, CUT));
    }
    let old: Vec<&str> = scope.text(case.old).lines().filter(|line| !line.trim().is_empty()).collect();
    let new: Vec<&str> = case.candidate.output.lines().filter(|line| !line.trim().is_empty()).collect();
    let matches = line_matches(&old, &new, str::trim_end);
    let (at, last) = matches.iter().enumerate().rev().find_map(|(at, old)| Some((at, (*old)?)))?;
    let (missing, added) = (old.len() - last - 1, new.len() - at - 1);
    // What replaces the old tail is as long as that, more or less; a line or two are where it stopped.
    let gone = missing.saturating_sub(added);
    let share = |tenths: usize| gone * 10 >= old.len() * tenths;
    let ends_early = match case.ending {
        Ending::Unknown => gone > 1 && share(2),
        _ => share(3) && (gone > 3 || added == 0 && gone > 1),
    };
    // An open block that has few of the old lines, and not the last one, shows no end either.
    let kept = matches.iter().flatten().count();
    let (lost, brought) = (old.len() - kept, new.len() - kept);
    let ends_early = ends_early || case.end == End::NotShown && missing > 0 && lost > 3 && brought * 2 < lost;
    let final_line = new.last().map_or("", |line| line.trim());
    // What ends in a word may go on in any language.
    let may_go_on = case.old.language().body == BodyForm::Indented || final_line.ends_with(char::is_alphanumeric);
    let ends_in_line = may_go_on
        && added > 0
        && old.iter().skip(last + 1).any(|line| line.trim() != final_line && line.trim().starts_with(final_line));
    (ends_in_line || ends_early && !leaves(case)).then(|| Rejection::new(ReasonCode::Truncated, CUT))
}

/// Whether the last statement of the scope's body leaves it: nothing can have been meant to follow.
fn leaves(case: &Case<'_>) -> bool {
    let outline = Outline::of(&case.new, Some(case.new_scope.clone()));
    let own = outline.definitions.iter().find(|own| within(&own.whole, &case.new_scope));
    let Some(body) = own.and_then(|own| own.body.clone()) else { return false };
    let text = case.new.slice(body.clone()).trim_end();
    let column = |at: usize| at - case.new.line_start(at);
    outline.exits.iter().any(|exit| exit.end == body.start + text.len() && column(exit.start) == column(body.start))
}
