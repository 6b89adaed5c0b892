//! What stands around a place in a tree: brackets, the widest node that begins there, boundaries to cut a text at. Refuses to say
//! what any of it means.

use std::ops::Range;

use tree_sitter::Node;

use super::Document;
use super::tokens::{each_leaf, push_children};

/// A bracket in code, not in a string or a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bracket {
    /// Its byte offset.
    pub at: usize,
    /// One of `([{` and `)]}`; what opens a piece of code inside a string counts as its bracket.
    pub mark: char,
}

impl Bracket {
    /// Whether it opens.
    pub fn opens(self) -> bool {
        matches!(self.mark, '(' | '[' | '{')
    }

    /// The bracket that goes with it.
    pub fn partner(self) -> char {
        match self.mark {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            ')' => '(',
            ']' => '[',
            _ => '{',
        }
    }
}

/// The brackets of `range` (bytes), in order.
pub fn brackets(document: &Document, range: Range<usize>) -> Vec<Bracket> {
    let mut found = Vec::new();
    each_leaf(document, &range, |node| found.extend(bracket(document, node)));
    found.retain(|bracket| range.contains(&bracket.at));
    found
}

/// The bracket that a leaf is.
fn bracket(document: &Document, leaf: Node<'_>) -> Option<Bracket> {
    let text = document.slice(leaf.byte_range());
    let mark = text.chars().last().filter(|mark| "()[]{}".contains(*mark));
    // `${` and `#[` are tokens of their own in some grammars.
    let mark = mark.filter(|_| !leaf.is_named() && text.len() <= 2)?;
    Some(Bracket { at: leaf.end_byte() - 1, mark })
}

/// The same without those of whole nodes that hold no error: what these open they close.
pub fn loose_brackets(document: &Document, range: Range<usize>) -> Vec<Bracket> {
    let mut found = Vec::new();
    let Some(tree) = document.tree() else { return found };
    let mut stack = vec![tree.root_node()];
    while let Some(node) = stack.pop() {
        let (start, end) = (node.start_byte(), node.end_byte());
        let is_whole = range.start <= start && end <= range.end && node.is_named() && !node.has_error();
        if end <= range.start || start >= range.end || is_whole && node.child_count() > 0 {
            continue;
        }
        if node.child_count() == 0 {
            found.extend(bracket(document, node));
            continue;
        }
        push_children(&mut stack, node);
    }
    found.retain(|bracket| range.contains(&bracket.at));
    found
}

/// The widest node that begins at `start`, the whole file apart.
pub fn widest_from(document: &Document, start: usize) -> Option<Range<usize>> {
    let mut node = document.tree()?.root_node();
    loop {
        let mut cursor = node.walk();
        let inner = node.children(&mut cursor).find(|child| child.start_byte() <= start && start < child.end_byte())?;
        if inner.start_byte() == start && !inner.is_error() {
            return Some(inner.byte_range());
        }
        node = inner;
    }
}

/// Where a text that may begin at `from` at the earliest and reaches `to` should begin: with the first node that lies after `from`
/// beside what holds `to`, where that costs no more than half of the text; else with a line. The last tree will do, moved along with
/// later edits.
pub fn begin_at(document: &Document, from: usize, to: usize) -> usize {
    let mut begin = None;
    beside(document, from..to, to, &mut |node| {
        let at = document.line_start(node.start_byte().min(document.source().len()));
        if begin.is_none() && at >= from && at < to {
            begin = Some(at);
        }
    });
    let cheap = |at: &usize| at - from <= (to - from) / 2;
    begin.filter(cheap).unwrap_or_else(|| line_after(document, from).min(to))
}

/// Where a text that begins at `from` and may reach `to` at most should end: behind the last node that ends before `to` beside what
/// holds `from`, where that costs no more than half of the text; else with a line. The last tree will do here, too.
pub fn end_at(document: &Document, from: usize, to: usize) -> usize {
    let mut end = None;
    beside(document, from..to, from, &mut |node| {
        if node.end_byte() <= to && node.end_byte() > from {
            end = end.max(Some(node.end_byte()));
        }
    });
    let cheap = |at: &usize| to - at <= (to - from) / 2;
    end.filter(cheap).unwrap_or_else(|| document.line_start(to).max(from))
}

