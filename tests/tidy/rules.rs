//! The rules themselves, each a function from one source file to what is wrong with it, and the tables that they go by.
//! Refuses to touch the disk.

use std::path::Path;

use super::paths::{self, macros, paths, without_tests};

/// The rooms, in reading order: each may name itself and those above it.
pub(super) const ROOMS: [&str; 18] = [
    "text",
    "syntax",
    "fim",
    "config",
    "privacy",
    "prompt",
    "reply",
    "validate",
    "inline_completion",
    "own_code",
    "model",
    "builtin",
    "actions",
    "route",
    "engine",
    "doctor",
    "lsp",
    "cli",
];
/// Those that translate for the world outside; they do not name each other.
const FACES: [&str; 2] = ["lsp", "cli"];

/// What has its home in some rooms only: the start of a path, and the rooms.
const HOMES: [(&str, &[&str]); 22] = [
    ("ropey", &["text"]),
    ("similar", &["text"]),
    ("tree_sitter", &["syntax"]),
    ("tree_sitter_go", &["syntax"]),
    ("tree_sitter_java", &["syntax"]),
    ("tree_sitter_javascript", &["syntax"]),
    ("tree_sitter_language", &["syntax"]),
    ("tree_sitter_python", &["syntax"]),
    ("tree_sitter_rust", &["syntax"]),
    ("tree_sitter_typescript", &["syntax"]),
    ("std::env", &["config"]),
    ("etcetera", &["config"]),
    ("toml", &["config"]),
    ("ignore", &["privacy"]),
    ("regex", &["privacy"]),
    ("reqwest", &["model"]),
    ("rustls", &["model"]),
    ("std::process::Command", &["builtin", "config"]),
    ("tokio::process", &["builtin", "config"]),
    ("tower_lsp", &["lsp"]),
    ("clap", &["cli"]),
    ("std::io::stdout", &["lsp", "cli"]),
];
/// Macros that print: everything goes through the command line's own writer, which a closed pipe does not kill.
const PRINTING: [&str; 5] = ["println", "print", "eprintln", "eprint", "dbg"];
/// Names that say nothing of what a file holds.
const EMPTY_NAMES: [&str; 10] =
    ["utils", "util", "types", "manager", "managers", "helpers", "helper", "common", "misc", "mod"];

/// One source file.
pub(super) struct Source {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// The room that a file under `server/` belongs to; nothing for the crate's two roots.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("server/")?;
        let first = inside.split('/').next()?;
        let room = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(room, "lib" | "main")).then_some(room)
    }

    /// The module that the file is, from the crate's root.
    fn module(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("server/").unwrap_or(&self.path);
        let inside = inside.strip_suffix(".rs").unwrap_or(inside);
        inside.split('/').filter(|part| !matches!(*part, "lib" | "main")).collect()
    }
}

pub(super) fn arrows(source: &Source) -> Vec<String> {
    let Some(room) = source.room() else { return Vec::new() };
    let Some(rank) = ROOMS.iter().position(|name| *name == room) else {
        return vec![format!("{}: `{room}` is not in the table of rooms", source.path)];
    };
    let module = source.module();
    let mut findings = Vec::new();
    for (line, path) in paths(&source.text) {
        let Some(named) = target(&module, &path) else { continue };
        let Some(other) = ROOMS.iter().position(|name| *name == named) else {
            findings.push(format!("{}:{line}: `{path}` names no room", source.path));
            continue;
        };
        let faces = FACES.contains(&room) && FACES.contains(&named) && room != named;
        if other > rank || faces {
            findings.push(format!("{}:{line}: `{room}` names `{named}` in `{path}`", source.path));
        }
    }
    findings
}

