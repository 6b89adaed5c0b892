//! What a session came to: counts, memory and handles, as a table; and what is too much of them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

/// Samples that are no use: caches fill, and the allocator takes what it will need. A quarter of all, and at least so many.
const WARM_UP: usize = 4;
/// Below so many samples, nothing is said of growth.
const FEWEST: usize = 40;
/// What memory may have grown by from the first window after the warm-up to the last: a share, and kB besides.
const GROWTH: f64 = 1.10;
const SLACK_KB: f64 = 4096.0;
/// What handles may have grown by.
const MORE_HANDLES: f64 = 4.0;

/// The ledger of one session. Says seed and step where its session fails.
pub struct Ledger {
    pub step: usize,
    seed: u64,
    process: u32,
    begun: Instant,
    counts: BTreeMap<&'static str, usize>,
    ends: BTreeMap<String, usize>,
    moods: BTreeMap<&'static str, usize>,
    /// Resident memory in kB, and open handles, whenever all was still.
    samples: Vec<(f64, f64)>,
    minutes: f64,
}

impl Ledger {
    pub fn new(process: u32, seed: u64) -> Ledger {
        Ledger {
            step: 0,
            seed,
            process,
            begun: Instant::now(),
            counts: BTreeMap::new(),
            ends: BTreeMap::new(),
            moods: BTreeMap::new(),
            samples: Vec::new(),
            minutes: 0.0,
        }
    }

    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn counted(&self, what: &'static str) -> usize {
        self.counts.get(what).copied().unwrap_or_default()
    }

    /// A job ended with that word; what it says of models and reasons is left out.
    pub fn job_ended(&mut self, word: &str) {
        let end = word.split([',', ':', '(', ';']).next().unwrap_or_default().trim();
        let end = if end.starts_with("done by") { "done" } else { end };
        *self.ends.entry(end.to_owned()).or_default() += 1;
    }

    /// Looks at the process, where the system lets itself be asked.
    pub fn sample(&mut self) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process)).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let handles = std::fs::read_dir(format!("/proc/{}/fd", self.process)).map(Iterator::count);
        if let (Some(resident), Ok(handles)) = (resident.and_then(|number| number.parse().ok()), handles) {
            self.samples.push((resident, handles as f64));
        }
    }

    /// The session is over; so often model servers did that.
    pub fn ends(&mut self, moods: &BTreeMap<&'static str, usize>) {
        self.minutes = self.begun.elapsed().as_secs_f64() / 60.0;
        self.moods = moods.clone();
    }

    /// Medians of memory and handles in three windows after the warm-up: as it was first, in the middle, and last.
    fn windows(&self) -> Option<[(f64, f64); 3]> {
        let rest = self.samples.get((self.samples.len() / 4).max(WARM_UP)..)?;
        let third = rest.len() / 3;
        let median = |window: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
            let mut values: Vec<f64> = window.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let window = |n: usize| {
            let samples = &rest[n * third..(n + 1) * third];
            (median(samples, |sample| sample.0), median(samples, |sample| sample.1))
        };
        (third > 0).then(|| [0, 1, 2].map(window))
    }

    /// Fails where memory or handles grew.
    pub fn is_flat(&self) {
        let Some([(memory, handles), _, (memory_last, handles_last)]) = self.windows() else { return };
        if self.samples.len() >= FEWEST {
            assert!(memory_last <= memory * GROWTH + SLACK_KB, "memory grew from {memory} to {memory_last} kB");
            assert!(handles_last <= handles + MORE_HANDLES, "handles grew from {handles} to {handles_last}");
        }
    }

    pub fn table(&self) -> String {
        let mut table =
            format!("| | |\n|---|---|\n| seed, steps, minutes | {}, {}, {:.0} |\n", self.seed, self.step, self.minutes);
        for (what, count) in &self.counts {
            let _ = writeln!(table, "| {what} | {count} |");
        }
        for (end, count) in &self.ends {
            let _ = writeln!(table, "| jobs that ended with `{end}` | {count} |");
        }
        for (mood, count) in &self.moods {
            let _ = writeln!(table, "| a model server {mood} | {count} |");
        }
        if let (Some(first), Some([begin, middle, end])) = (self.samples.first(), self.windows()) {
            let memory = [first, &begin, &middle, &end].map(|sample| format!("{:.1}", sample.0 / 1024.0)).join(", ");
            let handles = [first, &begin, &middle, &end].map(|sample| format!("{}", sample.1)).join(", ");
            let _ =
                writeln!(table, "| memory at the start, after the warm-up, in the middle, at the end; MB | {memory} |");
            let _ = writeln!(table, "| open handles at the same times | {handles} |");
        }
        table
    }
}

impl Drop for Ledger {
    #[allow(clippy::print_stderr, reason = "how to see a failure again")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in step {} with seed {}, after\n{}", self.step, self.seed, self.table());
        }
    }
}
