//! Of all readings of an answer, the one to make. Refuses when none holds, with the likeliest one's reason.

use std::collections::HashMap;

use super::blanks::only_set_elsewhere;
use super::cut::End;
use super::guards::{Case, check};
use super::{Baseline, ReasonCode, Rejection, ValidatedEdit};
use crate::reply::{Candidate, Promise, Readings};
use crate::syntax::{BodyForm, Census, Scope};
use crate::text::{leading_whitespace, line_matches};

/// What is known of how an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The model stopped by itself.
    Complete,
    /// A limit cut it off.
    CutOff,
    /// Nobody said.
    Unknown,
}

/// What a candidate is held to.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The scope that may change; nothing where things are only added.
    pub scope: Option<&'a Scope>,
    /// What the action promised.
    pub promise: Promise,
    /// How the answer ended.
    pub ending: Ending,
}

/// What comes of an answer that holds.
#[derive(Debug, Clone)]
pub enum Decision {
    /// The edit to make.
    Edit(Box<ValidatedEdit>),
    /// The answer equals what is there.
    NoChange,
}

/// One text's best reading.
struct Winner<'c> {
    candidate: &'c Candidate,
    likeness: usize,
    edit: Option<ValidatedEdit>,
    origin: usize,
}

impl Winner<'_> {
    /// Whether a text that does not hold says nothing against this one, which is what is there: it quotes a line or two, or
    /// shows how `name` is used.
    fn is_not_contested_by(&self, loser: &Loser<'_>, name: Option<&str>) -> bool {
        let is_usage = !loser.named && name.is_some_and(|name| loser.text.contains(name));
        quotes(&self.candidate.output, loser.text) || (is_usage && self.candidate.reading.is_named())
    }
}

/// A text none of whose readings holds.
struct Loser<'c> {
    text: &'c str,
    rejection: Rejection,
    /// Whether it named what it rewrites.
    named: bool,
    origin: usize,
}

/// Picks the reading to make. A text of the answer that can be read as what is there changes nothing; the readings of any other
/// are tried the surest and the most like the old scope first. Between texts, those that name what they rewrite go first: what
/// else an answer holds, a usage example for one, is not an edit only because it parses.
pub fn choose(baseline: &Baseline, terms: &Terms<'_>, groups: &[Readings]) -> Result<Decision, Rejection> {
    if terms.ending == Ending::CutOff {
        return Err(Rejection::new(
            ReasonCode::Truncated,
            "the answer was cut off at the model's output limit; raise max_tokens or take a smaller scope",
        ));
    }
    let mut judge = Judge { baseline, terms, judged: Vec::new() };
    let mut winners: Vec<Winner<'_>> = Vec::new();
    let mut losers: Vec<Loser<'_>> = Vec::new();
    for group in groups {
        let named = group.candidates.iter().any(|candidate| candidate.reading.is_named());
        match judge.best_of(group) {
            Ok(winner) => winners.extend(winner),
            Err(rejection) => losers.push(Loser { text: &group.text, rejection, named, origin: group.origin }),
        }
    }
    winners = most_alike_of_each_origin(baseline, terms, winners);
    // A text that holds once it is decoded is not to blame for how it looked before.
    losers.retain(|loser| !winners.iter().any(|winner| winner.origin == loser.origin));
    let any_named = winners.iter().any(|winner| winner.candidate.reading.is_named());
    winners.retain(|winner| winner.candidate.reading.is_named() == any_named);
    if !any_named && losers.iter().any(|loser| loser.named) {
        winners.clear();
    }
    let name = terms.scope.and_then(Scope::definition).map(|own| own.name.as_str());
    decide(name, winners, losers)
}

