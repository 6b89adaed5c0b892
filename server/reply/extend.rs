//! Where new definitions and imports go in a file or in its test module, as pure insertions. Refuses to judge what is added.

mod imports;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::syntax::{BodyForm, Definition, Document, Language, TestPlace, line_in_string};
use crate::text::{Edit, IndentUnit, base_indent, detect_unit, leading_whitespace};

/// A place that takes further definitions.
#[derive(Debug)]
pub struct Container<'a> {
    document: &'a Document,
    place: Place,
    unit: IndentUnit,
    /// What an empty file must start with.
    head: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File,
    /// The bytes between the module's braces.
    Module(Range<usize>),
    /// A module that has yet to be made, with the text around its body.
    NewModule(&'static str, &'static str),
}

impl<'a> Container<'a> {
    /// The document's last test module, or one to be made at the file's end. The file itself in languages whose tests
    /// have files of their own.
    pub fn module_of(document: &'a Document) -> Container<'a> {
        let place = match (document.outline().test_modules.last(), document.language().tests) {
            (Some((_, body)), _) if body.len() >= 2 => Place::Module(body.start + 1..body.end - 1),
            (_, TestPlace::Module { open, close }) => Place::NewModule(open, close),
            (_, TestPlace::File { .. }) => Place::File,
        };
        Container::at(document, place)
    }

    /// The file, at its top level.
    pub fn file(document: &'a Document) -> Container<'a> {
        Container::at(document, Place::File)
    }

    fn at(document: &'a Document, place: Place) -> Container<'a> {
        let unit = detect_unit(document.source()).unwrap_or(IndentUnit::Spaces(4));
        Container { document, place, unit, head: String::new() }
    }

    /// Where tests of `source` go in the file `target`: like [`Container::module_of`]; one that is still empty gets the line
    /// that says which package it belongs to.
    pub fn tests_of(source: &Document, target: &'a Document) -> Container<'a> {
        let package = source.outline().package.clone().filter(|_| target.source().trim().is_empty());
        let head = package.map(|range| format!("{}\n\n", source.slice(range))).unwrap_or_default();
        let unit = detect_unit(target.source()).or_else(|| detect_unit(source.source()));
        Container { head, unit: unit.unwrap_or(IndentUnit::Spaces(4)), ..Container::module_of(target) }
    }

    /// Whether it is a module or a class, rather than a file.
    pub fn is_module(&self) -> bool {
        !matches!(self.place, Place::File)
    }

    /// The definitions that stand directly in the container; none where it has yet to be made.
    pub fn definitions(&self) -> Vec<&'a Definition> {
        match &self.place {
            Place::NewModule(..) => Vec::new(),
            _ => self.document.outline().top_level_in(self.inside()).collect(),
        }
    }

    /// Insertions that append `definitions`, indented from column 0, after what the container holds, and bring in the
    /// `imports` (whole statements) that it lacks. Bytes of the container's document; no two at one place.
    pub fn insert(&self, definitions: &str, imports: &[String]) -> Vec<Edit> {
        let definitions = definitions.trim_matches('\n').trim_end();
        // Tests that stand in a class of a file of their own import at its head.
        let own_file = matches!(self.document.language().tests, TestPlace::File { .. });
        let file = Container::file(self.document);
        let importer = if own_file { &file } else { self };
        let missing = importer.missing(imports);
        if let Place::NewModule(open, close) = self.place {
            return vec![self.new_module(open, close, definitions, &missing)];
        }
        let indent = self.indent();
        let mut texts: BTreeMap<usize, String> = BTreeMap::new();
        if !missing.is_empty() {
            for (at, text) in importer.import_texts(&missing, if own_file { "" } else { &indent }) {
                texts.entry(at).or_default().push_str(&text);
            }
        }
        if !definitions.is_empty() {
            let here = !(missing.is_empty() || own_file && self.is_module());
            let (at, text) = self.definition_text(definitions, &indent, here);
            texts.entry(at).or_default().push_str(&text);
        }
        let empty = self.document.source().is_empty();
        texts
            .into_iter()
            .map(|(at, text)| match empty {
                true => Edit::new(at..at, format!("{}{}\n", self.head, text.trim_start_matches('\n'))),
                false => Edit::new(at..at, text),
            })
            .collect()
    }

    /// The bytes that the container spans now; the file's end where it has yet to be made.
    pub fn range(&self) -> Range<usize> {
        match &self.place {
            Place::Module(_) | Place::File => self.inside(),
            Place::NewModule(..) => self.document.source().len()..self.document.source().len(),
        }
    }

    fn inside(&self) -> Range<usize> {
        match &self.place {
            Place::Module(inside) => inside.clone(),
            _ => self.document.first_line_start()..self.document.source().len(),
        }
    }

    /// The indentation of what stands directly in the container.
    fn indent(&self) -> String {
        let Place::Module(inside) = &self.place else {
            return String::new();
        };
        let source = self.document.source();
        let text = self.document.slice(inside.clone());
        let first = text.trim_start();
        let start = inside.start + (text.len() - first.len());
        match !first.is_empty() && text.get(..text.len() - first.len()).is_some_and(|gap| gap.contains('\n')) {
            true => base_indent(source, start).to_owned(),
            false => base_indent(source, inside.start).to_owned() + &self.unit.text(),
        }
    }

    /// Where definitions go, with their text.
    fn definition_text(&self, definitions: &str, indent: &str, has_new_imports: bool) -> (usize, String) {
        let source = self.document.source();
        let inside = self.inside();
        let text = self.indented(definitions, indent);
        let content = self.document.slice(inside.clone());
        let content_end = inside.start + content.trim_end().len();
        let blank = "\n".repeat(self.document.language().blank_lines + 1);
        if let Place::Module(inside) = &self.place {
            let before = if content.trim().is_empty() && !has_new_imports { "\n" } else { &blank };
            let closes_alone = source.get(content_end..inside.end).is_some_and(|gap| gap.contains('\n'));
            let after = match closes_alone {
                true => String::new(),
                false => format!("\n{}", base_indent(source, inside.start)),
            };
            let at = if content.trim().is_empty() { inside.start } else { content_end };
            return (at, format!("{before}{text}{after}"));
        }
        let at = match self.definitions().last() {
            Some(definition) => self.after_definition(definition),
            None => content_end,
        };
        let before =
            if source.get(..at).is_some_and(|head| head.trim().is_empty()) && !has_new_imports { "" } else { &blank };
        let touches = !source.get(at..).is_some_and(|rest| rest.is_empty() || rest.starts_with('\n'));
        (at, format!("{before}{text}{}", if touches { "\n" } else { "" }))
    }

    /// The end of the last line that belongs to a definition: comments in its body may stand behind its node.
    fn after_definition(&self, definition: &Definition) -> usize {
        let mut end = self.line_end(definition.outer.end);
        if self.document.language().body != BodyForm::Indented {
            return end;
        }
        let source = self.document.source();
        let mut seen = end;
        while let Some(line) = source.get(seen + 1..).and_then(|rest| rest.lines().next()) {
            let is_inner = !leading_whitespace(line).is_empty() && !line.trim().is_empty();
            if !is_inner && !line.trim().is_empty() {
                break;
            }
            seen += 1 + line.len();
            if is_inner {
                end = seen;
            }
        }
        end
    }

    fn new_module(&self, open: &str, close: &str, definitions: &str, missing: &[String]) -> Edit {
        let source = self.document.source();
        // Behind the last line that holds something, with the blanks that may end it.
        let end = source.trim_end().len();
        let at = source.get(end..).and_then(|rest| rest.find('\n')).map_or(source.len(), |length| end + length);
        let at = if end == 0 { 0 } else { at };
        let step = self.unit.text();
        let imports: String = missing.iter().map(|import| format!("{step}{import}\n")).collect();
        let open = reindented(self.document.language(), open, "", self.unit);
        let body = self.indented(definitions, &step);
        let text = format!("{}\n{imports}\n{body}\n{close}", open.trim_end());
        match at {
            0 => Edit::new(0..0, text),
            _ => Edit::new(at..at, format!("\n\n{}", text.trim_end())),
        }
    }

    fn indented(&self, definitions: &str, indent: &str) -> String {
        reindented(self.document.language(), definitions, indent, self.unit)
    }

    /// The end of the line of `offset`, or `offset` itself where the container ends before its line does.
    fn line_end(&self, offset: usize) -> usize {
        let source = self.document.source();
        let end = source.get(offset..).and_then(|rest| rest.find('\n')).map_or(source.len(), |at| offset + at);
        match &self.place {
            Place::Module(inside) if end > inside.end => offset,
            // With the blanks that may end it: that line stays as it is.
            _ => end,
        }
    }
}

/// A text that starts in column 0, moved to `indent` and to another unit. Lines that start inside a string stay.
fn reindented(language: &'static Language, text: &str, indent: &str, unit: IndentUnit) -> String {
    let own = detect_unit(text).unwrap_or(IndentUnit::Spaces(4)).text();
    let fragment = Document::new(language, text, None);
    let in_string = line_in_string(&fragment, 0..text.len());
    let line = |(index, line): (usize, &str)| {
        if in_string.get(index).copied().unwrap_or_default() {
            return line.to_owned();
        }
        if line.trim().is_empty() {
            return String::new();
        }
        let mut rest = line;
        let mut steps = 0;
        while let Some(deeper) = rest.strip_prefix(&own) {
            rest = deeper;
            steps += 1;
        }
        format!("{indent}{}{rest}", unit.text().repeat(steps))
    };
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Census;
    use crate::text::Edits;

    fn inserted(id: &str, text: &str, definitions: &str, imports: &[&str]) -> String {
        let document = Document::new(Language::by_id(id).unwrap(), text, None);
        let imports: Vec<String> = imports.iter().map(|import| (*import).to_owned()).collect();
        let container = match id {
            "rust" => Container::module_of(&document),
            _ => Container::file(&document),
        };
        let edits = container.insert(definitions, &imports);
        assert!(edits.iter().all(|edit| edit.range.is_empty()), "insertions only");
        let new = Edits::new(text, edits).unwrap().apply(text);
        let after = Document::new(Language::by_id(id).unwrap(), &new, None);
        assert!(Census::of(&after, 0..new.len()).is_empty(), "{new}");
        new
    }

    #[track_caller]
    fn check(id: &str, text: &str, definitions: &str, imports: &[&str], expected: &str) {
        let actual = inserted(id, text, definitions, imports);
        assert!(actual == expected, "got\n{actual}<end>\nexpected\n{expected}<end>");
    }

    const TEST: &str = "#[test]\nfn t() {\n    a();\n}\n";

    #[test]
    fn makes_a_test_module_at_the_end() {
        let module =
            "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn t() {\n        a();\n    }\n}";
        check("rust", "fn a() {}\n", TEST, &[], &format!("fn a() {{}}\n\n{module}\n"));
        check("rust", "fn a() {}", TEST, &[], &format!("fn a() {{}}\n\n{module}"));
        check("rust", "", TEST, &["use super::*;"], &format!("{module}\n"));
        check("rust", "fn a() {}  \n\t\n", TEST, &[], &format!("fn a() {{}}  \n\n{module}\n\t\n"));
    }

    #[test]
    fn a_byte_order_mark_stays_first() {
        check("java", "\u{feff}class A {\n}\n", "", &["import x.Y;"], "\u{feff}import x.Y;\n\nclass A {\n}\n");
        check("go", "\u{feff}package a\n", "", &["\"x\""], "\u{feff}package a\n\nimport \"x\"\n");
    }

    #[test]
    fn follows_the_file_s_indentation() {
        check(
            "rust",
            "fn a() {\n\tb();\n}\n",
            TEST,
            &["use x::y;"],
            "fn a() {\n\tb();\n}\n\n#[cfg(test)]\nmod tests {\n\tuse super::*;\n\tuse x::y;\n\n\t#[test]\n\tfn t() {\n\t\ta();\n\t}\n}\n",
        );
    }

    #[test]
    fn extends_the_test_module_that_is_there() {
        check(
            "rust",
            "#[cfg(test)]\nmod tests {\n  use super::*;\n\n  #[test]\n  fn s() {}\n\n  // last\n}\n\nfn later() {}\n",
            TEST,
            &["use super::*;", "use std::fmt;"],
            "#[cfg(test)]\nmod tests {\n  use super::*;\n  use std::fmt;\n\n  #[test]\n  fn s() {}\n\n  // last\n\n  #[test]\n  fn t() {\n    a();\n  }\n}\n\nfn later() {}\n",
        );
    }

    #[test]
    fn extends_empty_and_one_line_modules() {
        check(
            "rust",
            "#[cfg(test)]\nmod tests {}\n",
            TEST,
            &[],
            "#[cfg(test)]\nmod tests {\n    #[test]\n    fn t() {\n        a();\n    }\n}\n",
        );
        check(
            "rust",
            "#[cfg(test)]\nmod tests {\n}\n",
            TEST,
            &["use super::*;"],
            "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn t() {\n        a();\n    }\n}\n",
        );
        check(
            "rust",
            "#[cfg(test)]\nmod tests { use super::*; fn s() {} }\n",
            TEST,
            &["use b::c;"],
            "#[cfg(test)]\nmod tests { use super::*;\n    use b::c; fn s() {}\n\n    #[test]\n    fn t() {\n        a();\n    }\n }\n",
        );
    }

    #[test]
    fn appends_to_a_file_after_its_last_definition() {
        check(
            "python",
            "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n\nimport os  # c\n\n\ndef test_a():\n    pass\n    # end of a\n\n\nif __name__ == \"__main__\":\n    main()\n",
            "def test_b():\n    pass\n",
            &["import pytest", "import os"],
            "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n\nimport os  # c\nimport pytest\n\n\ndef test_a():\n    pass\n    # end of a\n\n\ndef test_b():\n    pass\n\n\nif __name__ == \"__main__\":\n    main()\n",
        );
    }

    #[test]
    fn begins_a_file_and_keeps_a_missing_final_line_end() {
        check("python", "", "def t():\n    pass\n", &["import pytest"], "import pytest\n\n\ndef t():\n    pass\n");
        check("python", "", "def t():\n    pass\n", &[], "def t():\n    pass\n");
        check(
            "python",
            "import a",
            "def t():\n    pass\n",
            &["import b"],
            "import a\nimport b\n\n\ndef t():\n    pass",
        );
        check("python", "import a\n", "def t():\n    pass\n", &["import a"], "import a\n\n\ndef t():\n    pass\n");
        check("python", "x = 1", "def t():\n    pass\n", &["import a"], "import a\n\nx = 1\n\n\ndef t():\n    pass");
    }

    #[test]
    fn puts_first_imports_below_docstring_and_licence() {
        check(
            "python",
            "#!/usr/bin/python\n# Licence.\n\n\"\"\"Doc.\"\"\"\n\n\n# about a\ndef a():\n    pass\n",
            "def b():\n    pass\n",
            &["import x", "from m import y"],
            "#!/usr/bin/python\n# Licence.\n\n\"\"\"Doc.\"\"\"\n\nimport x\nfrom m import y\n\n\n# about a\ndef a():\n    pass\n\n\ndef b():\n    pass\n",
        );
        check("python", "# Licence.\n", "", &["import x"], "# Licence.\n\nimport x\n");
    }

    #[test]
    fn imports_stay_below_what_must_stand_first() {
        check(
            "rust",
            "#[cfg(test)]\nmod tests {\n    #![allow(\n        x\n    )]\n    // near\n    fn s() {}\n}\n",
            "",
            &["use super::*;"],
            "#[cfg(test)]\nmod tests {\n    #![allow(\n        x\n    )]\n\n    use super::*;\n\n    // near\n    fn s() {}\n}\n",
        );
        let text = "//! Doc.\n#![allow(x)]\nfn f() {}\n";
        let document = Document::new(Language::by_id("rust").unwrap(), text, None);
        let edits = Container::file(&document).insert("", &["use c::d;".to_owned()]);
        let new = Edits::new(text, edits).unwrap().apply(text);
        assert_eq!(new, "//! Doc.\n#![allow(x)]\n\nuse c::d;\n\nfn f() {}\n");
    }

    #[test]
    fn an_import_inside_a_function_does_not_count() {
        let new = inserted("python", "def a():\n    import os\n", "", &["import os"]);
        assert_eq!(new, "import os\n\n\ndef a():\n    import os\n");
    }

    #[test]
    fn leaves_the_lines_of_a_string_alone() {
        let new =
            inserted("python", "class A:\n  x = 1\n", "def t():\n    x = \"\"\"a\n    b\"\"\"\n    return x\n", &[]);
        assert!(new.ends_with("def t():\n  x = \"\"\"a\n    b\"\"\"\n  return x\n"), "{new}");
    }
}