/// Looks at every node in `range` (bytes, to where it may reach beyond it) beside those that hold `offset`, from the outside in.
fn beside(document: &Document, range: Range<usize>, offset: usize, look: &mut dyn FnMut(Node<'_>)) {
    let Some(tree) = document.tree_of_before() else { return };
    let mut cursor = tree.walk();
    while cursor.goto_first_child_for_byte(range.start).is_some() {
        let mut around = None;
        loop {
            let node = cursor.node();
            if node.start_byte() >= range.end {
                break;
            }
            match node.start_byte() < offset && offset < node.end_byte() {
                true => around = Some(node),
                false => look(node),
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        let Some(around) = around else { return };
        cursor.reset(around);
    }
}

fn line_after(document: &Document, offset: usize) -> usize {
    let rest = document.slice(offset..document.source().len());
    if document.line_start(offset) == offset { offset } else { rest.find('\n').map_or(offset, |end| offset + end + 1) }
}

/// How many bytes stand where the parser could make no sense of them.
pub fn bytes_in_error(document: &Document) -> usize {
    let Some(tree) = document.tree() else { return document.source().len() };
    let (mut open, mut bytes) = (vec![tree.root_node()], 0);
    while let Some(node) = open.pop() {
        if node.is_error() {
            bytes += node.byte_range().len();
        } else if node.has_error() {
            push_children(&mut open, node);
        }
    }
    bytes
}

/// Whether a place lies inside a comment or right behind a line comment; behind a block's closing mark is outside.
pub fn in_comment(document: &Document, offset: usize) -> bool {
    let line = document.line_start(offset)..offset;
    let outline = super::Outline::of(document, Some(line));
    outline.comments.iter().any(|comment| {
        // A line comment goes on behind its last word, and may take in its line's end.
        let text = document.slice(comment.clone()).trim_end_matches(['\r', '\n']);
        let is_line = text.starts_with(document.language().line_comment);
        let end = comment.start + text.len();
        comment.start < offset && (offset < end || is_line && offset == end)
    })
}

/// Whether a place lies inside a string; code that is set into one is none of it.
pub fn in_string(document: &Document, offset: usize) -> bool {
    let strings = super::Outline::of(document, Some(offset..offset)).strings;
    strings.into_iter().any(|string| {
        let is_inside = string.start < offset && offset < string.end;
        let open =
            |range| brackets(document, range).iter().fold(0, |open, own| open + if own.opens() { 1 } else { -1 });
        is_inside && open(string.start..offset) <= 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn document(id: &str, text: &str) -> Document {
        Document::new(Language::by_id(id).unwrap(), text, None)
    }

    #[test]
    fn brackets_in_strings_and_comments_are_text() {
        let text = "function f() { return `a ${g(1)} }`; } // }\n";
        let marks: String =
            brackets(&document("javascript", text), 0..text.len()).iter().map(|bracket| bracket.mark).collect();
        assert_eq!(marks, "(){{()}}");
    }

    #[test]
    fn brackets_of_whole_nodes_are_left_out_where_they_are_sound() {
        let text = "fn a() { f(1); }\nfn b() {\n    g([2]);\n    h(";
        let marks = |range: Range<usize>| -> String {
            loose_brackets(&document("rust", text), range).iter().map(|bracket| bracket.mark).collect()
        };
        let open = marks(0..text.len());
        assert!(open.len() < 9 && open.ends_with('('), "{open}");
        assert_eq!(marks(0..12), "{(");
    }

    #[test]
    fn cuts_between_definitions() {
        let text = "fn a() {\n    one();\n}\n\nfn b() {\n    two();\n    three();\n}\n\nfn c() {}\n";
        let document = document("rust", text);
        let at = |word: &str| text.find(word).unwrap();
        assert_eq!(begin_at(&document, at("one"), at("three")), at("fn b"));
        assert_eq!(begin_at(&document, at("fn b") + 3, at("three")), at("    two"));
        assert_eq!(end_at(&document, at("three"), at("fn c") + 4), at("\n\nfn c"));
    }

    #[test]
    fn knows_a_comment_from_code() {
        let text = "let a = 1; // one\nlet b = 2;\n";
        let document = document("rust", text);
        assert!(in_comment(&document, text.find("one").unwrap() + 3));
        assert!(!in_comment(&document, 4) && !in_comment(&document, text.len() - 2));
    }

    #[test]
    fn knows_a_string_from_code() {
        for (id, text, expected) in [
            ("rust", "fn a() { f(\"o|ne\"); }\n", true),
            ("rust", "fn a() { f(\"one\"|); }\n", false),
            ("python", "x = f(\"a {b|} c\")\n", true),
            ("python", "x = f\"a {b|} c\"\n", false),
            ("python", "x = f\"a {b} |c\"\n", true),
            ("javascript", "f(`a ${b + |c} d`);\n", false),
            ("javascript", "f(`a ${b} |d`);\n", true),
            ("typescript", "f('|');\n", true),
            ("go", "package a\n\nvar x = \"a|\"\n", true),
            ("java", "class A { String x = \"a|\"; }\n", true),
        ] {
            let offset = text.find('|').unwrap();
            assert_eq!(in_string(&document(id, &text.replacen('|', "", 1)), offset), expected, "{id}: {text}");
        }
    }
}
