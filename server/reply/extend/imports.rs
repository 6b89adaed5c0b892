//! Where imports go in a container, and which of them it lacks. Refuses to sort or merge the statements that are there.

use std::ops::Range;

use super::{Container, Place};
use crate::text::base_indent;

impl<'a> Container<'a> {
    /// Of these imports those that the container lacks, once each.
    pub(super) fn missing(&self, imports: &[String]) -> Vec<String> {
        let present: Vec<&str> = match &self.place {
            Place::NewModule(open, _) => open.lines().map(str::trim).collect(),
            _ => self.own_imports().map(|range| self.document.slice(range.clone())).collect(),
        };
        let mut missing: Vec<String> = Vec::new();
        for import in imports.iter().map(|import| import.trim()).filter(|import| !import.is_empty()) {
            let had: Vec<&str> = present.iter().copied().chain(missing.iter().map(String::as_str)).collect();
            missing.extend(lacking(&had, import));
        }
        missing
    }

    /// Imports that hold for the whole container: not those of a function or a nested module.
    fn own_imports(&self) -> impl Iterator<Item = &'a Range<usize>> {
        let inside = self.inside();
        let outline = self.document.outline();
        outline.imports.iter().filter(move |import| {
            inside.start <= import.start
                && import.end <= inside.end
                && !outline.definitions.iter().any(|definition| {
                    inside.start <= definition.node.start
                        && definition.node.end <= inside.end
                        && definition.node.start <= import.start
                        && import.end <= definition.node.end
                })
        })
    }

    /// Where missing imports go, with their text.
    pub(super) fn import_text(&self, missing: &[String], indent: &str) -> (usize, String) {
        let source = self.document.source();
        let inside = self.inside();
        let first_definition = self.definitions().first().map_or(inside.end, |definition| definition.whole.start);
        let last = self
            .own_imports()
            .filter(|import| import.start < first_definition)
            // In a file, one that is indented holds under a condition only.
            .filter(|import| matches!(self.place, Place::Module(_)) || base_indent(source, import.start).is_empty())
            .last();
        let lines: String = missing.iter().map(|import| format!("\n{indent}{import}")).collect();
        if let Some(import) = last {
            return (self.line_end(import.end), lines);
        }
        let (at, blank_before) = self.head_end();
        let rest = source.get(at..inside.end).unwrap_or_default();
        let text = match (at == inside.start, &self.place) {
            // The first line of a file: the import takes the place of what stood there.
            (true, Place::File) => {
                let before_definition = self.definitions().first().is_some_and(|first| first.whole.start == at);
                let blank_lines = if before_definition { self.document.language().blank_lines } else { 1 };
                format!("{}{}", lines.trim_start_matches('\n'), "\n".repeat(blank_lines + 1))
            }
            _ if blank_before => format!("\n{lines}"),
            _ => lines,
        };
        let follows = rest.trim_start_matches([' ', '\t']).starts_with("\n\n") || rest.trim().is_empty();
        match at == inside.start && self.place == Place::File {
            true if rest.trim().is_empty() => (at, text.trim_end().to_owned()),
            true => (at, text),
            false if follows => (at, text),
            false => (at, text + "\n"),
        }
    }

    /// Where a container without imports has room for them: after leading comments, what documents it, and what must stay
    /// first. With it, whether a blank line belongs before.
    fn head_end(&self) -> (usize, bool) {
        let inside = self.inside();
        let outline = self.document.outline();
        let heads = || outline.docstrings.iter().chain(&outline.comments).chain(&outline.preamble);
        let first = self.definitions().first().map_or(inside.end, |definition| definition.whole.start);
        let mut end = inside.start;
        loop {
            let rest = self.document.slice(end..inside.end);
            let at = end + (rest.len() - rest.trim_start().len());
            // A comment that belongs to the first definition stays with it.
            match heads().find(|head| head.start == at && at < first) {
                Some(head) => end = self.line_end(at + self.document.slice(head.clone()).trim_end().len()),
                None => return (end, end > inside.start),
            }
        }
    }
}

/// What of an import none of those that are there brings in; nothing where nothing is left.
fn lacking(present: &[&str], wanted: &str) -> Option<String> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let present: Vec<String> = present.iter().map(|import| squeezed(import)).collect();
    let wanted = squeezed(wanted);
    // `from a import b, c` is the one form in which the names can be told from the path without a grammar.
    let Some((path, names)) = wanted.split_once(" import ") else {
        return (!present.contains(&wanted)).then_some(wanted);
    };
    let list = |text: &str| -> Vec<String> {
        let names = text.trim_matches(['(', ')', ' ']).split(',').map(|name| name.trim().to_owned());
        names.filter(|name| !name.is_empty()).collect()
    };
    let had: Vec<String> = present
        .iter()
        .filter_map(|import| import.split_once(" import ").filter(|(had, _)| *had == path))
        .flat_map(|(_, names)| list(names))
        .collect();
    let rest: Vec<String> = list(names).into_iter().filter(|name| !had.contains(name)).collect();
    (!rest.is_empty()).then(|| format!("{path} import {}", rest.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_the_names_that_are_not_imported_yet() {
        for had in ["from m import a, b", "from m import (\n    a,\n    b,\n)", "from  m import b"] {
            assert_eq!(lacking(&[had], "from m import b"), None, "{had}");
        }
        assert_eq!(lacking(&["from m import a"], "from m import a, b, c").as_deref(), Some("from m import b, c"));
        assert_eq!(lacking(&["from m import ab"], "from m import b").as_deref(), Some("from m import b"));
        assert_eq!(lacking(&["from n import b"], "from m import b").as_deref(), Some("from m import b"));
        assert_eq!(lacking(&["use std::fmt::Display;"], "use std::fmt;").as_deref(), Some("use std::fmt;"));
        assert_eq!(lacking(&["import a"], "import  a"), None);
    }
}
