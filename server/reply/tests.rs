//! Tests found in an answer, and what adding them would do to the file they go to. Refuses to change tests that are there.

use std::collections::BTreeSet;

use super::block::Block;
use super::decode::decode;
use super::reading::{Text, prose, texts};
use super::reindent::Place;
use super::unwrap::Old;
use super::{Candidate, Container, Reading, Readings, Unreadable};
use crate::syntax::{Definition, Document, TestPlace, identifiers, imported};
use crate::text::{Edit, Edits, IndentUnit, base_indent, detect_unit};

/// What tests were asked for.
#[derive(Debug, Clone, Copy)]
pub struct TestQuestion<'a> {
    /// The document whose code is tested.
    pub source: &'a Document,
    /// The document that the tests go to, with `\n` line ends: the same one, or that of a test file.
    pub target: &'a Document,
    /// Imports that tests of the source need there.
    pub imports: &'a [String],
    /// Imports of the framework; those that the tests use come along.
    pub framework_imports: &'a [&'static str],
    /// The lines around tests in a file that is still empty, where they cannot stand alone.
    pub group: Option<(&'a str, &'a str)>,
}

/// All readings of an answer that was asked for tests.
pub fn read_tests(answer: &str, question: &TestQuestion<'_>) -> Result<Vec<Readings>, Unreadable> {
    if answer.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let decoded = decode(answer, question.source.source()).ok_or(Unreadable::OnlyReasoning)?;
    let texts = texts(&decoded, Old { scope: "", file: question.source.source() }, question.target.language());
    let marked = texts.iter().any(|text| text.marked);
    let groups: Vec<Readings> = texts.iter().filter_map(|text| reading(question, text)).collect();
    match groups.is_empty() {
        false => Ok(groups),
        true if marked => Err(Unreadable::NoPlace),
        true => Err(Unreadable::Prose(prose(&decoded).trim().chars().take(200).collect())),
    }
}

fn reading(question: &TestQuestion<'_>, text: &Text) -> Option<Readings> {
    let fragment = Document::new(question.target.language(), &text.text, None);
    fragment.outline().definitions.iter().any(|definition| definition.is_test).then_some(())?;
    let candidate = whole_file(question, &fragment)
        .or_else(|| whole_module(question, &fragment))
        .unwrap_or_else(|| additions(question, &fragment));
    let Text { text, closed, marked, origin } = text.clone();
    Some(Readings { text, candidates: vec![candidate], closed, marked, origin })
}

/// A test file that is still to be written takes the answer as it is, if it is one.
fn whole_file(question: &TestQuestion<'_>, fragment: &Document) -> Option<Candidate> {
    let is_file = matches!(question.target.language().tests, TestPlace::File { .. })
        && question.target.source().trim().is_empty();
    let tested = |definition: &Definition| {
        question.source.outline().definitions.iter().any(|own| own.name == definition.name && !own.is_test)
    };
    let repeated = |definition: &Definition| !definition.is_test && tested(definition);
    let tops: Vec<&Definition> = fragment.outline().top_level_in(0..fragment.source().len()).collect();
    let needs_group = question.group.is_some() && tops.iter().all(|definition| definition.kind.is_callable());
    if !is_file || needs_group || tops.into_iter().any(repeated) {
        return None;
    }
    let imports = missing_imports(question, fragment, fragment);
    let text = match Edits::new(fragment.source(), Container::file(fragment).insert("", &imports)) {
        Ok(edits) => edits.apply(fragment.source()),
        Err(_) => return None,
    };
    let text = in_package(question, fragment, &text);
    let output = text.trim_matches('\n').trim_end().to_owned();
    let end = question.target.source().len();
    Some(Candidate { edits: vec![Edit::new(0..end, format!("{output}\n"))], output, reading: Reading::Definition })
        .filter(|_| end == 0)
}

/// The text of a new file with the line that says which package it belongs to: that of the tested file, or one that goes on
/// from it.
fn in_package(question: &TestQuestion<'_>, fragment: &Document, text: &str) -> String {
    let outline = question.source.outline();
    let Some(package) = outline.package.clone().map(|range| question.source.slice(range)) else {
        return text.to_owned();
    };
    match fragment.outline().package.clone().map(|range| fragment.slice(range)) {
        Some(own) if own.starts_with(package) => text.to_owned(),
        Some(own) => text.replacen(own, package, 1),
        None => format!("{package}\n\n{}", text.trim_start_matches('\n')),
    }
}

