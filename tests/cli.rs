//! The command line as a person or a script meets it: exit codes, messages, files. Refuses to test which edits are right.

mod shipped;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::binary::{command, graft};

const RUST: &str = "fn double(x: i32) -> i32 {\n    x + x\n}\n";
const REPLY: &str = "```rust\nfn double(x: i32) -> i32 {\n    x * 2\n}\n```\n";
const NEW: &str = "fn double(x: i32) -> i32 {\n    x * 2\n}\n";

/// A folder with `a.rs` in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.rs"), RUST).unwrap();
    folder
}

/// Exit code, stdout and stderr of a run in a folder, with a text on stdin.
fn run(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let output = graft(arguments, folder, input);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_cannot_be_tried_is_exit_code_2_and_a_sentence() {
    let folder = folder();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("latin.py", b"x = '\xe9'\n");
    write("notes.txt", b"x\n");
    write("bad.json", b"{\"diagnostics\": 1}");
    write("broken.toml", b"[models.quick]\nmodel = \n");
    for (arguments, says) in [
        (&["run", "document", "none.rs"][..], "cannot read none.rs"),
        (&["run", "document", "."], "not a file"),
        (&["run", "document", "latin.py"], "not UTF-8 (byte 5)"),
        (&["run", "document", "notes.txt"], "graft-ls languages"),
        (&["run", "document", "a.rs:4"], "line 4 is outside the file, which has 3 lines"),
        (&["run", "document", "a.rs:0"], "count from 1"),
        (&["run", "document", "a.rs:1-99999999999999999999"], "outside the file"),
        (&["run", "refactor", "a.rs:1", "--reply", "none.txt"], "cannot read none.txt"),
        (&["run", "fix-lint", "a.rs:1", "--diagnostics", "bad.json"], "bad.json: not LSP diagnostics: diagnostics"),
        (&["run", "rewrite", "a.rs:1"], "fix-lint"),
        (&["run", "document"], "Usage"),
        (&["rewrite"], "unrecognized subcommand"),
    ] {
        let (code, stdout, stderr) = run(folder.path(), arguments, "");
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
    let mut broken = command(&["run", "document", "a.rs:1"], folder.path());
    let output = broken.env("GRAFT_CONFIG", "broken.toml").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("broken.toml:2"), "{output:?}");
}

#[test]
fn json_is_one_object_also_when_it_could_not_be_tried() {
    let folder = folder();
    for (target, code, reason) in
        [("a.rs:9", 2, "bad_request"), ("none.cobol", 2, "bad_request"), ("a.rs:2", 1, "no_code")]
    {
        let (exit, stdout, stderr) = run(folder.path(), &["run", "refactor", target, "--json", "--reply", "-"], "No.");
        let report: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((exit, report["reason"]["code"].as_str()), (code, Some(reason)), "{stdout}");
        assert_eq!((&report["success"], &report["status"]), (&json!(false), &json!("failed")));
        assert!(stderr.starts_with("graft-ls: ") && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn the_diff_applies_from_wherever_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let sub = folder.path().join("src/a b");
    std::fs::create_dir_all(&sub).unwrap();
    git(folder.path(), &["init", "-q"], "");
    std::fs::write(sub.join("ü x.rs"), RUST.trim_end()).unwrap();
    let (code, diff, stderr) = run(&sub, &["run", "refactor", "ü x.rs:2", "--reply", "-"], REPLY);
    assert_eq!(code, 0, "{stderr}");
    git(&sub, &["apply", "-"], &diff);
    assert_eq!(std::fs::read_to_string(sub.join("ü x.rs")).unwrap(), NEW.trim_end());
}

#[test]
fn a_new_file_s_diff_applies_too() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"], "");
    std::fs::create_dir(folder.path().join("tests")).unwrap();
    std::fs::write(folder.path().join("shapes.py"), "def area(w, h):\n    return w * h\n").unwrap();
    let reply = "from shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n";
    let arguments = ["run", "add-tests", "shapes.py:1", "--reply", "-"];
    let (code, diff, stderr) = run(folder.path(), &arguments, reply);
    assert_eq!(code, 0, "{stderr}");
    assert!(diff.starts_with("--- /dev/null\n+++ b/tests/test_shapes.py\n"), "{diff}");
    git(folder.path(), &["apply", "-"], &diff);
    let made = folder.path().join("tests/test_shapes.py");
    assert_eq!(std::fs::read_to_string(&made).unwrap(), reply);
    std::fs::remove_file(&made).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &[&arguments[..], &["--write"]].concat(), reply);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    assert_eq!(std::fs::read_to_string(&made).unwrap(), reply);
}

fn git(folder: &Path, arguments: &[&str], input: &str) {
    let mut child = Command::new("git").args(arguments).current_dir(folder).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "git {arguments:?}");
}

#[test]
fn write_changes_the_file_and_nothing_else() {
    let folder = folder();
    let (code, stdout, stderr) = run(folder.path(), &["run", "refactor", "a.rs:2", "--write", "--reply", "-"], REPLY);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    let text = || std::fs::read_to_string(folder.path().join("a.rs")).unwrap();
    assert_eq!(text(), NEW);
    let (code, _, stderr) = run(folder.path(), &["run", "refactor", "a.rs:2", "--write", "--reply", "-"], REPLY);
    assert_eq!(code, 0);
    assert!(stderr.contains("no change"), "{stderr}");
    assert_eq!(text(), NEW);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_read_only_file_stays_as_it_is() {
    let folder = folder();
    let file = folder.path().join("a.rs");
    let mut permissions = std::fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    let arguments = ["run", "refactor", "a.rs:2", "--write", "--json", "--reply", "-"];
    let (code, stdout, stderr) = run(folder.path(), &arguments, REPLY);
    assert_eq!(code, 1);
    assert!(stderr.contains("read-only"), "{stderr}");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["success"], json!(false));
    assert_eq!(std::fs::read_to_string(file).unwrap(), RUST);
}

