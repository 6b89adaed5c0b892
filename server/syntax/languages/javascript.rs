//! JavaScript, as a row.

use std::sync::OnceLock;

use super::ecmascript::{
    CLASS, COMMENT_MARKS, DEMONSTRATIONS, DOCUMENTATION, DOCUMENTATION_MARKS, DOCUMENTATION_RULES, EXPORT_ROOTS,
    FRAMEWORKS, LINTERS, NAMINGS, OBJECT, STATEMENTS, STUBS, TESTS,
};
use crate::syntax::{BodyForm, Language};

pub(super) static ROW: Language = Language {
    name: "javascript",
    title: "JavaScript",
    ids: &["javascript", "javascriptreact"],
    extensions: &["js", "mjs", "cjs", "jsx"],
    fences: &["javascript", "js", "jsx", "mjs", "node"],
    line_comment: "//",
    comment_marks: COMMENT_MARKS,
    documentation_marks: DOCUMENTATION_MARKS,
    body: BodyForm::Braces,
    bare_members: false,
    documentation: DOCUMENTATION,
    documentation_style: Some("jsdoc"),
    documentation_rules: DOCUMENTATION_RULES,
    undocumented: "TODO: describe.",
    tests: TESTS,
    wrappers: &[CLASS, OBJECT, STATEMENTS],
    stubs: STUBS,
    demonstrations: DEMONSTRATIONS,
    blank_lines: 1,
    namings: NAMINGS,
    frameworks: FRAMEWORKS,
    assertions: &[],
    import_list: None,
    imports_sorted: false,
    import_roots: &[],
    export_roots: EXPORT_ROOTS,
    linters: LINTERS,
    grammar: tree_sitter_javascript::LANGUAGE,
    query_source: concat!(
        include_str!("../../../queries/ecmascript/definitions.scm"),
        include_str!("../../../queries/javascript/definitions.scm"),
        include_str!("../../../queries/ecmascript/comments.scm"),
        include_str!("../../../queries/ecmascript/imports.scm"),
        include_str!("../../../queries/ecmascript/tests.scm"),
        include_str!("../../../queries/ecmascript/layout.scm"),
    ),
    query: OnceLock::new(),
    block_source: include_str!("../../../queries/ecmascript/blocks.scm"),
    block_query: OnceLock::new(),
    signature_source: concat!(
        include_str!("../../../queries/ecmascript/signatures.scm"),
        include_str!("../../../queries/javascript/signatures.scm"),
    ),
    signature_query: OnceLock::new(),
    locals_source: concat!(
        include_str!("../../../queries/ecmascript/locals.scm"),
        include_str!("../../../queries/javascript/locals.scm"),
    ),
    locals_query: OnceLock::new(),
};