/// A test module, where the file has none yet, comes as it is.
fn whole_module(question: &TestQuestion<'_>, fragment: &Document) -> Option<Candidate> {
    let none_yet = question.target.outline().test_modules.is_empty()
        && matches!(question.target.language().tests, TestPlace::Module { .. });
    let (node, _) = fragment.outline().test_modules.first().filter(|_| none_yet)?;
    let module = fragment.outline().definitions.iter().find(|definition| definition.node == *node)?;
    let text = at_margin(fragment, module);
    Some(Candidate {
        edits: Container::file(question.target).insert(&text, &[]),
        output: text,
        reading: Reading::Definition,
    })
}

/// The answer's new tests and their helpers, after those that are there.
fn additions(question: &TestQuestion<'_>, fragment: &Document) -> Candidate {
    let within = fragment.outline().test_modules.first().map_or(0..fragment.source().len(), |(_, body)| body.clone());
    let container = Container::tests_of(question.source, question.target);
    let there = container.range();
    let own = question.target.outline().definitions.iter();
    let taken: BTreeSet<&str> = own
        .filter(|definition| there.start <= definition.node.start && definition.node.end <= there.end)
        .map(|definition| definition.name.as_str())
        .collect();
    let tested: BTreeSet<&str> = question
        .source
        .outline()
        .definitions
        .iter()
        .filter(|definition| !definition.is_test)
        .map(|definition| definition.name.as_str())
        .collect();
    let language = question.target.language();
    let is_new = |definition: &&Definition| {
        let name = definition.name.as_str();
        let repeats = taken.contains(name) || (!definition.is_test && tested.contains(name));
        !repeats && !language.demonstrations.contains(&name)
    };
    let (new, known): (Vec<&Definition>, Vec<&Definition>) = fragment.outline().top_level_in(within).partition(is_new);
    let joined: Vec<(Edit, Vec<&Definition>)> =
        known.into_iter().filter_map(|group| joined(question, fragment, group)).collect();
    let beside = new
        .iter()
        .map(|definition| at_margin(fragment, definition))
        .collect::<Vec<_>>()
        .join(&"\n".repeat(language.blank_lines + 1));
    let output = std::iter::once(beside.clone())
        .chain(joined.iter().map(|(edit, _)| edit.new.trim_matches('\n').to_owned()))
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n");
    if new.is_empty() && joined.is_empty() {
        return Candidate { edits: Vec::new(), output, reading: Reading::Definition };
    }
    let added = new.iter().chain(joined.iter().flat_map(|(_, tests)| tests));
    let used: BTreeSet<&str> = added.flat_map(|definition| identifiers(fragment, definition.whole.clone())).collect();
    let target = question.target;
    let known: BTreeSet<&str> =
        target.outline().imports.iter().flat_map(|range| identifiers(target, range.clone())).collect();
    let own = fragment.outline().imports.iter().filter(|range| {
        let what = imported(fragment, (*range).clone());
        let is_wanted = |name: &&str| used.contains(name) && !known.contains(name);
        what.everything
            || fragment.slice((*range).clone()).contains('*')
            || what.names.iter().any(|name| is_wanted(&&**name))
    });
    let own = own.map(|range| fragment.slice(range.clone()).trim().to_owned());
    let imports: Vec<String> = own.chain(missing_imports(question, question.target, fragment)).collect();
    let is_bare = joined.is_empty() && new.iter().all(|definition| definition.kind.is_callable());
    let group = question.group.filter(|_| is_bare && question.target.source().trim().is_empty());
    let (beside, output) = match group {
        Some((open, close)) => (grouped(open, &beside, close), grouped(open, &output, close)),
        None => (beside, output),
    };
    let inserted = container.insert(&beside, &imports);
    let edits = inserted.into_iter().chain(joined.into_iter().map(|(edit, _)| edit)).collect();
    Candidate { edits, output, reading: Reading::Definition }
}

