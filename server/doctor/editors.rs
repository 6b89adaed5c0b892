//! The editors that are on this machine: whether each is new enough and its config names graft-ls. Starts none but to ask for
//! its version, reads nothing but config files.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;

use super::checkup::{EditorChecked, State};
use crate::config::{Machine, program, version_text};

/// What Graft is called in a config: its program, and its plugin for Neovim, which names that itself.
const NAMES: [&str; 4] = ["graft-ls", "graft/editors/neovim", "require('graft", "require(\"graft"];
/// A config folder may hold anything; no more is read of it.
const MOST_FILES: usize = 500;
const LONGEST_FILE: u64 = 1 << 20;
const DEEPEST: usize = 4;
/// Folders of other people's code.
const PASSED_OVER: [&str; 8] = [".git", "elpa", "eln-cache", "lazy", "node_modules", "pack", "plugged", "straight"];

/// Where a config lies.
#[derive(Debug, Clone, Copy)]
pub enum Below {
    /// The home folder.
    Home,
    /// The platform's config folder.
    Config,
}

/// An editor that can start a language server.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    /// What people call it.
    pub name: &'static str,
    /// What its program is called, the most usual first.
    pub programs: &'static [&'static str],
    /// The argument that makes it print its version.
    pub version: &'static str,
    /// The oldest version that will do, and for what.
    pub least: (u32, u32),
    /// What that version brought.
    pub brings: &'static str,
    /// Its config files, or their folders.
    pub configs: &'static [(Below, &'static str)],
}

/// The editors that are looked for.
pub const EDITORS: [Editor; 5] = [
    Editor {
        name: "Neovim",
        programs: &["nvim"],
        version: "--version",
        least: (0, 11),
        brings: "`vim.lsp.config`",
        configs: &[(Below::Config, "nvim"), (Below::Home, "AppData/Local/nvim")],
    },
    Editor {
        name: "Helix",
        programs: &["hx", "helix"],
        version: "--version",
        least: (23, 10),
        brings: "several language servers for a language",
        configs: &[(Below::Config, "helix/languages.toml")],
    },
    Editor {
        name: "VS Code",
        programs: &["code", "codium", "code-insiders", "code-server"],
        version: "--version",
        least: (1, 91),
        brings: "what today's language clients need",
        configs: &[
            (Below::Config, "Code/User/settings.json"),
            (Below::Config, "VSCodium/User/settings.json"),
            (Below::Config, "Code - Insiders/User/settings.json"),
            (Below::Home, "Library/Application Support/Code/User/settings.json"),
            (Below::Home, ".local/share/code-server/User/settings.json"),
            // Lists what is installed: Graft's own extension needs no settings.
            (Below::Home, ".vscode/extensions/extensions.json"),
            (Below::Home, ".vscode-oss/extensions/extensions.json"),
            (Below::Home, ".vscode-insiders/extensions/extensions.json"),
            (Below::Home, ".local/share/code-server/extensions/extensions.json"),
        ],
    },
    Editor {
        name: "Emacs",
        programs: &["emacs"],
        version: "--version",
        least: (29, 1),
        brings: "eglot without a package",
        configs: &[
            (Below::Home, ".emacs"),
            (Below::Home, ".emacs.el"),
            (Below::Home, ".emacs.d"),
            (Below::Config, "emacs"),
            (Below::Config, "doom"),
        ],
    },
    Editor {
        name: "Kakoune",
        programs: &["kak"],
        version: "-version",
        least: (2023, 8),
        brings: "what kak-lsp needs",
        configs: &[(Below::Config, "kak"), (Below::Config, "kak-lsp")],
    },
];

/// Those that are here.
pub(super) async fn examine(machine: &Machine) -> Vec<EditorChecked> {
    let examined = EDITORS.iter().map(|editor| examined(editor, machine));
    join_all(examined).await.into_iter().flatten().collect()
}

