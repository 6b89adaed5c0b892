//! What a session makes of what the server says: answers are looked at, edits made as an editor makes them, jobs counted by their ends.

use std::collections::HashMap;

use graft_ls::syntax::{Census, Document, Language};
use serde_json::{Value, json};

use super::super::typist::Page;
use super::{Asked, MOST_WAITING, RUN, Session};
use crate::support::model_document::ModelDocument;

/// Codes of JSON-RPC that say that a request was cancelled, or came too late.
const GIVEN_UP: [i64; 2] = [-32800, -32801];

impl Session {
    /// Hands off the keyboard until all questions are answered.
    pub(super) async fn wait_for_answers(&mut self) {
        while self.client.unanswered() > 0 {
            self.model.notes().release_all();
            self.client.take_next().await;
        }
    }

    /// Takes what the server said; where it has much to answer, waits for some of it.
    pub(super) async fn listen(&mut self) {
        self.client.take_arrived().await;
        while self.client.unanswered() > MOST_WAITING {
            self.client.take_next().await;
        }
        self.heed().await;
    }

    pub(super) async fn heed(&mut self) {
        for edit in self.client.take_unread("workspace/applyEdit") {
            self.apply(&edit).await;
        }
        for message in self.client.take_unread("window/showMessage") {
            assert!(!message.to_string().contains("a bug in Graft"), "{message}");
            self.ledger.count("messages");
        }
        for (id, answer) in self.client.take_answers() {
            self.answered(id, &answer).await;
        }
        let (ledger, jobs) = (&mut self.ledger, &mut self.jobs);
        self.client.progress.retain(|job, values| {
            let end = values.last().filter(|value| value["kind"] == "end");
            if let Some(end) = end {
                ledger.job_ended(end["message"].as_str().unwrap_or_default());
                jobs.retain(|known| known != job);
            }
            end.is_none()
        });
        self.client.log.clear();
    }

    async fn answered(&mut self, id: i64, answer: &Value) {
        let about = self.asked.remove(&id).unwrap_or_else(|| panic!("never asked, or answered twice: {answer}"));
        self.ledger.count("answers");
        if let Some(error) = answer.get("error") {
            assert!(error["code"].as_i64().is_some_and(|code| GIVEN_UP.contains(&code)), "{error}");
            return self.ledger.count("requests given up");
        }
        let result = &answer["result"];
        match about {
            Asked::Run => {
                self.ledger.count("jobs");
                self.jobs.push(result["job"].as_str().unwrap().to_owned());
            }
            Asked::Actions => {
                let items = result.as_array().cloned().unwrap_or_default();
                if let Some(item) = self.chance.pick(&items).filter(|_| self.jobs.len() < MOST_WAITING) {
                    match item["command"]["command"] == "graft.run" {
                        true => self.start_job(item["command"]["arguments"][0].clone()).await,
                        false => self.ask(RUN, item["command"].clone(), Asked::Other).await,
                    }
                }
            }
            Asked::Completion { uri, version } => {
                let Some(item) = result.get(0) else { return };
                self.ledger.count("completions shown");
                let is_current = self.client.documents.get(&uri).is_some_and(|now| now.version == version);
                if is_current && self.chance.within(0..3) == 0 {
                    let change = json!({"range": item["range"], "text": item["insertText"]});
                    self.client.change(&uri, vec![change]).await;
                    self.pages.iter_mut().filter(|page| page.uri == uri).for_each(Page::changed_elsewhere);
                    self.ledger.count("completions taken");
                    self.ask(RUN, item["command"].clone(), Asked::Other).await;
                }
            }
            Asked::Other => {}
        }
    }

    /// Makes an edit as an editor does, and looks at what came of it.
    async fn apply(&mut self, request: &Value) {
        let changes = request["params"]["edit"]["documentChanges"].as_array().unwrap().clone();
        let gone = |change: &Value| {
            change.get("kind").is_none()
                && !change["textDocument"]["version"].is_null()
                && !self.client.documents.contains_key(change["textDocument"]["uri"].as_str().unwrap())
        };
        if changes.iter().any(gone) {
            self.ledger.count("edits for what was closed");
            return self.client.reply(request, json!({"applied": false})).await;
        }
        let before = self.client.documents.clone();
        let made = self.client.labels.len();
        self.client.make_edit(request).await;
        if self.client.labels.len() == made {
            return self.ledger.count("edits that came too late");
        }
        self.client.labels.clear();
        self.ledger.count("edits made");
        self.unspent = self.unspent.checked_sub(1).expect("an edit that no job was started for");
        self.client.documents.retain(|_, document| document.version > 0);
        self.parses_no_worse(&before);
    }

    fn parses_no_worse(&mut self, before: &HashMap<String, ModelDocument>) {
        for page in &mut self.pages {
            let (old, new) = (&before[&page.uri], &self.client.documents[&page.uri]);
            if old.text == new.text {
                continue;
            }
            page.changed_elsewhere();
            let language = Language::by_path(&page.uri).unwrap();
            let [old, new] = [old, new].map(|document| Document::new(language, &document.text, None));
            let [before, after] = [&old, &new].map(|document| Census::of(document, 0..0));
            let worse = after.first_new(&before).filter(|_| after.len() > before.len());
            assert!(worse.is_none(), "parses worse: {worse:?}\n{}\n=>\n{}", old.source(), new.source());
        }
    }
}
