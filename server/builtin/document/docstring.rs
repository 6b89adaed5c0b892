//! Documentation as the first statement of a body: where it goes, and what one that is there lacks. Refuses to touch its lines.

mod section;

use self::section::{Entry, Section, section_lines, sections};
use super::Writer;
use crate::builtin::style::style_of;
use crate::builtin::summary::summary;
use crate::config::DocstringStyle;
use crate::syntax::{Definition, Signature};
use crate::text::{Edit, base_indent, leading_whitespace};

/// A whole docstring for a definition without one; nothing where its body cannot be found.
pub(super) fn fresh(writer: &Writer<'_>, definition: &Definition, signature: &Signature) -> Option<Edit> {
    let source = writer.document.source();
    let header_end = signature.header_end?;
    let body = definition.body.clone().filter(|body| !body.is_empty())?;
    let gap = source.get(header_end..body.start)?;
    let lines = docstring(writer, definition, signature);
    if !gap.contains('\n') {
        let indent = base_indent(source, definition.node.start).to_owned() + &writer.scope.unit.text();
        let text = format!("\n{}\n{indent}", indented(&lines, &indent));
        return Some(Edit::new(header_end..body.start, text));
    }
    let line_end = header_end + gap.find('\n')?;
    let rest = source.get(header_end..line_end)?.trim();
    // A header may go on behind a backslash: then the body does not start on a line of its own.
    if !(rest.is_empty() || rest.starts_with(writer.document.language().line_comment)) {
        return None;
    }
    let text = indented(&lines, base_indent(source, body.start));
    // A class's members stand apart from what documents it.
    let is_apart =
        !definition.kind.has_methods() || source.get(line_end..).is_some_and(|rest| rest.starts_with("\n\n"));
    let gap = if is_apart { "" } else { "\n" };
    Some(Edit::new(line_end..line_end, format!("\n{text}{gap}")))
}

/// What a docstring lacks, as whole lines between its own; nothing where its quotes do not close on a line of their own.
pub(super) fn missing(writer: &Writer<'_>, definition: &Definition, signature: &Signature) -> Vec<Edit> {
    let [range] = signature.documentation.as_slice() else {
        return Vec::new();
    };
    let text = writer.document.slice(range.clone());
    let style = style_of(text).unwrap_or(writer.style);
    let indent = base_indent(writer.document.source(), range.start);
    let Some(closing) = text.rfind('\n').filter(|at| {
        let last = text.get(at + 1..).unwrap_or_default();
        matches!(last.trim(), "\"\"\"" | "'''")
    }) else {
        return Vec::new();
    };
    let lines: Vec<&str> = text.get(..closing).unwrap_or_default().split('\n').collect();
    let unit = writer.scope.unit.text();
    let mut insertions: Vec<(usize, Vec<String>)> = Vec::new();
    let mut appended: Vec<String> = Vec::new();
    for (section, mut entries) in sections(definition, signature) {
        entries.retain(|entry| !mentions(text, section, entry));
        if entries.is_empty() {
            continue;
        }
        let body = section_lines(style, section, &entries, &unit);
        if let Some(after) = section_end(&lines, style, section) {
            insertions.push((after, body.into_iter().skip(title_height(style)).collect()));
        } else {
            if appended.is_empty() && stands_apart(&lines, style) || !appended.is_empty() && title_height(style) > 0 {
                appended.push(String::new());
            }
            appended.extend(body);
        }
    }
    let last = lines.len() - 1;
    match insertions.iter_mut().find(|(line, _)| *line == last) {
        Some((_, inside)) => inside.append(&mut appended),
        None if appended.is_empty() => {}
        None => insertions.push((last, appended)),
    }
    insertions
        .into_iter()
        .map(|(line, new)| {
            let at = range.start + lines.iter().take(line + 1).map(|line| line.len() + 1).sum::<usize>() - 1;
            Edit::new(at..at, format!("\n{}", indented(&new, indent)))
        })
        .collect()
}

fn docstring(writer: &Writer<'_>, definition: &Definition, signature: &Signature) -> Vec<String> {
    let sentence = summary(writer.document.language(), definition, signature);
    let sections = sections(definition, signature);
    if sections.is_empty() {
        return vec![format!("\"\"\"{sentence}\"\"\"")];
    }
    let mut lines = vec![format!("\"\"\"{sentence}")];
    for (index, (section, entries)) in sections.into_iter().enumerate() {
        // Fields stand together, sections apart.
        if index == 0 || writer.style != DocstringStyle::Sphinx {
            lines.push(String::new());
        }
        lines.extend(section_lines(writer.style, section, &entries, &writer.scope.unit.text()));
    }
    lines.push("\"\"\"".to_owned());
    lines
}

/// How many lines of a section stand before its entries.
fn title_height(style: DocstringStyle) -> usize {
    match style {
        DocstringStyle::Numpy => 2,
        DocstringStyle::Sphinx => 0,
        DocstringStyle::Google | DocstringStyle::Auto => 1,
    }
}

/// The last line of a section that is there.
fn section_end(lines: &[&str], style: DocstringStyle, section: Section) -> Option<usize> {
    let titles = section.titles(style);
    let is_rule = |line: Option<&&str>| {
        line.is_some_and(|line| line.trim().len() >= 3 && line.trim().bytes().all(|byte| byte == b'-'))
    };
    let depth = |line: &str| leading_whitespace(line).len();
    if style == DocstringStyle::Sphinx {
        let last = lines.iter().rposition(|line| titles.iter().any(|title| line.trim_start().starts_with(title)))?;
        let own = depth(lines.get(last)?);
        let more = lines.iter().skip(last + 1).take_while(|line| !line.trim().is_empty() && depth(line) > own);
        return Some(last + more.count());
    }
    let title = lines.iter().enumerate().position(|(index, line)| match style {
        DocstringStyle::Numpy => titles.contains(&line.trim()) && is_rule(lines.get(index + 1)),
        _ => line.trim().strip_suffix(':').is_some_and(|title| titles.contains(&title)),
    })?;
    let own = depth(lines.get(title)?);
    let first = title + title_height(style);
    let inside = lines.iter().enumerate().skip(first).take_while(|(index, line)| match style {
        DocstringStyle::Numpy => !line.trim().is_empty() && !is_rule(lines.get(index + 1)),
        _ => !line.trim().is_empty() && depth(line) > own,
    });
    Some(inside.last().map_or(first - 1, |(index, _)| index))
}

/// Whether a new section needs a blank line between itself and the last line of a docstring.
fn stands_apart(lines: &[&str], style: DocstringStyle) -> bool {
    let last = lines.last().map(|line| line.trim()).unwrap_or_default();
    let goes_on = style == DocstringStyle::Sphinx && last.starts_with(':');
    !(last.is_empty() || goes_on)
}

/// Whether a docstring speaks of an entry already, in whatever words.
fn mentions(text: &str, section: Section, entry: &Entry) -> bool {
    let has_word = |wanted: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == wanted);
    match section {
        Section::Returns => text.to_lowercase().contains("return"),
        Section::Yields => {
            ["yield", "return", "iterat", "generat"].iter().any(|word| text.to_lowercase().contains(word))
        }
        _ => has_word(entry.name.trim_start_matches('*').rsplit('.').next().unwrap_or_default()),
    }
}

fn indented(lines: &[String], indent: &str) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect();
    lines.join("\n")
}