/// The room that a path leads to, if it leads to one through `crate` or `super`.
fn target<'a>(module: &[&'a str], path: &'a str) -> Option<&'a str> {
    let segments: Vec<&str> = path.split("::").collect();
    match segments.first()? {
        &"crate" | &"graft_ls" => segments.get(1).copied().filter(|name| *name != "crate"),
        &"super" => {
            let up = segments.iter().take_while(|segment| **segment == "super").count();
            // Inside a file, modules such as `tests` make `super` mean less; only what surely leaves the room counts.
            let named = segments.get(up).copied().filter(|name| ROOMS.contains(name));
            named.filter(|_| up >= module.len())
        }
        _ => None,
    }
}

pub(super) fn homes(source: &Source) -> Vec<String> {
    let Some(room) = source.room() else {
        return main_reads_arguments(source);
    };
    let own = without_tests(&source.text);
    let mut findings = Vec::new();
    for (line, path) in paths(&own) {
        for (start, rooms) in HOMES {
            let inside = path == start || path.strip_prefix(start).is_some_and(|rest| rest.starts_with("::"));
            if inside && !rooms.contains(&room) {
                findings.push(format!("{}:{line}: `{path}` belongs to {}", source.path, rooms.join(" and ")));
            }
        }
    }
    for (line, name) in macros(&own) {
        if PRINTING.contains(&name.as_str()) {
            findings.push(format!("{}:{line}: `{name}!` dies of a closed pipe; see cli/output.rs", source.path));
        }
    }
    findings
}

/// The binary's root reads the arguments, and nothing else of the environment.
fn main_reads_arguments(source: &Source) -> Vec<String> {
    paths(&source.text)
        .into_iter()
        .filter(|_| source.path.starts_with("server/"))
        .filter(|(_, path)| path.starts_with("std::env") && !path.starts_with("std::env::args"))
        .map(|(line, path)| format!("{}:{line}: `{path}` belongs to config", source.path))
        .collect()
}

pub(super) fn opening(source: &Source) -> Vec<String> {
    let first = source.text.lines().next().unwrap_or_default();
    let said = first.strip_prefix("//! ").is_some_and(|sentence| sentence.trim().len() > 8);
    (!said).then(|| format!("{}: starts with `{first}`", source.path)).into_iter().collect()
}

pub(super) fn naming(source: &Source) -> Vec<String> {
    let stem = Path::new(&source.path).file_stem().unwrap_or_default().to_string_lossy();
    let empty = EMPTY_NAMES.contains(&stem.as_ref());
    empty.then(|| format!("{}: `{stem}` says nothing", source.path)).into_iter().collect()
}

pub(super) fn unsafety(source: &Source) -> Vec<String> {
    let code = paths::code_only(&source.text);
    code.lines()
        .enumerate()
        .filter(|(_, line)| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe"))
        .map(|(line, _)| format!("{}:{}", source.path, line + 1))
        .collect()
}

/// Mentions of the folder that this very checkout lies in.
pub(super) fn local_paths(source: &Source, checkout: &Path) -> Vec<String> {
    // The checkout itself, not what it stands in: that may be a folder that any example names.
    if checkout.parent().is_none() {
        return Vec::new();
    }
    let mark = format!("{}/", checkout.display());
    source
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| starts_a_path(line, &mark))
        .map(|(number, line)| format!("{}:{}: {}", source.path, number + 1, line.trim()))
        .collect()
}

