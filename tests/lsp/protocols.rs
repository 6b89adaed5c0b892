//! Every action in both languages over every wire protocol: from the list to the buffer, with the rest of it untouched. And a
//! chain whose first model fails twice.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::edits::{fenced, from_editor};
use super::kind_of;
use crate::cases::position;
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

const PROTOCOLS: [(&str, &str); 3] =
    [("ollama", "/api/chat"), ("openai", "/v1/chat/completions"), ("anthropic", "/v1/messages")];

/// One action on one piece of code.
struct Sample {
    action: &'static str,
    language: &'static str,
    /// What the action is about; `$0` is the cursor, and the place of the problem for fix-lint.
    code: &'static str,
    answer: &'static str,
    /// What the code becomes; for add-tests, what is added: at the document's end, or as a file of its own.
    becomes: &'static str,
}

const RUST_TESTS: &str = "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {\n        assert_eq!(add(1, 2), 3);\n    }\n}\n";
const PYTHON_TESTS: &str = "from stats import mean\n\n\ndef test_mean():\n    assert mean([1, 3]) == 2\n";

const SAMPLES: [Sample; 10] = [
    Sample {
        action: "generate",
        language: "rust",
        code: "/// The larger one.\nfn larger(a: u8, b: u8) -> u8 {\n    $0todo!()\n}\n",
        answer: "/// The larger one.\nfn larger(a: u8, b: u8) -> u8 {\n    a.max(b)\n}\n",
        becomes: "/// The larger one.\nfn larger(a: u8, b: u8) -> u8 {\n    a.max(b)\n}\n",
    },
    Sample {
        action: "refactor",
        language: "rust",
        code: "fn add$0(a: i32, b: i32) -> i32 {\n    return a + b;\n}\n",
        answer: "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
        becomes: "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
    },
    Sample {
        action: "add-tests",
        language: "rust",
        code: "fn add$0(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
        answer: RUST_TESTS,
        becomes: RUST_TESTS,
    },
    Sample {
        action: "document",
        language: "rust",
        code: "fn add$0(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
        answer: "/// Adds größe to 🦀.\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
        becomes: "/// Adds größe to 🦀.\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n",
    },
    Sample {
        action: "fix-lint",
        language: "rust",
        code: "fn twice(x: i32) -> i32 {\n    let $0mut y = x * 2;\n    y\n}\n",
        answer: "fn twice(x: i32) -> i32 {\n    let y = x * 2;\n    y\n}\n",
        becomes: "fn twice(x: i32) -> i32 {\n    let y = x * 2;\n    y\n}\n",
    },
    Sample {
        action: "generate",
        language: "python",
        code: "def larger(a, b):\n    \"\"\"The larger one.\"\"\"\n    $0pass\n",
        answer: "def larger(a, b):\n    \"\"\"The larger one.\"\"\"\n    return max(a, b)\n",
        becomes: "def larger(a, b):\n    \"\"\"The larger one.\"\"\"\n    return max(a, b)\n",
    },
    Sample {
        action: "refactor",
        language: "python",
        code: "def mean$0(values):\n    result = sum(values) / len(values)\n    return result\n",
        answer: "def mean(values):\n    return sum(values) / len(values)\n",
        becomes: "def mean(values):\n    return sum(values) / len(values)\n",
    },
    Sample {
        action: "add-tests",
        language: "python",
        code: "def mean$0(values):\n    return sum(values) / len(values)\n",
        answer: PYTHON_TESTS,
        becomes: PYTHON_TESTS,
    },
    Sample {
        action: "document",
        language: "python",
        code: "def mean$0(values):\n    return sum(values) / len(values)\n",
        answer: "def mean(values):\n    \"\"\"Return the größe of 🦀.\"\"\"\n    return sum(values) / len(values)\n",
        becomes: "def mean(values):\n    \"\"\"Return the größe of 🦀.\"\"\"\n    return sum(values) / len(values)\n",
    },
    Sample {
        action: "fix-lint",
        language: "python",
        code: "def twice(x):\n    $0unused = 1\n    return x * 2\n",
        answer: "def twice(x):\n    return x * 2\n",
        becomes: "def twice(x):\n    return x * 2\n",
    },
];

