//! A single definition: found in the text by kind and name, or its body, or its members. Refuses a definition of another name.

use std::ops::Range;

use super::found::{after_label, find, meant_end, meant_start, tail_is_lost};
use super::kept::{Kept, Prefix, after_attributes};
use super::parted::members_of;
use super::{Question, body, is_sound, members, place_of, rewrite, worded};
use crate::reply::block::Block;
use crate::reply::companions::companions;
use crate::reply::reading::Text;
use crate::reply::{Candidate, Reading};
use crate::syntax::{BodyForm, Census, Definition, DefinitionKind, Document, Outline};
use crate::text::{Edit, base_indent, leading_whitespace, line_matches};

/// Readings of `text` as `target`; where it defines something else instead, that thing's name.
pub(super) fn align(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    text: &Text,
) -> Result<Vec<Candidate>, Option<String>> {
    // A method does not parse at the top of a file in every language.
    let wrapped = || wrappings(fragment, target);
    let namesake = find(question.document, fragment, target);
    let local = namesake.is_some_and(|found| is_local(question.document, fragment, target, found));
    let bare = namesake.filter(|_| !local);
    let headless = bare.is_some_and(|found| head_is_lost(fragment, found));
    let remains = bare.is_some_and(|found| is_in_remains(question.document, fragment, target, found));
    if let Some(found) = bare.filter(|_| !headless && !remains) {
        // A method's head may parse as a call there: then a namesake inside it is all that there is to find.
        let covering = |(open, wrapped): &(&str, Document)| {
            let own = find(question.document, wrapped, target).filter(|_| is_sound(wrapped))?;
            let inside = own.node.start < open.len() + found.node.start && open.len() + found.node.end < own.node.end;
            inside.then(|| readings(question, wrapped, target, own, Reading::Wrapped))
        };
        if stands_in_statements(fragment, found)
            && let Some(outer) = wrapped().iter().find_map(covering)
        {
            return Ok(outer);
        }
        // A member that is a variable may parse at the top, and the method next to it not.
        let member = |(_, wrapped): &(&str, Document)| {
            let own = find(question.document, wrapped, target).filter(|_| is_sound(wrapped))?;
            Some(readings(question, wrapped, target, own, Reading::Wrapped))
        };
        if !is_sound(fragment)
            && let Some(members) = wrapped().iter().find_map(member)
        {
            return Ok(members);
        }
        return Ok(readings(question, fragment, target, found, Reading::Definition));
    }
    let wrapped = wrapped();
    // Where one wrapping makes sense of all of it, what another makes of a part means nothing.
    let any_sound = wrapped.iter().any(|(_, wrapped)| is_sound(wrapped));
    if remains && !any_sound {
        return Ok(Vec::new());
    }
    // Nor does what the errors make of statements.
    let in_body = first_code(fragment).is_some_and(|at| is_of_body(question.document, fragment, target, at));
    let tells = |wrapped: &Document| is_sound(wrapped) || !any_sound && !in_body;
    // Beside a namesake that is local, only what the text starts with can be the definition itself.
    let first = text.text.len() - text.text.trim_start().len();
    for (open, wrapped) in wrapped.iter().filter(|(_, wrapped)| tells(wrapped)) {
        // A definition that only the wrapping's end closes was cut off.
        let end = open.len() + text.text.trim_end().len();
        let starts = |found: &Definition| !local || found.whole.start <= open.len() + first;
        let is_inner = |found: &Definition| is_inner(question.document, wrapped, target, found);
        let own = |found: &&Definition| found.outer.end <= end && starts(found) && !is_inner(found);
        if let Some(found) = find(question.document, wrapped, target).filter(own) {
            let lost = head_is_lost(wrapped, found);
            let readings = || readings(question, wrapped, target, found, Reading::Wrapped);
            return Ok(if lost { Vec::new() } else { readings() });
        }
    }
    // Prose or markup took the head with it in every wrapping.
    if headless {
        return Ok(Vec::new());
    }
    if let Some(sibling) = only_sibling(question.document, fragment, target) {
        return Err(Some(sibling));
    }
    let merged = members::align_members(question, fragment, target);
    if !merged.is_empty() {
        return Ok(merged);
    }
    let other = only_definition(question.document, fragment, target)
        .or_else(|| only_member(fragment, &wrapped))
        .filter(|_| !starts_in_body(question.document, fragment, target));
    if let Some(other) = other {
        return Err(Some(other));
    }
    Ok(body::align(question, fragment, target, text, local))
}

