//! Stdout, stderr and the exit code. The only home of printing; refuses to fail because a reader went away.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use super::UNTRIED;

/// Writes to stdout and flushes. A closed pipe is success: whoever read has seen enough.
pub(super) fn print(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// One JSON object and a line end.
pub(super) fn print_json(value: &impl serde::Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    print(&text)
}

/// One line on stderr. Line ends and control characters of other people's texts become blanks.
pub(super) fn say(sentence: &str) {
    let clean: String = sentence.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    // Nobody is left to hear that stderr is closed.
    let _ = writeln!(std::io::stderr(), "graft-ls: {}", words.join(" "));
}

/// `code`, unless printing failed.
pub(super) fn exit(printed: std::io::Result<()>, code: u8) -> ExitCode {
    match printed {
        Ok(()) => ExitCode::from(code),
        Err(error) => {
            say(&format!("cannot write to stdout: {error}"));
            ExitCode::from(UNTRIED)
        }
    }
}

/// A status line on stderr that is written over again and again, where a person watches.
pub(super) fn show_status(status: &str) {
    let _ = write!(std::io::stderr(), "\r\x1b[K{status}");
}
