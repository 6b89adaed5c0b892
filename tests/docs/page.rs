//! One page of documentation, taken apart as far as the checks need it. Knows nothing of what stands there.

use std::path::PathBuf;

const CLOSING: &str = "<!-- end of generated -->";

/// A Markdown file.
pub(super) struct Page {
    /// From the repository's root.
    pub(super) path: String,
    pub(super) text: String,
}

/// A fenced block.
pub(super) struct Block {
    /// What follows the opening fence.
    pub(super) info: String,
    pub(super) text: String,
}

/// All pages for readers.
pub(super) fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    for folder in ["", "docs", "tests"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                paths.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    paths.sort();
    assert!(paths.len() >= 7, "the pages are not where this looks for them: {paths:?}");
    paths.iter().map(|path| Page::read(path)).collect()
}

pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The line that a generated part starts after.
pub(super) fn opening(name: &str) -> String {
    format!("<!-- generated: {name} -->")
}

impl Page {
    pub(super) fn read(path: &str) -> Page {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Page { path: path.to_owned(), text: text.replace("\r\n", "\n") }
    }

    /// The text with each generated part as `part` has it.
    pub(super) fn regenerated(&self, part: impl Fn(&str) -> String) -> String {
        let mut out = String::new();
        let mut inside = false;
        for line in self.text.lines() {
            inside &= line != CLOSING;
            if !inside {
                out.push_str(line);
                out.push('\n');
            }
            let opened = line.strip_prefix("<!-- generated: ").and_then(|rest| rest.strip_suffix(" -->"));
            if let Some(name) = opened {
                assert!(!inside, "{}: a part in a part", self.path);
                inside = true;
                out.push_str(&format!("\n{}\n\n", part(name).trim_end()));
            }
        }
        assert!(!inside, "{}: a generated part has no end", self.path);
        out
    }

    /// What stands under a heading, up to the next one as high.
    pub(super) fn section(&self, heading: &str) -> Page {
        let mut lines = self.prose_marked();
        let start = lines.iter().position(|(line, prose)| *prose && line.trim_start_matches('#').trim() == heading);
        let start = start.unwrap_or_else(|| panic!("{}: no heading `{heading}`", self.path));
        let depth = |line: &str| line.len() - line.trim_start_matches('#').len();
        let level = depth(lines[start].0);
        let mut section = lines.split_off(start + 1);
        let ends = |(line, prose): &(&str, bool)| *prose && (1..=level).contains(&depth(line));
        section.truncate(section.iter().position(ends).unwrap_or(section.len()));
        let text = section.iter().map(|(line, _)| format!("{line}\n")).collect();
        Page { path: format!("{} ({heading})", self.path), text }
    }

    /// What stands in backticks in the first column of the first table, in order.
    pub(super) fn first_column(&self) -> Vec<String> {
        self.rows().into_iter().map(|(name, _)| name).collect()
    }

    /// The first table's rows: what stands in backticks in the first column, and the rest of the row.
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        let table =
            self.text.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
        let rows: Vec<(String, String)> = table
            .skip(2)
            .map(|line| {
                let (first, rest) = line[1..].split_once('|').unwrap();
                let name = first.split('`').nth(1).unwrap_or_else(|| panic!("{}: no name in {line}", self.path));
                (name.to_owned(), rest.trim_end_matches('|').trim().to_owned())
            })
            .collect();
        assert!(!rows.is_empty(), "{}: no table", self.path);
        rows
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open: Option<&str> = None;
        for line in self.text.lines() {
            let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
            match open {
                Some(fence) if line == fence => open = None,
                Some(_) => {
                    let block = blocks.last_mut().unwrap();
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                None if ticks.len() >= 3 => {
                    blocks.push(Block { info: line[ticks.len()..].trim().to_owned(), text: String::new() });
                    open = Some(ticks);
                }
                None => {}
            }
        }
        assert!(open.is_none(), "{}: a block has no end", self.path);
        blocks
    }

    /// Targets of links outside blocks.
    pub(super) fn links(&self) -> Vec<String> {
        let prose: String =
            self.prose_marked().iter().filter(|(_, prose)| *prose).map(|(line, _)| format!("{line}\n")).collect();
        prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
    }

    /// What a link to a heading ends in.
    pub(super) fn anchors(&self) -> Vec<String> {
        let lines = self.prose_marked();
        let headings = lines.iter().filter(|(line, prose)| *prose && line.starts_with('#'));
        headings
            .map(|(line, _)| {
                let kept = line.trim_start_matches('#').trim().to_lowercase();
                kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
            })
            .collect()
    }

    /// Each line, and whether it is outside fenced blocks.
    fn prose_marked(&self) -> Vec<(&str, bool)> {
        let mut fenced = false;
        let mark = |line| {
            let fence = str::starts_with(line, "```");
            fenced ^= fence;
            (line, !fenced && !fence)
        };
        self.text.lines().map(mark).collect()
    }
}
