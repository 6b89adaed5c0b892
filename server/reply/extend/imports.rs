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
    pub(super) fn import_texts(&self, missing: &[String], indent: &str) -> Vec<(usize, String)> {
        let language = self.document.language();
        let present = self.first_imports();
        if language.imports_sorted && !present.is_empty() {
            let mut missing: Vec<&String> = missing.iter().collect();
            missing.sort_by_key(|import| key(import));
            return missing.into_iter().map(|import| self.sorted_text(&present, import)).collect();
        }
        let mut missing = missing.to_vec();
        if language.imports_sorted {
            missing.sort_by(|one, other| key(one).cmp(key(other)));
        }
        let statements = match (language.import_list, missing.as_slice()) {
            (Some(list), [import]) => vec![list.single.replace("{import}", import)],
            (Some(list), _) => {
                let entries = missing.iter().map(|import| format!("{}{import}", self.unit.text()));
                let open = std::iter::once(list.open.to_owned());
                open.chain(entries).chain(std::iter::once(list.close.to_owned())).collect()
            }
            (None, _) => missing,
        };
        vec![self.import_text(&statements, indent)]
    }

    /// The imports that stand before the first definition.
    fn first_imports(&self) -> Vec<&'a Range<usize>> {
        let first = self.definitions().first().map_or(self.inside().end, |definition| definition.whole.start);
        let imports = self.document.outline().imports.iter();
        imports.filter(|import| self.inside().start <= import.start && import.start < first).collect()
    }

    /// The place of one import among those that are there: beside the one that shares most of its path, in order where the
    /// lines around that one are in order.
    fn sorted_text(&self, present: &[&Range<usize>], import: &str) -> (usize, String) {
        let source = self.document.source();
        let text = |range: &Range<usize>| self.document.slice(range.clone());
        let alike = |range: &Range<usize>| shared_parts(text(range), import);
        // The first of equals.
        let nearest = present.iter().enumerate().rev().max_by_key(|(_, range)| alike(range)).map_or(0, |(at, _)| at);
        let joined = |at: usize| match (present.get(at), present.get(at + 1)) {
            (Some(one), Some(next)) => {
                let between = source.get(one.end..next.start).unwrap_or_default();
                between.matches('\n').count() == 1 && !between.contains(['(', ')'])
            }
            _ => false,
        };
        let start = (0..nearest).rev().take_while(|at| joined(*at)).last().unwrap_or(nearest);
        let end = (nearest..present.len()).take_while(|at| joined(*at)).last().map_or(nearest, |at| at + 1);
        let block = present.get(start..=end).unwrap_or_default();
        let is_sorted = block.is_sorted_by_key(|range| key(text(range)));
        let before = block.iter().take_while(|range| !is_sorted || key(text(range)) <= key(import)).last();
        let first = block.first().map_or(0..0, |range| (*range).clone());
        let neighbour = before.map_or(first, |range| (*range).clone());
        let line_start = self.document.line_start(neighbour.start);
        let groups = &self.document.outline().import_groups;
        let group = groups.iter().find(|group| group.start <= neighbour.start && neighbour.end <= group.end);
        let single = || match self.document.language().import_list {
            Some(list) => list.single.replace("{import}", import),
            None => import.to_owned(),
        };
        match group {
            // Entries on the line of the brackets leave no line for another.
            Some(group) if line_start <= group.start || group.end <= self.line_end(neighbour.end) => {
                (self.line_end(group.end), format!("\n{}", single()))
            }
            Some(_) => {
                let indent = base_indent(source, neighbour.start);
                match before {
                    Some(_) => (self.line_end(neighbour.end), format!("\n{indent}{import}")),
                    None => (line_start, format!("{indent}{import}\n")),
                }
            }
            None if before.is_some() => (self.line_end(neighbour.end), format!("\n{}", single())),
            None => (line_start, format!("{}\n", single())),
        }
    }

    /// Where these import statements go, one below the other, with their text.
    fn import_text(&self, missing: &[String], indent: &str) -> (usize, String) {
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

/// How alike two imports are: how many parts of their paths agree from the start, and whether both start at a host's name.
fn shared_parts(one: &str, other: &str) -> (usize, bool) {
    let parts = |text: &str| -> Vec<String> {
        key(text).split(['/', '.', ' ', '"']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let shared = parts(one).iter().zip(&parts(other)).take_while(|(a, b)| a == b).count();
    let is_hosted = |text: &str| key(text).split('/').next().is_some_and(|first| first.contains('.'));
    (shared, is_hosted(one) == is_hosted(other))
}

/// What imports are ordered by: the path in quotes where there is one, else the statement.
fn key(import: &str) -> &str {
    let quoted = import.find(['"', '`']).and_then(|at| import.get(at..));
    quoted.unwrap_or(import).trim_end_matches(';')
}

/// What of an import none of those that are there brings in; nothing where nothing is left.
fn lacking(present: &[&str], wanted: &str) -> Option<String> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let present: Vec<String> = present.iter().map(|import| squeezed(import)).collect();
    let wanted = squeezed(wanted);
    if let Some(list) = NameList::of(&wanted) {
        return list.without(&present);
    }
    // `from a import b, c` is the other form in which the names can be told from the path without a grammar.
    let Some((path, names)) = wanted.split_once(" import ") else {
        return (!present.contains(&wanted) && !brought_in(&present, &wanted)).then_some(wanted);
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

/// An import whose names stand in braces: `use a::{b, c};`, `import d, { b } from 'a'`.
struct NameList<'a> {
    before: &'a str,
    names: Vec<&'a str>,
    after: &'a str,
}

impl<'a> NameList<'a> {
    /// The parts of such an import; nothing for one without braces or with braces in them.
    fn of(import: &'a str) -> Option<NameList<'a>> {
        let (before, rest) = import.split_once('{')?;
        let (inner, after) = rest.split_once('}')?;
        let names = inner.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        (!inner.contains('{') && !after.contains('{')).then_some(NameList { before: before.trim(), names, after })
    }

    /// What is left of it where those that are there bring the rest.
    fn without(&self, present: &[String]) -> Option<String> {
        let source = quoted(self.after);
        let same = |import: &&String| match source {
            Some(source) => quoted(import) == Some(source),
            None => NameList::of(import).is_some_and(|own| own.before == self.before && own.after == self.after),
        };
        let present: Vec<&String> = present.iter().filter(same).collect();
        let had: Vec<&str> =
            present.iter().filter_map(|import| NameList::of(import)).flat_map(|list| list.names).collect();
        let names: Vec<&str> = self.names.iter().copied().filter(|name| !had.contains(name)).collect();
        // A name before the braces, which the rest can do without.
        let own = self.before.strip_suffix(',').and_then(|before| before.rsplit_once(' '));
        let before = match own {
            Some((rest, name)) if present.iter().any(|import| words(import).any(|word| word == name)) => rest,
            _ => self.before,
        };
        match (names.is_empty(), before.strip_suffix(',')) {
            (true, None) => None,
            (true, Some(alone)) => Some(format!("{alone}{}", self.after)),
            (false, _) => Some(self.text(before, &names)),
        }
    }

    fn text(&self, before: &str, names: &[&str]) -> String {
        match quoted(self.after) {
            Some(_) => format!("{before} {{ {} }}{}", names.join(", "), self.after),
            None => format!("{before}{{{}}}{}", names.join(", "), self.after),
        }
    }
}

/// Whether another import of the same quoted source brings all the names of `wanted`.
fn brought_in(present: &[String], wanted: &str) -> bool {
    let Some(source) = quoted(wanted) else { return false };
    let names: Vec<&str> = words(wanted.split(['"', '\'']).next().unwrap_or_default()).collect();
    let same = present.iter().filter(|import| quoted(import) == Some(source));
    same.into_iter().any(|import| names.iter().all(|name| words(import).any(|word| word == *name)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '*')).filter(|word| !word.is_empty())
}

/// The text of the first string in quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let rest = text.get(start + 1..)?;
    rest.split(['"', '\'']).next().filter(|inner| inner.len() < rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_in_braces_one_by_one() {
        let react = "import React, { useState } from 'react';";
        for (had, wanted, rest) in [
            (react, "import { useState, useMemo } from \"react\"", Some("import { useMemo } from \"react\"")),
            (react, "import React, { useMemo } from 'react';", Some("import { useMemo } from 'react';")),
            (react, "import React from 'react';", None),
            ("import { a } from 'm'", "import b, { a } from 'm'", Some("import b from 'm'")),
            ("import { a } from 'm'", "import { a } from 'n'", Some("import { a } from 'n'")),
            ("const { a } = require('m');", "const { a, b } = require('m');", Some("const { b } = require('m');")),
            ("use a::{b};", "use a::{b, c};", Some("use a::{c};")),
            ("use a::{b};", "use d::{b};", Some("use d::{b};")),
            ("use a::{b};", "use a::{b::{c}, d};", Some("use a::{b::{c}, d};")),
        ] {
            assert_eq!(lacking(&[had], wanted).as_deref(), rest, "{wanted}");
        }
    }

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
