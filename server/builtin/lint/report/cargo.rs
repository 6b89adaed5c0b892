//! Cargo's messages: what compiler and clippy say of one file among those of a package. Refuses what they do not vouch for.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::{Findings, Place};
use crate::syntax::{Diagnostic, Document, Severity};
use crate::text::Edit;

#[derive(Deserialize)]
struct CargoMessage {
    reason: String,
    manifest_path: Option<String>,
    message: Option<CompilerMessage>,
}

#[derive(Deserialize)]
struct CompilerMessage {
    message: String,
    level: String,
    code: Option<CompilerCode>,
    #[serde(default)]
    spans: Vec<CompilerSpan>,
    #[serde(default)]
    children: Vec<CompilerMessage>,
}

#[derive(Deserialize)]
struct CompilerCode {
    code: String,
}

#[derive(Deserialize)]
struct CompilerSpan {
    file_name: String,
    line_start: usize,
    column_start: usize,
    line_end: usize,
    column_end: usize,
    is_primary: bool,
    expansion: Option<serde::de::IgnoredAny>,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<String>,
}

impl CompilerSpan {
    // Byte offsets are there too, but count `\r\n` as it is on disk; lines and columns do not.
    fn range(&self, document: &Document) -> Range<usize> {
        let place = |row, column| Place { row, column }.offset(document);
        let start = place(self.line_start, self.column_start);
        start..place(self.line_end, self.column_end).max(start)
    }
}

/// Adds what cargo's messages say of the document.
pub(super) fn messages(output: &str, document: &Document, path: Option<&Path>, findings: &mut Findings) {
    let messages = output.lines().filter_map(|line| serde_json::from_str::<CargoMessage>(line).ok());
    for message in messages.filter(|message| message.reason == "compiler-message") {
        let Some(compiler) = message.message else { continue };
        let here = |span: &CompilerSpan| is_this_file(&span.file_name, message.manifest_path.as_deref(), path);
        let Some(primary) = compiler.spans.iter().find(|span| span.is_primary && here(span)) else {
            continue;
        };
        let code = compiler.code.as_ref().map(|code| code.code.clone());
        let is_clippy = code.as_deref().is_some_and(|code| code.starts_with("clippy::"));
        let diagnostic = Diagnostic {
            range: primary.range(document),
            severity: match compiler.level.as_str() {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => Severity::Information,
            },
            code,
            source: Some(if is_clippy { "clippy" } else { "rustc" }.to_owned()),
            message: compiler.message.clone(),
        };
        // Each target of a package says the same of the files that they share.
        if findings.diagnostics.contains(&diagnostic) {
            continue;
        }
        if let Some(edits) = compiler.children.iter().find_map(|child| machine_applicable(child, document, &here)) {
            findings.fixes.push((findings.diagnostics.len(), edits));
        }
        findings.diagnostics.push(diagnostic);
    }
}

/// The edits of one suggestion, if the compiler vouches for all of them.
fn machine_applicable(
    child: &CompilerMessage,
    document: &Document,
    here: &dyn Fn(&CompilerSpan) -> bool,
) -> Option<Vec<Edit>> {
    let spans = child.spans.iter().filter(|span| span.suggested_replacement.is_some());
    let edits: Option<Vec<Edit>> = spans
        .map(|span| {
            let sure = span.suggestion_applicability.as_deref() == Some("MachineApplicable");
            (sure && span.expansion.is_none() && here(span))
                .then(|| Edit::new(span.range(document), span.suggested_replacement.clone().unwrap_or_default()))
        })
        .collect();
    edits.filter(|edits| !edits.is_empty())
}

/// Whether the compiler's name for a file, relative to the workspace that it was built from, means this one.
fn is_this_file(name: &str, manifest: Option<&str>, path: Option<&Path>) -> bool {
    let Some(path) = path else { return false };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let wanted = real(path);
    if Path::new(name).is_absolute() {
        return real(Path::new(name)) == wanted;
    }
    let folders = manifest.map(Path::new).and_then(Path::parent).into_iter().flat_map(Path::ancestors);
    folders.map(|folder| real(&folder.join(name))).any(|found| found == wanted)
}
