//! What a text of an answer means for a scope: which part of it takes the scope's place. Refuses text that means nothing there.

mod body;
mod definition;
mod documentation;
mod found;
mod kept;
mod members;
mod parted;
mod statements;

use std::cell::LazyCell;
use std::ops::Range;

use super::decode::decode;
use super::reading::{Text, prose, texts, tidied};
use super::reconcile::reconciled;
use super::reindent::Place;
use super::unfenced::code_among_prose;
use super::unwrap::Old;
use super::{Candidate, Promise, Reading};
use crate::syntax::{BodyForm, Census, Document, Language, Scope, ScopeShape, line_in_string};
use crate::text::leading_whitespace;

/// What an answer was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The document, with `\n` line ends.
    pub document: &'a Document,
    /// What is to be rewritten.
    pub scope: &'a Scope,
    /// What may change.
    pub promise: Promise,
    /// Trimmed lines that go with the edit: the comment that held the instruction.
    pub remove: &'a [String],
}

/// The readings of one text of the answer; those of another text do not compete with them on likeness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readings {
    /// The text itself.
    pub text: String,
    /// Ways to understand the text, in no order of merit.
    pub candidates: Vec<Candidate>,
    /// Whether a closing mark showed that the text is whole.
    pub closed: bool,
    /// Whether it stood in a block or another wrapping; one that is not closed may have been cut off.
    pub marked: bool,
    /// Which stretch of the answer the text comes from, in order; a text and what was decoded from it share one.
    pub origin: usize,
}

/// Why an answer has no reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The answer is empty.
    Empty,
    /// It never left its reasoning.
    OnlyReasoning,
    /// Prose only; the start of it.
    Prose(String),
    /// Code, but for something else: the name that it defines.
    OtherName(String),
    /// Code that does not parse, and so cannot be told apart.
    Broken,
    /// Code that means nothing in the scope.
    NoPlace,
}

/// All readings of a raw answer, one group for each text that it may have meant, likeliest first.
pub fn read(answer: &str, question: &Question<'_>) -> Result<Vec<Readings>, Unreadable> {
    if answer.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let decoded = decode(answer, question.document.source()).ok_or(Unreadable::OnlyReasoning)?;
    let old = question.scope.text(question.document);
    let mut groups = Vec::new();
    let mut other_name = None;
    let (mut marked, mut broken, mut own_broken) = (false, false, Vec::new());
    let is_own = |text: &Text| question.scope.definition().is_some_and(|own| text.text.contains(own.name.as_str()));
    let file = question.document.source();
    for mut text in texts(&decoded, Old { scope: old, file }, question.document.language()) {
        without_prose(question, &mut text);
        let candidates = match align(question, &text) {
            Ok(candidates) => candidates,
            Err(name) => {
                other_name = other_name.or(name.filter(|_| !has_header(question, &text.text)));
                Vec::new()
            }
        };
        marked |= text.marked;
        let is_code = text.marked || starts_as_scope(question, &text.text);
        if is_code && candidates.is_empty() && !parses(question.document, &text.text) {
            broken = true;
            own_broken.extend(is_own(&text).then_some(text.origin));
        }
        if !candidates.is_empty() {
            let Text { text, closed, marked, origin } = text;
            groups.push(Readings { text, candidates, closed, marked, origin });
        }
    }
    // Beside a definition too broken to be found, what does parse is an example of its use, not its body.
    let named = |group: &Readings| group.candidates.iter().any(|candidate| candidate.reading.is_named());
    // A text that is sound once it is decoded is not broken.
    own_broken.retain(|origin| !groups.iter().any(|group| group.origin == *origin));
    if !groups.is_empty() && (own_broken.is_empty() || groups.iter().any(named)) {
        return Ok(groups);
    }
    Err(match other_name {
        Some(name) => Unreadable::OtherName(name),
        None if decoded.trim().is_empty() => Unreadable::Empty,
        None if broken => Unreadable::Broken,
        None if marked => Unreadable::NoPlace,
        None => Unreadable::Prose(prose(&decoded).trim().chars().take(200).collect()),
    })
}

/// Takes the prose off a text that no fence sets apart from it.
fn without_prose(question: &Question<'_>, text: &mut Text) {
    let Some(target) = question.scope.definition().filter(|_| !text.marked) else {
        return;
    };
    // A foreign blank may be what breaks a line.
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let old: Vec<String> = question.scope.text(question.document).lines().map(squeezed).collect();
    // What holds lines of the old code is no prose: the rest of code that was cut, or that is broken.
    let is_prose =
        |part: &str| part.lines().all(|line| !line.contains(char::is_alphanumeric) || !old.contains(&squeezed(line)));
    let Some(code) = code_among_prose(&text.text, &target.name, question.document.language()) else { return };
    let depth =
        |part: &str| part.lines().find(|line| !line.trim().is_empty()).map_or(0, |line| leading_whitespace(line).len());
    // Where blanks are syntax, what goes on deeper than the code started is code.
    let goes_on = |after: &str| question.document.language().body == BodyForm::Indented && depth(after) > depth(code);
    let is_around = |(before, after): (&str, &str)| is_prose(before) && is_prose(after) && !goes_on(after);
    if text.text.split_once(code).is_some_and(is_around) {
        text.text = tidied(code, question.document.language());
    }
}

/// Whether a text parses at the top of a file or inside one of the language's wrappings.
pub(super) fn parses_somewhere(language: &'static Language, text: &str) -> bool {
    sound(language, text).is_some()
}