/// A text inside of all that its language may have around a member, each with what opens it. Where none makes sense of all of it,
/// the parts that belong to a file's top stay outside if that does.
fn wrappings(fragment: &Document, target: &Definition) -> Vec<(&'static str, Document)> {
    let (language, text) = (fragment.language(), fragment.source());
    let around = |members: Range<usize>| -> Vec<(&'static str, Document)> {
        let (before, inner, behind) = (&text[..members.start], &text[members.clone()], &text[members.end..]);
        let wrap = |(open, close): &(&'static str, &'static str)| {
            (*open, Document::new(language, &format!("{before}{open}{inner}{close}{behind}"), None))
        };
        language.wrappers.iter().map(wrap).collect()
    };
    let any_sound = |wrapped: &[(&str, Document)]| wrapped.iter().any(|(_, wrapped)| is_sound(wrapped));
    let plain = around(0..text.len());
    if target.path.is_empty() || is_sound(fragment) || any_sound(&plain) {
        return plain;
    }
    let parted = members_of(fragment, target);
    let parted = if parted.len() < text.len() { around(parted) } else { Vec::new() };
    if any_sound(&parted) { parted } else { plain }
}

/// Whether a namesake is local to a function that is not around the target, or to the body that the text itself is.
fn is_local(document: &Document, fragment: &Document, target: &Definition, found: &Definition) -> bool {
    let is_foreign = |(kind, name): &(DefinitionKind, String)| {
        kind.is_callable() && !target.path.iter().any(|(_, around)| around == name)
    };
    let starts_text = || first_code(fragment).is_some_and(|at| found.whole.start <= at && at <= found.node.start);
    found.path.iter().any(is_foreign)
        || !starts_text() && is_body_around(document, fragment, target, found)
        || is_inner(document, fragment, target, found)
}

/// Whether a namesake is one that stands in the old body: it has no old line that is not that one's.
fn is_inner(document: &Document, fragment: &Document, target: &Definition, found: &Definition) -> bool {
    let new: Vec<&str> = fragment.slice(found.whole.clone()).lines().collect();
    let alike = |old: &Definition| {
        let old: Vec<&str> = document.slice(old.whole.clone()).lines().collect();
        line_matches(&old, &new, str::trim).iter().flatten().count()
    };
    let outline = Outline::of(document, Some(target.node.clone()));
    let mut inner = outline.definitions.iter().filter(|inner| {
        inner.name == target.name && target.node.start < inner.node.start && inner.node.end <= target.node.end
    });
    inner.any(|inner| alike(inner) >= alike(target))
}

/// Whether what a text has around a namesake is for the most part the old body's lines.
fn is_body_around(document: &Document, fragment: &Document, target: &Definition, found: &Definition) -> bool {
    let Some(body) = target.body.clone().filter(|_| target.kind.is_callable()).map(|body| document.slice(body)) else {
        return false;
    };
    let old: Vec<&str> = worded(body).collect();
    // Siblings may be much alike; only statements can be the body's own, and what these declare.
    let end = fragment.source().len();
    let is_statement = |top: &&Definition| {
        matches!(top.kind, DefinitionKind::Variable | DefinitionKind::Constant | DefinitionKind::Group)
    };
    let tops = fragment.outline().top_level_in(0..end).filter(|top| !is_statement(top));
    let mut others: Vec<Range<usize>> = tops.map(|top| top.whole.clone()).chain([found.whole.clone()]).collect();
    others.sort_by_key(|range| range.start);
    // One may stand in another.
    let covered = others.iter().scan(0, |covered, other| {
        *covered = other.end.max(*covered);
        Some(*covered)
    });
    let starts = std::iter::once(0).chain(covered);
    let ends = others.iter().map(|other| other.start).chain(std::iter::once(end));
    let outside = starts.zip(ends).map(|(start, end)| fragment.slice(start..end.max(start)));
    let around: Vec<&str> = outside.flat_map(worded).collect();
    around.iter().filter(|line| old.contains(line)).count() * 2 > around.len()
}