#[test]
fn an_empty_file_is_an_answer_not_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.py"), "").unwrap();
    for target in ["a.py", "a.py:1", "a.py:1:7"] {
        for action in ["generate", "refactor", "add-tests", "document", "fix-lint"] {
            let (code, stdout, stderr) = run(folder.path(), &["run", action, target, "--reply", "-"], "");
            assert_eq!((code, stdout.as_str()), (1, ""), "{action} {target}: {stderr}");
        }
    }
}

#[test]
fn show_prompt_shows_and_sends_nothing() {
    let folder = folder();
    let (code, stdout, stderr) = run(folder.path(), &["run", "refactor", "a.rs:2", "--show-prompt"], "");
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("    x + x\n"), "{stdout}");
    let (code, json, _) = run(folder.path(), &["run", "refactor", "a.rs:2", "--show-prompt", "--json"], "");
    let shown: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, shown["prompt"].as_str().map(str::trim_end)), (0, Some(stdout.trim_end())));
}

#[test]
fn languages_are_listed() {
    let (code, stdout, _) = run(Path::new("."), &["languages", "--json"], "");
    let rows: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &rows[0]["name"], &rows[1]["extensions"][0]), (0, &json!("rust"), &json!("py")));
    assert_eq!(rows[0]["actions"].as_array().unwrap().len(), 5);
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let folder = folder();
    for arguments in [&["languages"][..], &["run", "refactor", "a.rs:2", "--reply", "-"], &["--help"], &["batch"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = command(arguments, folder.path()).stdout(writer).spawn().unwrap();
        let input = if arguments[0] == "batch" { "{}\n{}\n" } else { REPLY };
        // Help does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(child.wait().unwrap().success() && !stderr.contains("panicked"), "{arguments:?}: {stderr}");
    }
}

fn batch_line(id: usize, reply: &str) -> Value {
    json!({"id": id, "action": "refactor", "language": "rust", "text": RUST, "reply": reply,
        "range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 4}}})
}

#[test]
fn a_batch_answers_before_it_is_asked_again() {
    let folder = folder();
    let mut child = command(&["batch"], folder.path()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for id in 0..3 {
        writeln!(stdin, "{}", batch_line(id, REPLY)).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&answer["id"], answer["text"].as_str()), (&json!(id), Some(NEW)));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_batch_goes_on_after_anything() {
    let bad = [
        ("nonsense", json!(null), "bad_request"),
        ("{\"id\": 1", json!(null), "bad_request"),
        ("{\"id\": \"two\"}", json!("two"), "bad_request"),
        ("{\"id\": 3, \"text\": \"\\ud800\"}", json!(null), "bad_request"),
    ];
    let mut input = String::from("\n  \r\n");
    for (line, ..) in &bad {
        input.push_str(&format!("{line}\n\n"));
    }
    let mut outside = batch_line(5, REPLY);
    outside["range"]["end"]["line"] = json!(u64::MAX);
    // The last line may have no end.
    input.push_str(&format!("{outside}\r\n{}", batch_line(6, "")));
    let (code, stdout, stderr) = run(Path::new("."), &["batch"], &input);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let answers: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), bad.len() + 2);
    for ((line, id, reason), answer) in bad.iter().zip(&answers) {
        assert_eq!((&answer["id"], answer["reason"]["code"].as_str()), (id, Some(*reason)), "{line}");
        assert_eq!(answer["success"], json!(false));
    }
    assert_eq!(answers[4]["success"], json!(true), "{}", answers[4]);
    assert_eq!((&answers[5]["text"], &answers[5]["success"]), (&json!(RUST), &json!(false)));
}

#[test]
fn a_batch_keeps_the_order_of_many_lines() {
    let count = 400;
    let long = format!("{}\n{REPLY}", "words ".repeat(20_000));
    let input: String =
        (0..count).map(|id| format!("{}\n", batch_line(id, if id % 50 == 0 { &long } else { REPLY }))).collect();
    let (code, stdout, _) = run(Path::new("."), &["batch"], &input);
    let ids: Vec<u64> =
        stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap()).collect();
    assert_eq!((code, ids), (0, (0..count as u64).collect()));
}

#[cfg(unix)]
#[test]
fn interrupting_closes_the_connection() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = waiting_for_a_model(&server);
    let (mut connection, _) = server.accept().unwrap();
    let mut bytes = [0; 1];
    // The request has arrived: the run is in the middle of its work.
    connection.read_exact(&mut bytes).unwrap();
    let id = child.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    let mut stderr = String::new();
    child.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "graft-ls: cancelled\n");
    // Whatever of the request is still on its way, the end of the stream follows; anything else would wait for ever.
    let _ = connection.read_to_end(&mut Vec::new());
}

/// A run whose only model is a server that has not answered yet, and the folder that it runs in.
#[cfg(unix)]
fn waiting_for_a_model(server: &TcpListener) -> (Child, TempDir) {
    let folder = folder();
    let config = format!(
        "[providers.slow]\nkind = \"openai\"\nbase_url = \"http://{}\"\n\n[models.m]\nprovider = \"slow\"\nmodel = \"m\"\n\n[routes]\ndefault = [\"m\"]\n",
        server.local_addr().unwrap()
    );
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let mut command = command(&["run", "refactor", "a.rs:2"], folder.path());
    let child = command.env("GRAFT_CONFIG", "config.toml").env("NO_PROXY", "127.0.0.1").spawn().unwrap();
    (child, folder)
}
