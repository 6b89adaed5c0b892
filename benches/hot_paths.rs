//! One hot path, so often as the command line says: `hot_paths NAME ROUNDS`; without either, the names. Measures nothing itself:
//! `.ci/instructions` counts what a round takes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a program for the developer's terminal")]

mod sample;

use std::hint::black_box;
use std::time::Duration;

use graft_ls::actions::{self, ActionId};
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Suggested, Task, Wanted};
use graft_ls::inline_completion::{Ending, Place, Trigger, finish};
use graft_ls::syntax::{Document, Language};
use graft_ls::text::minimal_edits;
use sample::{Sample, rewritten};

/// In each language: its id, what stands before the functions and after them, one of them, and it rewritten.
const REPLIES: [(&str, &str, &str, &str, &str); 7] = [
    (
        "rust",
        "use std::fmt;\n\n",
        "",
        "fn NAME(values: &[u32]) -> u32 {\n    let mut sum = 0;\n    for value in values {\n        sum += value;\n    }\n    return sum;\n}\n\n",
        "fn NAME(values: &[u32]) -> u32 {\n    values.iter().sum()\n}\n",
    ),
    (
        "python",
        "import os\n\n\n",
        "",
        "def NAME(values):\n    result = 0\n    for value in values:\n        result += value\n    return result\n\n\n",
        "def NAME(values):\n    return sum(values)\n",
    ),
    (
        "javascript",
        "import fs from \"fs\";\n\n",
        "",
        "function NAME(values) {\n  let sum = 0;\n  for (const value of values) {\n    sum += value;\n  }\n  return sum;\n}\n\n",
        "function NAME(values) {\n  return values.reduce((sum, value) => sum + value, 0);\n}\n",
    ),
    (
        "typescript",
        "import fs from \"fs\";\n\n",
        "",
        "function NAME(values: number[]): number {\n  let sum = 0;\n  for (const value of values) {\n    sum += value;\n  }\n  return sum;\n}\n\n",
        "function NAME(values: number[]): number {\n  return values.reduce((sum, value) => sum + value, 0);\n}\n",
    ),
    (
        "typescriptreact",
        "import React from \"react\";\n\n",
        "",
        "function NAME({ values }: { values: number[] }) {\n  let sum = 0;\n  for (const value of values) {\n    sum += value;\n  }\n  return <b className=\"sum\">{sum}</b>;\n}\n\n",
        "function NAME({ values }: { values: number[] }) {\n  return <b className=\"sum\">{values.reduce((sum, value) => sum + value, 0)}</b>;\n}\n",
    ),
    (
        "go",
        "package sums\n\n",
        "",
        "func NAME(values []int) int {\n\tsum := 0\n\tfor _, value := range values {\n\t\tsum += value\n\t}\n\treturn sum\n}\n\n",
        "func NAME(values []int) (int) {\n\tsum := 0\n\tfor index := range values {\n\t\tsum += values[index]\n\t}\n\treturn sum\n}\n",
    ),
    (
        "java",
        "class Sums {\n",
        "}\n",
        "    int NAME(int[] values) {\n        int sum = 0;\n        for (int value : values) {\n            sum += value;\n        }\n        return sum;\n    }\n\n",
        "    int NAME(int[] values) {\n        return java.util.Arrays.stream(values).sum();\n    }\n",
    ),
];

/// In each language: its id, what stands before the cursor, after it, and what a model says there.
const COMPLETIONS: [(&str, &str, &str, &str); 2] = [
    (
        "rust",
        "fn total(values: &[u32]) -> u32 {\n    let mut sum = 0;\n    ",
        "\n}\n",
        "for value in values {\n        sum += value;\n    }\n    sum\n",
    ),
    (
        "python",
        "def total(values):\n    result = 0\n    ",
        "\n",
        "for value in values:\n        result += value\n    return result\n",
    ),
];

fn language(id: &str) -> &'static Language {
    Language::by_id(id).unwrap()
}

/// A path by its name: made ready once, then run over and over.
type Path = (String, Box<dyn FnOnce() -> Box<dyn FnMut()>>);

fn paths() -> Vec<Path> {
    let mut paths: Vec<Path> = vec![
        ("keystroke".to_owned(), Box::new(keystroke)),
        ("actions".to_owned(), Box::new(list)),
        ("diff".to_owned(), Box::new(diff)),
        ("merge".to_owned(), Box::new(merge)),
    ];
    for row in REPLIES.into_iter().filter(|row| matches!(row.0, "rust" | "python")) {
        paths.push((format!("question-{}", row.0), Box::new(move || question(row))));
    }
    for row in REPLIES {
        paths.push((format!("reply-{}", row.0), Box::new(move || reply(row))));
    }
    for row in COMPLETIONS {
        paths.push((format!("completion-{}", row.0), Box::new(move || completion(row))));
        paths.push((format!("own-code-{}", row.0), Box::new(move || own_code(row))));
    }
    paths
}

/// A digit typed in the middle of 400 kB, and the tree after it.
fn keystroke() -> Box<dyn FnMut()> {
    let sample = Sample::of_bytes(400_000);
    let at = sample.text.find("1000").unwrap();
    let mut document = Document::new(language("rust"), &sample.text, Some(1));
    document.tree();
    Box::new(move || {
        document = document.edited(at..at + 4, "1001", Some(2));
        black_box(document.tree());
    })
}

/// What is offered in the middle of 10,000 lines.
fn list() -> Box<dyn FnMut()> {
    let sample = Sample::of_lines(10_000);
    let at = sample.text.find("1000").unwrap();
    let document = Document::new(language("rust"), &sample.text, Some(1));
    Box::new(move || {
        assert!(!black_box(actions::offers(&ActionId::ALL, &document, at..at, &[])).is_empty());
    })
}