impl Sample {
    /// What stands around the code: nothing that a formatter would leave alone.
    fn around(&self) -> (&'static str, &'static str) {
        match self.language {
            "rust" => (
                "// größe \t \nconst  CRAB:&str = \"🦀\u{a0}\";\n\n\n\n",
                "\n\n\nstruct  Odd{a:u8 }  \n\t\nenum  Odder{ }\n",
            ),
            _ => ("# größe \t \nCRAB  = '🦀\u{a0}'\n\n\n\n", "\n\n\n\nclass  Odd ( ) :\n\ta  = 1  \n \nb  = 2\n"),
        }
    }

    /// The document and the cursor's offset in it.
    fn document(&self) -> (String, usize) {
        let (before, after) = self.around();
        let marked = format!("{before}{}{after}", self.code);
        (marked.replace("$0", ""), marked.find("$0").unwrap())
    }

    /// The document afterwards, and the test file where one is made.
    fn expected(&self) -> (String, Option<String>) {
        let ((before, after), (text, _)) = (self.around(), self.document());
        match (self.action, self.language) {
            ("add-tests", "python") => (text, Some(self.becomes.to_owned())),
            ("add-tests", _) => (format!("{text}\n{}", self.becomes), None),
            _ => (format!("{before}{}{after}", self.becomes), None),
        }
    }
}

/// Two halves of an answer's way: nothing of it is sent before the first opens, and only half before the second does.
struct Halves {
    start: Gate,
    end: Gate,
}

/// A session with one provider of each name, all of them at `server`.
async fn session(server: &ModelServer, providers: Value, models: Value, chain: Value) -> LspClient {
    let mut providers = providers;
    for (_, provider) in providers.as_object_mut().unwrap() {
        provider["base_url"] = json!(server.url());
    }
    let params = json!({
        "capabilities": capabilities(),
        "initializationOptions": {"providers": providers, "models": models, "routes": {"default": chain}}
    });
    LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await
}

/// Picks a sample's action from the list and sees it through.
async fn picked(client: &mut LspClient, sample: &Sample, uri: &str, halves: &Halves) {
    let (text, cursor) = sample.document();
    client.open(uri, sample.language, &text).await;
    let place = position(&text, cursor);
    let [line, character] = [&place["line"], &place["character"]].map(|number| number.as_u64().unwrap() as u32);
    let problem =
        json!({"range": {"start": place, "end": place}, "severity": 2, "code": "W1", "message": "not needed"});
    let diagnostics = if sample.action == "fix-lint" { json!([problem]) } else { json!([]) };
    let actions =
        client.code_actions(uri, [line, character, line, character], json!({"diagnostics": diagnostics})).await;
    let item = actions.iter().find(|item| item["kind"] == kind_of(sample.action)).expect("it is not offered");
    let started = client.command("graft.run", item["command"]["arguments"].clone()).await.unwrap();
    let job = started["job"].as_str().unwrap();
    client.shows(job, "waiting · quick").await;
    halves.start.open();
    client.shows(job, "writing · quick · ").await;
    assert_eq!(client.text(uri), text, "an unfinished answer was used");
    halves.end.open();
    assert_eq!(client.ended(job).await, "done by small (quick)");
    assert_eq!(client.progress[job][1]["title"], item["title"]);
    assert_eq!(client.labels.pop(), Some(format!("{} (small)", item["title"].as_str().unwrap())));
}

