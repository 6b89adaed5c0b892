//! How far the code of a file may travel, and what says so: globs, files that hold secrets, what git and `.graftignore` leave
//! out. And the secrets inside a text: found by their shapes, taken out, put back. Sends nothing.

mod ignored;
mod masking;
mod names;
mod project_files;
mod secret_files;
mod secrets;
mod shapes;

use std::path::Path;

pub use ignored::IgnoreFiles;
pub use masking::Masking;
pub use project_files::project_files;
pub use secret_files::SECRET_FILES;
pub use secrets::{Secret, find};
pub use shapes::{SHAPES, Shape};

use crate::config::{PrivacyClass, PrivacySettings};
use ignored::Ignored;
use names::Name;

/// How far the code of a file may travel, and why no further.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How far.
    pub class: PrivacyClass,
    /// What says so: "the `local_only` glob `**/billing/**` (/home/me/.config/graft/config.toml:12:3)"; empty where nothing does.
    pub because: String,
    /// The file that it is about, where that is not the task's own.
    pub file: Option<String>,
}

impl Verdict {
    fn new(class: PrivacyClass, because: String) -> Verdict {
        Verdict { class, because, file: None }
    }

    /// The stricter of two; this one where they are equal.
    pub fn or_stricter(self, other: Verdict) -> Verdict {
        if other.class > self.class { other } else { self }
    }

    /// What keeps the code from where it may not go: "this file is kept at home by the glob …"; empty where it may go anywhere.
    pub fn sentence(&self) -> String {
        let file =
            self.file.as_ref().map_or_else(|| "this file".to_owned(), |file| format!("`{file}`, which is read too,"));
        match self.class {
            PrivacyClass::Any => String::new(),
            PrivacyClass::LocalOnly => format!("{file} is kept at home by {}", self.because),
            PrivacyClass::Never => format!("{file} is kept from every model by {}", self.because),
        }
    }
}

/// By what names a file is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileNames<'a> {
    /// Its path.
    pub path: Option<&'a Path>,
    /// Other paths by which somebody called it.
    pub others: &'a [std::path::PathBuf],
    /// What it would be called if it were saved, where it has no path: one for each extension of its language.
    pub unsaved: &'a [String],
    /// The root of its project.
    pub root: Option<&'a Path>,
}

/// How far a file's code may travel. Every name of the file is looked at, and everything that it links to; the strictest
/// counts.
pub fn classify(settings: &PrivacySettings, file: &FileNames<'_>, ignores: &IgnoreFiles) -> Verdict {
    let names = names::all(file);
    let globs = names.iter().flat_map(|name| by_glob(settings, name));
    let secret = names.iter().filter_map(|name| by_secret_file(settings, name));
    let ignored = names.iter().flat_map(|name| by_ignore_files(settings, name, ignores));
    globs.chain(secret).chain(ignored).fold(Verdict::default(), Verdict::or_stricter)
}

fn by_glob(settings: &PrivacySettings, name: &Name) -> Vec<Verdict> {
    let meant = settings.globs.iter().filter(|glob| name.below(glob.folder()).iter().any(|path| glob.matches(path)));
    let verdict = |glob: &crate::config::PrivacyGlob| {
        let because = format!("the `{}` glob `{}` ({})", glob.class.as_str(), glob.as_str(), glob.place);
        Verdict::new(glob.class, because)
    };
    meant.map(verdict).collect()
}

fn by_secret_file(settings: &PrivacySettings, name: &Name) -> Option<Verdict> {
    let glob = secret_files::meaning(name.whole())?;
    let because = format!("`{glob}` of the list of files that hold secrets (privacy.secret_files)");
    Some(Verdict::new(settings.secret_files, because))
}

fn by_ignore_files(settings: &PrivacySettings, name: &Name, ignores: &IgnoreFiles) -> Vec<Verdict> {
    let Some(path) = name.path() else { return Vec::new() };
    let verdict = |class, Ignored { file, pattern }: Ignored, key: &str| {
        let because = match pattern {
            Some(pattern) => format!("`{pattern}` in {} (privacy.{key})", file.display()),
            None => format!("{}, which cannot be read (privacy.{key})", file.display()),
        };
        Verdict::new(class, because)
    };
    let graft = ignores.by_graft(path).map(|by| verdict(settings.graftignored, by, "graftignored"));
    let excludes = settings.git_excludes.then(|| ignores.excludes()).flatten();
    let git = ignores.by_git(path, excludes).map(|by| verdict(settings.gitignored, by, "gitignored"));
    graft.into_iter().chain(git).collect()
}
