//! All that is remembered of a project's code: volumes of files as they lie on the disk, and the open documents as they are, which
//! count in their place. Keeps to its bound by forgetting.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::agreement::{Agreement, Found, Place, agreed};
use super::tokens::{KEY, common, is_word, last_key};
use super::volume::{OwnFile, Volume};

/// Code of files that is remembered, in bytes; its index takes less than twice as much again.
pub const MOST_BYTES: usize = 8 << 20;
/// Open documents that are remembered, and the code of them, in bytes.
pub const MOST_OPEN: usize = 64;
/// The code of them, in bytes.
pub const MOST_OPEN_BYTES: usize = 4 << 20;
/// Places of one volume, and of all of them, that are looked at.
const MOST_PLACES: usize = 64;
const MOST_VOTES: usize = 256;
/// Tokens that are compared.
const LONGEST_RUN: usize = 48;
/// What stands in the same file tells more.
const OWN_WEIGHT: u32 = 2;
/// The shortest rest of a line that is worth a look, in characters.
const SHORTEST: usize = 3;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The document's path, if it has one.
    pub path: Option<&'a Path>,
    /// Its text, with `\n` line ends.
    pub text: &'a str,
    /// The cursor, in bytes.
    pub offset: usize,
}

/// A project's code. Cloning shares the volumes.
#[derive(Debug, Clone, Default)]
pub struct Index {
    volumes: Vec<Arc<Volume>>,
    bytes: usize,
    /// The most recent first.
    open: Vec<(PathBuf, Arc<Volume>)>,
}

impl Index {
    /// Takes in files; false where they would be more than may be remembered.
    pub fn add(&mut self, volume: Arc<Volume>) -> bool {
        let fits = self.bytes + volume.len() <= MOST_BYTES;
        if fits {
            self.bytes += volume.len();
            self.volumes.push(volume);
        }
        fits
    }

    /// Takes in an open document in the place of all that was known of its file.
    pub fn open(&mut self, path: &Path, volume: Arc<Volume>) {
        self.open.retain(|(other, _)| other != path);
        self.open.insert(0, (path.to_owned(), volume));
        let mut bytes = 0;
        self.open.truncate(MOST_OPEN);
        self.open.retain(|(_, volume)| {
            bytes += volume.len();
            bytes <= MOST_OPEN_BYTES
        });
    }

    /// Forgets an open document.
    pub fn forget(&mut self, path: &Path) {
        self.open.retain(|(other, _)| other != path);
    }

    /// The files of the disk anew: what was open stays.
    pub fn renewed(&self) -> Index {
        Index { open: self.open.clone(), ..Index::default() }
    }

    /// The text of an open document, as it was taken in.
    pub fn text_of(&self, path: &Path) -> Option<&str> {
        self.open.iter().find(|(other, _)| other == path).map(|(_, volume)| volume.text())
    }

    /// Bytes of code in it.
    pub fn len(&self) -> usize {
        self.bytes + self.open.iter().map(|(_, volume)| volume.len()).sum::<usize>()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How the line at the cursor goes on, where the code agrees on it.
    pub fn rest_of_line(&self, ask: &Ask<'_>, agreement: &Agreement) -> Option<Found> {
        let before = ask.text.get(..ask.offset)?;
        let begun = before.len() - before.bytes().rev().take_while(|byte| is_word(*byte)).count();
        let (context, word) = before.split_at_checked(begun)?;
        let key = last_key(context.as_bytes())?;
        let mut places: Vec<Place<'_>> = Vec::new();
        for (own, volume) in self.in_order(ask) {
            let skipped = if own { unsettled(volume.text(), ask) } else { 0..0 };
            let found = volume.places(key).iter().rev().map(|at| *at as usize);
            for at in found.filter(|at| !skipped.contains(at)).take(MOST_PLACES) {
                places.extend(self.place(volume, at, (context, word), own, ask));
            }
            if places.len() > MOST_VOTES {
                break;
            }
        }
        agreed(&places, agreement)
    }

    /// The open documents, the cursor's own first, then the files.
    fn in_order<'a>(&'a self, ask: &Ask<'a>) -> impl Iterator<Item = (bool, &'a Volume)> {
        let is_own = |path: &Path| ask.path == Some(path);
        let own = self.open.iter().filter(move |(path, _)| is_own(path)).map(|(_, volume)| (true, &**volume));
        let others = self.open.iter().filter(move |(path, _)| !is_own(path)).map(|(_, volume)| (false, &**volume));
        own.chain(others).chain(self.volumes.iter().map(|volume| (false, &**volume)))
    }

