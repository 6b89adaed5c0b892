//! What the engine knows of a language: one row of facts and a compiled query. Refuses to hold code for a single language.

use std::sync::OnceLock;

use tree_sitter::Query;
use tree_sitter_language::LanguageFn;

use super::{Linter, Naming, TestFramework};

/// How a definition's body is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyForm {
    /// Between braces.
    Braces,
    /// By indentation under a header that ends in a colon; layout is syntax.
    Indented,
}

/// Where documentation of a definition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documentation {
    /// Comment lines above the definition, each starting with this mark.
    LeadingComment(&'static str),
    /// A block comment above the definition, with tags for parameters, result and errors.
    BlockComment(BlockComment),
    /// A string that is the first statement of the body.
    Docstring,
}

/// How a block comment that documents is written. In the tags `{name}`, `{type}` and `{text}` stand for what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockComment {
    /// The first line.
    pub open: &'static str,
    /// What each line between starts with, without the blank before its text.
    pub line: &'static str,
    /// The last line.
    pub close: &'static str,
    /// The tag for a parameter.
    pub parameter: &'static str,
    /// The tag for the result.
    pub returns: &'static str,
    /// The tag for an error; its `{type}` is the error's.
    pub raises: &'static str,
    /// Declared result types that are nothing to speak of.
    pub nothing: &'static [&'static str],
}

/// How imports are written where one statement may list several. Each entry is an import of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportList {
    /// A statement with one entry, which is `{import}`.
    pub single: &'static str,
    /// The line before several entries, each on a line of its own and a step deeper.
    pub open: &'static str,
    /// The line after them.
    pub close: &'static str,
}

/// How a test file names the file that it tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModulePath {
    /// By a dotted path from the root of the sources: `package.shapes`.
    Dotted,
    /// By its place as seen from the test file: `../shapes`, with its extension where other imports have one.
    Relative {
        /// Extensions that are always written.
        kept_extensions: &'static [&'static str],
    },
}

/// Where tests of a file go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestPlace {
    /// A module at the end of the file itself: its text when made anew, with an empty body.
    Module {
        /// The lines before the body.
        open: &'static str,
        /// The lines after it.
        close: &'static str,
    },
    /// A file of its own; `{module}` stands for the tested file's stem, `{extension}` for its extension.
    File {
        /// Names that a test file may have, the preferred one first.
        names: &'static [&'static str],
        /// Folders looked through for one, from the project's root and beside the tested file, the preferred one first.
        folders: &'static [&'static str],
        /// The file that makes a folder a package, and so a part of dotted paths.
        package_marker: &'static str,
        /// Folders under the root that hold sources and are no part of dotted paths.
        source_roots: &'static [&'static str],
        /// Folders of sources with the folders that hold their tests in the same tree of folders: where a file stands in the
        /// first, its tests stand in the second, whatever `folders` say.
        mirrors: &'static [(&'static str, &'static str)],
        /// How it names what it tests.
        module_path: ModulePath,
        /// The file, in the tested file's folder or above it, that says what the project uses; empty where there is none.
        manifest: &'static str,
    },
}

