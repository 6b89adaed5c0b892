//! A disk that is full, or may not be written on: what was there stays as it was, and no job ends for the sake of a log.

#![cfg_attr(not(unix), allow(dead_code, reason = "made with the means of Unix"))]

use super::Fault;

pub(super) static FAULTS: [&Fault; 6] = [&WRITE, &CREATE, &OUTPUT, &RECORD, &LEDGER, &LOG];

static WRITE: Fault = Fault {
    fault: "no room for `--write`",
    happens: "the file is as it was, and nothing lies beside it",
    seen: "cannot write …/a.rs: …; nothing was changed: make room or get leave to write there, then run it again",
};
static CREATE: Fault = Fault {
    fault: "no room for a new test file",
    happens: "no file",
    seen: "cannot write …test_a.py: …; nothing was changed: make room or get leave to write there, then run it again",
};
static OUTPUT: Fault = Fault {
    fault: "no room for the diff on standard output",
    happens: "exit code 2",
    seen: "cannot write to stdout: No space left on device (os error 28)",
};
static RECORD: Fault = Fault {
    fault: "no room, or no leave, for saved jobs (`GRAFT_RECORD`)",
    happens: "the edit",
    seen: "jobs cannot be saved in …: … (os error …); correct `record` or GRAFT_RECORD, or make room there",
};
static LEDGER: Fault = Fault {
    fault: "no room, or no leave, for what was spent today",
    happens: "the edit; what this process spent counts",
    seen: "what was spent today is not known, because …/spending.json cannot be …; until it can be read and written, only what this process knows of counts",
};
static LOG: Fault = Fault {
    fault: "no room, or no leave, for the log",
    happens: "everything works without it, and nothing goes to standard error in its place",
    seen: "",
};

#[cfg(unix)]
mod tests {
    use std::path::Path;
    use std::process::{Command, Output, Stdio};

    use serde_json::json;
    use tempfile::TempDir;

    use super::super::Fault;
    use super::{CREATE, LEDGER, LOG, OUTPUT, RECORD, WRITE};
    use crate::routing::{ADD, good};
    use crate::support::binary::command;
    use crate::support::lsp_client::framed;
    use crate::support::model_server::{ModelServer, Script};

    /// A project with code, and a config with a model at that address and a budget.
    fn project(url: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(folder.path().join("a.rs"), ADD).unwrap();
        std::fs::write(folder.path().join("a.py"), "def double(x):\n    return x + x\n").unwrap();
        let config = format!(
            "[providers.here]\nkind = 'anthropic'\nbase_url = '{url}'\nprivacy = 'cloud'\n[models.quick]\nprovider = 'here'\nmodel = 'claude-sonnet-5-5'\n[budget]\nusd_per_day = 1.0\n"
        );
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        folder
    }

    /// What stays of a command of [`command`] where no file may have a byte: as on a full disk, but for one process.
    fn without_room(plain: Command) -> Command {
        let mut full = Command::new("sh");
        full.args(["-c", "ulimit -f 0; trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(plain.get_program())
            .args(plain.get_args());
        full.current_dir(plain.get_current_dir().unwrap());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => full.env(name, value),
                None => full.env_remove(name),
            };
        }
        full.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        full
    }

    /// Documents `a.rs` with the model.
    fn document(folder: &TempDir, more: &[&str]) -> Command {
        let mut command = command(&[&["run", "document", "a.rs:1"], more].concat(), folder.path());
        command.env("GRAFT_CONFIG", "config.toml").env("XDG_STATE_HOME", folder.path().join("state"));
        command
    }

