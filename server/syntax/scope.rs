//! The part of a document that a task is about: what a cursor or selection means. Refuses to guess: nothing is an answer.

use std::ops::Range;

use tree_sitter::Node;

use super::query::{Reach, blocks};
use super::{BodyForm, Definition, Document, Outline, lookup, trivia};
use crate::text::{IndentUnit, base_indent, detect_unit, leading_whitespace};

/// What a scope consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeShape {
    /// One definition with its leading trivia.
    Definition(Definition),
    /// Several definitions side by side.
    Definitions(Vec<Definition>),
    /// Statements side by side, or comments among them.
    Statements,
    /// The whole file.
    File,
}

/// A stretch of whole nodes that a task may rewrite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What it is made of.
    pub shape: ScopeShape,
    /// Bytes: from the start of the first line if only blanks precede, to the end of the last node, without its line end.
    pub range: Range<usize>,
    /// The definitions around it, outermost first.
    pub enclosing: Vec<Definition>,
    /// The blanks that its first line starts with.
    pub base_indent: String,
    /// One step of indentation inside it.
    pub unit: IndentUnit,
}

impl Scope {
    /// The scope of a cursor (an empty range or up to one character) or of a selection, in bytes. Nothing where a cursor
    /// stands in no definition or a selection holds no code.
    pub fn at(document: &Document, range: Range<usize>) -> Option<Scope> {
        let selected = document.slice(range.clone());
        if selected.chars().count() <= 1 {
            return Scope::around(document, range.start);
        }
        let trimmed_start = range.start + (selected.len() - selected.trim_start().len());
        let trimmed = trimmed_start..trimmed_start + selected.trim().len();
        if trimmed.is_empty() {
            return Scope::around(document, range.start);
        }
        let source = document.source();
        if source.get(..trimmed.start)?.trim().is_empty() && source.get(trimmed.end..)?.trim().is_empty() {
            return Some(Scope::file(document));
        }
        Scope::covering(document, trimmed)
    }

    /// The whole file.
    pub fn file(document: &Document) -> Scope {
        // A byte order mark is no part of the code, and no model sends one back.
        let start = document.first_line_start();
        let range = start..document.source().trim_end().len().max(start);
        Scope::build(document, ScopeShape::File, range, Vec::new())
    }

