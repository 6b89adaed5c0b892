//! What the benchmarks share: percentiles, the machine's name, the tables on a page. Measures nothing itself.

#![allow(dead_code, reason = "each benchmark uses its own part")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// In milliseconds, of sorted times.
pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let index = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[index].as_secs_f64() * 1e3
}

/// Writes what was measured between the marks of `name` on a page, where `GRAFT_UPDATE_DOCS` is set.
pub fn write_page(page: &str, name: &str, tables: &str) {
    if std::env::var_os("GRAFT_UPDATE_DOCS").is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let (opening, closing) = (format!("<!-- measured: {name} -->\n"), "<!-- end of measured -->");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(&opening).unwrap();
    let (_, after) = rest.split_once(closing).unwrap();
    std::fs::write(&path, format!("{before}{opening}\n{}\n\n{tables}\n{closing}{after}", machine())).unwrap();
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
