//! Brackets of an answer against those of the text around it: where the answer closes what the text behind the cursor closes
//! already. Refuses to add any.

use super::Place;
use crate::syntax::{Bracket, Document, brackets, loose_brackets};

/// The brackets that are open at a cursor, the innermost last, each with whether the text behind the cursor closes it.
#[derive(Debug, Clone, Default)]
pub(super) struct Open(Vec<(char, bool)>);

impl Open {
    pub(super) fn at(document: &Document, offset: usize) -> Open {
        let mut open: Vec<(char, bool)> = Vec::new();
        for bracket in loose_brackets(document, 0..offset) {
            step(&mut open, bracket);
        }
        let mut closed = vec![false; open.len()];
        let mut stack: Vec<(char, Option<usize>)> =
            open.iter().enumerate().map(|(at, (mark, _))| (*mark, Some(at))).collect();
        for bracket in loose_brackets(document, offset..document.source().len()) {
            if bracket.opens() {
                stack.push((bracket.mark, None));
            } else if let Some(at) = stack.iter().rposition(|(mark, _)| *mark == bracket.partner()) {
                // Those further in that it passes over are never closed.
                if let Some((_, Some(own))) = stack.get(at)
                    && let Some(is_closed) = closed.get_mut(*own)
                {
                    *is_closed = true;
                }
                stack.truncate(at);
            }
        }
        Open(open.into_iter().zip(closed).map(|((mark, _), closed)| (mark, closed)).collect())
    }
}

fn step(open: &mut Vec<(char, bool)>, bracket: Bracket) {
    if bracket.opens() {
        open.push((bracket.mark, false));
    } else if let Some(at) = open.iter().rposition(|(mark, _)| *mark == bracket.partner()) {
        open.truncate(at);
    }
}

/// Where the answer leaves the node that the cursor stands in: before the first bracket that closes what the text behind the
/// cursor closes, or that closes nothing. Its length where it stays inside.
pub(super) fn leaves_at(place: &Place, answer: &str) -> usize {
    if !may_leave(answer) {
        return answer.len();
    }
    let judged = place.judged();
    // In one step from a fresh tree: what stands before the cursor is not parsed again.
    let (closest, at) = judged.place();
    let document = closest.edited(at..closest.text().len(), answer, None);
    let mut outer = judged.open.0.clone();
    let mut own: Vec<char> = Vec::new();
    for bracket in brackets(&document, at..at + answer.len()) {
        if bracket.opens() {
            own.push(bracket.mark);
        } else if own.last() == Some(&bracket.partner()) {
            own.pop();
        } else if own.is_empty() && outer.last() == Some(&(bracket.partner(), false)) {
            outer.pop();
        } else {
            return bracket.at - at;
        }
    }
    answer.len()
}

/// Whether an answer could leave: not where each bracket that it closes is one of its own, and no mark in it may make text of
/// brackets, so that there is nothing to parse.
fn may_leave(answer: &str) -> bool {
    let mut own: Vec<char> = Vec::new();
    answer.chars().any(|mark| match mark {
        '(' | '[' | '{' => {
            own.push(mark);
            false
        }
        ')' | ']' | '}' => own.pop() != Some(Bracket { at: 0, mark }.partner()),
        '"' | '\'' | '`' | '#' => true,
        // Of a comment, or of a pattern.
        '/' => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::inline_completion::{Place, Trigger};
    use crate::syntax::{Document, Language};

    fn kept(text: &str, answer: &str) -> String {
        let offset = text.find('|').unwrap();
        let document = Document::new(Language::by_id("rust").unwrap(), &text.replacen('|', "", 1), None);
        let place = Place::of(&document, offset, Trigger::Invoked).unwrap();
        answer[..super::leaves_at(&place, answer)].to_owned()
    }

    #[test]
    fn closes_what_nobody_else_closes() {
        assert_eq!(kept("fn a() { b(c, |); }", "d);\n}"), "d");
        assert_eq!(kept("fn a() {\n    b(c, |\n}\n", "d);\n}\n\nfn e() {}"), "d);\n");
        assert_eq!(kept("fn a() {\n    |\n", "b();\n}\n"), "b();\n}\n");
        assert_eq!(kept("fn a() { |}", "b(\")\", [1]); }"), "b(\")\", [1]); ");
        assert_eq!(kept("fn a() { let x = |; }", "vec![1)"), "vec![1");
    }
}
