//! Running a language's query over a tree. Refuses to know what the captures mean.

use std::collections::HashSet;
use std::ops::Range;

use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, Query, QueryCursor};

use super::Document;

/// How deep below the node matches may start. Code that people write nests some dozens deep, a long chain of operators some
/// hundreds; a query's work grows with the square of the depth, and nobody is to wait for a file made of brackets.
const DEEPEST: u32 = 1000;

/// Where matches are looked for.
pub(super) enum Reach {
    /// In the node and all below it, as far as it touches the range (bytes), if there is one.
    Below(Option<Range<usize>>),
    /// Starting at the node itself only.
    Itself,
    /// The same, as far as a match touches the range (bytes).
    ItselfAt(Range<usize>),
}

/// Hands over each match's captures by name, without those that only serve a condition of the query.
pub(super) fn each_match<'tree>(
    document: &Document,
    query: Option<&'static Query>,
    node: Node<'tree>,
    reach: Reach,
    mut visit: impl FnMut(&[(&'static str, Node<'tree>)]),
) {
    let Some(query) = query else { return };
    let mut cursor = QueryCursor::new();
    cursor.set_max_start_depth(Some(DEEPEST));
    match reach {
        Reach::Below(Some(range)) => {
            cursor.set_byte_range(range);
        }
        Reach::Below(None) => {}
        Reach::Itself => {
            cursor.set_max_start_depth(Some(0));
        }
        Reach::ItselfAt(range) => {
            cursor.set_max_start_depth(Some(0));
            cursor.set_byte_range(range);
        }
    }
    let names = query.capture_names();
    // A piece at a time: most queries need no text, and the text in one piece is not always there.
    let text = |node: Node<'_>| std::iter::once(document.text_of(node.byte_range()));
    let mut matches = cursor.matches(query, node, text);
    while let Some(found) = matches.next() {
        let captures: Vec<(&'static str, Node<'tree>)> = found
            .captures()
            .iter()
            .filter_map(|capture| Some((*names.get(capture.index as usize)?, capture.node)))
            .filter(|(name, _)| !name.starts_with('_'))
            .collect();
        visit(&captures);
    }
}

/// The ids of those nodes that hold statements or definitions side by side.
pub(super) fn blocks(document: &Document, node: Node<'_>, reach: Reach) -> HashSet<usize> {
    let mut ids = HashSet::new();
    each_match(document, document.language().block_query(), node, reach, |captures| {
        ids.extend(captures.iter().map(|(_, node)| node.id()));
    });
    ids
}