/// The new tests of a group that is there already, after those that it holds: the insertion, and what it brings.
fn joined<'f>(
    question: &TestQuestion<'_>,
    fragment: &'f Document,
    group: &'f Definition,
) -> Option<(Edit, Vec<&'f Definition>)> {
    let outline = question.target.outline();
    let there = outline.definitions.iter().find(|there| there.is_test && there.is_same_as(group))?;
    let own: Vec<&Definition> = outline.top_level_in(there.body.clone()?).collect();
    let last = own.last()?;
    let new: Vec<&Definition> = fragment
        .outline()
        .top_level_in(group.body.clone()?)
        .filter(|test| !own.iter().any(|own| own.name == test.name))
        .collect();
    let source = question.target.source();
    let base = base_indent(source, last.outer.start);
    let unit = detect_unit(source).unwrap_or(IndentUnit::Spaces(4));
    let text: String = new
        .iter()
        .filter_map(|test| {
            let block = Block::of(fragment, test.whole.start..test.outer.end);
            block.variants(&Place { base, unit, starts_line: true, least: None, old: Vec::new() }).into_iter().next()
        })
        .map(|text| format!("\n\n{text}"))
        .collect();
    let end = last.outer.end;
    let at = source.get(end..there.node.end)?.find('\n').map(|length| end + length)?;
    (!text.is_empty()).then(|| (Edit::new(at..at, text), new))
}

/// Tests within the lines that a group opens and closes with, a step deeper.
fn grouped(open: &str, tests: &str, close: &str) -> String {
    let step = crate::text::detect_unit(tests).unwrap_or(IndentUnit::Spaces(4)).text();
    let inner: String =
        tests.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{step}{line}\n") }).collect();
    format!("{open}{inner}{close}").trim_end().to_owned()
}

/// The imports that tests need and neither the file they go to nor the answer has.
fn missing_imports(question: &TestQuestion<'_>, file: &Document, fragment: &Document) -> Vec<String> {
    let had = |document: &'_ Document| -> Vec<String> {
        document.outline().imports.iter().map(|range| document.slice(range.clone()).to_owned()).collect()
    };
    let had: Vec<String> = had(file).into_iter().chain(had(fragment)).collect();
    let known: BTreeSet<&str> = [file, fragment]
        .iter()
        .flat_map(|document| {
            document.outline().imports.iter().flat_map(|range| imported(document, range.clone()).names)
        })
        .collect();
    let used = identifiers(fragment, 0..fragment.source().len());
    let is_missing = |text: &&String| {
        let everything_there = text.rsplit_once('.').map(|(path, _)| format!("{path}.*"));
        let names = brought_by(file, text);
        let is_covered = everything_there.is_some_and(|path| had.iter().any(|had| had.contains(&path)));
        !is_covered && names.last().is_some_and(|name| !known.contains(name.as_str()))
    };
    let framework = question.framework_imports.iter().map(|import| (*import).to_owned());
    let needed = framework.filter(|text| brought_by(file, text).iter().any(|name| used.contains(name.as_str())));
    question.imports.iter().cloned().chain(needed).filter(|text| is_missing(&text)).collect()
}

/// The names that an import brings, in the order of the text.
fn brought_by(like: &Document, import: &str) -> Vec<String> {
    let language = like.language();
    let statement = language.import_list.map_or(import.to_owned(), |list| list.single.replace("{import}", import));
    let document = Document::new(language, &statement, None);
    let mut names: Vec<&str> = imported(&document, 0..statement.len()).names.into_iter().collect();
    names.sort_by_key(|name| statement.rfind(name));
    names.into_iter().map(str::to_owned).collect()
}

/// A definition's text with its own indentation taken off.
fn at_margin(fragment: &Document, definition: &Definition) -> String {
    let block = Block::of(fragment, definition.whole.start..definition.outer.end);
    let unit = detect_unit(fragment.source()).unwrap_or(IndentUnit::Spaces(4));
    block
        .variants(&Place { base: "", unit, starts_line: true, least: None, old: Vec::new() })
        .into_iter()
        .next()
        .unwrap_or_default()
}
