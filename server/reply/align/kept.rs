//! What stood before the old definition and the answer left out: comments, attributes, words such as `export`. Refuses to change the
//! definition itself.

use super::Question;
use crate::syntax::{Definition, DefinitionKind, Document, Outline};
use crate::text::leading_whitespace;

/// What stood before the old definition and the answer left out, as whole lines.
pub(super) struct Kept {
    comments: String,
    attributes: String,
}

impl Kept {
    pub(super) fn of(question: &Question<'_>, fragment: &Document, target: &Definition, found: &Definition) -> Kept {
        let new = trivia(fragment, found);
        let old = trivia(question.document, target);
        let none = |text: &str| text.trim().is_empty();
        if none(&new.comments) && none(&new.attributes) && !new.starts_with_attribute {
            return Kept { comments: String::new(), attributes: old.all };
        }
        let comments = if none(&new.comments) { old.comments } else { String::new() };
        let attributes = match none(&new.attributes) && !new.starts_with_attribute {
            // Blank lines alone are none; they stay below a comment that stays.
            true if !none(&old.attributes) || none(&new.comments) => old.attributes,
            _ => String::new(),
        };
        Kept { comments, attributes }
    }

    /// The new text with the kept comments first and the kept attributes right before the definition.
    pub(super) fn put(&self, text: &str, trivia_lines: usize) -> String {
        let split = text.match_indices('\n').nth(trivia_lines.wrapping_sub(1)).map_or(0, |(at, _)| at + 1);
        let (before, definition) = text.split_at(if trivia_lines == 0 { 0 } else { split });
        // Kept attributes go below new comments and above the definition; kept comments above everything.
        format!("{}{before}{}{definition}", self.comments, self.attributes)
    }
}

/// Where a definition goes on behind attributes that are its first part, and comments among them.
pub(super) fn after_attributes(document: &Document, outline: &Outline, definition: &Definition) -> usize {
    let mut at = definition.node.start;
    let parts = || outline.inner_attributes.iter().chain(&outline.comments);
    while let Some(part) = parts().find(|part| part.start == at) {
        let rest = document.slice(part.end..definition.node.end);
        at = part.end + rest.len() - rest.trim_start().len();
    }
    at
}

/// What stands before a definition on its own first line, such as `export`, and what becomes of it.
pub(super) enum Prefix<'a> {
    /// As the answer has it.
    Stays,
    /// The answer left it out: the old one.
    Kept(&'a str),
    /// The answer put one where none can be.
    Dropped(&'a str),
}

impl<'a> Prefix<'a> {
    pub(super) fn of(
        document: &'a Document,
        fragment: &'a Document,
        target: &Definition,
        found: &Definition,
    ) -> Prefix<'a> {
        let (old, new) = (prefix(document, target), prefix(fragment, found));
        let is_wrapped = |definition: &Definition| definition.outer.start < definition.node.start;
        // An answer that wraps other definitions, and this one not, means it.
        let is_meant = || {
            let others = fragment.outline().definitions.iter().filter(|other| other.node != found.node);
            others.filter(|other| other.path.is_empty()).any(is_wrapped)
        };
        let is_inner = target.path.last().is_some_and(|(kind, _)| *kind != DefinitionKind::Module);
        match (old.is_empty(), new.is_empty()) {
            (false, true) if !is_meant() => Prefix::Kept(old),
            (true, false) if is_inner && is_wrapped(found) => Prefix::Dropped(new),
            _ => Prefix::Stays,
        }
    }

    /// A text with what becomes of it, on the line that the definition's own first word is on.
    pub(super) fn put(&self, text: &str, head_line: usize) -> String {
        let start = match head_line.checked_sub(1) {
            Some(above) => text.match_indices('\n').nth(above).map_or(text.len(), |(at, _)| at + 1),
            None => 0,
        };
        let (before, rest) = text.split_at(start);
        let (blanks, own) = rest.split_at(leading_whitespace(rest).len());
        match self {
            Prefix::Stays => text.to_owned(),
            Prefix::Kept(prefix) => format!("{before}{blanks}{prefix}{own}"),
            Prefix::Dropped(prefix) => format!("{before}{blanks}{}", own.strip_prefix(prefix).unwrap_or(own)),
        }
    }
}

fn prefix<'d>(document: &'d Document, definition: &Definition) -> &'d str {
    let head = after_attributes(document, document.outline(), definition);
    document.slice(document.line_start(head).max(definition.whole.start)..head).trim_start()
}

/// The lines before a definition's own, told apart: comments, and attributes or decorators.
struct Before {
    comments: String,
    attributes: String,
    /// Both, in their own order.
    all: String,
    /// Whether an attribute is its first part, be it on a line of its own or not.
    starts_with_attribute: bool,
}

fn trivia(document: &Document, definition: &Definition) -> Before {
    let outline = Outline::of(document, Some(definition.whole.start..definition.header().end));
    let (first, last) = (
        document.line_start(definition.whole.start),
        document.line_start(after_attributes(document, &outline, definition)),
    );
    let starts_with_attribute =
        outline.inner_attributes.iter().any(|attribute| attribute.start == definition.node.start);
    let all = document.slice(first..last).to_owned();
    let mut before = Before { comments: String::new(), attributes: String::new(), all, starts_with_attribute };
    let mut at = first;
    for line in document.slice(first..last).split_inclusive('\n') {
        let content = at + (line.len() - line.trim_start().len());
        let is_comment = outline.comments.iter().any(|range| range.start <= content && content < range.end);
        match is_comment && definition.outer.start > at {
            true => before.comments.push_str(line),
            false => before.attributes.push_str(line),
        }
        at += line.len();
    }
    before
}
