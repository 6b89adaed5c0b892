//! Runs the case files of `tests/cases` through batch and through the command line, so that the faces cannot drift apart;
//! `lsp/cases.rs` runs the same through an editor.
//! Refuses to know what is right: that stands in the files (see `case_file.rs` for their form).
//!
//! Where the outcome of a case has changed for the better, `GRAFT_UPDATE_CASES=1 cargo test cases` writes what comes out into
//! the last block of each file that disagrees. Read the diff before you commit it.

use std::collections::HashSet;
use std::mem::discriminant;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::case_file::{self, Case, Expected};
use crate::patch;
use crate::support::binary::graft;

/// What a face made of a case, in the terms of [`Expected`]; sentences in place of what must not be.
type Got = Result<(Expected, Value), String>;

#[test]
fn batch_does_what_the_cases_say() {
    let cases = case_file::all();
    assert!(cases.len() >= 40, "the case files are not where this looks for them");
    let projects: Vec<TempDir> = cases.iter().map(project).collect();
    let lines: String =
        cases.iter().zip(&projects).map(|(case, project)| format!("{}\n", line(case, project.path()))).collect();
    let output = graft(&["batch"], Path::new("."), &lines);
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), cases.len(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut failures = Vec::new();
    for (case, answer) in cases.iter().zip(answers.lines()) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["id"], json!(case.file.display().to_string()));
        let got = of_report(case, &answer);
        let got = got.and_then(|(got, report)| text_agrees(case, &got, &answer).map(|()| (got, report)));
        judge(case, got, &mut failures);
    }
    report(&failures, cases.len());
}

#[test]
fn the_command_line_does_what_the_cases_say() {
    let cases = case_file::all();
    let (mut failures, mut kinds) = (Vec::new(), HashSet::new());
    // Only a server can say why an answer ended, so those cases are not the command line's.
    for case in cases.iter().filter(|case| case.finish_reason.is_none()) {
        let project = project(case);
        let plain = of_command_line(case, project.path(), &[]);
        if let Err(why) = printed_agrees(case, &plain) {
            failures.push(format!("── {}\n{why}", case.file.display()));
        }
        // A process costs, and `batch` has every object: here, one for each action, language and kind of end.
        if kinds.insert((&case.action, &case.language, discriminant(&case.expected))) {
            let json = of_command_line(case, project.path(), &["--json"]);
            assert_eq!(plain.status.code(), json.status.code(), "{}: another with --json", case.file.display());
            let report: Value = serde_json::from_slice(&json.stdout).unwrap();
            judge(case, of_report(case, &report), &mut failures);
        }
    }
    report(&failures, cases.len());
}

/// A folder with the case's files in it, marked as the root of a work tree.
pub fn project(case: &Case) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let own = (case.path.clone(), case.input.clone());
    for (path, text) in case.files.iter().chain([&own]) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn line(case: &Case, project: &Path) -> Value {
    let mut line = json!({
        "id": case.file, "action": case.action, "language": case.language, "path": project.join(&case.path), "text": case.input,
        "range": {"start": position(&case.input, case.range.start), "end": position(&case.input, case.range.end)},
        "reply": case.replies.last(),
    });
    let optional = [
        ("instruction", case.instruction.clone().map(Value::from)),
        ("finish_reason", case.finish_reason.clone().map(Value::from)),
        ("diagnostics", case.diagnostics.clone()),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            line[name] = value;
        }
    }
    line
}

/// A place in a text as the protocol has it, in UTF-16.
pub fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": before.matches('\n').count(), "character": before[start..].encode_utf16().count()})
}

/// What a result object says, with its edits made.
fn of_report(case: &Case, report: &Value) -> Got {
    let code = report["reason"]["code"].as_str();
    let message = report["reason"]["message"].as_str().unwrap_or_default();
    let got = match (report["success"].as_bool(), code) {
        (Some(true), Some("no_change")) => Expected::NoChange,
        (Some(true), None) => {
            let path = report["file"].as_str().map(str::to_owned);
            let old = match &path {
                Some(path) => case.other_file(path),
                None => &case.input,
            };
            let text = patch::apply_edits(old, &report["edits"])?;
            Expected::Edit { path, text }
        }
        (Some(false), Some(code)) => Expected::Rejected { code: code.to_owned(), says: vec![message.to_owned()] },
        _ => return Err(format!("neither success nor reason: {report}")),
    };
    Ok((got, report.clone()))
}

/// A batch answer's `text` is the document with the edit made, or as it was.
fn text_agrees(case: &Case, got: &Expected, answer: &Value) -> Result<(), String> {
    let text = match got {
        Expected::Edit { path: None, text } => text,
        _ => &case.input,
    };
    match answer["text"] == json!(text) {
        true => Ok(()),
        false => Err(format!("`text` is not what `edits` make of the document: {}", answer["text"])),
    }
}

