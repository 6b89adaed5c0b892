//! What the real engine offers where, and what comes of a selection that ends behind wide characters.

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use serde_json::{Value, json};

use super::edits::{client_with, fenced, from_editor};
use super::kind_of;
use crate::cases::position;
use crate::support::lsp_client::{LspClient, capabilities};
use crate::support::model_server::{ModelServer, Reply};

const RUST: &str = "fn a() -> u8 {\n    1\n}\n\nfn b() -> u8 {\n    2\n}\n";
const PYTHON: &str = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";

/// A document of each language, without a model.
async fn open() -> (LspClient, [&'static str; 2]) {
    let params = json!({"capabilities": capabilities()});
    let mut client = LspClient::start_with(Arc::new(Engine::new(Config::default())), from_editor(), params).await;
    let uris = ["file:///w/a.rs", "file:///w/a.py"];
    client.open(uris[0], "rust", RUST).await;
    client.open(uris[1], "python", PYTHON).await;
    (client, uris)
}

async fn offered(client: &mut LspClient, uri: &str, line: u32, context: Value) -> Vec<String> {
    let actions = client.code_actions(uri, [line, 0, line, 0], context).await;
    actions.iter().map(|action| action["kind"].as_str().unwrap().rsplit('.').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn offers_nothing_of_a_kind_that_is_not_its_own() {
    let (mut client, uris) = open().await;
    for uri in uris {
        for kind in
            ["source.organizeImports", "source", "refactor.extract", "refactor.rewrite.other", "quickfix.graft.x"]
        {
            assert_eq!(offered(&mut client, uri, 0, json!({"only": [kind]})).await, [""; 0], "{uri} {kind}");
        }
        let all = offered(&mut client, uri, 0, json!({"only": ["refactor"]})).await;
        assert_eq!(all, ["refactor", "add-tests", "document"], "{uri}");
    }
    client.shutdown().await;
}

#[tokio::test]
async fn offers_nothing_on_a_blank_line_between_functions() {
    let (mut client, uris) = open().await;
    for (uri, blank) in [(uris[0], 3), (uris[1], 2)] {
        assert_eq!(offered(&mut client, uri, blank, json!({})).await, [""; 0], "{uri}");
        assert!(!offered(&mut client, uri, blank - 1, json!({})).await.is_empty(), "{uri}");
    }
    client.shutdown().await;
}

#[tokio::test]
async fn offers_of_its_own_accord_only_to_fix_what_is_wrong() {
    let (mut client, uris) = open().await;
    let place = json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 4}});
    let problem = json!({"range": place, "severity": 2, "message": "too short"});
    for uri in uris {
        assert_eq!(offered(&mut client, uri, 0, json!({"triggerKind": 2})).await, [""; 0], "{uri}");
        let context = json!({"triggerKind": 2, "diagnostics": [problem]});
        assert_eq!(offered(&mut client, uri, 0, context).await, ["fix-lint", "fix-lint"], "{uri}");
        let context = json!({"triggerKind": 1, "diagnostics": [problem]});
        assert_eq!(offered(&mut client, uri, 0, context).await.len(), 5, "{uri}");
    }
    client.shutdown().await;
}

/// Two statements without a blank between them: a column that is off by one takes in the other.
#[tokio::test]
async fn a_selection_that_ends_behind_wide_characters_is_what_it_covers() {
    let (first, second) = ("let s = \"μ é 😀\";", "let t = \"😀 é μ\";");
    let text = format!("fn f() {{\n    {first}{second}\n    g(s, t);\n}}\n");
    for encoding in ["utf-16", "utf-8", "utf-32"] {
        for (selected, new) in [(first, "let s = \"1\";"), (second, "let t = \"2\";")] {
            let server = ModelServer::start([Reply::text(&fenced("rust", &format!("{new}\n")))]).await;
            let mut capabilities = capabilities();
            capabilities["general"]["positionEncodings"] = json!([encoding]);
            let mut client = client_with(&server, capabilities).await;
            let uri = "file:///w/a.rs";
            client.open(uri, "rust", &text).await;
            let start = text.find(selected).unwrap();
            let columns = [start, start + selected.len()].map(|offset| column(&text, offset, encoding));
            let context = json!({"only": [kind_of("refactor")]});
            let actions = client.code_actions(uri, [1, columns[0], 1, columns[1]], context).await;
            let job = client.run(actions[0]["command"]["arguments"][0].clone()).await;
            let told = client.ended(&job).await;
            assert_eq!(client.text(uri), text.replace(selected, new), "{encoding} {selected}: {told}");
            client.shutdown().await;
        }
    }
}

/// The column of an offset in the second line.
fn column(text: &str, offset: usize, encoding: &str) -> u32 {
    let before = text[..offset].rsplit('\n').next().unwrap();
    let units = match encoding {
        "utf-8" => before.len() as u64,
        "utf-16" => position(text, offset)["character"].as_u64().unwrap(),
        _ => before.chars().count() as u64,
    };
    units as u32
}
