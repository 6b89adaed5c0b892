//! What models do to an answer that may do harm: cut it, leave code out, change what nobody asked about, say something else.
//! Refuses to repair it.

use graft_ls::syntax::{BodyForm, Census, Definition, Document};
use graft_ls::text::leading_whitespace;

use super::mutators::{Answer, Expect};
use super::samples::Sample;

fn fenced(sample: &Sample, code: &str) -> String {
    format!("```{}\n{code}\n```", sample.document.language().fences[0])
}

/// The definition that stands before or after the scope, in the same place.
fn sibling(sample: &Sample, after: bool) -> Option<&Definition> {
    let definitions = &sample.document.outline().definitions;
    let same = |other: &&Definition| {
        other.path == sample.definition.path && other.body.is_some() && other.name != sample.definition.name
    };
    match after {
        true => definitions.iter().filter(same).find(|other| other.whole.start >= sample.scope.range.end),
        false => definitions.iter().rev().filter(same).find(|other| other.outer.end <= sample.scope.range.start),
    }
}

fn sibling_text(sample: &Sample, other: &Definition) -> String {
    format!("{}{}", sample.scope.base_indent, sample.document.slice(other.whole.clone()))
}

pub fn sibling_after(sample: &Sample) -> Option<Answer> {
    let other = sibling_text(sample, sibling(sample, true)?);
    Answer::exact(fenced(sample, &format!("{}\n\n{other}", sample.new)))
}

pub fn sibling_before(sample: &Sample) -> Option<Answer> {
    let other = sibling_text(sample, sibling(sample, false)?);
    Answer::exact(fenced(sample, &format!("{other}\n\n{}", sample.new)))
}

pub fn sibling_changed(sample: &Sample) -> Option<Answer> {
    let other = sibling(sample, true)?;
    let text = sibling_text(sample, other);
    let changed = text.replacen("return", "return not", 1).replacen("= 1", "= 2", 1).replacen("true", "false", 1);
    (changed != text).then(|| Answer::exact(fenced(sample, &format!("{}\n\n{changed}", sample.new))))?
}

fn cut(sample: &Sample) -> usize {
    let mut at = sample.new.len() * (30 + sample.seed % 60) / 100;
    while !sample.new.is_char_boundary(at) {
        at -= 1;
    }
    at
}

pub fn cut_with_reason(sample: &Sample) -> Option<Answer> {
    let text = format!("```\n{}", &sample.new[..cut(sample)]);
    Some(Answer { text, finish_reason: Some("length"), expect: Expect::Refusal })
}

/// At a line and with nobody to say that it was cut: languages whose bodies end by themselves may not show it.
pub fn cut_at_line(sample: &Sample) -> Option<Answer> {
    let braces = sample.document.language().body == BodyForm::Braces;
    let at = sample.new[..cut(sample)].rfind('\n')?;
    let missing = sample.new[at..].lines().filter(|line| !line.trim().is_empty()).count();
    let all = sample.new.lines().filter(|line| !line.trim().is_empty()).count();
    // Where the last line is a new one, the code may as well be meant to end there.
    let last = sample.new[..at].lines().next_back().unwrap_or_default();
    let sure = braces || (missing * 2 > all && missing > 3 && sample.old.lines().any(|line| line == last));
    sure.then(|| Answer { text: sample.new[..at].to_owned(), finish_reason: None, expect: Expect::Refusal })
}

pub fn cut_in_fence(sample: &Sample) -> Option<Answer> {
    let mut answer = cut_at_line(sample)?;
    answer.text = format!("Here:\n\n```\n{}", answer.text);
    Some(answer)
}

fn with_hole(sample: &Sample, comment: &str) -> Option<String> {
    let lines: Vec<&str> = sample.new.split('\n').collect();
    let third = lines.len() / 3;
    if lines.len() < 9 || sample.in_string[third..2 * third].iter().any(|inside| *inside) {
        return None;
    }
    let blanks = leading_whitespace(lines[third]);
    let hole = format!("{blanks}{} {comment}", sample.document.language().line_comment);
    let mut kept: Vec<&str> = lines[..third].to_vec();
    kept.push(&hole);
    kept.extend(&lines[2 * third..]);
    Some(kept.join("\n"))
}

