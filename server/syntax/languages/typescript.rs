//! TypeScript, as a row.

use std::sync::OnceLock;

use super::ecmascript::{
    CLASS, COMMENT_MARKS, DEMONSTRATIONS, DOCUMENTATION, DOCUMENTATION_MARKS, DOCUMENTATION_RULES, EXPORT_ROOTS,
    LINTERS, NAMINGS, OBJECT, STATEMENTS, STUBS, TESTS, TYPED_FRAMEWORKS,
};
use crate::syntax::{BodyForm, Language};

pub(super) static ROW: Language = Language {
    name: "typescript",
    title: "TypeScript",
    ids: &["typescript"],
    extensions: &["ts", "mts", "cts"],
    fences: &["typescript", "ts"],
    line_comment: "//",
    comment_marks: COMMENT_MARKS,
    documentation_marks: DOCUMENTATION_MARKS,
    body: BodyForm::Braces,
    bare_members: false,
    documentation: DOCUMENTATION,
    documentation_style: Some("tsdoc"),
    documentation_rules: DOCUMENTATION_RULES,
    undocumented: "TODO: describe.",
    tests: TESTS,
    wrappers: &[CLASS, OBJECT, ("interface Graft {\n", "\n}\n"), STATEMENTS],
    stubs: STUBS,
    demonstrations: DEMONSTRATIONS,
    blank_lines: 1,
    namings: NAMINGS,
    frameworks: TYPED_FRAMEWORKS,
    assertions: &[],
    import_list: None,
    imports_sorted: false,
    import_roots: &[],
    export_roots: EXPORT_ROOTS,
    linters: LINTERS,
    grammar: tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
    query_source: concat!(
        include_str!("../../../queries/ecmascript/definitions.scm"),
        include_str!("../../../queries/typescript/definitions.scm"),
        include_str!("../../../queries/ecmascript/comments.scm"),
        include_str!("../../../queries/ecmascript/imports.scm"),
        include_str!("../../../queries/ecmascript/tests.scm"),
        include_str!("../../../queries/ecmascript/layout.scm"),
    ),
    query: OnceLock::new(),
    block_source: concat!(
        include_str!("../../../queries/ecmascript/blocks.scm"),
        include_str!("../../../queries/typescript/blocks.scm"),
    ),
    block_query: OnceLock::new(),
    signature_source: concat!(
        include_str!("../../../queries/ecmascript/signatures.scm"),
        include_str!("../../../queries/typescript/signatures.scm"),
    ),
    signature_query: OnceLock::new(),
    locals_source: concat!(
        include_str!("../../../queries/ecmascript/locals.scm"),
        include_str!("../../../queries/typescript/locals.scm"),
    ),
    locals_query: OnceLock::new(),
};
