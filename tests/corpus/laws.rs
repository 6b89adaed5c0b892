//! What must hold of every edit, whatever the answer was: each law is a function from the edit to what is wrong with it.
//! Refuses exceptions.

use graft_ls::syntax::{Census, Document};
use graft_ls::text::{Edit, Edits, Encoding, FileSide, unified_diff};
use graft_ls::validate::ValidatedEdit;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::apply::{Placed, apply};
use crate::patch::apply_by_number;

/// A law: what it says, and what is wrong, if anything.
pub type Law = (&'static str, fn(&ValidatedEdit) -> Result<(), String>);

/// All laws.
pub const LAWS: &[Law] = &[
    ("an independent applier gets the same text in utf-8, utf-16 and utf-32", encodings),
    ("the unified diff applies to the byte", diff),
    ("line ends are the file's", line_ends),
    ("no more syntax errors than before", errors),
    ("no edit can be left out, none is empty", needed),
    ("no more bytes change than in a line diff", minimal),
    ("unrelated edits above and below commute", commuting),
];

fn encodings(edit: &ValidatedEdit) -> Result<(), String> {
    let document = edit.document();
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        let placed = |inner: &Edit| Placed {
            start: document.position(inner.range.start, encoding),
            end: document.position(inner.range.end, encoding),
            new: inner.new.clone(),
        };
        let edits: Vec<Placed> = edit.edits().iter().map(placed).collect();
        let text = apply(document.source(), &edits, encoding).map_err(|why| format!("{encoding:?}: {why}"))?;
        if text != edit.new_text() {
            return Err(format!("{encoding:?}: another text"));
        }
    }
    Ok(())
}

/// The edit as `git` reads it.
pub fn diff_of(edit: &ValidatedEdit) -> String {
    let side = FileSide::Path("file");
    unified_diff(edit.document().source(), &edit.new_text(), side, side)
}

fn diff(edit: &ValidatedEdit) -> Result<(), String> {
    let text = apply_by_number(edit.document().source(), &diff_of(edit))?;
    if text == edit.new_text() { Ok(()) } else { Err("another text".to_owned()) }
}

fn line_ends(edit: &ValidatedEdit) -> Result<(), String> {
    let (old, new) = (edit.document().source(), edit.new_text());
    let all_crlf = |text: &str| text.matches('\n').count() == text.matches("\r\n").count();
    let returns = |text: &str| text.contains('\r');
    match (returns(old) && all_crlf(old) && !all_crlf(&new)) || (!returns(old) && returns(&new)) {
        true => Err("the result mixes line ends".to_owned()),
        false => Ok(()),
    }
}

fn errors(edit: &ValidatedEdit) -> Result<(), String> {
    let new = edit.new_text();
    let after = Document::new(edit.document().language(), &new, None);
    let (before, after) = (Census::of(edit.document(), 0..0).len(), Census::of(&after, 0..0).len());
    if after <= before { Ok(()) } else { Err(format!("{before} errors have become {after}")) }
}

fn needed(edit: &ValidatedEdit) -> Result<(), String> {
    let (source, new) = (edit.document().source(), edit.new_text());
    let edits: Vec<Edit> = edit.edits().iter().cloned().collect();
    for (at, one) in edits.iter().enumerate() {
        if source.get(one.range.clone()) == Some(one.new.as_str()) {
            return Err(format!("an edit replaces {:?} by itself", one.new));
        }
        let rest = edits.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, edit)| edit.clone());
        let rest = Edits::new(source, rest.collect()).map_err(|error| error.to_string())?;
        if rest.apply(source) == new {
            return Err(format!("it would be the same without {one:?}"));
        }
    }
    Ok(())
}

fn minimal(edit: &ValidatedEdit) -> Result<(), String> {
    let (source, new) = (edit.document().source(), edit.new_text());
    let changed: usize = edit.edits().iter().map(|edit| edit.range.len() + edit.new.len()).sum();
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (source.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let bytes = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let plain: usize = capture_diff_slices(Algorithm::Histogram, &old_lines, &new_lines)
        .iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| bytes(&old_lines[op.old_range()]) + bytes(&new_lines[op.new_range()]))
        .sum();
    if changed <= plain { Ok(()) } else { Err(format!("{changed} bytes change, {plain} in a line diff")) }
}

fn commuting(edit: &ValidatedEdit) -> Result<(), String> {
    // Editors keep a byte order mark to themselves: the text that moves on has none.
    if edit.document().source().starts_with('\u{feff}') {
        return Ok(());
    }
    let language = edit.document().language();
    let end = if edit.document().source().contains("\r\n") { "\r\n" } else { "\n" };
    let remark = format!("{} Somebody wrote this meanwhile.{end}", language.line_comment);
    let around = |text: &str| {
        let gap = if text.ends_with('\n') { "" } else { end };
        format!("{remark}{text}{gap}{end}{remark}")
    };
    let now = Document::new(language, &around(edit.document().source()), None);
    let moved = edit.rebase(&now).map_err(|rejection| rejection.message)?;
    if moved.new_text() == around(&edit.new_text()) { Ok(()) } else { Err("another text".to_owned()) }
}
