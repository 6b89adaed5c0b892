//! One line of a batch: from bytes to a task, or to why it is none. Refuses nothing silently: the line's id is kept whatever
//! else is wrong.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::actions::{ActionId, Workspace};
use crate::cli::diagnostics::{WireDiagnostic, WireRange};
use crate::cli::job::{self, Work};
use crate::cli::{bad_request, source};
use crate::engine::{Failure, Task};
use crate::syntax::{Document, Language};
use crate::validate::ReasonCode;

/// A line.
#[derive(Debug)]
pub(super) struct Line {
    /// What the line calls itself; null where it does not say.
    pub(super) id: Value,
    /// The document, where the line has one.
    pub(super) text: Option<String>,
    /// The task.
    pub(super) request: Result<Request, Refusal>,
}

/// A task as a line states it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) task: Task,
    pub(super) work: Work,
    /// What diffs call the document.
    pub(super) label: String,
}

/// Why a line states no task.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The action, where that much was clear.
    pub(super) action: Option<ActionId>,
    pub(super) failure: Failure,
}

/// The fields of a line but for `id` and `text`. Unknown ones are left alone, so that lines may carry notes of their own.
#[derive(Debug, Deserialize)]
struct Fields {
    action: String,
    language: Option<String>,
    path: Option<String>,
    range: WireRange,
    instruction: Option<String>,
    diagnostics: Option<Vec<WireDiagnostic>>,
    reply: Option<String>,
    finish_reason: Option<String>,
}

impl Line {
    /// Reads a line.
    pub(super) fn parse(bytes: &[u8]) -> Line {
        let refused = |message: String| Line {
            id: Value::Null,
            text: None,
            request: Err(Refusal { action: None, failure: bad_request(message) }),
        };
        let mut fields = match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return refused("the line is not a JSON object".to_owned()),
            Err(error) => return refused(format!("the line is not valid JSON: {error}")),
        };
        let id = fields.remove("id").unwrap_or_default();
        let text = match fields.remove("text") {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err("`text` is not a string"),
            None => Err("`text` is missing: the whole document"),
        };
        let action = fields.get("action").and_then(Value::as_str).and_then(ActionId::parse);
        let request = match &text {
            Ok(text) => Request::of(Value::Object(fields), action, text),
            Err(why) => Err(bad_request(*why)),
        };
        Line { id, text: text.ok(), request: request.map_err(|failure| Refusal { action, failure }) }
    }
}

impl Request {
    fn of(fields: Value, action: Option<ActionId>, text: &str) -> Result<Request, Failure> {
        let fields: Fields =
            serde_path_to_error::deserialize(fields).map_err(|error| bad_request(error.to_string()))?;
        let action = action.ok_or_else(|| bad_request(unknown_action(&fields.action)))?;
        let language = language(&fields)?;
        let document = Document::new(language, text, None);
        let path =
            fields.path.as_deref().filter(|path| !path.is_empty()).and_then(|path| std::path::absolute(path).ok());
        let workspace = Workspace {
            root: path.as_deref().and_then(source::project_root),
            buffers: None,
            open: None,
            disk: path.is_some(),
        };
        let label = match fields.path {
            Some(given) if !given.is_empty() => label(Path::new(&given), workspace.root.as_deref()),
            _ => format!("untitled.{}", language.extensions.first().unwrap_or(&"txt")),
        };
        let diagnostics = fields.diagnostics.map(|list| list.into_iter().map(|diagnostic| diagnostic.place(&document)));
        let range = fields.range.bytes(&document);
        let task = Task {
            path,
            instruction: fields.instruction,
            diagnostics: diagnostics.map(Iterator::collect),
            workspace,
            ..Task::new(job::new_task_id(), action, document, range)
        };
        let work = match fields.reply {
            Some(answer) => Work::Replay { answer, finish_reason: fields.finish_reason },
            None => Work::Execute,
        };
        Ok(Request { task, work, label })
    }
}

/// A path that says where it starts is taken from the project's root, as the command line does.
fn label(given: &Path, root: Option<&Path>) -> String {
    let inside = root.and_then(|root| given.strip_prefix(root).ok());
    source::slashed(inside.unwrap_or(given))
}

