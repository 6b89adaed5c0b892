//! Line ends: one form inside, the file's own outside. Refuses to touch the end of a line that no edit replaces.

use super::{Edit, Edits};

/// A text in which `\r\n` has become `\n`, and the memory of where. Line and character of a position are the same in both.
#[derive(Debug, Clone, Default)]
pub struct LineEnd {
    /// Offsets, in the text with `\n`, of the line ends that were `\r\n`.
    crlf: Vec<usize>,
    /// Offsets, in the text with `\n`, of all line ends.
    all: Vec<usize>,
}

/// `text` with `\r\n` as `\n`, and what it takes to go back. A lone `\r` stays, and with it a `\r\n` right behind it: the two would
/// come to stand as one line end where there were two, and lines would be counted otherwise than in `text`.
pub fn normalize_line_ends(text: &str) -> (String, LineEnd) {
    let mut normal = String::with_capacity(text.len());
    let mut ends = LineEnd::default();
    for line in text.split_inclusive('\n') {
        match line.strip_suffix("\r\n").filter(|content| !content.ends_with('\r')) {
            Some(content) => {
                normal.push_str(content);
                ends.crlf.push(normal.len());
                normal.push('\n');
            }
            None => normal.push_str(line),
        }
        if normal.ends_with('\n') {
            ends.all.push(normal.len() - 1);
        }
    }
    (normal, ends)
}

impl LineEnd {
    /// The same edits for the original text: places moved, and every line end that an edit brings takes the form of the
    /// one that it replaces, else of the nearest line's.
    pub fn restore(&self, edits: &Edits) -> Vec<Edit> {
        edits
            .iter()
            .map(|edit| Edit {
                range: self.original(edit.range.start)..self.original(edit.range.end),
                new: self.lines_of(edit),
            })
            .collect()
    }

    /// Byte offset in the original text.
    pub fn original(&self, offset: usize) -> usize {
        offset + self.crlf.partition_point(|&end| end < offset)
    }

    fn lines_of(&self, edit: &Edit) -> String {
        if self.crlf.is_empty() || !edit.new.contains('\n') {
            return edit.new.clone();
        }
        let first = self.all.partition_point(|&end| end < edit.range.start);
        let replaced = self.all.partition_point(|&end| end < edit.range.end).saturating_sub(first);
        let mut count = 0;
        let mut result = String::with_capacity(edit.new.len() + 8);
        for line in edit.new.split_inclusive('\n') {
            let Some(content) = line.strip_suffix('\n') else {
                result.push_str(line);
                continue;
            };
            let index = first + count.min(replaced.saturating_sub(1));
            count += 1;
            let end = self.all.get(index).or(self.all.last()).copied().unwrap_or(0);
            result.push_str(content);
            result.push_str(if self.crlf.binary_search(&end).is_ok() { "\r\n" } else { "\n" });
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::minimal_edits;

    fn rewrite(original: &str, new_normal: &str) -> String {
        let (normal, ends) = normalize_line_ends(original);
        let edits = Edits::new(&normal, minimal_edits(&normal, new_normal)).unwrap();
        Edits::new(original, ends.restore(&edits)).unwrap().apply(original)
    }

    #[test]
    fn keeps_crlf() {
        assert_eq!(rewrite("a\r\nb\r\nc\r\n", "a\nx y z\nnew\nc\n"), "a\r\nx y z\r\nnew\r\nc\r\n");
    }

    #[test]
    fn keeps_mixed_line_ends_line_by_line() {
        assert_eq!(rewrite("one\r\ntwo\nthree\r\n", "1st\n2nd\n3rd\n"), "1st\r\n2nd\n3rd\r\n");
    }

    #[test]
    fn brings_no_carriage_return_into_a_file_without() {
        assert_eq!(rewrite("a\nb\n", "a\nc\nb\n"), "a\nc\nb\n");
    }

    #[test]
    fn a_lone_return_before_a_line_end_stays_a_line_of_its_own() {
        assert_eq!(normalize_line_ends("a\r\r\nb\r\n").0, "a\r\r\nb\n");
        assert_eq!(rewrite("a\r\r\nb\r\nc\r\n", "a\r\r\nb\nd\nc\n"), "a\r\r\nb\r\nd\r\nc\r\n");
    }

    #[test]
    fn gives_a_new_line_at_the_end_the_form_of_the_last() {
        assert_eq!(rewrite("a\r\nb\r\n", "a\nb\nc\n"), "a\r\nb\r\nc\r\n");
    }
}
