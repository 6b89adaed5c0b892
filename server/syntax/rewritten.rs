//! Documents that have most of their text from another one, parsed from its tree. Refuses a tree that shows how the text came about.

use super::Document;
use crate::text::{Edit, Edits, quick_edits};

/// So many bytes are parsed anew around an edit, as a guess.
const AROUND: usize = 256;

impl Document {
    /// The document after `edits`, under no version. Where all is well the parse starts from the old tree, of which the more is
    /// taken over the less the edits touch; where there are errors it starts anew, as a tree that grew edit by edit recovers from
    /// them in other ways.
    pub fn changed(&self, edits: &Edits) -> Document {
        let edited = |new: Document, edit: &Edit| new.edited(edit.range.clone(), &edit.new, None);
        edits.iter().rev().fold(self.clone(), edited).without_history()
    }

    /// A document of another text in the same language, under no version: [`Document::changed`] by what differs, where that is the
    /// smaller part of it; else one that is parsed when first asked for.
    pub fn rewritten(&self, text: &str) -> Document {
        self.edits_to(text).map_or_else(|| Document::new(self.language(), text, None), |edits| self.changed(&edits))
    }

    /// The edits that make this document's text another one; nothing where they leave too little of it.
    fn edits_to(&self, text: &str) -> Option<Edits> {
        let old = self.source();
        if text.len() < old.len() / 2 || text.len() / 2 > old.len() {
            return None;
        }
        let edits = quick_edits(old, text);
        let parsed_anew: usize = edits.iter().map(|edit| edit.new.len() + AROUND).sum();
        (parsed_anew <= text.len() / 2).then(|| Edits::new(old, edits).ok())?
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::ops::Range;

    use proptest::prelude::*;
    use tree_sitter::Node;

    use super::*;
    use crate::syntax::refreshed::tests::{SAMPLES, TYPED};
    use crate::syntax::tokens::push_children;
    use crate::syntax::{Language, Outline};

    /// All nodes of a document's tree, the root first.
    fn nodes(document: &Document) -> Vec<Node<'_>> {
        let (mut found, mut open) = (Vec::new(), vec![document.tree().unwrap().root_node()]);
        while let Some(node) = open.pop() {
            found.push(node);
            push_children(&mut open, node);
        }
        found
    }

    /// What they are, where, and whether something is wrong inside.
    fn shapes(document: &Document) -> Vec<(u16, Range<usize>, bool)> {
        nodes(document).into_iter().map(|node| (node.kind_id(), node.byte_range(), node.has_error())).collect()
    }

    /// A text long enough for a few edits to be a small part of it.
    fn padded(text: &str) -> String {
        format!("{text}{}", "\n".repeat(2000))
    }

    #[test]
    fn most_of_the_old_tree_is_taken_over() {
        for (id, text, place) in SAMPLES.into_iter().filter(|(id, ..)| *id != "python") {
            let text = padded(text);
            let old = Document::new(Language::by_id(id).unwrap(), &text, None);
            let known: HashSet<usize> = nodes(&old).iter().map(Node::id).collect();
            let new = old.rewritten(&text.replacen(place, &format!("{place}\n"), 1));
            let all = nodes(&new);
            let taken_over = all.iter().filter(|node| known.contains(&node.id())).count();
            assert!(taken_over * 2 > all.len(), "{id}: {taken_over} of {}", all.len());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn a_rewritten_document_is_read_as_a_fresh_one(
            sample in 0..SAMPLES.len(),
            is_asked in any::<bool>(),
            edits in prop::collection::vec((0usize..1000, 0usize..3, 0..TYPED.len()), 0..4),
        ) {
            let (id, text, _) = SAMPLES[sample];
            let (length, text) = (text.lines().count(), padded(text));
            let document = Document::new(Language::by_id(id).unwrap(), &text, None);
            if is_asked { document.outline(); }
            document.tree();
            let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
            for (at, gone, typed) in edits {
                let at = at % length;
                lines.splice(at..(at + gone).min(lines.len()), [TYPED[typed].to_owned()]);
            }
            let new = lines.concat();
            let (rewritten, fresh) = (document.rewritten(&new), Document::new(document.language(), &new, None));
            prop_assert_eq!(rewritten.source(), fresh.source());
            prop_assert_eq!(shapes(&rewritten), shapes(&fresh), "{}: {:?}", id, new);
            prop_assert_eq!(rewritten.outline(), &Outline::of(&fresh, None), "{}: {:?}", id, new);
        }
    }
}
