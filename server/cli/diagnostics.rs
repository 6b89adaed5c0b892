//! Diagnostics and ranges in the protocol's JSON, counted in UTF-16, turned into bytes. Refuses what has no range or message.

use serde::Deserialize;
use serde_json::Value;

use crate::syntax::{Diagnostic, Document, Severity};
use crate::text::{Encoding, Position, Span};

/// A range as the protocol writes it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct WireRange {
    start: WirePosition,
    end: WirePosition,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct WirePosition {
    line: u64,
    character: u64,
}

/// A diagnostic as the protocol writes it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct WireDiagnostic {
    range: WireRange,
    severity: Option<u8>,
    code: Option<Value>,
    source: Option<String>,
    message: Value,
}

/// What a file of diagnostics may hold: the array, or an object around it such as `publishDiagnostics` sends.
#[derive(Debug, Deserialize)]
struct Envelope {
    diagnostics: Vec<WireDiagnostic>,
}

impl WireRange {
    /// Bytes of the document; clamped to it.
    pub(super) fn bytes(self, document: &Document) -> std::ops::Range<usize> {
        let position = |wire: WirePosition| Position {
            line: usize::try_from(wire.line).unwrap_or(usize::MAX),
            character: usize::try_from(wire.character).unwrap_or(usize::MAX),
        };
        let span = Span { start: position(self.start), end: position(self.end) };
        document.text().range(span, Encoding::Utf16)
    }
}

impl WireDiagnostic {
    /// The same in bytes of `document`.
    pub(super) fn place(self, document: &Document) -> Diagnostic {
        Diagnostic {
            range: self.range.bytes(document),
            severity: match self.severity {
                Some(1) => Severity::Error,
                Some(3) => Severity::Information,
                Some(4) => Severity::Hint,
                _ => Severity::Warning,
            },
            code: self.code.as_ref().and_then(plain),
            source: self.source,
            message: plain(&self.message).unwrap_or_default(),
        }
    }
}

/// Reads a file of diagnostics. The error is a sentence.
pub(super) fn parse(text: &str, document: &Document) -> Result<Vec<Diagnostic>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    let list = match value {
        Value::Object(_) => serde_path_to_error::deserialize(value).map(|envelope: Envelope| envelope.diagnostics),
        value => serde_path_to_error::deserialize(value),
    };
    let list: Vec<WireDiagnostic> = list.map_err(|error| format!("not LSP diagnostics: {error}"))?;
    Ok(list.into_iter().map(|diagnostic| diagnostic.place(document)).collect())
}

/// A string, a number as a string, or the text of marked-up content.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => fields.get("value").and_then(plain),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Language;

    fn placed(json: &str) -> Result<Vec<Diagnostic>, String> {
        let document = Document::new(Language::by_id("python").unwrap(), "s = '🦀'; y = 1\n", None);
        parse(json, &document)
    }

    #[test]
    fn counts_in_utf_16() {
        let json = r#"[{"range": {"start": {"line": 0, "character": 10}, "end": {"line": 0, "character": 11}},
            "severity": 1, "code": "F841", "source": "ruff", "message": "unused"}]"#;
        let diagnostic = &placed(json).unwrap()[0];
        assert_eq!(diagnostic.range, 12..13);
        assert_eq!((diagnostic.severity, diagnostic.summary().as_str()), (Severity::Error, "F841: unused"));
    }

    #[test]
    fn takes_the_notification_s_object_numbers_as_codes_and_places_outside() {
        let json = r#"{"uri": "file:///a.py", "diagnostics": [{"range": {"start": {"line": 9, "character": 0},
            "end": {"line": 9, "character": 4294967295}}, "code": 12, "message": {"kind": "markdown", "value": "m"}}]}"#;
        let diagnostic = &placed(json).unwrap()[0];
        assert_eq!((diagnostic.range.clone(), diagnostic.code.as_deref()), (18..18, Some("12")));
        assert_eq!(diagnostic.message, "m");
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let error = placed(r#"[{"range": {"start": {"line": -1, "character": 0}}, "message": "m"}]"#).unwrap_err();
        assert!(error.contains("[0].range.start.line"), "{error}");
        assert!(placed("oops").unwrap_err().starts_with("not JSON"));
    }
}