/// Whether a definition without another around it stands deeper than the text's first line of code: in statements.
fn stands_in_statements(fragment: &Document, found: &Definition) -> bool {
    let source = fragment.source();
    let first = source.len() - source.trim_start().len();
    found.path.is_empty() && base_indent(source, first).len() < base_indent(source, found.outer.start).len()
}

/// Whether prose or markup right before a definition took its first words with it.
fn head_is_lost(fragment: &Document, found: &Definition) -> bool {
    let before = fragment.slice(0..found.whole.start).trim_end();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let own_line = !fragment.slice(before.len()..found.whole.start).contains('\n');
    let ends_in_word = own_line && before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '>' | ']'));
    Census::swallows(fragment, line..found.whole.start) || (ends_in_word && !is_sound(fragment))
}

/// Whether a text starts with the old header, which belongs to nothing there: a bracket is missing, and a namesake further down
/// is one that the body declares.
fn is_in_remains(document: &Document, fragment: &Document, target: &Definition, found: &Definition) -> bool {
    let header = line_at(document, target.outer.start);
    let first = first_code(fragment).filter(|first| *first < found.whole.start && line_at(fragment, *first) == header);
    first.is_some_and(|first| !fragment.outline().definitions.iter().any(|other| other.whole.contains(&first)))
}

/// The name of the first definition of a text that is none by itself, and in a wrapping consists of definitions.
fn only_member(fragment: &Document, wrapped: &[(&str, Document)]) -> Option<String> {
    let (open, inside) = wrapped.iter().find(|(_, inside)| is_sound(inside)).filter(|_| !is_sound(fragment))?;
    let end = open.len() + fragment.source().trim_end().len();
    let start = open.len();
    let tops: Vec<&Definition> = inside.outline().top_level_in(start..end).collect();
    let covered: usize = tops.iter().map(|definition| definition.whole.len()).sum::<usize>();
    let first = tops.first()?;
    (covered * 2 > fragment.source().trim().len()).then(|| first.name.clone())
}

/// Whether a text's code, or a definition in it, starts with a line of the old body, or all that it defines is defined there and
/// stands beside such a line: then what it defines is local to that body.
fn starts_in_body(document: &Document, fragment: &Document, target: &Definition) -> bool {
    let tops = || fragment.outline().top_level_in(0..fragment.source().len());
    let mut starts = first_code(fragment).into_iter().chain(tops().map(|top| top.outer.start));
    let inner = Outline::of(document, Some(target.node.clone())).definitions;
    let is_local = |top: &Definition| {
        inner.iter().any(|old| old.name == top.name && old.kind == top.kind && target.node.start < old.node.start)
    };
    let stands_beside = || {
        let lines = fragment.source().match_indices('\n').map(|(at, _)| at + 1);
        let starts = lines.map(|at| at + leading_whitespace(fragment.slice(at..fragment.source().len())).len());
        let mut outside = starts.filter(|at| !tops().any(|top| top.whole.contains(at)));
        outside.any(|at| is_of_body(document, fragment, target, at))
    };
    starts.any(|at| is_of_body(document, fragment, target, at)) || tops().all(is_local) && stands_beside()
}

/// Whether the line at an offset of a text is one of the old body's.
fn is_of_body(document: &Document, fragment: &Document, target: &Definition, at: usize) -> bool {
    let body = target.body.clone().filter(|_| target.kind.is_callable()).map(|body| document.slice(body));
    let line = line_at(fragment, at);
    let header = usize::from(fragment.language().body == BodyForm::Braces);
    line.len() > 1 && body.is_some_and(|body| body.lines().skip(header).any(|old| old.trim() == line))
}

/// The line from an offset on, without blanks around it.
fn line_at(fragment: &Document, at: usize) -> &str {
    fragment.slice(at..fragment.source().len()).lines().next().unwrap_or_default().trim()
}

