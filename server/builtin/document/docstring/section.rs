//! The sections of a docstring as lines, in each style. Refuses what would break the string: backslashes and triple quotes
//! stay out.

use crate::builtin::summary::TODO;
use crate::config::DocstringStyle;
use crate::syntax::{Definition, Parameter, Signature};

/// One thing that a section tells of.
pub(super) struct Entry {
    /// The name; empty for a result.
    pub(super) name: String,
    declared: Option<String>,
    default: Option<String>,
}

impl Entry {
    fn of(parameter: &Parameter) -> Entry {
        Entry {
            name: parameter.name.clone(),
            declared: parameter.declared.as_deref().and_then(type_name),
            default: parameter.default.as_deref().and_then(safe).filter(|text| text.chars().count() <= 40),
        }
    }

    fn named(name: &str) -> Entry {
        Entry { name: name.to_owned(), declared: None, default: None }
    }
}

/// What docstrings have sections for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Attributes,
    Parameters,
    Returns,
    Yields,
    Raises,
}

impl Section {
    /// What the section is called, the preferred word first.
    pub(super) fn titles(self, style: DocstringStyle) -> &'static [&'static str] {
        match (self, style) {
            (Section::Attributes, DocstringStyle::Sphinx) => &[":ivar", ":vartype"],
            (Section::Parameters, DocstringStyle::Sphinx) => &[":param", ":type", ":keyword"],
            (Section::Returns, DocstringStyle::Sphinx) => &[":return", ":rtype"],
            (Section::Yields, DocstringStyle::Sphinx) => &[":yield"],
            (Section::Raises, DocstringStyle::Sphinx) => &[":raise", ":except"],
            (Section::Attributes, _) => &["Attributes"],
            (Section::Parameters, DocstringStyle::Numpy) => &["Parameters"],
            (Section::Parameters, _) => &["Args", "Arguments", "Parameters"],
            (Section::Returns, _) => &["Returns"],
            (Section::Yields, _) => &["Yields"],
            (Section::Raises, _) => &["Raises"],
        }
    }

    fn is_result(self) -> bool {
        matches!(self, Section::Returns | Section::Yields)
    }
}

/// What the code shows of a definition, in the order in which docstrings have it.
pub(super) fn sections(definition: &Definition, signature: &Signature) -> Vec<(Section, Vec<Entry>)> {
    let public = |parameter: &&Parameter| !parameter.name.starts_with('_');
    let mut sections = vec![
        (Section::Attributes, signature.attributes.iter().filter(public).map(Entry::of).collect()),
        (Section::Parameters, signature.parameters.iter().map(Entry::of).collect()),
    ];
    if definition.kind.is_callable() && !signature.is_getter {
        sections.extend(result(signature).map(|(section, entry)| (section, vec![entry])));
    }
    sections.push((Section::Raises, signature.raises.iter().map(|name| Entry::named(name)).collect()));
    sections.retain(|(_, entries): &(_, Vec<Entry>)| !entries.is_empty());
    sections
}

fn result(signature: &Signature) -> Option<(Section, Entry)> {
    let declared = signature.returns.as_deref().and_then(type_name);
    let entry = |declared: Option<String>| Entry { name: String::new(), declared, default: None };
    if signature.yields {
        let item = declared.as_deref().and_then(item_type);
        return Some((Section::Yields, entry(item)));
    }
    let nothing =
        matches!(declared.as_deref(), Some("None" | "NoReturn" | "Never" | "typing.NoReturn" | "typing.Never"));
    let gives = signature.returns.is_some() && !nothing || signature.returns.is_none() && signature.returns_value;
    gives.then(|| (Section::Returns, entry(declared)))
}

/// What an iterator's type says of its items: `Iterator[int]` of `int`, `Generator[int, None, None]` too.
fn item_type(declared: &str) -> Option<String> {
    let (head, rest) = declared.split_once('[')?;
    let arguments = rest.strip_suffix(']')?;
    let names = ["Iterator", "Iterable", "Generator"];
    names.iter().any(|name| head.ends_with(name)).then_some(())?;
    let mut depth = 0i32;
    let end = arguments.find(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c == ',' && depth == 0
    });
    Some(arguments.get(..end.unwrap_or(arguments.len()))?.trim().to_owned())
}

