//! `FILE[:LINE[:COL]][-LINE[:COL]]`: which file, and which bytes of it. Refuses lines that the file does not have.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::text::{Encoding, Position, Text};

/// A file and, maybe, a part of it. Numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The file as it was typed.
    pub(super) file: PathBuf,
    start: Option<Point>,
    end: Option<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    line: usize,
    column: Option<usize>,
}

impl Place {
    /// Takes a target apart. Names that hold `:` or `-` mean the file that `exists`; a target that exists as it stands is
    /// that file.
    pub(super) fn parse(target: &OsStr, exists: impl Fn(&Path) -> bool) -> Place {
        let whole = Place { file: PathBuf::from(target), start: None, end: None };
        if exists(&whole.file) {
            return whole;
        }
        // A name that is not UTF-8 can only be meant as it stands.
        let mut readings = readings(target.to_str().unwrap_or_default());
        let found = readings.iter().position(|place| exists(&place.file)).unwrap_or(0);
        match found < readings.len() {
            true => readings.swap_remove(found),
            false => whole,
        }
    }

    /// The bytes that are meant. No line means everything; a line without a column the cursor on its first character that
    /// is not blank; two lines without columns both lines whole. The error is a sentence.
    pub(super) fn range(&self, text: &Text) -> Result<Range<usize>, String> {
        let Some(start) = self.start else {
            return Ok(0..text.len());
        };
        let lines = Lines { text };
        let Some(end) = self.end else {
            let at = match start.column {
                Some(column) => lines.offset(start.line, column)?,
                None => lines.first_visible(start.line)?,
            };
            return Ok(at..at);
        };
        let from = lines.offset(start.line, start.column.unwrap_or(1))?;
        let to = lines.offset(end.line, end.column.unwrap_or(usize::MAX))?;
        Ok(from.min(to)..from.max(to))
    }
}

/// Every way to take a target apart, the one that takes the most off the name first.
fn readings(target: &str) -> Vec<Place> {
    let range = target.rsplit_once('-').and_then(|(before, end)| Some((before, point(end)?)));
    let ranges =
        range.into_iter().flat_map(|(before, end)| points(before).map(move |(file, start)| (file, start, Some(end))));
    ranges
        .chain(points(target).map(|(file, start)| (file, start, None)))
        .map(|(file, start, end)| Place { file: PathBuf::from(file), start: Some(start), end })
        .collect()
}

/// `FILE:LINE:COL` and `FILE:LINE`, whichever fit.
fn points(target: &str) -> impl Iterator<Item = (&str, Point)> {
    let last = target
        .rsplit_once(':')
        .and_then(|(file, last)| Some((file, number(last)?)))
        .filter(|(file, _)| !file.is_empty());
    let two = last.and_then(|(before, column)| {
        let (file, line) = before.rsplit_once(':')?;
        let point = Point { line: number(line)?, column: Some(column) };
        (!file.is_empty()).then_some((file, point))
    });
    let one = last.map(|(file, line)| (file, Point { line, column: None }));
    two.into_iter().chain(one)
}

fn point(text: &str) -> Option<Point> {
    match text.split_once(':') {
        Some((line, column)) => Some(Point { line: number(line)?, column: Some(number(column)?) }),
        None => Some(Point { line: number(text)?, column: None }),
    }
}

/// Digits as a number; more of them than a number holds are the greatest one.
fn number(digits: &str) -> Option<usize> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(usize::MAX))
}

struct Lines<'a> {
    text: &'a Text,
}

