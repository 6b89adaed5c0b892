//! What a model should know of the rest of the file: imports, what encloses the scope, what the scope names. Refuses whole bodies.

use std::collections::BTreeSet;

use super::estimated_tokens;
use crate::syntax::{Definition, DefinitionKind, Document, Scope, identifiers};

/// A definition no longer than this is shown whole, a longer one by its signature.
const WHOLE_BYTES: usize = 600;
/// A definition of another file no longer than this is shown whole.
const SHORT_BYTES: usize = 160;

/// The file's import statements, one a line.
pub(super) fn imports(document: &Document) -> String {
    let outline = document.outline();
    let lines: Vec<&str> = outline.imports.iter().map(|range| document.slice(range.clone()).trim_end()).collect();
    lines.join("\n")
}

/// The headers of the definitions around the scope, outermost first.
pub(super) fn enclosing(document: &Document, scope: &Scope) -> String {
    let headers = scope.enclosing.iter().enumerate().map(|(depth, definition)| {
        // Statements are shown with all of what encloses them: they make no sense without.
        let whole =
            scope.definitions().is_empty() && depth + 1 == scope.enclosing.len() && definition.kind.is_callable();
        match whole {
            true => document.slice(definition.whole.clone()).to_owned(),
            false => signature(document, definition),
        }
    });
    headers.collect::<Vec<_>>().join("\n")
}

/// Types and signatures of this file that the scope mentions, up to `budget` estimated tokens.
pub(super) fn named_definitions(document: &Document, scope: &Scope, budget: u64) -> String {
    let names = identifiers(document, scope.range.clone());
    let is_named = |definition: &&Definition| {
        let outside = definition.node.end <= scope.range.start || definition.node.start >= scope.range.end;
        let own = scope.enclosing.iter().any(|around| around.node == definition.node);
        outside && !own && !definition.is_test && names.contains(bare_name(definition))
    };
    let shown = |definition: &Definition| summary(document, definition);
    within(budget, document.outline().definitions.iter().filter(is_named).map(shown))
}

/// The name that code mentions.
fn bare_name(definition: &Definition) -> &str {
    let name = definition.name.rsplit(" for ").next().unwrap_or(&definition.name);
    name.split(['<', ' ']).next().unwrap_or(name)
}

/// What is shown of a definition that is mentioned elsewhere.
fn summary(document: &Document, definition: &Definition) -> String {
    let is_long = definition.kind.has_methods() && definition.node.len() > WHOLE_BYTES;
    match definition.kind.is_callable() || is_long {
        true => signature(document, definition),
        false => first_lines(document.slice(definition.node.clone())),
    }
}

fn signature(document: &Document, definition: &Definition) -> String {
    document.slice(definition.header()).trim_end().to_owned()
}

/// As many lines as fit. Half of one might hold half a secret, which nobody would know for what it is.
fn first_lines(text: &str) -> String {
    let mut room = WHOLE_BYTES;
    let fits = |line: &&str| {
        let fits = line.len() <= room;
        room -= if fits { line.len() } else { 0 };
        fits
    };
    text.split_inclusive('\n').take_while(fits).collect()
}

/// What a file declares at its top and within its types, by signatures, up to `budget` estimated tokens. It says the same wherever in
/// the project somebody types.
pub fn declarations(document: &Document, budget: u64) -> String {
    let is_declared = |definition: &&Definition| !definition.is_test && definition.kind != DefinitionKind::Module;
    let shown = |definition: &Definition| {
        let is_short = definition.node.len() <= SHORT_BYTES && !definition.kind.has_methods();
        match is_short {
            true => document.slice(definition.node.clone()).to_owned(),
            false => signature(document, definition),
        }
    };
    within(budget, document.outline().definitions.iter().filter(is_declared).map(shown))
}

/// The texts, one below the other, up to the first that does not fit into `budget` estimated tokens.
fn within(budget: u64, texts: impl Iterator<Item = String>) -> String {
    let mut left = budget;
    let mut parts = Vec::new();
    for text in texts.filter(|text| !text.is_empty()) {
        let cost = estimated_tokens(&text) + 1;
        if cost > left {
            break;
        }
        left -= cost;
        parts.push(text);
    }
    parts.join("\n")
}

/// What a file has to say to one of its definitions, which is not in it: imports, and the other definitions by their names. Worked out
/// once for all that is typed in that definition.
#[derive(Debug, Default)]
pub struct Neighbours {
    imports: String,
    definitions: Vec<Neighbour>,
}

#[derive(Debug)]
struct Neighbour {
    whole_name: String,
    name: String,
    summary: String,
}

impl Neighbours {
    /// Those of a file without the definition.
    pub fn of(rest: &Document) -> Neighbours {
        let neighbour = |definition: &Definition| Neighbour {
            whole_name: definition.name.clone(),
            name: bare_name(definition).to_owned(),
            summary: summary(rest, definition),
        };
        let known = rest.outline().definitions.iter().filter(|definition| !definition.is_test);
        Neighbours { imports: imports(rest), definitions: known.map(neighbour).collect() }
    }

    /// The imports, and what of the others has one of the names, up to `budget` estimated tokens; not what stands `around` the
    /// definition.
    pub fn named(&self, names: &BTreeSet<&str>, around: &[Definition], budget: u64) -> String {
        let cost = estimated_tokens(&self.imports);
        let (imports, left) =
            if cost <= budget { (self.imports.clone(), budget - cost) } else { (String::new(), budget) };
        let is_around = |neighbour: &Neighbour| around.iter().any(|outer| outer.name == neighbour.whole_name);
        let named = self.definitions.iter().filter(|own| names.contains(own.name.as_str()) && !is_around(own));
        let named = within(left, named.map(|own| own.summary.clone()));
        [imports, named].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    #[test]
    fn a_long_definition_is_cut_at_a_line_s_end() {
        let rows: String = (0..40).map(|row| format!("    \"value {row} of many\",\n")).collect();
        let text = format!("const ROWS: [&str; 40] = [\n{rows}];\n\nfn first() -> &'static str {{\n    ROWS[0]\n}}\n");
        let document = Document::new(Language::by_id("rust").unwrap(), &text, None);
        let at = text.find("ROWS[0]").unwrap();
        let shown = named_definitions(&document, &Scope::at(&document, at..at).unwrap(), 4000);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.len() > 10 && lines.iter().all(|line| text.lines().any(|whole| whole == *line)), "{shown}");
        assert!(shown.len() <= WHOLE_BYTES);
    }
}
