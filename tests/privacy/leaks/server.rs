//! Servers with moods: good answers, bad ones, failures that repeat the key or the code; of one's own, of a cloud, or passing on to one.

use graft_ls::config::Ownership;
use serde_json::json;

use crate::support::model_server::{ModelServer, Reply, Request, Script};

/// What a server does with a request.
#[derive(Debug, Clone, Copy)]
pub enum Mood {
    Echoes,
    Documents,
    Chats,
    Garbles,
    Fails,
    /// As FastAPI does, and many a proxy.
    RepeatsTheRequest,
    /// With a web page's status.
    Babbles,
    Declines,
    RefusesTheKey,
    HangsUp,
    BreaksOff,
    StopsShort,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub number: usize,
    pub kind: &'static str,
    /// What the config says, if it says anything: it is on this machine.
    pub said: Option<Ownership>,
    /// One, or a pool of several.
    pub boxes: Vec<Box>,
}

/// One machine of a provider.
#[derive(Debug, Clone)]
pub struct Box {
    /// Whether it passes its model on, as `/api/show` tells.
    pub passes_on: bool,
    pub moods: Vec<Mood>,
}

impl Server {
    /// Whose one of its boxes is in truth: not only what the config says.
    pub fn owner(&self, number: usize) -> Ownership {
        // A llama.cpp server passes nothing on, and what it says of that is not believed.
        let passes_on = self.boxes[number].passes_on && self.kind != "llamacpp";
        match (self.said, passes_on) {
            (Some(Ownership::Cloud), _) | (_, true) => Ownership::Cloud,
            _ => Ownership::Mine,
        }
    }

    /// How its model is asked to complete.
    pub fn fim(&self) -> &'static str {
        if self.kind == "anthropic" { "chat" } else { "qwen-coder" }
    }

    pub fn key(&self) -> String {
        format!("opaque-key-of-server-{}-0123456789", self.number)
    }

    pub async fn start(&self) -> Vec<ModelServer> {
        let mut boxes = Vec::new();
        for own in self.boxes.clone() {
            let key = self.key();
            boxes.push(ModelServer::start(Script::by(move |n, request| own.reply(n, request, &key))).await);
        }
        boxes
    }
}

impl Box {
    fn reply(&self, n: usize, request: &Request, key: &str) -> Reply {
        if request.path == "/api/show" {
            return Reply::json(if self.passes_on { json!({"remote_host": "https://ollama.com"}) } else { json!({}) });
        }
        let code = code_of(request);
        let documented = code.replacen(":\n", ":\n    \"\"\"Does it.\"\"\"\n", 1);
        let answer = Reply::text(&format!("```python\n{documented}\n```\n"));
        match self.moods[n % self.moods.len()] {
            Mood::Documents => answer,
            Mood::Echoes => Reply::text(&format!("```python\n{code}\n```\n")),
            Mood::Chats => {
                let secret = code.split("key = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
                Reply::text(&format!("I would rather talk of {secret}."))
            }
            Mood::Garbles => Reply::text(&format!("```python\n{}\n```\n", documented.replace("SECRET_", "SECRET_F"))),
            Mood::Fails => Reply::error(500, json!({"error": {"message": format!("no, {key}")}})),
            Mood::RepeatsTheRequest => {
                let message = format!("cannot be read: {}", sent(request));
                Reply::error(422, json!({"error": {"message": message}, "detail": [{"input": sent(request)}]}))
            }
            Mood::Babbles => Reply::bytes("text/plain", format!("what is {}", sent(request))),
            Mood::Declines => Reply::text(&format!("I'm sorry, I can't help with {}", code.replace('\n', " "))),
            Mood::RefusesTheKey => Reply::error(401, json!({"error": {"message": format!("bad key {key}")}})),
            Mood::HangsUp => Reply::hang_up(),
            Mood::BreaksOff => answer.cut_at(40),
            Mood::StopsShort => answer.finish("length"),
        }
    }
}

/// The code that a prompt asks about: its last block.
fn code_of(request: &Request) -> String {
    let messages = request.body["messages"].as_array().cloned().unwrap_or_default();
    let first = messages.iter().find(|message| message["role"] == "user").map(|message| message["content"].clone());
    let text = first.and_then(|content| content.as_str().map(str::to_owned)).unwrap_or_default();
    let last = text.rsplit("```python\n").next().unwrap_or_default();
    last.split("\n```").next().unwrap_or_default().to_owned()
}

/// What a request asks about, in whatever words.
fn sent(request: &Request) -> String {
    let chat = code_of(request);
    let fill = ["prompt", "input_prefix"].into_iter().find_map(|part| request.body[part].as_str());
    if chat.is_empty() { fill.unwrap_or_default().to_owned() } else { chat }
}
