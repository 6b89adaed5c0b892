//! What of the code is sent, and with what else: the body alone, the file, siblings, helpers, examples. Refuses to change a
//! token of the definition itself.

use graft_ls::syntax::{BodyForm, Definition, DefinitionKind, Document, Scope};
use graft_ls::text::leading_whitespace;

use super::changes::with_statement;
use super::code::{Additions, Code};
use super::samples::Sample;
use super::words::words;

/// The definition that stands before or after the scope, in the same place: as deep, and no member of a list that commas part.
pub fn sibling(sample: &Sample, after: bool) -> Option<&Definition> {
    let definitions = &sample.document.outline().definitions;
    let same = |other: &&Definition| {
        let alone = other.name != sample.definition.name && !other.name.is_empty();
        let before = sample.document.slice(0..other.whole.start);
        let blanks = before.rsplit('\n').next().unwrap_or_default();
        let own_line = blanks.trim().is_empty() && blanks == sample.scope.base_indent;
        let listed =
            sample.document.slice(other.outer.end..sample.document.source().len()).trim_start().starts_with(',')
                || before.trim_end().ends_with(',');
        other.path == sample.definition.path && other.body.is_some() && alone && own_line && !listed
    };
    match after {
        true => definitions.iter().filter(same).find(|other| other.whole.start >= sample.scope.range.end),
        false => definitions.iter().rev().filter(same).find(|other| other.outer.end <= sample.scope.range.start),
    }
}

pub fn sibling_text(sample: &Sample, other: &Definition) -> String {
    Scope::of_definition(&sample.document, other.clone()).text(&sample.document).to_owned()
}

pub fn sibling_after(sample: &Sample, code: Code) -> Option<Code> {
    let other = sibling_text(sample, sibling(sample, true)?);
    Some(code.between("", &format!("\n{other}")))
}

pub fn sibling_before(sample: &Sample, code: Code) -> Option<Code> {
    let other = sibling_text(sample, sibling(sample, false)?);
    Some(code.between(&format!("{other}\n"), ""))
}

pub fn sibling_changed(sample: &Sample, code: Code) -> Option<Code> {
    let text = sibling_text(sample, sibling(sample, true)?);
    let not = match sample.document.language().body {
        BodyForm::Braces => "return !",
        BodyForm::Indented => "return not ",
    };
    // What a bare `return` would become does not parse.
    let returned = |(at, word): &(usize, &str)| text[at + word.len()..].starts_with(char::is_alphanumeric);
    let value = text.match_indices("return ").find(returned);
    let negated = value.map_or(text.clone(), |(at, word)| format!("{}{not}{}", &text[..at], &text[at + word.len()..]));
    let changed = negated.replacen("= 1", "= 2", 1).replacen("true", "false", 1);
    (changed != text).then(|| code.between("", &format!("\n{changed}")))
}

/// The file, with the code in the scope's place.
pub fn whole_file(sample: &Sample, code: Code) -> Option<Code> {
    let file = sample.with(&code.text());
    (file.len() < 60_000).then(|| code.with_text(file.trim_end()))
}

/// The file without one definition that it had: nobody asked for that to go.
pub fn whole_file_without_sibling(sample: &Sample, code: Code) -> Option<Code> {
    let other = Scope::of_definition(&sample.document, sibling(sample, true)?.clone());
    let file = sample.with(&code.text());
    let grown = sample.new.len() as isize - sample.old.len() as isize;
    let moved = |at: usize| at.checked_add_signed(grown);
    let (start, end) = (moved(other.range.start)?, moved(other.range.end)?);
    let short = format!("{}{}", file.get(..start)?.trim_end(), file.get(end..)?);
    (file.len() < 60_000).then(|| code.with_text(short.trim_end()))
}

/// The file with every other definition's body left out.
pub fn whole_file_abbreviated(sample: &Sample, code: Code) -> Option<Code> {
    let document = &sample.document;
    let comment = document.language().line_comment;
    let mut text = String::new();
    let mut from = 0;
    let outside = |other: &&Definition| {
        other.kind.is_callable()
            && (other.node.end <= sample.scope.range.start || other.node.start >= sample.scope.range.end)
            && !sample.definition.path.iter().any(|(_, name)| *name == other.name)
    };
    let mut left_out = 0;
    for other in document.outline().definitions.iter().filter(outside) {
        let Some(body) =
            other.body.clone().filter(|body| body.start >= from && document.slice(body.clone()).contains('\n'))
        else {
            continue;
        };
        if from <= sample.scope.range.start && body.start >= sample.scope.range.end {
            text.push_str(document.slice(from..sample.scope.range.start));
            text.push_str(&sample.new);
            from = sample.scope.range.end;
        }
        let line = document.slice(body.clone()).lines().find(|line| line.starts_with([' ', '\t'])).unwrap_or_default();
        let blanks = leading_whitespace(line);
        let hole = match document.language().body {
            BodyForm::Braces => {
                format!("{{\n{blanks}{comment} ... unchanged ...\n{}}}", leading_whitespace_of_end(document, body.end))
            }
            BodyForm::Indented => format!("...  {comment} unchanged"),
        };
        text.push_str(document.slice(from..body.start));
        text.push_str(&hole);
        from = body.end;
        left_out += 1;
    }
    if from <= sample.scope.range.start {
        text.push_str(document.slice(from..sample.scope.range.start));
        text.push_str(&sample.new);
        from = sample.scope.range.end;
    }
    text.push_str(document.slice(from..document.source().len()));
    (left_out > 1 && text.len() < 60_000).then(|| code.with_text(text.trim_end()))
}

fn leading_whitespace_of_end(document: &Document, end: usize) -> &str {
    leading_whitespace(document.slice(0..end).rsplit('\n').next().unwrap_or_default())
}

