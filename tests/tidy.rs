//! The shape of the source, checked from the source: which room may name which, what has one home only, how files look.
//! The table of rooms stands in `rules.rs`. Refuses to judge style that a formatter or a lint can judge.

mod paths;
mod rules;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use self::paths::without_tests;
use self::rules::{ROOMS, Source, arrows, homes, local_paths, naming, opening, unsafety};

const LONGEST_FILE: usize = 800;
const LONG_FILE: usize = 300;
/// How many files may be longer than [`LONG_FILE`].
const LONG_FILES: usize = 10;

#[test]
fn rooms_name_only_those_above_them() {
    report("a room may name only those above it in ARCHITECTURE.md", check_all(arrows));
}

#[test]
fn what_has_one_home_stays_there() {
    report("this has a home, and it is elsewhere", check_all(homes));
}

#[test]
fn files_open_with_what_they_own() {
    report("the first line of every file is a `//!` sentence on what it owns", check_all(opening));
}

#[test]
fn files_stay_readable() {
    let sources = sources();
    let length = |source: &Source| source.text.lines().count();
    let mut findings: Vec<String> = sources
        .iter()
        .filter(|source| length(source) > LONGEST_FILE)
        .map(|source| format!("{}: {} lines, the limit is {LONGEST_FILE}", source.path, length(source)))
        .collect();
    // Tests at the bottom of a file are read apart from what they test.
    let code = |source: &Source| without_tests(&source.text).lines().count();
    let long: Vec<&Source> = sources.iter().filter(|source| code(source) > LONG_FILE).collect();
    if long.len() > LONG_FILES {
        let names: Vec<&str> = long.iter().map(|source| source.path.as_str()).collect();
        findings.push(format!("{} files are longer than {LONG_FILE} lines: {}", long.len(), names.join(", ")));
    }
    report("long files hide things; split them by what they own", findings);
}

#[test]
fn names_say_something() {
    report("name a file after what it owns", check_all(naming));
}

#[test]
fn nothing_is_unsafe() {
    report("`unsafe` is not used here", check_all(unsafety));
}

#[test]
fn documents_stay_short() {
    let mut findings = Vec::new();
    for (name, limit) in [("README.md", 120), ("ARCHITECTURE.md", 150)] {
        // A document that is not there yet is not too long.
        let lines = std::fs::read_to_string(root().join(name)).map_or(0, |text| text.lines().count());
        if lines > limit {
            findings.push(format!("{name}: {lines} lines, the limit is {limit}"));
        }
    }
    report("a short document is read", findings);
}

#[test]
fn nothing_points_at_somebody_s_machine() {
    let findings = files(&root(), &["rs", "md", "toml", "scm", "yml", "py", "sh", "lua", "json"])
        .into_iter()
        .flat_map(|source| local_paths(&source, &root()))
        .collect();
    report("a path on one machine means nothing on another", findings);
}

#[test]
fn the_table_is_that_of_the_library() {
    let library = read("server/lib.rs");
    let mut modules: Vec<&str> =
        library.text.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut rooms = ROOMS.to_vec();
    modules.sort_unstable();
    rooms.sort_unstable();
    assert_eq!(modules, rooms, "server/lib.rs and the table of rooms in tests/tidy.rs name different rooms");
}

fn check_all(check: impl Fn(&Source) -> Vec<String>) -> Vec<String> {
    sources().iter().flat_map(check).collect()
}

#[track_caller]
fn report(rule: &str, findings: Vec<String>) {
    let mut message = format!("{rule}:\n");
    for finding in &findings {
        let _ = writeln!(message, "  {finding}");
    }
    assert!(findings.is_empty(), "{message}");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Source {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    Source { path: path.to_owned(), text }
}

fn sources() -> Vec<Source> {
    let mut all = files(&root().join("server"), &["rs"]);
    all.extend(files(&root().join("tests"), &["rs"]));
    assert!(all.len() > 20, "the source files are not where this looks for them");
    all
}

/// The files under a folder that have one of the extensions; build output and hidden folders are passed over.
fn files(folder: &Path, extensions: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules") {
                found.extend(files(&path, extensions));
            }
        } else if extensions.iter().any(|extension| path.extension().is_some_and(|own| own == *extension)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
    found
}
