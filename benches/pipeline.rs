//! From a raw answer to a checked edit, timed next to one fresh parse of the same file in the same run. Refuses to fail: a
//! benchmark reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench pipeline` writes the table of `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod measure;

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Task};
use graft_ls::syntax::{Document, Language};
use measure::{PAGE, percentile, write_page, write_target};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// How long one row is measured at least, and with how many rounds.
const TIME: Duration = Duration::from_millis(1500);
const ROUNDS: usize = 100;

/// What stands between the copies of a sample, and the definition that is asked about.
struct Material {
    language: &'static str,
    head: &'static str,
    filler: &'static str,
    /// Where its definitions start.
    start: &'static str,
    old: &'static str,
    new: &'static str,
    body: &'static str,
    chatty: &'static str,
}

const RUST: Material = Material {
    language: "rust",
    head: "//! Shapes.\n\nuse std::fmt;\n\n",
    filler: include_str!("../tests/fixtures/shapes.rs"),
    start: "pub trait Area",
    old: "/// The total.\nfn total(values: &[u32]) -> u32 {\n    let mut sum = 0;\n    for value in values {\n        sum += value;\n    }\n    return sum;\n}\n",
    new: "/// The total.\nfn total(values: &[u32]) -> u32 {\n    values.iter().sum()\n}\n",
    body: "let mut sum = 0;\nfor value in values {\n    sum += *value;\n}\nsum\n",
    chatty: "Sure! Here it is, with a helper:\n\n```rust\n  use std::collections::HashMap;\n\n  /// The total.\n  fn total(values: &[u32]) -> u32 {\n      let seen: HashMap<u32, u32> = counted(values);\n      seen.iter().map(|(value, count)| value * count).sum()\n  }\n\n  fn counted(values: &[u32]) -> HashMap<u32, u32> {\n      let mut counts = HashMap::new();\n      for value in values {\n          *counts.entry(*value).or_default() += 1;\n      }\n      counts\n  }\n```\n\nThis counts first.\n",
};

const PYTHON: Material = Material {
    language: "python",
    head: "\"\"\"A shop.\"\"\"\n\nfrom __future__ import annotations\n\nimport os\n\n\n",
    filler: include_str!("../tests/fixtures/shop.py"),
    start: "class Item",
    old: "def total(values):\n    \"\"\"The total.\"\"\"\n    result = 0\n    for value in values:\n        result += value\n    return result\n",
    new: "def total(values):\n    \"\"\"The total.\"\"\"\n    return sum(values)\n",
    body: "\"\"\"The total.\"\"\"\nresult = 0\nfor value in values:\n    result = result + value\nreturn result\n",
    chatty: "Sure! Here it is, with a helper:\n\n```python\n  from collections import Counter\n\n  def total(values):\n      \"\"\"The total.\"\"\"\n      return sum(value * count for value, count in counted(values).items())\n\n  def counted(values):\n      return Counter(values)\n```\n\nThis counts first.\n",
};

impl Material {
    /// A file of about `lines` lines with the definition in its middle, and the offset of the definition's name.
    fn file(&self, lines: usize) -> (String, usize) {
        // Whole definitions of the fixture, over and over: its own head stands once.
        let start = self.filler.find(self.start).unwrap();
        let block = &self.filler[start..];
        let gap = if self.language == "rust" { "\n" } else { "\n\n" };
        let half = |text: &mut String| {
            let goal = text.lines().count() + lines / 2;
            while text.lines().count() < goal {
                let room = goal - text.lines().count();
                let piece =
                    if block.lines().count() > room { self.new.replace("total", "rest") } else { block.to_owned() };
                text.push_str(piece.trim_end());
                text.push('\n');
                text.push_str(gap);
            }
        };
        let mut text = self.head.to_owned();
        half(&mut text);
        let at = text.len() + self.old.find("total(").unwrap();
        text.push_str(self.old);
        text.push_str(gap);
        half(&mut text);
        (format!("{}\n", text.trim_end()), at)
    }

    fn answers(&self, file: &str) -> [(&'static str, String); 5] {
        let fenced = |code: &str| format!("```{}\n{code}```\n", self.language);
        [
            ("fenced, perfect", fenced(self.new)),
            ("the body alone", fenced(self.body)),
            ("chatty, re-indented, helper and import", self.chatty.to_owned()),
            ("the whole file", fenced(&file.replacen(self.old, self.new, 1))),
            ("garbage", "{{ )) fn def ??? ;; <<<< \u{201c}x\u{201d} and some prose (\n".repeat(20)),
        ]
    }
}

/// Times `work` until there is enough to tell a hundredth; sorted.
fn timed(mut work: impl FnMut()) -> Vec<Duration> {
    work();
    let (mut times, since) = (Vec::new(), Instant::now());
    while times.len() < ROUNDS || (since.elapsed() < TIME && times.len() < 20 * ROUNDS) {
        let start = Instant::now();
        work();
        times.push(start.elapsed());
    }
    times.sort();
    times
}

fn task(language: &'static Language, text: &str, at: usize) -> Task {
    Task::new("bench", ActionId::Refactor, Document::new(language, text, Some(1)), at..at)
}

fn main() {
    let mut table = String::from(
        "| language | lines | answer | result | p50 ms | p99 ms | one parse, p50 ms | p50 to one parse |\n|---|---|---|---|---|---|---|---|\n",
    );
    let engine = Engine::new(Config::default());
    let mut slowest = 0.0_f64;
    for material in [&RUST, &PYTHON] {
        let language = Language::by_id(material.language).unwrap();
        for lines in SIZES {
            let (text, at) = material.file(lines);
            let floor = timed(|| {
                black_box(Document::new(language, &text, None).tree().is_some());
            });
            for (name, answer) in material.answers(&text) {
                // The document is the editor's, parsed already. Each replay plans anew, which a job does once, before it asks.
                let task = task(language, &text, at);
                let result = match engine.replay(&task, &answer, Some("stop")).result {
                    Ok(Change::Edit { .. }) => "edit",
                    Ok(Change::Nothing { .. }) => "no change",
                    Err(failure) => failure.code.as_str(),
                };
                let times = timed(|| {
                    black_box(engine.replay(&task, &answer, Some("stop")));
                });
                let (p50, p99, parse) = (percentile(&times, 0.5), percentile(&times, 0.99), percentile(&floor, 0.5));
                if lines == 1_000 && result == "edit" {
                    slowest = slowest.max(p99);
                }
                let row = format!(
                    "| {} | {} | {name} | `{result}` | {p50:.2} | {p99:.2} | {parse:.2} | {:.1} |",
                    language.title,
                    text.lines().count(),
                    p50 / parse
                );
                println!("{row}");
                let _ = writeln!(table, "{row}");
            }
        }
    }
    let measured = format!("p99 {slowest:.1} ms at worst");
    write_target("raw answer to checked edit, 1,000-line file", "p99 under 10 ms", &measured, slowest < 10.0);
    write_page(PAGE, "pipeline", &table);
}
