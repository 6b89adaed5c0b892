//! What is in force where several say something, as case files: `tests/config/shown/NAME.md`.
//!
//! A file opens with a sentence and goes on in fenced blocks: `user`, `project` (TOML), `editor` (JSON), `record` (the folder
//! that `GRAFT_RECORD` names), `flags` (a line each); then what comes of them: `shown` without what is built in, or `all`;
//! `warning` where something is said besides; or `mistakes`. `GRAFT_UPDATE_CASES=1` writes those anew: read the diff.

use std::path::{Path, PathBuf};

use graft_ls::config::{ConfigFile, Layers, Loaded, Mistakes, TrustStore};
use serde_json::Value;

use crate::case_file::{Block, blocks, folders};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/config/shown");

fn block<'b>(blocks: &'b [Block], name: &str) -> Option<&'b str> {
    blocks.iter().find(|block| block.words == [name]).map(|block| block.text.as_str())
}

fn load(blocks: &[Block]) -> Result<Loaded, Mistakes> {
    let file = |name, path: &str| block(blocks, name).map(|text| ConfigFile::new(Path::new(path), text.to_owned()));
    let (user, project) = (file("user", "config.toml"), file("project", "project/.graft.toml"));
    let editor = block(blocks, "editor").map(|text| serde_json::from_str(text).unwrap()).unwrap_or(Value::Null);
    let flags: Vec<String> = block(blocks, "flags").unwrap_or_default().lines().map(str::to_owned).collect();
    let layers = Layers {
        user: user.as_ref(),
        folder: Some(Path::new("project")),
        project: project.as_ref(),
        editor: &editor,
        record: block(blocks, "record").map(|folder| Path::new(folder.trim_end())),
        flags: &flags,
        trust: &TrustStore::default(),
    };
    layers.load()
}

/// What the blocks after the layers should be.
fn outcome(blocks: &[Block]) -> String {
    let fenced = |name: &str, text: &str| format!("```{name}\n{}\n```\n", text.trim_end());
    let loaded = match load(blocks) {
        Ok(loaded) => loaded,
        Err(mistakes) => {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            return fenced("mistakes", &lines.join("\n"));
        }
    };
    let text = loaded.to_toml();
    let mut out = match block(blocks, "all") {
        Some(_) => fenced("all", &text),
        None => fenced("shown", &said(&text)),
    };
    for warning in &loaded.warnings {
        out.push_str(&fenced("warning", warning));
    }
    out
}

/// Without what is built in, and without the headers that nothing is left under.
fn said(text: &str) -> String {
    let mut tables: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines().filter(|line| !line.is_empty() && !line.ends_with("# built-in")) {
        if line.starts_with('[') {
            tables.push(Vec::new());
        }
        tables.last_mut().unwrap().push(line);
    }
    let told = tables.into_iter().filter(|table| table.iter().any(|line| !line.starts_with('[')));
    told.map(|table| table.join("\n")).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn what_is_in_force_is_shown_with_who_said_so() {
    let update = std::env::var_os("GRAFT_UPDATE_CASES").is_some();
    let files: Vec<PathBuf> = folders(Path::new(FOLDER));
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let blocks = blocks(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        let is_outcome = |block: &&Block| matches!(block.words[0].as_str(), "shown" | "all" | "warning" | "mistakes");
        let first = blocks.iter().find(is_outcome).map_or(text.lines().count() + 1, |block| block.lines.start);
        let layers: String = text.lines().take(first.saturating_sub(1)).map(|line| format!("{line}\n")).collect();
        let new = format!("{layers}{}", outcome(&blocks));
        if new != text && update {
            std::fs::write(file, new).unwrap();
        } else if new != text {
            wrong.push(format!("{}:\n{new}", file.display()));
        }
    }
    assert!(files.len() >= 7, "only {} cases", files.len());
    assert!(wrong.is_empty(), "GRAFT_UPDATE_CASES=1 cargo test shown writes what comes out:\n{}", wrong.join("\n"));
}
