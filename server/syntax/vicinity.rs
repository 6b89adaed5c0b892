//! A large document without what stands far from a place: whole statements and definitions beside those that hold it are left out,
//! so that the rest parses as it does in the file, in a fraction of the time. Refuses to cut anything in two.

use std::collections::HashSet;
use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::Document;
use super::query::{Reach, each_match};

/// A document with what is left out of it.
#[derive(Debug, Clone)]
pub struct Vicinity {
    document: Document,
    /// In bytes of the whole document, in order.
    left_out: Vec<Range<usize>>,
}

impl Vicinity {
    /// What is near byte `at`: at least `before` bytes before it and `after` bytes behind it. Nothing where that would be nearly all of
    /// the document. Boundaries far from the place come from the last tree, moved along with later edits.
    pub fn of(document: &Document, at: usize, before: usize, after: usize) -> Option<Vicinity> {
        let source = document.source();
        if source.len() < before + after + (before + after) / 4 {
            return None;
        }
        let tree = document.tree_of_before()?;
        let left_out = left_out(document, &tree, at, at.saturating_sub(before)..at.saturating_add(after));
        let saved: usize = left_out.iter().map(Range::len).sum();
        if saved * 5 < source.len() {
            return None;
        }
        let mut text = String::with_capacity(source.len() - saved);
        let mut from = 0;
        for gap in &left_out {
            text.push_str(source.get(from..gap.start)?);
            from = gap.end;
        }
        text.push_str(source.get(from..)?);
        let document = Document::new(document.language(), &text, document.version());
        Some(Vicinity { document, left_out })
    }

    /// What is left, parsed afresh when first asked for.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// A place of the whole document, in bytes, as one of what is left.
    pub fn inside(&self, offset: usize) -> usize {
        let gone = self.left_out.iter().take_while(|gap| gap.start < offset);
        offset - gone.map(|gap| gap.end.min(offset) - gap.start).sum::<usize>()
    }

    /// A place of what is left, in bytes, as one of the whole document.
    pub fn outside(&self, offset: usize) -> usize {
        self.left_out.iter().fold(offset, |offset, gap| if gap.start < offset { offset + gap.len() } else { offset })
    }
}

/// The lines of whole children of blocks around `near` that lie outside it.
fn left_out(document: &Document, tree: &Tree, at: usize, near: Range<usize>) -> Vec<Range<usize>> {
    let blocks = blocks_around(document, tree, at..at);
    let mut gaps = Vec::new();
    let mut node = tree.root_node();
    loop {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        if blocks.contains(&node.id()) {
            gaps.extend(gap_before(document, &children, near.start));
            gaps.extend(gap_after(document, &children, near.end));
        }
        match children.into_iter().find(|child| child.start_byte() <= at && at <= child.end_byte()) {
            Some(inner) => node = inner,
            None => break,
        }
    }
    gaps.sort_by_key(|gap| gap.start);
    gaps
}

fn blocks_around(document: &Document, tree: &Tree, at: Range<usize>) -> HashSet<usize> {
    let mut blocks = HashSet::new();
    each_match(document, document.language().query(), tree.root_node(), Reach::Below(Some(at)), |captures| {
        blocks.extend(captures.iter().filter(|(name, _)| *name == "block").map(|(_, node)| node.id()));
    });
    blocks
}

