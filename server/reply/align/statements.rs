//! Statements of a body: the text itself, or what it has in their place inside what encloses them. Refuses text that is not code.

use std::collections::BTreeSet;

use super::found::find;
use super::{Question, is_code, place_of, rewrite};
use crate::reply::Container;
use crate::reply::block::Block;
use crate::reply::imports::wanted;
use crate::reply::reading::Text;
use crate::reply::{Candidate, Reading};
use crate::syntax::{Definition, Document, identifiers};
use crate::text::Edit;

pub(super) fn align(question: &Question<'_>, fragment: &Document, text: &Text) -> Vec<Candidate> {
    let enclosing = question.scope.enclosing.last();
    if let Some((old, found)) = enclosing.and_then(|old| Some((old, find(question.document, fragment, old)?))) {
        return within(question, fragment, old, found);
    }
    if !is_code(fragment, text.marked) {
        return Vec::new();
    }
    let Some(block) = Block::of_all(fragment) else {
        return Vec::new();
    };
    block
        .variants(&place_of(question))
        .into_iter()
        .map(|text| {
            let mut candidate = rewrite(question, text, Reading::Verbatim);
            if question.promise.allows_imports() {
                let without_imports = without_imports(question, fragment, &candidate.output);
                let own = Edit::new(question.scope.range.clone(), without_imports.clone());
                let imports = wanted(question.document, fragment, &named_outside_imports(fragment));
                let added = Container::file(question.document).insert("", &imports);
                candidate.edits = std::iter::once(own).chain(added).collect();
                candidate.output = without_imports;
            }
            candidate
        })
        .collect()
}

/// The names that a text mentions anywhere but in its imports.
fn named_outside_imports(fragment: &Document) -> BTreeSet<&str> {
    let ends = fragment.outline().imports.iter().map(|import| import.end);
    let starts = fragment.outline().imports.iter().map(|import| import.start);
    let gaps = std::iter::once(0).chain(ends).zip(starts.chain(std::iter::once(fragment.source().len())));
    gaps.flat_map(|(start, end)| identifiers(fragment, start..end.max(start))).collect()
}

/// The text without import lines of its own where the scope has none: they go to the import region if they are needed.
fn without_imports(question: &Question<'_>, fragment: &Document, text: &str) -> String {
    let own = question
        .document
        .outline()
        .imports
        .iter()
        .any(|range| question.scope.range.start <= range.start && range.end <= question.scope.range.end);
    let outline = fragment.outline();
    let statements = if outline.import_statements.is_empty() { &outline.imports } else { &outline.import_statements };
    if own || statements.is_empty() {
        return text.to_owned();
    }
    let mut lines: Vec<&str> = text.split('\n').collect();
    for statement in statements {
        let wanted: Vec<&str> = fragment.slice(statement.clone()).trim().lines().map(str::trim).collect();
        let is_it = |window: &[&str]| window.iter().map(|line| line.trim()).eq(wanted.iter().copied());
        if let Some(at) = lines.windows(wanted.len()).position(is_it) {
            lines.drain(at..at + wanted.len());
        }
    }
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The answer is all of what encloses the scope: what stands between the lines around the scope is meant.
fn within(question: &Question<'_>, fragment: &Document, old: &Definition, found: &Definition) -> Vec<Candidate> {
    let document = question.document;
    let trimmed =
        |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let before = trimmed(document.slice(old.node.start..question.scope.range.start));
    let after = trimmed(document.slice(question.scope.range.end..old.node.end));
    let source = fragment.source();
    let lines: Vec<(usize, &str)> = source
        .get(found.node.clone())
        .unwrap_or_default()
        .split_inclusive('\n')
        .scan(found.node.start, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    let around = before.len() + after.len();
    let same =
        |lines: &[(usize, &str)], old: &[String]| lines.iter().zip(old).all(|((_, line), old)| line.trim() == old);
    if lines.len() <= around || !same(&lines, &before) || !same(&lines[lines.len() - after.len()..], &after) {
        return Vec::new();
    }
    let inner = &lines[before.len()..lines.len() - after.len()];
    let (Some((start, first)), Some((end, last))) = (inner.first(), inner.last()) else {
        return Vec::new();
    };
    let start = start + (first.len() - first.trim_start().len());
    let end = end + last.trim_end().len();
    Block::of(fragment, start..end)
        .variants(&place_of(question))
        .into_iter()
        .map(|text| rewrite(question, text, Reading::Wrapped))
        .collect()
}
