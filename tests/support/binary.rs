//! The built binary as a process, kept from the config and the models of whoever runs the tests. Refuses to know what it prints.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Runs the built binary to its end, with a text on stdin.
pub fn graft(arguments: &[&str], folder: &Path, input: &str) -> Output {
    let mut child = command(arguments, folder).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A process that answers before it has read everything must not wait for us to read.
    let writer = std::thread::spawn(move || {
        // It may also end without reading.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The folder of a config that keeps the tests off whatever serves models on this machine.
fn quiet_config() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let made = FOLDER.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("quiet-config");
        std::fs::create_dir_all(folder.join("graft")).unwrap();
        std::fs::write(folder.join("graft/config.toml"), "discover = false\n").unwrap();
        folder
    });
    made.clone()
}

/// The built binary in a folder, without the config of whoever runs the tests.
pub fn command(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_graft-ls"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("GRAFT_CONFIG")
        .env_remove("GRAFT_RECORD")
        .env("GRAFT_DISCOVER", "none")
        .env("XDG_CONFIG_HOME", quiet_config())
        .env("XDG_STATE_HOME", folder.join("no-state"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