    async fn ended(mut command: Command) -> Output {
        tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).spawn().unwrap().wait_with_output().unwrap())
            .await
            .unwrap()
    }

    fn said(output: &Output) -> String {
        String::from_utf8(output.stderr.clone()).unwrap()
    }

    /// Fails where no line of what was said is the row's.
    fn says(fault: &Fault, output: &Output) {
        let said = said(output);
        let words = fault.seen.split('…').next().unwrap();
        let line = said.lines().filter_map(|line| line.strip_prefix("graft-ls: ")).find(|line| line.starts_with(words));
        fault.is_seen_in(line.unwrap_or_else(|| panic!("{}: {said}", fault.fault)));
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_full_disk_leaves_the_file_as_it_was() {
        let server = ModelServer::start(Script::always(good())).await;
        let folder = project(&server.url());
        let before = names(folder.path());
        let output = ended(without_room(document(&folder, &["--write"]))).await;
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        says(&WRITE, &output);
        assert_eq!(std::fs::read_to_string(folder.path().join("a.rs")).unwrap(), ADD);
        let after: Vec<String> = names(folder.path()).into_iter().filter(|name| name != "state").collect();
        assert_eq!(after, before);
    }

    #[tokio::test]
    async fn a_full_disk_gets_no_half_of_a_new_file() {
        let folder = project("http://127.0.0.1:1");
        std::fs::write(folder.path().join("reply"), "```python\ndef test_double():\n    assert double(1) == 2\n```\n")
            .unwrap();
        let before = names(folder.path());
        let run = command(&["run", "add-tests", "a.py:1", "--write", "--reply", "reply"], folder.path());
        let output = ended(without_room(run)).await;
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        says(&CREATE, &output);
        assert!(names(folder.path()).iter().all(|name| before.contains(name) || name == "tests"), "{before:?}");
        let tests = folder.path().join("tests");
        assert!(!tests.exists() || names(&tests).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_diff_that_cannot_be_printed_is_an_error() {
        let server = ModelServer::start(Script::always(good())).await;
        let folder = project(&server.url());
        let mut run = document(&folder, &[]);
        run.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let output = ended(run).await;
        assert_eq!(output.status.code(), Some(2));
        says(&OUTPUT, &output);
    }

    #[tokio::test]
    async fn no_job_ends_because_nothing_can_be_kept_of_it() {
        let server = ModelServer::start(Script::always(good())).await;
        for is_full in [true, false] {
            let folder = project(&server.url());
            std::fs::write(folder.path().join("file"), "").unwrap();
            let place = |name: &str| folder.path().join(if is_full { name.to_owned() } else { format!("file/{name}") });
            let mut run = document(&folder, &[]);
            run.env("GRAFT_RECORD", place("jobs")).env("XDG_STATE_HOME", place("state"));
            let output = ended(if is_full { without_room(run) } else { run }).await;
            assert!(output.status.success(), "{}", said(&output));
            assert!(String::from_utf8_lossy(&output.stdout).contains("+/// Adds.\n"), "{output:?}");
            says(&RECORD, &output);
            says(&LEDGER, &output);
        }
    }

    #[tokio::test]
    async fn a_log_that_cannot_be_written_is_done_without() {
        let full = tempfile::tempdir().unwrap();
        std::fs::create_dir(full.path().join("graft")).unwrap();
        let unwritable = tempfile::tempdir().unwrap();
        std::fs::write(unwritable.path().join("graft"), "").unwrap();
        let log = full.path().join("graft/graft-ls.log");
        if cfg!(target_os = "linux") {
            std::os::unix::fs::symlink("/dev/full", &log).unwrap();
        }
        for (state, closed) in [(&full, false), (&full, true), (&unwritable, false)] {
            let mut server = command(&["lsp"], state.path());
            server.env("XDG_STATE_HOME", state.path());
            let mut child = server.spawn().unwrap();
            let mut stderr = child.stderr.take();
            if closed {
                stderr = None;
            }
            let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
            let mut input = Vec::new();
            for message in [
                json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}),
                json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}),
                // What the log has a line for.
                json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": 1}}),
                json!({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}),
                json!({"jsonrpc": "2.0", "method": "exit"}),
            ] {
                input.extend(framed(&message));
            }
            let mut stdin = child.stdin.take().unwrap();
            let ended = tokio::task::spawn_blocking(move || {
                use std::io::{Read, Write};
                stdin.write_all(&input).unwrap();
                let mut said = String::new();
                if let Some(mut stderr) = stderr {
                    stderr.read_to_string(&mut said).unwrap();
                }
                (child.wait().unwrap(), said)
            });
            let (status, said) =
                tokio::time::timeout(super::super::editor::PATIENCE, ended).await.expect(LOG.fault).unwrap();
            assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{}", LOG.fault);
        }
    }
}
