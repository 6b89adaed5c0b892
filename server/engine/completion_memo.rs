//! What completions worked out of texts that are still the same: secrets, declarations, neighbours. Keeps no text of a document that is
//! gone, and a bounded number of all.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::privacy::{Secret, find};
use crate::prompt::{Neighbours, declarations};
use crate::syntax::{Document, Identity};

/// Documents of which something is remembered.
const MOST_DOCUMENTS: usize = 16;
/// Places of which the neighbours are.
const MOST_PLACES: usize = 8;

/// What was worked out.
#[derive(Debug, Default)]
pub(super) struct Memo {
    secrets: Latest<Identity, Arc<Vec<Secret>>>,
    declared: Latest<Identity, Arc<str>>,
    neighbours: Latest<(&'static str, u64), Arc<Neighbours>>,
}

impl Memo {
    /// The secrets of a document.
    pub(super) fn secrets(&self, document: &Document) -> Arc<Vec<Secret>> {
        let is_it = |own: &Identity| own.is_of(document);
        self.secrets
            .get(MOST_DOCUMENTS, is_it, Identity::is_gone, || (document.identity(), Arc::new(find(document.source()))))
    }

    /// What a document declares, within `budget` estimated tokens: always the same.
    pub(super) fn declared(&self, document: &Document, budget: u64) -> Arc<str> {
        let is_it = |own: &Identity| own.is_of(document);
        self.declared.get(MOST_DOCUMENTS, is_it, Identity::is_gone, || {
            (document.identity(), declarations(document, budget).replace('\r', "").into())
        })
    }

    /// What a document without one of its definitions has to say to that.
    pub(super) fn neighbours(&self, rest: &Document) -> Arc<Neighbours> {
        let key = (rest.language().name, super::completion_cache::hash(rest.source()));
        self.neighbours.get(MOST_PLACES, |own| *own == key, |_| false, || (key, Arc::new(Neighbours::of(rest))))
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.secrets.clear();
        self.declared.clear();
        self.neighbours.clear();
    }
}

/// Values, the latest first.
#[derive(Debug)]
struct Latest<K, V>(Mutex<VecDeque<(K, V)>>);

impl<K, V> Default for Latest<K, V> {
    fn default() -> Latest<K, V> {
        Latest(Mutex::default())
    }
}

impl<K, V: Clone> Latest<K, V> {
    /// The value of the key that `is_it`, made where there is none.
    fn get(
        &self,
        most: usize,
        is_it: impl Fn(&K) -> bool,
        is_gone: impl Fn(&K) -> bool,
        make: impl FnOnce() -> (K, V),
    ) -> V {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = known().iter().find(|(key, _)| is_it(key)) {
            return value.clone();
        }
        // Nobody waits meanwhile; two may do the same work once.
        let (key, value) = make();
        let mut known = known();
        known.retain(|(key, _)| !is_gone(key));
        known.push_front((key, value.clone()));
        known.truncate(most);
        value
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
