//! How deep a tree nests: what is deeper than any code is not read. Refuses to look for the exact depth.

use tree_sitter::Tree;

/// Levels of nodes. A sum of thousands of parts is as deep as it has parts; to find what is around a node takes work that grows
/// with the square of its depth.
const DEEPEST: usize = 4_000;

/// Whether a tree has more levels than code has. Follows the largest child of each node, which is where a text of brackets without end goes on.
pub(super) fn nests_too_deep(tree: &Tree) -> bool {
    let mut cursor = tree.walk();
    let mut node = tree.root_node();
    for level in 0..DEEPEST {
        // What holds fewer nodes than there are levels left does not reach the last one.
        let inner = node.children(&mut cursor).max_by_key(|child| child.descendant_count());
        match inner.filter(|inner| inner.descendant_count() >= DEEPEST - level) {
            Some(inner) => node = inner,
            None => return false,
        }
    }
    true
}