/// The lines of a section without indentation of their own.
pub(super) fn section_lines(style: DocstringStyle, section: Section, entries: &[Entry], unit: &str) -> Vec<String> {
    let title = section.titles(style).first().copied().unwrap_or_default();
    match style {
        DocstringStyle::Numpy => [title.to_owned(), "-".repeat(title.len())]
            .into_iter()
            .chain(entries.iter().flat_map(|entry| numpy(entry, section, unit)))
            .collect(),
        DocstringStyle::Sphinx => entries.iter().flat_map(|entry| sphinx(entry, section)).collect(),
        DocstringStyle::Google | DocstringStyle::Auto => std::iter::once(format!("{title}:"))
            .chain(entries.iter().map(|entry| format!("{unit}{}", google(entry, section))))
            .collect(),
    }
}

fn google(entry: &Entry, section: Section) -> String {
    if section.is_result() {
        return match &entry.declared {
            Some(declared) => format!("{declared}: {TODO}."),
            None => format!("{TODO}."),
        };
    }
    let qualified: Vec<&str> =
        entry.declared.as_deref().into_iter().chain(entry.default.as_ref().map(|_| "optional")).collect();
    let mut line = entry.name.clone();
    if !qualified.is_empty() {
        line += &format!(" ({})", qualified.join(", "));
    }
    line += &format!(": {TODO}.");
    if let Some(default) = &entry.default {
        line += &format!(" Defaults to {default}.");
    }
    line
}

fn numpy(entry: &Entry, section: Section, unit: &str) -> Vec<String> {
    let description = format!("{unit}{TODO}.");
    if section.is_result() {
        return match &entry.declared {
            Some(declared) => vec![declared.clone(), description],
            None => vec![format!("{TODO}.")],
        };
    }
    let default = entry.default.as_ref().map(|default| format!("default {default}"));
    let qualified: Vec<String> = entry.declared.clone().into_iter().chain(default).collect();
    let head = match qualified.is_empty() {
        true => entry.name.clone(),
        false => format!("{} : {}", entry.name, qualified.join(", ")),
    };
    vec![head, description]
}

fn sphinx(entry: &Entry, section: Section) -> Vec<String> {
    // A star would start emphasis.
    let name = entry.name.trim_start_matches('*');
    let (field, type_field) = match section {
        Section::Attributes => (format!(":ivar {name}:"), Some(format!(":vartype {name}:"))),
        Section::Parameters => (format!(":param {name}:"), Some(format!(":type {name}:"))),
        Section::Returns => (":returns:".to_owned(), Some(":rtype:".to_owned())),
        Section::Yields => (":yields:".to_owned(), None),
        Section::Raises => (format!(":raises {name}:"), None),
    };
    let mut lines = vec![format!("{field} {TODO}.")];
    if let Some(default) = &entry.default {
        lines = vec![format!("{field} {TODO}. Defaults to {default}.")];
    }
    lines.extend(type_field.zip(entry.declared.as_ref()).map(|(field, declared)| format!("{field} {declared}")));
    lines
}

/// A piece of code that can stand in a docstring: nothing that would end or change the string.
fn safe(code: &str) -> Option<String> {
    (!code.contains(['\\', '\r']) && !code.contains("\"\"\"")).then(|| code.to_owned())
}

/// A declared type, without the quotes of a forward reference.
fn type_name(code: &str) -> Option<String> {
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|quote| code.strip_prefix(*quote)?.strip_suffix(*quote).filter(|inner| !inner.contains(*quote)));
    safe(unquoted.unwrap_or(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_an_iterator_yields() {
        for (declared, item) in [
            ("Iterator[int]", Some("int")),
            ("Generator[dict[str, int], None, None]", Some("dict[str, int]")),
            ("typing.AsyncIterator[tuple[A, B]]", Some("tuple[A, B]")),
            ("list[int]", None),
            ("Iterator", None),
        ] {
            assert_eq!(item_type(declared).as_deref(), item, "{declared}");
        }
    }

    #[test]
    fn keeps_out_what_would_break_the_string() {
        assert_eq!(safe("'\\n'"), None);
        assert_eq!(safe("\"\"\"x\"\"\""), None);
        assert_eq!(type_name("\"Shape\"").as_deref(), Some("Shape"));
        assert_eq!(type_name("Literal['a', 'b']").as_deref(), Some("Literal['a', 'b']"));
    }
}
