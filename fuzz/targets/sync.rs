//! Any sequence of edits: the server's text is that of a client which counts in the plainest way.

#![no_main]

#[allow(dead_code)]
#[path = "../../tests/support/model_document.rs"]
mod model_document;
mod session;
mod witness;

use libfuzzer_sys::fuzz_target;
use model_document::ModelDocument;
use serde_json::{Value, json};
use witness::Witness;

const PIECES: [&str; 16] =
    ["", "a", "\n", "\r\n", "\r", "é", "🦀", "\t", "\u{feff}", "fn x() {}\n", "\"", "{", "}", "  ", "\u{2028}", "long words "];

fn message(bytes: &mut Vec<u8>, message: &Value) {
    let body = message.to_string();
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
}

fuzz_target!(|bytes: &[u8]| {
    let mut numbers = bytes.iter().copied();
    let mut number = || u64::from(numbers.next().unwrap_or_default());
    let encoding = ["utf-8", "utf-16", "utf-32"][number() as usize % 3];
    let uri = "file:///w/a.rs";
    let mut input = Vec::new();
    let capabilities = json!({"general": {"positionEncodings": [encoding]}});
    message(&mut input, &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": null, "rootUri": null, "capabilities": capabilities}}));
    message(&mut input, &json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
    let mut document = ModelDocument { text: "fn a() {\n    1\n}\n".to_owned(), version: 1 };
    let opened = json!({"uri": uri, "languageId": "rust", "version": 1, "text": document.text});
    message(&mut input, &json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": opened}}));
    for _ in 0..number() % 24 {
        document.version += 1;
        let mut changes = Vec::new();
        for _ in 0..1 + number() % 3 {
            let new: String = (0..number() % 4).map(|_| PIECES[number() as usize % PIECES.len()]).collect();
            let mut places = [(number() % 12, number() % 24), (number() % 12, number() % 24)];
            places.sort_unstable();
            let [start, end] = places.map(|(line, character)| json!({"line": line, "character": character}));
            let change = match number() % 8 {
                0 => json!({"text": new}),
                _ => json!({"range": {"start": start, "end": end}, "text": new}),
            };
            document.change(&change, encoding);
            changes.push(change);
        }
        let changed = json!({"uri": uri, "version": document.version});
        let params = json!({"textDocument": changed, "contentChanges": changes});
        message(&mut input, &json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}));
        if number() % 4 == 0 {
            // An older tree makes the next parse an incremental one.
            list(&mut input, uri, document.version);
        }
    }
    list(&mut input, uri, 1000);
    let witness = Witness::new();
    session::serve(input, witness.clone());
    let seen = witness.last();
    assert_eq!(seen, Some((document.text, Some(document.version))), "counted in {encoding}");
});

fn list(input: &mut Vec<u8>, uri: &str, id: i32) {
    let zero = json!({"line": 0, "character": 0});
    let params = json!({"textDocument": {"uri": uri}, "range": {"start": zero, "end": zero}, "context": {"diagnostics": []}});
    message(input, &json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/codeAction", "params": params}));
}