    fn place<'a>(
        &'a self,
        volume: &'a Volume,
        at: usize,
        (context, word): (&str, &str),
        own: bool,
        ask: &Ask<'_>,
    ) -> Option<Place<'a>> {
        let (file, start) = volume.file(at)?;
        let text = volume.text();
        let (above, below) = (text.get(start..at)?, text.get(at..)?);
        let is_old = !own && (ask.path == Some(&*file.path) || self.is_open(volume, file));
        let tokens = common(context.as_bytes(), above.as_bytes(), LONGEST_RUN);
        if is_old || tokens < KEY {
            return None;
        }
        let line = below.split('\n').next().unwrap_or_default().trim_end();
        let line = if word.is_empty() && !context.ends_with([' ', '\t', '\n']) { line } else { line.trim_start() };
        let rest = line.strip_prefix(word)?;
        if rest.trim().chars().count() < SHORTEST || !stands_alike(context, above) {
            return None;
        }
        let weight = if own { OWN_WEIGHT } else { 1 };
        Some(Place { tokens, rest, file, above, weight })
    }

    /// Whether a newer state of a volume's file is open.
    fn is_open(&self, volume: &Volume, file: &OwnFile) -> bool {
        self.open.iter().any(|(path, own)| *path == file.path && !std::ptr::eq(&**own, volume))
    }
}

/// Whether a line that begins at the cursor stands as deep below the line above as it does there.
fn stands_alike(context: &str, above: &str) -> bool {
    let step = |text: &str| {
        let (before, own) = text.rsplit_once('\n')?;
        if !own.trim().is_empty() {
            return None;
        }
        let line = before.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let depth = line.len() - line.trim_start().len();
        Some((own.len() as isize - depth as isize, own.contains('\t')))
    };
    match (step(context), step(above)) {
        (Some(here), Some(there)) => here == there || here.0 == there.0 && here.0 == 0,
        (None, None) => true,
        _ => false,
    }
}

