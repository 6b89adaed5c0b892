//! What somebody works on: the inputs of the case files, each with its action and its answer, and files of source trees.

use std::ops::Range;
use std::path::{Path, PathBuf};

use graft_ls::syntax::Language;
use serde_json::Value;

use crate::case_file::{self, Expected};
use crate::corpus::chance::Chance;

/// So many files of a tree, and none longer, in bytes.
const MOST_FILES: usize = 150;
const LONGEST: u64 = 60_000;

/// A document as it is before anybody works on it.
#[derive(Default)]
pub struct Original {
    /// Its path, in a folder of its own.
    pub path: String,
    pub language: String,
    pub text: String,
    /// The place of the case.
    pub range: Range<usize>,
    /// The case's action; none for a file of a tree.
    pub action: Option<String>,
    pub instruction: Value,
    pub diagnostics: Value,
    pub answer: Option<String>,
}

/// All that there is to work on.
pub fn originals(trees: &[PathBuf], seed: u64) -> Vec<Original> {
    let cases = case_file::all().into_iter();
    let edits = cases.filter(|case| matches!(case.expected, Expected::Edit { .. }) && case.files.is_empty());
    let mut all: Vec<Original> = edits
        .map(|case| Original {
            path: case.path,
            language: case.language,
            text: case.input,
            range: case.range,
            action: Some(case.action),
            instruction: case.instruction.map_or(Value::Null, Value::from),
            diagnostics: case.diagnostics.unwrap_or_default(),
            answer: case.replies.into_iter().next(),
        })
        .collect();
    for tree in trees {
        let mut paths = Vec::new();
        gather(tree, &mut paths);
        Chance::of(seed, "files").shuffle(&mut paths);
        all.extend(paths.iter().filter_map(|path| file(path)).take(MOST_FILES));
    }
    all
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        match path.is_dir() {
            true if !path.is_symlink() && !path.ends_with("target") => gather(&path, found),
            true => {}
            false => found.push(path),
        }
    }
}

fn file(path: &Path) -> Option<Original> {
    let language = Language::by_path(&path.to_string_lossy())?;
    let is_short = std::fs::metadata(path).ok()?.len() <= LONGEST;
    let text = is_short.then(|| std::fs::read_to_string(path).ok()).flatten()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    Some(Original { path: name, language: language.name.to_owned(), text, ..Original::default() })
}
