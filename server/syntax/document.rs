//! A document at one moment: text, language, version, and a tree that is parsed when first asked for. Refuses to change:
//! an edit makes a new document that shares what it can.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use tree_sitter::{InputEdit, Parser, Point, Tree};

use super::depth::nests_too_deep;
use super::refreshed::Before;
use super::returns::Returns;
use super::{Language, Outline};
use crate::text::{Encoding, Position, Span, Text, normalize_line_ends};

/// An immutable snapshot; cloning shares it. Its tree may come from an incremental parse, which recovers from errors in other
/// ways than a fresh one: good for lists and scopes, not for judging an edit.
#[derive(Debug, Clone)]
pub struct Document(Arc<State>);

#[derive(Debug)]
struct State {
    language: &'static Language,
    version: Option<i32>,
    text: Text,
    /// What is known of its `\r`.
    returns: Returns,
    source: OnceLock<String>,
    /// The same document with `\n` line ends, where somebody asked for it or for that of a document which this one came from.
    twin: OnceLock<Document>,
    /// The last tree, moved along with every edit since; input of the next parse.
    stale: Mutex<Option<Tree>>,
    tree: OnceLock<Option<Tree>>,
    outline: OnceLock<Arc<Outline>>,
    /// The last of the documents that it came from whose outline is known.
    before: Mutex<Option<Before>>,
}

/// Tells a document from others, and keeps it from nothing.
#[derive(Debug, Clone)]
pub struct Identity(Weak<State>);

impl Identity {
    /// Whether it is that document's.
    pub fn is_of(&self, document: &Document) -> bool {
        self.0.as_ptr() == Arc::as_ptr(&document.0)
    }

    /// Whether the document is gone.
    pub fn is_gone(&self) -> bool {
        self.0.strong_count() == 0
    }
}

impl Document {
    /// A document fresh from a file or an editor. `version` is the editor's, if there is one.
    pub fn new(language: &'static Language, text: &str, version: Option<i32>) -> Document {
        Document::with(language, Text::new(text), version, Returns::of(text), None)
    }

    fn with(
        language: &'static Language,
        text: Text,
        version: Option<i32>,
        returns: Returns,
        stale: Option<Tree>,
    ) -> Document {
        Document(Arc::new(State {
            language,
            version,
            text,
            returns,
            source: OnceLock::new(),
            twin: OnceLock::new(),
            stale: Mutex::new(stale),
            tree: OnceLock::new(),
            outline: OnceLock::new(),
            before: Mutex::default(),
        }))
    }

    /// What tells it from others.
    pub fn identity(&self) -> Identity {
        Identity(Arc::downgrade(&self.0))
    }