/// Where a text's first line of code starts.
fn first_code(fragment: &Document) -> Option<usize> {
    let comments = &fragment.outline().comments;
    let in_comment = |at: usize| comments.iter().any(|comment| comment.contains(&at));
    let starts = fragment.source().split_inclusive('\n').scan(0, |end, line| {
        let start = *end + line.len() - line.trim_start().len();
        *end += line.len();
        Some(start)
    });
    starts.into_iter().find(|start| line_at(fragment, *start).len() > 1 && !in_comment(*start))
}

/// Whether what a text defines stands, with the same first line, beside the target: it was sent in the target's place.
fn is_sibling(document: &Document, fragment: &Document, target: &Definition, found: &Definition) -> bool {
    let line = line_at(fragment, found.outer.start);
    document.outline().definitions.iter().any(|other| {
        other.name == found.name
            && other.kind == found.kind
            && other.path == target.path
            && (other.whole.end <= target.whole.start || target.whole.end <= other.whole.start)
            && line_at(document, other.outer.start) == line
    })
}

/// The name of the first definition of a text that has none but siblings of the target, which has members: one may be called the
/// same. In a body, statements may stand beside what looks like a sibling.
fn only_sibling(document: &Document, fragment: &Document, target: &Definition) -> Option<String> {
    let tops: Vec<&Definition> = fragment.outline().top_level_in(0..fragment.source().len()).collect();
    let all = !target.kind.is_callable() && tops.iter().all(|top| is_sibling(document, fragment, target, top));
    tops.first().filter(|_| all).map(|first| first.title())
}

/// The name of the first definition of a text that consists of definitions.
fn only_definition(document: &Document, fragment: &Document, target: &Definition) -> Option<String> {
    let outline = fragment.outline();
    let all = 0..fragment.source().len();
    let is_sibling = |found: &Definition| is_sibling(document, fragment, target, found);
    // A variable at the top may be the first statement of a body.
    let tops: Vec<&Definition> = (outline.top_level_in(all))
        .filter(|d| !d.name.is_empty() && (d.kind != DefinitionKind::Variable || is_sibling(d)))
        .collect();
    let covered: usize = tops.iter().map(|definition| definition.whole.len()).sum::<usize>()
        + outline.imports.iter().map(|range| range.len()).sum::<usize>();
    // Constants stand among the statements of a body too.
    let is_local = |kind: DefinitionKind| matches!(kind, DefinitionKind::Constant | DefinitionKind::Group);
    let first = tops.iter().find(|first| !(target.kind.is_callable() && is_local(first.kind)) || is_sibling(first))?;
    (covered * 2 > fragment.source().trim().len()).then(|| match &first.overload {
        Some(types) if first.name == target.name => format!("{}({types})", first.name),
        _ => first.title(),
    })
}

fn readings(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    found: &Definition,
    reading: Reading,
) -> Vec<Candidate> {
    if tail_is_lost(question, fragment, target, found) {
        return Vec::new();
    }
    if let Some(merged) = members::align_dropped(question, fragment, target, found) {
        return merged;
    }
    texts(question, fragment, target, found)
        .into_iter()
        .map(|text| {
            let mut candidate = rewrite(question, text, reading);
            if question.promise.allows_imports() {
                let own = Edit::new(question.scope.range.clone(), candidate.output.clone());
                candidate.edits = companions(question, fragment, &[found], own);
            }
            candidate
        })
        .collect()
}

/// The definition found, set where the old one stands, each variant with what it left out before itself.
pub(super) fn texts(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    found: &Definition,
) -> Vec<String> {
    let meant = Definition { whole: meant_start(question, fragment, found)..found.whole.end, ..found.clone() };
    let found = &after_label(question, fragment, target, &meant);
    let mut block = Block::of(fragment, found.whole.start..meant_end(fragment, found));
    let trivia_lines = fragment.slice(found.whole.start..found.outer.start).matches('\n').count();
    let head_line =
        fragment.slice(found.whole.start..after_attributes(fragment, fragment.outline(), found)).matches('\n').count();
    block.head = head_line;
    let kept = Kept::of(question, fragment, target, found);
    let prefix = Prefix::of(question.document, fragment, target, found);
    let place = place_of(question);
    let set = |text: String| kept.put(&prefix.put(&text, head_line), trivia_lines);
    block.variants(&place).into_iter().map(set).collect()
}
