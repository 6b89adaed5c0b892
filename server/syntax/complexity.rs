//! How much there is to understand in a stretch of code, counted from the tree: lines, branches, their nesting, calls.
//! The one place that says what XS to XL mean. Refuses to know a language: control flow is told by its words.

use std::ops::Range;

use tree_sitter::{Node, TreeCursor};

use super::{Document, Outline};

/// Words that start a branch or a loop, in whatever language has them. Only tokens count, not names or text.
const BRANCHES: [&str; 15] = [
    "if", "elif", "elsif", "unless", "for", "foreach", "while", "until", "loop", "match", "switch", "select", "catch",
    "except", "rescue",
];
/// Tokens that choose among expressions or cases: what they hold is no level deeper.
const CHOICES: [&str; 8] = ["case", "&&", "||", "and", "or", "??", "=>", "?"];
/// Parts of the names of nodes in which those words say something else: `impl Trait for Type`, `for<'a>`.
const OTHERWISE: [&str; 2] = ["impl", "lifetime"];
/// What a line, a branch, a level of its nesting and a call count for.
const LINE: u32 = 1;
const BRANCH: u32 = 3;
const NESTING: u32 = 2;
const CALL: u32 = 1;

/// How complex code is, from one-liners to what nobody reads in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Complexity {
    /// Below 10 points: a getter, a constructor.
    ExtraSmall,
    /// Below 30 points: one thing, straight on.
    Small,
    /// Below 80 points: some cases.
    Medium,
    /// Below 200 points: nested cases, or many.
    Large,
    /// From 200 points on.
    ExtraLarge,
}

/// The sizes: name, what it is below (points; the last has no end), what is typical.
const SIZES: [(Complexity, &str, u32, &str); 5] = [
    (Complexity::ExtraSmall, "XS", 10, "a getter, a constructor"),
    (Complexity::Small, "S", 30, "one thing, straight on"),
    (Complexity::Medium, "M", 80, "some cases"),
    (Complexity::Large, "L", 200, "nested cases, or many"),
    (Complexity::ExtraLarge, "XL", u32::MAX, "a whole type or file, or what should be split"),
];

impl Complexity {
    /// All of them, the smallest first.
    pub const ALL: [Complexity; 5] =
        [Complexity::ExtraSmall, Complexity::Small, Complexity::Medium, Complexity::Large, Complexity::ExtraLarge];

    /// `XS`, `S`, `M`, `L` or `XL`.
    pub fn as_str(self) -> &'static str {
        SIZES.iter().find(|(size, ..)| *size == self).map_or("", |(_, name, ..)| name)
    }

    /// The points that it begins with and those that it ends before; nothing where it has no end.
    pub fn points(self) -> (u32, Option<u32>) {
        let below = |size: Complexity| SIZES.iter().find(|row| row.0 == size).map_or(0, |row| row.2);
        let start = SIZES.iter().take_while(|row| row.0 != self).last().map_or(0, |row| row.2);
        (start, Some(below(self)).filter(|end| *end != u32::MAX))
    }

    /// What is typically so complex, in a few words.
    pub fn typical(self) -> &'static str {
        SIZES.iter().find(|(size, ..)| *size == self).map_or("", |(.., typical)| typical)
    }

    fn of_points(points: u32) -> Complexity {
        SIZES.iter().find(|(.., end, _)| points < *end).map_or(Complexity::ExtraLarge, |(size, ..)| *size)
    }
}

/// What was counted in a stretch of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measure {
    /// Lines that hold code: no blank ones, none of comments or documentation alone.
    pub code_lines: u32,
    /// Branches, loops and choices within expressions.
    pub branches: u32,
    /// The branches that each branch stands in, added up.
    pub nesting: u32,
    /// Calls of functions and macros.
    pub calls: u32,
}