    /// The place of a comment or of a blank line, among whatever stands around it.
    pub fn of_lines(document: &Document, range: Range<usize>) -> Scope {
        let enclosing = lookup::definitions_around(document, range.start);
        let enclosing = enclosing
            .into_iter()
            .filter(|outer| outer.node.start < range.start && outer.node.end >= range.end)
            .collect();
        let mut scope = Scope::build(document, ScopeShape::Statements, range.clone(), enclosing);
        let source = document.source();
        if range.is_empty()
            && source
                .get(scope.range.start..)
                .is_some_and(|rest| rest.lines().next().is_none_or(|line| line.trim().is_empty()))
        {
            let line = source.get(scope.range.start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            scope.range.end = scope.range.start + line.len();
            // A blank line may have no blanks: what stands before it says how deep the place is.
            let above = source.get(..scope.range.start).unwrap_or_default().trim_end();
            let last = above.rsplit('\n').next().unwrap_or_default();
            let deeper = if last.ends_with(['{', ':', '(', '[']) { scope.unit.text() } else { String::new() };
            if scope.base_indent.is_empty() && !scope.enclosing.is_empty() {
                scope.base_indent = format!("{}{deeper}", leading_whitespace(last));
            }
        }
        scope
    }

    /// The scope of one known definition.
    pub fn of_definition(document: &Document, definition: Definition) -> Scope {
        let enclosing = lookup::definitions_around(document, definition.node.start);
        let enclosing = enclosing
            .into_iter()
            .filter(|outer| outer.node != definition.node && outer.node.end >= definition.node.end)
            .collect();
        Scope::build(document, ScopeShape::Definition(definition.clone()), definition.whole, enclosing)
    }

    /// The definition, where the scope is a single one.
    pub fn definition(&self) -> Option<&Definition> {
        match &self.shape {
            ScopeShape::Definition(definition) => Some(definition),
            _ => None,
        }
    }

    /// The definitions that the scope itself is made of.
    pub fn definitions(&self) -> &[Definition] {
        match &self.shape {
            ScopeShape::Definition(definition) => std::slice::from_ref(definition),
            ScopeShape::Definitions(definitions) => definitions,
            _ => &[],
        }
    }

    /// The name of what the scope is, or of what it stands in; for titles.
    pub fn name(&self) -> Option<&str> {
        match &self.shape {
            ScopeShape::Definition(definition) => Some(&definition.name),
            ScopeShape::Definitions(_) | ScopeShape::File => None,
            ScopeShape::Statements => self.enclosing.last().map(|definition| definition.name.as_str()),
        }
    }

    /// Names of kinds and definitions from the file down, for prompts and messages: `impl Shape / method area`.
    pub fn describe(&self) -> String {
        let mut parts: Vec<String> = self.enclosing.iter().map(|d| format!("{} {}", d.kind.word(), d.name)).collect();
        match &self.shape {
            ScopeShape::Definition(d) => parts.push(format!("{} {}", d.kind.word(), d.title())),
            ScopeShape::Definitions(list) => parts.push(format!("{} definitions", list.len())),
            ScopeShape::Statements => parts.push("statements".to_owned()),
            ScopeShape::File => parts.push("file".to_owned()),
        }
        parts.join(" / ")
    }

    /// The scope's text.
    pub fn text<'a>(&self, document: &'a Document) -> &'a str {
        document.slice(self.range.clone())
    }

    fn around(document: &Document, offset: usize) -> Option<Scope> {
        let source = document.source();
        let line_start = document.line_start(offset);
        let line = source.get(line_start..)?.lines().next().unwrap_or_default();
        if line.trim().is_empty() && document.language().body == BodyForm::Indented {
            // The tree ends a body at its last statement; a blank line after it belongs to no one.
            return Scope::innermost(document, line_start, offset).filter(|scope| scope.range.end > offset);
        }
        let first = line_start + leading_whitespace(line).len();
        let last = line_start + line.trim_end().len();
        Scope::innermost(document, offset.clamp(first, last.max(first)), offset)
    }

    fn innermost(document: &Document, offset: usize, cursor: usize) -> Option<Scope> {
        // At the very end of a definition's last line the cursor still means that definition.
        let mut definitions = lookup::definitions_around(document, offset);
        if let Some(before) = offset.checked_sub(1).filter(|&before| !document.slice(before..offset).trim().is_empty())
        {
            let ending = lookup::definitions_around(document, before);
            if ending.len() > definitions.len() {
                definitions = ending;
            }
        }
        let definition = definitions.pop()?;
        let line_end = document
            .source()
            .get(definition.whole.end..)?
            .find('\n')
            .map_or(document.source().len(), |at| definition.whole.end + at);
        (cursor <= line_end)
            .then(|| Scope::build(document, ScopeShape::Definition(definition.clone()), definition.whole, definitions))
    }

    fn covering(document: &Document, range: Range<usize>) -> Option<Scope> {
        let tree = document.tree()?;
        let mut node =
            tree.root_node().descendant_for_byte_range(range.start, range.end.saturating_sub(1).max(range.start))?;
        let blocks = blocks(document, tree.root_node(), Reach::Below(Some(range.clone())));
        loop {
            if blocks.contains(&node.id()) {
                let run = children_over(node, &range);
                // Where the selection takes in the block's own braces, what owns the block is meant.
                if run.first().is_some_and(|first| first.start_byte() <= range.start)
                    && run.last().is_some_and(|last| last.end_byte() >= range.end)
                    || node.parent().is_none()
                {
                    return Scope::run(document, &run, range);
                }
            }
            node = node.parent()?;
        }
    }

    fn run(document: &Document, run: &[Node<'_>], selected: Range<usize>) -> Option<Scope> {
        let (first, last) = (run.first()?, run.last()?);
        let end = first.start_byte() + document.slice(first.start_byte()..last.end_byte()).trim_end().len();
        let outline = Outline::of(document, Some(first.start_byte()..end));
        let covers = |d: &&Definition| d.whole.start < end && d.outer.end > first.start_byte() && d.whole.end <= end;
        let definitions: Vec<Definition> =
            outline.top_level_in(first.start_byte()..end).filter(covers).cloned().collect();
        let enclosing: Vec<Definition> = lookup::definitions_around(document, first.start_byte())
            .into_iter()
            .filter(|d| {
                d.node.start < first.start_byte()
                    && d.node.end >= end
                    && !definitions.iter().any(|own| own.node == d.node)
            })
            .collect();
        let only_trivia = definitions.is_empty()
            && run
                .iter()
                .all(|node| node.is_extra() || node.kind().contains("comment") || node.kind().contains("attribute"));
        if only_trivia
            && let Some(scope) = Scope::around(document, selected.start).filter(|scope| {
                scope.range.start <= selected.start
                    && scope
                        .definition()
                        .is_some_and(|d| d.whole.start <= selected.start && selected.start < d.outer.start)
            })
        {
            return Some(scope);
        }
        let pure = run.iter().all(|node| {
            node.is_extra()
                || definitions.iter().any(|d| d.whole.start <= node.start_byte() && node.end_byte() <= d.outer.end + 1)
        });
        let start = definitions.first().map_or(first.start_byte(), |d| d.whole.start.min(first.start_byte()));
        let shape = match definitions.len() {
            0 => ScopeShape::Statements,
            1 if pure => ScopeShape::Definition(definitions.into_iter().next()?),
            _ if pure => ScopeShape::Definitions(definitions),
            _ => ScopeShape::Statements,
        };
        let range = match &shape {
            ScopeShape::Definition(definition) => definition.whole.clone(),
            _ => start..end,
        };
        Some(Scope::build(document, shape, range, enclosing))
    }

    fn build(document: &Document, shape: ScopeShape, range: Range<usize>, enclosing: Vec<Definition>) -> Scope {
        let source = document.source();
        let start = match trivia::starts_its_line(document, range.start) {
            true => document.line_start(range.start),
            false => range.start,
        };
        let base = match &shape {
            // A comment above it may stand elsewhere.
            ScopeShape::Definition(own) => base_indent(source, own.outer.start),
            _ => base_indent(source, range.start),
        };
        let base = base.to_owned();
        let body = match &shape {
            ScopeShape::Definition(definition) => definition.body.clone(),
            _ => None,
        };
        let unit = body
            .and_then(|body| first_step(document, body, &base))
            .or_else(|| detect_unit(source))
            .unwrap_or(IndentUnit::Spaces(4));
        Scope { shape, range: start..range.end, enclosing, base_indent: base, unit }
    }
}

