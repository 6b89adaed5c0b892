//! Case files: what stands in the editor, what a model answers, and what must come of it, as text that a person can read.
//! Owns the format; refuses to run anything.
//!
//! A file `tests/cases/ACTION/LANGUAGE/NAME.md` opens with a sentence and goes on in fenced blocks. A fence is a line of at
//! least three backticks and a word; the block ends at a line of as many, so that an answer with fences stands in a longer one.
//! - `input`: the document; `$0` is the cursor, `$0` twice the selection. Words after it: `crlf`, `no-final-newline`, `bom`.
//! - `path`, `instruction`, `finish_reason`, `diagnostics` (LSP, JSON): as in a batch line; none is required.
//! - `file PATH`: another file of the project.
//! - `reply`: the raw answer (`crlf` may follow). Several are one conversation, a repair after each but the last.
//! - `edit`: what changes, as a diff whose hunks are found by their lines; `edit PATH` is about another file.
//!   Or `rejected`: the reason's code, and on the lines below what the message must contain. Or `no_change`, empty.

use std::path::{Path, PathBuf};

use graft_ls::actions::ActionId;
use graft_ls::syntax::{LANGUAGES, TestPlace};

use crate::patch;

/// A case.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// Where it stands, from the repository's root.
    pub file: PathBuf,
    pub action: String,
    pub language: String,
    /// The document's path in its project.
    pub path: String,
    pub input: String,
    /// Bytes of `input`; empty for a cursor.
    pub range: std::ops::Range<usize>,
    pub instruction: Option<String>,
    pub finish_reason: Option<String>,
    pub diagnostics: Option<serde_json::Value>,
    /// Other files: path in the project, and text.
    pub files: Vec<(String, String)>,
    pub replies: Vec<String>,
    pub expected: Expected,
}

/// What must come of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expected {
    /// A file's new text; no path is the document itself.
    Edit {
        path: Option<String>,
        text: String,
    },
    Rejected {
        code: String,
        says: Vec<String>,
    },
    #[default]
    NoChange,
}

/// A fenced block: the words after the fence, the text, and its lines in the file (without the fences).
pub(crate) struct Block {
    pub(crate) words: Vec<String>,
    pub(crate) text: String,
    pub(crate) lines: std::ops::Range<usize>,
}

/// Every case there is, by path.
pub fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = Vec::new();
    for action in ActionId::ALL {
        for language in folders(&root.join("tests/cases").join(action.as_str())) {
            for file in folders(&language) {
                let text = std::fs::read_to_string(&file).unwrap();
                let file = file.strip_prefix(root).unwrap();
                cases.push(Case::parse(file, &text).unwrap_or_else(|why| panic!("{}: {why}", file.display())));
            }
        }
    }
    cases
}

pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// Where a document stands in its project if the case does not say so.
fn default_path(language: &str) -> String {
    let row = LANGUAGES.iter().find(|row| row.name == language).unwrap_or_else(|| panic!("no language `{language}`"));
    match row.tests {
        TestPlace::Module { .. } => format!("src/input.{}", row.extensions[0]),
        TestPlace::File { .. } => format!("input.{}", row.extensions[0]),
    }
}

impl Case {
    /// Reads a case file. `file` gives action and language.
    pub fn parse(file: &Path, text: &str) -> Result<Case, String> {
        let part =
            |back: usize| file.iter().rev().nth(back).and_then(|part| part.to_str()).unwrap_or_default().to_owned();
        let (action, language) = (part(2), part(1));
        let mut case =
            Case { file: file.to_owned(), path: default_path(&language), action, language, ..Case::default() };
        if text.starts_with("```") || text.trim().is_empty() {
            return Err("a case opens with a sentence on what it shows".to_owned());
        }
        let (mut expected, mut flags) = (None, Vec::new());
        for block in blocks(text)? {
            let words: Vec<&str> = block.words.iter().map(String::as_str).collect();
            let line = || block.text.trim_end_matches('\n').to_owned();
            match words.as_slice() {
                ["input", rest @ ..] => {
                    flags = rest.iter().map(|word| (*word).to_owned()).collect();
                    (case.input, case.range) = take_cursor(&block.text)?;
                }
                ["path"] => case.path = line(),
                ["instruction"] => case.instruction = Some(line()),
                ["finish_reason"] => case.finish_reason = Some(line()),
                ["diagnostics"] => {
                    case.diagnostics = Some(serde_json::from_str(&block.text).map_err(|error| error.to_string())?);
                }
                ["file", path] => case.files.push(((*path).to_owned(), block.text)),
                ["reply"] => case.replies.push(block.text),
                ["reply", "crlf"] => case.replies.push(block.text.replace('\n', "\r\n")),
                ["edit", ..] | ["rejected"] | ["no_change"] if expected.is_none() => expected = Some(block),
                other => return Err(format!("`{}` is no block, or one too many", other.join(" "))),
            }
        }
        if case.replies.is_empty() || case.input.is_empty() {
            return Err("a case has an `input` and a `reply`".to_owned());
        }
        let expected = expected.ok_or("a case ends with `edit`, `rejected` or `no_change`")?;
        case.expected = case.expectation(&expected)?;
        case.dress(&flags)
    }

    fn expectation(&self, block: &Block) -> Result<Expected, String> {
        let mut lines = block.text.lines().map(str::to_owned);
        Ok(match block.words.first().map(String::as_str) {
            Some("edit") => {
                let path = block.words.get(1).cloned();
                let old = match &path {
                    Some(path) => self.other_file(path),
                    None => &self.input,
                };
                Expected::Edit { text: patch::apply_by_context(old, &block.text)?, path }
            }
            Some("rejected") => Expected::Rejected { code: lines.next().unwrap_or_default(), says: lines.collect() },
            _ => Expected::NoChange,
        })
    }

