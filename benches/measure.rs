//! What the benchmarks share: percentiles, the memory of a process, the machine's name, the tables on a page. Measures nothing
//! itself.

#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The page of all tables.
pub const PAGE: &str = "docs/performance.md";

/// In milliseconds, of sorted times.
pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let index = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[index].as_secs_f64() * 1e3
}

/// How long something took, over and over.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn of(mut times: Vec<Duration>) -> Times {
        times.sort();
        Times(times)
    }

    /// Times `work` so often, after once for nothing.
    pub fn measured(rounds: usize, mut work: impl FnMut()) -> Times {
        work();
        let time = |_| {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        Times::of((0..rounds).map(time).collect())
    }

    pub fn p50(&self) -> f64 {
        percentile(&self.0, 0.5)
    }

    pub fn p99(&self) -> f64 {
        percentile(&self.0, 0.99)
    }

    pub fn max(&self) -> f64 {
        percentile(&self.0, 1.0)
    }

    /// `p50 / p99 / max`, in milliseconds.
    pub fn cell(&self) -> String {
        let number = |value: f64| if value < 0.1 { format!("{value:.3}") } else { format!("{value:.2}") };
        format!("{} / {} / {}", number(self.p50()), number(self.p99()), number(self.max()))
    }

    /// What stands on top of such cells.
    pub const HEAD: &str = "p50 / p99 / max ms";
}

/// A process's memory in MB (10^6 bytes) of the RAM that it holds.
#[derive(Clone, Copy)]
pub struct Memory {
    pub now: f64,
    /// The most since the last time that somebody looked.
    pub peak: f64,
}

impl Memory {
    /// Of a process on Linux; its peak counts anew from here on.
    pub fn of(process: u32) -> Memory {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let field = |name: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB")).unwrap();
            value.trim().parse::<f64>().unwrap() * 1024.0 / 1e6
        };
        let memory = Memory { now: field("VmRSS:"), peak: field("VmHWM:") };
        // Not all containers allow it; then the peak is that of the process's whole life.
        let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
        memory
    }
}

/// lsp-ai, where `GRAFT_BENCH_LSP_AI` names its program.
pub fn lsp_ai() -> Option<PathBuf> {
    let named = std::env::var_os("GRAFT_BENCH_LSP_AI").map(PathBuf::from);
    if named.is_none() {
        println!("lsp-ai is left out: GRAFT_BENCH_LSP_AI names no program");
    }
    named
}

/// graft-ls itself, as it is installed.
pub fn graft_ls() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_graft-ls"))
}

/// Writes what was measured between the marks of `name` on a page, where `GRAFT_UPDATE_DOCS` is set.
pub fn write_page(page: &str, name: &str, tables: &str) {
    println!("{name}: {}", machine());
    let opening = format!("<!-- measured: {name} -->\n");
    update(page, |text| {
        let (before, rest) = text.split_once(&opening).unwrap();
        let (_, after) = rest.split_once(CLOSING).unwrap();
        format!("{before}{opening}\n{}\n\n{tables}\n{CLOSING}{after}", machine())
    });
}

/// Writes one row of the table of targets, where `GRAFT_UPDATE_DOCS` is set.
pub fn write_target(what: &str, target: &str, measured: &str, is_met: bool) {
    let row = format!("| {what} | {target} | {measured} | {} |\n", if is_met { "yes" } else { "no" });
    print!("target: {row}");
    let (opening, first) = ("<!-- measured: targets -->\n", format!("| {what} | "));
    update(PAGE, |text| {
        let (before, rest) = text.split_once(opening).unwrap();
        let (table, after) = rest.split_once(CLOSING).unwrap();
        let others = table.split_inclusive('\n');
        let mut rows: Vec<&str> = others.map(|line| if line.starts_with(&first) { &row } else { line }).collect();
        if !rows.contains(&row.as_str()) {
            let end = rows.iter().rposition(|line| line.starts_with('|')).unwrap();
            rows.insert(end + 1, &row);
        }
        format!("{before}{opening}{}{CLOSING}{after}", rows.concat())
    });
}

const CLOSING: &str = "<!-- end of measured -->";

fn update(page: &str, change: impl FnOnce(&str) -> String) {
    if std::env::var_os("GRAFT_UPDATE_DOCS").is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, change(&text)).unwrap();
}

fn machine() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor =
        processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    format!(
        "graft-ls {}, {}, {} cores ({}), {}.",
        env!("CARGO_PKG_VERSION"),
        said("rustc", &["--version"]),
        std::thread::available_parallelism().map_or(1, usize::from),
        processor.unwrap_or(std::env::consts::ARCH),
        said("date", &["-u", "+%Y-%m-%d"]),
    )
}
