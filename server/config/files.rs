//! Where Graft's files live on this machine, by the platform's own rules. Reads the user's file; writes nothing.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::error::{ConfigError, Place};

const OVERRIDE: &str = "GRAFT_CONFIG";

/// The user's config file as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct UserFile {
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

/// Reads the file at [`user_config_path`]; `None` where there is none.
///
/// # Errors
/// A file that exists but cannot be read, that is not UTF-8, or that `GRAFT_CONFIG` names in vain.
pub fn user_file() -> Result<Option<UserFile>, ConfigError> {
    read_user_file(named_by_environment(), config_folder())
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

fn read_user_file(named: Option<OsString>, config_folder: Option<PathBuf>) -> Result<Option<UserFile>, ConfigError> {
    let must_exist = named.is_some();
    let Some(path) = config_path(named, config_folder) else {
        return Ok(None);
    };
    let error = match fs::read(&path) {
        Ok(bytes) => return decoded(path, bytes).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => return Ok(None),
        Err(error) => error,
    };
    let next_step = match must_exist {
        true => "GRAFT_CONFIG names it: correct or unset that variable",
        false => "make it readable or move it away",
    };
    let message = format!("cannot be read ({error}); {next_step}");
    Err(ConfigError::new(&Place::WholeFile(path.into()), "", message))
}

fn decoded(path: PathBuf, bytes: Vec<u8>) -> Result<UserFile, ConfigError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(UserFile { path, text: text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text) }),
        Err(_) => {
            let place = Place::WholeFile(path.into());
            Err(ConfigError::new(&place, "", "is not UTF-8; save it in that encoding"))
        }
    }
}

/// `graft/graft-ls.log` in the platform's state folder; `None` for a user without a home.
pub fn log_file_path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    // Windows has no state folder; %LOCALAPPDATA%, which etcetera calls the cache folder, is where logs go there.
    let state = base.state_dir().unwrap_or_else(|| base.cache_dir());
    Some(state.join("graft").join("graft-ls.log"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_an_empty_config() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_user_file(None, Some(folder.path().into())).unwrap().is_none());
        assert!(read_user_file(None, None).unwrap().is_none());
    }

    #[test]
    fn a_missing_file_that_the_environment_names_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        let error = read_user_file(Some(path.clone().into()), None).err().unwrap().to_string();
        assert!(error.starts_with(&format!("{}: cannot be read", path.display())), "{error}");
        assert!(error.contains("GRAFT_CONFIG"), "{error}");
    }

    #[test]
    fn the_named_file_wins_and_its_byte_order_mark_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        fs::write(&path, "\u{feff}[routes]\n").unwrap();
        fs::create_dir(folder.path().join("graft")).unwrap();
        fs::write(folder.path().join("graft/config.toml"), "").unwrap();
        let file = read_user_file(Some(path.clone().into()), Some(folder.path().into())).unwrap().unwrap();
        assert_eq!((file.path, file.text.as_str()), (path, "[routes]\n"));
    }

    #[test]
    fn latin_1_is_an_error_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        fs::write(&path, b"# caf\xe9\n").unwrap();
        let error = read_user_file(Some(path.clone().into()), None).err().unwrap().to_string();
        assert_eq!(error, format!("{}: is not UTF-8; save it in that encoding", path.display()));
    }
}
