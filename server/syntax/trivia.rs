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

/// Where the comments and attributes that belong to a node start. A plain comment belongs if it has its lines for itself
/// and no blank line follows it.
pub(super) fn leading_trivia<'tree>(
    document: &Document,
    outer: Node<'tree>,
    classify: &dyn Fn(Node<'tree>) -> (Option<Trivia>, bool),
) -> usize {
    let mut start = outer.start_byte();
    let mut current = outer;
    for _ in 0..MOST_PIECES {
        let Some(previous) = previous_node(current) else { break };
        let (Some(trivia), _) = classify(previous) else { break };
        let gap = document.slice(previous.start_byte()..start).trim_end();
        let between = document.slice(previous.start_byte() + last_line_end(gap, previous)..start);
        let adjacent = between.matches('\n').count() <= 1;
        if !starts_its_line(document, previous.start_byte())
            || (matches!(trivia, Trivia::Comment | Trivia::Directive) && !adjacent)
        {
            break;
        }
        start = previous.start_byte();
        current = previous;
    }
    start
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
