//! What models do to code that may do harm: leave parts out, mistype, change what nobody asked about, say something else.
//! Refuses to repair it.

use graft_ls::syntax::{BodyForm, Census, Document};
use graft_ls::text::leading_whitespace;

use super::chance::Chance;
use super::code::{Code, Line};
use super::content::{sibling, sibling_text};
use super::samples::Sample;
use super::words::foreign;

/// The code with its middle third in one line's place.
fn with_hole(sample: &Sample, mut code: Code, hole: &str) -> Option<Code> {
    let third = code.lines.len() / 3;
    let gone = code.lines.get(third..2 * third)?;
    let after = code.lines.get(2 * third)?;
    let weight = gone.iter().filter(|line| line.text.trim().len() > 2).count();
    // A hole among the comments above a definition, or in a string, would be another thing.
    let start = sample.definition.body.clone()?.start - sample.scope.range.start;
    let in_body =
        sample.document.slice(sample.scope.range.start..sample.scope.range.start + start).matches('\n').count() < third;
    if code.lines.len() < 9 || weight < 2 || !in_body || gone.iter().any(|line| line.in_string) || after.in_string {
        return None;
    }
    // What a class leaves out, all members whole, may be put back; a change that it hides is nobody's to know.
    let known = |line: &Line| sample.old.lines().any(|old| old.trim() == line.text.trim());
    if !sample.definition.kind.is_callable() && !gone.iter().all(known) {
        return None;
    }
    let blanks = leading_whitespace(&gone[0].text).to_owned();
    code.lines.splice(third..2 * third, [Line { text: format!("{blanks}{hole}"), in_string: false }]);
    Some(code)
}

fn with_comment(sample: &Sample, code: Code, wordings: &[&str]) -> Option<Code> {
    let words = *Chance::of(sample.seed, "placeholder").pick(wordings)?;
    with_hole(sample, code, &format!("{} {words}", sample.document.language().line_comment))
}

pub fn placeholder(sample: &Sample, code: Code) -> Option<Code> {
    const WORDINGS: [&str; 7] = [
        "...",
        "... rest of the code ...",
        "… unchanged …",
        "... (existing code) ...",
        "[... the rest of the function ...]",
        "... keep the existing logic here ...",
        "... same as before ...",
    ];
    with_comment(sample, code, &WORDINGS)
}

pub fn placeholder_word(sample: &Sample, code: Code) -> Option<Code> {
    const WORDINGS: [&str; 7] = [
        "existing code unchanged",
        "rest of the function remains the same",
        "(same code as before)",
        "Rest of the implementation",
        "remaining code unchanged",
        "the existing logic stays the same",
        "Previous code here",
    ];
    with_comment(sample, code, &WORDINGS)
}

pub fn placeholder_bare(sample: &Sample, code: Code) -> Option<Code> {
    const WORDINGS: [&str; 3] = ["...", "…", "[... unchanged ...]"];
    let words = *Chance::of(sample.seed, "placeholder").pick(&WORDINGS)?;
    with_hole(sample, code, words)
}

fn is_known(sample: &Sample, characters: &[char]) -> bool {
    sample.document.source().contains(characters)
}

pub fn smart_quotes(sample: &Sample, code: Code) -> Option<Code> {
    let (text, mark) = (code.text(), if code.text().contains('"') { '"' } else { '\'' });
    let quotes = if mark == '"' { ["“", "”"] } else { ["‘", "’"] };
    let changed = text.replacen(mark, quotes[0], 1).replacen(mark, quotes[1], 1);
    let new = changed != text && !is_known(sample, &['“', '”', '‘', '’']);
    new.then(|| code.with_text(&changed))
}

/// A no-break space where a blank stood between words.
pub fn no_break_space(sample: &Sample, code: Code) -> Option<Code> {
    at_a_blank(sample, code, &['\u{a0}'], |line, at| line.replace_range(at..at + 1, "\u{a0}"))
}

/// A character of no width between two words.
pub fn zero_width(sample: &Sample, code: Code) -> Option<Code> {
    at_a_blank(sample, code, &['\u{200b}'], |line, at| line.insert(at, '\u{200b}'))
}

