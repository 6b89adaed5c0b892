//! A hole put as a question to a model that only chats, and the code in what it answers. Knows no protocol.

use super::Hole;

/// Stands where the code is missing.
const MARK: &str = "{{HOLE}}";
/// What the answer stands between.
const OPEN: &str = "<fill>";
const CLOSE: &str = "</fill>";
const FENCE: &str = "```";

/// What the model is told of its task.
pub const SYSTEM: &str = "You complete code. The user shows code in which {{HOLE}} marks one place. Reply with exactly the text that \
belongs in that place, between <fill> and </fill>, and with nothing else: no explanation, no fence, nothing of what stands before \
or after the hole. Keep the indentation of the code around it. Stop where the statement or block at the hole ends. Where nothing \
is missing, reply <fill></fill>.";

/// The code with its hole. A mark that stands in the code itself is split.
pub fn question(hole: &Hole) -> String {
    let plain = |code: &str| code.replace(MARK, "{ {HOLE} }");
    format!("{}{MARK}{}", plain(&hole.prefix), plain(&hole.suffix))
}

/// The code of an answer as far as it is there, and whether more of it may come.
pub fn code<'a>(answer: &'a str, hole: &Hole, is_whole: bool) -> (&'a str, bool) {
    let (code, is_open) = match answer.split_once(OPEN) {
        Some((_, rest)) => match rest.find(CLOSE) {
            Some(end) => (rest.get(..end).unwrap_or_default(), false),
            None => (rest, true),
        },
        // Some answer with the code alone, or in a fence; which of these, only the end tells.
        None if is_whole => (fenced(answer).unwrap_or(answer), false),
        None => return ("", true),
    };
    let code = if code.trim_start().starts_with(FENCE) { fenced(code).unwrap_or(code) } else { code };
    (without_line(code, &hole.prefix), is_open)
}

/// The inside of the first fence; nothing where there is none.
fn fenced(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(FENCE)?;
    let (_, inside) = rest.split_once('\n')?;
    let end = inside.find(FENCE).unwrap_or(inside.len());
    inside.get(..end)
}

/// Without the beginning of the hole's own line, which many say again, and without a line's end before the code that goes on with it.
fn without_line<'a>(code: &'a str, prefix: &str) -> &'a str {
    let line = prefix.rsplit('\n').next().unwrap_or_default();
    let said = line.trim_start();
    let begun = code.trim_start_matches(['\n', '\r']);
    if said.chars().filter(|c| c.is_alphanumeric()).count() > 1
        && let Some(rest) = begun.trim_start().strip_prefix(said)
    {
        return rest;
    }
    let ends_line = said.trim_end().ends_with(['{', ':', ';', '}', '(', '[', ',', '>']);
    if said.is_empty() || ends_line { code } else { begun }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(prefix: &str) -> Hole {
        Hole { prefix: prefix.to_owned(), suffix: "\n}\n".to_owned(), ..Hole::default() }
    }

    #[test]
    fn asks_with_one_mark_whatever_the_code_holds() {
        let asked = question(&Hole {
            prefix: "let a = \"{{HOLE}}\";\n".to_owned(),
            suffix: "\nb {{HOLE}}".to_owned(),
            ..Hole::default()
        });
        assert_eq!(asked.matches(MARK).count(), 1, "{asked}");
        assert!(SYSTEM.contains(MARK) && SYSTEM.contains(OPEN) && SYSTEM.contains(CLOSE));
    }

    #[test]
    fn finds_the_code_in_every_form_of_an_answer() {
        for (prefix, answer, expected) in [
            ("let x = ", "<fill>b();</fill>", "b();"),
            ("let x = ", "Sure!\n<fill>\nb();</fill> Done.", "b();"),
            ("let x = ", "<fill>```rust\nb();\n```</fill>", "b();\n"),
            ("let x = ", "```rust\nlet x = b();\n```", "b();\n"),
            ("    let x = ", "<fill>    let x = b();\n</fill>", "b();\n"),
            ("fn f() {", "<fill>\n    b();</fill>", "\n    b();"),
            ("    ", "<fill>b();</fill>", "b();"),
            ("let x = ", "b();", "b();"),
            ("x", "<fill></fill>", ""),
        ] {
            assert_eq!(code(answer, &hole(prefix), true), (expected, false), "{answer}");
        }
    }

    #[test]
    fn an_answer_on_its_way_shows_what_is_there() {
        let of = |answer| code(answer, &hole("    "), false);
        assert_eq!(of("Here is"), ("", true));
        assert_eq!(of("<fill>a();\n    b("), ("a();\n    b(", true));
        assert_eq!(of("<fill>a();\n</fill>"), ("a();\n", false));
    }
}
