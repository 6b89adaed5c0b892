//! Files that are no ordinary source: huge, endless lines, thousands at a time, no text, changed or gone
//! under one's hands, pipes and devices.

use std::path::Path;
use std::process::Output;

use serde_json::json;
use tempfile::TempDir;

use super::Fault;
use super::servers::session;
use crate::lsp::edits::at;
use crate::routing::{ADD, good};
use crate::support::binary::{command, graft};
use crate::support::lsp_client::code_action_params;
use crate::support::model_server::{Gate, ModelServer, Script};

pub(super) static FAULTS: [&Fault; 11] = [
    &LARGE,
    &LONG_LINE,
    &THOUSAND,
    &NO_UTF8,
    &CHANGED,
    &DELETED,
    &READ_ONLY,
    &DEVICE,
    &PIPE,
    &GRAFT_PIPE,
    &CONFIG_PIPE,
];
const REPLY: &str = "```rust\n/// Adds.\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n```\n";
const OUTSIDE: &str = "fn outside() {}\n";

/// A project with that file.
pub(super) fn project(name: &str, text: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    folder
}

pub(super) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap().trim_start_matches("graft-ls: ").trim_end().to_owned()
}

fn text(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

static LARGE: Fault = Fault { fault: "a file of 10 MB", happens: "the edit", seen: "" };

#[test]
fn ten_megabytes_are_edited_in_place() {
    let words = "größe, größer, am größten, und noch etwas dahinter; ".repeat(200);
    let before: String = (0..1000).map(|n| format!("// {n}\nconst WORDS_{n}: &str = \"{words}\";\n")).collect();
    let folder = project("a.rs", format!("{before}{ADD}"));
    let output = graft(&["run", "document", "a.rs:2001", "--write", "--reply", "-"], folder.path(), REPLY);
    assert!(output.status.success(), "{}: {}", LARGE.fault, said(&output));
    let after = text(&folder, "a.rs");
    assert!(after.len() > 10 << 20 && after.starts_with(&before));
    assert_eq!(&after[before.len()..], format!("/// Adds.\n{ADD}"));
}

static LONG_LINE: Fault = Fault { fault: "a line of 200,000 characters", happens: "the edit", seen: "" };

#[test]
fn an_endless_line_is_kept() {
    let line = format!("const WORDS: &str = \"{}\"; ", "größe ".repeat(40_000));
    let folder = project("a.rs", format!("{line}{ADD}{line}\n"));
    let place = format!("a.rs:1:{}", line.chars().count() + 5);
    let output = graft(
        &["run", "refactor", &place, "--write", "--reply", "-"],
        folder.path(),
        "fn add(a: i32, b: i32) -> i32 {\n    b + a\n}\n",
    );
    assert!(output.status.success(), "{}: {}", LONG_LINE.fault, said(&output));
    assert_eq!(text(&folder, "a.rs"), format!("{line}{}{line}\n", ADD.replace("a + b", "b + a")));
}

static THOUSAND: Fault = Fault { fault: "1,000 open documents", happens: "each is served", seen: "" };

#[tokio::test]
async fn a_thousand_documents_are_held_and_let_go() {
    let server = ModelServer::start(Script::always(good())).await;
    let mut client = session("openai", &server.url(), json!({})).await;
    let uri = |n: usize| format!("file:///w/many/{n}.rs");
    for n in 0..1000 {
        client.open(&uri(n), "rust", &format!("{}{ADD}", "\n".repeat(n))).await;
    }
    for n in (0..1000).step_by(37) {
        let line = n as u32;
        let ask = code_action_params(&uri(n), [line, 4, line, 4], json!({}));
        assert_eq!(client.request("textDocument/codeAction", ask).await.unwrap().as_array().unwrap().len(), 4);
    }
    let job = client.run(at("document", &uri(999), 999, 4)).await;
    assert!(client.ended(&job).await.starts_with("done by"), "{}", THOUSAND.fault);
    for n in 0..1000 {
        client.close(&uri(n)).await;
    }
    client.shutdown().await;
}

static NO_UTF8: Fault = Fault {
    fault: "a file that is not UTF-8",
    happens: "no edit",
    seen: "cannot read a.py: it is not UTF-8 (byte 18); convert it to UTF-8 first",
};

#[test]
fn a_file_that_is_no_utf8_stays_as_it_is() {
    let bytes = b"def f():\n    x = '\xff'\n";
    let folder = project("a.py", bytes);
    let output =
        graft(&["run", "refactor", "a.py:1", "--write", "--reply", "-"], folder.path(), "def f():\n    x = 1\n");
    assert_eq!(output.status.code(), Some(2));
    NO_UTF8.is_seen_in(&said(&output));
    assert_eq!(std::fs::read(folder.path().join("a.py")).unwrap(), bytes);
}

static CHANGED: Fault = Fault {
    fault: "a file whose code changes on disk while the model writes (`--write`)",
    happens: "changes elsewhere are merged; one to the same code stays, and there is no edit",
    seen: "…/a.rs: …; run it again",
};
static DELETED: Fault = Fault {
    fault: "a file that is deleted while the model writes (`--write`)",
    happens: "it stays deleted",
    seen: "cannot write …/a.rs: No such file or directory (os error 2)…",
};

/// Documents `a.rs` with `--write`; `meanwhile` happens while the model writes.
async fn written(meanwhile: impl FnOnce(&Path)) -> (TempDir, Output) {
    let gate = Gate::shut();
    let server = ModelServer::start(Script::always(good().hold(&gate))).await;
    let folder = project("a.rs", ADD);
    let config = format!(
        "[providers.here]\nkind = 'openai'\nbase_url = '{}'\n[models.quick]\nprovider = 'here'\nmodel = 'small'\n",
        server.url()
    );
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let mut command = command(&["run", "document", "a.rs:1", "--write"], folder.path());
    let child = command.env("GRAFT_CONFIG", "config.toml").spawn().unwrap();
    server.request(0).await;
    meanwhile(&folder.path().join("a.rs"));
    gate.open();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    (folder, output)
}

#[tokio::test]
async fn what_happens_on_disk_meanwhile_is_kept() {
    let (folder, output) = written(|path| std::fs::write(path, format!("{OUTSIDE}\n{ADD}")).unwrap()).await;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(text(&folder, "a.rs"), format!("{OUTSIDE}\n/// Adds.\n{ADD}"));

    let now = ADD.replace("a + b", "b + a");
    let (folder, output) = written(|path| std::fs::write(path, &now).unwrap()).await;
    assert_eq!(output.status.code(), Some(1));
    CHANGED.is_seen_in(&said(&output));
    assert_eq!(text(&folder, "a.rs"), now);

    let (folder, output) = written(|path| std::fs::remove_file(path).unwrap()).await;
    assert_eq!(output.status.code(), Some(1));
    DELETED.is_seen_in(&said(&output));
    assert!(!folder.path().join("a.rs").exists());
}

static READ_ONLY: Fault = Fault {
    fault: "a file that is read-only (`--write`)",
    happens: "no edit",
    seen: "cannot write …/a.rs: it is read-only; make it writable first",
};

#[tokio::test]
async fn a_file_that_becomes_read_only_stays_as_it_is() {
    let (folder, output) = written(|path| {
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(path, permissions).unwrap();
    })
    .await;
    assert_eq!(output.status.code(), Some(1));
    READ_ONLY.is_seen_in(&said(&output));
    assert_eq!(text(&folder, "a.rs"), ADD);
}

static DEVICE: Fault = Fault {
    fault: "a test file that is a link out of the project, to a device or a pipe",
    happens: "it is not read; no edit",
    seen: "`…test_a.py` is there, but it is no text in UTF-8; move it away or convert it",
};
static PIPE: Fault = Fault {
    fault: "a `.gitignore` that is a pipe",
    happens: "not waited for: it counts as naming everything, which is shown to no cloud",
    seen: "this file is kept at home by …/.gitignore, which cannot be read (privacy.gitignored), so it goes to no model of the chain (quick); …",
};
static GRAFT_PIPE: Fault = Fault {
    fault: "a `.graftignore` that is a pipe",
    happens: "not waited for: it counts as naming everything",
    seen: "…/.graftignore…",
};
static CONFIG_PIPE: Fault = Fault {
    fault: "a `.graft.toml` that is a pipe",
    happens: "not waited for; no edit",
    seen: "…/.graft.toml: cannot be read (it is not a file); make it readable or move it away",
};

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let reply = "```python\ndef test_double():\n    assert double(1) == 2\n```\n";
    let folder = project("a.py", "def double(x):\n    return x + x\n");
    let pipe = |name: &str| {
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap();
        assert!(made.success());
    };
    let place = folder.path().join("test_a.py");
    for to_device in [true, false] {
        match to_device {
            true => std::os::unix::fs::symlink("/dev/zero", &place).unwrap(),
            false => pipe("test_a.py"),
        }
        let output = graft(&["run", "add-tests", "a.py:1", "--reply", "-"], folder.path(), reply);
        assert_eq!(output.status.code(), Some(2));
        DEVICE.is_seen_in(&said(&output));
        std::fs::remove_file(&place).unwrap();
    }
    let config = "[providers.here]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:1'\nprivacy = 'cloud'\n[models.quick]\nprovider = 'here'\nmodel = 'x'\n";
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    for (name, fault) in [(".gitignore", &PIPE), (".graftignore", &GRAFT_PIPE), (".graft.toml", &CONFIG_PIPE)] {
        pipe(name);
        let mut run = command(&["run", "refactor", "a.py:1"], folder.path());
        fault.is_seen_in(&said(&run.env("GRAFT_CONFIG", "config.toml").output().unwrap()));
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}
