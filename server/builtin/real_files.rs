//! Skeletons for every definition of real files. Each must leave the code as it was, token for token, and parse no worse.

use std::path::{Path, PathBuf};

use super::document::edits;
use super::{TestHome, document, tests};
use crate::config::DocstringStyle;
use crate::syntax::{Census, Document, Language, Scope, code_tokens};
use crate::text::{Edit, Edits};

/// How many skeletons were checked.
#[derive(Debug, Default)]
struct Count {
    files: usize,
    documented: usize,
    tested: usize,
}

fn check_documentation(document_: &Document, style: DocstringStyle, count: &mut Count) {
    let mut places: Vec<Edit> = Vec::new();
    for definition in &document_.outline().definitions {
        let scope = Scope::of_definition(document_, definition.clone());
        let Ok((new, _)) = edits(document_, &scope, style) else { continue };
        places.extend(new);
        count.documented += 1;
    }
    let source = document_.source();
    let new = Edits::new(source, places).unwrap().apply(source);
    let after = Document::new(document_.language(), &new, None);
    check_parse(document_, &after);
    let tokens = |document: &Document| -> Vec<String> {
        let whole = 0..document.source().len();
        code_tokens(document, whole).into_iter().map(str::to_owned).collect()
    };
    assert!(tokens(document_) == tokens(&after), "the code changed:\n{new}");
    // What has been documented is documented: a second run adds nothing to any of it.
    for definition in &after.outline().definitions {
        let scope = Scope::of_definition(&after, definition.clone());
        if let Ok((candidate, _)) = document(&after, &scope, style) {
            panic!("again: {:?} for {definition:?}", candidate.edits);
        }
    }
}

fn check_tests(document: &Document, count: &mut Count) {
    let empty = Document::new(document.language(), "", None);
    let framework = &document.language().frameworks[document.source().len() % document.language().frameworks.len()];
    let (home, target) = match framework.import_tested {
        Some(_) => {
            (TestHome::File { document: &empty, module: "package.module", framework, file_stem: "Module" }, &empty)
        }
        None => (TestHome::Module, document),
    };
    let scopes =
        document.outline().definitions.iter().map(|definition| Scope::of_definition(document, definition.clone()));
    for scope in std::iter::once(Scope::file(document)).chain(scopes) {
        let Ok((candidate, _)) = tests(document, &scope, home) else {
            continue;
        };
        count.tested += 1;
        assert!(candidate.edits.iter().all(|edit| edit.range.is_empty()));
        let new = Edits::new(target.source(), candidate.edits.clone()).unwrap().apply(target.source());
        check_parse(target, &Document::new(document.language(), &new, None));
    }
}

#[track_caller]
fn check_parse(before: &Document, after: &Document) {
    let census = |document: &Document| Census::of(document, 0..document.source().len());
    let (before, found) = (census(before), census(after));
    assert_eq!(found.first_new(&before), None, "in\n{}", after.source());
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.is_symlink() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
}

/// Checks one of so many files of a folder.
fn check_folder(id: &str, folder: &Path, one_of: usize, styles: &[DocstringStyle]) -> Count {
    let language = Language::by_id(id).unwrap();
    let mut found = Vec::new();
    files(folder, language.extensions[0], &mut found);
    let mut count = Count::default();
    for path in found.into_iter().step_by(one_of) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        count.files += 1;
        let document = Document::new(language, &crate::text::normalize_line_ends(&text).0, None);
        for style in styles {
            check_documentation(&document, *style, &mut count);
        }
        check_tests(&document, &mut count);
    }
    count
}

const STYLES: [DocstringStyle; 3] = [DocstringStyle::Google, DocstringStyle::Numpy, DocstringStyle::Sphinx];

#[test]
fn this_project_s_sources_stay_whole() {
    let count = check_folder("rust", &Path::new(env!("CARGO_MANIFEST_DIR")).join("server"), 4, &STYLES[..1]);
    assert!(count.documented > 200 && count.tested > 100, "{count:?}");
}

#[test]
fn odd_python_stays_whole() {
    let count =
        check_folder("python", &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/python"), 1, &STYLES);
    assert!(count.documented > 30 && count.tested > 5, "{count:?}");
}
