//! The definitions, comments, imports and tests of a document, as its language's query captures them. Refuses to judge.

use std::collections::HashMap;
use std::ops::Range;

use tree_sitter::Node;

use super::query::{Reach, each_match};
use super::trivia::{Role, Trivia, leading_trivia};
use super::{Definition, DefinitionKind, Document};

/// Path, kind, owner and name: what a definition is called from the file down.
type Identity = (Vec<(DefinitionKind, String)>, DefinitionKind, Option<String>, String);

/// Definitions around one. Each keeps the names of those around it; what nests deeper is no code that a person wrote.
const MOST_AROUND: usize = 100;

/// What a document holds, each list in document order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Definitions, an outer one before those inside it.
    pub definitions: Vec<Definition>,
    /// Comments of all sorts, without a final line end.
    pub comments: Vec<Range<usize>>,
    /// Import statements; where a statement may list several, each entry of it.
    pub imports: Vec<Range<usize>>,
    /// Import statements as wholes.
    pub import_statements: Vec<Range<usize>>,
    /// The brackets with the entries of import statements that list several.
    pub import_groups: Vec<Range<usize>>,
    /// Where imports say the names that they bring.
    pub import_names: Vec<Range<usize>>,
    /// Paths of imports that bring one name, which the path's last part says.
    pub import_paths: Vec<Range<usize>>,
    /// Marks that an import brings everything of some place.
    pub import_wildcards: Vec<Range<usize>>,
    /// Attributes that are the first part of the definition that they belong to.
    pub inner_attributes: Vec<Range<usize>>,
    /// What says which package the file belongs to.
    pub package: Option<Range<usize>>,
    /// Strings that document what they stand in.
    pub docstrings: Vec<Range<usize>>,
    /// Statements that leave a body, in languages where no brace says that it ends or where a body may be an expression.
    pub exits: Vec<Range<usize>>,
    /// What must stay first in a file or module, besides documentation: inner attributes.
    pub preamble: Vec<Range<usize>>,
    /// Names that statements at the top of the file bind, in languages where such a statement is no definition: the name and the
    /// statement.
    pub bindings: Vec<(Range<usize>, Range<usize>)>,
    /// String literals.
    pub strings: Vec<Range<usize>>,
    /// Modules that hold the file's tests: the module's node and its body.
    pub test_modules: Vec<(Range<usize>, Range<usize>)>,
}

/// What the query says of one node.
#[derive(Default)]
pub(super) struct Captured {
    pub(super) kind: Option<DefinitionKind>,
    pub(super) names: Vec<Range<usize>>,
    pub(super) body: Option<Range<usize>>,
    pub(super) owner: Option<Range<usize>>,
    pub(super) parameters: Option<Range<usize>>,
    pub(super) role: Role,
}

impl Outline {
    /// Everything in the document, or what intersects `range` (bytes).
    pub fn of(document: &Document, range: Option<Range<usize>>) -> Outline {
        let mut outline = Outline::default();
        let Some(tree) = document.tree() else { return outline };
        let mut nodes: HashMap<usize, Captured> = HashMap::new();
        let mut found: Vec<Node<'_>> = Vec::new();
        each_match(document, document.language().query(), tree.root_node(), Reach::Below(range), |captures| {
            outline.collect(captures, &mut nodes);
            found.extend(definition_node(captures));
        });
        found.sort_by_key(|node| (node.start_byte(), usize::MAX - node.end_byte()));
        found.dedup_by_key(|node| node.id());
        let role = |node: Node<'_>| nodes.get(&node.id()).map(|captured| captured.role).unwrap_or_default();
        for node in found {
            let captured = nodes.get(&node.id());
            let Some(found) = captured.and_then(|captured| definition(document, node, captured, &role)) else {
                continue;
            };
            let body = found.definition.body.clone().filter(|_| found.holds_tests);
            outline.test_modules.extend(body.map(|body| (found.definition.node.clone(), body)));
            outline.definitions.push(found.definition);
        }
        outline.relate();
        outline.arrange();
        outline
    }

    /// Each list in document order, and nothing twice.
    pub(super) fn arrange(&mut self) {
        for list in [
            &mut self.comments,
            &mut self.imports,
            &mut self.import_statements,
            &mut self.import_groups,
            &mut self.import_names,
            &mut self.import_paths,
            &mut self.import_wildcards,
            &mut self.inner_attributes,
            &mut self.docstrings,
            &mut self.exits,
            &mut self.preamble,
            &mut self.strings,
        ] {
            list.sort_by_key(|range| (range.start, range.end));
            list.dedup();
        }
        for pairs in [&mut self.bindings, &mut self.test_modules] {
            pairs.sort_by_key(|(first, second)| (first.start, second.start, first.end));
            pairs.dedup();
        }
    }

