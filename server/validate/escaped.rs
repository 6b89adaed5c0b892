//! Escapes of HTML where the language reads them as operators and names: `a &lt; b`. Refuses to judge strings, comments and markup,
//! where they are at home.

use std::ops::Range;

use crate::syntax::Document;

/// The names of characters between `&` and `;` that answers are escaped with.
const NAMES: [&str; 5] = ["lt", "gt", "amp", "quot", "apos"];

/// Where such an escape stands among the code of `range`, if the old document has none like it: its offset and its text.
pub(super) fn new_escape<'n>(old: &Document, new: &'n Document, range: Range<usize>) -> Option<(usize, &'n str)> {
    let text = new.slice(range.clone());
    text.match_indices('&').find_map(|(at, _)| {
        let rest = &text[at + 1..];
        let name = NAMES.iter().find(|name| rest.strip_prefix(**name).is_some_and(|rest| rest.starts_with(';')))?;
        let escape = &text[at..at + name.len() + 2];
        let start = range.start + at + 1;
        (is_name(new, start..start + name.len()) && !old.source().contains(escape))
            .then_some((range.start + at, escape))
    })
}

/// Whether a leaf of the tree is exactly this range, as an identifier is; what is inside a string or a text of markup is not.
fn is_name(document: &Document, range: Range<usize>) -> bool {
    let leaf = document.tree().and_then(|tree| tree.root_node().descendant_for_byte_range(range.start, range.end));
    leaf.is_some_and(|leaf| leaf.byte_range() == range && leaf.child_count() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn found(language: &str, old: &str, new: &str) -> Option<String> {
        let document = |text: &str| Document::new(Language::by_id(language).unwrap(), text, None);
        new_escape(&document(old), &document(new), 0..new.len()).map(|(_, escape)| escape.to_owned())
    }

    #[test]
    fn finds_escapes_among_code_only() {
        assert_eq!(found("go", "", "package a\n\nfunc f() *T {\n\treturn &amp;T{}\n}\n").as_deref(), Some("&amp;"));
        assert_eq!(found("go", "", "package a\n\nvar s = \"&amp;\" // &lt;\n"), None);
        assert_eq!(found("tsx", "", "const a = <p>x &amp; y</p>;\n"), None);
        assert_eq!(found("rust", "fn f() { g(&lt; ) }", "fn f() { let lt = 1; h(&lt) }"), None);
    }
}
