//! A large document without what stands far from a place: whole statements and definitions beside those that hold it are left out,
//! so that the rest parses as it does in the file, in a fraction of the time. Refuses to cut anything in two.

use std::collections::HashSet;
use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::Document;
use super::query::{self, Reach};
use crate::text::{Encoding, Position};

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
        let text = document.text();
        if text.len() < before + after + (before + after) / 4 {
            return None;
        }
        let tree = document.tree_of_before()?;
        let left_out = left_out(document, &tree, at, at.saturating_sub(before)..at.saturating_add(after));
        let saved: usize = left_out.iter().map(Range::len).sum();
        if saved * 5 < text.len() {
            return None;
        }
        let mut left = String::with_capacity(text.len() - saved);
        let mut from = 0;
        for gap in &left_out {
            left.push_str(&text.slice(from..gap.start));
            from = gap.end;
        }
        left.push_str(&text.slice(from..text.len()));
        let document = Document::new(document.language(), &left, document.version());
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
    let mut gaps = Vec::new();
    let mut blocks = HashSet::new();
    let mut node = tree.root_node();
    loop {
        blocks.extend(query::blocks(document, node, Reach::ItselfAt(at..at)));
        if blocks.contains(&node.id()) {
            gaps.extend(gap_before(document, node, near.start));
            gaps.extend(gap_after(document, node, near.end));
        } else if node.is_error() {
            gaps.extend(gaps_between_loose_parts(document, node, &near));
        }
        let mut cursor = node.walk();
        // The first that does not end before the place: where it begins behind it, none holds it.
        let is_inside = match at.checked_sub(1) {
            Some(before) => cursor.goto_first_child_for_byte(before).is_some(),
            None => cursor.goto_first_child(),
        };
        if !is_inside {
            break;
        }
        match cursor.node() {
            inner if inner.start_byte() <= at => node = inner,
            _ => break,
        }
    }
    gaps.retain(|gap| gap.start < gap.end);
    gaps.sort_by_key(|gap| gap.start);
    gaps
}

/// From the first child's line to the line of the last child that begins before the place.
fn gap_before(document: &Document, block: Node<'_>, place: usize) -> Option<Range<usize>> {
    let mut cursor = block.walk();
    let mut more = cursor.goto_first_child();
    let mut first = None;
    while more && first.is_none() && cursor.node().start_byte() <= place {
        first = line_of(document, cursor.node());
        more = cursor.goto_next_sibling();
    }
    let first = first?;
    // Siblings before one are counted from the first: the one before is looked for by its last byte.
    let mut at = place;
    loop {
        cursor.reset(block);
        if cursor.goto_first_child_for_byte(at).is_none() && !cursor.goto_last_child() {
            return None;
        }
        let start = cursor.node().start_byte();
        if let Some(line) = line_of(document, cursor.node()).filter(|line| *line <= place) {
            return (line > first).then_some(first..line);
        }
        let before = document.slice(first..start.min(at)).trim_end().len();
        at = (first + before).checked_sub(1).filter(|_| before > 0)?;
    }
}

/// From the line of the first child behind the place to the end of the last one.
fn gap_after(document: &Document, block: Node<'_>, place: usize) -> Option<Range<usize>> {
    let mut cursor = block.walk();
    let mut more = cursor.goto_first_child_for_byte(place).is_some();
    let mut first = None;
    while more && first.is_none() {
        first = line_of(document, cursor.node()).filter(|line| *line >= place);
        more = cursor.goto_next_sibling();
    }
    let first = first?;
    cursor.reset(block);
    let mut more = cursor.goto_last_child();
    while more && !is_own(cursor.node()) {
        more = cursor.goto_previous_sibling();
    }
    let end = cursor.node().end_byte().min(document.text().len());
    (more && end > first).then_some(first..end)
}

/// An unfinished line may have the parser take all of a file for loose parts: whole definitions among the tokens of what it could not
/// place. Of each run of whole children on lines of their own, with no such token between them, the last one on either side of the
/// place stays.
fn gaps_between_loose_parts(document: &Document, error: Node<'_>, near: &Range<usize>) -> Vec<Range<usize>> {
    let mut gaps = Vec::new();
    let mut runs: [Option<(Node<'_>, Node<'_>)>; 2] = [None, None];
    let mut end_runs = |runs: &mut [Option<(Node<'_>, Node<'_>)>; 2]| {
        for (first, last) in runs.iter_mut().filter_map(Option::take) {
            gaps.extend(line_of(document, first).zip(line_of(document, last)).map(|(start, end)| start..end));
        }
    };
    let mut line_before = None;
    let mut cursor = error.walk();
    for child in error.children(&mut cursor) {
        let (start, end) = (child.start_position(), child.end_position());
        let stands_alone = is_own(child) && line_before.is_none_or(|line| line < start.row);
        // Some nodes take in their line's end.
        line_before = if end.column > 0 { Some(end.row) } else { end.row.checked_sub(1) };
        if !stands_alone {
            end_runs(&mut runs);
            continue;
        }
        let [before, behind] = &mut runs;
        let run = match child.start_byte() {
            at if at <= near.start => before,
            at if at >= near.end => behind,
            _ => continue,
        };
        *run = Some((run.map_or(child, |(first, _)| first), child));
    }
    end_runs(&mut runs);
    gaps.retain(|gap| gap.end <= near.start || gap.start >= near.end);
    gaps
}

fn is_own(child: Node<'_>) -> bool {
    child.is_named() && !child.is_error() && !child.is_missing()
}

/// Where the line starts that a child of its own begins.
fn line_of(document: &Document, child: Node<'_>) -> Option<usize> {
    let text = document.text();
    let start = child.start_byte().min(text.len());
    let line = text.offset(Position { line: text.position(start, Encoding::Utf8).line, character: 0 }, Encoding::Utf8);
    (is_own(child) && text.slice(line..start).trim_matches('\u{feff}').trim().is_empty()).then_some(line)
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
    fn an_unfinished_line_does_not_make_the_whole_file_near() {
        let many = |name: &str| (0..40).map(|n| format!("fn {name}{n}() {{\n    g();\n}}\n\n")).collect::<String>();
        let unfinished = "fn h() {\n    for a in b {\n        c +=|\n    }\n    d\n}\n\n";
        let text = format!("{}{unfinished}{}", many("a"), many("b"));
        let (document, vicinity, at) = near("rust", &text, 60, 60);
        assert!(document.tree().unwrap().root_node().is_error(), "the sample breaks nothing");
        let vicinity = vicinity.unwrap();
        let left = vicinity.document().source();
        assert!(left.contains(&unfinished.replace('|', "")) && left.len() < 400, "{left}");
        assert_eq!(vicinity.outside(vicinity.inside(at)), at);
    }

    #[test]
    fn what_stands_between_loose_parts_stays_where_it_is_no_whole_line() {
        let text = format!("fn a(\n{}fn h() {{\n    b +=|\n}}\n", "    x: u8, y: u8,\n".repeat(40));
        let (_, vicinity, at) = near("rust", &text, 60, 60);
        let left = vicinity.map_or_else(|| text.replace('|', ""), |vicinity| vicinity.document().source().to_owned());
        assert!(left.starts_with("fn a(\n    x: u8, y: u8,\n") && left.contains("b +="), "{at}: {left}");
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