/// Of a text and what was decoded or unwrapped from it, the one that restores more old lines: code may be meant to hold escapes.
fn most_alike_of_each_origin<'c>(baseline: &Baseline, terms: &Terms<'_>, winners: Vec<Winner<'c>>) -> Vec<Winner<'c>> {
    let old = terms.scope.map_or("", |scope| scope.text(baseline.document()));
    let more_alike = |new: &Winner<'_>, than: &Winner<'_>| {
        let words = |winner: &Winner<'_>| shared_tokens(old, &winner.candidate.output);
        than.likeness < new.likeness
            || (than.likeness == new.likeness
                && new.candidate.output != than.candidate.output
                && words(than) < words(new))
    };
    let mut kept: Vec<Winner<'_>> = Vec::new();
    for winner in winners {
        match kept.iter_mut().find(|other| {
            other.origin == winner.origin && other.candidate.reading.is_named() == winner.candidate.reading.is_named()
        }) {
            Some(other) if more_alike(&winner, other) => *other = winner,
            Some(_) => {}
            None => kept.push(winner),
        }
    }
    kept
}

/// How many words and marks two texts have in common.
fn shared_tokens(old: &str, new: &str) -> usize {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for token in tokens(old) {
        *left.entry(token).or_default() += 1;
    }
    let mut shared = 0;
    for token in tokens(new) {
        if let Some(count) = left.get_mut(token).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    shared
}

/// A text's words, and its marks one by one.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| !c.is_alphanumeric()).flat_map(|piece| {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        let mark = piece.get(word.len()..).unwrap_or_default();
        [word, mark.trim()].into_iter().filter(|token| !token.is_empty())
    })
}

/// The decision among texts of equal standing. One that changes something goes before one that does not, for answers quote the
/// old code; but not where it came before: then it is the old code, and the change has been made already.
fn decide(name: Option<&str>, mut winners: Vec<Winner<'_>>, mut losers: Vec<Loser<'_>>) -> Result<Decision, Rejection> {
    let last = |changes: bool| {
        winners.iter().filter(|winner| winner.edit.is_some() == changes).map(|winner| winner.origin).max()
    };
    let done = last(false) > last(true);
    winners.retain(|winner| winner.edit.is_none() == done);
    losers.retain(|loser| !winners.iter().any(|winner| done && winner.is_not_contested_by(loser, name)));
    // Nor does a stub say anything against what came after it: that was the code before.
    let is_before = |loser: &Loser<'_>| winners.iter().any(|winner| done && loser.origin < winner.origin);
    losers.retain(|loser| loser.rejection.code != ReasonCode::Lazy || !is_before(loser));
    winners.sort_by_key(|winner| (winner.candidate.reading, usize::MAX - winner.likeness));
    match winners.into_iter().next() {
        Some(Winner { edit: Some(edit), .. }) => Ok(Decision::Edit(Box::new(edit))),
        Some(_) if losers.is_empty() => Ok(Decision::NoChange),
        _ => Err(losers.into_iter().next().map_or_else(
            || Rejection::new(ReasonCode::NoCode, "the answer holds no code for this place"),
            |loser| loser.rejection,
        )),
    }
}

