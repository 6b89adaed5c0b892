//! The open documents, as the client has them. Refuses to guess: a document whose changes could not be followed is lost
//! until the client sends its whole text again. One writer, the read loop; readers take a snapshot and let go at once.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use dashmap::DashMap;
use tokio::sync::watch;
use tower_lsp::gen_lsp_types::Uri;

use super::config_files::is_config_file;
use super::uri::path_of;
use crate::syntax::{Document, Language};
use crate::text::{Encoding, Span, Text};

/// How many documents keep what was read out of their text: a tree takes forty times as much room as its text, and editors
/// keep dozens of files open of which one or two are worked on.
const MOST_TREES: usize = 3;
/// How many versions of a document are kept for who follows it.
const MOST_VERSIONS: usize = 32;

/// An open document.
#[derive(Debug, Clone)]
pub(super) struct Open {
    /// As the client spells it.
    pub(super) uri: Uri,
    /// Its absolute path, where it has one.
    pub(super) path: Option<PathBuf>,
    /// What is known of it.
    pub(super) held: Held,
    language: Option<&'static Language>,
    /// When it was opened or changed last: a count of all changes.
    touched: u64,
    /// Where its versions go, as long as somebody follows it.
    followed: Weak<Mutex<VecDeque<Document>>>,
}

/// What a document became, one version after the other, since somebody began to follow it.
pub(super) struct Followed(Arc<Mutex<VecDeque<Document>>>);

impl Followed {
    /// The latest versions, as far as they are kept.
    pub(super) fn versions(&self) -> Vec<Document> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// What is known of an open document.
#[derive(Debug, Clone)]
pub(super) enum Held {
    /// Its text, as the client has it.
    Document(Document),
    /// It is one of Graft's own config files.
    Config(Text, i32),
    /// It is in a language that Graft does not know; the text is not kept.
    Foreign,
    /// A change of it could not be read or made: the text is not the client's any more.
    Lost,
}

impl Open {
    /// The document, where its text is known.
    pub(super) fn document(&self) -> Option<&Document> {
        match &self.held {
            Held::Document(document) => Some(document),
            Held::Config(..) | Held::Foreign | Held::Lost => None,
        }
    }

    fn tell_followers(&self) {
        if let (Some(versions), Some(document)) = (self.followed.upgrade(), self.document()) {
            let mut versions = versions.lock().unwrap_or_else(PoisonError::into_inner);
            versions.push_back(document.clone());
            let over = versions.len().saturating_sub(MOST_VERSIONS);
            versions.drain(..over);
        }
    }
}

/// A config file that is open.
pub(super) struct ConfigText {
    pub(super) uri: Uri,
    pub(super) path: PathBuf,
    pub(super) text: Text,
    pub(super) version: i32,
}

/// One change of a text: a place and what comes there; without a place, the whole text.
pub(super) struct Change<'a> {
    pub(super) span: Option<Span>,
    pub(super) text: &'a str,
}

/// All open documents.
pub(super) struct Store {
    open: DashMap<Uri, Open>,
    changes: watch::Sender<u64>,
    /// The documents that somebody asked for last, the latest first.
    in_use: Mutex<Vec<Uri>>,
}

impl Store {
    pub(super) fn new() -> Store {
        Store { open: DashMap::new(), changes: watch::Sender::new(0), in_use: Mutex::default() }
    }

    /// Takes in a document; one that is open already is replaced.
    pub(super) fn open(&self, uri: Uri, language_id: &str, text: &str, version: i32) {
        let path = path_of(&uri);
        let language = Language::by_id(language_id).or_else(|| Language::by_path(uri.as_ref()));
        let held = match language {
            Some(language) => Held::Document(Document::new(language, text, Some(version))),
            None if path.as_deref().is_some_and(is_config_file) => Held::Config(Text::new(text), version),
            None => Held::Foreign,
        };
        let open = Open { uri: uri.clone(), path, held, language, touched: self.count(), followed: Weak::new() };
        self.open.insert(uri, open);
        self.announce();
    }

