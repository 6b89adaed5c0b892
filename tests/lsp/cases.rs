//! The case files through an editor: picked from the list, asked of a scripted model, applied to the buffer. Refuses to know
//! what is right: that stands in the files (see `case_file.rs`), and batch and the command line are held to the same.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use graft_ls::actions::{ActionId, Offer};
use graft_ls::config::{Config, Loading};
use graft_ls::doctor::Checkup;
use graft_ls::engine::{Change, Completion, Engine, Outcome, Progress, ProviderStatus, Task, Wanted};
use graft_ls::lsp::Work;
use graft_ls::syntax::{Diagnostic, Document};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::edits::{from_editor, settings};
use super::kind_of;
use crate::case_file::{self, Case, Expected};
use crate::cases::{difference, position, project, report};
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_document::ModelDocument;
use crate::support::model_server::{ModelServer, Reply, Script};

/// The real engine, overheard: an editor is told why there is no edit in a sentence only, without the reason's code.
struct Overheard {
    engine: Engine,
    last: Mutex<String>,
}

impl Work for Overheard {
    fn offers(
        &self,
        wanted: &[ActionId],
        document: &Document,
        range: Range<usize>,
        diagnostics: &[Diagnostic],
    ) -> Vec<Offer> {
        self.engine.offers(wanted, document, range, diagnostics)
    }

    fn execute<'a>(&'a self, task: &'a Task, observe: &'a mut (dyn FnMut(Progress) + Send)) -> BoxFuture<'a, Outcome> {
        async move {
            let outcome = self.engine.execute(task, observe).await;
            let code = match &outcome.result {
                Ok(Change::Edit { .. }) => "edit",
                Ok(Change::Nothing { .. }) => "no_change",
                Err(failure) => failure.code.as_str(),
            };
            *self.last.lock().unwrap() = code.to_owned();
            outcome
        }
        .boxed()
    }

    fn complete<'a>(&'a self, task: &'a Task, wanted: &'a Wanted) -> BoxFuture<'a, Completion> {
        self.engine.complete(task, wanted).boxed()
    }

    fn accepted(&self, suggestion: u64) {
        Work::accepted(&self.engine, suggestion);
    }

    fn configure(&self, config: Config) {
        self.engine.configure(config);
    }

    fn providers(&self) -> Vec<ProviderStatus> {
        Engine::providers(&self.engine)
    }

    fn examine(&self, loading: Loading, config: Option<Arc<Config>>) -> BoxFuture<'_, Checkup> {
        Work::examine(&self.engine, loading, config)
    }

    fn discover(&self, config: Arc<Config>) -> BoxFuture<'_, Option<String>> {
        Work::discover(&self.engine, config)
    }
}

/// What the model says in the case at hand: its replies in order; one that is asked again says the last once more.
#[derive(Default)]
struct Conversation {
    replies: Vec<Reply>,
    asked: usize,
}

impl Conversation {
    fn next(&mut self) -> Reply {
        let reply = self.replies.get(self.asked).or(self.replies.last()).cloned();
        self.asked += 1;
        reply.unwrap_or_else(|| Reply::error(418, json!({"error": "no case is at hand"})))
    }
}

/// One editor for all cases: every project is a folder of its workspace.
struct Editor {
    client: LspClient,
    work: Arc<Overheard>,
    model: Arc<Mutex<Conversation>>,
    _server: ModelServer,
}

impl Editor {
    async fn start(projects: &[TempDir]) -> Editor {
        let model = Arc::new(Mutex::new(Conversation::default()));
        let speaker = model.clone();
        let server = ModelServer::start(Script::by(move |_, _| speaker.lock().unwrap().next())).await;
        let folders: Vec<Value> =
            projects.iter().map(|folder| json!({"uri": uri_of(folder.path(), ""), "name": "project"})).collect();
        let params = json!({
            "capabilities": capabilities(), "initializationOptions": settings(&server), "workspaceFolders": folders
        });
        let work =
            Arc::new(Overheard { engine: Engine::new(Config::default()), last: Mutex::new("nothing yet".to_owned()) });
        let client = LspClient::start_with(work.clone(), from_editor(), params).await;
        Editor { client, work, model, _server: server }
    }

    /// What comes of a case whose answers end with a word of the server's.
    async fn run(&mut self, case: &Case, finish: &str, folder: &Path) -> Result<Expected, String> {
        let uri = uri_of(folder, &case.path);
        let replies = case.replies.iter().map(|reply| Reply::text(reply).finish(finish)).collect();
        *self.model.lock().unwrap() = Conversation { replies, asked: 0 };
        for (path, text) in &case.files {
            // Version 0 is a file on disk: the client makes edits of it and tells nobody.
            let file = ModelDocument { text: text.clone(), version: 0 };
            self.client.documents.insert(uri_of(folder, path), file);
        }
        self.client.open(&uri, &case.language, &case.input).await;
        let before = self.client.documents.clone();
        let got = match self.argument(case, &uri).await {
            Ok(argument) => self.run_argument(argument, &before, folder, &uri).await,
            Err(why) => Err(why),
        };
        self.client.close(&uri).await;
        self.client.documents.clear();
        let got = got?;
        let (told, asked) = (case.replies.len(), self.model.lock().unwrap().asked);
        match got {
            // A refused answer is sent back once, where that can help.
            Expected::Rejected { .. } if asked == told || asked == told + 1 => Ok(got),
            Expected::Edit { .. } | Expected::NoChange if asked == told => Ok(got),
            _ => Err(format!("the model was asked {asked} times, the case has {told} replies")),
        }
    }

