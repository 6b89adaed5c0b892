//! Where Graft's files live on this machine, by the platform's own rules, and how config files are read. Writes nothing.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::error::{ConfigError, Place};

const OVERRIDE: &str = "GRAFT_CONFIG";
/// In bytes: far more than any config; a project's file may be anything.
const LONGEST_FILE: u64 = 1 << 20;

/// A config file as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Where it stands; named in errors.
    pub path: PathBuf,
    /// Its text, without a byte order mark.
    pub text: String,
}

/// The user's config file, whether or not it exists: what `GRAFT_CONFIG` names, else `graft/config.toml` in the
/// platform's config folder; `None` for a user without a home.
pub fn user_config_path() -> Option<PathBuf> {
    config_path(named_by_environment(), config_folder())
}

/// Whether `GRAFT_CONFIG` names the user's file, which then has to be there.
pub(super) fn user_config_is_named() -> bool {
    named_by_environment().is_some()
}

fn named_by_environment() -> Option<OsString> {
    env::var_os(OVERRIDE).filter(|path| !path.is_empty())
}

fn config_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| base.config_dir())
}

fn config_path(named: Option<OsString>, config_folder: Option<PathBuf>) -> Option<PathBuf> {
    let standard = || config_folder.map(|folder| folder.join("graft").join("config.toml"));
    named.map(PathBuf::from).or_else(standard)
}

/// Reads a config file; `None` where there is none.
///
/// # Errors
/// One that cannot be read, that is too long, or that is not UTF-8.
pub(super) fn read_config_file(path: &Path, next_step: &str) -> Result<Option<ConfigFile>, ConfigError> {
    let wrong = |message: String| ConfigError::new(&Place::WholeFile(path.into()), "", message);
    let unreadable = |error: io::Error| wrong(format!("cannot be read ({error}); {next_step}"));
    match fs::metadata(path) {
        Ok(file) if file.is_file() => {}
        // A pipe would keep its reader waiting.
        Ok(_) => return Err(wrong(format!("cannot be read (it is not a file); {next_step}"))),
        Err(error) if error.kind() == ErrorKind::NotFound && path.is_symlink() => {
            return Err(wrong("is a link that leads nowhere; mend or remove it".to_owned()));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    }
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut bytes));
    read.map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(wrong("is longer than a megabyte, which no config is".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8; save it in that encoding".to_owned()))?;
    Ok(Some(ConfigFile::new(path, text)))
}

impl ConfigFile {
    /// A file of that text; a byte order mark is left out.
    pub fn new(path: &Path, text: String) -> ConfigFile {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        ConfigFile { path: path.to_owned(), text }
    }
}

/// `graft/trusted.json` in the platform's state folder; `None` for a user without a home.
pub fn trust_file_path() -> Option<PathBuf> {
    state_folder().map(|folder| folder.join("trusted.json"))
}

/// `graft/graft-ls.log` in the platform's state folder; `None` for a user without a home.
pub fn log_file_path() -> Option<PathBuf> {
    state_folder().map(|folder| folder.join("graft-ls.log"))
}

/// `graft/spending.json` in the platform's state folder; `None` for a user without a home.
pub(super) fn ledger_path() -> Option<PathBuf> {
    state_folder().map(|folder| folder.join("spending.json"))
}

/// `graft/completions.jsonl` in the platform's state folder; `None` for a user without a home.
pub(super) fn statistics_path() -> Option<PathBuf> {
    state_folder().map(|folder| folder.join("completions.jsonl"))
}

fn state_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    // Windows has no state folder; %LOCALAPPDATA%, which etcetera calls the cache folder, is where logs go there.
    let state = base.state_dir().unwrap_or_else(|| base.cache_dir());
    Some(state.join("graft"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_file_wins() {
        let path = config_path(Some("mine.toml".into()), Some("/home/me/.config".into()));
        assert_eq!(path, Some("mine.toml".into()));
        let path = config_path(None, Some("/home/me/.config".into()));
        assert_eq!(path, Some("/home/me/.config/graft/config.toml".into()));
        assert_eq!(config_path(None, None), None);
    }

    #[test]
    fn a_missing_file_is_none_and_a_byte_order_mark_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        assert!(read_config_file(&path, "").unwrap().is_none());
        fs::write(&path, "\u{feff}[routes]\n").unwrap();
        assert_eq!(read_config_file(&path, "").unwrap().unwrap().text, "[routes]\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::os::unix::fs::symlink(folder.path().join("gone.toml"), &path).unwrap();
        let said = read_config_file(&path, "").err().unwrap().to_string();
        assert_eq!(said, format!("{}: is a link that leads nowhere; mend or remove it", path.display()));
    }

    #[test]
    fn what_is_no_text_is_an_error_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        let said = |path: &Path| read_config_file(path, "move it").err().unwrap().to_string();
        fs::write(&path, b"# caf\xe9\n").unwrap();
        assert_eq!(said(&path), format!("{}: is not UTF-8; save it in that encoding", path.display()));
        fs::write(&path, "#".repeat(1 << 21)).unwrap();
        assert!(said(&path).contains("longer than a megabyte"));
        assert!(said(folder.path()).ends_with("it is not a file); move it"));
    }
}
