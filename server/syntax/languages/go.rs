//! Go, as a row.

use std::sync::OnceLock;

use crate::syntax::{
    BodyForm, Documentation, ImportList, Language, Linter, LinterReport, ModulePath, Naming, Role, TestFramework,
    TestNaming, TestPlace,
};

pub(super) static ROW: Language = Language {
    name: "go",
    title: "Go",
    ids: &["go"],
    extensions: &["go"],
    fences: &["go", "golang"],
    line_comment: "//",
    comment_marks: &["//", "/*", "*/", "*"],
    documentation_marks: &[],
    body: BodyForm::Braces,
    bare_members: false,
    documentation: Documentation::LeadingComment("//"),
    documentation_style: Some("go doc"),
    documentation_rules: "the first sentence starts with the name",
    undocumented: "{function} TODO: describe.",
    tests: TestPlace::File {
        names: &["{module}_test.go"],
        folders: &[""],
        package_marker: "go.mod",
        source_roots: &[],
        module_path: ModulePath::Dotted,
        manifest: "",
        mirrors: &[],
    },
    wrappers: &[
        ("package graft\ntype Graft interface {\n", "\n}\n"),
        ("package graft\ntype (\n", "\n)\n"),
        ("package graft\nconst (\n", "\n)\n"),
        ("package graft\nvar (\n", "\n)\n"),
        ("package graft\nfunc graft() {\n", "\n}\n"),
    ],
    stubs: &[
        "",
        "panic(\"notimplemented*\")",
        "panic(\"notyetimplemented*\")",
        "panic(\"unimplemented*\")",
        "panic(\"implementme*\")",
        "panic(\"TODO*\")",
        "panic(\"todo*\")",
        "panic(\"Notimplemented*\")",
        "panic(errors.New(\"notimplemented*\"))",
        "panic(fmt.Errorf(\"notimplemented*\"))",
    ],
    demonstrations: &["main"],
    blank_lines: 1,
    namings: NAMINGS,
    frameworks: FRAMEWORKS,
    assertions: &[],
    import_list: Some(ImportList { single: "import {import}", open: "import (", close: ")" }),
    imports_sorted: true,
    import_roots: &[],
    export_roots: &[],
    linters: LINTERS,
    grammar: tree_sitter_go::LANGUAGE,
    query_source: concat!(
        include_str!("../../../queries/go/definitions.scm"),
        include_str!("../../../queries/go/comments.scm"),
        include_str!("../../../queries/go/imports.scm"),
        include_str!("../../../queries/go/tests.scm"),
        include_str!("../../../queries/go/layout.scm"),
    ),
    query: OnceLock::new(),
    block_source: include_str!("../../../queries/go/blocks.scm"),
    block_query: OnceLock::new(),
    signature_source: include_str!("../../../queries/go/signatures.scm"),
    signature_query: OnceLock::new(),
    locals_source: include_str!("../../../queries/go/locals.scm"),
    locals_query: OnceLock::new(),
};

const NAMINGS: &[Naming] = &[
    naming("String", Role::Conversion, "{function} returns this {owner} as a string."),
    naming("Is*", Role::Predicate, "{function} reports whether this {owner} is {name}."),
    naming("Has*", Role::Predicate, "{function} reports whether this {owner} has {name}."),
    naming("*", Role::Property, "{function} returns the {name} of this {owner}."),
    naming("Get*", Role::Getter, "{function} returns the {name} of this {owner}."),
    naming("Set*", Role::Setter, "{function} sets the {name} of this {owner}."),
    naming("To*", Role::Conversion, "{function} converts this {owner} to {name}."),
];

const fn naming(pattern: &'static str, role: Role, sentence: &'static str) -> Naming {
    Naming { pattern, role, sentence }
}

const FRAMEWORKS: &[TestFramework] = &[TestFramework {
    name: "go test",
    evidence: &[],
    manifest_evidence: &[],
    fits: &[],
    imports: &["\"testing\""],
    naming: TestNaming::Pascal,
    import_tested: None,
    group: None,
    group_close: "",
    open: "func {name}(t *testing.T) {\n",
    close: "}\n",
    member: ".",
    unfinished: "t.Skip(\"unfinished: arrange, act and assert {subject}\")\n",
    equal: "",
    same: "",
    raises: "",
}];

const LINTERS: &[Linter] = &[Linter {
    name: "staticcheck",
    program: "staticcheck",
    arguments: &["-f", "json", "./..."],
    reads_stdin: false,
    // It loads packages through the build, C code and its flags included.
    runs_project_code: true,
    manifest: Some("go.mod"),
    report: LinterReport::JsonLines,
    success: &[0, 1],
    model_id: "builtin/staticcheck",
    install: "go install honnef.co/go/tools/cmd/staticcheck@latest",
}];
