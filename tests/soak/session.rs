//! One editor's session with the real binary: what is done and asked at random. What comes back is checked in `heard.rs` all the
//! time, and in `still.rs` whenever nothing is under way. Refuses to know how much is too much; see `ledger.rs`.

mod heard;
mod still;

use std::collections::HashMap;

use graft_ls::text::normalize_line_ends;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::flaky::{Flaky, Notes};
use super::ledger::Ledger;
use super::sources::{Original, originals};
use super::typist::{Page, position};
use super::{Orders, Until, WANTED};
use crate::corpus::chance::Chance;
use crate::support::lsp_client::{Edits, LspClient, capabilities, code_action_params};

const RUN: &str = "workspace/executeCommand";
const COMPLETION: &str = "textDocument/inlineCompletion";
/// So many requests may wait for an answer, and so many pages lie open.
const MOST_WAITING: usize = 24;
const MOST_OPEN: usize = 12;

/// What a request was about.
enum Asked {
    Actions,
    Run,
    Completion { uri: String, version: i32 },
    Other,
}

pub struct Session {
    orders: Orders,
    chance: Chance,
    client: LspClient,
    model: Flaky,
    originals: Vec<Original>,
    pages: Vec<Page>,
    clipboard: String,
    asked: HashMap<i64, Asked>,
    jobs: Vec<String>,
    /// The texts that jobs were started on since everything was still last, by the path that a model is told.
    started: HashMap<String, Vec<String>>,
    /// The same of the time before that.
    started_before: HashMap<String, Vec<String>>,
    /// Jobs that were started since then and have made no edit.
    unspent: usize,
    /// Whether completions are filled by a server that tells what it was asked.
    overheard: bool,
    ledger: Ledger,
    home: TempDir,
}

impl Session {
    pub async fn start(orders: Orders) -> Session {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_graft-ls"));
        command.arg("lsp").env_clear().env("HOME", home.path()).env("GRAFT_DISCOVER", "none");
        let notes = Notes::new(orders.seed);
        let model = Flaky::start(notes).await;
        let params = json!({"capabilities": capabilities(), "rootUri": format!("file://{}", home.path().display()),
            "initializationOptions": settings(&orders, &model, 0)});
        let (mut client, process) = LspClient::spawn(command, params).await;
        client.edits = Edits::Leave;
        let originals = originals(&orders.trees, orders.seed);
        Session {
            chance: Chance::of(orders.seed, "typist"),
            ledger: Ledger::new(process, orders.seed),
            client,
            model,
            originals,
            pages: Vec::new(),
            clipboard: String::new(),
            asked: HashMap::new(),
            jobs: Vec::new(),
            started: HashMap::new(),
            started_before: HashMap::new(),
            unspent: 0,
            overheard: true,
            home,
            orders,
        }
    }

    /// Works as long as it is told, and says goodbye.
    pub async fn run(mut self) -> Ledger {
        loop {
            let is_over = match self.orders.until {
                Until::Seen(least) => {
                    let is_seen = WANTED.iter().all(|what| self.ledger.counted(what) > 0);
                    self.ledger.step >= least && (is_seen || self.ledger.step >= 20 * least)
                }
                Until::Then(end) => std::time::Instant::now() >= end,
            };
            if is_over || self.ledger.step.is_multiple_of(self.orders.check_every) {
                self.check().await;
            }
            if is_over {
                break;
            }
            self.ledger.step += 1;
            self.step().await;
            self.listen().await;
        }
        for page in std::mem::take(&mut self.pages) {
            self.client.close(&page.uri).await;
        }
        self.check().await;
        self.ledger.ends(&self.model.notes().moods);
        self.client.shutdown().await;
        let log = std::fs::read_to_string(self.home.path().join(".local/state/graft/graft-ls.log")).unwrap_or_default();
        assert!(!log.contains("a bug in graft-ls"), "something panicked; the log says where:\n{log}");
        self.ledger
    }

    async fn step(&mut self) {
        if self.pages.is_empty() {
            return self.open().await;
        }
        let at = self.chance.within(0..self.pages.len());
        match self.chance.within(0..1000) {
            0..650 => self.type_in(at).await,
            650..700 => {
                let text = self.client.text(&self.pages[at].uri).to_owned();
                self.pages[at].move_on(&mut self.chance, &text);
                let piece = text.split_inclusive('\n').skip(self.chance.within(0..40)).take(3).collect();
                self.clipboard = piece;
            }
            700..790 => self.list(at).await,
            790..850 => self.run_right(at).await,
            850..880 => self.cancel().await,
            880..910 if self.pages.len() < MOST_OPEN => self.open().await,
            880..930 => self.close(at).await,
            930..935 => self.change_settings().await,
            935..960 => drop(self.client.command("graft.status", Value::Null).await),
            _ => self.model.notes().release(),
        }
    }

    async fn ask(&mut self, method: &str, params: Value, about: Asked) {
        let id = self.client.ask(method, params).await;
        self.ledger.count("requests");
        self.asked.insert(id, about);
    }

    async fn open(&mut self) {
        let number = self.chance.within(0..self.originals.len());
        let original = &self.originals[number];
        let path = format!("{number}/{}", original.path);
        let uri = format!("file://{}/{path}", self.home.path().display());
        if self.client.documents.contains_key(&uri) {
            return;
        }
        if let Some(answer) = &original.answer {
            self.model.notes().learn(path, answer.clone());
        }
        self.client.open(&uri, &original.language, &original.text).await;
        self.pages.push(Page::new(uri, original.text.clone()));
        self.ledger.count("documents opened");
        if self.originals[number].action.is_some() {
            self.run_right(self.pages.len() - 1).await;
        }
    }

    async fn close(&mut self, at: usize) {
        let page = self.pages.swap_remove(at);
        self.client.close(&page.uri).await;
    }

