//! The outline of a document from that of one which it came from: what stands apart from the change is taken over, the rest is looked
//! up anew. It is what a look at everything would give; refuses where that is not sure.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use tree_sitter::{InputEdit, Tree};

use super::document::point;
use super::{Definition, Document, Outline};
use crate::text::Text;

/// A document of before whose outline is known, and what became of its text since.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) outline: Arc<Outline>,
    pub(super) tree: Tree,
    pub(super) text: Text,
    /// The bytes of that text beside which nothing has changed, and where they end now.
    pub(super) changed: Range<usize>,
    pub(super) end: usize,
}

impl Before {
    /// The same after `range` (bytes of the text as it is now) became so many bytes.
    pub(super) fn edited(self, range: &Range<usize>, length: usize) -> Before {
        let end = self.end.max(range.end);
        let changed = self.changed.start.min(range.start)..self.changed.end + (end - self.end);
        Before { changed, end: end - range.len() + length, ..self }
    }

    /// The outline of what the document has become.
    pub(super) fn outline(mut self, document: &Document) -> Option<Outline> {
        let tree = document.tree()?;
        self.tree.edit(&InputEdit {
            start_byte: self.changed.start,
            old_end_byte: self.changed.end,
            new_end_byte: self.end,
            start_position: point(&self.text, self.changed.start),
            old_end_position: point(&self.text, self.changed.end),
            new_end_position: point(document.text(), self.end),
        });
        // Also where another structure came out of the same text.
        let (mut from, mut to) = (self.changed.start, self.end);
        for range in self.tree.changed_ranges(tree) {
            from = from.min(range.start_byte);
            to = to.max(range.end_byte);
        }
        let to = to - self.end + self.changed.end;
        let window = window(&self.outline, from..to, self.text.len());
        let piece = Piece { shift: (self.changed.end, self.end), window };
        let fresh = Outline::of(document, Some(piece.window.start..piece.moved(piece.window.end)));
        piece.outline(&self.outline, fresh)
    }
}

/// The bytes of the old text that are looked at anew for a change: from the end of the definition before it to the end of the one
/// behind it, side by side in what holds the change. Where no definition stands before it in a body, what is around that: what comes
/// first may mean something else than the same further down. In the file itself, from its start on.
fn window(outline: &Outline, change: Range<usize>, length: usize) -> Range<usize> {
    let holds = |body: &Range<usize>| body.start < change.start && change.end < body.end;
    let bodies = outline.definitions.iter().filter_map(|own| own.body.clone()).filter(holds);
    let mut levels: Vec<Range<usize>> = bodies.collect();
    levels.reverse();
    let before = |inside: &Range<usize>| {
        outline
            .top_level_in(inside.clone())
            .take_while(|own| own.outer.end < change.start)
            .last()
            .map(|own| own.outer.end)
    };
    let inside = levels.into_iter().find(|inside| before(inside).is_some()).unwrap_or(0..length);
    let behind = outline.top_level_in(inside.clone()).find(|own| own.outer.start > change.end);
    before(&inside).unwrap_or(0)..behind.map_or(inside.end, |own| own.outer.end)
}

type Pair = (Range<usize>, Range<usize>);

/// A piece of the old document that is replaced.
struct Piece {
    /// What ended at the first ends at the second now.
    shift: (usize, usize),
    window: Range<usize>,
}

impl Piece {
    /// Where a place behind the change is now.
    fn moved(&self, at: usize) -> usize {
        at - self.shift.0 + self.shift.1
    }

    /// Where a range of the old document is now; nothing where it has to be looked up.
    fn kept(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let Range { start, end } = self.window;
        match (range.end <= start, range.start >= end) {
            (true, _) => Some(range.clone()),
            (_, true) => Some(self.moved(range.start)..self.moved(range.end)),
            // It holds all of the piece.
            _ => (range.start < start && range.end >= end).then(|| range.start..self.moved(range.end)),
        }
    }

    /// The list of an outline; nothing where something begins or ends within the piece that was not known to.
    fn list<T>(
        &self,
        old: &[T],
        fresh: Vec<T>,
        kept: impl Fn(&T) -> Option<T>,
        range: impl Fn(&T) -> Range<usize>,
    ) -> Option<Vec<T>> {
        let mut all: Vec<T> = old.iter().filter_map(kept).collect();
        let known: HashSet<Range<usize>> = all.iter().map(&range).filter(|range| self.holds_all(range)).collect();
        let (start, end) = (self.window.start, self.moved(self.window.end));
        for own in fresh {
            let Range { start: from, end: to } = range(&own);
            if start <= from && to <= end {
                all.push(own);
            } else if from < end && start < to && !known.contains(&(from..to)) {
                return None;
            }
        }
        Some(all)
    }

