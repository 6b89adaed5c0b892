//! The log file, within a bound, shared by all processes that write it: a long one is put aside, in the place of the one before.
//! Refuses to hold anybody up: where it cannot be put aside, it is written on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file is put aside when it is longer, in bytes: two of them are the most.
const LONGEST: u64 = 4 << 20;

/// A log file that is open.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    /// Opens the log of that path, with the folders around it.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub fn open(path: PathBuf) -> io::Result<Log> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        Ok(Log { file: opened(&path)?, path })
    }

    /// Puts the file aside if it is still the long one, and goes on with the one that is there then. Not while another process is
    /// at it: it may have been stopped there.
    fn turn(&mut self) -> io::Result<()> {
        let lock = File::options().create(true).truncate(false).write(true).open(self.path.with_extension("lock"))?;
        lock.try_lock()?;
        // Another process may have been here.
        if fs::metadata(&self.path).is_ok_and(|known| known.len() >= LONGEST) {
            fs::rename(&self.path, self.path.with_extension("old.log"))?;
        }
        self.file = opened(&self.path)?;
        Ok(())
    }
}

impl Write for Log {
    /// Whole lines, each in one piece.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.metadata().is_ok_and(|known| known.len() >= LONGEST) {
            let _ = self.turn();
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "2026-01-31T23:59:59Z  INFO graft_ls: completion step=\"quick\"\n";

    fn size(path: &Path) -> u64 {
        fs::metadata(path).map_or(0, |known| known.len())
    }

    #[test]
    fn is_bounded_and_keeps_what_came_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/graft-ls.log");
        let lines = LINE.repeat(1000);
        let mut log = Log::open(path.clone()).unwrap();
        for _ in 0..3 * LONGEST / lines.len() as u64 {
            log.write_all(lines.as_bytes()).unwrap();
        }
        log.write_all(b"last\n").unwrap();
        let old = path.with_extension("old.log");
        assert!(size(&path) <= LONGEST + 2 * lines.len() as u64 && size(&old) >= LONGEST);
        assert!(fs::read_to_string(&path).unwrap().ends_with("last\n"));
    }

    #[test]
    fn several_processes_put_a_long_one_aside_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graft-ls.log");
        fs::write(&path, "x".repeat(usize::try_from(LONGEST).unwrap())).unwrap();
        // Each has the long one open.
        let logs: Vec<Log> = (0..8).map(|_| Log::open(path.clone()).unwrap()).collect();
        std::thread::scope(|scope| {
            for mut log in logs {
                scope.spawn(move || (0..100).for_each(|_| log.write_all(LINE.as_bytes()).unwrap()));
            }
        });
        // Who came while another was at it wrote on.
        let old = fs::read_to_string(path.with_extension("old.log")).unwrap();
        let lines = old.trim_start_matches('x').to_owned() + &fs::read_to_string(&path).unwrap();
        assert!(
            old.len() - old.trim_start_matches('x').len() == usize::try_from(LONGEST).unwrap()
                && lines == LINE.repeat(800)
        );
    }

    #[test]
    fn one_that_another_process_never_ends_to_put_aside_is_written_on_until_it_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graft-ls.log");
        let long = "x".repeat(usize::try_from(LONGEST).unwrap());
        fs::write(&path, &long).unwrap();
        let stopped = File::create(path.with_extension("lock")).unwrap();
        stopped.lock().unwrap();
        let mut log = Log::open(path.clone()).unwrap();
        let (said, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || said.send(log.write_all(LINE.as_bytes()).map(|()| log)));
        let mut log = heard.recv_timeout(std::time::Duration::from_secs(20)).unwrap().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), long.clone() + LINE);
        drop(stopped);
        log.write_all(LINE.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(path.with_extension("old.log")).unwrap(), long + LINE);
        assert_eq!(fs::read_to_string(&path).unwrap(), LINE);
    }

    #[test]
    fn one_that_cannot_be_put_aside_is_written_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graft-ls.log");
        fs::write(&path, "x".repeat(usize::try_from(LONGEST).unwrap())).unwrap();
        fs::create_dir_all(path.with_extension("old.log").join("in the way")).unwrap();
        Log::open(path.clone()).unwrap().write_all(LINE.as_bytes()).unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with(LINE));
    }
}
