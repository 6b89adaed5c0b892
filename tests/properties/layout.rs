//! What models do to an answer's layout: blanks, line ends, what surrounds a definition, what of it is sent. Refuses to change a token.

use graft_ls::syntax::{BodyForm, DefinitionKind};
use graft_ls::text::leading_whitespace;

use super::mutators::Answer;
use super::samples::Sample;

fn fenced(sample: &Sample, code: &str) -> String {
    format!("```{}\n{code}\n```", sample.document.language().fences[0])
}

/// Each line of the new text changed, those that start inside a string only where `strings` says so.
fn each_line(sample: &Sample, strings: bool, change: impl Fn(&str) -> String) -> String {
    let lines = sample.new.split('\n').zip(&sample.in_string);
    let lines = lines.map(|(line, inside)| match (line.is_empty(), *inside && !strings) {
        (true, _) | (_, true) => line.to_owned(),
        _ => change(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn has_strings(sample: &Sample) -> bool {
    sample.in_string.iter().any(|inside| *inside)
}

fn without_base(sample: &Sample, line: &str) -> String {
    line.strip_prefix(sample.scope.base_indent.as_str()).unwrap_or(line.trim_start()).to_owned()
}

pub fn crlf(sample: &Sample) -> Option<Answer> {
    Answer::exact(fenced(sample, &sample.new).replace('\n', "\r\n"))
}

pub fn byte_order_mark(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("\u{feff}{}", fenced(sample, &sample.new)))
}

pub fn blank_lines(sample: &Sample) -> Option<Answer> {
    Answer::exact(format!("\n\n{}\n\n", fenced(sample, &format!("\n\n{}\n\n\n", sample.new))))
}

pub fn trailing_spaces(sample: &Sample) -> Option<Answer> {
    let lines: Vec<&str> = sample.new.split('\n').collect();
    // A blank at a line's end inside a string, or after a backslash, is another text.
    let free = |at: usize| !sample.in_string.get(at + 1).copied().unwrap_or(false) && !lines[at].ends_with('\\');
    let spaced: Vec<String> = lines
        .iter()
        .enumerate()
        .map(
            |(at, line)| {
                if free(at) && line.trim_end().len() == line.len() { format!("{line}  ") } else { (*line).to_owned() }
            },
        )
        .collect();
    Answer::exact(fenced(sample, &spaced.join("\n")))
}

pub fn dedent(sample: &Sample) -> Option<Answer> {
    let text = each_line(sample, false, |line| without_base(sample, line));
    (!sample.scope.base_indent.is_empty()).then(|| Answer::exact(fenced(sample, &text)))?
}

pub fn dedent_strings_too(sample: &Sample) -> Option<Answer> {
    let base = sample.scope.base_indent.as_str();
    let whole = sample.new.lines().all(|line| line.is_empty() || line.starts_with(base));
    let text = each_line(sample, true, |line| without_base(sample, line));
    (!base.is_empty() && has_strings(sample) && whole).then(|| Answer::exact(fenced(sample, &text)))?
}

pub fn dedent_first_line(sample: &Sample) -> Option<Answer> {
    (!sample.scope.base_indent.is_empty()).then(|| Answer::exact(fenced(sample, sample.new.trim_start())))?
}

pub fn over_indent(sample: &Sample) -> Option<Answer> {
    Answer::exact(fenced(sample, &each_line(sample, false, |line| format!("    {line}"))))
}

pub fn over_indent_strings_too(sample: &Sample) -> Option<Answer> {
    let text = each_line(sample, true, |line| format!("    {line}"));
    has_strings(sample).then(|| Answer::exact(fenced(sample, &text)))?
}

/// The new text with whole steps of its own unit written as `unit`; lines that align otherwise would lose their columns.
fn in_unit(sample: &Sample, unit: &str, base: &str) -> Option<String> {
    let own = sample.scope.unit.text();
    let old_base = sample.scope.base_indent.as_str();
    let converted = |line: &str| {
        let blanks = leading_whitespace(line);
        let deeper = blanks.strip_prefix(old_base).unwrap_or_default();
        let steps = deeper.len() / own.len();
        format!("{base}{}{}{}", unit.repeat(steps), &deeper[steps * own.len()..], &line[blanks.len()..])
    };
    let even = sample.new.split('\n').zip(&sample.in_string).all(|(line, inside)| {
        let deeper = leading_whitespace(line).strip_prefix(old_base);
        *inside || line.trim().is_empty() || deeper.is_some_and(|deeper| deeper.len() % own.len() == 0)
    });
    let stepped = sample.new.lines().skip(1).any(|line| leading_whitespace(line).len() == old_base.len() + own.len());
    // In a few lines, one that happens to stand where an old one stood weighs more than its unit.
    let long = sample.new.lines().count() > 5;
    (even && stepped && long && own != unit).then(|| each_line(sample, false, converted))
}

fn based(sample: &Sample, unit: &str) -> String {
    unit.repeat(sample.scope.base_indent.len() / sample.scope.unit.text().len())
}

pub fn tabs(sample: &Sample) -> Option<Answer> {
    let text = in_unit(sample, "\t", &based(sample, "\t"))?;
    Answer::exact(fenced(sample, &text))
}

pub fn two_spaces(sample: &Sample) -> Option<Answer> {
    let text = in_unit(sample, "  ", &based(sample, "  "))?;
    Answer::exact(fenced(sample, &text))
}

pub fn eight_spaces(sample: &Sample) -> Option<Answer> {
    let text = in_unit(sample, "        ", &based(sample, "        "))?;
    Answer::exact(fenced(sample, &text))
}

pub fn dedent_two_spaces(sample: &Sample) -> Option<Answer> {
    let text = in_unit(sample, "  ", "")?;
    Answer::exact(fenced(sample, &text))
}

/// The first line of what encloses a method, and what closes it.
fn enclosing(sample: &Sample) -> Option<(String, &'static str)> {
    let owner = sample.scope.enclosing.last()?;
    let body = owner.body.clone()?;
    let header = sample.document.slice(owner.node.start..body.start).trim_end();
    let one_line = !header.contains('\n') && sample.definition.kind == DefinitionKind::Method;
    one_line.then(|| match sample.document.language().body {
        BodyForm::Braces => (format!("{header} {{"), "\n}"),
        BodyForm::Indented => (header.to_owned(), ""),
    })
}

pub fn wrapper(sample: &Sample) -> Option<Answer> {
    let (open, close) = enclosing(sample)?;
    Answer::exact(fenced(sample, &format!("{open}\n{}{close}", sample.new)))
}

pub fn wrapper_dedent(sample: &Sample) -> Option<Answer> {
    let (open, close) = enclosing(sample)?;
    let step = sample.scope.unit.text();
    let text = each_line(sample, false, |line| format!("{step}{}", without_base(sample, line)));
    (sample.scope.base_indent.len() > step.len())
        .then(|| Answer::exact(fenced(sample, &format!("{open}\n{text}{close}"))))?
}

/// The lines of a callable's new body, and the number of its first line; only where the rest of the scope stays as it was.
fn body(sample: &Sample) -> Option<(usize, String)> {
    let body = sample.new_body()?;
    let old_body = sample.definition.body.clone()?;
    let head = sample.document.slice(sample.scope.range.start..old_body.start);
    let same_head = sample.new.get(..body.start)?.trim_end() == head.trim_end();
    let inner = match sample.document.language().body {
        BodyForm::Braces => {
            sample.new.get(body.start + 1..body.end - 1)?.trim_start_matches([' ', '\t']).strip_prefix('\n')?
        }
        BodyForm::Indented => {
            let start = sample.new.get(..body.start)?.rfind('\n')? + 1;
            sample.new.get(start..)?
        }
    };
    let first = sample.new.len() - sample.new.get(body.start..)?.len();
    let line = sample.new.get(..first)?.matches('\n').count();
    let own_lines = sample.new.get(..body.start)?.rsplit('\n').next()?;
    let callable = sample.definition.kind.is_callable() && same_head && !inner.trim().is_empty();
    let own_lines = sample.document.language().body == BodyForm::Braces || own_lines.trim().is_empty();
    // A docstring that the body brings no more is kept, so its removal cannot be meant.
    let old = sample.document.slice(old_body);
    let same_start = old.lines().next().map(str::trim) == inner.trim().lines().next().map(str::trim);
    let own_lines = own_lines && (same_start || !old.trim_start().starts_with(['"', '\'', 'r']));
    // A function in the body would be taken for what was meant, if it had the name; one-liners are words.
    (callable && own_lines && inner.trim().lines().count() > 1).then(|| (line, inner.trim_end().to_owned()))
}

pub fn body_only(sample: &Sample) -> Option<Answer> {
    let (_, inner) = body(sample)?;
    Answer::exact(fenced(sample, &inner))
}

pub fn body_only_dedent(sample: &Sample) -> Option<Answer> {
    let (_, inner) = body(sample)?;
    let margin = leading_whitespace(&inner).to_owned();
    let plain = !has_strings(sample);
    let lines: Vec<&str> =
        inner.lines().map(|line| line.strip_prefix(margin.as_str()).unwrap_or(line.trim_start())).collect();
    plain.then(|| Answer::exact(fenced(sample, &lines.join("\n"))))?
}

pub fn body_only_braces(sample: &Sample) -> Option<Answer> {
    let (_, inner) = body(sample)?;
    let base = &sample.scope.base_indent;
    let braces = sample.document.language().body == BodyForm::Braces;
    braces.then(|| Answer::exact(fenced(sample, &format!("{{\n{inner}\n{base}}}"))))?
}

pub fn trivia_dropped(sample: &Sample) -> Option<Answer> {
    let trivia = sample.document.slice(sample.scope.range.start..sample.definition.node.start);
    let lines = trivia.matches('\n').count();
    let kept = sample.new.starts_with(trivia);
    let rest: Vec<&str> = sample.new.split('\n').skip(lines).collect();
    (lines > 0 && kept).then(|| Answer::exact(fenced(sample, &rest.join("\n"))))?
}
