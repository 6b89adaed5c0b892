//! What is wrong with a tree, counted so that two states of a file can be compared. Refuses to demand a file without errors.

use std::collections::HashMap;
use std::ops::Range;

use tree_sitter::Node;

use super::tokens::push_children;
use super::{BodyForm, Document};

/// The syntax errors of a document: nodes that the parser could not place or had to make up, and in languages whose
/// layout is syntax also bodies without a statement and statements of one body in different columns.
#[derive(Debug, Default)]
pub struct Census {
    problems: Vec<Problem>,
    /// There is no tree, so nothing can be said for the text.
    unread: bool,
}

#[derive(Debug, Clone)]
struct Problem {
    /// What makes two problems the same one: node kind, parent kind and nearby text.
    key: (String, String, String),
    /// Line of the document, from 0.
    line: usize,
    sentence: String,
}

impl Census {
    /// Counts the problems of a document; layout is looked at within `layout` (bytes) only.
    pub fn of(document: &Document, layout: Range<usize>) -> Census {
        let Some(tree) = document.tree() else { return Census { unread: true, ..Census::default() } };
        let mut census = Census::default();
        census.visit(document, tree.root_node());
        if document.language().body == BodyForm::Indented {
            census.visit_layout(document, tree.root_node(), &layout);
        }
        census
    }

    /// Whether a stretch that the parser could not place ends within `range` (bytes): what it holds is lost to what follows.
    pub fn swallows(document: &Document, range: Range<usize>) -> bool {
        let Some(tree) = document.tree() else { return false };
        let mut open = vec![tree.root_node()];
        while let Some(node) = open.pop() {
            if !node.has_error() || node.start_byte() > range.end || node.end_byte() < range.start {
                continue;
            }
            if node.is_error() && range.start < node.end_byte() && node.end_byte() <= range.end {
                return true;
            }
            push_children(&mut open, node);
        }
        false
    }

