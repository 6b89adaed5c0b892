//! `add-tests`: tests for a scope, where the language and the project keep them; nothing that is there changes.
//!
//! Before: `fn mean(…)` and no tests. After: a `#[test]` in the file's test module, or a test file of its own.

use std::path::{Path, PathBuf};

use super::{ActionId, Offer, Place, Plan, Request, Row, Target, Workspace, called};
use crate::builtin::{detect_framework, importable};
use crate::prompt::Ask;
use crate::reply::Promise;
use crate::syntax::{
    Definition, Document, Language, ModulePath, Outline, Scope, ScopeShape, TestFramework, TestPlace, is_test,
};
use crate::validate::{Baseline, ReasonCode, Rejection};

pub(super) static ROW: Row = Row { offers, plan };

/// So many test files beside a new one are asked which framework they use.
const NEIGHBOURS: usize = 20;

/// Where tests go, and what they need there.
#[derive(Debug, Clone)]
pub struct TestHome {
    /// A file of their own; nothing where the tests go into the document itself.
    pub file: Option<TestFile>,
    /// Import statements that tests of the scope need there.
    pub imports: Vec<String>,
    /// The path under which the tested file is imported there; empty where no import is needed.
    pub module: String,
    /// How tests are written there.
    pub framework: &'static TestFramework,
}

impl TestHome {
    /// The lines around tests in languages where they cannot stand at the top of a file: a class named as its file.
    pub fn group(&self) -> Option<(String, &'static str)> {
        let file = self.file.as_ref()?;
        let open = self.framework.group.filter(|_| !self.framework.group_close.is_empty())?;
        let name = file.path.file_stem().unwrap_or_default().to_string_lossy();
        Some((open.replace("{group}", &name), self.framework.group_close))
    }
}

/// A test file apart from the tested one.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// Absolute path.
    pub path: PathBuf,
    /// The file; empty where it is yet to be created.
    pub baseline: Baseline,
    /// Whether it is yet to be created.
    pub is_new: bool,
}

fn offers(place: &Place<'_>) -> Vec<Offer> {
    let scope = place.scope.as_ref().filter(|scope| testable(place.document, scope).is_ok());
    scope
        .map(|scope| Offer::new(ActionId::AddTests, format!("Graft: add tests for {}", called(scope))))
        .into_iter()
        .collect()
}

fn plan(request: &Request<'_>) -> Result<Plan, Rejection> {
    let scope = request.scope("there is no code here to test; put the cursor in a function or select some")?;
    testable(request.document, &scope)?;
    let home = match request.document.language().tests {
        TestPlace::Module { .. } => own_module(request)?,
        TestPlace::File { .. } => test_file(request, &scope)?,
    };
    let place = match &home.file {
        Some(file) => format!("They go into {}.", file.path.file_name().unwrap_or_default().to_string_lossy()),
        None => "They go into the file's own test module, which sees everything in the file.".to_owned(),
    };
    let task = format!(
        "Write tests with {} for the code below: its purpose, its edge cases, its errors. {place}",
        home.framework.name
    );
    let imported = match home.imports.as_slice() {
        [] => String::new(),
        imports => format!(" Bring the tested code in by `{}`.", imports.join("`, `")),
    };
    let task = task + &imported;
    let answer = "Reply with only the new tests and the imports that they need. Do not repeat the code under test or tests that exist.".to_owned();
    let notes = match existing(request.document, &home) {
        text if text.is_empty() => Vec::new(),
        text => vec![("Tests that exist".to_owned(), text)],
    };
    let mut plan = Plan::rewrite(scope, Promise::Additions, Ask { task, answer, notes });
    plan.instruction = request.instruction.map(str::to_owned);
    plan.target = Target::Tests(home);
    Ok(plan)
}

