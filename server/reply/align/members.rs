//! Definitions of the answer in the places of their namesakes: members of a scope, or several definitions side by side.
//! Refuses to drop what the answer left out.

use super::found::find;
use super::{Question, parses_somewhere, rewrite};
use crate::reply::block::Block;
use crate::reply::companions::companions;
use crate::reply::reindent::Place;
use crate::reply::{Candidate, Reading};
use crate::syntax::{Definition, DefinitionKind, Document, identifiers};
use crate::text::{Edit, Edits, base_indent};

/// Definitions side by side: each that the answer has takes its namesake's place, the others stay.
pub(super) fn align_run(question: &Question<'_>, fragment: &Document, definitions: &[Definition]) -> Vec<Candidate> {
    let pairs: Vec<(&Definition, &Definition)> =
        definitions.iter().filter_map(|old| Some((old, find(question.document, fragment, old)?))).collect();
    merge(question, fragment, &pairs, Vec::new())
}

/// The text has only members of the scope: methods without their class.
pub(super) fn align_members(question: &Question<'_>, fragment: &Document, target: &Definition) -> Vec<Candidate> {
    // What a broken text still shows of its members is not all that it meant.
    if target.kind.is_callable() || !parses_somewhere(fragment.language(), fragment.source()) {
        return Vec::new();
    }
    let members = members(question.document, target);
    // Members of something that has another name are another thing's.
    let bare = |new: &&Definition| new.path.is_empty();
    let pairs: Vec<(&Definition, &Definition)> =
        members.iter().filter_map(|old| Some((*old, find(question.document, fragment, old).filter(bare)?))).collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    let tops: Vec<&Definition> = fragment.outline().top_level_in(0..fragment.source().len()).collect();
    let new = new_members(question, &members, tops, &pairs);
    merge(question, fragment, &pairs, new)
}

/// The answer has the scope itself, but without some of its members: a fragment, so the members it has are merged in.
/// Nothing where all are there; no readings where the text does not parse, and so hides members rather than leaves them out.
pub(super) fn align_dropped(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    found: &Definition,
) -> Option<Vec<Candidate>> {
    if target.kind.is_callable() {
        return None;
    }
    let old = members(question.document, target);
    let new = members(fragment, found);
    let namesake = |wanted: &Definition| {
        let same = |one: &&&Definition| one.name == wanted.name && is_field(one) == is_field(wanted);
        let fits = |new: &&&Definition| {
            new.overload == wanted.overload && (wanted.overload.is_some() || new.ordinal == wanted.ordinal)
        };
        let alone = old.iter().filter(same).count() == 1 && new.iter().filter(same).count() == 1;
        let mut alike = new.iter().filter(same);
        alike.clone().find(fits).or_else(|| alike.next().filter(|_| alone)).copied()
    };
    let pairs: Vec<(&Definition, &Definition)> = old.iter().filter_map(|old| Some((*old, namesake(old)?))).collect();
    // A field that is gone was left out only if something still names it.
    let named = identifiers(fragment, found.whole.clone());
    let left_out = |old: &&Definition| {
        !pairs.iter().any(|(kept, _)| kept.node == old.node) && (!is_field(old) || named.contains(old.name.as_str()))
    };
    if pairs.is_empty() || !old.iter().any(left_out) {
        return None;
    }
    if !parses_somewhere(fragment.language(), fragment.source()) {
        return Some(Vec::new());
    }
    let new = new_members(question, &old, new, &pairs);
    Some(merge(question, fragment, &pairs, new))
}

/// The definitions directly inside another.
fn members<'d>(document: &'d Document, owner: &Definition) -> Vec<&'d Definition> {
    let Some(body) = owner.body.clone() else {
        return Vec::new();
    };
    document.outline().top_level_in(body).collect()
}

fn new_members<'f>(
    question: &Question<'_>,
    old: &[&Definition],
    candidates: Vec<&'f Definition>,
    pairs: &[(&Definition, &Definition)],
) -> Vec<&'f Definition> {
    if question.promise == crate::reply::Promise::Comments || !old.iter().any(|member| member.kind.is_callable()) {
        return Vec::new();
    }
    let addable = |definition: &&Definition| definition.kind.is_callable() || is_field(definition);
    let paired = |definition: &&Definition| pairs.iter().any(|(_, taken)| taken.node == definition.node);
    candidates
        .into_iter()
        .filter(addable)
        .filter(|definition| !paired(definition))
        .filter(|definition| {
            !old.iter().any(|member| member.name == definition.name && member.overload == definition.overload)
        })
        .collect()
}

fn is_field(definition: &Definition) -> bool {
    definition.kind == DefinitionKind::Field
}

/// The scope with each pair's new text in the old one's place, and `added` after the last pair.
fn merge(
    question: &Question<'_>,
    fragment: &Document,
    pairs: &[(&Definition, &Definition)],
    added: Vec<&Definition>,
) -> Vec<Candidate> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let start = question.scope.range.start;
    let document = question.document;
    let mut edits: Vec<Edit> = Vec::new();
    for (old, new) in pairs {
        let Some(text) = member_text(question, fragment, old, new) else {
            continue;
        };
        edits.push(Edit::new(document.line_start(old.whole.start) - start..old.outer.end - start, text));
    }
    if let Some((last, _)) = pairs.last() {
        let base = base_indent(document.source(), last.outer.start);
        for new in &added {
            let block = Block::of(fragment, new.whole.start..new.outer.end);
            let text = block
                .variants(&Place { base, unit: question.scope.unit, starts_line: true, least: None, old: Vec::new() })
                .into_iter()
                .next();
            if let (Some(text), Some(edit)) = (text, edits.iter_mut().max_by_key(|edit| edit.range.end)) {
                edit.new.push_str("\n\n");
                edit.new.push_str(&text);
            }
        }
    }
    let old = question.scope.text(document);
    let Ok(edits) = Edits::new(old, edits) else {
        return Vec::new();
    };
    let mut candidate = rewrite(question, edits.apply(old), Reading::Merged);
    if question.promise.allows_imports() {
        let taken: Vec<&Definition> = pairs.iter().map(|(_, new)| *new).chain(added).collect();
        candidate.edits =
            companions(question, fragment, &taken, Edit::new(question.scope.range.clone(), candidate.output.clone()));
    }
    vec![candidate]
}

/// The new definition set where the old one stands: of its variants the one that keeps most old lines.
fn member_text(question: &Question<'_>, fragment: &Document, old: &Definition, new: &Definition) -> Option<String> {
    let scope = crate::syntax::Scope::of_definition(question.document, old.clone());
    let inner = Question { scope: &scope, ..*question };
    let old_text: Vec<&str> = scope.text(question.document).lines().collect();
    super::definition::texts(&inner, fragment, old, new).into_iter().rev().max_by_key(|text| {
        crate::text::line_matches(&old_text, &text.lines().collect::<Vec<_>>(), str::trim_end).iter().flatten().count()
    })
}
