//! How deep a tree nests: what is deeper than any code is not read. Refuses to look for the exact depth.

use tree_sitter::{Node, Tree};

/// Levels of nodes. A sum of thousands of parts is as deep as it has parts; to find what is around a node takes work that grows
/// with the square of its depth.
const DEEPEST: usize = 4_000;

/// Whether a tree has more levels than code has. Follows the largest child of each node, which is where a text of brackets without end goes on.
pub(super) fn nests_too_deep(tree: &Tree) -> bool {
    let mut cursor = tree.walk();
    let mut inner = largest_of_root(tree);
    for level in 0..DEEPEST {
        // What holds fewer nodes than there are levels left does not reach the last one.
        match inner.filter(|inner| inner.descendant_count() >= DEEPEST - level) {
            Some(node) => inner = node.children(&mut cursor).max_by_key(|child| child.descendant_count()),
            None => return false,
        }
    }
    true
}

/// The largest child of the root, if it holds as many nodes as there may be levels. A file's root has thousands of children, so that
/// not each is looked at: one that large holds one of every so many nodes.
fn largest_of_root(tree: &Tree) -> Option<Node<'_>> {
    let root = tree.root_node();
    let mut cursor = tree.walk();
    let holding = (DEEPEST..root.descendant_count()).step_by(DEEPEST).filter_map(|at| {
        cursor.goto_descendant(at);
        root.child_with_descendant(cursor.node())
    });
    holding.max_by_key(|child| child.descendant_count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Document, Language};

    #[test]
    fn finds_what_nests_too_deep_among_many() {
        let parse = |text: &str| {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&Language::by_id("rust").unwrap().grammar.into()).unwrap();
            parser.parse(text, None).unwrap()
        };
        let many = "fn f() { g(1, 2, 3); }\n".repeat(2_000);
        let sum = |parts: usize| format!("fn s() {{ 1{}; }}\n", " + 1".repeat(parts));
        for (parts, expected) in [(3_000, false), (5_000, true)] {
            for text in [
                sum(parts),
                format!("{}{many}", sum(parts)),
                format!("{many}{}", sum(parts)),
                format!("{many}{}{many}", sum(parts)),
            ] {
                assert_eq!(nests_too_deep(&parse(&text)), expected, "{parts} parts in {} bytes", text.len());
            }
        }
        assert!(Document::new(Language::by_id("rust").unwrap(), &many, None).tree().is_some());
    }
}
