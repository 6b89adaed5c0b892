//! An answer as it comes from a model, cut to what is worth showing: stage by stage, and the last ones by parsing the result.
//! Refuses what makes the file parse worse, and what adds nothing.

use super::Place;
use super::balance::leaves_at;
use super::overlap::{repeats, without_suffix};
use super::repetition::circles_at;
use crate::syntax::widest_from;
use crate::text::leading_whitespace;
use crate::validate::new_look_alike;

/// The longest suggestion, in lines.
const MOST_LINES: usize = 40;
/// How many shorter texts are tried where the whole one does not parse.
const MOST_TRIES: usize = 8;

/// How much of an answer is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// More may come: the last line is not looked at.
    Open,
    /// The model was done.
    Whole,
    /// It was cut off: the last line may be half of one.
    CutOff,
}

/// What is left of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// To be inserted at the cursor; nothing where nothing is worth it.
    pub text: Option<String>,
    /// Whether nothing that follows could change it: the model may stop.
    pub complete: bool,
}

/// The answer, cut.
pub fn finish(place: &Place, answer: &str, ending: Ending) -> Finished {
    let (text, complete) = cut(place, answer, ending);
    if ending == Ending::Open && !complete {
        return Finished { text: None, complete: false };
    }
    Finished { text: checked(place, &text), complete }
}

/// The answer up to where it goes beyond what was asked, and whether it went there.
fn cut(place: &Place, answer: &str, ending: Ending) -> (String, bool) {
    let plain = answer.replace('\r', "");
    let lines_end = plain.rfind('\n').map_or(0, |at| at + 1);
    // On one line, half a line is as good as none; else the last may be half of one.
    let known = match ending {
        Ending::Whole => plain.as_str(),
        Ending::Open | Ending::CutOff => plain.get(..lines_end).unwrap_or_default(),
    };
    let text = placed(place, known);
    let mut end = text.len();
    if place.single {
        end = text.find('\n').unwrap_or(end);
    }
    for stage in [fence, too_long, |_: &Place, text: &str| circles_at(text), outdented, leaves_at] {
        let kept = text.get(..end).unwrap_or_default();
        end = end.min(stage(place, kept));
    }
    let (kept, _) = without_suffix(text.get(..end).unwrap_or_default(), place.suffix());
    let kept = kept.get(..statement_end(place, kept)).unwrap_or(kept);
    let complete = kept.trim_end().len() < text.trim_end().len() || place.single && text.contains('\n');
    (without_empty_marks(kept).to_owned(), complete)
}

/// Without last lines that are a comment's mark and no more.
fn without_empty_marks(text: &str) -> &str {
    let is_mark = |line: &str| !line.chars().any(|c| c.is_alphanumeric() || "()[]{}\"'`;,".contains(c));
    let mut kept = text.trim_end();
    while let Some((before, _)) = kept.rsplit_once('\n').filter(|(_, last)| is_mark(last)) {
        kept = before.trim_end();
    }
    kept
}

/// The answer as it stands behind the cursor: a line that is indented already gets no second indentation.
fn placed<'a>(place: &Place, answer: &'a str) -> &'a str {
    if !place.blank_before {
        return answer;
    }
    match place.before().is_empty() || place.is_short_of_its_column() {
        true => answer.trim_start_matches('\n'),
        false => answer.trim_start_matches(['\n', ' ', '\t']),
    }
}

/// A fence starts talk.
fn fence(_: &Place, text: &str) -> usize {
    line_where(text, |line| line.trim_start().starts_with("```"))
}

fn too_long(_: &Place, text: &str) -> usize {
    text.match_indices('\n').nth(MOST_LINES - 1).map_or(text.len(), |(at, _)| at)
}