/// Whether `mark` stands at the start of a path in the line, not inside a longer one such as a URL's.
fn starts_a_path(line: &str, mark: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '~' | '}' | '/');
    line.match_indices(mark).any(|(at, _)| !line[..at].ends_with(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(check: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) -> String {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        check(&source).join("\n")
    }

    #[test]
    fn an_arrow_down_is_found_however_it_is_written() {
        for text in [
            "use crate::engine::Task;\n",
            "use crate::{text::Text, engine::Task};\n",
            "use crate::{\n    text::{Text, Edit},\n    engine,\n};\n",
            "fn f(task: &crate::engine::Task) {}\n",
            "use super::super::engine::Task;\n",
        ] {
            let finding = found(arrows, "server/reply/candidate.rs", text);
            assert!(finding.contains("`reply` names `engine`"), "{text}: {finding}");
        }
    }

    #[test]
    fn arrows_up_and_inside_are_fine() {
        for text in [
            "use crate::text::Text;\nuse super::{Candidate, fence};\nuse super::super::text;\n",
            "// use crate::engine::Task;\n",
            "const S: &str = \"crate::engine::Task\";\n",
            "mod tests {\n    use super::super::engine_of;\n}\n",
        ] {
            assert_eq!(found(arrows, "server/reply/candidate/inner.rs", text), "", "{text}");
        }
    }

    #[test]
    fn faces_do_not_name_each_other() {
        assert!(found(arrows, "server/cli.rs", "use crate::lsp::x;\n").contains("`cli` names `lsp`"));
        assert!(found(arrows, "server/lsp/job.rs", "use crate::cli::x;\n").contains("`lsp` names `cli`"));
        assert!(found(arrows, "server/new_room.rs", "").contains("not in the table"));
    }

    #[test]
    fn strangers_in_a_home_are_found() {
        for (path, text) in [
            ("server/reply.rs", "use ropey::Rope;\n"),
            ("server/reply.rs", "fn f() { similar::TextDiff::configure(); }\n"),
            ("server/validate/edit.rs", "fn f(node: tree_sitter::Node) {}\n"),
            ("server/model/x.rs", "use std::{env, fs};\n"),
            ("server/model/x.rs", "fn f() { std::env::var(\"X\"); }\n"),
            ("server/actions.rs", "use tokio::process::Command;\n"),
            ("server/engine.rs", "use std::process::{Command, Stdio};\n"),
            ("server/cli.rs", "use reqwest::Client;\n"),
            ("server/cli.rs", "use tower_lsp::lsp_types;\n"),
            ("server/cli.rs", "fn f() { println!(\"x\"); }\n"),
            ("server/engine.rs", "fn f() { std::io::stdout(); }\n"),
            ("server/main.rs", "fn f() { std::env::var(\"X\"); }\n"),
        ] {
            assert_ne!(found(homes, path, text), "", "{path}: {text}");
        }
    }

    #[test]
    fn those_at_home_are_left_alone() {
        for (path, text) in [
            ("server/text/buffer.rs", "use ropey::Rope;\n"),
            ("server/reply.rs", "let similar = 1; let x = a.similar; /* println! */\n"),
            ("server/builtin/ruff.rs", "use tokio::process::Command;\n"),
            ("server/engine.rs", "use std::process::ExitCode;\n"),
            ("server/main.rs", "fn f() { std::env::args_os(); }\n"),
            ("server/engine.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() { println!(\"x\"); }\n}\n"),
        ] {
            assert_eq!(found(homes, path, text), "", "{path}: {text}");
        }
    }

    #[test]
    fn other_rules_find_what_they_are_for() {
        assert_ne!(found(opening, "server/x.rs", "use a;\n"), "");
        assert_ne!(found(opening, "server/x.rs", "//! x\n"), "");
        assert_eq!(found(opening, "server/x.rs", "//! Owns the thing.\n"), "");
        assert_ne!(found(naming, "server/text/utils.rs", ""), "");
        assert_ne!(found(naming, "server/text/mod.rs", ""), "");
        assert_ne!(found(unsafety, "server/x.rs", "fn f() { unsafe { g() } }\n"), "");
        assert_eq!(found(unsafety, "server/x.rs", "// unsafe\n#![forbid(unsafe_code)]\nlet s = \"unsafe\";\n"), "");
        let local = |line: &str| found(|source| local_paths(source, Path::new("/srv/me/graft")), "README.md", line);
        assert_ne!(local("see /srv/me/graft/x there"), "");
        assert_eq!(local("https://example.com/srv/me/graft/x and tests/srv/me/graft/x, /srv/me/x"), "");
    }
}
