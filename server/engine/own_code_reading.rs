//! One reading of a project's code in the background: open documents that changed, and the files of the disk, the nearest first.
//! Refuses files that may be shown to nobody, and those that are no code.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::own_code::Project;
use crate::actions::Workspace;
use crate::config::{Config, PrivacyClass};
use crate::own_code::{LONGEST_FILE, MOST_BYTES, OwnFile, Volume, is_readable};
use crate::privacy::{FileNames, IgnoreFiles, classify, project_files};
use crate::syntax::{Document, Language};

/// Files that are looked at, whatever they hold.
const MOST_FILES: usize = 20_000;
/// Code that is read in before it can be found, in bytes.
const VOLUME: usize = 512 * 1024;

pub(super) fn volume(path: &Path, root: Option<&Path>, text: &str) -> Arc<Volume> {
    Arc::new(Volume::of([(own_file(path, root), text.to_owned())]))
}

fn own_file(path: &Path, root: Option<&Path>) -> OwnFile {
    let inside = root.and_then(|root| path.strip_prefix(root).ok());
    let shown = inside.unwrap_or_else(|| path.file_name().map_or(path, Path::new));
    let shown = shown.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    OwnFile { path: path.to_owned(), shown }
}

/// Whether a file's code may be remembered at all.
pub(super) fn is_let_in(path: &Path, root: Option<&Path>, config: &Config, ignores: &IgnoreFiles) -> bool {
    let names = FileNames { path: Some(path), root, ..FileNames::default() };
    classify(&config.privacy, &names, ignores).class != PrivacyClass::Never
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(project) = self.project.upgrade() {
            project.lock().is_reading = false;
        }
    }
}

/// One reading of what is new. It ends with the project.
pub(super) struct Reading {
    pub(super) project: Weak<Project>,
    pub(super) config: Arc<Config>,
    pub(super) ignores: Arc<IgnoreFiles>,
    pub(super) workspace: Workspace,
    pub(super) path: Option<PathBuf>,
    /// The task's document, where it is to be taken in too.
    pub(super) own: Option<Document>,
    pub(super) until: Instant,
    /// Whether the files of the disk are read too.
    pub(super) is_due: bool,
}

impl Reading {
    pub(super) fn run(&self, open: &[(PathBuf, Document)]) {
        if let (Some(path), Some(own)) = (&self.path, &self.own) {
            self.take_in(path, own.source());
        }
        for (path, document) in open.iter().rev() {
            self.open(path, document);
        }
        self.settle(open);
        if self.is_due && self.workspace.disk {
            self.read();
        }
        if let (Some(project), true) = (self.project.upgrade(), self.is_due) {
            project.lock().read = Some(Instant::now());
        }
    }

    fn open(&self, path: &Path, document: &Document) {
        let Some(project) = self.project.upgrade() else { return };
        let is_known = project.lock().versions.get(path) == Some(&document.version());
        if is_known || self.path.as_deref() == Some(path) {
            return;
        }
        project.lock().versions.insert(path.to_owned(), document.version());
        let text = document.source().replace("\r\n", "\n");
        match is_readable(&text) && self.is_let_in(path) {
            true => self.take_in(path, &text),
            false => project.change(|index| index.forget(path)),
        }
    }

    /// Documents that were closed count as the disk has them.
    fn settle(&self, open: &[(PathBuf, Document)]) {
        let Some(project) = self.project.upgrade() else { return };
        let is_open = |path: &Path| open.iter().any(|(own, _)| own == path) || self.path.as_deref() == Some(path);
        let mut closed: Vec<PathBuf> = project.lock().versions.keys().filter(|path| !is_open(path)).cloned().collect();
        closed.sort();
        for path in closed {
            project.lock().versions.remove(&path);
            match self.file(&path) {
                Some((_, text)) => self.take_in(&path, &text),
                None => project.change(|index| index.forget(&path)),
            }
        }
    }

    fn take_in(&self, path: &Path, text: &str) {
        let volume = volume(path, self.workspace.root.as_deref(), text);
        if let Some(project) = self.project.upgrade() {
            project.change(|index| index.open(path, volume));
        }
    }

    /// The files of the disk, the nearest to the document first. The first time each can be found as soon as it is read.
    fn read(&self) {
        let Some(root) = self.workspace.root.as_deref() else { return };
        let mut paths = project_files(root, MOST_FILES, Some(self.until));
        paths.retain(|path| Language::by_path(&path.to_string_lossy()).is_some());
        paths.sort_by_cached_key(|path| (std::cmp::Reverse(self.nearness(path)), path.clone()));
        let is_first = self.project.upgrade().is_some_and(|project| project.lock().read.is_none());
        let mut volumes: Vec<Arc<Volume>> = Vec::new();
        let (mut files, mut size, mut all) = (Vec::new(), 0, 0);
        for path in paths {
            if Instant::now() > self.until || all > MOST_BYTES || self.project.strong_count() == 0 {
                break;
            }
            let Some((file, text)) = self.file(&path) else { continue };
            (size, all) = (size + text.len(), all + text.len());
            files.push((file, text));
            if size > VOLUME {
                volumes.push(Arc::new(Volume::of(std::mem::take(&mut files))));
                size = 0;
                if is_first {
                    self.publish(&volumes);
                }
            }
        }
        volumes.push(Arc::new(Volume::of(files)));
        self.publish(&volumes);
    }

    fn publish(&self, volumes: &[Arc<Volume>]) {
        let Some(project) = self.project.upgrade() else { return };
        project.change(|index| {
            *index = index.renewed();
            for volume in volumes {
                index.add(volume.clone());
            }
        });
    }

    /// How many folders a path shares with the document's.
    fn nearness(&self, path: &Path) -> usize {
        let own = self.path.as_deref().map(Path::components);
        own.map_or(0, |own| own.zip(path.components()).take_while(|(a, b)| a == b).count())
    }

    /// A file of the disk, where it is one to remember.
    fn file(&self, path: &Path) -> Option<(OwnFile, String)> {
        let length = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
        if length > LONGEST_FILE as u64 || !self.is_let_in(path) {
            return None;
        }
        let text = std::fs::read_to_string(path).ok()?.replace("\r\n", "\n");
        is_readable(&text).then(|| (own_file(path, self.workspace.root.as_deref()), text))
    }

    fn is_let_in(&self, path: &Path) -> bool {
        is_let_in(path, self.workspace.root.as_deref(), &self.config, &self.ignores)
    }
}