/// Where the first line after the cursor's own stands further out than the node that is completed, or begins a paragraph of its own.
/// Lines that close brackets are judged by these.
fn outdented(place: &Place, text: &str) -> usize {
    let mut at = 0;
    let mut blank = false;
    let mut has_line = false;
    let ends_at_base = text.contains('\n') && place.ends_at_base();
    for line in text.split_inclusive('\n') {
        let (indent, own) = (leading_whitespace(line).len(), line.trim());
        if at > 0 && !own.is_empty() && !own.starts_with([')', ']', '}']) {
            let further_out = if ends_at_base { indent <= place.base } else { indent < place.base };
            let paragraph = blank && has_line && indent <= place.base && !place.empty_body;
            if further_out || paragraph {
                return at;
            }
        }
        blank = own.is_empty();
        has_line |= !own.is_empty();
        at += line.len();
    }
    text.len()
}

/// Where the statement ends that the cursor's line begins, by the tree of the result; the length where it goes on.
fn statement_end(place: &Place, text: &str) -> usize {
    if text.trim().is_empty() || !place.ends_at_base() {
        return text.len();
    }
    let judged = place.judged();
    let (closest, at) = judged.place();
    let start = closest.line_start(at) + place.base;
    let document = judged.with(text.trim_end());
    let end = widest_from(&document, start).map_or(0, |node| node.end);
    match end.checked_sub(at) {
        // A mark may stand behind the node: what is on the line belongs to it, where it is no code of its own.
        Some(length) if length > 0 && length < text.len() => {
            let rest = text.get(length..).unwrap_or_default();
            let marks = rest.find(|c: char| !matches!(c, ';' | ',')).unwrap_or(rest.len());
            length + marks
        }
        _ => text.len(),
    }
}

