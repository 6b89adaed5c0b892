//! Rust, as a row.

use std::sync::OnceLock;

use crate::syntax::{
    BodyForm, Documentation, Language, Linter, LinterReport, Naming, Role, TestFramework, TestNaming, TestPlace,
};

pub(super) static ROW: Language = Language {
    name: "rust",
    title: "Rust",
    ids: &["rust"],
    extensions: &["rs"],
    fences: &["rust", "rs"],
    line_comment: "//",
    comment_marks: &["///", "//!", "//", "/**", "/*!", "/*", "*/", "*"],
    documentation_marks: &["///", "//!", "/**", "/*!"],
    body: BodyForm::Braces,
    bare_members: false,
    documentation: Documentation::LeadingComment("///"),
    documentation_style: Some("rustdoc"),
    documentation_rules: "sections such as # Errors, # Panics and # Safety where they apply",
    undocumented: "TODO: describe.",
    tests: TestPlace::Module { open: "#[cfg(test)]\nmod tests {\n    use super::*;\n", close: "}\n" },
    wrappers: &[("impl Graft {\n", "\n}\n"), ("trait Graft {\n", "\n}\n"), ("fn graft() {\n", "\n}\n")],
    stubs: &["", "todo!()", "todo!();", "unimplemented!()", "unimplemented!();"],
    demonstrations: &["main"],
    blank_lines: 1,
    namings: NAMINGS,
    frameworks: FRAMEWORKS,
    assertions: &["assert", "assert_eq", "assert_ne"],
    import_list: None,
    imports_sorted: false,
    import_roots: &["std", "core", "alloc", "crate", "self", "super"],
    export_roots: &[],
    linters: LINTERS,
    grammar: tree_sitter_rust::LANGUAGE,
    query_source: concat!(
        include_str!("../../../queries/rust/definitions.scm"),
        include_str!("../../../queries/rust/comments.scm"),
        include_str!("../../../queries/rust/imports.scm"),
        include_str!("../../../queries/rust/tests.scm"),
        include_str!("../../../queries/rust/layout.scm"),
    ),
    query: OnceLock::new(),
    block_source: include_str!("../../../queries/rust/blocks.scm"),
    block_query: OnceLock::new(),
    signature_source: include_str!("../../../queries/rust/signatures.scm"),
    signature_query: OnceLock::new(),
    locals_source: include_str!("../../../queries/rust/locals.scm"),
    locals_query: OnceLock::new(),
};

const NAMINGS: &[Naming] = &[
    naming("new", Role::Constructor, "Creates a new [`{owner}`]."),
    naming("is_*", Role::Predicate, "Returns `true` if this [`{owner}`] is {name}."),
    naming("has_*", Role::Predicate, "Returns `true` if this [`{owner}`] has {name}."),
    naming("*", Role::Property, "Returns the {name} of this [`{owner}`]."),
    naming("get_*", Role::Getter, "Returns the {name} of this [`{owner}`]."),
    naming("set_*", Role::Setter, "Sets the {name} of this [`{owner}`]."),
    naming("from_*", Role::ConstructorFrom, "Creates a [`{owner}`] from {name}."),
    naming("to_*", Role::Conversion, "Converts this [`{owner}`] to {name}."),
    naming("into_*", Role::Conversion, "Converts this [`{owner}`] into {name}."),
    naming("as_*", Role::Conversion, "Returns this [`{owner}`] as {name}."),
];

const fn naming(pattern: &'static str, role: Role, sentence: &'static str) -> Naming {
    Naming { pattern, role, sentence }
}

const FRAMEWORKS: &[TestFramework] = &[TestFramework {
    name: "cargo test",
    evidence: &[],
    manifest_evidence: &[],
    fits: &[],
    imports: &[],
    naming: TestNaming::Snake,
    import_tested: None,
    group: None,
    group_close: "",
    open: "#[test]\nfn {name}() {\n",
    close: "}\n",
    member: "::",
    unfinished: "todo!(\"arrange, act and assert: {subject}\");\n",
    equal: "assert_eq!({actual}, {expected});\n",
    same: "assert_eq!({actual}, {expected});\n",
    raises: "",
}];

const LINTERS: &[Linter] = &[Linter {
    name: "clippy",
    program: "cargo",
    arguments: &["clippy", "--quiet", "--all-targets", "--message-format=json"],
    reads_stdin: false,
    runs_project_code: true,
    manifest: Some("Cargo.toml"),
    report: LinterReport::CargoMessages,
    // 101: the code has errors, which are findings too.
    success: &[0, 101],
    model_id: "builtin/clippy",
    install: "rustup component add clippy",
}];