/// Whether there is something to test, and it is not a test itself.
fn testable(document: &Document, scope: &Scope) -> Result<(), Rejection> {
    let refuse = |message: &str| Err(Rejection::new(ReasonCode::NothingHere, message));
    let is_test =
        scope.definition().into_iter().chain(&scope.enclosing).any(|definition| is_test(document, definition));
    if is_test {
        return refuse("this is a test already; put the cursor in the code that wants testing");
    }
    let inside =
        |definition: &&Definition| scope.range.start <= definition.node.start && definition.node.end <= scope.range.end;
    let outline = Outline::of(document, Some(scope.range.clone()));
    let callable = outline
        .definitions
        .iter()
        .filter(inside)
        .any(|definition| definition.kind.is_callable() && !definition.is_test);
    if !callable || scope.shape == ScopeShape::Statements {
        return refuse("there is no function here to test; put the cursor in one or select some");
    }
    Ok(())
}

fn existing(document: &Document, home: &TestHome) -> String {
    match &home.file {
        Some(file) => file.baseline.document().source().to_owned(),
        None => document.outline().test_modules.last().map_or("", |(node, _)| document.slice(node.clone())).to_owned(),
    }
}

fn own_module(request: &Request<'_>) -> Result<TestHome, Rejection> {
    let framework = detect_framework(request.document.language(), &[], "", "").ok_or_else(|| no_framework(request))?;
    Ok(TestHome { file: None, imports: Vec::new(), module: String::new(), framework })
}

fn no_framework(request: &Request<'_>) -> Rejection {
    let title = request.document.language().title;
    Rejection::new(ReasonCode::NothingHere, format!("no test framework is known for {title}"))
}

fn test_file(request: &Request<'_>, scope: &Scope) -> Result<TestHome, Rejection> {
    let no_path = || {
        Rejection::new(
            ReasonCode::BadRequest,
            "tests go into a file of their own here, and this text has no path to find it by; save the file first",
        )
    };
    let path = request.path.ok_or_else(no_path)?;
    let TestPlace::File { names, folders, mirrors, .. } = request.document.language().tests else {
        return Err(no_path());
    };
    let layout = Layout::of(request.workspace, path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if names.iter().any(|name| matches_pattern(name, &file_name(path))) {
        return Err(Rejection::new(
            ReasonCode::NothingHere,
            "this is a test file already; put the cursor in the code that wants testing",
        ));
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let filled = |name: &&str| name.replace("{extension}", &extension);
    let names: Vec<String> = names.iter().map(filled).collect();
    let (file, found) = match layout.mirrored(mirrors) {
        Some(folder) => Layout { root: folder.clone(), folder }.test_file(request.workspace, &stem, &names, &[""]),
        None => layout.test_file(request.workspace, &stem, &names, folders),
    };
    if found.is_none() && request.workspace.exists(&file) {
        return Err(Rejection::new(
            ReasonCode::BadRequest,
            format!("`{}` is there, but it is no text in UTF-8; move it away or convert it", file.display()),
        ));
    }
    let language = request.document.language();
    let (text, version) = found.clone().unwrap_or_default();
    let document = Document::new(language, &text, version);
    let framework = framework(request, &text, file.parent())?;
    let import = framework.import_tested.unwrap_or_default();
    let module = match import.is_empty() {
        true => String::new(),
        false => imported_as(&document, &stem).unwrap_or_else(|| {
            layout.module(request.workspace, language.tests, path, &file, &[&document, request.document])
        }),
    };
    let mut names: Vec<&str> = Vec::new();
    for definition in request.document.outline().definitions.iter().filter(|d| d.path.is_empty() && !d.is_test) {
        let touched = definition.node.start < scope.range.end && scope.range.start < definition.node.end;
        let is_new = |name: &&str| touched && !import.is_empty() && !names.contains(name);
        let name = importable(language, &definition.name).filter(is_new);
        names.extend(name);
    }
    let imports = names.iter().map(|name| import.replace("{module}", &module).replace("{names}", name)).collect();
    let file = TestFile { path: file, baseline: Baseline::of(&document), is_new: found.is_none() };
    Ok(TestHome { file: Some(file), imports, module, framework })
}

/// Whether a file's name looks like one that `pattern` makes, so that tests are not tested.
fn matches_pattern<'a>(pattern: &'a str, name: &'a str) -> bool {
    let without_extension = |name: &'a str| name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some((before, after)) = without_extension(pattern).split_once("{module}") else {
        return false;
    };
    let stem = without_extension(name);
    stem.len() > before.len() + after.len() && stem.starts_with(before) && stem.ends_with(after)
}

