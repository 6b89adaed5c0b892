//! Which definition of an answer is the one that was asked about, and where in the answer it starts and ends. Refuses to set it
//! anywhere.

use super::Question;
use crate::syntax::{BodyForm, Census, Definition, DefinitionKind, Document, Outline};
use crate::text::{base_indent, leading_whitespace, line_matches};

/// The definition of a fragment that is `target`: same kind and name, then by how much of its path agrees, by its place
/// among namesakes, and by likeness.
pub(super) fn find<'f>(document: &Document, fragment: &'f Document, target: &Definition) -> Option<&'f Definition> {
    let squeezed = |name: &str| name.split_whitespace().collect::<String>();
    let name = squeezed(&target.name);
    let same_kind = |kind: DefinitionKind| kind == target.kind || (kind.is_callable() && target.kind.is_callable());
    let namesakes: Vec<&Definition> = fragment
        .outline()
        .definitions
        .iter()
        .filter(|definition| same_kind(definition.kind) && squeezed(&definition.name) == name)
        .filter(|definition| definition.owner == target.owner && !is_other_overload(document, definition, target))
        .filter(|definition| !is_member_call(fragment, definition) || is_member_call(document, target))
        .filter(|definition| !is_of_another(document, definition, target))
        .collect();
    let old: Vec<&str> = document.slice(target.whole.clone()).lines().collect();
    let likeness = |definition: &Definition| {
        let new: Vec<&str> = fragment.slice(definition.whole.clone()).lines().collect();
        line_matches(&old, &new, str::trim).iter().flatten().count()
    };
    let path = |definition: &Definition| {
        let tail =
            |path: &[(DefinitionKind, String)]| path.iter().rev().map(|(_, name)| squeezed(name)).collect::<Vec<_>>();
        tail(&definition.path).iter().zip(&tail(&target.path)).take_while(|(a, b)| a == b).count()
    };
    let same_path =
        |definition: &Definition| definition.path.len() == target.path.len() && path(definition) == target.path.len();
    // A scope found at a cursor does not know which of its namesakes it is.
    let own_ordinal = match namesakes.len() > 1 {
        true => document.outline().definition_over(&target.node).map_or(0, |definition| definition.ordinal),
        false => 0,
    };
    let ordinal = |definition: &Definition| namesakes.len() > 1 && definition.ordinal == own_ordinal;
    let is_alike = |definition: &Definition| definition.body.is_some() == target.body.is_some();
    // Where one stands in another, their paths say only that; the one that has more of the old lines is meant.
    let holds = |outer: &Definition| {
        namesakes.iter().any(|inner| outer.node.start < inner.node.start && inner.node.end <= outer.node.end)
    };
    let nested = namesakes.iter().any(|definition| holds(definition));
    // The first of equals: an answer that repeats itself means what it said first.
    let found = namesakes.iter().copied().rev().max_by_key(|definition| {
        let same_types = definition.overload == target.overload;
        let lines = likeness(definition);
        let surely = if nested { lines } else { 0 };
        (surely, path(definition), same_path(definition), same_types, is_alike(definition), ordinal(definition), lines)
    })?;
    // A signature and what implements it are two: one does not take the other's place.
    let other_is_meant = !is_alike(found)
        && document.outline().definitions.iter().any(|other| {
            other.is_same_as(target) && other.node != target.node && other.body.is_some() == found.body.is_some()
        });
    (!other_is_meant).then_some(found)
}

/// Whether a definition's header names it as a member of something and in no other way: in broken code a call may look like a
/// definition.
fn is_member_call(document: &Document, definition: &Definition) -> bool {
    let (header, name) = (document.slice(definition.header()), definition.name.as_str());
    let start = definition.header().start;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts: Vec<usize> = header
        .match_indices(name)
        .map(|(at, _)| at)
        .filter(|at| !header[at + name.len()..].starts_with(is_word) && !header[..*at].ends_with(is_word))
        .collect();
    !starts.is_empty() && starts.iter().all(|at| document.slice(0..start + at).ends_with('.'))
}

/// Whether a namesake is a member of something that is not around the target, and that has one in the file, too.
fn is_of_another(document: &Document, found: &Definition, target: &Definition) -> bool {
    let Some(owner) = found.path.last().filter(|owner| !target.path.contains(owner)) else { return false };
    let same = |other: &Definition| other.name == target.name && other.kind == target.kind;
    document.outline().definitions.iter().any(|other| same(other) && other.path.last() == Some(owner))
}

/// Whether a namesake takes the parameters that another of the file takes, and not the target's: then it is that one.
fn is_other_overload(document: &Document, found: &Definition, target: &Definition) -> bool {
    found.overload != target.overload
        && document
            .outline()
            .definitions
            .iter()
            .any(|other| other.is_same_as(target) && other.overload == found.overload && other.node != target.node)
}

/// What an operator may start with; a comment may start with any other.
const OPERATORS: [char; 10] = ['&', '|', '+', '=', '<', '>', '?', '.', '%', '^'];

