//! Any raw answer, for a function of each language: an edit that fits the text, or a reason.

#![no_main]

use std::sync::LazyLock;

use graft_ls::actions::ActionId;
use graft_ls::config::Config;
use graft_ls::engine::{Change, Engine, Task};
use graft_ls::syntax::{Document, Language};
use libfuzzer_sys::fuzz_target;

/// Each language by its id, with a file in which somebody stands in `total`.
const FILES: [(&str, &str); 7] = [
    ("rust", "use std::fmt;\n\n/// Sums up.\nfn total(values: &[u32]) -> u32 {\n    let mut sum = 0;\n    for value in values {\n        sum += value;\n    }\n    return sum;\n}\n\nfn other() {}\n"),
    ("python", "import os\n\n\ndef total(values):\n    \"\"\"Sum up.\"\"\"\n    result = 0\n    for value in values:\n        result += value\n    return result\n\n\ndef other():\n    pass\n"),
    ("javascript", "import fs from \"fs\";\n\nfunction total(values) {\n  let sum = 0;\n  for (const value of values) {\n    sum += value;\n  }\n  return sum;\n}\n\nfunction other() {}\n"),
    ("typescript", "import fs from \"fs\";\n\nexport class Sums {\n  total(values: number[]): number {\n    let sum = 0;\n    for (const value of values) {\n      sum += value;\n    }\n    return sum;\n  }\n}\n"),
    ("typescriptreact", "import React from \"react\";\n\nexport function total({ values }: Props) {\n  const sum = values.length;\n  return <b className=\"sum\">{sum}</b>;\n}\n"),
    ("go", "package sums\n\nimport \"fmt\"\n\n// total sums up.\nfunc total(values []int) int {\n\tsum := 0\n\tfor _, value := range values {\n\t\tsum += value\n\t}\n\treturn sum\n}\n"),
    ("java", "class Sums {\n    /** Sums up. */\n    int total(int[] values) {\n        int sum = 0;\n        for (int value : values) {\n            sum += value;\n        }\n        return sum;\n    }\n}\n"),
];

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Config::default()));

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, answer)) = bytes.split_first() else { return };
    let (id, text) = FILES[usize::from(choice) % FILES.len()];
    let actions = ActionId::ALL;
    let action = actions[usize::from(choice) / FILES.len() % actions.len()];
    let at = text.find("total(").unwrap();
    let document = Document::new(Language::by_id(id).unwrap(), text, Some(1));
    let task = Task::new("fuzz", action, document, at..at);
    let outcome = ENGINE.replay(&task, &String::from_utf8_lossy(answer), Some("stop"));
    if let Ok(Change::Edit { edit, .. }) = outcome.result {
        let after = edit.edits().apply(edit.document().source());
        let again = Document::new(edit.document().language(), &after, None);
        let had_error = edit.document().tree().is_some_and(|tree| tree.root_node().has_error());
        let has_error = again.tree().is_some_and(|tree| tree.root_node().has_error());
        assert!(had_error || !has_error, "the edit broke the file:\n{after}");
    }
});
