//! The guards, as a table: each looks at one way in which an edit can do harm. Refuses nothing on taste.

use std::ops::Range;

use super::cut::{self, End};
use super::edit::cut_down;
use super::{Ending, ReasonCode, Rejection, Terms, escaped, homoglyph, lazy, partial};
use crate::reply::{Candidate, Promise, Reading};
use crate::syntax::{Census, Definition, DefinitionKind, Document, Outline, Scope, ScopeShape, code_tokens, is_stub};
use crate::text::Edits;

/// A candidate made real, next to what was.
pub(super) struct Case<'a> {
    pub(super) old: &'a Document,
    pub(super) new: Document,
    /// The candidate's edits, cut down to what differs.
    pub(super) cut: Edits,
    pub(super) scope: Option<&'a Scope>,
    /// Where the scope stands in the new document; empty where there is none.
    pub(super) new_scope: Range<usize>,
    /// What was inserted outside the scope, in the new document.
    pub(super) inserted: Vec<Range<usize>>,
    pub(super) candidate: &'a Candidate,
    pub(super) promise: Promise,
    pub(super) end: End,
    pub(super) ending: Ending,
}

impl<'a> Case<'a> {
    /// Makes the candidate's edits in a copy of the document.
    pub(super) fn new(
        old: &'a Document,
        terms: &Terms<'a>,
        candidate: &'a Candidate,
        end: End,
    ) -> Result<Case<'a>, Rejection> {
        let edits = Edits::new(old.source(), candidate.edits.clone()).map_err(|error| {
            Rejection::new(ReasonCode::OutsideScope, format!("the answer's parts do not fit together: {error}"))
        })?;
        let cut = cut_down(old.source(), candidate)?;
        let new = old.changed(&cut);
        let mut inserted = Vec::new();
        let mut new_scope = 0..0;
        for edit in edits.iter() {
            let is_scope = terms.scope.is_some_and(|scope| scope.range == edit.range);
            // An import may go in right where the scope starts; an empty scope is an insertion itself.
            let start = edits.map(edit.range.start, is_scope && !edit.range.is_empty());
            let range = start..start + edit.new.len();
            match is_scope {
                // What an edit brings beyond the scope's new text is a helper right behind it.
                true => {
                    new_scope = start..start + candidate.output.len();
                    inserted.push(new_scope.end..range.end);
                }
                false => inserted.push(range),
            }
        }
        Ok(Case {
            old,
            new,
            cut,
            scope: terms.scope,
            new_scope,
            inserted,
            candidate,
            promise: terms.promise,
            end,
            ending: terms.ending,
        })
    }

    fn line_of(&self, offset: usize) -> usize {
        self.new.slice(0..offset).matches('\n').count()
    }
}