pub fn placeholder(sample: &Sample) -> Option<Answer> {
    Answer::refused(fenced(sample, &with_hole(sample, "... rest of the code ...")?))
}

pub fn placeholder_word(sample: &Sample) -> Option<Answer> {
    Answer::refused(fenced(sample, &with_hole(sample, "existing code unchanged")?))
}

pub fn smart_quotes(sample: &Sample) -> Option<Answer> {
    let text = sample.new.replacen('"', "“", 1).replacen('"', "”", 1);
    let new = text != sample.new && !sample.document.source().contains(['“', '”']);
    new.then(|| Answer::refused(fenced(sample, &text)))?
}

pub fn bracket_lost(sample: &Sample) -> Option<Answer> {
    let closers: Vec<usize> = sample.new.match_indices([')', ']', '}']).map(|(at, _)| at).collect();
    let at = *closers.get(sample.seed % closers.len().max(1))?;
    let text = format!("{}{}", &sample.new[..at], &sample.new[at + 1..]);
    let range = sample.scope.range.start..sample.scope.range.start + text.len();
    let broken = Document::new(sample.document.language(), &sample.with(&text), None);
    let before = Census::of(&sample.document, sample.scope.range.clone());
    let worse = Census::of(&broken, range).first_new(&before).is_some();
    worse.then(|| Answer::refused(fenced(sample, &text)))?
}

pub fn line_over_indented(sample: &Sample) -> Option<Answer> {
    let lines: Vec<&str> = sample.new.split('\n').collect();
    let places = lines.len().checked_sub(3)?;
    let at = 2 + sample.seed % places.max(1);
    let mut moved: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let line = moved.get_mut(at).filter(|line| !line.trim().is_empty())?;
    line.insert_str(0, "  ");
    let text = moved.join("\n");
    let range = sample.scope.range.start..sample.scope.range.start + text.len();
    let broken = Document::new(sample.document.language(), &sample.with(&text), None);
    let before = Census::of(&sample.document, sample.scope.range.clone());
    let worse = Census::of(&broken, range).first_new(&before).is_some();
    (worse && sample.document.language().body == BodyForm::Indented).then(|| Answer::refused(fenced(sample, &text)))?
}

pub fn rename(sample: &Sample) -> Option<Answer> {
    let name = &sample.definition.name;
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let at = sample.definition.node.start - sample.scope.range.start
        + sample.document.slice(sample.definition.node.clone()).find(name.as_str())?;
    let renamed = sample.new.get(..at)?.to_owned() + "other_" + sample.new.get(at..)?;
    let whole = sample.new.get(at..)?.starts_with(name.as_str());
    (plain && whole).then(|| Answer::refused(fenced(sample, &renamed)))?
}

pub fn only_sibling(sample: &Sample) -> Option<Answer> {
    let other = sibling(sample, true)?;
    Answer::refused(fenced(sample, &sibling_text(sample, other)))
}

pub fn think_unclosed(sample: &Sample) -> Option<Answer> {
    super::packaging::unknown_tag(sample)?;
    Answer::refused(format!("<think>\nThey want\n{}", fenced(sample, &sample.new)))
}

pub fn refusal(_: &Sample) -> Option<Answer> {
    Answer::refused("I'm sorry, but I can't help with that request.")
}

pub fn empty(_: &Sample) -> Option<Answer> {
    Answer::refused("```\n\n```\n")
}

pub fn prose(sample: &Sample) -> Option<Answer> {
    let name = &sample.definition.name;
    Answer::refused(format!("The code of `{name}` looks fine.\n\nI would leave it as it is; nothing needs to change."))
}

pub fn wrong_language(sample: &Sample) -> Option<Answer> {
    let name: String = sample.definition.name.chars().filter(|c| c.is_alphanumeric()).collect();
    Answer::refused(format!("```javascript\nfunction {name}(a, b) {{\n  const sum = a + b;\n  return sum;\n}}\n```"))
}

/// The code is broken, and what is whole is only an example of its use.
pub fn broken_then_usage(sample: &Sample) -> Option<Answer> {
    let broken = bracket_lost(sample)?;
    let name = &sample.definition.name;
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && sample.definition.kind.is_callable();
    let usage = fenced(sample, &format!("{name}(1)"));
    plain.then(|| Answer::refused(format!("{}\n\nUse it so:\n\n{usage}", broken.text)))?
}
