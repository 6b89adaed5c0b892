//! The ways to write a docstring, and which of them a file follows. Refuses to lay anything out.

use crate::config::DocstringStyle;
use crate::syntax::{Document, Language};

/// What a style is called in results: the language's one form, else the docstring style.
pub fn style_name(language: &Language, style: DocstringStyle) -> &'static str {
    language.documentation_style.unwrap_or(match style {
        DocstringStyle::Auto => "auto",
        DocstringStyle::Google => "google",
        DocstringStyle::Numpy => "numpy",
        DocstringStyle::Sphinx => "sphinx",
    })
}

/// The style itself, or what `Auto` comes to in this document: as its other docstrings do, Google where they show nothing.
pub fn resolve_style(document: &Document, style: DocstringStyle) -> DocstringStyle {
    match style {
        DocstringStyle::Auto => detect_style(document).unwrap_or(DocstringStyle::Google),
        style => style,
    }
}

/// The style that most docstrings of the document follow; nothing where none has sections.
pub(super) fn detect_style(document: &Document) -> Option<DocstringStyle> {
    let docstrings = &document.outline().docstrings;
    let found: Vec<DocstringStyle> =
        docstrings.iter().filter_map(|range| style_of(document.slice(range.clone()))).collect();
    let count = |style| found.iter().filter(|found| **found == style).count();
    [DocstringStyle::Google, DocstringStyle::Numpy, DocstringStyle::Sphinx]
        .into_iter()
        .filter(|style| count(*style) > 0)
        // The first of equals: `max_by_key` would take the last.
        .reduce(|best, style| if count(style) > count(best) { style } else { best })
}

/// The style of one docstring's text.
pub(super) fn style_of(text: &str) -> Option<DocstringStyle> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let underlined = lines.windows(2).any(|pair| match pair {
        [title, rule] => NUMPY_TITLES.contains(title) && rule.len() >= 3 && rule.bytes().all(|byte| byte == b'-'),
        _ => false,
    });
    if underlined {
        Some(DocstringStyle::Numpy)
    } else if lines.iter().any(|line| SPHINX_FIELDS.iter().any(|field| line.starts_with(field))) {
        Some(DocstringStyle::Sphinx)
    } else if lines.iter().any(|line| GOOGLE_TITLES.contains(line)) {
        Some(DocstringStyle::Google)
    } else {
        None
    }
}

const GOOGLE_TITLES: &[&str] = &["Args:", "Arguments:", "Returns:", "Raises:", "Yields:", "Attributes:"];
const NUMPY_TITLES: &[&str] =
    &["Parameters", "Returns", "Raises", "Yields", "Attributes", "Notes", "Examples", "See Also"];
const SPHINX_FIELDS: &[&str] = &[":param", ":type", ":return", ":rtype", ":raise", ":ivar", ":keyword", ":yield"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn detected(docstrings: &[&str]) -> Option<DocstringStyle> {
        let text: String = docstrings
            .iter()
            .enumerate()
            .map(|(index, doc)| format!("def f{index}():\n    \"\"\"{doc}\n    \"\"\"\n\n"))
            .collect();
        detect_style(&Document::new(Language::by_id("python").unwrap(), &text, None))
    }

    #[test]
    fn follows_the_majority_of_the_file() {
        let google = "X.\n\n    Args:\n        a: b";
        let numpy = "X.\n\n    Parameters\n    ----------\n    a : int";
        let sphinx = "X.\n\n    :param a: b";
        assert_eq!(detected(&[google]), Some(DocstringStyle::Google));
        assert_eq!(detected(&[numpy, google, numpy]), Some(DocstringStyle::Numpy));
        assert_eq!(detected(&[sphinx, "X."]), Some(DocstringStyle::Sphinx));
        assert_eq!(detected(&[google, sphinx]), Some(DocstringStyle::Google));
        assert_eq!(detected(&["Only words.", "Parameters\n    matter."]), None);
    }
}
