//! Inline completion as an editor sees it, with a model that takes no time: what Graft adds, next to one bare call of the same
//! server in the same run; how often somebody's typing asks a model; how soon a cancel reaches it. Refuses to fail: a benchmark
//! reports. `GRAFT_UPDATE_DOCS=1 cargo bench --bench completion` writes the tables of `docs/performance.md` anew.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod editor;
mod measure;
mod scripted_model;

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use editor::Editor;
use graft_ls::inline_completion::SHORTEST_PAUSE;
use measure::{percentile, write_page};
use scripted_model::{Says, ScriptedModel};
use serde_json::{Value, json};

const METHOD: &str = "textDocument/inlineCompletion";
const SIZES: [usize; 3] = [100, 1_000, 10_000];
const ROUNDS: usize = 100;
/// The same for somebody who types, which takes a third of a second each time.
const TYPED: usize = 40;
const INVOKED: u32 = 1;
const AUTOMATIC: u32 = 2;

/// A file with a cursor: what stands before and after it, over and over, and what a model says there.
struct Material {
    title: &'static str,
    language: &'static str,
    extension: &'static str,
    filler: &'static str,
    start: &'static str,
    /// The function that is written in the middle, up to the cursor and from it on.
    before: &'static str,
    after: &'static str,
    answer: &'static [&'static str],
    /// What somebody left unfinished elsewhere.
    broken: &'static str,
}

const RUST: Material = Material {
    title: "Rust",
    language: "rust",
    extension: "rs",
    filler: include_str!("../tests/fixtures/shapes.rs"),
    start: "pub trait Area",
    before: "\nfn total(values: &[u32]) -> u32 {\n    let mut sum = 1000;\n    ",
    after: "\n}\n\n",
    answer: &["for value in values {\n", "        sum += value;\n", "    }\n", "    sum"],
    broken: "fn unfinished(a: u32 {\n    let x = a +;\n}\n",
};

const PYTHON: Material = Material {
    title: "Python",
    language: "python",
    extension: "py",
    filler: include_str!("../tests/fixtures/shop.py"),
    start: "class Item",
    before: "\n\ndef total(values):\n    result = 1000\n    ",
    after: "\n\n\n",
    answer: &["for value in values:\n", "        result += value\n", "    return result"],
    broken: "def unfinished(a:\n    x = a +\n",
};

impl Material {
    /// The same with the function twice, but for its number: the second one lacks the rest of the cursor's line.
    fn repeated(&self, lines: usize, is_broken: bool) -> (String, usize, usize) {
        let (text, line, _) = self.file(lines, is_broken);
        let (before, after) = text.split_once(self.before).unwrap();
        let known = self.before.replace("total", "known").replace("1000", "0");
        let first = format!("{known}{}{}", self.answer.concat(), self.after);
        let column = self.answer[1].find('=').unwrap() + 1;
        let typed = format!("{}{}", self.answer[0], &self.answer[1][..column]);
        let rest = self.answer[2..].concat();
        let above = first.matches('\n').count() + 1;
        (format!("{before}{first}{}{typed}\n{rest}{after}", self.before), line + above, column)
    }

    /// A file of about `lines` lines, and the line and column of its cursor.
    fn file(&self, lines: usize, is_broken: bool) -> (String, usize, usize) {
        let start = self.filler.find(self.start).unwrap();
        let block = &self.filler[start..];
        let copies = (lines / 2).div_ceil(block.lines().count());
        let half = block.repeat(copies.max(1));
        let before = format!("{half}{}{}", if is_broken { self.broken } else { "" }, self.before);
        let line = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').unwrap() - 1;
        (format!("{before}{}{half}", self.after), line, column)
    }
}

fn settings(model: &ScriptedModel) -> Value {
    json!({
        "providers": {"p": {"kind": "openai", "base_url": model.url()}},
        "models": {"m": {"provider": "p", "model": "qwen2.5-coder"}}, "routes": {"complete": "m"},
    })
}