/// A text where it parses, and its place there: in a document of its own or in one of the language's wrappings; where it does
/// nowhere, alone. What a parser makes of a member at the top of a file may be strings that begin where others end.
pub(super) fn placed(language: &'static Language, text: &str) -> (Document, Range<usize>) {
    sound(language, text).unwrap_or_else(|| (Document::new(language, text, None), 0..text.len()))
}

fn sound(language: &'static Language, text: &str) -> Option<(Document, Range<usize>)> {
    let document = |(open, close): &(&str, &str)| {
        let document = Document::new(language, &format!("{open}{text}{close}"), None);
        is_sound(&document).then(|| (document, open.len()..open.len() + text.len()))
    };
    std::iter::once(&("", "")).chain(language.wrappers).find_map(document)
}

/// Whether a document parses without an error.
fn is_sound(document: &Document) -> bool {
    document.tree().is_some_and(|tree| !tree.root_node().has_error())
}

/// Whether a text has the line that the scope's definition starts with: whatever else it defines, it is about that one.
fn has_header(question: &Question<'_>, text: &str) -> bool {
    let header = question.scope.definition().map(|own| question.document.slice(own.header()).trim());
    header.and_then(|header| header.lines().next()).is_some_and(|line| text.contains(line))
}

/// Whether a text's first line with words is the scope's: an attempt at all of it, whole or not.
fn starts_as_scope(question: &Question<'_>, text: &str) -> bool {
    let first = |text: &str| worded(text).next().map(str::to_owned);
    first(text) == first(question.scope.text(question.document))
}

/// Whether a text has `name` as a word, standing by itself (`bare`) or as a member of something.
pub(super) fn mentions(text: &str, name: &str, bare: bool) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word) && bare != matches!(before, Some('.' | ':'))
    })
}

/// A text's lines that have a word in them, without the blanks around them.
fn worded(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| line.contains(char::is_alphanumeric))
}

fn parses(like: &Document, text: &str) -> bool {
    Census::of(&Document::new(like.language(), text, None), 0..0).is_empty()
}

/// The readings of one text; where there is none, the name of what it defines instead.
fn align(question: &Question<'_>, text: &Text) -> Result<Vec<Candidate>, Option<String>> {
    // A file as a whole is taken as it stands, and not parsed.
    let fragment = LazyCell::new(|| question.document.rewritten(&text.text));
    let mut found = match &question.scope.shape {
        ScopeShape::File => vec![verbatim_file(question, &text.text)],
        ScopeShape::Statements => statements::align(question, &fragment, text),
        ScopeShape::Definitions(definitions) => members::align_run(question, &fragment, definitions),
        ScopeShape::Definition(target) => definition::align(question, &fragment, target, text)?,
    };
    if question.promise == Promise::Comments {
        found.extend(documentation::align(question, &fragment));
    }
    for candidate in &mut found {
        remove_lines(question, candidate);
    }
    found.dedup();
    Ok(found)
}

fn verbatim_file(question: &Question<'_>, text: &str) -> Candidate {
    let lines: Vec<&str> = text.trim_end().trim_start_matches('\n').lines().collect();
    let text = lines.join("\n");
    rewrite(question, text, Reading::Verbatim)
}

/// A candidate that puts `text` in the place of the scope, with the old bytes of lines that it keeps.
fn rewrite(question: &Question<'_>, text: String, reading: Reading) -> Candidate {
    let text = reconciled(question.scope.text(question.document), &text);
    Candidate::rewrite(question.scope, text, reading)
}

/// Takes the lines out that held the instruction, if the answer kept them.
fn remove_lines(question: &Question<'_>, candidate: &mut Candidate) {
    for line in question.remove {
        let Some(kept) = candidate.output.split('\n').position(|other| other.trim() == line) else {
            continue;
        };
        let output: Vec<&str> =
            candidate.output.split('\n').enumerate().filter(|(at, _)| *at != kept).map(|(_, line)| line).collect();
        let output = output.join("\n");
        if let Some(edit) = candidate.edits.iter_mut().find(|edit| edit.new.starts_with(candidate.output.as_str())) {
            edit.new.replace_range(..candidate.output.len(), &output);
            candidate.output = output;
        }
    }
}

/// Where the scope's text stands.
fn place_of<'a>(question: &Question<'a>) -> Place<'a> {
    let start = question.scope.range.start;
    let starts_line = question.document.line_start(start) == start;
    let (base, range) = (question.scope.base_indent.as_str(), question.scope.range.clone());
    let flags = line_in_string(question.document, range.clone());
    let lines = question.document.slice(range).split('\n').zip(flags).skip(1);
    // Where a definition has no deeper line, one step is what it will have.
    let unit = || question.scope.definition().map(|_| question.scope.unit.text());
    let least = Place::least_of(base, lines).map(str::to_owned).or_else(unit);
    let old = question.scope.text(question.document).split('\n').collect();
    Place { base, unit: question.scope.unit, starts_line, least, old }
}

/// Whether a text parses inside one of the language's wrappings, and so is code that could stand in a body.
fn is_code(fragment: &Document, marked: bool) -> bool {
    let text = fragment.source();
    let evident =
        marked || text.contains(['=', '(', ';']) || text.split_whitespace().count() > 1 && text.contains('\n');
    let clean = |text: &str| {
        let document = Document::new(fragment.language(), text, None);
        Census::of(&document, 0..text.len()).is_empty()
    };
    let step = "    ";
    let indented: String = text
        .trim_end()
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{step}{line}\n") })
        .collect();
    evident
        && (clean(text)
            || fragment.language().wrappers.iter().any(|(open, close)| clean(&format!("{open}{indented}{close}"))))
}