    /// The language, which says how the text is read.
    pub fn language(&self) -> &'static Language {
        self.0.language
    }

    /// The editor's version, where one was given.
    pub fn version(&self) -> Option<i32> {
        self.0.version
    }

    /// The text as a rope.
    pub fn text(&self) -> &Text {
        &self.0.text
    }

    /// The text in one piece.
    pub fn source(&self) -> &str {
        self.0.source.get_or_init(|| self.0.text.to_string())
    }

    /// The bytes of `range`; empty where it does not fit the text.
    pub fn slice(&self, range: Range<usize>) -> &str {
        self.source().get(range).unwrap_or_default()
    }

    /// The bytes of `range`, out of the text in one piece where there is one.
    pub(super) fn text_of(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        match self.0.source.get() {
            Some(source) => Cow::Borrowed(source.as_bytes().get(range).unwrap_or_default()),
            None => Cow::Owned(self.0.text.slice(range).into_bytes()),
        }
    }

    /// Where the first line starts, in bytes: behind a byte order mark.
    pub fn first_line_start(&self) -> usize {
        if self.source().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
    }

    /// Where the line that holds byte `offset` starts, in bytes; a byte order mark is before the first line.
    pub fn line_start(&self, offset: usize) -> usize {
        let before = self.source().get(..offset).and_then(|before| before.rfind('\n'));
        before.map_or_else(|| self.first_line_start().min(offset), |end| end + 1)
    }

    /// The document after `range` (bytes, rounded down to whole characters) became `new`, under another version.
    pub fn edited(&self, range: Range<usize>, new: &str, version: Option<i32>) -> Document {
        let state = &*self.0;
        let start = state.text.floor(range.start);
        let end = state.text.floor(range.end).max(start);
        let mut text = state.text.clone();
        text.replace(start..end, new);
        let returns = state.returns.after(&text, start..start + new.len());
        let old_tree = match state.tree.get() {
            Some(tree) => tree.clone(),
            None => state.stale.lock().ok().and_then(|stale| stale.clone()),
        };
        let is_lone = returns.max(state.returns) == Returns::Lone;
        let stale = old_tree.filter(|_| !is_lone).map(|mut tree| {
            tree.edit(&InputEdit {
                start_byte: start,
                old_end_byte: end,
                new_end_byte: start + new.len(),
                start_position: point(&state.text, start),
                old_end_position: point(&state.text, end),
                new_end_position: point(&text, start + new.len()),
            });
            tree
        });
        let mut edited = Document::with(state.language, text, version, returns, stale);
        let before = self.before(start..end, new.len()).filter(|_| !is_lone);
        if let (Some(before), Some(own)) = (before, Arc::get_mut(&mut edited.0)) {
            own.before = Mutex::new(Some(before));
        }
        if let Some(twin) =
            state.twin.get().filter(|_| !is_lone).and_then(|twin| self.twin_edited(twin, start..end, new, version))
        {
            let _ = edited.0.twin.set(twin);
        }
        edited
    }

    /// What the outline of the document after an edit may be made from.
    pub(super) fn before(&self, range: Range<usize>, length: usize) -> Option<Before> {
        let state = &*self.0;
        match (state.outline.get(), state.tree.get()) {
            (Some(outline), Some(Some(tree))) => Some(Before {
                outline: outline.clone(),
                tree: tree.clone(),
                text: state.text.clone(),
                end: range.start + length,
                changed: range,
            }),
            _ => Some(state.before.lock().ok()?.clone()?.edited(&range, length)),
        }
    }

    /// The twin after the same edit; nothing where that is not sure to be the edited document's twin.
    fn twin_edited(&self, twin: &Document, range: Range<usize>, new: &str, version: Option<i32>) -> Option<Document> {
        let parts_a_pair = |at: usize| self.0.text.slice(at.saturating_sub(1)..at + 1) == "\r\n";
        if parts_a_pair(range.start) || parts_a_pair(range.end) || new.ends_with('\r') {
            return None;
        }
        let inside = twin.text().range(self.0.text.span(range, Encoding::Utf8), Encoding::Utf8);
        Some(twin.edited(inside, &new.replace("\r\n", "\n"), version))
    }

    /// Whether it may have other line ends than `\n`.
    pub fn has_returns(&self) -> bool {
        self.0.returns != Returns::None
    }

    /// The same document with `\n` line ends; line and character of a place agree in both. It is this one where it has no others,
    /// and it goes along with edits as this one does.
    pub fn with_newlines(&self) -> Document {
        let state = &*self.0;
        if state.returns == Returns::None {
            return self.clone();
        }
        let twin = || match normalize_line_ends(self.source()).0 {
            same if same == self.source() => None,
            normal => Some(Document::new(state.language, &normal, state.version)),
        };
        match state.twin.get() {
            Some(twin) => twin.clone(),
            None => twin().map_or_else(|| self.clone(), |twin| state.twin.get_or_init(|| twin).clone()),
        }
    }

    /// The document after an edit given by positions, as editors send them.
    pub fn edited_at(&self, span: Span, encoding: Encoding, new: &str, version: Option<i32>) -> Document {
        self.edited(self.0.text.range(span, encoding), new, version)
    }

    /// The tree; parsed at first use, from the last tree where there is one. Nothing if the parser gives up, or where it nests
    /// deeper than any code.
    pub fn tree(&self) -> Option<&Tree> {
        let state = &*self.0;
        state
            .tree
            .get_or_init(|| {
                let stale = state.stale.lock().ok().and_then(|mut stale| stale.take());
                let mut parser = Parser::new();
                parser.set_language(&state.language.grammar.into()).ok()?;
                let tree =
                    parser.parse_with_options(&mut |offset, _| state.text.chunk_from(offset), stale.as_ref(), None);
                tree.filter(|tree| !nests_too_deep(tree))
            })
            .as_ref()
    }

    /// The same document with nothing but its text, where more is kept; it is read again when it is asked for.
    pub fn without_tree(&self) -> Option<Document> {
        let state = &*self.0;
        let is_bare = state.tree.get().is_none()
            && state.source.get().is_none()
            && state.twin.get().is_none()
            && state.stale.lock().is_ok_and(|stale| stale.is_none())
            && state.before.lock().is_ok_and(|before| before.is_none());
        let bare = || Document::with(state.language, state.text.clone(), state.version, state.returns, None);
        (!is_bare).then(bare)
    }

    /// The last tree of the document or of those that it came from, moved along with the edits since: right at places far from
    /// these. Parsed where there never was one.
    pub(super) fn tree_of_before(&self) -> Option<Tree> {
        let state = &*self.0;
        if state.tree.get().is_none()
            && let Some(stale) = state.stale.lock().ok().and_then(|stale| stale.clone())
        {
            return Some(stale);
        }
        self.tree().cloned()
    }

    /// The same text with a tree that does not show how the text came about: this document itself where its tree is a fresh one
    /// or holds no error, else one that is parsed anew.
    pub fn without_history(&self) -> Document {
        let state = &*self.0;
        let is_fresh = |stale: &Mutex<Option<Tree>>| stale.lock().is_ok_and(|stale| stale.is_none());
        let unparsed = state.tree.get().is_none() && is_fresh(&state.stale);
        match unparsed || self.tree().is_some_and(|tree| !tree.root_node().has_error()) {
            true => self.clone(),
            false => Document::new(state.language, self.source(), state.version),
        }
    }

    /// All definitions, comments and imports of the text; gathered at first use, around what has changed since somebody asked before.
    pub fn outline(&self) -> &Outline {
        let state = &*self.0;
        state.outline.get_or_init(|| {
            let before = state.before.lock().ok().and_then(|mut before| before.take());
            let refreshed = before.and_then(|before| before.outline(self));
            Arc::new(refreshed.unwrap_or_else(|| Outline::of(self, None)))
        })
    }

    /// Position of a byte offset, counted in `encoding`.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        self.0.text.position(offset, encoding)
    }
}

