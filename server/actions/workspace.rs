//! The files around a document, read-only: open buffers first, then the disk. Refuses to write, and to read what is no file.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::syntax::Document;

/// In bytes. A project may hold anything under a name that Graft looks for.
const LONGEST_FILE: u64 = 64 << 20;

/// Text and version of an open buffer.
pub type Buffer = (String, Option<i32>);

/// Looks up an open buffer by its absolute path.
pub type BufferLookup = Arc<dyn Fn(&Path) -> Option<Buffer> + Send + Sync>;

/// The open documents that have a path, the one that was changed last first.
pub type OpenLookup = Arc<dyn Fn() -> Vec<(PathBuf, Document)> + Send + Sync>;

/// Where a document stands among its project's files.
#[derive(Clone, Default)]
pub struct Workspace {
    /// The project's root.
    pub root: Option<PathBuf>,
    /// The open buffers; nothing where there is no editor.
    pub buffers: Option<BufferLookup>,
    /// All of them; nothing where there is no editor.
    pub open: Option<OpenLookup>,
    /// Whether files may be looked up on disk; a batch line that names no path has none.
    pub disk: bool,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace").field("root", &self.root).field("disk", &self.disk).finish_non_exhaustive()
    }
}

impl Workspace {
    /// The text of a file, as the editor has it or else as the disk has it. Nothing if there is no such UTF-8 file.
    pub fn read(&self, path: &Path) -> Option<Buffer> {
        let buffer = self.buffers.as_ref().and_then(|buffers| buffers(path));
        buffer.or_else(|| self.disk.then(|| read_file(path).ok()).flatten().map(|text| (text, None)))
    }

    /// Whether there is such a file or folder.
    pub fn exists(&self, path: &Path) -> bool {
        self.buffers.as_ref().is_some_and(|buffers| buffers(path).is_some()) || (self.disk && path.exists())
    }

    /// Names of the files in a folder on disk, sorted, at most a thousand.
    pub fn list(&self, folder: &Path) -> Vec<String> {
        let entries = self.disk.then(|| std::fs::read_dir(folder).ok()).flatten();
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .flatten()
            .take(1000)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }
}

/// The text of a file on disk.
///
/// # Errors
/// None that is UTF-8 and of a length that text has: a pipe or a device is not waited for.
pub fn read_file(path: &Path) -> io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(LONGEST_FILE + 1).read_to_string(&mut text)?;
    match read as u64 > LONGEST_FILE {
        true => Err(io::Error::other("it is longer than 64 MiB")),
        false => Ok(text),
    }
}
