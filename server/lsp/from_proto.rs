//! From the protocol's terms to the engine's: positions to bytes, diagnostics to ours. Refuses nothing: a place outside the
//! document means the nearest one inside.

use std::ops::Range as ByteRange;

use tower_lsp::gen_lsp_types::{self as lsp, Code, DiagnosticSeverity, Message};

use crate::syntax::{Diagnostic, Document, Severity};
use crate::text::{Encoding, Position, Span};

/// A range of the protocol, still in the client's units.
pub(super) fn span(range: &lsp::Range) -> Span {
    Span { start: position(&range.start), end: position(&range.end) }
}

fn position(position: &lsp::Position) -> Position {
    Position { line: position.line as usize, character: position.character as usize }
}

/// A range of the protocol in bytes of `document`.
pub(super) fn byte_range(document: &Document, range: &lsp::Range, encoding: Encoding) -> ByteRange<usize> {
    document.text().range(span(range), encoding)
}

/// A diagnostic in bytes of `document`.
pub(super) fn diagnostic(document: &Document, diagnostic: &lsp::Diagnostic, encoding: Encoding) -> Diagnostic {
    Diagnostic {
        range: byte_range(document, &diagnostic.range, encoding),
        severity: match diagnostic.severity {
            Some(DiagnosticSeverity::Warning) => Severity::Warning,
            Some(DiagnosticSeverity::Information) => Severity::Information,
            Some(DiagnosticSeverity::Hint) => Severity::Hint,
            _ => Severity::Error,
        },
        code: diagnostic.code.as_ref().map(|code| match code {
            Code::Int(number) => number.to_string(),
            Code::String(code) => code.clone(),
        }),
        source: diagnostic.source.clone(),
        message: match &diagnostic.message {
            Message::String(text) => text.clone(),
            Message::MarkupContent(content) => content.value.clone(),
        },
    }
}
