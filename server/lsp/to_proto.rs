//! From the engine's terms to the protocol's: kinds, ranges, workspace edits. Refuses to send an edit without saying which
//! state of the document it is for: always `documentChanges`, as the `changes` form has no version in any editor.

use std::collections::HashMap;
use std::ops::Range as ByteRange;

use tower_lsp::gen_lsp_types::{
    self as lsp, AnnotatedTextEdit, ChangeAnnotation, CodeActionKind, CreateFile, CreateFileOptions, DocumentChange,
    Edit, MessageType, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit,
    Uri, WorkspaceEdit,
};

use super::initialize::Abilities;
use crate::actions::ActionId;
use crate::text::{Encoding, Position, Text};
use crate::validate::{ReasonCode, ValidatedEdit};

/// The kind of the action that ends a running job. Rewrites show in every editor's menu; Graft's are the ones it belongs to.
pub(super) const CANCEL_KIND: &str = "refactor.rewrite.graft.cancel";

/// The contract's kind of an action.
pub(super) fn kind(action: ActionId) -> &'static str {
    match action {
        ActionId::Generate => "refactor.rewrite.graft.generate",
        ActionId::Refactor => "refactor.rewrite.graft.refactor",
        ActionId::AddTests => "refactor.rewrite.graft.add-tests",
        ActionId::Document => "refactor.rewrite.graft.document",
        ActionId::FixLint => "quickfix.graft.fix-lint",
    }
}

/// A kind as the protocol's type has it.
pub(super) fn code_action_kind(kind: &'static str) -> CodeActionKind {
    CodeActionKind::Custom(kind.into())
}

/// A range of bytes of `text`, in the client's units.
pub(super) fn range(text: &Text, range: ByteRange<usize>, encoding: Encoding) -> lsp::Range {
    let span = text.span(range, encoding);
    lsp::Range { start: position(span.start), end: position(span.end) }
}

fn position(position: Position) -> lsp::Position {
    let unit = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    lsp::Position { line: unit(position.line), character: unit(position.character) }
}

/// What the client asks the person before it makes an edit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// The job's name, also the token of its progress: with that one's end, the question falls.
    pub(super) id: &'a str,
    pub(super) label: &'a str,
}

/// The edit of one document, at the version that it was checked against, after creating the file where `create` says so. With
/// `question`, the client asks it before it makes the edit.
pub(super) fn workspace_edit(
    uri: &Uri,
    edit: &ValidatedEdit,
    create: bool,
    question: Option<Question<'_>>,
    abilities: &Abilities,
) -> WorkspaceEdit {
    let document = edit.document();
    let annotation = question.map(|question| question.id.to_owned());
    let edits = edit.edits().iter().map(|edit| {
        let mut range = range(document.text(), edit.range.clone(), abilities.encoding);
        if create && abilities.empty_is_a_line {
            range.end.character += 1;
        }
        let text_edit = TextEdit { range, new_text: edit.new.clone() };
        match annotation.clone() {
            Some(annotation_id) => Edit::AnnotatedTextEdit(AnnotatedTextEdit { annotation_id, text_edit }),
            None => Edit::TextEdit(text_edit),
        }
    });
    let change = DocumentChange::TextDocumentEdit(TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            version: document.version().max(abilities.least_version.filter(|_| document.version().is_some())),
            text_document_identifier: TextDocumentIdentifier { uri: uri.clone() },
        },
        edits: edits.collect(),
    });
    let creation = create.then(|| {
        DocumentChange::CreateFile(CreateFile {
            uri: uri.clone(),
            options: Some(CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) }),
            annotation_id: annotation.clone(),
        })
    });
    let annotations = question.map(|question| {
        let annotation =
            ChangeAnnotation { label: question.label.to_owned(), needs_confirmation: Some(true), description: None };
        HashMap::from([(question.id.to_owned(), annotation)])
    });
    WorkspaceEdit {
        changes: None,
        document_changes: Some(creation.into_iter().chain([change]).collect()),
        change_annotations: annotations,
    }
}

/// How loudly an editor is told of a reason.
pub(super) fn message_type(code: ReasonCode) -> MessageType {
    match code {
        ReasonCode::Provider | ReasonCode::NoRoute | ReasonCode::BadRequest => MessageType::Error,
        ReasonCode::NoChange => MessageType::Info,
        _ => MessageType::Warning,
    }
}