    /// Whether a range of the new document begins before the piece and goes on to its end.
    fn holds_all(&self, range: &Range<usize>) -> bool {
        range.start < self.window.start && range.end >= self.moved(self.window.end)
    }

    fn outline(&self, old: &Outline, fresh: Outline) -> Option<Outline> {
        let list =
            |old: &[Range<usize>], fresh: Vec<Range<usize>>| self.list(old, fresh, |own| self.kept(own), Range::clone);
        let pairs = |old: &[Pair], fresh: Vec<Pair>| {
            let whole = |(a, b): &Pair| a.start.min(b.start)..a.end.max(b.end);
            self.list(old, fresh, |(a, b)| Some((self.kept(a)?, self.kept(b)?)), whole)
        };
        let definition = |own: &Definition| self.definition(own);
        let mut outline = Outline {
            definitions: self.list(&old.definitions, fresh.definitions, definition, |own| own.outer.clone())?,
            comments: list(&old.comments, fresh.comments)?,
            imports: list(&old.imports, fresh.imports)?,
            import_statements: list(&old.import_statements, fresh.import_statements)?,
            import_groups: list(&old.import_groups, fresh.import_groups)?,
            import_names: list(&old.import_names, fresh.import_names)?,
            import_paths: list(&old.import_paths, fresh.import_paths)?,
            import_wildcards: list(&old.import_wildcards, fresh.import_wildcards)?,
            inner_attributes: list(&old.inner_attributes, fresh.inner_attributes)?,
            package: list(old.package.as_slice(), fresh.package.into_iter().collect())?.pop(),
            docstrings: list(&old.docstrings, fresh.docstrings)?,
            exits: list(&old.exits, fresh.exits)?,
            preamble: list(&old.preamble, fresh.preamble)?,
            bindings: pairs(&old.bindings, fresh.bindings)?,
            strings: list(&old.strings, fresh.strings)?,
            test_modules: pairs(&old.test_modules, fresh.test_modules)?,
        };
        outline.definitions.sort_by_key(|own| (own.node.start, usize::MAX - own.node.end));
        outline.relate();
        outline.arrange();
        Some(outline)
    }

