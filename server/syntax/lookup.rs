//! Definitions around a place, found without a full outline: for lists that must not wait. Refuses to count namesakes.

use tree_sitter::Node;

use super::outline::{captured, definition};
use super::{Definition, Document, Outline};

/// The innermost definitions at a place found without a full outline, outermost first: for lists that must not wait.
/// Names of the path are right; ordinals are not.
pub(super) fn definitions_around(document: &Document, offset: usize) -> Vec<Definition> {
    let Some(tree) = document.tree() else { return Vec::new() };
    let mut found = Vec::new();
    // From the root down: a node does not know its parent, so each step up would search from the root.
    let mut cursor = tree.walk();
    // The first child that does not end before the offset may also start after it. The file itself is no definition, and to ask about
    // it would be to look at everything in it.
    while cursor.goto_first_child_for_byte(offset).is_some() && cursor.node().start_byte() <= offset {
        let node = cursor.node();
        found.extend(definition_of(document, node).or_else(|| definition_after(document, node)));
    }
    found.dedup_by(|a, b| a.node == b.node);
    let mut outline = Outline { definitions: found, ..Outline::default() };
    outline.relate();
    outline.definitions
}

/// Whether a definition is a test or the place of tests, seen from its header alone: for lists that must not wait.
pub fn is_test(document: &Document, definition: &Definition) -> bool {
    let header = definition.whole.start..definition.header().end;
    let outline = Outline::of(document, Some(header));
    let own = |found: &Definition| found.node == definition.node && found.is_test;
    outline.definitions.iter().any(own) || outline.test_modules.iter().any(|(node, _)| *node == definition.node)
}

/// The definition that a node is or wraps.
fn definition_of(document: &Document, node: Node<'_>) -> Option<Definition> {
    let mut own = captured(document, node);
    let mut inner = node;
    // What is wrapped may be a wrapper itself.
    while own.role.is_wrapper && own.kind.is_none() {
        let mut cursor = inner.walk();
        (inner, own) = inner
            .children(&mut cursor)
            .map(|child| (child, captured(document, child)))
            .find(|(_, captured)| captured.kind.is_some() || captured.role.is_wrapper)?;
    }
    definition(document, inner, &own, &|node| captured(document, node).role).map(|found| found.definition)
}

/// The definition that a comment or attribute belongs to.
fn definition_after(document: &Document, node: Node<'_>) -> Option<Definition> {
    captured(document, node).role.trivia?;
    let mut next = node.next_sibling();
    while let Some(candidate) = next {
        // A block whose first comment stands outside it starts with what the comment belongs to.
        let first =
            std::iter::successors(Some(candidate), |node| node.child(0)).find_map(|node| definition_of(document, node));
        if let Some(definition) = first {
            return definition.whole.contains(&node.start_byte()).then_some(definition);
        }
        captured(document, candidate).role.trivia?;
        next = candidate.next_sibling();
    }
    None
}