    async fn type_in(&mut self, at: usize) {
        let uri = self.pages[at].uri.clone();
        let mut changes = Vec::new();
        let mut is_typing = false;
        // Some editors send several changes at once: each is for the text that the one before it left.
        let mut text = self.client.documents[&uri].clone();
        for _ in 0..1 + self.chance.within(0..12) / 11 {
            let (change, types) = self.pages[at].change(&mut self.chance, &text.text, &self.clipboard);
            text.change(&change, "utf-16");
            changes.push(change);
            is_typing = types;
        }
        self.client.change(&uri, changes).await;
        self.ledger.count("changes of text");
        if is_typing && self.chance.within(0..2) == 0 {
            self.complete(at, 2).await;
            if self.chance.within(0..4) == 0 {
                self.wait_for_answers().await;
            }
        }
    }

    /// Asks for a completion: 1 is by hand, 2 while somebody types.
    async fn complete(&mut self, at: usize, trigger: u32) {
        let page = &self.pages[at];
        let document = &self.client.documents[&page.uri];
        let params = json!({"textDocument": {"uri": page.uri}, "context": {"triggerKind": trigger},
            "position": position(&document.text, page.cursor(&document.text))});
        let about = Asked::Completion { uri: page.uri.clone(), version: document.version };
        self.ledger.count("completions asked for");
        self.ask(COMPLETION, params, about).await;
    }

    async fn list(&mut self, at: usize) {
        let page = &self.pages[at];
        let text = self.client.text(&page.uri);
        let place = position(text, page.cursor(text));
        let [line, character] = ["line", "character"].map(|field| place[field].as_u64().unwrap() as u32);
        let params = code_action_params(&page.uri, [line, character, line, character], json!({}));
        self.ask("textDocument/codeAction", params, Asked::Actions).await;
    }

    /// Starts the action of which the model knows the answer, at its place in the text as it was at first.
    async fn run_right(&mut self, at: usize) {
        let uri = self.pages[at].uri.clone();
        let number = uri[format!("file://{}/", self.home.path().display()).len()..].split('/').next().unwrap();
        let original = &self.originals[number.parse::<usize>().unwrap()];
        let Some(action) = &original.action else { return };
        let [start, end] = [original.range.start, original.range.end].map(|at| position(&original.text, at));
        let mut argument = json!({"action": action, "uri": uri, "range": {"start": start, "end": end}});
        for (field, value) in [("instruction", &original.instruction), ("diagnostics", &original.diagnostics)] {
            if !value.is_null() {
                argument[field] = value.clone();
            }
        }
        self.start_job(argument).await;
    }

    async fn start_job(&mut self, argument: Value) {
        let uri = argument["uri"].as_str().unwrap().to_owned();
        if let Some(document) = self.client.documents.get(&uri) {
            let path = uri[format!("file://{}/", self.home.path().display()).len()..].to_owned();
            self.started.entry(path).or_default().push(normalize_line_ends(&document.text).0);
        }
        self.unspent += 1;
        self.ask(RUN, json!({"command": "graft.run", "arguments": [argument]}), Asked::Run).await;
    }

    async fn cancel(&mut self) {
        let waiting: Vec<i64> = self.asked.keys().copied().collect();
        match (self.chance.within(0..4), self.chance.pick(&waiting), self.chance.pick(&self.jobs)) {
            (0, Some(id), _) => self.client.notify("$/cancelRequest", json!({"id": id})).await,
            (1, _, Some(job)) => {
                self.client.notify("window/workDoneProgress/cancel", json!({"token": job})).await;
            }
            (2, _, Some(job)) => {
                let params = json!({"command": "graft.cancel", "arguments": [job]});
                self.ask(RUN, params, Asked::Other).await;
            }
            _ => self.ask(RUN, json!({"command": "graft.status"}), Asked::Other).await,
        }
    }

    /// Other settings, and other servers under the same names.
    async fn change_settings(&mut self) {
        let old = self.model.notes().renewed();
        self.model = Flaky::start(old).await;
        let choice = self.chance.within(0..24);
        self.overheard = self.orders.engine.is_none() || choice.is_multiple_of(2);
        let new = settings(&self.orders, &self.model, choice);
        self.client.notify("workspace/didChangeConfiguration", json!({"settings": {"graft": new}})).await;
        self.ledger.count("changes of settings");
    }
}

fn settings(orders: &Orders, model: &Flaky, choice: usize) -> Value {
    let provider = |kind: &str| {
        json!({"kind": kind, "base_url": model.url(), "first_token_timeout_s": orders.patience_s,
        "idle_timeout_s": orders.patience_s, "total_timeout_s": 4.0 * orders.patience_s, "parallel": 4})
    };
    let mut chain = ["olive", "ash", "oak"];
    chain.rotate_left(choice % 3);
    let filling = if choice % 2 == 1 && orders.engine.is_some() { "engine" } else { "fill" };
    json!({
        "providers": {
            "ollama": provider("ollama"), "openai": provider("openai"), "anthropic": provider("anthropic"), "llamacpp": provider("llamacpp"),
            "engine": {"kind": "llamacpp", "base_url": orders.engine.clone().unwrap_or_else(|| model.url()), "first_token_timeout_s": 30},
        },
        "models": {
            "olive": {"provider": "ollama", "model": "olive:7b"}, "ash": {"provider": "openai", "model": "ash"},
            "oak": {"provider": "anthropic", "model": "oak"}, "fill": {"provider": "llamacpp", "model": "fill"},
            "engine": {"provider": "engine", "model": "engine"},
        },
        "routes": {"default": chain, "complete": filling},
        "completion": {"trigger": if choice % 5 == 4 { "manual" } else { "auto" }},
    })
}