    /// The definition whose node or whole is exactly `range`.
    pub fn definition_over(&self, range: &Range<usize>) -> Option<&Definition> {
        self.definitions
            .iter()
            .find(|definition| definition.node == *range || definition.outer == *range || definition.whole == *range)
    }

    /// The definitions that lie in `range` and in no other definition within it.
    pub fn top_level_in(&self, range: Range<usize>) -> impl Iterator<Item = &Definition> {
        let mut end = 0;
        self.definitions.iter().filter(move |definition| {
            let inside = range.start <= definition.node.start
                && definition.node.end <= range.end
                && definition.node.start >= end;
            if inside {
                end = definition.node.end;
            }
            inside
        })
    }

    fn collect(&mut self, captures: &[(&str, Node<'_>)], nodes: &mut HashMap<usize, Captured>) {
        let captured =
            |wanted: &str| captures.iter().find(|(name, _)| *name == wanted).map(|(_, node)| node.byte_range());
        self.bindings.extend(captured("binding.name").zip(captured("binding")));
        let test_body = captured("test.body");
        let defined = definition_node(captures).map(|node| node.id());
        for (name, node) in captures {
            let range = node.byte_range();
            let entry = nodes.entry(node.id()).or_default();
            match *name {
                "comment" | "comment.doc" | "comment.inner" => {
                    entry.role.trivia = match *name {
                        "comment" => entry.role.trivia.or(Some(Trivia::Comment)),
                        "comment.doc" => Some(Trivia::Doc),
                        // Inner documentation speaks of what it stands in, never of what follows.
                        _ => None,
                    };
                    self.comments.push(range);
                }
                "attribute" => entry.role.trivia = Some(Trivia::Attribute),
                "directive" => entry.role.trivia = Some(Trivia::Directive),
                "attribute.inside" => self.inner_attributes.push(range),
                "import.name" => self.import_names.push(range),
                "import.path" => self.import_paths.push(range),
                "import.all" => self.import_wildcards.push(range),
                "import.group" => self.import_groups.push(range),
                "package" => {
                    self.package = Some(range.clone());
                    self.preamble.push(range);
                }
                "wrapper" => entry.role.is_wrapper = true,
                "test" => entry.role.is_test = true,
                "import" => self.imports.push(range),
                "import.statement" => self.import_statements.push(range),
                "docstring" => self.docstrings.push(range),
                "exit" => self.exits.push(range),
                "string" => self.strings.push(range),
                "preamble" => self.preamble.push(range),
                "test.module" => match test_body.clone() {
                    Some(body) => self.test_modules.push((range, body)),
                    None => entry.role.holds_tests = true,
                },
                "binding" | "binding.name" => {}
                // What a variable holds says more of it than that it is one.
                name => match DefinitionKind::from_capture(name) {
                    Some(DefinitionKind::Variable) if entry.kind.is_some() => {}
                    kind => entry.kind = kind.or(entry.kind),
                },
            }
        }
        let Some(entry) = defined.and_then(|id| nodes.get_mut(&id)) else {
            return;
        };
        let names: Vec<Range<usize>> =
            captures.iter().filter(|(name, _)| *name == "name").map(|(_, node)| node.byte_range()).collect();
        if names.len() >= entry.names.len() {
            entry.names = names;
        }
        entry.owner = captured("owner").or(entry.owner.take());
        entry.parameters = captured("overload").or(entry.parameters.take());
        entry.body = captured("body").or(entry.body.take());
    }

    /// Fills in what a definition only has by its place: path, method or function, ordinal. What by its place is none goes,
    /// and what nests too deep.
    pub(super) fn relate(&mut self) {
        let mut open: Vec<(usize, DefinitionKind, String)> = Vec::new();
        self.definitions.retain(|definition| {
            open.retain(|(end, ..)| *end >= definition.node.end);
            let is_local = open.last().is_some_and(|(_, outer, _)| definition.kind.is_statement_within(*outer));
            let is_one = !is_local && open.len() < MOST_AROUND;
            if is_one {
                open.push((definition.node.end, definition.kind, String::new()));
            }
            is_one
        });
        open.clear();
        let mut seen: HashMap<Identity, usize> = HashMap::new();
        for definition in &mut self.definitions {
            open.retain(|(end, ..)| *end >= definition.node.end);
            definition.path = open.iter().map(|(_, kind, name)| (*kind, name.clone())).collect();
            if definition.kind == DefinitionKind::Function && open.last().is_some_and(|(_, kind, _)| kind.has_methods())
            {
                definition.kind = DefinitionKind::Method;
            }
            let own = (definition.path.clone(), definition.kind, definition.owner.clone(), definition.name.clone());
            let count = seen.entry(own).or_default();
            definition.ordinal = *count;
            *count += 1;
            open.push((definition.node.end, definition.kind, definition.name.clone()));
        }
    }
}

fn definition_node<'tree>(captures: &[(&str, Node<'tree>)]) -> Option<Node<'tree>> {
    captures.iter().find(|(name, _)| name.starts_with("definition.")).map(|(_, node)| *node)
}

