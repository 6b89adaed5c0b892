//! The leaves of a tree: code without its comments, and the names in it. Refuses to interpret them.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::Document;

/// The tokens of `range` (bytes) that are code: comments and docstrings are left out.
pub fn code_tokens(document: &Document, range: Range<usize>) -> Vec<&str> {
    let outline = super::Outline::of(document, Some(range.clone()));
    let skipped: Vec<&Range<usize>> = outline.comments.iter().chain(&outline.docstrings).collect();
    let mut tokens = Vec::new();
    each_leaf(document, &range, |node| {
        let leaf = node.byte_range();
        if !skipped.iter().any(|skip| skip.start <= leaf.start && leaf.end <= skip.end) && !leaf.is_empty() {
            tokens.push(document.slice(leaf));
        }
    });
    tokens
}

/// The names that `range` (bytes) mentions.
pub fn identifiers(document: &Document, range: Range<usize>) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    each_leaf(document, &range, |node| {
        if node.kind().contains("identifier") {
            names.insert(document.slice(node.byte_range()));
        }
    });
    names
}

/// For each line that `range` (bytes) touches, whether the line starts inside a string: its blanks are content.
pub fn line_in_string(document: &Document, range: Range<usize>) -> Vec<bool> {
    let strings = super::Outline::of(document, Some(range.clone())).strings;
    line_within(document, range, &strings)
}

/// For each line that `range` (bytes) touches, whether the line starts inside a comment.
pub fn line_in_comment(document: &Document, range: Range<usize>) -> Vec<bool> {
    let comments = super::Outline::of(document, Some(range.clone())).comments;
    // A line comment may take in its line's end.
    let comments: Vec<Range<usize>> = comments
        .into_iter()
        .map(|comment| comment.start..comment.start + document.slice(comment).trim_end().len())
        .collect();
    line_within(document, range, &comments)
}

fn line_within(document: &Document, range: Range<usize>, parts: &[Range<usize>]) -> Vec<bool> {
    let starts: Vec<usize> =
        document.slice(range.clone()).match_indices('\n').map(|(at, _)| range.start + at + 1).collect();
    let mut inside = vec![false; starts.len() + 1];
    for string in parts {
        let (first, last) =
            (starts.partition_point(|at| *at <= string.start), starts.partition_point(|at| *at < string.end));
        // Entry n + 1 is the line that starts at `starts[n]`.
        inside.get_mut(first + 1..=last).into_iter().flatten().for_each(|entry| *entry = true);
    }
    inside
}

/// Puts a node's children on a stack, the last first, so that they come off in the order of the text. Asking for children by
/// number would walk the list from its start each time.
pub(super) fn push_children<'tree>(stack: &mut Vec<Node<'tree>>, node: Node<'tree>) {
    let mut cursor = node.walk();
    let from = stack.len();
    stack.extend(node.children(&mut cursor));
    if let Some(children) = stack.get_mut(from..) {
        children.reverse();
    }
}

/// Visits the leaves of `range` (bytes) in order, with one cursor for all of them.
pub(super) fn each_leaf<'tree>(document: &'tree Document, range: &Range<usize>, mut visit: impl FnMut(Node<'tree>)) {
    let Some(tree) = document.tree() else { return };
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.start_byte() >= range.end {
            return;
        }
        if node.end_byte() > range.start {
            if cursor.goto_first_child() {
                continue;
            }
            visit(node);
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn tokens(id: &str, text: &str) -> Vec<String> {
        let document = Document::new(Language::by_id(id).unwrap(), text, None);
        code_tokens(&document, 0..text.len()).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn comments_and_docstrings_are_not_code() {
        assert_eq!(tokens("rust", "/// Doc.\nfn a() { /* x */ 1 } // y\n"), tokens("rust", "fn a() { 1 }"));
        assert_eq!(
            tokens("python", "def f():\n    \"\"\"Doc.\"\"\"\n    return 1  # c\n"),
            tokens("python", "def f():\n    return 1\n")
        );
        assert_ne!(tokens("python", "def f():\n    x = \"a\"\n"), tokens("python", "def f():\n    x = \"b\"\n"));
    }

    #[test]
    fn knows_which_lines_start_inside_a_string() {
        let text = "def f():\n    x = \"\"\"a\n  b\n\"\"\"\n    return x\n";
        let document = Document::new(Language::by_id("python").unwrap(), text, None);
        assert_eq!(line_in_string(&document, 0..text.len()), [false, false, true, true, false, false]);
    }
}