/// One row of the table of languages.
pub struct Language {
    /// The name in configs, JSON and folders: `rust`.
    pub name: &'static str,
    /// The name in sentences: `Rust`.
    pub title: &'static str,
    /// The protocol's language identifiers.
    pub ids: &'static [&'static str],
    /// File name extensions, without the dot.
    pub extensions: &'static [&'static str],
    /// Words that follow an opening fence in answers, the one to ask for first.
    pub fences: &'static [&'static str],
    /// What starts a comment that ends with its line.
    pub line_comment: &'static str,
    /// Marks of comments, longest first, to take the text out of one.
    pub comment_marks: &'static [&'static str],
    /// Those of them that start documentation: it speaks to readers, and never asks for code.
    pub documentation_marks: &'static [&'static str],
    /// How bodies are set off.
    pub body: BodyForm,
    /// Whether a member calls another by its bare name, as it calls what stands outside of its type.
    pub bare_members: bool,
    /// Where documentation stands.
    pub documentation: Documentation,
    /// What the one form of documentation is called; nothing where there are several.
    pub documentation_style: Option<&'static str>,
    /// What a model should know of that form: its sections, how its first sentence starts.
    pub documentation_rules: &'static str,
    /// What stands where nothing is known of a definition, `{function}` for its name.
    pub undocumented: &'static str,
    /// Where tests go.
    pub tests: TestPlace,
    /// Text before and after a fragment that does not parse at the top of a file, such as a method: tried in order.
    pub wrappers: &'static [(&'static str, &'static str)],
    /// Whole bodies, blanks squeezed out, that stand for "not written yet"; `*` in one stands for anything within quotes.
    pub stubs: &'static [&'static str],
    /// Names of definitions that an answer adds as a demonstration: never kept.
    pub demonstrations: &'static [&'static str],
    /// Blank lines between definitions side by side in a file or module.
    pub blank_lines: usize,
    /// Names that tell what a function does, the plainest first.
    pub namings: &'static [Naming],
    /// Test frameworks, the one to take where nothing speaks for another first.
    pub frameworks: &'static [TestFramework],
    /// Names of macros or statements that check something in an example.
    pub assertions: &'static [&'static str],
    /// How imports are listed; nothing where each is a statement of its own.
    pub import_list: Option<ImportList>,
    /// Whether imports are kept in order, so that a new one has its place among them.
    pub imports_sorted: bool,
    /// Roots of import paths that every file can name.
    pub import_roots: &'static [&'static str],
    /// What a definition's own name starts with where it says that other files can see it: `exports` in `exports.f`.
    pub export_roots: &'static [&'static str],
    /// Linters, the preferred first.
    pub linters: &'static [Linter],
    /// The grammar.
    pub grammar: LanguageFn,
    /// The texts of `queries/<name>/*.scm`, joined.
    pub query_source: &'static str,
    /// The query, compiled at first use.
    pub query: OnceLock<Option<Query>>,
    /// The text of `queries/<name>/blocks.scm`; apart, as it is asked of single nodes on every key.
    pub block_source: &'static str,
    /// That query, compiled at first use.
    pub block_query: OnceLock<Option<Query>>,
    /// The text of `queries/<name>/signatures.scm`; apart, so that an outline does not pay for it.
    pub signature_source: &'static str,
    /// That query, compiled at first use.
    pub signature_query: OnceLock<Option<Query>>,
    /// The text of `queries/<name>/locals.scm`: names that code declares and uses.
    pub locals_source: &'static str,
    /// That query, compiled at first use.
    pub locals_query: OnceLock<Option<Query>>,
}

impl Language {
    /// The row for a protocol language identifier, or for a name or fence word.
    pub fn by_id(id: &str) -> Option<&'static Language> {
        super::LANGUAGES.iter().copied().find(|language| language.ids.contains(&id) || language.fences.contains(&id))
    }

    /// The row for a path, by its extension.
    pub fn by_path(path: &str) -> Option<&'static Language> {
        let name = path.rsplit(['/', '\\']).next()?;
        let (_, extension) = name.rsplit_once('.')?;
        super::LANGUAGES.iter().copied().find(|language| language.extensions.contains(&extension))
    }

    /// The compiled query; nothing where grammar and query disagree, which a test excludes.
    pub fn query(&self) -> Option<&Query> {
        self.query.get_or_init(|| Query::new(&self.grammar.into(), self.query_source).ok()).as_ref()
    }

    /// The compiled query for blocks; nothing where grammar and query disagree, which a test excludes.
    pub fn block_query(&self) -> Option<&Query> {
        self.block_query.get_or_init(|| Query::new(&self.grammar.into(), self.block_source).ok()).as_ref()
    }

    /// The compiled query for signatures; nothing where grammar and query disagree, which a test excludes.
    pub fn signature_query(&self) -> Option<&Query> {
        self.signature_query.get_or_init(|| Query::new(&self.grammar.into(), self.signature_source).ok()).as_ref()
    }
}

impl Language {
    /// The compiled query for names; nothing where grammar and query disagree, which a test excludes.
    pub fn locals_query(&self) -> Option<&Query> {
        self.locals_query.get_or_init(|| Query::new(&self.grammar.into(), self.locals_source).ok()).as_ref()
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Language) -> bool {
        self.name == other.name
    }
}

impl Eq for Language {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_fits_its_grammar() {
        for language in super::super::LANGUAGES {
            let (own, signatures) = (language.query_source, language.signature_source);
            for source in [own, language.block_source, signatures, language.locals_source] {
                if let Err(error) = Query::new(&language.grammar.into(), source) {
                    panic!("{}: {error}", language.name);
                }
            }
        }
    }

    #[test]
    fn no_pattern_makes_a_search_in_a_range_look_at_the_whole_file() {
        for language in super::super::LANGUAGES {
            let query = language.query().unwrap();
            let siblings = (0..query.pattern_count()).find(|pattern| !query.is_pattern_rooted(*pattern));
            let at = siblings.map(|pattern| query.start_byte_for_pattern(pattern));
            assert_eq!(at, None, "{}: this pattern matches siblings", language.name);
        }
    }

    #[test]
    fn finds_a_language_by_path_and_by_id() {
        assert_eq!(Language::by_path("src/a.b/main.rs").map(|l| l.name), Some("rust"));
        assert_eq!(Language::by_path("C:\\x\\stub.pyi").map(|l| l.name), Some("python"));
        assert_eq!(Language::by_path("Makefile"), None);
        assert_eq!(Language::by_id("python").map(|l| l.title), Some("Python"));
    }
}
