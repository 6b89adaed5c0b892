//! A model server with moods: it answers well, slowly, wrongly, halfway or not at all, by its seed, and notes what it is shown.
//! Refuses to measure time: what it holds is let go by the typist.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::corpus::chance::Chance;
use crate::support::model_server::{Gate, ModelServer, Reply, Request, Script};

/// A server and what it noted.
pub struct Flaky {
    server: ModelServer,
    notes: Arc<Mutex<Notes>>,
}

/// What a model was shown of a document: its path, and the code.
pub struct Shown {
    pub path: String,
    pub code: String,
}

/// What goes on between requests.
pub struct Notes {
    chance: Chance,
    /// Right answers, by the path of the document that they belong to.
    answers: HashMap<String, String>,
    /// Whether holes are answered well, so that nothing hides what was asked.
    pub is_sound: bool,
    /// Code before and after a cursor, as it was asked for.
    pub holes: Vec<(String, String)>,
    /// Scopes, as they were asked for.
    pub scopes: Vec<Shown>,
    /// How often each mood was met.
    pub moods: BTreeMap<&'static str, usize>,
    held: VecDeque<Gate>,
}

impl Notes {
    /// Empty ones.
    pub fn new(seed: u64) -> Arc<Mutex<Notes>> {
        Arc::new(Mutex::new(Notes {
            chance: Chance::of(seed, "model"),
            answers: HashMap::new(),
            is_sound: false,
            holes: Vec::new(),
            scopes: Vec::new(),
            moods: BTreeMap::new(),
            held: VecDeque::new(),
        }))
    }

    /// What is right to say of that document.
    pub fn learn(&mut self, path: String, answer: String) {
        self.answers.insert(path, answer);
    }

    /// Lets go of the oldest of what is held.
    pub fn release(&mut self) {
        if let Some(gate) = self.held.pop_front() {
            gate.open();
        }
    }

    /// Lets go of everything that is held.
    pub fn release_all(&mut self) {
        self.held.drain(..).for_each(|gate| gate.open());
    }

    /// The same for another server: what was held is let go.
    pub fn renewed(&mut self) -> Arc<Mutex<Notes>> {
        self.release_all();
        let new = Notes::new(self.chance.number());
        let mut next = new.lock().unwrap();
        next.answers = std::mem::take(&mut self.answers);
        next.moods = std::mem::take(&mut self.moods);
        next.scopes = std::mem::take(&mut self.scopes);
        drop(next);
        new
    }

    fn mood(&mut self, name: &'static str) {
        *self.moods.entry(name).or_default() += 1;
    }

    fn gate(&mut self) -> Gate {
        let gate = Gate::shut();
        self.held.push_back(gate.clone());
        gate
    }

    fn reply(&mut self, request: &Request) -> Reply {
        let body = &request.body;
        match request.path.as_str() {
            path if path.ends_with("/infill") && body["n_predict"] == json!(0) => Reply::json(json!({})),
            path if path.ends_with("/infill") => self.fill(body),
            path if ["/api/chat", "/chat/completions", "/messages"].iter().any(|end| path.ends_with(end)) => {
                self.chat(request)
            }
            _ => Reply::error(404, json!({"error": "not here"})),
        }
    }

    fn fill(&mut self, body: &Value) -> Reply {
        let half = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        self.holes.push((half("input_prefix"), half("input_suffix")));
        let said =
            ["value + 1", "next(value)\n", "x", "", "items.len();\n    }\n", "größe🦀", "total(x)\n\nfn other() {}\n"];
        let text = self.chance.pick(&said).copied().unwrap_or_default();
        match self.is_sound {
            true => Reply::text("x"),
            false => self.spoiled(Reply::text(text), "/infill"),
        }
    }

    fn chat(&mut self, request: &Request) -> Reply {
        let words = first_question(&request.body);
        let path = words.lines().find_map(|line| line.strip_prefix("File: ")).unwrap_or_default().to_owned();
        let code = code_of(&words).unwrap_or_default();
        let known = self.answers.get(&path).filter(|_| self.chance.within(0..4) > 0).cloned();
        let text = known.unwrap_or_else(|| format!("```\n{}```\n", with_a_remark(&code)));
        self.scopes.push(Shown { path, code });
        self.spoiled(Reply::text(&text), &request.path)
    }

    /// The answer as this server gives it today.
    fn spoiled(&mut self, good: Reply, path: &str) -> Reply {
        let length = good.body_for(path).len();
        let at = self.chance.within(0..length);
        let (mood, reply) = match self.chance.within(0..100) {
            0..35 => ("answers", good.split_every(1 + at % 400)),
            35..52 => ("answers when it pleases", good.hold(&self.gate())),
            52..62 => {
                ("drips", [at, length / 2, length].into_iter().fold(good, |reply, at| reply.hold_at(at, &self.gate())))
            }
            62..66 => ("is silent", Reply::silence()),
            66..70 => ("stops in the middle", good.hang_at(at)),
            70..75 => ("closes in the middle", good.cut_at(at)),
            75..78 => ("resets in the middle", good.reset_at(at)),
            78..81 => ("hangs up", Reply::hang_up()),
            81..85 => ("answers garbage", Reply::bytes("application/json", vec![0xff, b'{', 0, b'\n', b'\n'])),
            85..89 => ("is overloaded", Reply::error(429, json!({"error": "later"})).header("retry-after", "1")),
            89..92 => ("fails", Reply::error(500, json!({"error": {"message": "as told"}}))),
            92..96 => ("talks", Reply::text("I would rather talk about it.")),
            _ => ("is cut short", good.finish("length")),
        };
        self.mood(mood);
        reply
    }
}

impl Flaky {
    pub async fn start(notes: Arc<Mutex<Notes>>) -> Flaky {
        let own = notes.clone();
        let server = ModelServer::start(Script::by(move |_, request| own.lock().unwrap().reply(request))).await;
        Flaky { server, notes }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }
}

/// What the person's side said first: a repair repeats it.
fn first_question(body: &Value) -> String {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let first = messages.iter().find(|message| message["role"] == "user").map(|message| &message["content"]);
    match first {
        Some(Value::String(text)) => text.clone(),
        Some(parts) => parts[0]["text"].as_str().unwrap_or_default().to_owned(),
        None => String::new(),
    }
}

/// The block under the prompt's last heading: the code that is to be worked on.
fn code_of(words: &str) -> Option<String> {
    let mut lines = words[words.rfind("\nThe code (")?..].split_inclusive('\n').skip(2);
    let fence = lines.next()?.trim_end().trim_end_matches(|c: char| c != '`').to_owned();
    Some(lines.take_while(|line| line.trim_end() != fence).collect())
}

/// The code with a comment in it.
fn with_a_remark(code: &str) -> String {
    let mut lines: Vec<String> = code.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(at) = lines.iter().position(|line| line.trim_end().ends_with(['{', ':'])) {
        let mark = if lines[at].trim_end().ends_with(':') { "#" } else { "//" };
        let blanks: String =
            lines.get(at + 1).map_or("", String::as_str).chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        lines.insert(at + 1, format!("{blanks}{mark} Checked.\n"));
    }
    lines.concat()
}