impl Measure {
    /// Counts what lies wholly in `range` (bytes).
    pub fn of(document: &Document, range: Range<usize>) -> Measure {
        let Some(tree) = document.tree() else { return Measure::default() };
        let mut measure = Measure::default();
        let docstrings = Outline::of(document, Some(range.clone())).docstrings;
        let documents = |node: &Node<'_>| {
            docstrings.iter().any(|text| text.start <= node.start_byte() && node.end_byte() <= text.end)
        };
        let mut last_line = None;
        let mut walk = Walk::over(tree.walk(), range.clone());
        while let Some(node) = walk.advance() {
            if !(range.start <= node.start_byte() && node.end_byte() <= range.end) {
                continue;
            }
            if node.child_count() == 0 {
                if !walk.is_in_comment() && !documents(&node) {
                    measure.take_leaf(node, &walk, &mut last_line);
                }
            } else if node.is_named() && (node.kind().contains("call") || node.kind().contains("invocation")) {
                measure.calls += 1;
            }
        }
        measure
    }

    /// The sum that decides the size: a line counts 1, a branch 3 and 2 more for each level, a call 1.
    pub fn points(&self) -> u32 {
        LINE.saturating_mul(self.code_lines)
            .saturating_add(BRANCH.saturating_mul(self.branches))
            .saturating_add(NESTING.saturating_mul(self.nesting))
            .saturating_add(CALL.saturating_mul(self.calls))
    }

    /// The size.
    pub fn complexity(&self) -> Complexity {
        Complexity::of_points(self.points())
    }

    fn take_leaf(&mut self, leaf: Node<'_>, walk: &Walk<'_>, last_line: &mut Option<usize>) {
        // A leaf may be a text of many lines; a line counts once whatever stands on it.
        let (first, last) = (leaf.start_position().row, leaf.end_position().row);
        let fresh = last_line.map_or(first, |line: usize| first.max(line + 1));
        self.code_lines = self.code_lines.saturating_add(u32::try_from((last + 1).saturating_sub(fresh)).unwrap_or(0));
        *last_line = Some(last_line.map_or(last, |line| line.max(last)));
        if is_branch(leaf, walk.parent()) {
            self.branches += 1;
            // The level that this word opens is around the word itself.
            self.nesting = self.nesting.saturating_add(walk.depth().saturating_sub(1));
        } else if is_choice(leaf, walk.parent()) {
            self.branches += 1;
        }
    }
}

fn is_branch(leaf: Node<'_>, parent: &str) -> bool {
    !leaf.is_named() && BRANCHES.contains(&leaf.kind()) && !OTHERWISE.iter().any(|other| parent.contains(other))
}

fn is_choice(leaf: Node<'_>, parent: &str) -> bool {
    let within = |kinds: [&str; 3]| kinds.iter().any(|kind| parent.contains(kind));
    match leaf.kind() {
        _ if leaf.is_named() => false,
        // After a fallible call it passes an error on and chooses nothing.
        "?" => within(["conditional", "ternary", "choice"]),
        // It may as well start the body of a function.
        "=>" => within(["arm", "case", "rule"]),
        kind => CHOICES.contains(&kind),
    }
}

/// A walk over the nodes that touch a range, in the order of the text, that knows what is around each. Asking a node for its
/// parent would look for it from the root.
struct Walk<'tree> {
    cursor: TreeCursor<'tree>,
    range: Range<usize>,
    /// From the root to the current node; empty before the first.
    around: Vec<Level<'tree>>,
}

struct Level<'tree> {
    kind: &'tree str,
    is_comment: bool,
    /// Whether what stands inside is a level deeper.
    opens: bool,
}

impl<'tree> Walk<'tree> {
    fn over(cursor: TreeCursor<'tree>, range: Range<usize>) -> Walk<'tree> {
        Walk { cursor, range, around: Vec::new() }
    }

    fn advance(&mut self) -> Option<Node<'tree>> {
        let node = self.cursor.node();
        if self.around.is_empty() {
            self.enter();
            return Some(node);
        }
        let touches = node.start_byte() < self.range.end && node.end_byte() > self.range.start;
        if touches && self.cursor.goto_first_child_for_byte(self.range.start).is_some() {
            self.enter();
            return Some(self.cursor.node());
        }
        loop {
            self.around.pop();
            // What begins behind the range is followed by more of that.
            let is_behind = self.cursor.node().start_byte() > self.range.end;
            if !is_behind && self.cursor.goto_next_sibling() {
                self.enter();
                return Some(self.cursor.node());
            }
            if !self.cursor.goto_parent() {
                return None;
            }
        }
    }

    fn enter(&mut self) {
        let node = self.cursor.node();
        let parent = self.around.last().map_or("", |level| level.kind);
        // `else if` is the same level again.
        let continues = self.cursor.field_name() == Some("alternative") || parent.starts_with("else");
        // A label or `async` may stand before the word.
        let starts = |at: u32| node.child(at).is_some_and(|child| is_branch(child, node.kind()));
        let opens = !continues && node.start_byte() >= self.range.start && (0..3).any(starts);
        self.around.push(Level { kind: node.kind(), is_comment: node.is_extra(), opens });
    }

