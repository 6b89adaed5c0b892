//! This machine as a check-up sees it: folders, programs and their versions, memory. Changes nothing; runs no program but to ask
//! for its version.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use etcetera::BaseStrategy;
use tokio::process::Command;

use super::files::log_file_path;
use super::search_path::search_path;
use super::secrets::home_folder;

/// A program that knows its version tells it in fractions of a second.
const VERSION_TIMEOUT: Duration = Duration::from_secs(5);

/// What is looked at. A test may make its own.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The platform's folder of config files, such as `~/.config`.
    pub config_folder: Option<PathBuf>,
    /// The folders in which programs are looked for.
    pub search_path: Vec<PathBuf>,
    /// All its memory in bytes, where it tells.
    pub memory: Option<u64>,
    /// Where the log is, or would be.
    pub log: Option<PathBuf>,
}

impl Machine {
    /// The one that this runs on.
    pub async fn this() -> Machine {
        Machine {
            home: home_folder(),
            config_folder: etcetera::choose_base_strategy().ok().map(|base| base.config_dir()),
            search_path: search_path(),
            memory: memory().await,
            log: log_file_path(),
        }
    }

    /// A path as people write it, with `~` for the home folder.
    pub fn shown(&self, path: &Path) -> String {
        let inside = self.home.as_deref().and_then(|home| path.strip_prefix(home).ok());
        inside.map_or_else(|| path.display().to_string(), |inside| Path::new("~").join(inside).display().to_string())
    }
}

/// All memory of this machine in bytes, where it tells: Linux has a file for it, macOS a program; elsewhere it takes calls that are
/// not worth it.
pub async fn memory() -> Option<u64> {
    match cfg!(target_os = "macos") {
        true => printed(Path::new("/usr/sbin/sysctl"), &["-n", "hw.memsize"]).await?.trim().parse().ok(),
        false => total(&std::fs::read_to_string("/proc/meminfo").ok()?),
    }
}

/// The first line of `/proc/meminfo` is `MemTotal:       16318480 kB`.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}

/// What a program prints when asked for its version; nothing where it takes too long or fails.
pub async fn version_text(program: &Path, argument: &str) -> Option<String> {
    printed(program, &[argument]).await
}

async fn printed(program: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(VERSION_TIMEOUT, command.output()).await.ok()?.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_memory_of_linux() {
        assert_eq!(total("MemTotal:       16318480 kB\nMemFree: 1 kB\n"), Some(16_318_480 << 10));
        assert_eq!(total("nothing"), None);
    }

    #[test]
    fn paths_below_the_home_are_short() {
        let machine = Machine { home: Some("/home/me".into()), ..Machine::default() };
        assert_eq!(machine.shown(Path::new("/home/me/.config/x")), "~/.config/x");
        assert_eq!(machine.shown(Path::new("/home/you/x")), "/home/you/x");
    }
}