/// A definition that was found.
pub(super) struct Found {
    pub(super) definition: Definition,
    /// Whether it is a module that says that it holds the file's tests.
    pub(super) holds_tests: bool,
}

/// The definition that a captured node makes, with what wraps it and what stands before it.
pub(super) fn definition<'tree>(
    document: &Document,
    node: Node<'tree>,
    captured: &Captured,
    role: &dyn Fn(Node<'tree>) -> Role,
) -> Option<Found> {
    let kind = captured.kind?;
    let wrapper = |node: &Node<'tree>| node.parent().filter(|parent| role(*parent).is_wrapper);
    let outer = std::iter::successors(wrapper(&node), wrapper).last().unwrap_or(node);
    // Inside anything, a variable is a statement like others.
    if kind == DefinitionKind::Variable && outer.parent().is_none_or(|parent| parent.parent().is_some()) {
        return None;
    }
    let name = captured.names.first()?.start..captured.names.last()?.end;
    let leading = leading_trivia(document, outer, role);
    let definition = Definition {
        kind,
        // With what stands between its parts: `Display for Shape`.
        name: document.slice(name).split_whitespace().collect::<Vec<_>>().join(" "),
        owner: captured.owner.clone().map(|range| document.slice(range).to_owned()),
        overload: captured.parameters.clone().map(|range| overload(document, node, range)),
        node: node.byte_range(),
        outer: outer.byte_range(),
        whole: leading.start..outer.end_byte(),
        body: captured.body.clone(),
        path: Vec::new(),
        ordinal: 0,
        is_test: captured.role.is_test || leading.is_test && kind.is_callable(),
    };
    Some(Found { definition, holds_tests: leading.holds_tests && kind == DefinitionKind::Module })
}

/// The types of a list of parameters in short: `List,int[]`. A parameter's own name says nothing, so where a grammar gives it
/// no field the type is what stands before it.
fn overload(document: &Document, definition: Node<'_>, range: Range<usize>) -> String {
    let Some(list) = definition.descendant_for_byte_range(range.start, range.end) else {
        return String::new();
    };
    let mut cursor = list.walk();
    let types = list.named_children(&mut cursor).filter(|child| !child.is_extra()).map(|parameter| {
        let end = parameter.child_by_field_name("type").map(|node| node.byte_range());
        short_type(document.slice(end.unwrap_or_else(|| {
            let last = u32::try_from(parameter.named_child_count()).ok().and_then(|count| count.checked_sub(1));
            let name = last.and_then(|last| parameter.named_child(last));
            parameter.start_byte()..name.map_or(parameter.end_byte(), |name| name.start_byte())
        })))
    });
    types.collect::<Vec<_>>().join(",")
}

/// A type without what stands in angle brackets, without its path and without blanks.
fn short_type(text: &str) -> String {
    let mut depth = 0usize;
    let mut short = String::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => short.push(c),
            _ => {}
        }
    }
    let name = short.trim_end_matches(['.', '[', ']']);
    let rest = short.get(name.len()..).unwrap_or_default();
    format!("{}{rest}", name.rsplit('.').next().unwrap_or_default())
}