#[tokio::test]
async fn every_action_goes_from_the_list_to_the_buffer() {
    for (kind, path) in PROTOCOLS {
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::default();
        let queue = replies.clone();
        let server = ModelServer::start(Script::by(move |_, _| queue.lock().unwrap().pop_front().unwrap())).await;
        let model = json!({"quick": {"provider": "here", "model": "small"}});
        let mut client = session(&server, json!({"here": {"kind": kind}}), model, json!("quick")).await;
        for sample in &SAMPLES {
            let what = format!("{} {} {kind}", sample.action, sample.language);
            let halves = Halves { start: Gate::shut(), end: Gate::shut() };
            let reply = Reply::text(&fenced(sample.language, sample.answer));
            let half = reply.body_for(path).len() / 2;
            replies.lock().unwrap().push_back(reply.hold(&halves.start).hold_at(half, &halves.end));
            let uri = if sample.language == "rust" { "file:///w/stats.rs" } else { "file:///w/stats.py" };
            picked(&mut client, sample, uri, &halves).await;
            let (text, created) = sample.expected();
            assert_eq!(client.text(uri), text, "{what}");
            let others: Vec<String> =
                client.documents.iter().filter(|(name, _)| *name != uri).map(|(_, file)| file.text.clone()).collect();
            assert_eq!(others, Vec::from_iter(created), "{what}");
            client.close(uri).await;
            client.documents.clear();
        }
        let requests = server.requests();
        assert_eq!(requests.len(), SAMPLES.len());
        assert!(requests.iter().all(|request| request.path == path), "{kind}");
        client.shutdown().await;
    }
}

#[tokio::test]
async fn the_second_model_does_what_the_first_could_not_and_both_are_named() {
    let add = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n";
    let right = format!("/// Adds.\n{add}");
    for (at, (first, first_path)) in PROTOCOLS.into_iter().enumerate() {
        let (second, second_path) = PROTOCOLS[(at + 1) % PROTOCOLS.len()];
        let server = ModelServer::start([
            Reply::text(&fenced("rust", "/// Adds.\nfn sum(a: i32, b: i32) -> i32 {\n    a + b\n}\n")),
            Reply::text("I would rather talk about it."),
            Reply::text(&fenced("rust", &right)),
        ])
        .await;
        let providers = json!({"one": {"kind": first}, "two": {"kind": second}});
        let models = json!({"quick": {"provider": "one", "model": "small"},
            "deep": {"provider": "two", "model": "large", "price": {"input": 10, "output": 20}}});
        let mut client = session(&server, providers, models, json!(["quick", "deep"])).await;
        let uri = "file:///w/a.rs";
        client.open(uri, "rust", add).await;
        let actions = client.code_actions(uri, [0, 4, 0, 4], json!({"only": [kind_of("document")]})).await;
        let started = client.command("graft.run", actions[0]["command"]["arguments"].clone()).await.unwrap();
        let told = client.ended(started["job"].as_str().unwrap()).await;

        let requests = server.requests();
        let asked: Vec<(&str, &str)> =
            requests.iter().map(|request| (request.path.as_str(), request.body["model"].as_str().unwrap())).collect();
        assert_eq!(asked, [(first_path, "small"), (first_path, "small"), (second_path, "large")]);
        let after = "2 invalid answers of small";
        let why = told.strip_prefix(&format!("done by large (deep) for $0.00025, after {after} (quick: "));
        let why = why.unwrap_or_else(|| panic!("{told}"));
        let (renamed, no_code) = why.split_once("; quick: ").unwrap_or_else(|| panic!("{told}"));
        assert!(renamed.contains("`add`") && !renamed.contains("no code"), "{told}");
        assert!(no_code.contains("no code"), "{told}");
        assert!(requests[1].body.to_string().contains("fn sum("), "the repair does not show what was refused");
        assert!(!requests[2].body.to_string().contains("fn sum("), "the next model is shown what another wrote");
        assert_eq!(client.labels, [format!("Graft: document `add` (large, $0.00025, after {after})")]);
        client.logged(&told).await;
        assert_eq!(client.text(uri), right);
        client.shutdown().await;
    }
}
