//! A text that is only what goes into the old header. Refuses text that is not code, and definitions without a body.

use std::ops::Range;

use super::{Question, is_code, mentions, rewrite, starts_as_scope, worded};
use crate::reply::block::Block;
use crate::reply::companions::companions;
use crate::reply::reading::Text;
use crate::reply::reindent::Place;
use crate::reply::{Candidate, Reading};
use crate::syntax::{
    BodyForm, Definition, DefinitionKind, Document, Outline, code_tokens, identifiers, line_in_string,
};
use crate::text::{Edit, leading_whitespace, line_matches};

/// Readings of `text` as the body of `target`; `declares_namesake` where a namesake in it is known to be the body's own.
pub(super) fn align(
    question: &Question<'_>,
    fragment: &Document,
    target: &Definition,
    text: &Text,
    declares_namesake: bool,
) -> Vec<Candidate> {
    let Some(body) = target.body.clone().filter(|_| target.kind.is_callable()) else {
        return Vec::new();
    };
    // What starts as the definition does is the definition, cut off; but for what its own body starts with.
    if starts_as_scope(question, &text.text) && !declares_namesake {
        return Vec::new();
    }
    let last = fragment.source().trim_end().len().saturating_sub(1);
    let in_comment = fragment.outline().comments.iter().any(|comment| comment.contains(&last));
    let unwrapped = if in_comment { Vec::new() } else { unwrapped(text.text.trim_end()) };
    let nothing = |inner: &String| inner.trim().is_empty();
    if unwrapped.first().is_some_and(nothing) {
        return Vec::new();
    }
    // A variable may be called like the function whose body declares it.
    let is_target =
        |definition: &Definition| definition.name == target.name && definition.kind != DefinitionKind::Variable;
    let mut found = Vec::new();
    let aligned = first_line_aligned(&text.text);
    let mut inners: Vec<&str> = unwrapped.iter().map(String::as_str).collect();
    // Braces are those of the body, but where the body is a block already.
    inners.insert(if is_one_block(question.document.slice(body.clone())) { 0 } else { inners.len() }, &text.text);
    inners.extend(aligned.as_deref());
    for inner in inners {
        let inner = Document::new(fragment.language(), inner, None);
        // Comments alone are no body: they are what was left of a definition that was cut off.
        if code_tokens(&inner, 0..inner.source().len()).is_empty()
            || is_number(inner.source())
            || !is_code(&inner, text.marked)
            || !declares_namesake && inner.outline().definitions.iter().any(is_target)
            || uses_newly(question, &inner, target, &body)
            || is_foreign(question, &inner, &body)
        {
            continue;
        }
        for text in texts(question, &inner, &body) {
            let mut candidate = rewrite(question, text, Reading::Part);
            if question.promise.allows_imports() {
                let own = Edit::new(question.scope.range.clone(), candidate.output.clone());
                candidate.edits = companions(question, &inner, &[], own);
            }
            found.push(candidate);
        }
        // The braces of a body are not a block inside it.
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// Whether a body in braces holds nothing but a block in braces.
fn is_one_block(body: &str) -> bool {
    let inner = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).map(str::trim);
    inner.is_some_and(|inner| inner.starts_with('{') && inner.ends_with('}'))
}

/// Whether a text is a number alone: a line's, more often than a body.
fn is_number(text: &str) -> bool {
    text.trim().chars().all(|c| c.is_ascii_digit())
}

/// Whether a text calls what it would be the body of in a way that the old body does not, by its bare name or as a member,
/// or calls it and has no line of the old body: then it shows its use; not where it is the old body for the most part.
fn uses_newly(question: &Question<'_>, inner: &Document, target: &Definition, body: &Range<usize>) -> bool {
    let new = without_comments(inner, &(0..inner.source().len()), &inner.outline().comments);
    if ![true, false].into_iter().any(|bare| mentions(&new, &target.name, bare)) {
        return false;
    }
    let old = without_comments(question.document, body, &Outline::of(question.document, Some(body.clone())).comments);
    [true, false].into_iter().any(|bare| {
        mentions(&new, &target.name, bare)
            && (!mentions(&old, &target.name, bare) || !shares_line(&new, &old, &target.name))
    }) && !is_mostly(&old, &new)
}

/// Whether a text has names, and none of them is one of the scope's, which has a body of some lines: then it is about something else.
fn is_foreign(question: &Question<'_>, inner: &Document, body: &Range<usize>) -> bool {
    let new = identifiers(inner, 0..inner.source().len());
    let old = identifiers(question.document, question.scope.range.clone());
    !new.is_empty() && new.is_disjoint(&old) && worded(question.document.slice(body.clone())).count() > 2
}

/// A part of a text whose comments, which may name anything, are blanks.
fn without_comments(text: &Document, range: &Range<usize>, comments: &[Range<usize>]) -> String {
    let in_comment = |at: usize| comments.iter().any(|comment| comment.contains(&(range.start + at)));
    let blanked = |(at, c): (usize, char)| if c != '\n' && in_comment(at) { ' ' } else { c };
    text.slice(range.clone()).char_indices().map(blanked).collect()
}

/// Whether two texts have a line of code in common, whatever its depth; one that says no more than how `name` is used, word for
/// word, others for the most part: a name in them may be another one now.
fn shares_line(new: &str, old: &str, name: &str) -> bool {
    let is_use = |line: &str| words(line).any(|word| word == name);
    let old: Vec<&str> = worded(old).collect();
    worded(new).any(|line| old.contains(&line) || !is_use(line) && old.iter().any(|other| is_alike(line, other)))
}

/// Whether a line has two thirds of another's words, in their order, and the other of its.
fn is_alike(line: &str, other: &str) -> bool {
    let (line, other): (Vec<&str>, Vec<&str>) = (words(line).collect(), words(other).collect());
    let both = line_matches(&other, &line, |word| word).iter().flatten().count();
    both >= 2 && both * 3 >= line.len().max(other.len()) * 2
}

/// A line's words: names, keywords, numbers.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether half of a text's lines with words are lines of the old body.
fn is_mostly(old: &str, new: &str) -> bool {
    let (old, new): (Vec<&str>, Vec<&str>) = (worded(old).collect(), worded(new).collect());
    new.iter().filter(|line| old.contains(line)).count() * 2 >= new.len()
}

/// The text with its first line as deep as the shallowest other one, where only that line lost its blanks.
fn first_line_aligned(text: &str) -> Option<String> {
    let (first, rest) = text.trim_matches('\n').split_once('\n')?;
    let blanks = rest.lines().filter(|line| !line.trim().is_empty()).map(leading_whitespace);
    let least = blanks.min_by_key(|blanks| blanks.len()).filter(|least| !least.is_empty())?;
    leading_whitespace(first).is_empty().then(|| format!("{least}{first}\n{rest}\n"))
}

/// The text without the braces around it, or without one that closes what the text did not open.
fn unwrapped(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(inner) = text.strip_suffix('}') {
        found.extend(inner.trim_start().strip_prefix('{').map(str::to_owned));
        found.push(inner.to_owned());
    }
    found
}

fn texts(question: &Question<'_>, inner: &Document, body: &Range<usize>) -> Vec<String> {
    let document = question.document;
    let header = document.slice(question.scope.range.start..body.start);
    let base = &question.scope.base_indent;
    let deeper =
        level_of(document, body).map_or_else(|| format!("{base}{}", question.scope.unit.text()), str::to_owned);
    let lines = document.slice(body.clone()).split('\n').zip(line_in_string(document, body.clone())).skip(1);
    let least = Place::least_of(&deeper, lines).map(str::to_owned);
    let start = document.line_start(body.start);
    let mut old: Vec<&str> = document.slice(start..body.end).split('\n').collect();
    if document.language().body == BodyForm::Braces {
        // The lines of the braces.
        old.pop();
        old = old.split_off(old.len().min(1));
    }
    let place = Place { base: &deeper, unit: question.scope.unit, starts_line: true, least, old };
    let Some(block) = Block::of_all(inner) else {
        return Vec::new();
    };
    // What closes the statement that the body is a part of.
    let tail = document.slice(body.end..question.scope.range.end);
    let expression = match document.language().body {
        BodyForm::Braces if !document.slice(body.clone()).starts_with('{') => {
            block.variants(&Place { base, starts_line: false, least: None, ..place.clone() })
        }
        _ => Vec::new(),
    };
    let (open, close) = edges(document.slice(body.clone()), base);
    let whole = expression.iter().map(|text| format!("{header}{}{tail}", text.trim_end_matches(';')));
    // An expression gives its value; statements give one only by leaving.
    let gives_value = expression.is_empty() || !inner.outline().exits.is_empty();
    let blocks =
        block.variants(&place).into_iter().filter(|_| gives_value).map(|text| match document.language().body {
            BodyForm::Braces => format!("{header}{{{open}{text}{close}}}{tail}"),
            BodyForm::Indented => {
                format!("{}{}{text}", head_before(header, inner), kept_docstring(question, inner, body.start, &deeper))
            }
        });
    whole.chain(blocks).collect()
}

/// The blanks of the statements of a body that has lines of its own; a comment may stand anywhere.
fn level_of<'d>(document: &'d Document, body: &Range<usize>) -> Option<&'d str> {
    let (start, end) = match document.language().body {
        BodyForm::Braces => {
            let inner = document.slice(body.clone()).strip_suffix('}')?;
            (body.start + inner.find('\n')? + 1, body.start + inner.len())
        }
        BodyForm::Indented => (document.line_start(body.start), body.end),
    };
    let comments = Outline::of(document, Some(body.clone())).comments;
    let mut at = start;
    for line in document.slice(start..end).split_inclusive('\n') {
        let first = at + leading_whitespace(line).len();
        at += line.len();
        if !line.trim().is_empty() && !comments.iter().any(|comment| comment.contains(&first)) {
            return Some(leading_whitespace(line));
        }
    }
    None
}