/// The step from the base to the first deeper line of a body, if it is a plain one.
fn first_step(document: &Document, body: Range<usize>, base: &str) -> Option<IndentUnit> {
    // A header's continuation lines say nothing. Braces open on a line of the header, statements on one of their own.
    let line = document.line_start(body.start);
    let header = usize::from(document.language().body == BodyForm::Braces);
    let deeper = document
        .slice(line..body.end)
        .lines()
        .skip(header)
        .filter(|line| !line.trim().is_empty())
        .find_map(|line| leading_whitespace(line).strip_prefix(base).filter(|step| !step.is_empty()))?;
    IndentUnit::of_step(deeper).filter(|unit| !matches!(unit, IndentUnit::Spaces(width) if *width > 8))
}

/// The children of a block that lie in or touch `range`, without the block's own braces.
fn children_over<'tree>(block: Node<'tree>, range: &Range<usize>) -> Vec<Node<'tree>> {
    let mut cursor = block.walk();
    block
        .named_children(&mut cursor)
        .filter(|child| child.start_byte() < range.end && child.end_byte() > range.start)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    /// Scope of the text between `«` and `»`, or at `‸`, as its description and its text.
    fn scope(id: &str, marked: &str) -> Option<(String, String)> {
        let text = marked.replace(['«', '»', '‸'], "");
        let at = |mark: char| marked.find(mark).map(|at| marked[..at].replace(['«', '»', '‸'], "").len());
        let range = match at('‸') {
            Some(at) => at..at,
            None => at('«').unwrap()..at('»').unwrap(),
        };
        let document = Document::new(Language::by_id(id).unwrap(), &text, None);
        Scope::at(&document, range).map(|scope| (scope.describe(), scope.text(&document).to_owned()))
    }

    fn described(id: &str, marked: &str) -> String {
        scope(id, marked).map_or("nothing".to_owned(), |(description, _)| description)
    }

    #[test]
    fn a_cursor_takes_the_innermost_definition() {
        assert_eq!(described("rust", "impl A {\n    fn f() {\n        let x‸ = 1;\n    }\n}\n"), "impl A / method f");
        assert_eq!(described("rust", "fn f() {\n    fn g() { ‸1 }\n}\n"), "function f / function g");
        assert_eq!(described("rust", "impl A {\n    fn f() {}\n‸\n    fn g() {}\n}\n"), "impl A");
        assert_eq!(described("rust", "‸    // x\n    fn f() {}\n"), "function f");
        assert_eq!(described("rust", "fn f() {\n}‸\n\nfn g() {}\n"), "function f");
        assert_eq!(described("rust", "fn f() {\n    vec![1, ‸2];\n}\n"), "function f");
        assert_eq!(described("python", "class A:\n    def f(self):\n        return‸ 1\n"), "class A / method f");
        assert_eq!(described("python", "@dec‸\ndef f():\n    pass\n"), "function f");
        assert_eq!(described("python", "class A:\n    # c‸\n    def f(self): pass\n"), "class A / method f");
    }

    #[test]
    fn a_cursor_between_definitions_means_nothing() {
        assert_eq!(described("rust", "fn f() {}\n‸\nfn g() {}\n"), "nothing");
        assert_eq!(described("python", "def f():\n    return 1\n‸\n\ndef g():\n    pass\n"), "nothing");
        assert_eq!(described("python", "import a‸\n"), "nothing");
        assert_eq!(described("rust", "‸"), "nothing");
    }

    #[test]
    fn a_definition_comes_with_its_trivia_and_whole_lines() {
        let (_, text) = scope("rust", "mod m {\n    /// D.\n    #[inline]\n    fn f() {‸}\n}\n").unwrap();
        assert_eq!(text, "    /// D.\n    #[inline]\n    fn f() {}");
        let (_, text) = scope("rust", "impl A { fn f() {‸} fn g() {} }\n").unwrap();
        assert_eq!(text, "fn f() {}");
    }

    #[test]
    fn one_selected_character_is_a_cursor() {
        assert_eq!(described("rust", "fn f() {\n    «a»b();\n}\n"), "function f");
    }

    #[test]
    fn a_selection_takes_the_smallest_run_of_siblings() {
        let (kind, text) = scope("rust", "fn f() {\n    a();\n    b(«1);\n    c»();\n    d();\n}\n").unwrap();
        assert_eq!((kind.as_str(), text.as_str()), ("function f / statements", "    b(1);\n    c();"));
        assert_eq!(described("rust", "«fn f() {}\n\nfn» g() {}\nfn h() {}\n"), "2 definitions");
        assert_eq!(described("rust", "fn a() {}\n«fn f() {\n    x();\n}»\n"), "function f");
        assert_eq!(described("rust", "fn a() {}\nfn f() «{\n    x();\n}»\n"), "function f");
        let (kind, text) = scope("python", "def f():\n    «a()\n    b()»\n    c()\n").unwrap();
        assert_eq!((kind.as_str(), text.as_str()), ("function f / statements", "    a()\n    b()"));
        assert_eq!(described("python", "x = 1\n«@dec\ndef f():\n    a()»\n"), "function f");
    }

    #[test]
    fn a_selection_of_everything_is_the_file() {
        assert_eq!(described("python", "«def f():\n    pass\n\nx = 1\n»"), "file");
    }

    #[test]
    fn a_selected_comment_is_the_definition_it_belongs_to_or_a_place_of_its_own() {
        assert_eq!(described("rust", "fn a() {}\n«// about f»\nfn f() {}\n"), "function f");
        assert_eq!(described("rust", "fn a() {\n    «// TODO: write it»\n}\n"), "function a / statements");
    }

    #[test]
    fn the_unit_is_the_scope_s_own() {
        let document = Document::new(
            Language::by_id("python").unwrap(),
            "def f():\n  if x:\n    y()\n\ndef g():\n        z()\n",
            None,
        );
        assert_eq!(Scope::at(&document, 4..4).unwrap().unit, IndentUnit::Spaces(2));
        assert_eq!(Scope::at(&document, 36..36).unwrap().unit, IndentUnit::Spaces(8));
    }
}