/// Whether a broken text goes on behind what its parse takes for all of the new definition: on its last line, or with lines of the
/// old one.
pub(super) fn tail_is_lost(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    found: &Definition,
) -> bool {
    let end = meant_end(fragment, found);
    let rest = fragment.slice(end..fragment.source().len());
    let old: Vec<&str> = question.scope.text(question.document).lines().map(str::trim).collect();
    // A header without its body was cut, as whoever checks it will see.
    let whole = found.body.is_some() || target.body.is_none();
    // What stands in another definition is that one's, whatever it has in common with this one.
    let is_others = |at: usize| fragment.outline().definitions.iter().any(|other| other.whole.contains(&at));
    let goes_on = || {
        let mut at = end;
        rest.split_inclusive('\n').any(|line| {
            let content = at + (line.len() - line.trim_start().len());
            at += line.len();
            line.contains(char::is_alphanumeric) && old.contains(&line.trim()) && !is_others(content)
        })
    };
    // What stands behind it on its last line: a quote or a bracket is missing in it, or what its last operator was for.
    let is_rest = |line: &str| line.contains(char::is_alphanumeric) || line.trim_start().starts_with(OPERATORS);
    let breaks_off = || rest.lines().next().is_some_and(is_rest) && !is_comment(fragment, end);
    // The census of a long text takes as long as all else.
    whole
        && !rest.trim().is_empty()
        && (goes_on() || breaks_off())
        && !Census::of(fragment, 0..fragment.source().len()).is_empty()
}

/// Whether nothing but blanks stands between a place and a comment.
fn is_comment(fragment: &Document, at: usize) -> bool {
    let rest = fragment.slice(at..fragment.source().len());
    let start = at + rest.len() - rest.trim_start().len();
    fragment.outline().comments.iter().any(|comment| comment.contains(&start))
}

/// Where a definition was meant to start: a comment such as `// ... other methods` above it stands for what the answer left out
/// before it, and does not belong to it.
pub(super) fn meant_start(question: &Question<'_>, fragment: &Document, found: &Definition) -> usize {
    let language = fragment.language();
    let old = question.scope.text(question.document);
    let mut start = found.whole.start;
    for comment in &Outline::of(fragment, Some(found.whole.start..found.outer.start)).comments {
        let text = fragment.slice(comment.clone()).trim();
        let words = language.comment_marks.iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text).trim_start();
        let leaves_out = (words.starts_with("...") || words.starts_with('…')) && !old.contains(text);
        if comment.start != start || !leaves_out {
            break;
        }
        let rest = fragment.slice(comment.end..found.outer.end);
        start = comment.end + rest.len() - rest.trim_start().len();
    }
    start
}

/// The definition found without a first comment that only says what the answer is: a path, `// Refactored version`.
pub(super) fn after_label(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    found: &Definition,
) -> Definition {
    let mut found = found.clone();
    let head = fragment.slice(found.whole.start..found.outer.start);
    let Some((first, rest)) = head.split_once('\n') else {
        return found;
    };
    let language = fragment.language();
    let plain = !language.documentation_marks.iter().any(|mark| first.starts_with(mark));
    let known = question.document.slice(target.whole.clone()).contains(first.trim());
    if plain && !known && language.comment_marks.iter().find_map(|mark| first.strip_prefix(mark)).is_some_and(is_label)
    {
        found.whole.start = found.outer.start - rest.trim_start().len();
    }
    found
}

/// Whether a comment's text names a file or calls what follows a version of something.
fn is_label(comment: &str) -> bool {
    const ADJECTIVES: [&str; 10] = [
        "refactored",
        "updated",
        "improved",
        "optimized",
        "fixed",
        "modified",
        "corrected",
        "revised",
        "simplified",
        "new",
    ];
    const NOUNS: [&str; 7] = ["version", "function", "code", "method", "implementation", "class", "definition"];
    let text = comment.trim().trim_end_matches([':', '.']).to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let path = text.strip_prefix("file:").or(text.strip_prefix("filename:")).unwrap_or(&text).trim();
    let is_path = !path.contains(' ') && path.contains('/') && !path.contains("//");
    let says_version = words.len() <= 4
        && words.first().is_some_and(|word| ADJECTIVES.contains(word))
        && words.iter().skip(1).any(|word| NOUNS.contains(word));
    is_path || says_version
}

/// Where a definition was meant to end. In a language whose layout is syntax, a line in the wrong column ends a body too early:
/// the deeper lines that follow belong to it, and whoever checks the whole will see what is wrong with it.
pub(super) fn meant_end(fragment: &Document, found: &Definition) -> usize {
    let end = found.outer.end;
    let source = fragment.source();
    if fragment.language().body == BodyForm::Braces {
        return end;
    }
    let base = base_indent(source, found.outer.start).len();
    let starts_other = |at: usize| {
        let outline = fragment.outline();
        outline.definitions.iter().any(|other| other.whole.start == at || other.outer.start == at)
            || outline.comments.iter().any(|comment| comment.start == at)
    };
    let mut meant = end;
    let mut at = end;
    for line in source.get(end..).unwrap_or_default().split_inclusive('\n') {
        let blanks = leading_whitespace(line).len();
        let is_own_line = at > end && !line.trim().is_empty();
        if is_own_line && (blanks <= base || starts_other(at + blanks)) {
            break;
        }
        if is_own_line {
            meant = at + line.trim_end().len();
        }
        at += line.len();
    }
    meant
}
