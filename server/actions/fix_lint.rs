//! `fix-lint`: what linters and compilers complain of in a scope, mended within it.
//!
//! Before: `let x = y.clone();` under `clippy::redundant_clone`. After: `let x = y;`.

use std::ops::Range;

use super::{ActionId, Offer, Place, Plan, Request, Row, called};
use crate::prompt::Ask;
use crate::reply::Promise;
use crate::syntax::{Diagnostic, Document, Scope};
use crate::validate::{ReasonCode, Rejection};

pub(super) static ROW: Row = Row { offers, plan };

/// Titles stay on one line of a menu.
const TITLE_CHARACTERS: usize = 60;

fn offers(place: &Place<'_>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = place
        .diagnostics
        .iter()
        .enumerate()
        .map(|(at, diagnostic)| Offer {
            action: ActionId::FixLint,
            title: format!("Graft: fix {}", shortened(&diagnostic.summary())),
            diagnostics: vec![at],
        })
        .collect();
    if let Some(scope) = &place.scope {
        let inside =
            place.diagnostics.iter().enumerate().filter(|(_, diagnostic)| overlaps(&diagnostic.range, &scope.range));
        offers.push(Offer {
            action: ActionId::FixLint,
            title: format!("Graft: fix problems in {}", called(scope)),
            diagnostics: inside.map(|(at, _)| at).collect(),
        });
    }
    offers
}

fn plan(request: &Request<'_>) -> Result<Plan, Rejection> {
    let document = request.document;
    let at_range = Scope::at(document, request.range.clone());
    let lines = whole_lines(document, request.range.clone());
    let here = request.diagnostics.iter().find(|diagnostic| overlaps(&diagnostic.range, &lines));
    let scope = at_range.or_else(|| scope_of(document, here.or(request.diagnostics.first())?)).ok_or_else(|| {
        Rejection::new(
            ReasonCode::NothingHere,
            "there is no code here to fix; put the cursor in a definition or on a problem",
        )
    })?;
    let mut diagnostics: Vec<Diagnostic> =
        request.diagnostics.iter().filter(|diagnostic| overlaps(&diagnostic.range, &scope.range)).cloned().collect();
    let mut scope = scope;
    // A problem elsewhere in the file was named: the fix goes where the problem is.
    if diagnostics.is_empty()
        && let Some(first) = request.diagnostics.first()
        && let Some(own) = scope_of(document, first)
    {
        diagnostics =
            request.diagnostics.iter().filter(|diagnostic| overlaps(&diagnostic.range, &own.range)).cloned().collect();
        scope = own;
    }
    let task = "Fix the problems listed below, and nothing else. Keep what the code does.".to_owned();
    let answer = "Reply with the complete new text of the code, with everything that stays. Keep names and signatures unless a problem is about them.".to_owned();
    let mut plan = Plan::rewrite(scope, Promise::ScopeAndImports, Ask { task, answer, notes: Vec::new() });
    plan.diagnostics = diagnostics;
    plan.instruction = request.instruction.map(str::to_owned);
    Ok(plan)
}

/// The definition around a diagnostic, else the statements of the paragraph that it is in: a line alone, such as an import,
/// could only be emptied.
fn scope_of(document: &Document, diagnostic: &Diagnostic) -> Option<Scope> {
    let start = diagnostic.range.start;
    Scope::at(document, start..start).or_else(|| {
        let mut lines = whole_lines(document, diagnostic.range.clone());
        let is_code = |lines: &Range<usize>| {
            !document.slice(lines.clone()).trim().is_empty() && Scope::at(document, lines.start..lines.start).is_none()
        };
        while let Some(above) = lines.start.checked_sub(1).map(|end| whole_lines(document, end..end)).filter(is_code) {
            lines.start = above.start;
        }
        let below = |end: usize| (end < document.source().len()).then(|| whole_lines(document, end + 1..end + 1));
        while let Some(next) = below(lines.end).filter(is_code) {
            lines.end = next.end;
        }
        Scope::at(document, lines)
    })
}

/// The lines that a range touches, without the last one's end.
fn whole_lines(document: &Document, range: Range<usize>) -> Range<usize> {
    let source = document.source();
    let start = document.line_start(range.start);
    let end = source.get(range.end..).and_then(|rest| rest.find('\n')).map_or(source.len(), |at| range.end + at);
    start..end.max(start)
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end || a.is_empty() && b.start <= a.start && a.start <= b.end
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TITLE_CHARACTERS) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}
