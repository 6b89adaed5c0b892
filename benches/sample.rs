//! A Rust file of any length, with one function in its middle that a model rewrites. Knows no server.

#![allow(dead_code, reason = "each benchmark uses its own part")]

use serde_json::{Value, json};

/// Whole definitions, over and over.
const FILLER: &str = include_str!("../tests/fixtures/shapes.rs");
const START: &str = "pub trait Area";
const OLD: &str = "fn total(values: &[u32]) -> u32 {\n    let mut sum = 1000;\n    for value in values {\n        sum += value;\n    }\n    return sum;\n}\n";
const NEW: &str = "fn total(values: &[u32]) -> u32 {\n    values.iter().sum()\n}\n";

/// The file, and where its function is.
pub struct Sample {
    pub text: String,
    /// The function's first line, from 0.
    pub line: usize,
}

impl Sample {
    /// A file of about so many lines.
    pub fn of_lines(lines: usize) -> Sample {
        Sample::of_copies((lines / 2).div_ceil(block().lines().count()))
    }

    /// A file of about so many bytes.
    pub fn of_bytes(bytes: usize) -> Sample {
        Sample::of_copies((bytes / 2).div_ceil(block().len()))
    }

    fn of_copies(copies: usize) -> Sample {
        let half = block().repeat(copies.max(1));
        let before = format!("use std::fmt;\n\n{half}\n");
        Sample { line: before.matches('\n').count(), text: format!("{before}{OLD}\n{half}") }
    }

    /// Where a number of four digits stands that no answer depends on: (line, character) of its start and its end.
    pub fn number(&self) -> ((usize, usize), (usize, usize)) {
        ((self.line + 1, 18), (self.line + 1, 22))
    }

    /// Where the cursor of somebody stands who wants the function done.
    pub fn cursor(&self) -> Value {
        json!({"line": self.line + 1, "character": 4})
    }

    /// The cursor as a range.
    pub fn range(&self) -> Value {
        json!({"start": self.cursor(), "end": self.cursor()})
    }

    /// The argument of `workspace/executeCommand` that has the function rewritten.
    pub fn command(&self, uri: &str) -> Value {
        json!({"command": "graft.run", "arguments": [{"action": "refactor", "uri": uri, "range": self.range()}]})
    }
}

/// The function rewritten, as a model's server sends it: in pieces.
pub fn rewritten() -> Vec<String> {
    let answer = format!("```rust\n{NEW}```\n");
    answer.split_inclusive(' ').map(str::to_owned).collect()
}

fn block() -> &'static str {
    &FILLER[FILLER.find(START).unwrap()..]
}