/// The part of a document's earlier state, in bytes, that the person is at: what has changed since, and the cursor's line. What stood
/// there was taken out or is being typed.
fn unsettled(old: &str, ask: &Ask<'_>) -> std::ops::Range<usize> {
    let new = ask.text;
    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - same;
    let tail = old.bytes().rev().zip(new.bytes().rev()).take(most).take_while(|(a, b)| a == b).count();
    let cursor = match ask.offset {
        at if at <= same => at,
        at if at + tail >= new.len() => (at + old.len()).saturating_sub(new.len()),
        _ => same,
    };
    let is_same = same == old.len() && old.len() == new.len();
    let (from, to) = if is_same { (cursor, cursor) } else { (cursor.min(same), cursor.max(old.len() - tail)) };
    let begin = old.as_bytes().get(..from).and_then(|before| before.iter().rposition(|byte| *byte == b'\n'));
    let end = old.as_bytes().get(to..).and_then(|after| after.iter().position(|byte| *byte == b'\n'));
    begin.map_or(0, |at| at + 1)..end.map_or(old.len() + 1, |at| to + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(name: &str, text: &str) -> Arc<Volume> {
        let path = PathBuf::from("/w").join(name);
        Arc::new(Volume::of([(OwnFile { path, shown: name.to_owned() }, text.to_owned())]))
    }

    fn asked(index: &Index, text: &str) -> Option<(String, String)> {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let ask = Ask { path: Some(Path::new("/w/own.rs")), text: &text, offset };
        let found = index.rest_of_line(&ask, &Agreement::default())?;
        Some((found.rest, format!("{}:{}", found.file.shown, found.line)))
    }

    const OLD: &str =
        "use x;\n\nfn read() {\n    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;\n}\n";

    #[test]
    fn goes_on_as_the_line_did_elsewhere_and_says_where() {
        let mut index = Index::default();
        assert!(index.add(volume("src/old.rs", OLD)));
        let said = |rest: &str| Some((rest.to_owned(), "src/old.rs:4".to_owned()));
        assert_eq!(
            asked(&index, "fn own() {\n    let file = std::fs::File::open(|"),
            said("path).map_err(|e| e.to_string())?;")
        );
        assert_eq!(
            asked(&index, "fn own() {\n    let file = std::fs::File::op|"),
            said("en(path).map_err(|e| e.to_string())?;")
        );
        assert_eq!(asked(&index, "fn own() {\n    let file = std::fs::File::cr|"), None, "nothing begins like that");
        assert_eq!(
            asked(&index, "fn own() {\n    let file = std::fs::File|"),
            said("::open(path).map_err(|e| e.to_string())?;")
        );
        assert_eq!(asked(&index, "let file = |"), None, "too few tokens");
    }

    #[test]
    fn a_new_line_stands_as_deep_as_it_did_there() {
        let mut index = Index::default();
        index.add(volume("old.rs", "fn a() {\n    if x.is_empty() {\n        return Err(e);\n    }\n}\n"));
        let said = Some(("return Err(e);".to_owned(), "old.rs:3".to_owned()));
        assert_eq!(asked(&index, "fn b() {\n    if x.is_empty() {\n        |"), said);
        assert_eq!(asked(&index, "fn b() {\n    if x.is_empty() {\n|"), None);
    }

    #[test]
    fn an_open_document_counts_in_the_place_of_its_file() {
        let mut index = Index::default();
        index.add(volume("a.rs", OLD));
        let text = "fn own() {\n    let file = std::fs::File::open(|";
        index.open(Path::new("/w/a.rs"), volume("a.rs", &OLD.replace("path)", "name)")));
        assert_eq!(asked(&index, text).unwrap().0, "name).map_err(|e| e.to_string())?;");
        index.open(Path::new("/w/a.rs"), volume("a.rs", "\n"));
        assert_eq!(asked(&index, text), None);
        index.forget(Path::new("/w/a.rs"));
        assert_eq!(asked(&index, text).unwrap().0, "path).map_err(|e| e.to_string())?;");
    }

    #[test]
    fn what_was_just_deleted_is_not_brought_back() {
        let mut index = Index::default();
        let line = "    let file = std::fs::File::open(path)?;\n";
        let whole = format!("fn own() {{\n{line}    next();\n}}\n");
        index.open(Path::new("/w/own.rs"), volume("own.rs", &whole));
        let deleted = whole.replace("path)?;", "|");
        assert_eq!(asked(&index, &deleted), None);
        let twice = format!("fn other() {{\n{line}}}\n\n{whole}");
        index.open(Path::new("/w/own.rs"), volume("own.rs", &twice));
        let (head, tail) = twice.rsplit_once("path)?;").unwrap();
        assert_eq!(asked(&index, &format!("{head}|{tail}")).unwrap().1, "own.rs:2");
    }

    #[test]
    fn keeps_to_its_bound() {
        let mut index = Index::default();
        let big = volume("big.rs", &"let a = b;\n".repeat(MOST_BYTES / 11 / 2));
        assert!(index.add(big.clone()) && index.add(big.clone()) && !index.add(big));
        for number in 0..MOST_OPEN * 2 {
            index.open(Path::new(&format!("/w/{number}")), volume("x", "let a = b;\n"));
        }
        assert_eq!(index.open.len(), MOST_OPEN);
        let wide = volume("wide.rs", &"let a = b;\n".repeat(MOST_OPEN_BYTES / 11 / 2));
        for number in 0..4 {
            index.open(Path::new(&format!("/w/wide{number}")), wide.clone());
        }
        assert!(index.len() <= MOST_BYTES + MOST_OPEN_BYTES);
    }
}