/// The smallest edit between two files of 1,000 lines.
fn diff() -> Box<dyn FnMut()> {
    let old: String = (0..1_000).map(|n| format!("    let value_{n} = compute({n});\n")).collect();
    let new = old.replace("7 = compute", "7 = computed");
    Box::new(move || drop(black_box(minimal_edits(&old, &new))))
}

/// 60 functions with one among them that is worked on, and where its name stands.
fn functions(head: &str, tail: &str, function: &str) -> (String, usize) {
    let named = |n: usize| function.replace("NAME", &format!("sum_of_{n}"));
    let half = |from: usize| (from..from + 30).map(named).collect::<String>();
    let text = format!("{head}{}{}{}{tail}", half(0), function.replace("NAME", "total"), half(30));
    let at = text.find("total(").unwrap();
    (text, at)
}

/// What is said to a model, after a digit was typed in the function.
fn question((id, head, tail, function, _): (&str, &str, &str, &str, &str)) -> Box<dyn FnMut()> {
    let (text, at) = functions(head, tail, function);
    let mut document = Document::new(language(id), &text, Some(1));
    document.tree();
    let digit = at + text[at..].find("= 0").unwrap() + 2;
    let engine = Engine::new(Config::default());
    Box::new(move || {
        document = document.edited(digit..digit + 1, "1", Some(2));
        let task = Task::new("count", ActionId::Refactor, document.clone(), at..at);
        assert!(black_box(engine.show_prompt(&task)).is_ok());
    })
}

fn reply((id, head, tail, function, answer): (&str, &str, &str, &str, &str)) -> Box<dyn FnMut()> {
    let (text, at) = functions(head, tail, function);
    let task = Task::new("count", ActionId::Refactor, Document::new(language(id), &text, Some(1)), at..at);
    let engine = Engine::new(Config::default());
    let answer = format!("Here it is:\n\n```\n{}```\n", answer.replace("NAME", "total"));
    Box::new(move || {
        let outcome = black_box(engine.replay(&task, &answer, Some("stop")));
        assert!(matches!(outcome.result, Ok(Change::Edit { .. })), "{:?}", outcome.result);
    })
}

/// An edit for what a file was, put into what it is.
fn merge() -> Box<dyn FnMut()> {
    let sample = Sample::of_lines(1_000);
    let document = Document::new(language("rust"), &sample.text, Some(1));
    let at = sample.text.find("fn total").unwrap();
    let task = Task::new("count", ActionId::Refactor, document.clone(), at..at);
    let outcome = Engine::new(Config::default()).replay(&task, &rewritten().concat(), Some("stop"));
    let Ok(Change::Edit { edit, .. }) = outcome.result else { panic!("no edit") };
    let now = document.edited(15..15, "fn typed() {}\n\n", Some(2));
    now.tree();
    Box::new(move || drop(black_box(edit.rebase(&now).unwrap())))
}

/// A place in a text that nobody has looked at, and what of a model's answer is worth showing there.
fn completion((id, before, after, answer): (&'static str, &str, &str, &'static str)) -> Box<dyn FnMut()> {
    let (text, at) = (format!("{before}{after}"), before.len());
    Box::new(move || {
        let place = Place::of(&Document::new(language(id), &text, Some(1)), at, Trigger::Invoked).unwrap();
        assert!(black_box(finish(&place, answer, Ending::Whole)).text.is_some());
    })
}

/// How a line goes on in the middle of a long file that holds the same function twice, after a number was typed above it. That the file is
/// read in again, in the background, counts too.
fn own_code((id, before, after, answer): (&str, &str, &str, &str)) -> Box<dyn FnMut()> {
    let function = |name: &str, body: &str| format!("{}{body}{after}\n\n", before.replace("total", name));
    let many = |name: &str| (0..500).map(|n| function(&format!("{name}_{n}"), "pass")).collect::<String>();
    let typed = answer.find("+=").unwrap() + 2;
    let (begun, rest) = (&answer[..typed], &answer[answer[typed..].find('\n').unwrap() + typed..]);
    let above = format!("{}{}{}", many("above"), function("known", answer), before.replace("= 0", "= 1000"));
    let (number, at) = (above.rfind("1000").unwrap(), above.len() + begun.len());
    let text = format!("{above}{begun}{rest}{after}\n\n{}", many("below"));
    let mut document = Document::new(language(id), &text, Some(1));
    let settings = serde_json::json!({"routes": {"complete": "builtin"}});
    let engine = Engine::new(Config::from_layers(None, &settings).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut version = 1;
    let mut ask = move || {
        version += 1;
        document = document.edited(number..number + 4, &format!("{}", 1000 + version), Some(version));
        let mut task = Task::new("count", ActionId::Generate, document.clone(), at..at);
        task.path = Some("/w/own".into());
        let wanted = Wanted { pause: Duration::from_millis(1), ..Wanted::default() };
        runtime.block_on(engine.complete(&task, &wanted)).result
    };
    assert!((0..10_000).any(|_| matches!(ask(), Ok(Suggested::Text(_)))), "the file is never read in");
    Box::new(move || assert!(matches!(black_box(ask()), Ok(Suggested::Text(_)))))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, rounds] = arguments.as_slice() else {
        paths().iter().for_each(|(name, _)| println!("{name}"));
        return;
    };
    let (_, prepare) = paths().into_iter().find(|(other, _)| other == name).unwrap();
    let mut path = prepare();
    for _ in 0..rounds.parse().unwrap() {
        path();
    }
}
