//! `[document]`: how documentation is written.

use super::error::ConfigError;
use super::fields::Fields;
use super::setting::Setting;

pub(super) const SETTINGS: [Setting; 1] = [Setting {
    name: "docstring_style",
    form: "`auto`, `google`, `numpy`, `sphinx`",
    default: "`\"auto\"`",
    meaning: "the form of Python docstrings; `auto` does as the file's neighbours do",
    example: "\"numpy\"",
}];

/// `[document]`: how documentation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DocumentSettings {
    /// The form of Python docstrings.
    pub docstring_style: DocstringStyle,
}

/// `document.docstring_style`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DocstringStyle {
    /// As the file's neighbours do.
    #[default]
    Auto,
    /// `Args:` and `Returns:` sections.
    Google,
    /// Underlined `Parameters` and `Returns` sections.
    Numpy,
    /// `:param name:` fields.
    Sphinx,
}

const DOCSTRING_STYLES: [(&str, DocstringStyle); 4] = [
    ("auto", DocstringStyle::Auto),
    ("google", DocstringStyle::Google),
    ("numpy", DocstringStyle::Numpy),
    ("sphinx", DocstringStyle::Sphinx),
];

pub(super) fn read(root: &Fields<'_>) -> Result<DocumentSettings, ConfigError> {
    let Some(fields) = root.table("document", &SETTINGS)? else {
        return Ok(DocumentSettings::default());
    };
    let docstring_style = fields.one_of("docstring_style", &DOCSTRING_STYLES)?.unwrap_or_default();
    Ok(DocumentSettings { docstring_style })
}
