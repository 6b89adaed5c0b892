//! Names that an answer binds at the top of its file and its new code needs: a limit that was a number in the code. Refuses what
//! only shows how the code is used, and names that the file has already.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Question;
use crate::syntax::{Definition, Document, Outline, identifiers, locals};
use crate::text::Edit;

/// The statements of `fragment` that bind names for the definitions `kept`, first to `taken`, the ones that the answer is for;
/// with the comments right above each. What they mention goes into `used`.
pub(super) fn bindings<'f>(
    question: &Question<'_>,
    fragment: &'f Document,
    taken: &[&Definition],
    kept: &[&Definition],
    used: &mut BTreeSet<&'f str>,
) -> Vec<Range<usize>> {
    let known = names(question.document);
    let free = |definition: &&Definition| {
        let names = locals(fragment, definition.whole.clone());
        names.used.difference(&names.declared).copied().collect::<Vec<_>>()
    };
    let mut needed: BTreeSet<&str> = taken.iter().chain(kept).flat_map(free).collect();
    let shows_use = |statement: &Range<usize>| {
        let mentioned = identifiers(fragment, statement.clone());
        taken.iter().any(|own| mentioned.contains(own.name.as_str()))
    };
    let mut open: Vec<&(Range<usize>, Range<usize>)> = fragment.outline().bindings.iter().collect();
    open.retain(|(name, statement)| !known.contains(fragment.slice(name.clone())) && !shows_use(statement));
    let mut found = Vec::new();
    while let Some(at) = open.iter().position(|(name, _)| needed.contains(fragment.slice(name.clone()))) {
        let (_, statement) = open.remove(at);
        let mentioned = identifiers(fragment, statement.clone());
        needed.extend(&mentioned);
        used.extend(mentioned);
        found.push(with_comments(fragment, statement));
    }
    found.sort_by_key(|range| range.start);
    found
}

/// An insertion of such statements before the scope, or before what encloses it: they must be there when the file is read.
pub(super) fn inserted(question: &Question<'_>, fragment: &Document, statements: &[Range<usize>]) -> Option<Edit> {
    let (document, outermost) = (question.document, question.scope.enclosing.first());
    let start = outermost.map_or(question.scope.range.start, |outer| document.line_start(outer.whole.start));
    let texts: Vec<&str> = statements.iter().map(|statement| fragment.slice(statement.clone()).trim_end()).collect();
    let gap = "\n".repeat(document.language().blank_lines + 1);
    (!texts.is_empty()).then(|| Edit::new(start..start, texts.join("\n") + &gap))
}

/// Every name that a document defines, binds or imports at its top.
fn names(document: &Document) -> BTreeSet<&str> {
    let Outline { definitions, bindings, imports, .. } = document.outline();
    let bound = bindings.iter().map(|(name, _)| document.slice(name.clone()));
    let imported = imports.iter().flat_map(|import| identifiers(document, import.clone()));
    let defined = definitions.iter().filter(|own| own.path.is_empty()).map(|own| own.name.as_str());
    bound.chain(imported).chain(defined).collect()
}

/// A statement with the comment lines right above it.
fn with_comments(fragment: &Document, statement: &Range<usize>) -> Range<usize> {
    let comments = &fragment.outline().comments;
    let mut start = statement.start;
    while let Some(comment) = comments.iter().find(|comment| {
        let between = fragment.slice(comment.end..start);
        comment.end <= start
            && between.trim().is_empty()
            && between.matches('\n').count() == 1
            && fragment.line_start(comment.start) == comment.start
    }) {
        start = comment.start;
    }
    start..statement.end
}