impl Lines<'_> {
    /// Lines as a person counts them: a final line end opens no line, and an empty file has one.
    fn count(&self) -> usize {
        let count = self.text.line_count();
        let last_is_empty = self.text.position(self.text.len(), Encoding::Utf8).character == 0;
        if last_is_empty && count > 1 { count - 1 } else { count }
    }

    fn offset(&self, line: usize, column: usize) -> Result<usize, String> {
        let count = self.count();
        if line == 0 || column == 0 {
            return Err("lines and columns count from 1".to_owned());
        }
        if line > count {
            let lines = if count == 1 { "line" } else { "lines" };
            return Err(format!("line {line} is outside the file, which has {count} {lines}"));
        }
        let mark = usize::from(line == 1 && self.text.slice(0..3) == "\u{feff}");
        let position = Position { line: line - 1, character: (column - 1).saturating_add(mark) };
        Ok(self.text.offset(position, Encoding::Utf32))
    }

    fn first_visible(&self, line: usize) -> Result<usize, String> {
        let (start, end) = (self.offset(line, 1)?, self.offset(line, usize::MAX)?);
        let content = self.text.slice(start..end);
        Ok(start + (content.len() - content.trim_start().len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file, and the range in `text` where that is a place in it.
    fn read(target: &str, files: &[&str]) -> String {
        let place = Place::parse(OsStr::new(target), |path| files.iter().any(|file| Path::new(file) == path));
        let point = |point: Option<Point>| match point {
            None => String::new(),
            Some(Point { line, column: None }) => format!(" {line}"),
            Some(Point { line, column: Some(column) }) => format!(" {line}.{column}"),
        };
        format!("{}{}{}", place.file.display(), point(place.start), point(place.end))
    }

    #[test]
    fn takes_targets_apart() {
        for (target, meant) in [
            ("a.rs", "a.rs"),
            ("a.rs:3", "a.rs 3"),
            ("a.rs:3:7", "a.rs 3.7"),
            ("a.rs:3-9", "a.rs 3 9"),
            ("a.rs:3:7-9:2", "a.rs 3.7 9.2"),
            ("a.rs:3-9:2", "a.rs 3 9.2"),
            ("a-b.rs:3", "a-b.rs 3"),
            ("src/x-1:4", "src/x-1 4"),
            ("a.rs-9", "a.rs-9"),
            ("a.rs:", "a.rs:"),
            (":3", ":3"),
            ("a.rs:99999999999999999999999", "a.rs 18446744073709551615"),
        ] {
            assert_eq!(read(target, &[]), meant, "{target}");
        }
    }

    #[test]
    fn a_drive_letter_is_no_file() {
        assert_eq!(read("C:\\x.rs:3", &[]), "C:\\x.rs 3");
        assert_eq!(read("C:\\x.rs", &[]), "C:\\x.rs");
    }

    #[test]
    fn what_exists_is_meant() {
        assert_eq!(read("a:3", &["a:3"]), "a:3");
        assert_eq!(read("a:3:4", &["a:3"]), "a:3 4");
        assert_eq!(read("a:3:4", &["a", "a:3"]), "a 3.4");
        assert_eq!(read("a:3-4", &["a:3-4"]), "a:3-4");
        assert_eq!(read("b:1-4:5", &["b:1-4"]), "b:1-4 5");
    }

    fn bytes(target: &str, text: &str) -> Result<Range<usize>, String> {
        Place::parse(OsStr::new(target), |_| false).range(&Text::new(text))
    }

    #[test]
    fn counts_characters_from_one() {
        let text = "fn é🦀() {\n    x\n}\n";
        assert_eq!(bytes("f:1:6", text), Ok(9..9));
        assert_eq!(bytes("f:1:99", text), Ok(13..13));
        assert_eq!(bytes("f:2", text), Ok(18..18));
        assert_eq!(bytes("f:2-2", text), Ok(14..19));
        assert_eq!(bytes("f:1-3", text), Ok(0..21));
        assert_eq!(bytes("f:3-1", text), bytes("f:3:1-1", text));
        assert_eq!(bytes("f", text), Ok(0..22));
    }

    #[test]
    fn lines_outside_are_a_sentence() {
        assert_eq!(bytes("f:4", "a\nb\nc\n").unwrap_err(), "line 4 is outside the file, which has 3 lines");
        assert_eq!(bytes("f:2", "a").unwrap_err(), "line 2 is outside the file, which has 1 line");
        assert_eq!(bytes("f:0", "a").unwrap_err(), "lines and columns count from 1");
        assert_eq!(bytes("f:1", ""), Ok(0..0));
        assert_eq!(bytes("f:2:1", "a\r\nb"), Ok(3..3));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        assert_eq!(bytes("f:1:1", "\u{feff}x = 1\n"), Ok(3..3));
        assert_eq!(bytes("f:1", "\u{feff}x = 1\n"), Ok(3..3));
    }
}