type Guard = fn(&Case<'_>) -> Option<Rejection>;

/// In the order in which their reasons help most.
const GUARDS: [Guard; 12] = [
    outside,
    cut::truncated,
    placeholder,
    look_alikes,
    escapes,
    comments_only,
    syntax,
    identity,
    siblings,
    empty,
    emptied,
    piece,
];

/// Holds a case to every guard; the first that objects is the reason.
pub(super) fn check(case: &Case<'_>) -> Result<(), Rejection> {
    GUARDS.iter().find_map(|guard| guard(case)).map_or(Ok(()), Err)
}

/// Edits outside the scope only insert, and only where the promise lets them.
fn outside(case: &Case<'_>) -> Option<Rejection> {
    let own = |range: &Range<usize>| case.scope.is_some_and(|scope| scope.range == *range);
    let foreign: Vec<_> = case.candidate.edits.iter().filter(|edit| !own(&edit.range)).collect();
    let allowed = match case.promise {
        Promise::Scope | Promise::ScopeAndImports | Promise::Additions => {
            foreign.iter().all(|edit| edit.range.is_empty())
        }
        Promise::Comments => foreign.is_empty(),
    };
    let additions_rewrite = case.promise == Promise::Additions && foreign.len() != case.candidate.edits.len();
    (!allowed || additions_rewrite)
        .then(|| Rejection::new(ReasonCode::OutsideScope, "the answer changes code outside what was asked for"))
}

fn placeholder(case: &Case<'_>) -> Option<Rejection> {
    let old = case.scope.map_or("", |scope| scope.text(case.old));
    let first = case.line_of(case.new_scope.start);
    let is_stub_body = |line: usize| {
        let outline = Outline::of(&case.new, Some(case.new_scope.clone()));
        outline.definitions.iter().any(|own| {
            let lines = own.body.clone().map(|body| case.line_of(body.start)..=case.line_of(body.end));
            lines.is_some_and(|lines| lines.contains(&(first + line))) && is_stub(&case.new, own)
        })
    };
    let (line, text) = lazy::new_placeholder(old, &case.candidate.output, case.old.language(), is_stub_body)?;
    let message = format!("the answer leaves code out: `{text}`; the whole text is needed");
    Some(Rejection { code: ReasonCode::Lazy, line: Some(first + line), message })
}

/// A few lines in the place of a body are that body only if they stand by themselves.
fn piece(case: &Case<'_>) -> Option<Rejection> {
    let scope = case.scope.filter(|_| case.candidate.reading == Reading::Part)?;
    let name = partial::undeclared(case.old, scope, &case.new, case.new_scope.clone())?;
    let message =
        format!("the answer is a piece of the code: it uses `{name}` without declaring it; the whole is needed");
    Some(Rejection::new(ReasonCode::Lazy, message))
}

fn look_alikes(case: &Case<'_>) -> Option<Rejection> {
    let added = [&case.new_scope].into_iter().chain(&case.inserted).cloned();
    added.into_iter().find_map(|range| {
        let found = homoglyph::new_look_alike(case.old, &case.new, range)?;
        let message =
            format!("the answer contains {}, which looks like something else; plain characters are needed", found.name);
        Some(Rejection { code: ReasonCode::Homoglyph, line: Some(case.line_of(found.at)), message })
    })
}

fn escapes(case: &Case<'_>) -> Option<Rejection> {
    let (at, escape) = escaped::new_escape(case.old, &case.new, case.new_scope.clone())?;
    let message = format!("the answer is escaped as for HTML (`{escape}`); the code itself is needed");
    Some(Rejection { code: ReasonCode::Syntax, line: Some(case.line_of(at)), message })
}

fn comments_only(case: &Case<'_>) -> Option<Rejection> {
    let scope = case.scope.filter(|_| case.promise == Promise::Comments)?;
    let old = code_tokens(case.old, scope.range.clone());
    let new = code_tokens(&case.new, case.new_scope.clone());
    if old == new {
        return None;
    }
    let at = old.iter().zip(&new).position(|(a, b)| a != b).unwrap_or(old.len().min(new.len()));
    let shown = |tokens: &[&str]| {
        tokens.get(at).map_or("nothing".to_owned(), |token| format!("`{}`", token.chars().take(40).collect::<String>()))
    };
    let message =
        format!("only comments may change, but the answer has {} where the code has {}", shown(&new), shown(&old));
    Some(Rejection::new(ReasonCode::OutsideScope, message))
}

fn syntax(case: &Case<'_>) -> Option<Rejection> {
    let before = Census::of(case.old, case.scope.map_or(0..0, |scope| scope.range.clone()));
    let after = Census::of(&case.new, case.new_scope.clone());
    let (line, what) = after.first_new(&before)?;
    Some(Rejection {
        code: ReasonCode::Syntax,
        line: Some(line),
        message: format!("the result would not parse: {what}"),
    })
}

/// What the scope defined it still defines, at the same place, and nothing else stands there.
fn identity(case: &Case<'_>) -> Option<Rejection> {
    let scope = case.scope?;
    let outline = Outline::of(&case.new, Some(case.new_scope.clone()));
    let defined: Vec<&Definition> = outline.definitions.iter().filter(|d| within(&d.outer, &case.new_scope)).collect();
    if let ScopeShape::Definition(old) = &scope.shape {
        let whole = |d: &&&Definition| {
            d.outer.end == case.new_scope.end && case.new.slice(case.new_scope.start..d.whole.start).trim().is_empty()
        };
        let own = defined.iter().find(|d| d.is_same_as(old));
        let Some(own) = own else {
            let other =
                defined.first().map_or("something else".to_owned(), |d| format!("{} `{}`", d.kind.word(), d.title()));
            return Some(Rejection::new(
                ReasonCode::WrongName,
                format!("the answer defines {other} in the place of {} `{}`", old.kind.word(), old.title()),
            ));
        };
        // Some grammars take a header alone for a definition.
        if old.body.is_some() && own.body.is_none() && old.kind.is_callable() {
            let message = format!("the answer ends before the body of {} `{}`", old.kind.word(), old.title());
            return Some(Rejection::new(ReasonCode::Truncated, message));
        }
        return (!whole(&own)).then(|| {
            Rejection::new(
                ReasonCode::OutsideScope,
                format!("the answer has more than {} `{}`", old.kind.word(), old.title()),
            )
        });
    }
    let lost =
        scope.definitions().iter().find(|old| !defined.iter().any(|d| d.kind == old.kind && d.name == old.name))?;
    Some(Rejection::new(
        ReasonCode::WrongName,
        format!("{} `{}` is missing from the answer", lost.kind.word(), lost.name),
    ))
}

/// In a text without errors, a scope that is one definition at its old place cannot have changed what stands around it:
/// the other bytes are the old ones.
fn stands_for_itself(case: &Case<'_>) -> bool {
    let sound = case.new.tree().is_some_and(|tree| !tree.root_node().has_error());
    sound && case.inserted.iter().all(Range::is_empty) && case.scope.is_some_and(|scope| scope.definition().is_some())
}

/// Definitions outside the scope are what they were, in the same order.
fn siblings(case: &Case<'_>) -> Option<Rejection> {
    if matches!(case.scope, Some(scope) if scope.shape == ScopeShape::File) || stands_for_itself(case) {
        return None;
    }
    let own = case.scope.map_or(0..0, |scope| scope.range.clone());
    let key = |d: &Definition| (d.kind, d.name.clone(), d.path.clone());
    let old: Vec<(DefinitionKind, String, Vec<_>)> =
        case.old.outline().definitions.iter().filter(|d| !within(&d.node, &own)).map(key).collect();
    let mine =
        |d: &Definition| within(&d.node, &case.new_scope) || case.inserted.iter().any(|range| within(&d.node, range));
    let new: Vec<(DefinitionKind, String, Vec<_>)> =
        case.new.outline().definitions.iter().filter(|d| !mine(d)).map(key).collect();
    if old == new {
        return None;
    }
    let (kind, name, _) = old.iter().zip(&new).find(|(a, b)| a != b).map(|(a, _)| a).or(old.get(new.len()))?;
    Some(Rejection::new(
        ReasonCode::OutsideScope,
        format!("the edit would change {} `{name}`, which is outside the scope", kind.word()),
    ))
}

/// Nothing in the place of something is a deletion, which only the fix of a problem may be: an unused import goes.
fn empty(case: &Case<'_>) -> Option<Rejection> {
    let gone = case.scope.is_some_and(|scope| !scope.text(case.old).trim().is_empty())
        && case.candidate.output.trim().is_empty();
    let may_go = case.promise == Promise::ScopeAndImports;
    (gone && !may_go).then(|| Rejection::new(ReasonCode::NoCode, "the answer is empty"))
}

/// Code that was written does not become code that is yet to be written: a stub says that the model left it out.
fn emptied(case: &Case<'_>) -> Option<Rejection> {
    let scope = case.scope?;
    let written =
        |document: &Document, d: &Definition| d.kind.is_callable() && d.body.is_some() && !is_stub(document, d);
    let outline = Outline::of(&case.new, Some(case.new_scope.clone()));
    let stubs = outline.definitions.iter().filter(|d| within(&d.node, &case.new_scope) && is_stub(&case.new, d));
    let old = Outline::of(case.old, Some(scope.range.clone()));
    let mut lost = stubs.filter_map(|stub| {
        old.definitions.iter().find(|d| {
            within(&d.node, &scope.range) && d.is_same_as(stub) && d.ordinal == stub.ordinal && written(case.old, d)
        })
    });
    let lost = lost.next()?;
    let message =
        format!("the answer leaves out the body of {} `{}`; the whole text is needed", lost.kind.word(), lost.name);
    Some(Rejection::new(ReasonCode::Lazy, message))
}

pub(super) fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end && !outer.is_empty()
}
