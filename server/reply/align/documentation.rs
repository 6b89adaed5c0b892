//! A text that is only documentation: the comment lines or the docstring, without the definition. Refuses anything with code in it.

use super::{Question, place_of, rewrite};
use crate::reply::block::Block;
use crate::reply::reindent::Place;
use crate::reply::{Candidate, Reading};
use crate::syntax::{Definition, Document, Documentation, Outline, code_tokens};
use crate::text::base_indent;

pub(super) fn align(question: &Question<'_>, fragment: &Document) -> Vec<Candidate> {
    let Some(target) = question.scope.definition() else {
        return Vec::new();
    };
    if !code_tokens(fragment, 0..fragment.source().len()).is_empty() {
        return Vec::new();
    }
    match question.document.language().documentation {
        Documentation::LeadingComment(mark) => {
            let is_mark = |line: &str| line.trim_start().starts_with(mark);
            let only = fragment.source().lines().filter(|line| !line.trim().is_empty()).all(is_mark);
            comment(question, fragment, target, mark, only)
        }
        Documentation::BlockComment(form) => {
            let text = fragment.source().trim();
            let only = text.starts_with(form.open) && text.ends_with(form.close.trim());
            comment(question, fragment, target, form.open, only && fragment.outline().comments.len() == 1)
        }
        Documentation::Docstring => docstring(question, fragment, target),
    }
}

/// The comment in the place of the comments before the definition that start with `mark`.
fn comment(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    mark: &str,
    only_docs: bool,
) -> Vec<Candidate> {
    let Some(block) = Block::of_all(fragment).filter(|_| only_docs && !fragment.outline().comments.is_empty()) else {
        return Vec::new();
    };
    let document = question.document;
    let old = document.slice(question.scope.range.start..target.node.end);
    let outline = Outline::of(document, Some(question.scope.range.start..target.outer.start));
    let is_old = |at: usize| {
        let comments = outline.comments.iter().filter(|range| range.end <= target.outer.start);
        comments.filter(|range| document.slice((*range).clone()).starts_with(mark)).any(|range| range.contains(&at))
    };
    let kept: Vec<&str> = old
        .split('\n')
        .scan(question.scope.range.start, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some((start, line))
        })
        .filter(|(start, line)| !is_old(start + line.len() - line.trim_start().len()))
        .map(|(_, line)| line)
        .collect();
    let kept = kept.join("\n");
    block
        .variants(&place_of(question))
        .into_iter()
        .map(|text| rewrite(question, format!("{text}\n{kept}"), Reading::Part))
        .collect()
}

fn docstring(question: &Question<'_>, fragment: &Document, target: &Definition) -> Vec<Candidate> {
    let document = question.document;
    let Some(body) = target.body.clone().filter(|_| !fragment.outline().docstrings.is_empty()) else {
        return Vec::new();
    };
    let Some(block) = Block::of_all(fragment) else {
        return Vec::new();
    };
    let before = document.slice(0..body.start);
    let own_line = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    if !own_line {
        return Vec::new();
    }
    let indent = base_indent(document.source(), body.start);
    let place = Place { base: indent, unit: question.scope.unit, starts_line: true, least: None, old: Vec::new() };
    let line_start = body.start - indent.len();
    let old = document.outline().docstrings.iter().find(|range| range.start == body.start);
    let rest = old.map_or(line_start, |range| range.end);
    let head = document.slice(question.scope.range.start..line_start);
    let tail = document.slice(rest..question.scope.range.end);
    let gap = if old.is_some() { "" } else { "\n" };
    block
        .variants(&place)
        .into_iter()
        .map(|text| rewrite(question, format!("{head}{text}{gap}{tail}"), Reading::Part))
        .collect()
}
