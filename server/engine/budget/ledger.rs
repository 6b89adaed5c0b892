//! What was spent today, in a file that all processes of a user share: one holds its lock at a time, and it is replaced as
//! a whole. Where it cannot be used, what this process knows counts alone, and is written as soon as it can be. Knows no limits.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::engine::cost::rounded;
use crate::engine::day::day_of;

/// Who holds the lock needs it for milliseconds; a process that is stopped in between must not stop others.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);
/// In bytes: far more than a page.
const LONGEST: u64 = 4096;

/// A day, and what was spent on it in USD.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Page {
    /// In UTC, `2026-11-21`.
    pub(super) day: String,
    pub(super) usd: f64,
}

impl Page {
    /// Whether its sum is one of that day. A page of a later day is: the clock was set back, and what was spent is spent.
    fn counts_on(&self, day: &str) -> bool {
        self.day.as_str() >= day
    }
}

/// What this process knows.
#[derive(Debug)]
struct Own {
    /// The last page that it saw, and what it has added since.
    page: Page,
    /// What of it is in no file yet, in USD.
    unwritten: f64,
}

/// The shared file as this process uses it.
#[derive(Debug)]
pub(super) struct Ledger {
    own: Mutex<Option<Own>>,
    /// How long the lock is waited for.
    patience: Duration,
}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger { own: Mutex::default(), patience: PATIENCE }
    }
}

/// What a look at the ledger gave.
#[derive(Debug, PartialEq)]
pub(super) struct Looked<T> {
    /// What the change came to.
    pub(super) result: T,
    pub(super) day: String,
    /// Why the file could not be used, as the rest of a sentence that it begins.
    pub(super) problem: Option<String>,
}

impl Ledger {
    /// Hands today's page to `change`, and adds what that gives. May wait for other processes, and for the disk.
    pub(super) fn change<T>(
        &self,
        path: Option<&Path>,
        now: impl Fn() -> SystemTime,
        change: impl FnOnce(&Page) -> (f64, T),
    ) -> Looked<T> {
        let opened = path.map(|path| lock_beside(path, self.patience).map(|lock| (path, lock)));
        // Under the lock, so that no two processes can have two todays.
        let day = day_of(now());
        let mut own = self.own();
        let known = own.take().filter(|own| own.page.counts_on(&day));
        let (known, unwritten) = known.map_or((0.0, 0.0), |own| (own.page.usd, own.unwritten));
        let (spent, mut problem) = match &opened {
            None => (known, None),
            Some(Err(error)) => (known, Some(format!("cannot be locked ({error})"))),
            Some(Ok((path, _))) => match read(path) {
                Ok(page) => (page.filter(|page| page.counts_on(&day)).map_or(0.0, |page| page.usd) + unwritten, None),
                Err(why) => (known, Some(why)),
            },
        };
        let page = |usd: f64| Page { day: day.clone(), usd: rounded(usd.max(0.0)) };
        let (added, result) = change(&page(spent));
        let page = page(spent + added);
        let mut unwritten = unwritten + added;
        if unwritten != 0.0
            && let Some(Ok((path, _))) = &opened
        {
            match write(path, &page) {
                Ok(()) => unwritten = 0.0,
                Err(error) => problem = problem.or_else(|| Some(format!("cannot be written ({error})"))),
            }
        }
        *own = Some(Own { page, unwritten });
        Looked { result, day, problem }
    }

    /// A plain value: a panic elsewhere leaves it usable.
    fn own(&self) -> MutexGuard<'_, Option<Own>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The page itself is replaced, which leaves a lock on it with nobody: the lock is a file of its own.
fn lock_beside(path: &Path, patience: Duration) -> io::Result<File> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let file = File::options().create(true).truncate(false).write(true).open(path.with_extension("lock"))?;
    let patient_until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() < patient_until => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("another process holds it")),
        }
    }
}

/// Nothing where there is no file yet; the error says what is wrong with one.
fn read(path: &Path) -> Result<Option<Page>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read ({error})")),
        Ok(file) if !file.is_file() || file.len() > LONGEST => return Err("holds something else".to_owned()),
        Ok(_) => {}
    }
    let text = fs::read(path).map_err(|error| format!("cannot be read ({error})"))?;
    let page: Option<Page> = serde_json::from_slice(&text).ok();
    let page = page.filter(|page| page.usd.is_finite() && page.usd >= 0.0);
    page.map(Some).ok_or_else(|| "holds something else".to_owned())
}

