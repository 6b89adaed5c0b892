//! The folders in which programs are looked for, and looking there. Runs nothing.

use std::env;
use std::path::{Path, PathBuf};

/// The folders of the environment's `PATH`, in order, as they stand there.
pub fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// The program of that name in the first folder that has it.
pub fn program(name: &str, search_path: &[PathBuf]) -> Option<PathBuf> {
    let file = format!("{name}{}", if cfg!(windows) { ".exe" } else { "" });
    search_path
        .iter()
        // A relative folder means whatever workspace the server happens to stand in.
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&file))
        .find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
