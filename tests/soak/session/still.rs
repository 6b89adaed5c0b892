//! What is checked when everything is still: that every request was answered and every job has ended, that the server has the texts
//! that the editor has, and that models were shown what stood there.

use graft_ls::text::normalize_line_ends;
use serde_json::{Value, json};

use super::{Asked, RUN, Session};

/// Texts up to this size are shown to a model as a whole, in bytes.
const SHOWN_WHOLE: usize = 5_000;
/// How much of a longer one is compared on each side of the cursor, in characters.
const NEAR: usize = 400;

impl Session {
    pub(super) async fn check(&mut self) {
        self.becomes_still().await;
        self.scopes_were_there();
        for at in 0..self.pages.len() {
            self.has_the_text(at).await;
        }
        self.started_before = std::mem::take(&mut self.started);
        self.unspent = 0;
        self.ledger.sample();
    }

    /// Waits until nothing is under way.
    async fn becomes_still(&mut self) {
        if self.chance.within(0..2) == 0 {
            self.ask(RUN, json!({"command": "graft.cancel"}), Asked::Other).await;
        }
        loop {
            self.model.notes().release_all();
            while self.client.unanswered() > 0 {
                self.client.take_next().await;
                self.heed().await;
            }
            let status = self.client.command("graft.status", Value::Null).await.unwrap();
            let is_still = status["jobs"].as_array().unwrap().is_empty();
            self.heed().await;
            if is_still && self.client.unanswered() == 0 {
                break;
            }
        }
        // A job's last word may follow its end.
        while !self.client.progress.is_empty() {
            self.client.take_next().await;
            self.heed().await;
        }
        self.jobs.clear();
        assert!(self.asked.is_empty(), "{} requests have no answer", self.asked.len());
    }

    /// What models were shown stood in the documents when the jobs began. What a cancelled one sent may arrive after its end.
    fn scopes_were_there(&mut self) {
        let shown = std::mem::take(&mut self.model.notes().scopes);
        for shown in shown {
            let started = [&self.started, &self.started_before];
            let mut texts = started.iter().filter_map(|started| started.get(&shown.path)).flatten();
            let code = shown.code.trim_end();
            assert!(
                texts.any(|text| text.contains(code)),
                "{} never held, where a job was started:\n{code}",
                shown.path
            );
            self.ledger.count("scopes compared");
        }
    }

    /// A completion's question holds the code around the cursor: in a short document all of it.
    async fn has_the_text(&mut self, at: usize) {
        if !self.overheard {
            return;
        }
        let uri = self.pages[at].uri.clone();
        let word = format!("w{}x{at}", self.ledger.step);
        let change = self.pages[at].word(self.client.text(&uri), &word);
        self.client.change(&uri, vec![change]).await;
        {
            let mut notes = self.model.notes();
            notes.holes.clear();
            notes.is_sound = true;
        }
        self.complete(at, 1).await;
        while self.client.unanswered() > 0 {
            self.client.take_next().await;
        }
        for (id, _) in self.client.take_answers() {
            self.asked.remove(&id);
            self.ledger.count("answers");
        }
        let text = self.client.text(&uri).to_owned();
        let cursor = self.pages[at].cursor(&text);
        let [before, after] = [&text[..cursor], &text[cursor..]].map(|half| normalize_line_ends(half).0);
        let holes = {
            let mut notes = self.model.notes();
            notes.is_sound = false;
            std::mem::take(&mut notes.holes)
        };
        // What was asked before and cancelled may arrive only now.
        let holes: Vec<_> = holes.into_iter().filter(|(prefix, _)| prefix.contains(&word)).collect();
        self.ledger.count(if holes.is_empty() { "texts not to be seen" } else { "texts compared" });
        for (prefix, suffix) in &holes {
            let is_whole = text.len() <= SHOWN_WHOLE;
            let same = if is_whole {
                *prefix == before && *suffix == after
            } else {
                ends_alike(&before, prefix) && starts_alike(&after, suffix)
            };
            assert!(same, "{uri} at {cursor}: the editor has\n{before}|{after}\nand the server\n{prefix}|{suffix}");
        }
        if let Some(change) = self.pages[at].undone(&text) {
            self.client.change(&uri, vec![change]).await;
        }
    }
}

fn ends_alike(whole: &str, part: &str) -> bool {
    let near = part.chars().rev().take(NEAR);
    near.eq(whole.chars().rev().take(NEAR.min(part.chars().count())))
}

fn starts_alike(whole: &str, part: &str) -> bool {
    let near = part.chars().take(NEAR);
    near.eq(whole.chars().take(NEAR.min(part.chars().count())))
}