fn place(line: usize, column: usize) -> Value {
    json!({"line": line, "character": column})
}

fn request(uri: &str, line: usize, column: usize, trigger: u32) -> Value {
    json!({"textDocument": {"uri": uri}, "position": place(line, column), "context": {"triggerKind": trigger}})
}

fn change(uri: &str, version: i32, from: (usize, usize), to: (usize, usize), text: &str) -> Value {
    let range = json!({"start": place(from.0, from.1), "end": place(to.0, to.1)});
    json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": range, "text": text}]})
}

/// The bytes that the server was sent last, by a bare client of the same HTTP library; less what the server took.
async fn floor(model: &ScriptedModel, rounds: usize) -> Vec<Duration> {
    let client = reqwest::Client::new();
    let request = model.last();
    let url = format!("{}{}", model.url(), request.path);
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        let post = client.post(&url).header("content-type", "application/json").body(request.body.clone());
        let mut response = post.send().await.unwrap();
        while response.chunk().await.unwrap().is_some() {}
        times.push(start.elapsed().saturating_sub(model.thought()));
    }
    times.sort();
    times
}

/// A document that is open, with a cursor below a line with a number.
struct Opened {
    uri: String,
    at: (usize, usize),
    number: (usize, usize),
    version: i32,
}

impl Opened {
    /// Opens a file of the material.
    async fn new(editor: &mut Editor, material: &Material, lines: usize, is_broken: bool) -> (Opened, usize) {
        Opened::of(editor, material, material.file(lines, is_broken), "model").await
    }

    async fn of(
        editor: &mut Editor,
        material: &Material,
        (text, line, column): (String, usize, usize),
        name: &str,
    ) -> (Opened, usize) {
        let uri = format!("file:///w/{name}{}.{}", text.len(), material.extension);
        let document = json!({"uri": uri, "languageId": material.language, "version": 1, "text": text});
        editor.notify("textDocument/didOpen", json!({"textDocument": document})).await;
        let above: Vec<&str> = text.lines().take(line).collect();
        let number = above.iter().rposition(|line| line.contains("1000")).unwrap();
        let number = (number, above[number].find("1000").unwrap());
        (Opened { uri, at: (line, column), number, version: 1 }, text.lines().count())
    }

    /// Changes the number, so that no two questions are about the same text.
    async fn change(&mut self, editor: &mut Editor) {
        self.version += 1;
        let (line, column) = self.number;
        let text = (1000 + self.version).to_string();
        let typed = change(&self.uri, self.version, (line, column), (line, column + 4), &text);
        editor.notify("textDocument/didChange", typed).await;
    }

    /// From the question to the answer.
    async fn ask(&self, editor: &mut Editor, column: usize, trigger: u32) -> Duration {
        let start = Instant::now();
        let id = editor.ask(METHOD, request(&self.uri, self.at.0, column, trigger)).await;
        let answer = editor.answer(id).await;
        let time = start.elapsed();
        assert!(answer.as_array().is_some_and(|items| !items.is_empty()), "no suggestion: {answer}");
        time
    }

    /// From each question to its answer, less the pause and what the server took.
    async fn answers(&mut self, editor: &mut Editor, model: &ScriptedModel, trigger: u32) -> Vec<Duration> {
        let is_typing = trigger == AUTOMATIC;
        let (gap, pause) = if is_typing { (300, SHORTEST_PAUSE) } else { (4, Duration::ZERO) };
        let mut times = Vec::new();
        for _ in 0..if is_typing { TYPED } else { ROUNDS } {
            self.change(editor).await;
            let time = self.ask(editor, self.at.1, trigger).await;
            times.push(time.saturating_sub(pause + model.thought()));
            tokio::time::sleep(Duration::from_millis(gap)).await;
        }
        times.sort();
        times
    }