    /// The argument of the item that the list offers, with the instruction that a person would add.
    async fn argument(&mut self, case: &Case, uri: &str) -> Result<Value, String> {
        let (start, end) = (position(&case.input, case.range.start), position(&case.input, case.range.end));
        let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
        let range = [&start["line"], &start["character"], &end["line"], &end["character"]].map(number);
        let context =
            json!({"only": [kind_of(&case.action)], "diagnostics": case.diagnostics.clone().unwrap_or(json!([]))});
        let listed = self.client.code_actions(uri, range, context).await;
        let offered = listed.first().map(|item| item["command"]["arguments"][0].clone());
        let applies = !matches!(&case.expected, Expected::Rejected { code, .. } if code == "nothing_here");
        let mut argument = match offered {
            Some(_) if !applies => return Err("the list offers what does not apply".to_owned()),
            Some(argument) => argument,
            None if applies && case.instruction.is_none() => return Err("the list does not offer it".to_owned()),
            None => json!({"action": case.action, "uri": uri, "range": {"start": start, "end": end}}),
        };
        if let Some(instruction) = &case.instruction {
            argument["instruction"] = json!(instruction);
        }
        Ok(argument)
    }

    async fn run_argument(
        &mut self,
        argument: Value,
        before: &HashMap<String, ModelDocument>,
        folder: &Path,
        uri: &str,
    ) -> Result<Expected, String> {
        let job = self.client.run(argument).await;
        let told = self.client.ended(&job).await;
        let code = self.work.last.lock().unwrap().clone();
        let changed = changed(before, &self.client.documents);
        if told.starts_with("done by small") {
            return match changed.as_slice() {
                [changed] if code == "edit" => Ok(Expected::Edit {
                    path: (changed != uri).then(|| changed[uri_of(folder, "").len()..].to_owned()),
                    text: self.client.text(changed).to_owned(),
                }),
                _ => Err(format!("told that it is done; the engine says {code}, changed: {changed:?}")),
            };
        }
        let (kind, message) = self.client.message().await;
        match (told.as_str(), code.as_str(), message.strip_prefix("Graft: ")) {
            _ if !changed.is_empty() => Err(format!("`{message}`, and yet changed: {changed:?}")),
            ("no change", "no_change", Some(_)) if kind == 3 => Ok(Expected::NoChange),
            ("no edit", code, Some(why)) if code != "edit" && kind < 3 => {
                Ok(Expected::Rejected { code: code.to_owned(), says: vec![why.to_owned()] })
            }
            _ => Err(format!("progress ends with `{told}`, the engine says {code}, message {kind}: {message}")),
        }
    }
}

/// The URI of a path in a project; of the folder itself, with the slash at its end, for an empty path.
fn uri_of(folder: &Path, path: &str) -> String {
    format!("file://{}", folder.join(path).display())
}

/// The documents that are new or have another text.
fn changed(before: &HashMap<String, ModelDocument>, after: &HashMap<String, ModelDocument>) -> Vec<String> {
    let same = |uri: &String, now: &ModelDocument| before.get(uri).is_some_and(|before| before.text == now.text);
    after.iter().filter(|(uri, now)| !same(uri, now)).map(|(uri, _)| uri.clone()).collect()
}

/// The words to end a case's answers with: the case's own, else none that means anything, as where an answer is replayed
/// without one; and `stop`, which says that nothing is missing.
fn words(case: &Case) -> Vec<&str> {
    match &case.finish_reason {
        Some(word) => vec![word],
        None => vec!["unsaid", "stop"],
    }
}

#[tokio::test]
async fn an_editor_gets_what_the_cases_say() {
    let cases = case_file::all();
    let projects: Vec<TempDir> = cases.iter().map(project).collect();
    let mut editor = Editor::start(&projects).await;
    let mut failures = Vec::new();
    for (case, project) in cases.iter().zip(&projects) {
        for word in words(case) {
            let account = match editor.run(case, word, project.path()).await {
                Ok(got) => difference(case, &got),
                Err(why) => Some(why),
            };
            failures.extend(account.map(|account| format!("── {} ({word})\n{account}", case.file.display())));
        }
    }
    editor.client.shutdown().await;
    report(&failures, cases.len());
}
