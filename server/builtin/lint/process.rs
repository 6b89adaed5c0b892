//! A linter as a process: found by an absolute folder, given its arguments as they are, killed when nobody waits for it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::syntax::Linter;
use crate::validate::{ReasonCode, Rejection};

/// A linter of one text answers in fractions of a second.
const TEXT_TIMEOUT: Duration = Duration::from_secs(30);
/// One of a project may have to build it first.
const PROJECT_TIMEOUT: Duration = Duration::from_secs(600);

/// Runs a linter to its end and gives what it printed.
pub(super) async fn run(
    linter: &Linter,
    program: &Path,
    path: Option<&Path>,
    folder: Option<&Path>,
    input: Option<&str>,
) -> Result<String, Rejection> {
    let failed = |message: String| Rejection::new(ReasonCode::Provider, format!("{} failed: {message}", linter.name));
    let mut command = Command::new(program);
    command
        .args(arguments(linter, path))
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let stdin = child.stdin.take();
    let write = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // One that does not read to the end says why on its own.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let limit = if input.is_some() { TEXT_TIMEOUT } else { PROJECT_TIMEOUT };
    let both = async { tokio::join!(write, child.wait_with_output()).1 };
    let output = tokio::time::timeout(limit, both)
        .await
        .map_err(|_| failed(format!("no answer within {} seconds", limit.as_secs())))?
        .map_err(|error| failed(error.to_string()))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_done = output.status.code().is_some_and(|code| linter.success.contains(&code));
    // Some exit codes mean both findings and failure; a failure prints nothing.
    if !is_done || (!output.status.success() && printed.trim().is_empty()) {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(failed(first_lines(&words, &output.status.to_string())));
    }
    Ok(printed)
}

fn arguments(linter: &Linter, path: Option<&Path>) -> Vec<OsString> {
    let filled = |argument: &&str| match (argument.split_once("{path}"), path) {
        (None, _) => Some(OsString::from(argument)),
        (Some(_), None) => None,
        (Some((before, after)), Some(path)) => {
            let mut filled = OsString::from(before);
            filled.push(path);
            filled.push(after);
            Some(filled)
        }
    };
    linter.arguments.iter().filter_map(filled).collect()
}

fn first_lines(words: &str, otherwise: &str) -> String {
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).take(5).collect();
    match lines.is_empty() {
        true => otherwise.to_owned(),
        false => lines.join(" / ").chars().take(600).collect(),
    }
}
