//! Changes of nothing but blanks before and behind lines, where brackets say what belongs together. Refuses to call one an accident that
//! moves some lines of code and leaves others.

use super::Baseline;
use crate::reply::{Candidate, Promise};
use crate::syntax::{BodyForm, line_in_comment, line_in_string};
use crate::text::{Edit, leading_whitespace};

/// Whether a change only sets the old code as another tool would: of the lines deeper than its first, none stands where it stood,
/// or all that moved are inside comments. Models send code in layouts of their own; who asks for another layout gets some lines
/// moved, not all. Never so where a linter may have asked, whose errand may be just that.
pub(super) fn only_set_elsewhere(baseline: &Baseline, promise: Promise, candidate: &Candidate) -> bool {
    let by_brackets = baseline.document().language().body == BodyForm::Braces;
    by_brackets
        && promise != Promise::ScopeAndImports
        && !candidate.edits.is_empty()
        && candidate.edits.iter().all(|edit| is_set_elsewhere(baseline, edit))
}

fn is_set_elsewhere(baseline: &Baseline, edit: &Edit) -> bool {
    let document = baseline.document();
    let old = document.slice(edit.range.clone());
    let differs = |(old, new): (&str, &str)| old.trim() != new.trim();
    if old.split('\n').count() != edit.new.split('\n').count() || old.split('\n').zip(edit.new.split('\n')).any(differs)
    {
        return false;
    }
    let strings = line_in_string(document, edit.range.clone());
    let comments = line_in_comment(document, edit.range.clone());
    let margin = leading_whitespace(document.slice(document.line_start(edit.range.start)..edit.range.end));
    let (mut any_moved, mut any_deeper, mut any_stands) = (false, false, false);
    for (((old, new), in_string), in_comment) in old.split('\n').zip(edit.new.split('\n')).zip(strings).zip(comments) {
        if in_string && old != new {
            return false;
        }
        let (was, is) = (leading_whitespace(old), leading_whitespace(new));
        if in_comment || old.trim().is_empty() {
            continue;
        }
        any_moved |= was != is;
        any_deeper |= was.len() > margin.len();
        any_stands |= was.len() > margin.len() && was == is;
    }
    !any_moved || any_deeper && !any_stands
}
