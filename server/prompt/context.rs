//! What a model should know of the rest of the file: imports, what encloses the scope, what the scope names. Refuses whole bodies.

use super::estimated_tokens;
use crate::syntax::{Definition, Document, Scope, identifiers};

/// A definition no longer than this is shown whole, a longer one by its signature.
const WHOLE_BYTES: usize = 600;

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
    let outside =
        |definition: &&Definition| definition.node.end <= scope.range.start || definition.node.start >= scope.range.end;
    let mut left = budget;
    let mut parts = Vec::new();
    for definition in document.outline().definitions.iter().filter(outside) {
        let name = definition.name.rsplit(" for ").next().unwrap_or(&definition.name);
        let name = name.split(['<', ' ']).next().unwrap_or(name);
        let own = scope.enclosing.iter().any(|around| around.node == definition.node);
        if own || definition.is_test || !names.contains(name) {
            continue;
        }
        let text = match definition.kind.is_callable()
            || definition.kind.has_methods() && definition.node.len() > WHOLE_BYTES
        {
            true => signature(document, definition),
            false => document.slice(definition.node.clone()).chars().take(WHOLE_BYTES).collect(),
        };
        let cost = estimated_tokens(&text) + 1;
        if cost > left {
            break;
        }
        left -= cost;
        parts.push(text);
    }
    parts.join("\n")
}

fn signature(document: &Document, definition: &Definition) -> String {
    document.slice(definition.header()).trim_end().to_owned()
}