/// The blanks after the opening brace and before the closing one, as the old body has them where it has lines of its own.
fn edges(body: &str, base: &str) -> (String, String) {
    let inner = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or_default();
    let own = "\n".to_owned();
    if inner.trim().is_empty() {
        return (own.clone(), own + base);
    }
    let before = &inner[..inner.len() - inner.trim_start().len()];
    let after = &inner[inner.trim_end().len()..];
    let first = before.rfind('\n').map_or(own.clone(), |at| before[..=at].to_owned());
    (first, after.find('\n').map_or(own + base, |at| after[at..].to_owned()))
}

/// The header's lines with the blank lines and comments that stand before the body, up to what the new body brings itself.
fn head_before<'a>(header: &'a str, inner: &Document) -> &'a str {
    let first = inner.source().trim_start().lines().next().unwrap_or_default().trim_end();
    let end = header.rfind('\n').map_or(header.len(), |at| at + 1);
    let lines = header.get(..end).unwrap_or_default();
    let mut at = 0;
    for line in lines.split_inclusive('\n') {
        if line.trim() == first {
            return &lines[..at];
        }
        at += line.len();
    }
    lines
}

/// The old docstring's lines, where the new body brings none.
fn kept_docstring(question: &Question<'_>, inner: &Document, body_start: usize, indent: &str) -> String {
    let docstring = question.document.outline().docstrings.iter().find(|range| range.start == body_start);
    match docstring.filter(|_| inner.outline().docstrings.is_empty()) {
        Some(range) => format!("{indent}{}\n", question.document.slice(range.clone())),
        None => String::new(),
    }
}
