//! Texts and answers that nest without end: they cost no stack and no time.

use serde_json::json;

use super::Fault;
use super::files::{project, said};
use super::servers::session;
use crate::lsp::edits::at;
use crate::routing::{ADD, good};
use crate::support::binary::graft;
use crate::support::model_server::{ModelServer, Script};

pub(super) static FAULTS: [&Fault; 2] = [&DEEP, &DEEP_ANSWER];

static DEEP: Fault = Fault {
    fault: "100,000 brackets, blocks or definitions, one in the other",
    happens: "more than 4,000 levels are not read: nothing is offered there, and no edit is made",
    seen: "there is nothing here to …; put the cursor …",
};

/// Texts that nest, and a name for their files.
fn nested(levels: usize) -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str| open.repeat(levels) + &close.repeat(levels);
    vec![
        ("rust", format!("fn f() {{\n{}\n}}\n", nested("{", "}"))),
        ("rust", format!("{}\n", nested("mod a {", "}"))),
        ("python", format!("def f():\n    return {}\n", nested("[", "]"))),
        ("javascript", format!("{}\n", nested("function f() {", "}"))),
        ("tsx", format!("const a = {};\n", nested("<div>", "</div>"))),
        ("go", format!("package a\n\nfunc f() {{\n\treturn {}\n}}\n", nested("(", ")"))),
        ("java", format!("{}\n", nested("class A {", "}"))),
    ]
}

#[tokio::test]
async fn brackets_without_end_cost_no_stack_and_no_time() {
    let server = ModelServer::start(Script::always(good())).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    // Blocks and definitions by the hundred thousand in one language, fewer in the others.
    let rust = nested(100_000).into_iter().filter(|(language, _)| *language == "rust");
    let others = nested(20_000).into_iter().filter(|(language, _)| *language != "rust");
    for (n, (language, text)) in rust.chain(others).enumerate() {
        let (uri, middle) = (format!("file:///w/deep/{n}"), text.lines().next().unwrap().len() as u32 / 2);
        client.open(&uri, language, &text).await;
        let offered = client.code_actions(&uri, [0, middle, 0, middle], json!({})).await;
        assert!(offered.is_empty(), "{language}: {offered:?}");
        let job = client.run(at("refactor", &uri, 0, middle)).await;
        DEEP.is_seen_in(client.message().await.1.strip_prefix("Graft: ").unwrap());
        client.ended(&job).await;
        let start = json!({"line": 0, "character": 0});
        client.change(&uri, vec![json!({"range": {"start": start, "end": start}, "text": " "})]).await;
        client.close(&uri).await;
    }
    assert_eq!(server.requests().len(), 0);
    client.shutdown().await;
}

#[tokio::test]
async fn what_nests_as_deep_as_code_may_is_served() {
    let server = ModelServer::start(Script::always(good())).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    let sum = format!("const SUM: u32 = 1{};\n{ADD}", " + 1".repeat(1500));
    client.open("file:///w/sum.rs", "rust", &sum).await;
    let job = client.run(at("document", "file:///w/sum.rs", 1, 4)).await;
    assert!(client.ended(&job).await.starts_with("done by"));
    assert!(client.text("file:///w/sum.rs").ends_with(&format!("/// Adds.\n{ADD}")));
    client.shutdown().await;
}

static DEEP_ANSWER: Fault =
    Fault { fault: "an answer of 20,000 brackets, one in the other", happens: "no edit", seen: "…" };

#[test]
fn an_answer_that_nests_without_end_is_refused() {
    let files = [("rust", "a.rs", "fn f() {\n    1\n}\n"), ("python", "a.py", "def f():\n    return 1\n")];
    for (language, name, code) in files {
        let folder = project(name, code);
        for levels in [3_990, 20_000] {
            for (_, answer) in nested(levels).into_iter().filter(|(own, _)| *own == language) {
                for target in [format!("{name}:1"), name.to_owned()] {
                    let output = graft(&["run", "refactor", &target, "--reply", "-"], folder.path(), &answer);
                    // A list in a list is code, as far as it can be read.
                    let is_code = language == "python" && levels < 4_000;
                    assert!(is_code || output.status.code() == Some(1), "{target}: {levels} {}", said(&output));
                    assert!(!said(&output).is_empty() && !said(&output).contains("a bug"), "{}", DEEP_ANSWER.fault);
                }
            }
        }
    }
}
