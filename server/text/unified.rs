//! Unified diffs that `git apply` takes. Refuses nothing; equal texts give the empty string.

use similar::TextDiff;

/// One side of a file in a diff: its path from the repository's root with `/`, or no file at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSide<'a> {
    /// The file exists under this path.
    Path(&'a str),
    /// The file does not exist on this side.
    Absent,
}

impl FileSide<'_> {
    fn label(self, prefix: &str) -> String {
        match self {
            FileSide::Path(path) => format!("{prefix}/{}", path.trim_start_matches("./").trim_start_matches('/')),
            FileSide::Absent => "/dev/null".to_owned(),
        }
    }
}

/// The difference between two texts with three lines of context. Lines end at `\n` only, as git has it.
pub fn unified_diff(old: &str, new: &str, before: FileSide<'_>, after: FileSide<'_>) -> String {
    if old == new {
        return String::new();
    }
    let (old_lines, new_lines) = (super::diff::lines(old), super::diff::lines(new));
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old_lines, &new_lines);
    diff.unified_diff().context_radius(3).header(&before.label("a"), &after.label("b")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_git_reads() {
        let diff = unified_diff("a\nb\n", "a\nc\n", FileSide::Path("./x.rs"), FileSide::Path("x.rs"));
        assert_eq!(diff, "--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }

    #[test]
    fn says_where_the_final_line_end_is_missing() {
        let diff = unified_diff("a", "a\nb", FileSide::Path("x"), FileSide::Path("x"));
        assert_eq!(diff.matches("\\ No newline at end of file").count(), 2, "{diff}");
    }

    #[test]
    fn creates_a_file_from_nothing() {
        let diff = unified_diff("", "a\n", FileSide::Absent, FileSide::Path("t/x.py"));
        assert_eq!(diff, "--- /dev/null\n+++ b/t/x.py\n@@ -0,0 +1 @@\n+a\n");
    }
}