/// Whether all lines of `part` stand in `whole`, one after the other.
fn quotes(whole: &str, part: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let (whole, part) = (lines(whole), lines(part));
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

/// Judges candidates, and each change once: several texts of an answer may come to the same.
struct Judge<'a, 'c> {
    baseline: &'a Baseline,
    terms: &'a Terms<'a>,
    judged: Vec<(&'c Candidate, End, Result<ValidatedEdit, Rejection>)>,
}

impl<'c> Judge<'_, 'c> {
    fn best_of(&mut self, group: &'c Readings) -> Result<Option<Winner<'c>>, Rejection> {
        let (baseline, terms, origin) = (self.baseline, self.terms, group.origin);
        let old: Vec<&str> =
            terms.scope.map(|scope| scope.text(baseline.document()).split('\n').collect()).unwrap_or_default();
        let likeness = |candidate: &Candidate| {
            let new: Vec<&str> = candidate.output.split('\n').collect();
            line_matches(&old, &new, |line| line).iter().flatten().count()
        };
        let mut ranked: Vec<(usize, &Candidate)> =
            group.candidates.iter().map(|candidate| (likeness(candidate), candidate)).collect();
        ranked.sort_by_key(|(likeness, candidate)| (candidate.reading, usize::MAX - likeness));
        let ends_as_scope = terms.scope.is_some_and(|scope| ends_as(&group.text, scope, baseline));
        let end = match (group.closed || ends_as_scope, group.marked) {
            (true, _) => End::Shown,
            (false, true) => End::NotShown,
            (false, false) if terms.ending == Ending::Unknown => End::Unsaid,
            (false, false) => End::Shown,
        };
        // A text that can be read as what is there is just that: no change that somebody asked for looks so by accident.
        let is_there = |(_, candidate): &&(usize, &Candidate)| {
            changes_nothing(baseline, candidate) || only_set_elsewhere(baseline, terms.promise, candidate)
        };
        if let Some((likeness, candidate)) = ranked.iter().find(is_there) {
            return Ok(Some(Winner { candidate, likeness: *likeness, edit: None, origin }));
        }
        let mut first_rejection = None;
        for (likeness, candidate) in ranked {
            match self.validated(candidate, end) {
                Ok(edit) => return Ok(Some(Winner { candidate, likeness, edit: Some(edit), origin })),
                Err(rejection) => first_rejection = first_rejection.or(Some(rejection)),
            }
        }
        first_rejection.map_or(Ok(None), Err)
    }

    fn validated(&mut self, candidate: &'c Candidate, end: End) -> Result<ValidatedEdit, Rejection> {
        let same = |(other, its_end, _): &&(&Candidate, End, _)| {
            *its_end == end && other.edits == candidate.edits && other.output == candidate.output
        };
        if let Some((_, _, result)) = self.judged.iter().find(same) {
            return result.clone();
        }
        let result = validated(self.baseline, self.terms, candidate, end);
        self.judged.push((candidate, end, result.clone()));
        result
    }
}

/// Whether a text's last line is the scope's. Where blanks say what belongs together, it stands as far in as that, too: an inner
/// block may end in the same words.
fn ends_as(text: &str, scope: &Scope, baseline: &Baseline) -> bool {
    fn last_line(text: &str) -> Option<(&str, usize)> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let first = lines.next()?;
        let last = lines.next_back().unwrap_or(first);
        Some((last.trim(), leading_whitespace(last).len().saturating_sub(leading_whitespace(first).len())))
    }
    let document = baseline.document();
    let old = document.slice(document.line_start(scope.range.start)..scope.range.end);
    match (last_line(text), last_line(old)) {
        (Some((new, depth)), Some((old, old_depth))) => {
            let by_blanks = document.language().body == BodyForm::Indented;
            new.contains(char::is_alphanumeric) && new == old && (!by_blanks || depth == old_depth)
        }
        _ => false,
    }
}

fn changes_nothing(baseline: &Baseline, candidate: &Candidate) -> bool {
    candidate.edits.iter().all(|edit| baseline.document().source().get(edit.range.clone()) == Some(edit.new.as_str()))
}

fn validated(
    baseline: &Baseline,
    terms: &Terms<'_>,
    candidate: &Candidate,
    end: End,
) -> Result<ValidatedEdit, Rejection> {
    let case = Case::new(baseline.document(), terms, candidate, end)?;
    check(&case)?;
    let title = case.old.language().title;
    let left = match case.new.language().body {
        BodyForm::Braces => Census::of(&case.new, 0..0).len(),
        BodyForm::Indented => Census::of(&case.new, case.new_scope.clone()).len(),
    };
    let validity = match left {
        0 => format!("Valid {title} syntax"),
        1 => format!("{title} syntax no worse than before (1 earlier error stays)"),
        count => format!("{title} syntax no worse than before ({count} earlier errors stay)"),
    };
    ValidatedEdit::new(baseline, candidate, &case.cut, terms.scope.map(|scope| scope.range.clone()), validity)
}