fn at_a_blank(sample: &Sample, mut code: Code, marks: &[char], change: impl Fn(&mut String, usize)) -> Option<Code> {
    let comment = sample.document.language().line_comment;
    let place = |line: &Line| {
        let start = leading_whitespace(&line.text).len();
        line.text.get(start..)?.find(' ').map(|at| start + at)
    };
    let fits = |line: &&mut Line| {
        !line.in_string
            && !line.text.contains(['"', '\'', '`'])
            && !line.text.contains(comment)
            && place(line).is_some()
    };
    let line = code.lines.iter_mut().skip(1).find(fits).filter(|_| !is_known(sample, marks))?;
    let at = place(line)?;
    change(&mut line.text, at);
    Some(code)
}

/// Whether the code in the scope's place parses worse than what is there.
fn is_worse(sample: &Sample, text: &str) -> bool {
    let range = sample.scope.range.start..sample.scope.range.start + text.len();
    let broken = Document::new(sample.document.language(), &sample.with(text), None);
    let before = Census::of(&sample.document, sample.scope.range.clone());
    Census::of(&broken, range).first_new(&before).is_some()
}

pub fn bracket_lost(sample: &Sample, code: Code) -> Option<Code> {
    let text = code.text();
    let closers: Vec<usize> = text.match_indices([')', ']', '}']).map(|(at, _)| at).collect();
    let at = *Chance::of(sample.seed, "bracket").pick(&closers)?;
    let broken = format!("{}{}", &text[..at], &text[at + 1..]);
    // The last one is what a model drops with the body's end: anybody can supply it.
    let last = text[at + 1..].trim().is_empty();
    (!last && is_worse(sample, &broken)).then(|| code.with_text(&broken))
}

pub fn quote_lost(sample: &Sample, code: Code) -> Option<Code> {
    let text = code.text();
    let quotes: Vec<usize> = text.match_indices(['"', '\'', '`']).map(|(at, _)| at).collect();
    let at = *Chance::of(sample.seed, "quote").pick(&quotes)?;
    let broken = format!("{}{}", &text[..at], &text[at + 1..]);
    is_worse(sample, &broken).then(|| code.with_text(&broken))
}

pub fn line_over_indented(sample: &Sample, mut code: Code) -> Option<Code> {
    let places = code.lines.len().checked_sub(3)?;
    let at = 2 + Chance::of(sample.seed, "line").within(0..places.max(1));
    let line = code.lines.get_mut(at).filter(|line| !line.text.trim().is_empty())?;
    line.text.insert_str(0, "  ");
    let worse = sample.document.language().body == BodyForm::Indented && is_worse(sample, &code.text());
    worse.then_some(code)
}

pub fn rename(sample: &Sample, code: Code) -> Option<Code> {
    let name = &sample.definition.name;
    let at = sample.definition.node.start - sample.scope.range.start
        + sample.document.slice(sample.definition.header()).find(name.as_str())?;
    let renamed = sample.new.get(..at)?.to_owned() + "other_" + sample.new.get(at..)?;
    let whole = sample.new.get(at..)?.starts_with(name.as_str());
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '#';
    let alone = !sample.new.get(..at)?.ends_with(word) && !sample.new.get(at + name.len()..)?.starts_with(word);
    // What calls or names itself by its old name inside would not be renamed but broken.
    (sample.has_plain_name() && whole && alone && names_it(sample, &renamed)).then(|| code.with_text(&renamed))
}

/// Whether the scope's new text defines the name that `rename` gives it.
fn names_it(sample: &Sample, text: &str) -> bool {
    let document = Document::new(sample.document.language(), &sample.with(text), None);
    let name = format!("other_{}", sample.definition.name);
    document.outline().definitions.iter().any(|own| own.name == name && own.path == sample.definition.path)
}

pub fn only_sibling(sample: &Sample, code: Code) -> Option<Code> {
    let other = sibling_text(sample, sibling(sample, true)?);
    Some(code.with_text(&other))
}

pub fn wrong_language(sample: &Sample, code: Code) -> Option<Code> {
    sample.has_plain_name().then(|| Some(code.with_text(&foreign(sample)?.1)))?
}

pub fn empty(_: &Sample, code: Code) -> Option<Code> {
    Some(code.with_text(""))
}

pub fn usage_only(sample: &Sample, code: Code) -> Option<Code> {
    let call = format!("{}(1)", sample.definition.name);
    let callable = sample.has_plain_name() && sample.definition.kind.is_callable();
    callable.then(|| code.with_text(&call))
}