    /// The same for somebody who types the first letters of what was suggested, and deletes them.
    async fn remembered(&mut self, editor: &mut Editor) -> Vec<Duration> {
        let (line, column) = self.at;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            self.change(editor).await;
            self.ask(editor, column, INVOKED).await;
            for (from, to, text) in [(column, column, "fo"), (column, column + 2, "")] {
                self.version += 1;
                let typed = change(&self.uri, self.version, (line, from), (line, to), text);
                editor.notify("textDocument/didChange", typed).await;
                times.push(self.ask(editor, column + text.len(), AUTOMATIC).await);
            }
        }
        times.sort();
        times
    }
}

/// How long the model of the second part takes.
const THINKS: Duration = Duration::from_millis(20);

async fn added() -> String {
    let mut table = String::from(
        "| language | lines | | asked | p50 ms | p99 ms | bare call, p50 / p99 ms | added, p50 / p99 ms |\n|---|---|---|---|---|---|---|---|\n",
    );
    for material in [&RUST, &PYTHON] {
        let pieces: Vec<String> = material.answer.iter().map(|piece| (*piece).to_owned()).collect();
        let model = ScriptedModel::start(Says::After(Duration::ZERO, pieces.clone())).await;
        let thinker = ScriptedModel::start(Says::After(THINKS, pieces)).await;
        let mut editors =
            [(Editor::start(settings(&model)).await, &model), (Editor::start(settings(&thinker)).await, &thinker)];
        let mut own = Editor::start(json!({"routes": {"complete": "builtin"}})).await;
        let mut is_warm = false;
        for (lines, is_broken) in SIZES.map(|lines| (lines, false)).into_iter().chain([(10_000, true)]) {
            for (editor, model) in &mut editors {
                let (mut opened, count) = Opened::new(editor, material, lines, is_broken).await;
                let is_thinking = Arc::ptr_eq(model, &thinker);
                let ways = match is_thinking {
                    true => &[(INVOKED, "by hand, of a model that takes 20 ms")][..],
                    false => &[(INVOKED, "by hand"), (AUTOMATIC, "by typing, after the pause")],
                };
                for (trigger, asked) in ways {
                    if *trigger == AUTOMATIC && !is_warm {
                        // So long that the pause is the shortest: the gaps that count at first are forgotten.
                        opened.answers(editor, model, *trigger).await;
                        is_warm = true;
                    }
                    opened.change(editor).await;
                    opened.ask(editor, opened.at.1, INVOKED).await;
                    let bare = floor(model, if is_thinking { ROUNDS } else { ROUNDS * 3 }).await;
                    let times = opened.answers(editor, model, *trigger).await;
                    write_row(&mut table, (material, count, is_broken), asked, &times, Some(&bare));
                }
                if !is_thinking {
                    let times = opened.remembered(editor).await;
                    write_row(&mut table, (material, count, is_broken), "typing along a suggestion", &times, None);
                    let (count, times) = from_own_code(&mut own, material, lines, is_broken).await;
                    write_row(&mut table, (material, count, is_broken), "by typing, from your own code", &times, None);
                }
            }
        }
    }
    table
}

fn write_row(
    table: &mut String,
    (material, lines, is_broken): (&Material, usize, bool),
    asked: &str,
    times: &[Duration],
    bare: Option<&[Duration]>,
) {
    let (p50, p99) = (percentile(times, 0.5), percentile(times, 0.99));
    let floor = bare.map_or(0.0, |bare| percentile(bare, 0.5));
    let bare = bare.map(|bare| format!("{floor:.2} / {:.2}", percentile(bare, 0.99))).unwrap_or_default();
    let row = format!(
        "| {} | {lines} | {} | {asked} | {p50:.2} | {p99:.2} | {bare} | {:.2} / {:.2} |",
        material.title,
        if is_broken { "with syntax errors above" } else { "" },
        p50 - floor,
        p99 - floor,
    );
    println!("{row}");
    let _ = writeln!(table, "{row}");
}