fn of_command_line(case: &Case, project: &Path, flags: &[&str]) -> Output {
    let mut target = format!("{}:{}", case.path, place(&case.input, case.range.start));
    if !case.range.is_empty() {
        target = format!("{target}-{}", place(&case.input, case.range.end));
    }
    let diagnostics = project.join(".git/diagnostics.json");
    let mut arguments = vec!["run", case.action.as_str(), target.as_str(), "--reply", "-"];
    if let Some(instruction) = &case.instruction {
        arguments.extend(["--instruction", instruction]);
    }
    if let Some(list) = &case.diagnostics {
        std::fs::write(&diagnostics, list.to_string()).unwrap();
        arguments.extend(["--diagnostics", ".git/diagnostics.json"]);
    }
    let reply = case.replies.last().map(String::as_str).unwrap_or_default();
    arguments.extend(flags);
    graft(&arguments, project, reply)
}

fn place(text: &str, offset: usize) -> String {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let mark = usize::from(start == 0 && before.starts_with('\u{feff}'));
    format!("{}:{}", before.matches('\n').count() + 1, before[start..].chars().count() + 1 - mark)
}

/// Diff, stderr and exit code say what the case says.
fn printed_agrees(case: &Case, output: &Output) -> Result<(), String> {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.lines().any(|line| !line.starts_with("graft-ls: ")) {
        return Err(format!("stderr has a line that is not ours: {stderr}"));
    }
    let (code, text) = match &case.expected {
        Expected::Edit { path, text } => {
            let old = path.as_deref().map_or(case.input.as_str(), |path| case.other_file(path));
            let header = format!("+++ b/{}\n", path.as_deref().unwrap_or(&case.path));
            if !stdout.contains(&header) {
                return Err(format!("no `{}` in the diff:\n{stdout}", header.trim_end()));
            }
            let patched = patch::apply_by_number(old, &stdout)?;
            (0, (patched == *text).then_some(()).ok_or("the diff makes another text"))
        }
        Expected::NoChange => {
            (0, (stdout.is_empty() && stderr.contains("no change")).then_some(()).ok_or("no word of it"))
        }
        Expected::Rejected { says, .. } => {
            // Messages of several lines are one line on stderr.
            let first = says.first().and_then(|message| message.lines().next()).unwrap_or_default();
            (1, (stdout.is_empty() && stderr.contains(first.trim())).then_some(()).ok_or("the reason is not on stderr"))
        }
    };
    text.map_err(|why| format!("{why}\nstdout:\n{stdout}\nstderr:\n{stderr}"))?;
    match output.status.code() == Some(code) {
        true => Ok(()),
        false => Err(format!("exit code {:?} in place of {code}: {stderr}", output.status.code())),
    }
}

/// Compares, and puts a readable account among the failures where they differ.
pub fn judge(case: &Case, got: Got, failures: &mut Vec<String>) {
    let account = match got {
        Err(why) => why,
        Ok((got, report)) => {
            let Some(difference) = difference(case, &got) else { return };
            if std::env::var_os("GRAFT_UPDATE_CASES").is_some() {
                update(case, &got, &report);
            }
            difference
        }
    };
    failures.push(format!("── {}\n{account}", case.file.display()));
}

/// What came of a case beside what must, where they differ.
pub fn difference(case: &Case, got: &Expected) -> Option<String> {
    let differs = !agree(&case.expected, got);
    differs.then(|| format!("expected {}\ngot {}", shown(&case.expected), shown(got)))
}

fn agree(expected: &Expected, got: &Expected) -> bool {
    match (expected, got) {
        (Expected::Rejected { code, says }, Expected::Rejected { code: got, says: message }) => {
            code == got && says.iter().all(|part| message.iter().any(|message| message.contains(part.as_str())))
        }
        (expected, got) => expected == got,
    }
}

fn shown(result: &Expected) -> String {
    match result {
        Expected::Edit { path: None, text } => format!("this text:\n{text}"),
        Expected::Edit { path: Some(path), text } => format!("this text of {path}:\n{text}"),
        Expected::Rejected { code, says } => format!("rejected: {code} {}", says.join(" … ")),
        Expected::NoChange => "no change".to_owned(),
    }
}

fn update(case: &Case, got: &Expected, report: &Value) {
    let (words, body) = match got {
        Expected::NoChange => ("no_change".to_owned(), String::new()),
        Expected::Rejected { code, .. } => ("rejected".to_owned(), code.clone()),
        Expected::Edit { path, .. } => {
            let diff = report["diff"].as_str().unwrap_or_default().replace('\r', "");
            let hunks = diff.lines().skip(2).filter(|line| !line.starts_with('\\'));
            let lines = hunks.map(|line| if line.starts_with("@@") { "@@" } else { line.trim_end() });
            let words = path.as_ref().map_or("edit".to_owned(), |path| format!("edit {path}"));
            (words, lines.skip(1).collect::<Vec<_>>().join("\n"))
        }
    };
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&case.file);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, Case::rewritten(&text, &words, &body).unwrap()).unwrap();
}

/// Fails with every account of a case that differs.
#[track_caller]
pub fn report(failures: &[String], cases: usize) {
    assert!(failures.is_empty(), "{} of {cases} cases disagree:\n\n{}", failures.len(), failures.join("\n\n"));
}
