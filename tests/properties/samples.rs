//! Samples: a scope of a real file, and the text that a perfect answer would give it. Refuses scopes that the parser cannot read.

use std::ops::Range;
use std::path::{Path, PathBuf};

use graft_ls::syntax::{Census, Definition, Document, Language, Scope, line_in_string};

use super::changes;

/// A file.
pub struct Source {
    /// Where it is, for messages.
    pub path: PathBuf,
    /// Its text with `\n` line ends.
    pub text: String,
    /// Whether it came with `\r\n`, and is to be worked on so.
    pub crlf: bool,
}

impl Source {
    /// All files of the languages served, in and under a folder, in order of their paths.
    pub fn all_under(folder: &Path) -> Vec<Source> {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        let mut found = Vec::new();
        for path in entries {
            if path.is_dir() {
                found.extend(Source::all_under(&path));
            } else if Language::by_path(&path.to_string_lossy()).is_some() {
                found.extend(Source::read(&path));
            }
        }
        found
    }

    fn read(path: &Path) -> Option<Source> {
        let text = std::fs::read_to_string(path).ok()?;
        let crlf = text.contains("\r\n");
        let text = text.replace("\r\n", "\n");
        (!text.contains('\r') && text.len() < 200_000).then(|| Source { path: path.to_owned(), text, crlf })
    }
}

/// A scope, and what is to become of it.
pub struct Sample {
    /// File, line and sort of change, for messages.
    pub label: String,
    /// The document with `\n` line ends.
    pub document: Document,
    /// The definition to rewrite.
    pub definition: Definition,
    /// Its scope.
    pub scope: Scope,
    /// The scope's text, and what it should become.
    pub old: String,
    pub new: String,
    /// For each line of `new`, whether it starts inside a string.
    pub in_string: Vec<bool>,
    /// Whether the task's document has `\r\n` line ends.
    pub crlf: bool,
    /// Different for every sample, the same in every run.
    pub seed: usize,
}

impl Sample {
    /// The document with `text` in the scope's place.
    pub fn with(&self, text: &str) -> String {
        let source = self.document.source();
        format!("{}{text}{}", &source[..self.scope.range.start], &source[self.scope.range.end..])
    }

    /// The new document, parsed.
    pub fn after(&self) -> Document {
        Document::new(self.document.language(), &self.with(&self.new), None)
    }

    /// Where the cursor stands.
    pub fn cursor(&self) -> usize {
        self.definition.node.start
    }

    /// Bytes of the new definition's body in `new`.
    pub fn new_body(&self) -> Option<Range<usize>> {
        let after = self.after();
        let own = after.outline().definitions.iter().find(|definition| {
            definition.is_same_as(&self.definition) && definition.whole.start >= self.scope.range.start
        })?;
        let body = own.body.clone()?;
        let start = self.scope.range.start;
        Some(body.start.checked_sub(start)?..body.end.checked_sub(start)?).filter(|body| body.end <= self.new.len())
    }

    /// The same sample with nothing to change.
    pub fn unchanged(&self) -> Sample {
        Sample::new(&self.document, self.definition.clone(), self.old.clone(), self.crlf, self.label.clone(), self.seed)
    }

    fn new(document: &Document, definition: Definition, new: String, crlf: bool, label: String, seed: usize) -> Sample {
        let scope = Scope::of_definition(document, definition.clone());
        let old = scope.text(document).to_owned();
        let text = format!("{}{new}", document.slice(0..scope.range.start));
        let after = Document::new(document.language(), &text, None);
        let in_string = line_in_string(&after, scope.range.start..text.len());
        Sample { label, document: document.clone(), definition, scope, old, new, in_string, crlf, seed }
    }
}

/// A sample for every so many-th definition of a file, where a cursor can name it and a change fits.
pub fn samples(source: &Source, every: usize) -> Vec<Sample> {
    let Some(language) = Language::by_path(&source.path.to_string_lossy()) else {
        return Vec::new();
    };
    let document = Document::new(language, &source.text, None);
    let mut found = Vec::new();
    let picked = |(index, _): &(usize, &Definition)| (index + source.text.len()).is_multiple_of(every);
    for (index, definition) in document.outline().definitions.iter().enumerate().filter(picked) {
        let text = document.slice(definition.whole.clone());
        let cursor = Scope::at(&document, definition.node.start..definition.node.start);
        let named = cursor.is_some_and(|scope| scope.definition().is_some_and(|own| own.node == definition.node));
        if !named || text.len() > 6_000 || text.lines().count() < 2 {
            continue;
        }
        let scope = Scope::of_definition(&document, definition.clone());
        let seed = source.text.len() + index * 7;
        let Some((sort, new)) = changes::change(&document, definition, &scope, seed) else {
            continue;
        };
        let line = document.slice(0..definition.node.start).matches('\n').count() + 1;
        let label = format!("{}:{line} {sort}", source.path.display());
        found.push(Sample::new(&document, definition.clone(), new, source.crlf, label, seed));
    }
    found
}

/// Whether a document with other text in a scope is one that a perfect answer may ask for: it parses no worse, and the
/// definitions are those that were there.
pub fn is_sound(document: &Document, scope: &Scope, new: &str) -> bool {
    let source = document.source();
    let text = format!("{}{new}{}", &source[..scope.range.start], &source[scope.range.end..]);
    let after = Document::new(document.language(), &text, None);
    let names = |document: &Document| {
        let key = |definition: &Definition| (definition.kind, definition.name.clone(), definition.path.clone());
        document.outline().definitions.iter().map(key).collect::<Vec<_>>()
    };
    let new_range = scope.range.start..scope.range.start + new.len();
    let census = Census::of(&after, new_range.clone());
    census.first_new(&Census::of(document, scope.range.clone())).is_none()
        && names(document) == names(&after)
        && after.outline().definitions.iter().any(|own| own.outer.end == new_range.end)
}
