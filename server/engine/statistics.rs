//! What became of completions, in a file of this machine's own: a line for each that was shown and each that was taken. Keeps no code, no
//! name and no path; refuses to hold anybody up: lines are written by a thread of their own, and lost where they cannot be.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::Source;
use super::day::stamp_of;

/// The file is put aside when it is longer, and the one that was put aside before is gone: two of them are the most.
const LONGEST: u64 = 1 << 20;
/// Lines that wait for the disk; more are lost.
const MOST_WAITING: usize = 256;
/// Suggestions that may still be taken; older ones are forgotten.
const MOST_OPEN: usize = 256;

/// What happened.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    /// In UTC, `20260131T235959Z`.
    at: String,
    event: &'static str,
    language: &'static str,
    /// The config's name of the model; `builtin` where none wrote it.
    step: String,
    source: &'static str,
    /// From the question to the suggestion.
    #[serde(rename = "latency_ms")]
    latency: u64,
    /// Of the suggestion, in characters.
    letters: usize,
}

impl Entry {
    /// A suggestion that was shown after so long.
    pub(super) fn shown(language: &'static str, step: &str, source: &Source, waited: Duration, text: &str) -> Entry {
        Entry {
            at: stamp_of(SystemTime::now()),
            event: "shown",
            language,
            step: step.to_owned(),
            source: match source {
                Source::Model => "model",
                Source::OwnCode(_) => "own_code",
            },
            latency: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
            letters: text.chars().count(),
        }
    }

    /// The same suggestion, taken now.
    pub(super) fn taken(&self) -> Entry {
        Entry { at: stamp_of(SystemTime::now()), event: "taken", ..self.clone() }
    }
}

/// The way to the file. One for an engine.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    writer: Mutex<Option<SyncSender<Line>>>,
    /// Suggestions that may still be taken.
    open: Mutex<VecDeque<(u64, PathBuf, Entry)>>,
    trouble: Arc<Mutex<Trouble>>,
}

type Line = (PathBuf, Entry);

/// What went wrong with the file.
#[derive(Debug, Default)]
enum Trouble {
    #[default]
    None,
    Unsaid(String),
    Said,
}

impl Statistics {
    /// Notes that a suggestion was shown, in the file, where there is one.
    pub(super) fn shown(&self, file: Option<&Path>, suggestion: u64, entry: Entry) {
        let Some(file) = file else { return };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_back((suggestion, file.to_owned(), entry.clone()));
        if open.len() > MOST_OPEN {
            open.pop_front();
        }
        drop(open);
        self.write((file.to_owned(), entry));
    }

    /// Notes that a suggestion was taken, once.
    pub(super) fn taken(&self, suggestion: u64) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = open.iter().position(|(known, ..)| *known == suggestion) else { return };
        let Some((_, file, entry)) = open.remove(at) else { return };
        drop(open);
        self.write((file, entry.taken()));
    }

    /// What went wrong, the first time that it is asked for: a sentence.
    pub(super) fn complaint(&self) -> Option<String> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *trouble, Trouble::Said) {
            Trouble::Unsaid(sentence) => Some(sentence),
            other => {
                *trouble = other;
                None
            }
        }
    }

    fn write(&self, line: Line) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = writer.get_or_insert_with(|| {
            let (sender, lines) = sync_channel(MOST_WAITING);
            let trouble = self.trouble.clone();
            thread::spawn(move || write_all(&lines, &trouble));
            sender
        });
        // A disk that does not keep up costs lines, and no time.
        let _ = sender.try_send(line);
    }
}

/// Writes what comes until nobody can send any more.
fn write_all(lines: &Receiver<Line>, trouble: &Mutex<Trouble>) {
    while let Ok((file, entry)) = lines.recv() {
        let mut entries = vec![entry];
        // What waits for the same file goes along.
        entries.extend(lines.try_iter().filter(|(other, _)| *other == file).map(|(_, entry)| entry));
        let Err(error) = append(&file, &entries) else { continue };
        tracing::warn!(%error, "statistics of completions not written");
        let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*trouble, Trouble::None) {
            let file = file.display();
            *trouble = Trouble::Unsaid(format!(
                "what becomes of completions is not kept for statistics, because {file} cannot be written ({error}); mend that, or set completion.statistics = false"
            ));
        }
    }
}

/// Adds whole lines, in one piece, while no other process puts the file aside.
fn append(file: &Path, entries: &[Entry]) -> io::Result<()> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    let lock = File::options().create(true).truncate(false).write(true).open(file.with_extension("lock"))?;
    lock.lock()?;
    if fs::metadata(file).is_ok_and(|known| known.len() >= LONGEST) {
        fs::rename(file, file.with_extension("old.jsonl"))?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    let before = file.metadata()?.len();
    file.write_all(&text).inspect_err(|_| {
        // On a full disk half a line would spoil the next one.
        let _ = file.set_len(before);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry::shown("rust", "quick", &Source::Model, Duration::from_millis(7), "a + é")
    }

    fn lines(file: &Path) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits for the writer: it ends when nobody can send any more.
    fn finish(statistics: Statistics) -> Option<String> {
        let Statistics { writer, trouble, .. } = statistics;
        drop(writer);
        while Arc::strong_count(&trouble) > 1 {
            thread::yield_now();
        }
        Statistics { trouble, ..Statistics::default() }.complaint()
    }

    #[test]
    fn a_line_tells_who_and_how_late_and_no_code() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/completions.jsonl");
        let statistics = Statistics::default();
        statistics.shown(Some(&file), 3, entry());
        statistics.taken(3);
        statistics.taken(3);
        statistics.taken(4);
        statistics.shown(None, 5, entry());
        statistics.taken(5);
        assert_eq!(finish(statistics), None);
        let lines = lines(&file);
        let told = |event: &str| serde_json::json!({"event": event, "language": "rust", "step": "quick", "source": "model", "latency_ms": 7, "letters": 5});
        let without_time = |line: &serde_json::Value| {
            let mut line = line.clone();
            assert!(line.as_object_mut().unwrap().remove("at").unwrap().as_str().unwrap().ends_with('Z'));
            line
        };
        assert_eq!(lines.iter().map(without_time).collect::<Vec<_>>(), [told("shown"), told("taken")]);
    }

    #[test]
    fn the_file_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("completions.jsonl");
        let many: Vec<Entry> = (0..6000).map(|_| entry()).collect();
        for _ in 0..6 {
            append(&file, &many).unwrap();
        }
        let size = |file: &Path| fs::metadata(file).map_or(0, |known| known.len());
        let all: u64 = fs::read_dir(folder.path()).unwrap().map(|own| size(&own.unwrap().path())).sum();
        assert!(size(&file) < 2 * LONGEST && all < 4 * LONGEST && size(&file.with_extension("old.jsonl")) > 0);
    }

    #[test]
    fn several_writers_keep_their_lines_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("completions.jsonl");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|_| append(&file, &[entry(), entry()]).unwrap()));
            }
        });
        assert_eq!(lines(&file).len(), 800);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let statistics = Statistics::default();
        for number in 0..3 {
            statistics.shown(Some(&folder.path().join("file/completions.jsonl")), number, entry());
        }
        let said = finish(statistics).unwrap();
        assert!(said.contains("cannot be written") && said.contains("completion.statistics = false"), "{said}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_and_harms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("completions.jsonl");
        std::os::unix::fs::symlink("/dev/full", &file).unwrap();
        let statistics = Statistics::default();
        statistics.shown(Some(&file), 1, entry());
        assert!(finish(statistics).unwrap().contains("No space left"));
    }
}