    fn parent(&self) -> &'tree str {
        self.around.iter().rev().nth(1).map_or("", |level| level.kind)
    }

    fn is_in_comment(&self) -> bool {
        self.around.iter().rev().take(3).any(|level| level.is_comment)
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.around.iter().filter(|level| level.opens).count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn measure(id: &str, text: &str) -> Measure {
        let document = Document::new(Language::by_id(id).unwrap(), text, None);
        Measure::of(&document, 0..text.len())
    }

    #[test]
    fn counts_lines_of_code_and_no_others() {
        assert_eq!(measure("rust", "/// Doc.\n// c\n\nfn f() {\n    // c\n    1\n}\n").code_lines, 3);
        assert_eq!(measure("python", "# c\ndef f():\n    x = '''a\n\n    b'''\n\n    return x\n").code_lines, 5);
    }

    #[test]
    fn counts_branches_and_how_deep_they_stand() {
        let flat = "fn f(a: u8) -> u8 {\n    if a > 1 && a < 9 { return 1; }\n    if a > 2 { return 2; } else if a > 3 { 4 } else { 5 }\n}\n";
        let counted = measure("rust", flat);
        assert_eq!((counted.branches, counted.nesting), (4, 0));
        let deep =
            "fn f(a: u8) {\n    for x in y {\n        while z {\n            if a { b() }\n        }\n    }\n}\n";
        let counted = measure("rust", deep);
        assert_eq!((counted.branches, counted.nesting, counted.calls), (3, 3, 1));
        let python =
            "def f(a):\n    for x in a:\n        if x and y:\n            g(x)\n        elif z:\n            h()\n";
        let counted = measure("python", python);
        assert_eq!((counted.branches, counted.nesting, counted.calls), (4, 2, 2));
    }

    #[test]
    fn the_same_code_counts_alike_in_every_language() {
        let braces = "for (const x of a) {\n  if (x > 1 && y) {\n    g(x);\n  } else if (z) {\n    h();\n  }\n}\n";
        let cases = [
            ("rust", "fn f() {\nfor x in a {\n  if x > 1 && y {\n    g(x);\n  } else if z {\n    h();\n  }\n}\n}\n".to_owned()),
            ("go", "package p\nfunc f() {\nfor _, x := range a {\n  if x > 1 && y {\n    g(x)\n  } else if z {\n    h()\n  }\n}\n}\n".to_owned()),
            ("java", format!("class A {{ void f() {{\n{}}}}}\n", braces.replace("const x of a", "int x : a"))),
            ("javascript", format!("function f() {{\n{braces}}}\n")),
            ("typescript", format!("function f(): void {{\n{braces}}}\n")),
            ("python", "def f():\n  for x in a:\n    if x > 1 and y:\n      g(x)\n    elif z:\n      h()\n".to_owned()),
        ];
        for (id, text) in cases {
            let counted = measure(id, &text);
            assert_eq!((counted.branches, counted.nesting, counted.calls), (4, 2, 2), "{id}");
        }
    }

    #[test]
    fn passing_an_error_on_is_no_branch_but_each_arm_is() {
        let text = "fn f() -> Option<u8> {\n    let x = g()?;\n    match x {\n        1 => None,\n        _ => Some(2),\n    }\n}\n";
        let counted = measure("rust", text);
        assert_eq!((counted.branches, counted.calls), (3, 2));
    }

    #[test]
    fn words_in_texts_and_comments_count_for_nothing() {
        assert_eq!(
            measure("rust", "fn f() -> &'static str {\n    // if for while\n    \"if && for\"\n}\n").branches,
            0
        );
    }

    #[test]
    fn only_the_range_counts() {
        let text = "fn a() { if x { y() } }\nfn b() {}\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        let at = text.find("fn b").unwrap();
        assert_eq!(Measure::of(&document, at..text.len()).branches, 0);
        assert_eq!(Measure::of(&document, 0..at).branches, 1);
    }

    #[test]
    fn sizes_follow_each_other_without_a_gap() {
        let mut next = 0;
        for size in Complexity::ALL {
            let (start, end) = size.points();
            assert_eq!(start, next, "{}", size.as_str());
            assert_eq!(Complexity::of_points(start), size);
            next = end.unwrap_or(u32::MAX);
        }
        assert_eq!((next, Complexity::of_points(u32::MAX)), (u32::MAX, Complexity::ExtraLarge));
    }

    #[test]
    fn a_getter_is_tiny_and_a_parser_is_not() {
        assert_eq!(
            measure("rust", "fn name(&self) -> &str {\n    &self.name\n}\n").complexity(),
            Complexity::ExtraSmall
        );
        let case = "        if a && b { for x in y { if x { g(x); } } }\n";
        let text = format!("fn parse() {{\n{}}}\n", case.repeat(8));
        assert_eq!(measure("rust", &text).complexity(), Complexity::Large);
    }
}
