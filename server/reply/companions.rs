//! What comes along with a new scope: helpers that it calls and imports that it uses. Refuses everything else of an answer.

use std::collections::BTreeSet;

use super::align::mentions;
use super::bindings::{bindings, inserted};
use super::block::Block;
use super::imports::wanted;
use super::reindent::Place;
use super::{Container, Question};
use crate::syntax::{Definition, DefinitionKind, Document, identifiers};
use crate::text::{Edit, base_indent};

/// Edits outside the scope for what the definitions `taken` of `fragment` need: helpers unknown to the file, after the scope
/// or after what encloses it, and imports. `scope_edit` is the scope's own and takes in what would touch it.
pub(super) fn companions(
    question: &Question<'_>,
    fragment: &Document,
    taken: &[&Definition],
    scope_edit: Edit,
) -> Vec<Edit> {
    let mut used: BTreeSet<&str> =
        taken.iter().flat_map(|definition| identifiers(fragment, definition.whole.clone())).collect();
    let helpers = match question.promise.allows_helpers() {
        true => helpers(question, fragment, taken, &mut used),
        false => Vec::new(),
    };
    let mut edits = vec![scope_edit];
    if question.promise.allows_helpers() {
        let statements = bindings(question, fragment, taken, &helpers, &mut used);
        edits.extend(inserted(question, fragment, &statements));
    }
    let depth = taken.first().map(|definition| definition.path.len());
    let outer_type = enclosing_type(question);
    let texts: Vec<&str> =
        taken.iter().chain(&helpers).map(|definition| fragment.slice(definition.whole.clone())).collect();
    let is_free = |helper: &Definition| {
        outer_type.is_some()
            && !fragment.language().bare_members
            && texts.iter().any(|text| mentions(text, &helper.name, true))
            && !texts.iter().any(|text| mentions(text, &helper.name, false))
    };
    let (beside, top): (Vec<&Definition>, Vec<&Definition>) =
        helpers.into_iter().partition(|helper| Some(helper.path.len()) == depth && !is_free(helper));
    let outer = outer_type.or(question.scope.enclosing.first());
    insert_after(question, fragment, &beside, question.scope.range.end, &question.scope.base_indent, &mut edits);
    let end = outer.map_or(question.scope.range.end, |definition| definition.outer.end);
    let base = outer.map_or("", |definition| base_indent(question.document.source(), definition.outer.start));
    insert_after(question, fragment, &top, end, base, &mut edits);
    let imports = wanted(question.document, fragment, &used);
    if !imports.is_empty() {
        edits.extend(Container::file(question.document).insert("", &imports));
    }
    edits
}

/// The outermost of the types that stand around the scope, one right in the other: what is no member of them goes behind it.
fn enclosing_type<'q>(question: &Question<'q>) -> Option<&'q Definition> {
    question.scope.enclosing.iter().rev().take_while(|definition| definition.kind.has_methods()).last()
}

/// Definitions of the answer that the file does not have and the taken ones use, directly or through each other.
fn helpers<'f>(
    question: &Question<'_>,
    fragment: &'f Document,
    taken: &[&Definition],
    used: &mut BTreeSet<&'f str>,
) -> Vec<&'f Definition> {
    let language = question.document.language();
    let base = taken.first().map(|definition| definition.path.clone()).unwrap_or_default();
    let mut open: Vec<&'f Definition> = fragment
        .outline()
        .definitions
        .iter()
        .filter(|helper| helper.path.is_empty() || helper.path == base)
        .filter(|helper| {
            !taken.iter().any(|own| own.node.start <= helper.node.start && helper.node.end <= own.node.end)
        })
        .filter(|helper| !helper.is_test && !language.demonstrations.contains(&helper.name.as_str()))
        // What encloses the taken definition in the answer is its wrapping, not a helper.
        .filter(|helper| {
            !taken.iter().any(|own| helper.node.start <= own.node.start && own.node.end <= helper.node.end)
        })
        .collect();
    if !open.is_empty() {
        let in_file = question.document.outline().definitions.iter();
        // What an answer says twice is no helper of itself.
        let known: BTreeSet<_> = in_file.chain(taken.iter().copied()).map(identity).collect();
        let names_of = |group: &Definition| members(fragment, group).map(identity).collect::<Vec<_>>();
        open.retain(|helper| match helper.kind {
            DefinitionKind::Group => !names_of(helper).iter().any(|name| known.contains(name)),
            _ => !known.contains(&identity(helper)),
        });
    }
    let mut kept: Vec<&'f Definition> = Vec::new();
    loop {
        let wanted = |helper: &Definition| match helper.kind {
            DefinitionKind::Impl => kept
                .iter()
                .any(|kept| helper.name == kept.name || helper.name.ends_with(&format!(" for {}", kept.name))),
            DefinitionKind::Group => members(fragment, helper).any(|member| used.contains(member.name.as_str())),
            _ => used.contains(helper.name.as_str()),
        };
        let Some(at) = open.iter().position(|helper| wanted(helper)) else {
            break;
        };
        let helper = open.remove(at);
        used.extend(identifiers(fragment, helper.whole.clone()));
        kept.push(helper);
    }
    kept.sort_by_key(|helper| helper.node.start);
    kept
}

/// What tells two definitions of an answer and a file apart: where namesakes may differ in owner or parameters, those too.
fn identity(definition: &Definition) -> (&str, Option<&str>, Option<&str>) {
    (definition.name.as_str(), definition.owner.as_deref(), definition.overload.as_deref())
}

/// The definitions in a group.
fn members<'f>(fragment: &'f Document, group: &Definition) -> impl Iterator<Item = &'f Definition> {
    let inside = group.node.clone();
    let definitions = fragment.outline().definitions.iter();
    definitions.filter(move |member| inside.start < member.node.start && member.node.end <= inside.end)
}

fn insert_after(
    question: &Question<'_>,
    fragment: &Document,
    helpers: &[&Definition],
    end: usize,
    base: &str,
    edits: &mut Vec<Edit>,
) {
    let source = question.document.source();
    // What follows on the line, a comment for one, stays with it.
    let at = source.get(end..).and_then(|rest| rest.find('\n')).map_or(source.len(), |length| end + length);
    let blank_lines = if base.is_empty() { question.document.language().blank_lines } else { 1 };
    let gap = "\n".repeat(blank_lines + 1);
    let unit = question.scope.unit;
    let mut text = String::new();
    for helper in helpers {
        let block = Block::of(fragment, helper.whole.start..helper.outer.end);
        text.push_str(&gap);
        text.push_str(
            &block
                .variants(&Place { base, unit, starts_line: true, least: None, old: Vec::new() })
                .into_iter()
                .next()
                .unwrap_or_default(),
        );
    }
    if text.is_empty() {
        return;
    }
    match edits.iter_mut().find(|edit| edit.range.end == at) {
        Some(edit) => edit.new.push_str(&text),
        None => edits.push(Edit::new(at..at, text)),
    }
}