/// From the first child's line to the line of the last child that begins before the place.
fn gap_before(document: &Document, children: &[Node<'_>], place: usize) -> Option<Range<usize>> {
    let mut lines = lines_of(document, children).filter(|line| *line <= place);
    let first = lines.next()?;
    lines.last().map(|last| first..last)
}

/// From the line of the first child behind the place to the end of the last one.
fn gap_after(document: &Document, children: &[Node<'_>], place: usize) -> Option<Range<usize>> {
    let first = lines_of(document, children).find(|line| *line >= place)?;
    let last = children.iter().rev().find(|child| child.is_named() && !child.is_error())?;
    let end = last.end_byte().min(document.source().len());
    (end > first).then_some(first..end)
}

/// Where lines start that a child of its own begins.
fn lines_of(document: &Document, children: &[Node<'_>]) -> impl Iterator<Item = usize> {
    let own = children.iter().filter(|child| child.is_named() && !child.is_error() && !child.is_missing());
    own.filter_map(|child| {
        let line = document.line_start(child.start_byte().min(document.source().len()));
        document.source().get(line..child.start_byte())?.trim().is_empty().then_some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Census, Language};

    fn near(id: &str, text: &str, before: usize, after: usize) -> (Document, Option<Vicinity>, usize) {
        let at = text.find('|').unwrap();
        let document = Document::new(Language::by_id(id).unwrap(), &text.replacen('|', "", 1), None);
        document.tree();
        let vicinity = Vicinity::of(&document, at, before, after);
        (document, vicinity, at)
    }

    #[test]
    fn leaves_out_whole_neighbours_at_every_level() {
        let many = |name: &str| (0..20).map(|n| format!("    int {name}{n}() {{ return {n}; }}\n")).collect::<String>();
        let text = format!(
            "class A {{\n{}    int f() {{\n        int x = |;\n    }}\n{}}}\nclass B {{ }}\n",
            many("a"),
            many("b")
        );
        let (document, vicinity, at) = near("java", &text, 60, 60);
        let vicinity = vicinity.unwrap();
        let left = vicinity.document().source();
        assert!(left.starts_with("class A {\n    int a") && left.contains("int x = ;") && left.len() < 400, "{left}");
        assert_eq!(vicinity.outside(vicinity.inside(at)), at);
        let problems = |document: &Document| Census::of(document, 0..document.source().len()).len();
        assert_eq!(problems(vicinity.document()), problems(&document));
    }

    #[test]
    fn a_small_document_is_taken_as_it_is() {
        assert!(near("rust", "fn a() {}\nfn b() { | }\nfn c() {}\n", 60, 60).1.is_none());
    }

    #[test]
    fn what_is_left_parses_as_the_file_does_in_every_language() {
        for (id, head, item, middle) in [
            ("rust", "use a::b;\n\n", "fn f() {\n    g();\n}\n\n", "fn h() {\n    let x = 1;|\n}\n\n"),
            ("python", "import a\n\n", "def f():\n    g()\n\n\n", "def h():\n    x = 1|\n\n\n"),
            ("go", "package a\n\n", "func f() {\n\tg()\n}\n\n", "func h() {\n\tx := 1|\n}\n\n"),
            (
                "javascript",
                "import a from 'a';\n\n",
                "function f() {\n  g();\n}\n\n",
                "function h() {\n  let x = 1;|\n}\n\n",
            ),
            (
                "typescript",
                "import a from 'a';\n\n",
                "function f(): void {\n  g();\n}\n\n",
                "const h = () => {\n  return 1;|\n};\n\n",
            ),
        ] {
            let text = format!("{head}{}{middle}{}", item.repeat(40), item.repeat(40));
            let (_, vicinity, at) = near(id, &text, 100, 50);
            let vicinity = vicinity.unwrap();
            let left = vicinity.document();
            assert!(left.source().len() < 400, "{id}: {}", left.source());
            assert!(Census::of(left, 0..left.source().len()).is_empty(), "{id}: {}", left.source());
            let inside = vicinity.inside(at);
            assert_eq!(left.slice(inside - 20..inside), &text[at - 20..at], "{id}");
        }
    }

    #[test]
    fn a_tree_of_a_while_ago_will_do() {
        let item = "fn f() {\n    g();\n}\n\n";
        let text = format!("{}fn h() {{\n    x;\n}}\n\n{}", item.repeat(40), item.repeat(40));
        let mut document = Document::new(Language::by_id("rust").unwrap(), &text, None);
        document.tree();
        let at = text.find("x;").unwrap();
        for (n, letter) in "let y = ".chars().enumerate() {
            document = document.edited(at + n..at + n, &letter.to_string(), None);
        }
        let vicinity = Vicinity::of(&document, at + 8, 100, 50).unwrap();
        assert!(vicinity.document().source().contains("let y = x;") && vicinity.document().source().len() < 400);
    }
}
