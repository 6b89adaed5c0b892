//! The body of a definition without its header, in the forms in which models send it. Refuses a body that a careful reader could not
//! put back: one that is an expression, a piece, or changed together with what is around it.

use graft_ls::syntax::{BodyForm, Document, locals};
use graft_ls::text::leading_whitespace;

use super::code::{Additions, Code};
use super::samples::Sample;

/// The lines of a callable's new body, only where the rest of the scope stays as it was. One-liners are words, and what
/// starts with another docstring than the old may mean to replace it or not.
fn body(sample: &Sample, code: &Code) -> Option<Code> {
    let after = sample.after();
    let definition = sample.new_definition(&after)?;
    let (new, old) = (sample.new_body()?, sample.definition.body.clone()?);
    let head = sample.document.slice(sample.scope.range.start..old.start);
    let same_head = sample.new.get(..new.start)? == head && sample.definition.kind.is_callable();
    // What follows the body, the dependencies of a hook for one, cannot change in an answer that does not hold it.
    let same_tail = sample.new.get(new.end..)? == sample.document.slice(old.end..sample.scope.range.end);
    // Without what declares a name that it uses, a body cannot be told from a piece of one.
    let (was, is) = (locals(&sample.document, sample.scope.range.clone()), locals(&after, definition.whole.clone()));
    let whole = was.declared.iter().all(|name| is.declared.contains(name) || !is.used.contains(name));
    let is_block = sample.document.slice(old.clone()).starts_with('{');
    let braces = sample.document.language().body == BodyForm::Braces;
    let first = sample.new.get(..new.start)?.matches('\n').count() + usize::from(braces);
    let last = sample.new.get(..new.end)?.matches('\n').count() + usize::from(!braces);
    let lines = code.lines.get(first..last)?.to_vec();
    let own_lines = match braces {
        true => sample.new.get(new.start + 1..)?.lines().next()?.trim().is_empty(),
        false => head.rsplit('\n').next()?.trim().is_empty(),
    };
    let closes_alone = !braces || sample.new.get(..new.end - 1)?.rsplit('\n').next()?.trim().is_empty();
    let documented = |document: &Document, body: &std::ops::Range<usize>| {
        document
            .outline()
            .docstrings
            .iter()
            .find(|text| body.contains(&text.start))
            .map(|text| document.slice(text.clone()).to_owned())
    };
    let same_text = documented(&sample.document, &old) == documented(&after, &definition.body?);
    let long = lines.iter().filter(|line| !line.text.trim().is_empty()).count() > 1;
    // Blank lines at a body's edges say nothing when nothing stands around them.
    let edges = lines
        .first()
        .zip(lines.last())
        .is_some_and(|(first, last)| !first.text.trim().is_empty() && !last.text.trim().is_empty());
    (same_head
        && same_tail
        && whole
        && (is_block || !braces)
        && own_lines
        && closes_alone
        && same_text
        && long
        && edges)
        .then(|| Code { lines, meant: code.meant.clone() })
}

pub fn alone(sample: &Sample, code: Code) -> Option<Code> {
    body(sample, &code)
}

pub fn dedent(sample: &Sample, code: Code) -> Option<Code> {
    let inner = body(sample, &code)?;
    let margin = leading_whitespace(&inner.lines.first()?.text).to_owned();
    let deep = |text: &str| text.trim().is_empty() || text.starts_with(&margin);
    let whole = inner.lines.iter().all(|line| line.in_string || deep(&line.text));
    (whole && !margin.is_empty())
        .then(|| inner.each_line(false, |line| line.strip_prefix(margin.as_str()).unwrap_or_default().to_owned()))
}

pub fn braces(sample: &Sample, code: Code) -> Option<Code> {
    let braces = sample.document.language().body == BodyForm::Braces;
    let close = format!("{}}}", sample.scope.base_indent);
    braces.then(|| Some(body(sample, &code)?.between("{", &close)))?
}

/// The body with the brace that ends it, and no header.
pub fn closed(sample: &Sample, code: Code) -> Option<Code> {
    let braces = sample.document.language().body == BodyForm::Braces;
    let close = format!("{}}}", sample.scope.base_indent);
    braces.then(|| Some(body(sample, &code)?.between("", &close)))?
}

/// The body under a comment of its own, which comes along.
pub fn remark(sample: &Sample, code: Code) -> Option<Code> {
    let inner = body(sample, &code)?;
    let margin = leading_whitespace(&inner.lines.first()?.text).to_owned();
    let remark = format!("{margin}{} Body of `{}`:", sample.document.language().line_comment, sample.definition.name);
    let braces = sample.document.language().body == BodyForm::Braces;
    let head = sample.new.get(..sample.new_body()?.start)?.matches('\n').count() + usize::from(braces);
    let mut lines: Vec<&str> = sample.new.split('\n').collect();
    lines.insert(head, &remark);
    let meant = Some((lines.join("\n"), Additions::default()));
    Some(Code { meant, ..inner.between(&remark, "") })
}
