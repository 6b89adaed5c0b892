//! The folders in which programs are looked for. Refuses to look in them.

use std::env;
use std::path::PathBuf;

/// The folders of the environment's `PATH`, in order, as they stand there.
pub fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}