    /// How many problems there are.
    pub fn len(&self) -> usize {
        self.problems.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether each problem is one of `before`, counting equal ones.
    pub fn is_part_of(&self, before: &Census) -> bool {
        self.new_ones(before).is_empty()
    }

    /// The first problem that `before` did not have, counting equal ones: line from 0, and a sentence.
    pub fn first_new(&self, before: &Census) -> Option<(usize, &str)> {
        if self.unread {
            return Some((0, "it nests deeper than code does"));
        }
        if self.len() <= before.len() && self.is_empty() {
            return None;
        }
        let new = self.new_ones(before);
        // Recovery may place or word an old error anew; as many as before, none of them more, is not worse.
        if self.len() < before.len() {
            return None;
        }
        new.first().map(|problem| (problem.line, problem.sentence.as_str()))
    }

    fn new_ones(&self, before: &Census) -> Vec<&Problem> {
        let mut known: HashMap<&(String, String, String), usize> = HashMap::new();
        for problem in &before.problems {
            *known.entry(&problem.key).or_default() += 1;
        }
        let is_new = |problem: &&Problem| match known.get_mut(&problem.key) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        self.problems.iter().filter(is_new).collect()
    }

    /// Looks at every node that holds an error. By a list, not by recursion: text may nest deeper than a stack.
    fn visit(&mut self, document: &Document, root: Node<'_>) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if !node.has_error() {
                continue;
            }
            let rest = open.len();
            push_children(&mut open, node);
            let is_inside = open.iter().skip(rest).any(Node::has_error);
            self.note_error(document, node, is_inside);
        }
    }

    fn note_error(&mut self, document: &Document, node: Node<'_>, is_inside: bool) {
        let parent = || node.parent().map(|parent| parent.kind().to_owned()).unwrap_or_default();
        if node.is_missing() {
            let sentence = format!("missing `{}`", node.kind());
            self.push(("missing".to_owned() + node.kind(), parent(), near(document, node)), node, sentence);
        } else if node.is_error() {
            let text: String = document.slice(node.byte_range()).chars().take(40).collect();
            let sentence = format!("cannot make sense of `{}`", text.lines().next().unwrap_or_default().trim());
            self.push(("error".to_owned(), parent(), text), node, sentence);
        } else if !is_inside {
            // The parser made up a token that trees do not show, a line's end for one.
            let text: String = document.slice(node.byte_range()).chars().take(40).collect();
            let sentence = format!("something is missing in `{}`", text.lines().next().unwrap_or_default().trim());
            self.push(("incomplete".to_owned() + node.kind(), parent(), text), node, sentence);
        }
    }

    fn visit_layout(&mut self, document: &Document, root: Node<'_>, within: &Range<usize>) {
        self.check_margin(document, root, within);
        let mut cursor = root.walk();
        // Each node on its way down, with one cursor for all of them: a file has many.
        let mut above = vec![root];
        loop {
            let node = cursor.node();
            let is_within = node.end_byte() >= within.start && node.start_byte() <= within.end;
            // The field, not the node's name, says that this is a suite: every compound statement has one.
            if let (Some("body" | "consequence" | "alternative"), Some(owner)) = (cursor.field_name(), above.last()) {
                self.check_suite(document, *owner, node);
            }
            if is_within && cursor.goto_first_child() {
                above.push(node);
                continue;
            }
            while !cursor.goto_next_sibling() {
                above.pop();
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    /// Statements of the file itself begin in column 0, which the grammar does not ask for.
    fn check_margin(&mut self, document: &Document, root: Node<'_>, within: &Range<usize>) {
        let mut cursor = root.walk();
        for child in root.named_children(&mut cursor).filter(|child| !child.is_extra() && !child.is_error()) {
            let inside = child.start_byte() >= within.start && child.start_byte() < within.end;
            let indented = child.start_position().column > 0;
            if inside && indented && super::trivia::starts_its_line(document, child.start_byte()) {
                let text: String = document.slice(child.byte_range()).chars().take(40).collect();
                let sentence = "an indented statement where no block is open".to_owned();
                self.push(("indented".to_owned(), root.kind().to_owned(), text), child, sentence);
            }
        }
    }

    fn check_suite(&mut self, document: &Document, owner: Node<'_>, suite: Node<'_>) {
        let mut cursor = suite.walk();
        let mut columns = suite
            .named_children(&mut cursor)
            .filter(|child| !child.is_extra())
            .filter(|child| super::trivia::starts_its_line(document, child.start_byte()))
            .map(|child| (child.start_position().column, child));
        let first = columns.next();
        let uneven = first.and_then(|(column, _)| columns.find(|(other, _)| *other != column));
        if suite.named_child_count() == 0 && suite.start_byte() == suite.end_byte() {
            let header: String = document.slice(owner.start_byte()..suite.start_byte()).chars().take(40).collect();
            self.push(
                ("empty".to_owned(), owner.kind().to_owned(), header),
                owner,
                "a body without a statement".to_owned(),
            );
        } else if let Some((_, statement)) = uneven {
            let text: String = document.slice(statement.byte_range()).chars().take(40).collect();
            self.push(
                ("uneven".to_owned(), suite.kind().to_owned(), text),
                statement,
                "statements of one body in different columns".to_owned(),
            );
        }
    }

    fn push(&mut self, key: (String, String, String), node: Node<'_>, sentence: String) {
        self.problems.push(Problem { key, line: node.start_position().row, sentence });
    }
}

fn near(document: &Document, node: Node<'_>) -> String {
    node.prev_sibling()
        .map(|previous| document.slice(previous.byte_range()).chars().rev().take(24).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn census(id: &str, text: &str) -> Census {
        let document = Document::new(Language::by_id(id).unwrap(), text, None);
        Census::of(&document, 0..text.len())
    }

    #[test]
    fn counts_made_up_tokens_too() {
        assert_eq!(census("rust", "fn a() { f(1; }\n").len(), 1);
        assert!(census("rust", "fn a() { f(1); }\n").is_empty());
        assert_eq!(census("python", "def f():\n    -a,3b:c\n").len(), 1, "a line's end, which trees do not show");
    }

    #[test]
    fn an_old_error_is_not_news() {
        let before = census("rust", "fn a( {\n}\nfn b() { 1 }\n");
        assert!(!before.is_empty());
        assert_eq!(census("rust", "fn a( {\n}\nfn b() { 2 }\n").first_new(&before), None);
        assert!(census("rust", "fn a( {\n}\nfn b() { 2 \n").first_new(&before).is_some());
    }

    #[test]
    fn sees_layout_that_the_grammar_lets_pass() {
        for text in [
            "def f():",
            "def f():\nx = 1\n",
            "class A:\n    def f(self):\n        if x:\n\n    def g(self):\n        pass\n",
            "def f():\n    if x:\n\ny = 2\n",
            "def f():\n    x = 1\n      y = 2\n",
            "def f():\n    if x:\n    y = 2\n",
            "def f():\n    # only a comment\n",
            " x = 1\n\ny = 2\n",
        ] {
            assert!(!census("python", text).is_empty(), "{text:?}");
        }
        for text in [
            "def f():\n    x = 1; y = 2\n",
            "def f(): pass\n",
            "if a:\n  b\nelse:\n    c\n",
            "def f():\n    x = (1,\n  2)\n    # c\n  # odd comment\n    return x\n",
        ] {
            assert!(census("python", text).is_empty(), "{text:?} {:?}", census("python", text));
        }
    }
}
