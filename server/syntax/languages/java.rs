//! Java, as a row.

use std::sync::OnceLock;

use crate::syntax::{
    BlockComment, BodyForm, Documentation, Language, ModulePath, Naming, Role, TestFramework, TestNaming, TestPlace,
};

pub(super) static ROW: Language = Language {
    name: "java",
    title: "Java",
    ids: &["java"],
    extensions: &["java"],
    fences: &["java"],
    line_comment: "//",
    comment_marks: &["//", "/**", "/*", "*/", "*"],
    documentation_marks: &["/**"],
    body: BodyForm::Braces,
    bare_members: true,
    documentation: Documentation::BlockComment(BlockComment {
        open: "/**",
        line: " *",
        close: " */",
        parameter: "@param {name} {text}",
        returns: "@return {text}",
        raises: "@throws {type} {text}",
        nothing: &["void"],
    }),
    documentation_style: Some("javadoc"),
    documentation_rules: "tags @param, @return and @throws where they apply",
    undocumented: "TODO: describe.",
    tests: TestPlace::File {
        names: &["{module}Test.java", "{module}Tests.java", "Test{module}.java"],
        folders: &[""],
        package_marker: "module-info.java",
        source_roots: &[],
        module_path: ModulePath::Dotted,
        manifest: "",
        mirrors: &[("src/main/java", "src/test/java")],
    },
    wrappers: &[
        ("class Graft {\n", "\n}\n"),
        ("enum Graft {\n", "\n}\n"),
        ("@interface Graft {\n", "\n}\n"),
        ("record Graft() {\n", "\n}\n"),
        ("class Graft {\nGraft() {\n", "\n}\n}\n"),
        ("class Graft {\nvoid graft() {\n", "\n}\n}\n"),
    ],
    stubs: &[
        "",
        "thrownewUnsupportedOperationException()",
        "thrownewRuntimeException(\"Notimplemented*\");",
        "thrownewRuntimeException(\"notimplemented*\");",
        "thrownewRuntimeException(\"TODO*\");",
        "thrownewIllegalStateException(\"Notimplemented*\");",
    ],
    demonstrations: &["main"],
    blank_lines: 1,
    namings: NAMINGS,
    frameworks: FRAMEWORKS,
    assertions: &[],
    import_list: None,
    imports_sorted: true,
    import_roots: &[],
    export_roots: &[],
    linters: &[],
    grammar: tree_sitter_java::LANGUAGE,
    query_source: concat!(
        include_str!("../../../queries/java/definitions.scm"),
        include_str!("../../../queries/java/comments.scm"),
        include_str!("../../../queries/java/imports.scm"),
        include_str!("../../../queries/java/tests.scm"),
        include_str!("../../../queries/java/layout.scm"),
    ),
    query: OnceLock::new(),
    block_source: include_str!("../../../queries/java/blocks.scm"),
    block_query: OnceLock::new(),
    signature_source: include_str!("../../../queries/java/signatures.scm"),
    signature_query: OnceLock::new(),
    locals_source: include_str!("../../../queries/java/locals.scm"),
    locals_query: OnceLock::new(),
};

const NAMINGS: &[Naming] = &[
    naming("is*", Role::Predicate, "Returns whether this is {name}."),
    naming("has*", Role::Predicate, "Returns whether this has {name}."),
    naming("get*", Role::Getter, "Returns the {name}."),
    naming("set*", Role::Setter, "Sets the {name}."),
    naming("to*", Role::Conversion, "Converts this to {name}."),
    naming("as*", Role::Conversion, "Returns this as {name}."),
    naming("*", Role::Property, "Returns the {name}."),
];

const fn naming(pattern: &'static str, role: Role, sentence: &'static str) -> Naming {
    Naming { pattern, role, sentence }
}

const FRAMEWORKS: &[TestFramework] = &[
    framework("JUnit 5", JUPITER_EVIDENCE, JUPITER_IMPORTS, JUPITER_UNFINISHED),
    framework("JUnit 4", &["org.junit.", "org.junit.Test", "org.junit.Assert"], JUNIT_4_IMPORTS, JUNIT_4_UNFINISHED),
];

const JUPITER_EVIDENCE: &[&str] = &[
    "org.junit.jupiter.api.",
    "org.junit.jupiter.api.Test",
    "org.junit.jupiter.api.Assertions",
    "org.junit.jupiter.params.ParameterizedTest",
];

const JUPITER_IMPORTS: &[&str] = &[
    "import org.junit.jupiter.api.Test;",
    "import org.junit.jupiter.api.Assumptions;",
    "import static org.junit.jupiter.api.Assertions.assertArrayEquals;",
    "import static org.junit.jupiter.api.Assertions.assertEquals;",
    "import static org.junit.jupiter.api.Assertions.assertFalse;",
    "import static org.junit.jupiter.api.Assertions.assertNotNull;",
    "import static org.junit.jupiter.api.Assertions.assertNull;",
    "import static org.junit.jupiter.api.Assertions.assertThrows;",
    "import static org.junit.jupiter.api.Assertions.assertTrue;",
];

const JUNIT_4_IMPORTS: &[&str] = &[
    "import org.junit.Assume;",
    "import org.junit.Test;",
    "import static org.junit.Assert.assertArrayEquals;",
    "import static org.junit.Assert.assertEquals;",
    "import static org.junit.Assert.assertFalse;",
    "import static org.junit.Assert.assertNotNull;",
    "import static org.junit.Assert.assertNull;",
    "import static org.junit.Assert.assertThrows;",
    "import static org.junit.Assert.assertTrue;",
];

const JUPITER_UNFINISHED: &str = "Assumptions.abort(\"unfinished: arrange, act and assert {subject}\");\n";
const JUNIT_4_UNFINISHED: &str = "Assume.assumeTrue(\"unfinished: arrange, act and assert {subject}\", false);\n";

const fn framework(
    name: &'static str,
    evidence: &'static [&'static str],
    imports: &'static [&'static str],
    unfinished: &'static str,
) -> TestFramework {
    TestFramework {
        name,
        evidence,
        manifest_evidence: &[],
        fits: &[],
        imports,
        naming: TestNaming::Camel,
        import_tested: None,
        group: Some("public class {group} {\n"),
        group_close: "}\n",
        open: "@Test\npublic void {name}() {\n",
        close: "}\n",
        member: ".",
        unfinished,
        equal: "",
        same: "",
        raises: "",
    }
}