fn write(path: &Path, page: &Page) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.as_file_mut().write_all(&serde_json::to_vec(page)?)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(day: u64) -> impl Fn() -> SystemTime {
        move || UNIX_EPOCH + Duration::from_secs(86_400 * day + 1)
    }

    /// What was spent before, and why the file could not be used.
    fn add(ledger: &Ledger, path: Option<&Path>, day: u64, usd: f64) -> (f64, Option<String>) {
        let looked = ledger.change(path, at(day), |page| (usd, page.usd));
        (looked.result, looked.problem)
    }

    #[test]
    fn days_start_anew_and_processes_see_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/spending.json");
        let (one, other) = (Ledger::default(), Ledger::default());
        assert_eq!(add(&one, Some(&path), 0, 1.5), (0.0, None));
        assert_eq!(add(&other, Some(&path), 0, 0.25), (1.5, None));
        assert_eq!(add(&one, Some(&path), 0, -1.0), (1.75, None));
        assert_eq!(add(&other, Some(&path), 1, 0.0), (0.0, None));
        assert_eq!(add(&other, Some(&path), 1, 2.0), (0.0, None));
        assert_eq!(fs::read_to_string(&path).unwrap(), r#"{"day":"1970-01-02","usd":2.0}"#);
        assert_eq!(add(&one, None, 1, 3.0), (0.0, None));
        assert_eq!(add(&one, None, 1, 0.0), (3.0, None));
    }

    #[test]
    fn a_clock_that_is_set_back_gives_no_new_budget() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spending.json");
        for place in [Some(path.as_path()), None] {
            let ledger = Ledger::default();
            assert_eq!(add(&ledger, place, 2, 1.5), (0.0, None));
            assert_eq!(add(&ledger, place, 1, 0.5), (1.5, None));
            assert_eq!(add(&ledger, place, 1, 0.0), (2.0, None));
            assert_eq!(add(&ledger, place, 2, 0.0), (0.0, None));
        }
    }

    #[test]
    fn a_file_that_is_none_is_replaced_and_what_this_process_knows_counts() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(5000);
        for text in ["", "{", "[]", r#"{"day":"1970-01-01","usd":-1}"#, r#"{"day":"1970-01-01","usd":null}"#, &long] {
            let path = folder.path().join(format!("{}.json", text.len()));
            let ledger = Ledger::default();
            add(&ledger, Some(&path), 0, 0.5);
            fs::write(&path, text).unwrap();
            let (spent, problem) = add(&ledger, Some(&path), 0, 0.25);
            assert_eq!((spent, problem.as_deref()), (0.5, Some("holds something else")), "{text}");
            assert_eq!(add(&ledger, Some(&path), 0, 0.0), (0.75, None), "{text}");
        }
    }

    #[test]
    fn a_place_that_cannot_be_used_ends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let inside_a_file = folder.path().join("file/spending.json");
        let is_a_folder = folder.path().join("spending.json");
        fs::create_dir(&is_a_folder).unwrap();
        for path in [inside_a_file, is_a_folder] {
            let ledger = Ledger::default();
            for spent in [0.0, 0.5] {
                let (before, problem) = add(&ledger, Some(&path), 0, 0.5);
                assert!(before == spent && problem.is_some(), "{before} {problem:?}");
            }
        }
    }

    #[test]
    fn a_lock_that_somebody_keeps_holds_nothing_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spending.json");
        add(&Ledger::default(), Some(&path), 0, 1.0);
        let kept = lock_beside(&path, PATIENCE).unwrap();
        let hurried = Ledger { patience: Duration::ZERO, ..Ledger::default() };
        for spent in [0.0, 0.5] {
            let (before, problem) = add(&hurried, Some(&path), 0, 0.5);
            assert_eq!((before, problem.as_deref()), (spent, Some("cannot be locked (another process holds it)")));
        }
        drop(kept);
        // What could not be written is made up for.
        assert_eq!(add(&hurried, Some(&path), 0, 0.0), (2.0, None));
        assert_eq!(add(&Ledger::default(), Some(&path), 0, 0.0), (2.0, None));
    }

    #[test]
    fn no_sum_is_lost_between_threads_and_ledgers() {
        let folder = tempfile::tempdir().unwrap();
        let path: Arc<Path> = folder.path().join("spending.json").into();
        let (shared, alone) = (Arc::new(Ledger::default()), Arc::new(Ledger::default()));
        let workers = [shared.clone(), shared, alone].map(|ledger| {
            let path = path.clone();
            std::thread::spawn(move || (0..40).for_each(|_| drop(add(&ledger, Some(&path), 0, 0.5))))
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!(add(&Ledger::default(), Some(&path), 0, 0.0), (60.0, None));
    }
}