fn unknown_action(name: &str) -> String {
    let names = ActionId::ALL.map(ActionId::as_str).join(", ");
    format!("no action is called `{name}`; there are {names}")
}

fn language(fields: &Fields) -> Result<&'static Language, Failure> {
    let (found, called) = match (&fields.language, &fields.path) {
        (Some(name), _) => (Language::by_id(name), name),
        (None, Some(path)) => (Language::by_path(path), path),
        (None, None) => {
            return Err(unknown_language("the line has neither `language` nor `path`".to_owned()));
        }
    };
    found.ok_or_else(|| unknown_language(format!("`{called}` is no language that is served")))
}

fn unknown_language(what: String) -> Failure {
    Failure { code: ReasonCode::UnknownLanguage, message: format!("{what}; `graft-ls languages` lists them") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(line: &str) -> (Value, Option<String>, &'static str, String) {
        let line = Line::parse(line.as_bytes());
        let refusal = line.request.unwrap_err();
        (line.id, line.text, refusal.failure.code.as_str(), refusal.failure.message)
    }

    #[test]
    fn a_line_becomes_a_task() {
        let line = json!({"id": 7, "action": "document", "path": "pkg/a.py", "text": "x = '🦀'\ny = 2\n",
            "range": {"start": {"line": 0, "character": 7}, "end": {"line": 99, "character": 0}},
            "reply": "r", "finish_reason": "length", "note": "kept out"});
        let line = Line::parse(line.to_string().as_bytes());
        let request = line.request.unwrap();
        assert_eq!(line.id, json!(7));
        assert_eq!(request.task.range, 9..17);
        assert_eq!(request.label, "pkg/a.py");
        assert!(request.task.path.is_some_and(|path| path.is_absolute()));
        let work = Work::Replay { answer: "r".to_owned(), finish_reason: Some("length".to_owned()) };
        assert_eq!(request.work, work);
    }

    #[test]
    fn a_line_without_a_path_sees_no_disk() {
        let line = br#"{"action": "document", "language": "rust", "text": "", "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}}"#;
        let request = Line::parse(line).request.unwrap();
        assert!(!request.task.workspace.disk && request.task.workspace.root.is_none());
        assert_eq!(request.label, "untitled.rs");
    }

    #[test]
    fn what_is_no_task_keeps_its_id_and_text() {
        let range = r#""range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}"#;
        let cases = [
            ("{\"id\": 1".to_owned(), json!(null), "bad_request", "not valid JSON"),
            ("[1]".to_owned(), json!(null), "bad_request", "not a JSON object"),
            ("\u{fffd}{}".to_owned(), json!(null), "bad_request", "not valid JSON"),
            (r#"{"id": "a", "text": "t"}"#.to_owned(), json!("a"), "bad_request", "action"),
            (r#"{"id": "a", "text": "t", "action": "document"}"#.to_owned(), json!("a"), "bad_request", "range"),
            (
                format!(r#"{{"id": "a", "text": "t", "action": "x", "language": "rust", {range}}}"#),
                json!("a"),
                "bad_request",
                "no action is called `x`",
            ),
            (
                format!(r#"{{"id": "a", "text": "t", "action": "document", "language": "cobol", {range}}}"#),
                json!("a"),
                "unknown_language",
                "cobol",
            ),
            (
                format!(r#"{{"id": "a", "text": "t", "action": "document", {range}}}"#),
                json!("a"),
                "unknown_language",
                "neither",
            ),
            (
                r#"{"id": "a", "text": "t", "action": "document", "range": {"start": {"line": -1}}}"#.to_owned(),
                json!("a"),
                "bad_request",
                "range.start.line",
            ),
        ];
        for (line, id, code, says) in cases {
            let refused = refusal(&line);
            assert_eq!((&refused.0, refused.2), (&id, code), "{line}");
            assert_eq!(refused.1.as_deref(), (!id.is_null()).then_some("t"), "{line}");
            assert!(refused.3.contains(says), "{line}: {}", refused.3);
        }
        let (_, text, code, message) = refusal(r#"{"id": "a", "text": 1}"#);
        assert_eq!((text, code, message.as_str()), (None, "bad_request", "`text` is not a string"));
    }
}