    /// Makes changes, one after the other. False where the document is not open.
    pub(super) fn change(&self, uri: &Uri, version: i32, changes: &[Change<'_>], encoding: Encoding) -> bool {
        let Some(mut open) = self.open.get_mut(uri) else {
            return false;
        };
        open.touched = self.count();
        for change in changes {
            open.held = match (&open.held, change.span, open.language) {
                (Held::Document(document), Some(span), _) => {
                    Held::Document(document.edited_at(span, encoding, change.text, Some(version)))
                }
                (_, None, Some(language)) => Held::Document(Document::new(language, change.text, Some(version))),
                (Held::Config(..), None, None) => Held::Config(Text::new(change.text), version),
                (Held::Config(text, _), Some(span), None) => {
                    let mut text = text.clone();
                    text.replace(text.range(span, encoding), change.text);
                    Held::Config(text, version)
                }
                (held, _, _) => held.clone(),
            };
        }
        if let (true, Held::Document(document)) = (changes.is_empty(), &open.held) {
            open.held = Held::Document(document.edited(0..0, "", Some(version)));
        }
        open.tell_followers();
        drop(open);
        self.announce();
        true
    }

    /// Gives up on a document's text.
    pub(super) fn lose(&self, uri: &Uri) {
        if let Some(mut open) = self.open.get_mut(uri)
            && open.language.is_some()
        {
            open.held = Held::Lost;
        }
        self.announce();
    }

    /// Forgets a document. False where it was not open.
    pub(super) fn close(&self, uri: &Uri) -> bool {
        let known = self.open.remove(uri).is_some();
        self.announce();
        known
    }

    /// Whether a document is open.
    pub(super) fn is_open(&self, uri: &Uri) -> bool {
        self.open.contains_key(uri) || path_of(uri).is_some_and(|path| self.by_path(&path).is_some())
    }

    /// The document as it is now, for somebody who works on it.
    pub(super) fn get(&self, uri: &Uri) -> Option<Open> {
        let open = self.open.get(uri).map(|open| open.clone()).or_else(|| self.by_path(&path_of(uri)?))?;
        self.use_now(&open.uri);
        Some(open)
    }

    /// Lets go of the trees of the documents that nobody has worked on for the longest; who holds a snapshot keeps its tree.
    fn use_now(&self, uri: &Uri) {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        if in_use.first() == Some(uri) {
            return;
        }
        in_use.retain(|other| other != uri);
        in_use.insert(0, uri.clone());
        in_use.truncate(MOST_TREES);
        for mut open in self.open.iter_mut().filter(|open| !in_use.contains(&open.uri)) {
            if let Held::Document(document) = &open.held
                && let Some(bare) = document.without_tree()
            {
                open.held = Held::Document(bare);
            }
        }
    }

    /// The open document of that path, however the client spells its URI.
    pub(super) fn by_path(&self, path: &Path) -> Option<Open> {
        let found = self.open.iter().find(|open| open.path.as_deref() == Some(path));
        found.map(|open| open.clone())
    }

    /// Text and version of the open document of that path.
    pub(super) fn buffer(&self, path: &Path) -> Option<(String, Option<i32>)> {
        let open = self.by_path(path)?;
        let document = open.document()?;
        Some((document.source().to_owned(), document.version()))
    }

    /// The open documents in languages that Graft knows, by their addresses.
    pub(super) fn documents(&self) -> Vec<Open> {
        let known = |open: &Open| open.document().is_some();
        let mut documents: Vec<Open> = self.open.iter().map(|open| open.clone()).filter(known).collect();
        documents.sort_by(|a, b| a.uri.as_ref().cmp(b.uri.as_ref()));
        documents
    }

    /// The open documents that have a path, the one that was changed last first.
    pub(super) fn recent(&self) -> Vec<(PathBuf, Document)> {
        let known = |open: dashmap::mapref::multiple::RefMulti<'_, Uri, Open>| {
            Some((open.touched, open.path.clone()?, open.document()?.clone()))
        };
        let mut open: Vec<(u64, PathBuf, Document)> = self.open.iter().filter_map(known).collect();
        open.sort_by_key(|(touched, ..)| std::cmp::Reverse(*touched));
        open.into_iter().map(|(_, path, document)| (path, document)).collect()
    }

    /// The open config files.
    pub(super) fn config_texts(&self) -> Vec<ConfigText> {
        let text = |open: dashmap::mapref::multiple::RefMulti<'_, Uri, Open>| match (&open.held, &open.path) {
            (Held::Config(text, version), Some(path)) => {
                Some(ConfigText { uri: open.uri.clone(), path: path.clone(), text: text.clone(), version: *version })
            }
            _ => None,
        };
        self.open.iter().filter_map(text).collect()
    }

    /// Keeps the versions that an open document has from now on; two that follow it share them.
    pub(super) fn follow(&self, uri: &Uri) -> Followed {
        let Some(mut open) = self.open.get_mut(uri) else { return Followed(Arc::default()) };
        let versions = open.followed.upgrade().unwrap_or_default();
        open.followed = Arc::downgrade(&versions);
        Followed(versions)
    }

    /// Hears of every change from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn count(&self) -> u64 {
        *self.changes.borrow()
    }

    fn announce(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_trees_of_the_documents_in_use_alone() {
        let store = Store::new();
        let uris: Vec<Uri> = (0..5).map(|n| Uri::from(format!("file:///w/{n}.rs").as_str())).collect();
        for uri in &uris {
            store.open(uri.clone(), "rust", "fn a() {}\n", 1);
        }
        let document = |uri: &Uri| store.open.get(uri).unwrap().document().unwrap().clone();
        let snapshots: Vec<Document> =
            uris.iter().map(|uri| store.get(uri).unwrap().document().unwrap().clone()).collect();
        for (snapshot, uri) in snapshots.iter().zip(&uris) {
            assert!(document(uri).tree().is_some());
            assert_eq!(snapshot.source(), "fn a() {}\n");
        }
        store.get(&uris[4]).unwrap();
        assert!(uris.iter().all(|uri| document(uri).without_tree().is_some()), "nobody asked for another one yet");
        store.get(&uris[0]).unwrap();
        let bare: Vec<bool> = uris.iter().map(|uri| document(uri).without_tree().is_none()).collect();
        assert_eq!(bare, [false, true, true, false, false]);
        assert_eq!((document(&uris[1]).source(), document(&uris[1]).version()), ("fn a() {}\n", Some(1)));
        assert!(snapshots[1].tree().is_some());
    }
}