pub(super) fn point(text: &Text, offset: usize) -> Point {
    let position = text.position(offset, Encoding::Utf8);
    Point { row: position.line, column: position.character }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rust() -> &'static Language {
        Language::by_id("rust").unwrap()
    }

    #[test]
    fn parses_only_when_asked() {
        let document = Document::new(rust(), "fn a() {}\n", Some(1));
        assert!(document.0.tree.get().is_none());
        assert!(document.tree().is_some());
    }

    #[test]
    fn a_return_before_a_wide_character_stands_alone() {
        assert_eq!(Document::new(rust(), "a🦀", None).edited(1..1, "\r", None).0.returns, Returns::Lone);
    }

    proptest! {
        #[test]
        fn a_twin_that_goes_along_with_edits_is_the_normalised_text(
            first in "[a-z\r\n é🦀]{0,16}",
            edits in prop::collection::vec((any::<bool>(), 0usize..40, 0usize..8, "(\r\n|[a\r\né🦀]){0,4}"), 1..12),
        ) {
            let mut document = Document::new(rust(), &first, Some(0));
            for (is_asked, start, length, new) in edits {
                // Only a twin that was asked for goes along.
                if is_asked { document.with_newlines(); }
                let whole = |at: usize| document.text().whole_character(at);
                document = document.edited(whole(start)..whole(start + length), &new, None);
                let source = document.source();
                prop_assert!(document.0.returns >= Returns::of(source), "{:?} is known of {source:?}", document.0.returns);
                let (twin, normal) = (document.with_newlines(), normalize_line_ends(source).0);
                prop_assert_eq!(twin.source(), normal.as_str());
                prop_assert!(twin.0.returns >= Returns::of(&normal));
                for (offset, _) in source.char_indices().chain([(source.len(), ' ')]) {
                    // Between \r and \n there is no position of its own.
                    if source[..offset].ends_with('\r') && source[offset..].starts_with('\n') { continue; }
                    let there = twin.text().offset(document.position(offset, Encoding::Utf8), Encoding::Utf8);
                    let before = normalize_line_ends(&source[..offset]).0;
                    prop_assert_eq!(&normal[..there], before.as_str());
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn an_incremental_tree_of_sound_text_equals_a_fresh_one(edits in prop::collection::vec((0usize..200, 0usize..30, "[a-z{}();\" \nfné🦀\r]{0,8}"), 1..12)) {
            let mut document = Document::new(rust(), "fn a() {\n    let s = \"é\";\n}\n\nstruct B { x: u8 }\n", Some(0));
            for (start, length, new) in edits {
                document.tree();
                let text = document.source();
                let mut start = start.min(text.len());
                while !text.is_char_boundary(start) { start -= 1; }
                let mut end = (start + length).min(text.len());
                while !text.is_char_boundary(end) { end -= 1; }
                let mut expected = text.to_owned();
                expected.replace_range(start..end.max(start), &new);
                document = document.edited(start..end, &new, None);
                prop_assert_eq!(document.source(), expected.as_str());
            }
            // Where there are errors the parser may recover in another way; judgements are made on fresh trees.
            let fresh = Document::new(rust(), document.source(), None);
            let root = fresh.tree().unwrap().root_node();
            if !root.has_error() {
                prop_assert_eq!(document.tree().unwrap().root_node().to_sexp(), root.to_sexp());
            }
        }
    }
}