    /// The text of another file of the project; empty where there is none.
    pub fn other_file(&self, path: &str) -> &str {
        self.files.iter().find(|(name, _)| name == path).map_or("", |(_, text)| text)
    }

    /// Gives input and expected text the line ends and marks that the flags ask for; cursors move along.
    fn dress(mut self, flags: &[String]) -> Result<Case, String> {
        for flag in flags {
            let dress = |text: &str| match flag.as_str() {
                "crlf" => Ok(text.replace('\n', "\r\n")),
                "no-final-newline" => Ok(text.strip_suffix('\n').unwrap_or(text).to_owned()),
                "bom" => Ok(format!("\u{feff}{text}")),
                other => Err(format!("`{other}` is nothing that an input can be")),
            };
            let extra = match flag.as_str() {
                "bom" => "",
                _ => "\n",
            };
            // The part before the cursor never ends the text, whatever it ends with.
            let moved = |at: usize, text: &str| dress(&format!("{}x{extra}", &text[..at])).map(|text| text.rfind('x'));
            let (start, end) = (moved(self.range.start, &self.input)?, moved(self.range.end, &self.input)?);
            self.range = start.unwrap_or_default()..end.unwrap_or_default();
            self.input = dress(&self.input)?;
            if let Expected::Edit { text, path: None } = &mut self.expected {
                *text = dress(text)?;
            }
        }
        Ok(self)
    }

    /// The file with its last block replaced by what came of the case.
    pub fn rewritten(text: &str, words: &str, body: &str) -> Result<String, String> {
        let last = blocks(text)?.pop().ok_or("no block")?;
        let lines: Vec<&str> = text.lines().collect();
        let mut kept: Vec<&str> = lines[..last.lines.start.saturating_sub(1)].to_vec();
        let fence = lines[last.lines.end];
        let opening = format!("{fence}{words}");
        kept.push(&opening);
        kept.extend(body.lines());
        kept.push(fence);
        kept.extend(&lines[last.lines.end + 1..]);
        Ok(kept.join("\n") + "\n")
    }
}

pub(crate) fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let fence: String = lines[at].chars().take_while(|c| *c == '`').collect();
        at += 1;
        if fence.len() < 3 {
            continue;
        }
        let words = lines[at - 1][fence.len()..].split_whitespace().map(str::to_owned).collect();
        let length = lines[at..].iter().position(|line| *line == fence);
        let end = at + length.ok_or_else(|| format!("the block in line {at} has no end"))?;
        let body = lines[at..end].iter().map(|line| format!("{line}\n")).collect();
        found.push(Block { words, text: body, lines: at..end });
        at = end + 1;
    }
    Ok(found)
}

fn take_cursor(marked: &str) -> Result<(String, std::ops::Range<usize>), String> {
    let marks: Vec<usize> = marked.match_indices("$0").map(|(at, _)| at).collect();
    let range = match marks.as_slice() {
        [cursor] => *cursor..*cursor,
        [start, end] => *start..*end - 2,
        _ => return Err("an input has one `$0`, or two around a selection".to_owned()),
    };
    Ok((marked.replace("$0", ""), range))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "tests/cases/document/rust/x.md";

    fn case(text: &str) -> Result<Case, String> {
        Case::parse(Path::new(FILE), text)
    }

    #[test]
    fn reads_what_is_written() {
        let case =
            case("Says it.\n\n```input crlf\na\nb$0c\n```\n````reply\n```rust\nx\n```\n````\n```edit\n-bc\n+d\n```\n")
                .unwrap();
        assert_eq!((case.action.as_str(), case.language.as_str()), ("document", "rust"));
        assert_eq!((case.input.as_str(), case.range), ("a\r\nbc\r\n", 4..4));
        assert_eq!(case.replies, ["```rust\nx\n```\n"]);
        let expected = Expected::Edit { path: None, text: "a\r\nd\r\n".to_owned() };
        assert_eq!(case.expected, expected);
    }

    #[test]
    fn moves_selections_past_a_mark() {
        let case = case("S.\n```input bom no-final-newline\na$0b$0\n```\n```reply\n```\n```no_change\n```\n").unwrap();
        assert_eq!((case.input.as_str(), case.range), ("\u{feff}ab", 4..5));
        assert_eq!(case.expected, Expected::NoChange);
    }

    #[test]
    fn says_what_is_wrong_with_a_file() {
        for (text, says) in [
            ("```input\n$0\n```\n", "opens with a sentence"),
            ("S.\n```input\na\n```\n", "one `$0`"),
            ("S.\n```input\n$0\n", "no end"),
            ("S.\n```input\n$0\n```\n```reply\n```\n", "ends with"),
            ("S.\n```input\n$0\n```\n```answer\n```\n", "is no block"),
            ("S.\n```input\n$0\n```\n```reply\n```\n```edit\n-x\n```\n", "not in the input"),
        ] {
            let error = case(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn rewrites_only_the_last_block() {
        let text = "S.\n```input\n$0\n```\n````edit\n-a\n````\n";
        let new = Case::rewritten(text, "rejected", "syntax\n").unwrap();
        assert_eq!(new, "S.\n```input\n$0\n```\n````rejected\nsyntax\n````\n");
    }
}
