//! Where the members stand in a text that has imports, functions or types of a file's top beside them. Refuses to take a part for one
//! of the top that defines what is looked for, or that could be a member as well.

use std::ops::Range;

use super::is_sound;
use crate::syntax::{Definition, DefinitionKind, Document, Language};
use crate::text::leading_whitespace;

/// The bytes of a text that go into what is around a member; before and behind them stand parts of a file's top.
pub(super) fn members_of(fragment: &Document, target: &Definition) -> Range<usize> {
    let source = fragment.source();
    let parts = parts(source);
    let is_top = |part: &Range<usize>| is_top(fragment.language(), &source[part.clone()], target);
    let first = parts.iter().position(|part| !is_top(part)).unwrap_or_default();
    let last = parts.iter().rposition(|part| !is_top(part)).unwrap_or_default();
    match (parts.get(first), parts.get(last)) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..source.len(),
    }
}

/// Whether a part is an import, or defines something that is no member, for the top of a file.
fn is_top(language: &'static Language, part: &str, target: &Definition) -> bool {
    let document = Document::new(language, part, None);
    let outline = document.outline();
    let could_be_member = |own: &Definition| {
        own.name == target.name
            || matches!(own.kind, DefinitionKind::Variable | DefinitionKind::Field | DefinitionKind::Method)
    };
    let has_any = !outline.definitions.is_empty() || !outline.imports.is_empty();
    has_any && is_sound(&document) && !outline.definitions.iter().any(could_be_member)
}

/// Stretches between blank lines that end where the text is as shallow as at its start; what closes a bracket goes on.
fn parts(text: &str) -> Vec<Range<usize>> {
    let margin = text.lines().filter(|line| !line.trim().is_empty()).map(|line| leading_whitespace(line).len()).min();
    let mut found: Vec<Range<usize>> = Vec::new();
    let (mut at, mut below_blank) = (0, true);
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let starts = Some(leading_whitespace(line).len()) == margin && !line.trim_start().starts_with([')', ']', '}']);
        match found.last_mut().filter(|_| !below_blank || !starts || line.trim().is_empty()) {
            Some(last) => last.end = range.end,
            None => found.push(range),
        }
        below_blank = line.trim().is_empty();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_members_between_imports_and_functions() {
        let language = Language::by_id("typescript").unwrap();
        let members = "get(): number {\n  a();\n\n  return b();\n}\n\nset(): void {\n}\n\n";
        let target = Document::new(language, &format!("class A {{\n{members}}}"), None);
        let target = target.outline().definitions.iter().find(|own| own.name == "get").unwrap().clone();
        for (before, behind) in [
            ("import a from \"a\";\n\n", ""),
            ("", "function b() {\n  return 1;\n}\n"),
            ("import a from \"a\";\n\nfunction b() {}\n\n", "interface C {\n}\n"),
        ] {
            let text = format!("{before}{members}{behind}");
            let found = members_of(&Document::new(language, &text, None), &target);
            assert_eq!(&text[found], members, "{text}");
        }
        let field = "get = () => 1;\n";
        assert_eq!(members_of(&Document::new(language, field, None), &target), 0..field.len());
    }
}
