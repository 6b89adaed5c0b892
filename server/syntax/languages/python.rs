//! Python, as a row.

use std::sync::OnceLock;

use crate::syntax::{
    BodyForm, Documentation, Language, Linter, LinterReport, ModulePath, Naming, Role, TestFramework, TestNaming,
    TestPlace,
};

pub(super) static ROW: Language = Language {
    name: "python",
    title: "Python",
    ids: &["python"],
    extensions: &["py", "pyi", "pyw"],
    fences: &["python", "py", "python3"],
    line_comment: "#",
    comment_marks: &["#"],
    documentation_marks: &[],
    body: BodyForm::Indented,
    bare_members: false,
    documentation: Documentation::Docstring,
    documentation_style: None,
    documentation_rules: "",
    undocumented: "TODO: describe.",
    tests: TestPlace::File {
        names: &["test_{module}.py", "{module}_test.py"],
        folders: &["tests", "test", ""],
        package_marker: "__init__.py",
        source_roots: &["src"],
        mirrors: &[],
        module_path: ModulePath::Dotted,
        manifest: "",
    },
    wrappers: &[("class Graft:\n", "\n"), ("def graft():\n", "\n")],
    stubs: &["", "pass", "...", "raiseNotImplementedError", "raiseNotImplementedError()"],
    demonstrations: &["main"],
    blank_lines: 2,
    namings: NAMINGS,
    frameworks: FRAMEWORKS,
    assertions: &["assert"],
    import_list: None,
    imports_sorted: false,
    import_roots: &[],
    export_roots: &[],
    linters: LINTERS,
    grammar: tree_sitter_python::LANGUAGE,
    query_source: concat!(
        include_str!("../../../queries/python/definitions.scm"),
        include_str!("../../../queries/python/comments.scm"),
        include_str!("../../../queries/python/imports.scm"),
        include_str!("../../../queries/python/tests.scm"),
        include_str!("../../../queries/python/layout.scm"),
    ),
    query: OnceLock::new(),
    block_source: include_str!("../../../queries/python/blocks.scm"),
    block_query: OnceLock::new(),
    signature_source: include_str!("../../../queries/python/signatures.scm"),
    signature_query: OnceLock::new(),
    locals_source: include_str!("../../../queries/python/locals.scm"),
    locals_query: OnceLock::new(),
};

const NAMINGS: &[Naming] = &[
    naming("__init__", Role::Constructor, "Initialize the {owner}."),
    naming("*", Role::PropertySetter, "Set the {name}."),
    naming("is_*", Role::Predicate, "Return whether this is {name}."),
    naming("has_*", Role::Predicate, "Return whether this has {name}."),
    naming("*", Role::Property, "The {name}."),
    naming("get_*", Role::Getter, "Return the {name}."),
    naming("set_*", Role::Setter, "Set the {name}."),
    naming("from_*", Role::ConstructorFrom, "Create a {owner} from {name}."),
    naming("to_*", Role::Conversion, "Convert this to {name}."),
    naming("as_*", Role::Conversion, "Return this as {name}."),
];

const fn naming(pattern: &'static str, role: Role, sentence: &'static str) -> Naming {
    Naming { pattern, role, sentence }
}

const FRAMEWORKS: &[TestFramework] = &[
    TestFramework {
        name: "pytest",
        evidence: &["import pytest", "from pytest"],
        manifest_evidence: &[],
        fits: &[],
        imports: &["import pytest"],
        naming: TestNaming::Snake,
        import_tested: Some("from {module} import {names}"),
        group: None,
        group_close: "",
        open: "def {name}():\n",
        close: "",
        member: ".",
        unfinished: "pytest.skip(\"unfinished: arrange, act and assert {subject}\")\n",
        equal: "assert {actual} == {expected}\n",
        same: "assert {actual} is {expected}\n",
        raises: "with pytest.raises({error}):\n",
    },
    TestFramework {
        name: "unittest",
        evidence: &["import unittest", "TestCase", "IsolatedAsyncioTestCase"],
        manifest_evidence: &[],
        fits: &[],
        imports: &["import unittest"],
        naming: TestNaming::Snake,
        import_tested: Some("from {module} import {names}"),
        group: Some("class {group}(unittest.TestCase):\n"),
        group_close: "",
        open: "def {name}(self):\n",
        close: "",
        member: ".",
        unfinished: "self.skipTest(\"unfinished: arrange, act and assert {subject}\")\n",
        equal: "self.assertEqual({actual}, {expected})\n",
        same: "self.assertIs({actual}, {expected})\n",
        raises: "with self.assertRaises({error}):\n",
    },
];

const LINTERS: &[Linter] = &[
    Linter {
        name: "ruff",
        program: "ruff",
        arguments: &[
            "check",
            "--quiet",
            "--no-cache",
            "--no-fix",
            "--output-format=json",
            "--stdin-filename={path}",
            "-",
        ],
        reads_stdin: true,
        runs_project_code: false,
        manifest: None,
        report: LinterReport::JsonArray,
        success: &[0, 1],
        model_id: "builtin/ruff",
        install: "pip install ruff",
    },
    Linter {
        name: "flake8",
        program: "flake8",
        // A project's own configuration may name plugins, which are code that would run.
        arguments: &["--isolated", "--stdin-display-name={path}", "-"],
        reads_stdin: true,
        runs_project_code: false,
        manifest: None,
        report: LinterReport::Lines,
        success: &[0, 1],
        model_id: "builtin/flake8",
        install: "pip install flake8",
    },
];