    fn definition(&self, own: &Definition) -> Option<Definition> {
        let body = match &own.body {
            Some(body) => Some(self.kept(body)?),
            None => None,
        };
        let (node, outer, whole) = (self.kept(&own.node)?, self.kept(&own.outer)?, self.kept(&own.whole)?);
        Some(Definition { node, outer, whole, body, ..own.clone() })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::Language;

    const RUST: &str = "//! Döc.\n\nuse a::{b, c};\n\n/// A.\n#[derive(Debug)]\nstruct A { x: u8 }\n\n// near\nimpl A {\n    /// F.\n    fn f(&self) -> u8 { 1 }\n\n    #[inline]\n    fn g(&self) {\n        fn inner() {}\n        let s = \"té🦀t\";\n        return;\n    }\n\n    // h\n    fn h() {}\n}\n\nfn twice() {}\n\nconst C: u8 = 1;\n\n#[cfg(a)]\nfn twice() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn works() {\n        assert!(true);\n    }\n}\n";
    const PYTHON: &str = "\"\"\"Doc.\"\"\"\n\nimport os\nfrom a import b\n\nLIMIT = 3\n\n\n# über A\n@dec\nclass A(B):\n    \"\"\"Doc of A.\"\"\"\n\n    ñ = 1\n\n    def f(self):\n        \"\"\"F.\"\"\"\n        return 1\n\n    # g\n    @staticmethod\n    def g(x):\n        def inner(): pass\n        return inner\n\n    def h(self): pass\n\n\ndef one(a):\n    if a:\n        return 'é🦀'\n    else:\n        def deep(): pass\n\n\ndef two():\n    pass\n\n\ndef test_two():\n    assert two() is None\n";
    const JAVASCRIPT: &str = "import fs from \"fs\";\n\n/** A. */\nexport class A extends B {\n  // f\n  f() { return 1; }\n\n  static g(x) {\n    return () => { function inner() {} };\n  }\n\n  h() {}\n}\n\nconst one = (a) => a + \"é\";\n\n// zwei 🦀\nexport function two() { return `x ${one(1)}`; }\n\nfunction two() {}\n\ndescribe(\"two\", () => {\n  it(\"works\", () => { two(); });\n});\n";
    const TYPESCRIPT: &str = "import { a } from \"b\";\n\ninterface I { ü: number; f(): void }\n\ntype T = string | I;\n\nenum E { P, Q }\n\nnamespace N {\n  export class A {\n    // 🦀\n    f(): number { return 1; }\n\n    g(x: T) {}\n\n    h() {}\n  }\n\n  function inside() {}\n}\n\nexport function two(a: I): void;\nexport function two(a: any) { return; }\n\nabstract class B { abstract f(): void }\n";
    const GO: &str = "// Doc.\npackage a\n\nimport (\n\t\"fmt\"\n\tb \"c/d\"\n)\n\n// Š döc.\ntype S struct{ ж int }\n\ntype (\n\tA int\n\t// B doc.\n\tB interface {\n\t\tF()\n\t}\n)\n\nconst x, y = 1, 2\n\n// m\nfunc (s *S) m() int {\n\tf := func() {}\n\treturn s.x\n}\n\n//go:noinline\nfunc f() {}\n\nfunc TestF(t *testing.T) { f() }\n";
    const JAVA: &str = "/* Doc. */\npackage a;\n\nimport java.util.List;\n\n/** Ä🦀. */\n@X\nclass A {\n    int ä, b;\n\n    A(final List<int[]> x, int... y) {}\n\n    // f\n    @Test void f(Map.Entry<K, V>[] e) { int local = 1; return; }\n\n    /** g */\n    int g() { return 1; }\n\n    enum E { P { void g() {} }, Q }\n\n    int g(int x) { return new Object() { int h() { return 2; } }.h(); }\n}\n\nrecord R(int x) { R {} }\n\ninterface I { void f(); }\n";
    /// With a place inside one of several functions.
    pub(in crate::syntax) const SAMPLES: [(&str, &str, &str); 7] = [
        ("rust", RUST, "return"),
        ("python", PYTHON, "return inner"),
        ("javascript", JAVASCRIPT, "one(1"),
        ("typescript", TYPESCRIPT, "g(x: T) {"),
        ("typescriptreact", TYPESCRIPT, "g(x: T) {"),
        ("go", GO, "return s.x"),
        ("java", JAVA, "return 1"),
    ];
    /// What people type, and what changes the meaning of what follows.
    pub(in crate::syntax) const TYPED: [&str; 25] = [
        "",
        "é",
        "🦀 = ",
        "\r\n",
        "x",
        "1",
        "\n",
        "\n\n",
        " ",
        "    ",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "'",
        "`",
        "/*",
        "*/",
        "// c\n",
        "# c\n",
        "/** d */\n",
        "fn two() {}\n",
        "def two():\n    pass\n",
        "class A {\n",
    ];

    fn document(id: &str, text: &str) -> Document {
        Document::new(Language::by_id(id).unwrap(), text, None)
    }

    #[test]
    fn what_stands_apart_from_a_change_is_taken_over() {
        for (id, text, place) in SAMPLES {
            let old = document(id, text);
            old.outline();
            let at = text.find(place).unwrap() + place.len();
            let before = old.before(at..at, 1).unwrap();
            let new = old.edited(at..at, "1", None);
            let refreshed = before.outline(&new);
            assert!(refreshed.is_some(), "{id}");
            assert_eq!(refreshed.as_ref(), Some(&Outline::of(&new, None)), "{id}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn an_outline_is_the_same_however_the_text_came_about(
            sample in 0..SAMPLES.len(),
            line_end in prop::sample::select(vec!["\n", "\r\n"]),
            edits in prop::collection::vec((any::<bool>(), 0usize..1000, 0usize..12, 0..TYPED.len()), 1..12),
        ) {
            let (id, text, _) = SAMPLES[sample];
            let mut now = document(id, &text.replace('\n', line_end));
            now.outline();
            for (is_asked, start, length, typed) in edits {
                let start = start % now.source().len().max(1);
                now = now.edited(start..start + length, TYPED[typed], None);
                if is_asked {
                    prop_assert_eq!(now.outline(), &Outline::of(&now, None), "{}: {:?}", id, now.source());
                }
            }
            prop_assert_eq!(now.outline(), &Outline::of(&now, None), "{}: {:?}", id, now.source());
        }
    }
}