/// How an existing test file imports the module, if it does.
fn imported_as(tests: &Document, stem: &str) -> Option<String> {
    tests.outline().imports.iter().find_map(|range| {
        let text = tests.slice(range.clone());
        let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | ';'));
        words
            .find(|word| *word == stem || word.ends_with(&format!(".{stem}")) || is_path_to(word, stem))
            .map(str::to_owned)
    })
}

/// Whether a word is a path from here to a file of that stem.
fn is_path_to(word: &str, stem: &str) -> bool {
    let last = word.rsplit_once('/').filter(|_| word.starts_with('.')).map(|(_, last)| last);
    last.is_some_and(|last| last == stem || last.rsplit_once('.').is_some_and(|(own, _)| own == stem))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The framework of the test file, else that of its neighbours, else the language's first.
fn framework(request: &Request<'_>, text: &str, folder: Option<&Path>) -> Result<&'static TestFramework, Rejection> {
    let mut texts = vec![text.to_owned()];
    if let (Some(folder), TestPlace::File { names, .. }) = (folder, request.document.language().tests) {
        let is_test = |name: &&String| names.iter().any(|pattern| matches_pattern(pattern, name));
        let neighbours = request.workspace.list(folder);
        let files = neighbours.iter().filter(is_test).take(NEIGHBOURS);
        texts.extend(files.filter_map(|name| request.workspace.read(&folder.join(name))).map(|(text, _)| text));
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let manifest = manifest(request).unwrap_or_default();
    detect_framework(request.document.language(), &texts, &manifest, request.document.source())
        .ok_or_else(|| no_framework(request))
}

/// What the project says of itself, in the nearest such file.
fn manifest(request: &Request<'_>) -> Option<String> {
    let TestPlace::File { manifest, .. } = request.document.language().tests else { return None };
    let root = request.workspace.root.as_deref().unwrap_or(Path::new(""));
    let folders = request.path?.ancestors().skip(1).filter(|_| !manifest.is_empty());
    folders
        .take_while(|folder| folder.starts_with(root))
        .find_map(|folder| request.workspace.read(&folder.join(manifest)))
        .map(|(text, _)| text)
}

/// Where a source file stands in its project.
struct Layout {
    root: PathBuf,
    folder: PathBuf,
}

impl Layout {
    fn of(workspace: &Workspace, path: &Path) -> Layout {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let root = workspace.root.clone().filter(|root| folder.starts_with(root)).unwrap_or_else(|| folder.clone());
        Layout { root, folder }
    }

    /// The folder that mirrors the source's, where it stands in such a tree.
    fn mirrored(&self, mirrors: &[(&str, &str)]) -> Option<PathBuf> {
        let parts: Vec<_> = self.folder.iter().collect();
        mirrors.iter().find_map(|(sources, tests)| {
            let sources: Vec<_> = Path::new(sources).iter().collect();
            let at = parts.windows(sources.len()).rposition(|window| window == sources)?;
            let (before, after) = (parts.get(..at)?, parts.get(at + sources.len()..)?);
            let before: PathBuf = before.iter().collect();
            Some(before.join(tests).join(after.iter().collect::<PathBuf>()))
        })
    }

    /// The test file that exists, with its text, else the one to create.
    fn test_file(
        &self,
        workspace: &Workspace,
        stem: &str,
        names: &[String],
        folders: &[&str],
    ) -> (PathBuf, Option<super::Buffer>) {
        let inner = self.folder.strip_prefix(&self.root).unwrap_or(Path::new(""));
        let mut places: Vec<PathBuf> = Vec::new();
        for folder in folders {
            match folder.is_empty() {
                true => places.push(self.folder.clone()),
                false => {
                    let base = self.root.join(folder);
                    // A mirrored tree has the source's folders, with or without the outermost.
                    places.push(base.join(inner));
                    places.push(base.join(inner.components().skip(1).collect::<PathBuf>()));
                    places.push(base);
                    places.push(self.folder.join(folder));
                }
            }
        }
        let file = |place: &Path, name: &str| place.join(name.replace("{module}", stem));
        let all = places.iter().flat_map(|place| names.iter().map(move |name| file(place, name)));
        if let Some((path, found)) = all.into_iter().find_map(|path| workspace.read(&path).map(|found| (path, found))) {
            return (path, Some(found));
        }
        let is_test = |file: &String| names.iter().any(|pattern| matches_pattern(pattern, file));
        let name = names.iter().find(|name| self.has_like(workspace, name)).or(names.first());
        let existing = folders.iter().find_map(|folder| match folder.is_empty() {
            true => workspace.list(&self.folder).iter().any(is_test).then(|| self.folder.clone()),
            false => [self.root.join(folder), self.folder.join(folder)].into_iter().find(|path| workspace.exists(path)),
        });
        let place = existing.unwrap_or_else(|| match folders.first() {
            Some(folder) if !folder.is_empty() => self.root.join(folder),
            _ => self.folder.clone(),
        });
        (file(&place, name.map_or("{module}", String::as_str)), None)
    }

    /// Whether a test of that form stands beside the source file.
    fn has_like(&self, workspace: &Workspace, name: &str) -> bool {
        workspace.list(&self.folder).iter().any(|file| matches_pattern(name, file))
    }

    /// The path under which the source file is imported by a test file. `like` are texts whose imports show how paths are
    /// written.
    fn module(
        &self,
        workspace: &Workspace,
        tests: TestPlace,
        source: &Path,
        test: &Path,
        like: &[&Document],
    ) -> String {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match tests {
            TestPlace::Module { .. } => stem,
            TestPlace::File { module_path: ModulePath::Relative { kept_extensions }, .. } => {
                let shown = like.iter().find_map(|document| path_extension(document));
                let own = source.extension().map(|extension| extension.to_string_lossy().into_owned());
                let kept = own.filter(|own| kept_extensions.contains(&own.as_str()));
                let extension = kept.or(shown).map(|extension| format!(".{extension}")).unwrap_or_default();
                format!("{}{stem}{extension}", steps(test.parent().unwrap_or(&self.folder), &self.folder))
            }
            TestPlace::File { package_marker, source_roots, .. } => {
                self.dotted(workspace, package_marker, source_roots, &stem)
            }
        }
    }

    fn dotted(&self, workspace: &Workspace, package_marker: &str, source_roots: &[&str], stem: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut folder = self.folder.as_path();
        while workspace.exists(&folder.join(package_marker)) {
            parts.insert(0, folder.file_name().unwrap_or_default().to_string_lossy().into_owned());
            folder = folder.parent().unwrap_or(Path::new(""));
            if folder.as_os_str().is_empty() {
                break;
            }
        }
        if parts.is_empty() {
            let inner = self.folder.strip_prefix(&self.root).unwrap_or(Path::new(""));
            parts = inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            if parts.first().is_some_and(|first| source_roots.contains(&first.as_str())) {
                parts.remove(0);
            }
        }
        if stem != package_marker.split('.').next().unwrap_or_default() {
            parts.push(stem.to_owned());
        }
        parts.join(".")
    }
}

/// The way from one folder to another, as imports write it: `./`, `../src/`.
fn steps(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().count() - shared;
    let down = to.components().skip(shared).map(|part| format!("{}/", part.as_os_str().to_string_lossy()));
    let start = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
    down.fold(start, |path, part| path + &part)
}

/// The extension that a document's imports of files nearby are written with, if they are.
fn path_extension(document: &Document) -> Option<String> {
    document.outline().imports.iter().find_map(|range| {
        let text = document.slice(range.clone());
        let path = text.split(['"', '\'']).find(|part| part.starts_with("./") || part.starts_with("../"))?;
        let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
        Language::by_path(path).map(|_| extension.to_owned())
    })
}