/// The first line of what encloses a method, and what closes it.
fn enclosing(sample: &Sample) -> Option<(String, &'static str)> {
    let owner = sample.scope.enclosing.last()?;
    let body = owner.body.clone()?;
    let line = sample.document.line_start(owner.node.start);
    let header = sample.document.slice(line..body.start).trim();
    let one_line = !header.contains('\n') && sample.definition.kind == DefinitionKind::Method;
    one_line.then(|| match sample.document.language().body {
        BodyForm::Braces => (format!("{header} {{"), "}"),
        BodyForm::Indented => (header.to_owned(), ""),
    })
}

pub fn wrapper(sample: &Sample, code: Code) -> Option<Code> {
    let (open, close) = enclosing(sample)?;
    parsing(sample, code.between(&open, close))
}

/// An answer that is whole: an enum is none without its constants.
fn parsing(sample: &Sample, code: Code) -> Option<Code> {
    let document = Document::new(sample.document.language(), &code.text(), None);
    document.tree().is_some_and(|tree| !tree.root_node().has_error()).then_some(code)
}

pub fn wrapper_dedent(sample: &Sample, code: Code) -> Option<Code> {
    let (open, close) = enclosing(sample)?;
    let step = sample.scope.unit.text();
    let base = sample.scope.base_indent.as_str();
    let deep = base.len() > step.len();
    let moved = code.each_line(false, |line| format!("{step}{}", line.strip_prefix(base).unwrap_or(line.trim_start())));
    parsing(sample, moved.between(&open, close)).filter(|_| deep)
}

/// Without comments and attributes above it: what the answer does not bring stays.
pub fn trivia_dropped(sample: &Sample, mut code: Code) -> Option<Code> {
    let trivia = sample.document.slice(sample.scope.range.start..sample.definition.node.start);
    let lines = trivia.matches('\n').count();
    let kept = sample.new.starts_with(trivia);
    (lines > 0 && kept).then(|| {
        code.lines.drain(..lines);
        code
    })
}

/// The code twice, one below the other.
pub fn twice(_: &Sample, code: Code) -> Option<Code> {
    let again = code.clone();
    let mut both = code.between("", "\n");
    both.lines.pop();
    both.lines.extend(again.lines);
    Some(both)
}

pub fn helper(sample: &Sample, code: Code) -> Option<Code> {
    let words = words(sample)?;
    with_additions(sample, code, words.call, Additions { helper: Some(words.helper.to_owned()), import: None })
}

pub fn import(sample: &Sample, code: Code) -> Option<Code> {
    let words = words(sample)?;
    let (line, word) = words.import;
    // Where a file imports nothing, how it would is a matter of its kind.
    let usual = !sample.document.outline().imports.is_empty() && !sample.document.source().contains(word);
    let import = Some((line.to_owned(), word.to_owned()));
    usual.then(|| with_additions(sample, code, words.use_import, Additions { helper: None, import }))?
}

pub fn helper_and_import(sample: &Sample, code: Code) -> Option<Code> {
    let with_import = import(sample, code)?;
    let words = words(sample)?;
    let (text, additions) = with_import.meant?;
    let (document, scope) = with_new_scope(sample, &text)?;
    let new = with_statement(&document, &scope, words.call)?;
    let all = Additions { helper: Some(words.helper.to_owned()), ..additions };
    Some(assembled(sample, new, all))
}

fn with_additions(sample: &Sample, _: Code, statement: &str, additions: Additions) -> Option<Code> {
    // A helper of a method belongs to its class in one language and to the file in another; one of a function in a block
    // of statements, to that block or to the file.
    let callable = sample.definition.kind.is_callable();
    let top = sample.definition.path.is_empty() && sample.scope.base_indent.is_empty() && callable;
    let (document, scope) = with_new_scope(sample, &sample.new)?;
    let new = with_statement(&document, &scope, statement)?;
    (top && !sample.document.source().contains("spare")).then(|| assembled(sample, new, additions))
}

fn with_new_scope(sample: &Sample, text: &str) -> Option<(Document, Scope)> {
    let document = Document::new(sample.document.language(), &sample.with(text), None);
    let own = sample.new_definition(&document)?;
    let scope = Scope::of_definition(&document, own);
    Some((document, scope))
}

fn assembled(sample: &Sample, new: String, mut additions: Additions) -> Code {
    additions.helper = additions.helper.map(|helper| in_unit_of(sample, &helper));
    let gap = "\n".repeat(sample.document.language().blank_lines);
    let before = additions.import.as_ref().map(|(line, _)| format!("{line}\n{gap}")).unwrap_or_default();
    let after = additions.helper.as_ref().map(|helper| format!("\n{gap}{helper}")).unwrap_or_default();
    Code { meant: Some((new.clone(), additions)), ..Code::plain(&format!("{before}{new}{after}")) }
}

/// A helper in the steps of the scope: an answer's other steps would be taken over to the file's.
fn in_unit_of(sample: &Sample, helper: &str) -> String {
    let own = helper.lines().map(leading_whitespace).find(|blanks| !blanks.is_empty()).unwrap_or("    ");
    helper.replace(&format!("\n{own}"), &format!("\n{}", sample.scope.unit.text()))
}

pub fn demonstration(sample: &Sample, code: Code) -> Option<Code> {
    let text = words(sample)?.demonstration.replace("{name}", &sample.definition.name);
    let free = !sample.document.source().contains(text.lines().next()?) && !sample.document.source().contains(" main(");
    let top = sample.definition.path.is_empty() && sample.definition.kind.is_callable();
    (free && top && sample.has_plain_name()).then(|| code.between("", &format!("\n{text}")))
}
