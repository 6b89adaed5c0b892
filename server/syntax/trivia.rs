//! What stands before a definition and belongs to it. Refuses comments that speak of something else.

use tree_sitter::Node;

use super::Document;

/// Comments and attributes that are looked at, each a line in most languages. To find the node before one takes work for each of
/// its siblings, and a file may hold comments alone.
const MOST_PIECES: usize = 500;

/// How a node that stands before a definition relates to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trivia {
    Comment,
    Doc,
    Attribute,
    /// A comment that speaks to tools: it stands like a comment and is kept like an attribute.
    Directive,
}

/// What a node is to those around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Role {
    /// How it relates to what it stands before.
    pub(super) trivia: Option<Trivia>,
    /// Whether it is one with what it holds.
    pub(super) is_wrapper: bool,
    /// Whether it is a test, or says that what it stands before is one.
    pub(super) is_test: bool,
    /// Whether it says that what it stands before holds the file's tests.
    pub(super) holds_tests: bool,
}

/// The comments and attributes that belong to a node.
pub(super) struct Leading {
    /// Where the first one starts; where the node does if there is none.
    pub(super) start: usize,
    /// Whether one of them says that the node is a test.
    pub(super) is_test: bool,
    /// Whether one of them says that it holds the file's tests.
    pub(super) holds_tests: bool,
}

/// The comments and attributes that belong to a node. A plain comment belongs if it has its lines for itself and no blank line
/// follows it.
pub(super) fn leading_trivia<'tree>(
    document: &Document,
    outer: Node<'tree>,
    role: &dyn Fn(Node<'tree>) -> Role,
) -> Leading {
    let mut leading = Leading { start: outer.start_byte(), is_test: false, holds_tests: false };
    let mut current = outer;
    for _ in 0..MOST_PIECES {
        let Some(previous) = previous_node(current) else { break };
        let Role { trivia: Some(trivia), is_test, holds_tests, .. } = role(previous) else { break };
        // Also where it shares its line with something else.
        leading.is_test |= is_test;
        leading.holds_tests |= holds_tests;
        let gap = document.slice(previous.start_byte()..leading.start).trim_end();
        let between = document.slice(previous.start_byte() + last_line_end(gap, previous)..leading.start);
        let adjacent = between.matches('\n').count() <= 1;
        if !starts_its_line(document, previous.start_byte())
            || (matches!(trivia, Trivia::Comment | Trivia::Directive) && !adjacent)
        {
            break;
        }
        leading.start = previous.start_byte();
        current = previous;
    }
    leading
}

/// Length of a trivia node's text without the line end that some grammars put into a line comment.
fn last_line_end(text: &str, node: Node<'_>) -> usize {
    let length = node.byte_range().len().min(text.len());
    text.get(..length).unwrap_or(text).trim_end().len()
}

/// The node before this one; where this one is the first inside a node that starts with it, the one before that. Some
/// grammars put a comment above the first statement of a block outside the block.
fn previous_node(node: Node<'_>) -> Option<Node<'_>> {
    let mut current = node;
    loop {
        if let Some(previous) = current.prev_sibling() {
            return Some(previous);
        }
        let parent = current.parent()?;
        if parent.start_byte() != current.start_byte() {
            return None;
        }
        current = parent;
    }
}

/// Whether only blanks stand before `offset` on its line.
pub(super) fn starts_its_line(document: &Document, offset: usize) -> bool {
    document.slice(document.line_start(offset)..offset).trim().is_empty()
}
