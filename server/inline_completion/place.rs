//! The cursor: whether anything is to be shown there, how far it may go, and the code around it within a budget.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::judged::Judged;
use crate::config::{Activation, CompletionSettings};
use crate::fim::Hole;
use crate::prompt::estimated_tokens;
use crate::syntax::{Document, Vicinity, begin_at, end_at, in_comment, in_string};
use crate::text::{detect_unit, leading_whitespace};

/// What a line may go on with and still be completed unasked: what closes, separates or ends.
const CLOSERS: &str = ")]}>;,:{'\"`";
/// An estimated token, in bytes.
const TOKEN: u64 = 4;
/// How far the code around the cursor reaches that a model may be shown, in bytes; no hole is longer.
const NEAR: usize = 7_500;

/// Who wants a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trigger {
    /// The editor, while somebody types.
    #[default]
    Automatic,
    /// The person.
    Invoked,
}

/// What the editor's list has under its cursor: the completion goes on from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// What it would replace, in bytes of the document.
    pub range: Range<usize>,
    /// What it would put there.
    pub text: String,
}

/// Why nothing is to be shown; a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Quiet {
    /// Inside a word.
    #[error("the cursor stands inside a word; ask for a completion by hand there")]
    InWord,
    /// Before more code.
    #[error("the line goes on behind the cursor; ask for a completion by hand there")]
    LineGoesOn,
    /// In front of a line's indentation.
    #[error("the cursor stands in the indentation of a line; move it to its end")]
    InIndentation,
    /// In a comment, where the settings say so.
    #[error("the cursor stands in a comment, where completion.comments is \"{0}\"")]
    InComment(&'static str),
    /// In a string, where the settings say so.
    #[error("the cursor stands in a string, where completion.strings is \"{0}\"")]
    InString(&'static str),
}

/// A cursor in a document with `\n` line ends.
#[derive(Debug, Clone)]
pub struct Place {
    /// The document; what the editor's list has selected is in it.
    pub document: Document,
    /// The cursor, in bytes.
    pub offset: usize,
    /// What of the document is near the cursor, and the cursor in that.
    near: Document,
    at: usize,
    /// Whether the answer has to stay on its line.
    pub(super) single: bool,
    /// The indentation below which the enclosing node ends, in bytes of its blanks.
    pub(super) base: usize,
    /// Whether nothing but blanks stands before the cursor on its line.
    pub(super) blank_before: bool,
    /// Whether a body was opened right before the cursor and nothing is in it.
    pub(super) empty_body: bool,
    /// What answers are judged in, worked out when first asked for; clones share it.
    judged: Arc<OnceLock<Judged>>,
}

impl Place {
    /// The place at `offset` (bytes, inside a character: at its start).
    ///
    /// # Errors
    /// Nothing is to be shown there.
    pub fn of(document: &Document, offset: usize, trigger: Trigger) -> Result<Place, Quiet> {
        let offset = document.text().whole_character(offset);
        let (near, at) = near(document, offset);
        let source = near.source();
        let before = near.slice(near.line_start(at)..at);
        let after = source.get(at..).unwrap_or_default();
        let rest = after.lines().next().unwrap_or_default().trim_end();
        if trigger == Trigger::Automatic {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            if before.ends_with(is_word) && rest.starts_with(is_word) {
                return Err(Quiet::InWord);
            }
            if !rest.chars().all(|c| c.is_whitespace() || CLOSERS.contains(c)) {
                return Err(Quiet::LineGoesOn);
            }
        }
        let blank_before = before.trim().is_empty();
        if blank_before && rest.starts_with(char::is_whitespace) && !rest.trim().is_empty() {
            return Err(Quiet::InIndentation);
        }
        let opens = before.trim_end().ends_with(['{', ':', '(', '[']);
        let base = leading_whitespace(before).len();
        let above = source.get(..at).unwrap_or_default().trim_end();
        let next_line = after.lines().skip(1).find(|line| !line.trim().is_empty()).unwrap_or_default();
        let closes = rest.trim().starts_with('}') || next_line.trim_start().starts_with(['}', ')', ']']);
        Ok(Place {
            single: !(rest.trim().is_empty() || opens && rest.trim().starts_with(['}', ')', ']'])),
            base,
            blank_before,
            empty_body: above.ends_with(['{', ':']) && (closes || leading_whitespace(next_line).len() < base.max(1)),
            near,
            at,
            document: document.clone(),
            offset,
            judged: Arc::default(),
        })
    }

    /// What of the document is near the cursor, not parsed, and the cursor in that, in bytes.
    pub fn near(&self) -> (&Document, usize) {
        (&self.near, self.at)
    }

    /// What answers are judged in, parsed, and the cursor in that, in bytes: less than what is near. Takes its time at the first call;
    /// the place and its clones remember it.
    pub fn closest(&self) -> (&Document, usize) {
        self.judged().place()
    }

    /// What is near without the lines of `range`, which is of what is closest, in bytes.
    pub fn near_without(&self, range: Range<usize>) -> Document {
        let (before, after) = self.judged().around(range, self.offset);
        let source = self.near.source();
        let before = source.get(..self.at.saturating_sub(before)).unwrap_or_default();
        let after = source.get((self.at + after).min(source.len())..).unwrap_or_default();
        Document::new(self.near.language(), &format!("{before}{after}"), None)
    }

    pub(super) fn judged(&self) -> &Judged {
        self.judged.get_or_init(|| Judged::at(&self.document, self.offset))
    }

    /// Whether a line that stands no deeper than the cursor's starts something else.
    pub(super) fn ends_at_base(&self) -> bool {
        !self.blank_before && !self.judged().in_comment
    }

    /// Why the settings want nothing here, where they do.
    ///
    /// # Errors
    /// In a comment or a string, where they name these.
    pub fn permitted(&self, settings: &CompletionSettings, trigger: Trigger) -> Result<(), Quiet> {
        let least = if trigger == Trigger::Automatic { Activation::Auto } else { Activation::Manual };
        if settings.comments <= least && settings.strings <= least {
            return Ok(());
        }
        let (document, at) = self.closest();
        if settings.comments > least && in_comment(document, at) {
            return Err(Quiet::InComment(settings.comments.as_str()));
        }
        if settings.strings > least && in_string(document, at) {
            return Err(Quiet::InString(settings.strings.as_str()));
        }
        Ok(())
    }

    /// Whether the answer has to stay on its line.
    pub fn is_one_line(&self) -> bool {
        self.single
    }

    /// What stands behind the cursor.
    pub(super) fn suffix(&self) -> &str {
        self.near.source().get(self.at..).unwrap_or_default()
    }

    /// What stands before the cursor on its line.
    pub(super) fn before(&self) -> &str {
        self.near.slice(self.near.line_start(self.at)..self.at)
    }

    /// Whether the line's indentation, which ends at the cursor, is less than the line above asks for.
    pub(super) fn is_short_of_its_column(&self) -> bool {
        let above = self.near.slice(0..self.near.line_start(self.at));
        let line = above.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let unit = || detect_unit(self.near.source()).map_or(1, |unit| unit.text().len());
        let step = if line.trim_end().ends_with(['{', ':', '(', '[']) { unit() } else { 0 };
        self.before().len() < leading_whitespace(line).len() + step
    }
}

/// The code around a place within `budget` estimated tokens, three quarters of it before the cursor, each half cut where a node
/// begins or ends.
pub fn hole(place: &Place, budget: u64) -> Hole {
    let source = place.near.source();
    let bytes = |tokens: u64| usize::try_from(tokens.saturating_mul(TOKEN)).unwrap_or(usize::MAX);
    let after = source.len() - place.at;
    // What one half does not need is the other's.
    let short_suffix = estimated_tokens(place.suffix()).min(budget / 4);
    let most_before = bytes(budget - short_suffix);
    let from = place.at.saturating_sub(most_before);
    let from = (from..=place.at).find(|at| source.is_char_boundary(*at)).unwrap_or(place.at);
    let outside = place.offset - place.at;
    let begin = if from == 0 { 0 } else { begin_at(&place.document, from + outside, place.offset) - outside };
    let left = bytes(budget).saturating_sub(place.at - begin);
    let to = place.at + left.min(after);
    let to = (place.at..=to).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(place.at);
    let end = if to == source.len() { to } else { end_at(&place.document, place.offset, to + outside) - outside };
    let piece = |range: Range<usize>| source.get(range).unwrap_or_default().to_owned();
    Hole { prefix: piece(begin..place.at), suffix: piece(place.at..end), ..Hole::default() }
}

/// What is near a cursor of the document; all of it where that is little.
fn near(document: &Document, offset: usize) -> (Document, usize) {
    match Vicinity::of(document, offset, NEAR, NEAR) {
        Some(vicinity) => (vicinity.document().clone(), vicinity.inside(offset)),
        None => (document.clone(), offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn place(text: &str, trigger: Trigger) -> Result<Place, Quiet> {
        let offset = text.find('|').unwrap();
        Place::of(&Document::new(Language::by_id("rust").unwrap(), &text.replacen('|', "", 1), None), offset, trigger)
    }

    #[test]
    fn is_quiet_where_a_suggestion_would_be_in_the_way() {
        for (text, expected) in [
            ("fn a() { let x = fo|o; }", Some(Quiet::InWord)),
            ("fn a() { let x = | + 1; }", Some(Quiet::LineGoesOn)),
            ("fn a() {\n  |  b();\n}", Some(Quiet::LineGoesOn)),
            ("fn a() { b(|); }", None),
            ("fn a() { let x = |\n}", None),
            ("fn a() {|}", None),
            ("|", None),
        ] {
            assert_eq!(place(text, Trigger::Automatic).err(), expected, "{text}");
        }
        assert!(place("fn a() { let x = | + 1; }", Trigger::Invoked).is_ok());
        assert!(place("fn a() { let x = fo|o; }", Trigger::Invoked).is_ok());
    }

    #[test]
    fn keeps_out_of_comments_and_strings_where_the_settings_say_so() {
        let (auto, manual, off) = (Activation::Auto, Activation::Manual, Activation::Off);
        let code = "fn a() {|}";
        let (comment, string) = ("fn a() {} // so |", "fn a() { b(\"so |\"); }");
        for (text, comments, strings, trigger, expected) in [
            (code, off, off, Trigger::Automatic, Ok(())),
            (comment, auto, off, Trigger::Automatic, Ok(())),
            (comment, manual, auto, Trigger::Automatic, Err(Quiet::InComment("manual"))),
            (comment, manual, auto, Trigger::Invoked, Ok(())),
            (comment, off, auto, Trigger::Invoked, Err(Quiet::InComment("off"))),
            (string, off, auto, Trigger::Automatic, Ok(())),
            (string, auto, off, Trigger::Automatic, Err(Quiet::InString("off"))),
        ] {
            let settings = CompletionSettings { comments, strings, ..CompletionSettings::default() };
            assert_eq!(place(text, trigger).unwrap().permitted(&settings, trigger), expected, "{text}");
        }
    }

    #[test]
    fn stays_on_its_line_where_the_line_has_content() {
        let single = |text: &str| place(text, Trigger::Invoked).unwrap().single;
        assert!(single("fn a() { b(c, |); }") && single("fn a() { let x = | + 1; }"));
        assert!(!single("fn a() {|}") && !single("fn a() {\n    |\n}") && !single("fn a() { let x = |\n}"));
    }

    #[test]
    fn the_hole_keeps_to_the_budget_and_to_nodes() {
        let function = |name: usize| format!("fn f{name}() {{\n    call({name});\n    more({name});\n}}\n\n");
        let text: String = (0..100).map(function).collect();
        let document = Document::new(Language::by_id("rust").unwrap(), &text, None);
        let offset = text.find("more(50)").unwrap();
        let place = Place::of(&document, offset, Trigger::Invoked).unwrap();
        let hole = hole(&place, 200);
        assert!(hole.prefix.len() + hole.suffix.len() <= 800);
        assert!(hole.prefix.starts_with("fn f") && hole.suffix.trim_end().ends_with('}'), "{hole:?}");
        assert!(text.contains(&format!("{}{}", hole.prefix, hole.suffix)));
        let all = super::hole(&place, 100_000);
        assert_eq!(all.prefix + &all.suffix, text);
    }
}