/// What the query says of one node by itself.
pub(super) fn captured(document: &Document, node: Node<'_>) -> Captured {
    let mut outline = Outline::default();
    let mut nodes = HashMap::new();
    each_match(document, document.language().query(), node, Reach::Itself, |captures| {
        outline.collect(captures, &mut nodes)
    });
    nodes.remove(&node.id()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn outline(id: &str, text: &str) -> Vec<String> {
        let document = Document::new(Language::by_id(id).unwrap(), text, None);
        let outline = document.outline();
        let show = |d: &Definition| {
            let path: String = d.path.iter().map(|(_, name)| format!("{name}.")).collect();
            format!(
                "{} {path}{}{}: {:?}",
                d.kind.word(),
                d.name,
                if d.is_test { " (test)" } else { "" },
                document.slice(d.whole.clone()).lines().next().unwrap()
            )
        };
        outline.definitions.iter().map(show).collect()
    }

    #[test]
    fn lists_rust_definitions_with_their_trivia() {
        let text = "use a::b;\n\n/// Doc.\n#[derive(Debug)]\nstruct A<T> { x: T }\n\n// far\n\nimpl<T> Display for A<T> {\n    // near\n    fn f(&self) {}\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}\n";
        assert_eq!(
            outline("rust", text),
            [
                "struct A: \"/// Doc.\"",
                "impl Display for A<T>: \"impl<T> Display for A<T> {\"",
                "method Display for A<T>.f: \"// near\"",
                "module tests: \"#[cfg(test)]\"",
                "function tests.works (test): \"#[test]\"",
            ]
        );
    }

    #[test]
    fn lists_python_definitions_with_decorators_and_comments() {
        let text = "import a\n\n# about A\n@dec\nclass A(B):\n    # about f\n    @staticmethod\n    def f(x):\n        def inner(): pass\n        return inner\n\ndef test_it():\n    pass\n";
        assert_eq!(
            outline("python", text),
            [
                "class A: \"# about A\"",
                "method A.f: \"# about f\"",
                "function A.f.inner: \"def inner(): pass\"",
                "function test_it (test): \"def test_it():\"",
            ]
        );
    }

    #[test]
    fn lists_go_definitions_with_their_owners_and_groups() {
        let text = "package a\n\n// S doc.\ntype S struct{}\n\ntype (\n\tA int\n\t// B doc.\n\tB interface {\n\t\tF()\n\t}\n)\n\nconst x, y = 1, 2\n\nvar (\n\tz = 1\n)\n\n//go:noinline\nfunc (s *S) m() {\n\tconst local = 1\n}\n";
        assert_eq!(
            outline("go", text),
            [
                "struct S: \"// S doc.\"",
                "group type: \"type (\"",
                "type type.A: \"A int\"",
                "interface type.B: \"// B doc.\"",
                "method type.B.F: \"F()\"",
                "constant x: \"const x, y = 1, 2\"",
                "group var: \"var (\"",
                "constant var.z: \"z = 1\"",
                "method m: \"//go:noinline\"",
            ]
        );
        let document = Document::new(Language::by_id("go").unwrap(), text, None);
        assert_eq!(document.outline().definitions.last().unwrap().title(), "S.m");
    }

    #[test]
    fn lists_java_definitions_with_what_tells_overloads_apart() {
        let text = "package a;\n/** A. */\n@X\nclass A {\n    int a, b;\n    A(final java.util.List<int[]> x, int... y) {}\n    @Test void f(Map.Entry<K, V>[] e) { int local = 1; }\n    enum E { P { void g() {} }, Q }\n}\nrecord R(int x) { R {} }\n";
        assert_eq!(
            outline("java", text),
            [
                "class A: \"/** A. */\"",
                "field A.a: \"int a, b;\"",
                "method A.A: \"A(final java.util.List<int[]> x, int... y) {}\"",
                "method A.f (test): \"@Test void f(Map.Entry<K, V>[] e) { int local = 1; }\"",
                "enum A.E: \"enum E { P { void g() {} }, Q }\"",
                "constant A.E.P: \"P { void g() {} }\"",
                "function A.E.P.g: \"void g() {}\"",
                "record R: \"record R(int x) { R {} }\"",
                "method R.R: \"R {}\"",
            ]
        );
        let document = Document::new(Language::by_id("java").unwrap(), text, None);
        let overloads: Vec<&str> =
            document.outline().definitions.iter().filter_map(|definition| definition.overload.as_deref()).collect();
        assert_eq!(overloads, ["List,int...", "Entry[]", ""]);
    }

    #[test]
    fn the_quick_look_finds_what_the_full_outline_finds() {
        let text = "/// D.\nfn a() {\n    // c\n    fn inner() {}\n}\nimpl X {\n    #[inline]\n    fn m() { 1 }\n}\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        for at in 0..text.len() {
            let quick = crate::syntax::lookup::definitions_around(&document, at);
            let full: Vec<&Definition> =
                document.outline().definitions.iter().filter(|d| d.whole.contains(&at)).collect();
            let names = |list: &[&Definition]| list.iter().map(|d| d.name.clone()).collect::<Vec<_>>();
            if quick.len() < full.len() {
                assert!(text[at..].starts_with([' ', '\n']), "{at}: {:?} {:?}", quick, full);
                continue;
            }
            assert_eq!(names(&quick.iter().collect::<Vec<_>>()), names(&full), "at {at}");
        }
    }

    #[test]
    fn tells_definitions_of_one_name_apart_by_ordinal() {
        let document =
            Document::new(Language::by_id("rust").unwrap(), "#[cfg(a)]\nfn f() {}\n#[cfg(b)]\nfn f() {}\n", None);
        let ordinals: Vec<usize> = document.outline().definitions.iter().map(|d| d.ordinal).collect();
        assert_eq!(ordinals, [0, 1]);
    }
}