/// From each question to its answer where the project has said before how the line goes on, and no model is configured.
async fn from_own_code(
    editor: &mut Editor,
    material: &Material,
    lines: usize,
    is_broken: bool,
) -> (usize, Vec<Duration>) {
    let (mut opened, count) = Opened::of(editor, material, material.repeated(lines, is_broken), "own").await;
    let mut times = Vec::new();
    for _ in 0..ROUNDS * 5 {
        opened.change(editor).await;
        let start = Instant::now();
        let id = editor.ask(METHOD, request(&opened.uri, opened.at.0, opened.at.1, AUTOMATIC)).await;
        let answer = editor.answer(id).await;
        // At first the file is yet to be read.
        if answer.as_array().is_some_and(|items| !items.is_empty()) {
            times.push(start.elapsed());
        }
        if times.len() == ROUNDS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(times.len(), ROUNDS, "own code says nothing");
    times.sort();
    (count, times)
}

/// Forty letters, eight a second, as unevenly as people type, with a model that takes 80 ms.
async fn typing() -> String {
    const LINE: &str = "let totals = values.iter().sum::<u32>();";
    const GAPS: [u64; 10] = [110, 95, 140, 120, 105, 130, 150, 85, 125, 190];
    const RUNS: usize = 10;
    let (mut most, mut sum, mut stale) = (0, 0, 0);
    for run in 0..RUNS {
        let pieces = vec!["a + b".to_owned()];
        let model = ScriptedModel::start(Says::After(Duration::from_millis(80), pieces)).await;
        let mut editor = Editor::start(settings(&model)).await;
        let uri = "file:///w/a.rs";
        let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": "fn f() {\n    \n}\n"});
        editor.notify("textDocument/didOpen", json!({"textDocument": document})).await;
        let (mut column, mut last) = (4, 0);
        for (n, letter) in LINE.chars().enumerate() {
            let version = i32::try_from(n).unwrap() + 2;
            let typed = change(uri, version, (1, column), (1, column), &letter.to_string());
            editor.notify("textDocument/didChange", typed).await;
            column += 1;
            last = editor.ask(METHOD, request(uri, 1, column, AUTOMATIC)).await;
            let until = Instant::now() + Duration::from_millis(GAPS[(n + run) % GAPS.len()]);
            while let Ok((id, answer)) = tokio::time::timeout_at(until.into(), editor.next()).await {
                stale += usize::from(!answer.is_null() && id != last);
            }
        }
        while editor.next().await.0 != last {}
        most = most.max(model.questions());
        sum += model.questions();
    }
    let mean = sum as f64 / RUNS as f64;
    println!("typing: {mean:.1} questions on average, {most} at most, {stale} stale");
    format!(
        "| 40 letters, 8 a second, {RUNS} times | |\n|---|---|\n| questions to the model, on average and at most | {mean:.1}, {most} |\n| suggestions for a text that had changed | {stale} |\n"
    )
}

/// From a cancel to the moment in which the model's server sees the connection closed.
async fn cancel() -> String {
    let model = ScriptedModel::start(Says::Nothing).await;
    let mut editor = Editor::start(settings(&model)).await;
    let uri = "file:///w/a.rs";
    let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": "fn f() {\n    \n}\n"});
    editor.notify("textDocument/didOpen", json!({"textDocument": document})).await;
    let mut times = Vec::new();
    for round in 1..=ROUNDS * 3 {
        let id = editor.ask(METHOD, request(uri, 1, 4, INVOKED)).await;
        model.asked(round).await;
        let start = Instant::now();
        editor.notify("$/cancelRequest", json!({"id": id})).await;
        times.push(model.closed().await.saturating_duration_since(start));
        editor.answer(id).await;
    }
    times.sort();
    let (p50, p99) = (percentile(&times, 0.5), percentile(&times, 0.99));
    println!("cancel to closed: {p50:.2} ms, {p99:.2} ms");
    format!("| from cancel to the connection closed | |\n|---|---|\n| p50, p99 | {p50:.2} ms, {p99:.2} ms |\n")
}

#[tokio::main]
async fn main() {
    let tables = [cancel().await, typing().await, added().await];
    write_page("docs/performance.md", "completion", &tables.join("\n"));
}