fn line_where(text: &str, is: impl Fn(&str) -> bool) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is(line) {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// The longest beginning of the text, by whole lines, that holds.
fn checked(place: &Place, text: &str) -> Option<String> {
    let mut kept = text.trim_end();
    for _ in 0..MOST_TRIES {
        if kept.trim().is_empty() {
            return None;
        }
        if holds(place, kept) {
            return Some(kept.to_owned());
        }
        kept = kept.rfind('\n').and_then(|at| kept.get(..at)).unwrap_or_default().trim_end();
    }
    None
}

fn holds(place: &Place, text: &str) -> bool {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    let adds = text.chars().any(|c| !c.is_whitespace()) && !repeats(text, place.suffix());
    if !adds || !text.chars().all(is_plain) {
        return false;
    }
    let judged = place.judged();
    let new = judged.with(text);
    let (_, at) = judged.place();
    new_look_alike(&place.document, &new, at..at + text.len()).is_none()
        && judged.bears(&new, text, (&place.document, place.offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline_completion::Trigger;
    use crate::syntax::{Document, Language};

    fn place(id: &str, text: &str) -> Place {
        let offset = text.find('|').unwrap();
        let document = Document::new(Language::by_id(id).unwrap(), &text.replacen('|', "", 1), None);
        Place::of(&document, offset, Trigger::Invoked).unwrap()
    }

    fn shown(id: &str, text: &str, answer: &str) -> String {
        finish(&place(id, text), answer, Ending::Whole).text.unwrap_or_default()
    }

    #[test]
    fn an_answer_ends_where_its_node_does() {
        for (id, text, answer, expected) in [
            ("rust", "fn a() {\n    let x = |\n}\n", "b();\n    let y = c();\n", "b();"),
            ("rust", "fn a() {\n    let x = |\n}\n", "b(); let y = c();", "b();"),
            ("rust", "fn a() {\n    let x = |\n}\n", "b();\n}\n\nfn c() {}\n", "b();"),
            ("rust", "fn a() {\n    |\n}\n", "b();\n    c();\n}\n\nfn d() {}\n", "b();\n    c();"),
            ("rust", "fn a() {|}\n", "\n    b();\n}\n\nfn d() {}\n", "\n    b();"),
            ("rust", "fn a() -> u8 |\n", "{\n    1\n}\n\nfn d() {}\n", "{\n    1\n}"),
            ("rust", "/// Adds.\n|\n", "fn a() {\n    b();\n}\n\nfn d() {}\n", "fn a() {\n    b();\n}"),
            ("python", "def f():\n    |\n", "    x = 1\n    return x\n\n\ndef g():\n    pass\n", "x = 1\n    return x"),
            ("python", "def f(x):\n    return |\n", "x + 1\n\ndef g():\n    pass\n", "x + 1"),
            ("python", "def f(x):|\n", "\n    return x\n\ndef g():\n    pass\n", "\n    return x"),
            ("javascript", "const a = [1, 2].map(|);\n", "x => x + 1);\nconst b = 2;", "x => x + 1"),
            ("go", "package a\n\nfunc f() int {\n\t|\n}\n", "return 1\n}\n\nfunc g() {}\n", "return 1"),
        ] {
            assert_eq!(shown(id, text, answer), expected, "{text:?} {answer:?}");
        }
    }

    #[test]
    fn the_rest_of_an_indentation_is_kept_and_a_second_one_is_not() {
        assert_eq!(shown("python", "def g():\n    pass\n\ndef f(x):\n  |\n", "  return x\n"), "  return x");
        assert_eq!(shown("python", "def f(x):\n    |\n", "    return x\n"), "return x");
        assert_eq!(shown("go", "package a\n\nfunc f() {\n\ta()\n|\n}\n", "\tb()\n"), "\tb()");
        assert_eq!(shown("java", "/**\n * A|\n */\nclass A {}\n", " name.\n *\n */\n"), " name.");
    }

    #[test]
    fn nothing_is_shown_that_is_no_gain() {
        for (id, text, answer) in [
            ("rust", "fn a() { b(|); }\n", ""),
            ("rust", "fn a() { b(|); }\n", "  \n\n"),
            ("rust", "fn a() { b(|); }\n", ")"),
            ("rust", "fn a() {\n    |\n    b();\n}\n", "b();\n"),
            ("rust", "fn a() {\n    |\n}\n", "```rust\nb();\n```\n"),
            ("rust", "fn a() {\n    |\n}\n", "Sure, here is the code that you asked for:\n"),
            ("rust", "fn a() {\n    |\n}\n", "b(\"\u{200b}\");"),
            ("rust", "fn a() {\n    |\n}\n", "b(\u{1b}[31m);"),
            ("rust", "fn a() {\n    let x = |;\n}\n", "(1 + "),
            ("python", "def f():\n    return |\n", "(1,"),
        ] {
            assert_eq!(shown(id, text, answer), "", "{text:?} {answer:?}");
        }
    }

    #[test]
    fn what_follows_is_not_written_twice() {
        assert_eq!(shown("rust", "fn a() { b(|, c); }\n", "d, c);"), "d");
        assert_eq!(shown("rust", "fn a() {\n    b();\n    |\n    d();\n}\n", "c();\n    d();\n"), "c();");
        assert_eq!(shown("javascript", "f(\"|\");\n", "text\");\ng();"), "text");
    }

    #[test]
    fn a_model_may_stop_as_soon_as_the_answer_is_complete() {
        let place = place("rust", "fn a() {\n    |\n}\n");
        let open = |answer: &str| finish(&place, answer, Ending::Open);
        assert!(!open("b();").complete && !open("b();\n").complete && !open("b();\n    c();\n}").complete);
        let done = open("b();\n    c();\n}\n");
        assert_eq!((done.text.as_deref(), done.complete), (Some("b();\n    c();"), true));
    }

    #[test]
    fn of_what_was_cut_off_whole_lines_are_kept() {
        let place = place("rust", "fn a() {\n    |\n}\n");
        assert_eq!(finish(&place, "b();\n    c(", Ending::CutOff).text.as_deref(), Some("b();"));
        assert_eq!(finish(&place, "b(", Ending::CutOff).text, None);
    }
}
