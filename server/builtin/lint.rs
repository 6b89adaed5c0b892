//! What a linter finds in a document, and the fixes that it brings itself. Refuses programs that are named by a relative
//! path, and never goes through a shell.

mod fix;
mod process;
mod report;

use std::ops::Range;
use std::path::{Path, PathBuf};

pub use fix::{Fixed, fix};

use crate::config::program;
use crate::syntax::{Diagnostic, Document, Linter, Scope, ScopeShape};
use crate::text::{Edit, normalize_line_ends};
use crate::validate::{ReasonCode, Rejection};

/// Where a document stands, and where linters may be found.
#[derive(Debug, Clone, Copy, Default)]
pub struct LintSite<'a> {
    /// The document's absolute path; a linter's configuration is looked up from there.
    pub path: Option<&'a Path>,
    /// The workspace's root.
    pub root: Option<&'a Path>,
    /// Folders that programs are looked for in, as the environment's search path has them; relative ones are skipped.
    pub search_path: &'a [PathBuf],
    /// Whether the user trusts the project, so that linters may run its code.
    pub trusted: bool,
}

/// What a linter said of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// The linter's name: `ruff`, `flake8`, `clippy`.
    pub linter: &'static str,
    /// The problems, in the linter's order; bytes of the document.
    pub diagnostics: Vec<Diagnostic>,
    /// Fixes that the linter calls safe: which diagnostic each is for, and its edits.
    pub fixes: Vec<(usize, Vec<Edit>)>,
}

/// Runs the language's linter and keeps what touches the scope; everything where none is given.
///
/// # Errors
/// `NoRoute` where no linter is found or the linter must read a file that differs on disk, `Provider` with the linter's own
/// words where it fails. Finding nothing is not an error.
pub async fn lint(document: &Document, scope: Option<&Scope>, site: &LintSite<'_>) -> Result<Findings, Rejection> {
    let tool = Tool::find(document, site)?;
    let mut findings = tool.run(document, site).await?;
    if let Some(scope) = scope {
        let within = reach(document, scope);
        findings.keep(|diagnostic| touch(&diagnostic.range, &within));
    }
    Ok(findings)
}

impl Findings {
    /// Drops diagnostics, and the fixes of those that go.
    fn keep(&mut self, wanted: impl Fn(&Diagnostic) -> bool) {
        let mut places = Vec::new();
        let mut kept = Vec::new();
        for diagnostic in self.diagnostics.drain(..) {
            let place = wanted(&diagnostic).then_some(kept.len());
            places.push(place);
            if place.is_some() {
                kept.push(diagnostic);
            }
        }
        self.diagnostics = kept;
        let fixes = std::mem::take(&mut self.fixes).into_iter();
        self.fixes = fixes.filter_map(|(index, edits)| Some(((*places.get(index)?)?, edits))).collect();
    }
}

/// A linter that is there.
struct Tool {
    linter: &'static Linter,
    program: PathBuf,
}

impl Tool {
    /// The first of the language's linters that the search path has and that may run here.
    fn find(document: &Document, site: &LintSite<'_>) -> Result<Tool, Rejection> {
        let mut refused = None;
        for linter in document.language().linters {
            let Some(program) = program(linter.program, site.search_path) else { continue };
            if site.trusted || !linter.runs_project_code {
                return Ok(Tool { linter, program });
            }
            refused = refused.or(Some(linter));
        }
        Err(refused.map_or_else(|| absent(document), |linter| untrusted(linter, site)))
    }

    async fn run(&self, document: &Document, site: &LintSite<'_>) -> Result<Findings, Rejection> {
        let folder = self.folder(site)?;
        if !self.linter.reads_stdin {
            self.check_saved(document, site)?;
        }
        let input = self.linter.reads_stdin.then(|| document.source());
        let output = process::run(self.linter, &self.program, site.path, folder.as_deref(), input).await?;
        report::read(self.linter, &output, document, site.path)
    }

    /// The folder to run in: that of the project for a linter that reads the disk, else the document's.
    fn folder(&self, site: &LintSite<'_>) -> Result<Option<PathBuf>, Rejection> {
        let parent = site.path.and_then(Path::parent).filter(|parent| parent.is_dir());
        let Some(manifest) = self.linter.manifest else {
            return Ok(parent.or(site.root).map(Path::to_owned));
        };
        let within = |folder: &&Path| site.root.is_none_or(|root| folder.starts_with(root));
        let found = parent
            .into_iter()
            .flat_map(Path::ancestors)
            .take_while(within)
            .find(|folder| folder.join(manifest).is_file());
        found.map(|folder| Some(folder.to_owned())).ok_or_else(|| {
            let message = format!(
                "{} needs a project: no {manifest} is found above this file within the workspace",
                self.linter.name
            );
            Rejection::new(ReasonCode::NoRoute, message)
        })
    }

    /// A linter that reads the disk speaks of that text; its places would be wrong in any other.
    fn check_saved(&self, document: &Document, site: &LintSite<'_>) -> Result<(), Rejection> {
        let on_disk = site.path.and_then(|path| std::fs::read_to_string(path).ok());
        let normal = |text: &str| normalize_line_ends(text).0;
        let is_same = on_disk.is_some_and(|text| normal(&text) == normal(document.source()));
        is_same.then_some(()).ok_or_else(|| {
            let message = format!("{} reads the file from disk, where it differs: save it first", self.linter.name);
            Rejection::new(ReasonCode::NoRoute, message)
        })
    }
}

fn untrusted(linter: &Linter, site: &LintSite<'_>) -> Rejection {
    let folder = site.root.map_or_else(|| "DIR".to_owned(), |root| root.display().to_string());
    let message = format!(
        "{} runs code of the project, which you do not trust yet: allow it with `graft-ls trust {folder}`, or let a model fix what the editor reports",
        linter.name
    );
    Rejection::new(ReasonCode::NoRoute, message)
}

fn absent(document: &Document) -> Rejection {
    let linters = document.language().linters;
    let names: Vec<&str> = linters.iter().map(|linter| linter.program).collect();
    let message = match (names.as_slice(), linters.first()) {
        ([], _) | (_, None) => format!(
            "Graft runs no linter for {}: pass the problems that the editor or a compiler reports, as diagnostics",
            document.language().title
        ),
        ([name], Some(first)) => {
            format!("{name} is not on PATH: install it (`{}`), or let a model fix it", first.install)
        }
        (names, Some(first)) => format!(
            "neither {} is on PATH: install one (`{}`), or let a model fix what the editor reports",
            names.join(" nor "),
            first.install
        ),
    };
    Rejection::new(ReasonCode::NoRoute, message)
}

/// The bytes that belong to a scope; a file's final blank lines are its own too.
fn reach(document: &Document, scope: &Scope) -> Range<usize> {
    match scope.shape {
        ScopeShape::File => 0..document.source().len(),
        _ => scope.range.clone(),
    }
}

/// Whether two ranges share a byte or meet.
fn touch(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start <= other.end && other.start <= one.end
}
