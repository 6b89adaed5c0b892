//! The editor's side of the client: documents, commands, and how it answers what the server asks. Holds no waiting.

use serde_json::{Value, json};

use super::{Edits, LspClient};
use crate::support::model_document::ModelDocument;

/// What most editors can do.
pub fn capabilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "window": {"workDoneProgress": true},
        "workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]}},
        "textDocument": {"codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}},
            "tagSupport": {"valueSet": [1]}
        }}
    })
}

impl LspClient {
    /// Starts a job; returns its id.
    pub async fn run(&mut self, argument: Value) -> String {
        let started = self.command("graft.run", json!([argument])).await.unwrap();
        started["job"].as_str().unwrap().to_owned()
    }

    /// Lists the code actions of a range `[line, character, line, character]`.
    pub async fn code_actions(&mut self, uri: &str, range: [u32; 4], context: Value) -> Vec<Value> {
        let params = code_action_params(uri, range, context);
        self.request("textDocument/codeAction", params).await.unwrap().as_array().unwrap().clone()
    }

    /// Opens a document.
    pub async fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = ModelDocument { text: text.to_owned(), version: 1 };
        self.documents.insert(uri.to_owned(), document);
        let item = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item})).await;
    }

    /// Changes a document: in the model, then at the server.
    pub async fn change(&mut self, uri: &str, changes: Vec<Value>) {
        let document = self.documents.get_mut(uri).unwrap();
        for change in &changes {
            document.change(change, &self.encoding);
        }
        document.version += 1;
        let version = document.version;
        let params = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes});
        self.notify("textDocument/didChange", params).await;
    }

    /// Closes a document.
    pub async fn close(&mut self, uri: &str) {
        self.documents.remove(uri);
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}})).await;
    }

    /// The text of a document.
    pub fn text(&self, uri: &str) -> &str {
        &self.documents[uri].text
    }

    pub(super) async fn take(&mut self, message: Value) {
        let params = &message["params"];
        match message["method"].as_str() {
            None => self.take_answer(message),
            Some("$/progress") => {
                let token = params["token"].as_str().unwrap();
                let values = self.progress.get_mut(token).expect("a progress that was not created");
                assert_ne!(values.last().unwrap()["kind"], "end", "a progress goes on after its end");
                values.push(params["value"].clone());
            }
            Some("window/logMessage") => self.log.push(params["message"].as_str().unwrap().to_owned()),
            Some("window/workDoneProgress/create") if self.agrees_to_progress => {
                let token = params["token"].as_str().unwrap().to_owned();
                let before = self.progress.insert(token, vec![json!({"kind": "create"})]);
                assert_eq!(before, None, "a progress token is used twice");
                self.reply(&message, Value::Null).await;
            }
            Some("workspace/applyEdit") if self.edits == Edits::Make => self.make_edit(&message).await,
            Some(_) => self.unread.push_back(message),
        }
    }

    fn take_answer(&mut self, answer: Value) {
        match answer["id"].as_i64() {
            Some(id) => {
                let asked = self.waiting.remove(&id);
                assert!(asked.is_some(), "answered twice or never asked: {answer}");
                self.answers.insert(id, answer);
            }
            None => self.unread.push_back(answer),
        }
    }

    /// Makes the edit of an `applyEdit` request, as VS Code does: refused where the version is another, else made, answered
    /// and told with a didChange.
    pub async fn make_edit(&mut self, request: &Value) {
        let params = &request["params"];
        let changes = params["edit"]["documentChanges"].as_array().expect("edits without versions");
        assert!(params["edit"].get("changes").is_none());
        for change in changes {
            if change["kind"] == "create" {
                let document = ModelDocument { text: String::new(), version: 0 };
                self.documents.entry(change["uri"].as_str().unwrap().to_owned()).or_insert(document);
                continue;
            }
            let uri = change["textDocument"]["uri"].as_str().unwrap().to_owned();
            let document = self.documents.get_mut(&uri).expect("an edit of a document that is not there");
            let version = &change["textDocument"]["version"];
            if !version.is_null() && version.as_i64() != Some(i64::from(document.version)) {
                let refusal = json!({"applied": false, "failureReason": "document has changed"});
                return self.reply(request, refusal).await;
            }
            document.edit(change["edits"].as_array().unwrap(), &self.encoding);
            if document.version > 0 {
                let text = document.text.clone();
                self.reply(request, json!({"applied": true})).await;
                self.labels.push(params["label"].as_str().unwrap().to_owned());
                return self.change(&uri, vec![json!({"text": text})]).await;
            }
        }
        self.labels.push(params["label"].as_str().unwrap().to_owned());
        self.reply(request, json!({"applied": true})).await;
    }
}

/// Parameters of `textDocument/codeAction`; `context` may leave the diagnostics out.
pub fn code_action_params(
    uri: &str,
    [line, character, end_line, end_character]: [u32; 4],
    mut context: Value,
) -> Value {
    context.as_object_mut().unwrap().entry("diagnostics").or_insert(json!([]));
    let range =
        json!({"start": {"line": line, "character": character}, "end": {"line": end_line, "character": end_character}});
    json!({"textDocument": {"uri": uri}, "range": range, "context": context})
}
