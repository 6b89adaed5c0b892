//! Line numbers in front of each line of a text. Refuses numbers that do not count up one by one.

/// The text without the numbers that each of its lines starts with, if they count up one by one.
pub(super) fn without_line_numbers(text: &str) -> Option<String> {
    let mut previous = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let content = line.trim_start();
        let content =
            content.strip_prefix('L').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(content);
        let digits = content.len() - content.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            match content.is_empty() {
                true => continue,
                false => return None,
            }
        }
        let number: u64 = content[..digits].parse().ok()?;
        if previous.is_some_and(|previous| number != previous + 1) {
            return None;
        }
        previous = Some(number);
        lines.push(behind_number(&content[digits..]));
    }
    let marked = lines.first().is_some_and(|(_, mark)| *mark != Mark::None);
    if lines.len() < 2 && !marked {
        return None;
    }
    let margin =
        lines.iter().all(|(line, mark)| line.trim().is_empty() || *mark != Mark::Whole && line.starts_with(' '));
    let lines: Vec<&str> =
        lines.into_iter().map(|(line, _)| if margin { line.strip_prefix(' ').unwrap_or(line) } else { line }).collect();
    Some(lines.join("\n"))
}

/// What ends a line's number.
#[derive(PartialEq)]
enum Mark {
    None,
    /// A blank behind it may be part of it.
    Open,
    Whole,
}

/// What stands behind a line's number and its mark.
fn behind_number(rest: &str) -> (&str, Mark) {
    if let Some(line) = [" | ", " |", "\t", "→"].iter().find_map(|mark| rest.strip_prefix(mark)) {
        return (line, Mark::Whole);
    }
    rest.strip_prefix([':', '|', '.', ')']).map_or((rest, Mark::None), |line| (line, Mark::Open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_numbers_off_with_the_mark_that_ends_them() {
        for text in
            ["1: f {\n2: }", "1 | f {\n2 | }", "1\tf {\n2\t}", "9) f {\n10) }", "9→f {\n10→}", "L9: f {\nL10: }"]
        {
            assert_eq!(without_line_numbers(text).as_deref(), Some("f {\n}"), "{text}");
        }
        assert_eq!(without_line_numbers("1: f()").as_deref(), Some("f()"));
    }

    #[test]
    fn a_blank_behind_a_tab_or_a_bar_is_the_code_s_own() {
        assert_eq!(without_line_numbers("1\t f\n2\t g").as_deref(), Some(" f\n g"));
        assert_eq!(without_line_numbers("1 |  f\n2 |\n3 |  g").as_deref(), Some(" f\n\n g"));
    }

    #[test]
    fn leaves_numbers_that_do_not_count_lines() {
        for text in ["1: f\n3: g", "12", "1: f\ng", ""] {
            assert_eq!(without_line_numbers(text), None, "{text}");
        }
    }
}