async fn examined(editor: &Editor, machine: &Machine) -> Option<EditorChecked> {
    let found = editor.programs.iter().find_map(|name| program(name, &machine.search_path))?;
    let version = version_text(&found, editor.version).await.and_then(|text| version_in(&text));
    let configs = configs(editor, machine);
    let names = tokio::task::spawn_blocking(move || configs.into_iter().find_map(|path| naming(&path)));
    let config = names.await.ok().flatten();
    let is_old = version.as_ref().is_some_and(|(_, number)| *number < editor.least);
    let (least, name) = (format!("{}.{}", editor.least.0, editor.least.1), editor.name);
    let problem = match (is_old, &config) {
        (true, _) => Some(format!("it is too old; install {name} {least} or newer, which has {}", editor.brings)),
        (false, None) => {
            Some(format!("its config does not name graft-ls; add the block for {name} of docs/editors.md"))
        }
        (false, Some(_)) => None,
    };
    Some(EditorChecked {
        state: if problem.is_none() { State::Ok } else { State::Note },
        name,
        program: machine.shown(&found),
        version: version.map(|(text, _)| text),
        config: config.map(|path| machine.shown(&path)),
        problem,
    })
}

fn configs(editor: &Editor, machine: &Machine) -> Vec<PathBuf> {
    let folder = |below| match below {
        Below::Home => machine.home.as_ref(),
        Below::Config => machine.config_folder.as_ref(),
    };
    editor.configs.iter().filter_map(|(below, path)| Some(folder(*below)?.join(path))).collect()
}

/// The file at a path, or the first below it, that names Graft.
fn naming(path: &Path) -> Option<PathBuf> {
    let mut left = MOST_FILES;
    naming_within(path, DEEPEST, &mut left)
}

fn naming_within(path: &Path, depth: usize, left: &mut usize) -> Option<PathBuf> {
    let kind = std::fs::metadata(path).ok()?;
    if kind.is_file() {
        *left = left.checked_sub(1)?;
        let text = (kind.len() <= LONGEST_FILE).then(|| std::fs::read(path).ok()).flatten()?;
        let text = String::from_utf8_lossy(&text);
        return NAMES.iter().any(|name| text.contains(name)).then(|| path.to_owned());
    }
    let depth = depth.checked_sub(1)?;
    let mut inner: Vec<PathBuf> = std::fs::read_dir(path).ok()?.flatten().map(|entry| entry.path()).collect();
    inner.sort();
    let is_own =
        |path: &PathBuf| path.file_name().is_none_or(|name| !PASSED_OVER.contains(&name.to_string_lossy().as_ref()));
    inner.iter().filter(|path| is_own(path)).find_map(|path| naming_within(path, depth, left))
}

/// The first version in what a program prints of itself: `v0.11.4`, `25.07.1`.
fn version_in(text: &str) -> Option<(String, (u32, u32))> {
    text.split_whitespace().find_map(|word| {
        let word = word.trim_start_matches('v').trim_end_matches([',', ')']);
        let mut numbers = word.split(['.', '-', '+']);
        let version = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
        Some((word.to_owned(), version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_config_that_names_the_program_or_the_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("init.lua");
        for (text, named) in [
            ("vim.lsp.config('graft', { cmd = { 'graft-ls' } })", true),
            ("vim.opt.runtimepath:prepend('~/graft/editors/neovim')", true),
            ("require('graft').setup({})", true),
            ("require('telescope').setup({})", false),
        ] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(naming(folder.path()).is_some(), named, "{text}");
        }
    }

    #[test]
    fn finds_the_version_in_what_editors_print() {
        for (text, expected) in [
            ("NVIM v0.11.4\nBuild type: Release\n", Some(("0.11.4", (0, 11)))),
            ("helix 25.07.1 (a05c151b)\n", Some(("25.07.1", (25, 7)))),
            ("1.139.1\n4f1a9a5b\nx64\n", Some(("1.139.1", (1, 139)))),
            ("GNU Emacs 30.1\nCopyright (C) 2025\n", Some(("30.1", (30, 1)))),
            ("Kakoune v2026.05.21\n", Some(("2026.05.21", (2026, 5)))),
            ("no version here", None),
        ] {
            let found = version_in(text);
            assert_eq!(found.as_ref().map(|(text, number)| (text.as_str(), *number)), expected, "{text}");
        }
    }
}
