//! A job saved for a bug report: what was asked, what came back, what became of it, and a line for `batch` that does it again.
//! Refuses to fail a job, and to tell keys or where things lie on this machine.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::day::stamp_of;
use super::job::Job;
use super::redaction::Redaction;
use super::{Engine, Outcome, Report, ReportedAttempt, Task};
use crate::actions::Target;
use crate::config::{Config, PrivacyClass, home_folder, secrets_of_environment};
use crate::model::{Answer, Finish};
use crate::privacy::Verdict;
use crate::syntax::{Diagnostic, Document, Severity};

/// What a job has been through, while it runs.
pub(super) struct Recording {
    folder: PathBuf,
    /// Why nothing is saved, where the job may show to nobody what it is about.
    withheld: Option<String>,
    job: Option<Arc<Job>>,
    /// One for each attempt, in order.
    calls: Vec<Call>,
}

/// What an attempt sent and got; empty for one that asks no model.
#[derive(Default)]
pub(super) struct Call {
    /// The provider's kind.
    pub(super) kind: Option<&'static str>,
    /// The request's body.
    pub(super) request: Option<Value>,
    /// The raw answer.
    pub(super) answer: Option<String>,
    /// The server's word on why it ended, as `batch` takes it.
    pub(super) finish_reason: Option<String>,
}

impl Call {
    /// Notes what came back.
    pub(super) fn answered(&mut self, answer: &Answer) {
        self.answer = Some(answer.text.clone());
        self.finish_reason = match answer.finish {
            Finish::Stop => Some("stop".to_owned()),
            Finish::Length => Some("length".to_owned()),
            Finish::Refused(_) => Some("refusal".to_owned()),
            Finish::Unknown => None,
        };
    }
}

impl Recording {
    /// The one place that says whether a job is saved: where the user wants it. See [`Recording::keep_out`].
    pub(super) fn begin(config: &Config) -> Option<Recording> {
        let folder = config.record.clone()?;
        Some(Recording { folder, withheld: None, job: None, calls: Vec::new() })
    }

    /// Saves nothing of a job whose code may not travel: records are made to be passed on.
    pub(super) fn keep_out(&mut self, verdict: &Verdict) {
        if verdict.class != PrivacyClass::Any {
            let folder = self.folder.display();
            self.withheld = Some(format!("nothing of this job was saved in {folder}: {}", verdict.sentence()));
            self.job = None;
            self.calls.clear();
        }
    }

    /// Why nothing is saved, as a sentence.
    pub(super) fn withheld(&self) -> Option<String> {
        self.withheld.clone()
    }

    pub(super) fn plan(&mut self, job: &Arc<Job>) {
        self.job = self.withheld.is_none().then(|| job.clone());
    }

    pub(super) fn attempt(&mut self, call: Call) {
        if self.withheld.is_none() {
            self.calls.push(call);
        }
    }

    /// Writes the record; the file's path comes back. It appears whole or not at all, for its owner's eyes.
    pub(super) fn write(&self, engine: &Engine, task: &Task, outcome: &Outcome) -> io::Result<PathBuf> {
        let mut redaction = redaction(engine, task);
        let own = self.job.iter().flat_map(|job| job.masking.secrets());
        redaction.secrets.extend(own.map(|secret| secret.value().clone()));
        let text = serde_json::to_string_pretty(&self.record(&redaction, task, outcome))?;
        create_folder(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.as_file_mut().write_all(text.as_bytes())?;
        file.as_file_mut().write_all(b"\n")?;
        let path = self.folder.join(file_name(SystemTime::now(), &task.id));
        file.persist_noclobber(&path).map_err(|error| error.error)?;
        Ok(path)
    }

    /// Why there is no record, with the next step.
    pub(super) fn complaint(&self, error: &io::Error) -> String {
        format!(
            "jobs cannot be saved in {}: {error}; correct `record` or GRAFT_RECORD, or make room there",
            self.folder.display()
        )
    }

    fn record(&self, redaction: &Redaction, task: &Task, outcome: &Outcome) -> Value {
        let path = relative_path(task);
        let label = path.clone().unwrap_or_else(|| format!("untitled.{}", extension(&task.document)));
        let diagnostics = self.diagnostics(redaction, task);
        let mut record = json!({
            "graft_ls": env!("CARGO_PKG_VERSION"),
            "task_id": task.id,
            "action": task.action.as_str(),
            "language": task.document.language().name,
            "path": path.clone().unwrap_or_else(|| "<path>".to_owned()),
            "version": task.document.version(),
            "scope": self.scope(redaction),
            "promise": self.job.as_ref().map(|job| format!("{:?}", job.plan.promise)),
            "instruction": task.instruction,
            "diagnostics": diagnostics,
            "attempts": self.attempts(outcome),
            "outcome": Report::new(outcome, &label, task.workspace.root.as_deref()),
            "test_file": self.test_file(task),
            "replay": self.replay(redaction, task, path, &diagnostics),
        });
        redaction.value(&mut record);
        record
    }

    /// A line for `batch`; nothing where no model answered.
    fn replay(&self, redaction: &Redaction, task: &Task, path: Option<String>, diagnostics: &Value) -> Value {
        let Some((call, reply)) = self.calls.iter().rev().find_map(|call| Some((call, call.answer.as_ref()?))) else {
            return Value::Null;
        };
        let mut line = json!({
            "id": task.id,
            "action": task.action.as_str(),
            "language": task.document.language().name,
            "path": path,
            "text": task.document.source(),
            "range": redaction.range(&task.document, task.range.clone()),
            "instruction": task.instruction,
            "diagnostics": diagnostics,
            "reply": reply,
            "finish_reason": call.finish_reason,
        });
        if let Some(members) = line.as_object_mut() {
            members.retain(|_, member| !member.is_null());
        }
        line
    }

    fn attempts(&self, outcome: &Outcome) -> Vec<Value> {
        let calls = self.calls.iter().zip(&outcome.attempts);
        calls
            .map(|(call, attempt)| {
                json!({
                    "result": ReportedAttempt::of(attempt),
                    "provider_kind": call.kind,
                    "request": call.request,
                    "answer": call.answer,
                    "finish_reason": call.finish_reason,
                })
            })
            .collect()
    }

    fn scope(&self, redaction: &Redaction) -> Value {
        let Some(job) = &self.job else { return Value::Null };
        let scope = &job.plan.scope;
        json!({
            "range": redaction.range(job.baseline.document(), scope.range.clone()),
            "kind": scope.definition().map(|definition| definition.kind.word()),
            "name": scope.name(),
            "description": scope.describe(),
        })
    }

    /// The linter's, where the task brought none; of the twin with `\n` line ends, whose lines are those of the document.
    fn diagnostics(&self, redaction: &Redaction, task: &Task) -> Value {
        match (&task.diagnostics, &self.job) {
            (Some(given), _) => written(redaction, &task.document, given),
            (None, Some(job)) if !job.plan.diagnostics.is_empty() => {
                written(redaction, job.baseline.document(), &job.plan.diagnostics)
            }
            _ => Value::Null,
        }
    }

    /// The other file that tests were to go to, as it was.
    fn test_file(&self, task: &Task) -> Value {
        let target = self.job.as_ref().map(|job| &job.plan.target);
        let Some(Target::Tests(home)) = target else { return Value::Null };
        home.file.as_ref().map_or(Value::Null, |file| {
            let root = task.workspace.root.as_deref();
            let inside = root.and_then(|root| file.path.strip_prefix(root).ok()).unwrap_or(&file.path);
            json!({ "path": inside.to_string_lossy(), "text": file.baseline.original().source(), "new": file.is_new })
        })
    }
}

/// The keys of the config that lie at hand or were found, the environment's, and the places of this machine.
fn redaction(engine: &Engine, task: &Task) -> Redaction {
    let config = engine.config_of(task);
    let mut keys = engine.models.known_keys();
    keys.extend(config.providers.values().filter_map(|provider| provider.api_key.as_ref()?.at_hand()));
    let home = home_folder();
    let others: Vec<&Path> = task.path.as_deref().into_iter().chain(config.record.as_deref()).collect();
    let mut redaction = Redaction::new(task.workspace.root.as_deref(), home.as_deref(), &others);
    redaction.keys = keys;
    redaction.secrets = secrets_of_environment();
    redaction
}

fn relative_path(task: &Task) -> Option<String> {
    let inside = task.path.as_deref()?.strip_prefix(task.workspace.root.as_deref()?).ok()?;
    Some(inside.to_string_lossy().replace('\\', "/"))
}

fn extension(document: &Document) -> &'static str {
    document.language().extensions.first().copied().unwrap_or("txt")
}

/// As the Language Server Protocol writes them.
fn written(redaction: &Redaction, document: &Document, diagnostics: &[Diagnostic]) -> Value {
    let severity = |severity| match severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Information => 3,
        Severity::Hint => 4,
    };
    let one = |diagnostic: &Diagnostic| {
        json!({
            "range": redaction.range(document, diagnostic.range.clone()),
            "severity": severity(diagnostic.severity),
            "code": diagnostic.code,
            "source": diagnostic.source,
            "message": diagnostic.message,
        })
    };
    diagnostics.iter().map(one).collect()
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// `20260131T235959Z-ID.json`: in order of time, and no two alike.
fn file_name(now: SystemTime, id: &str) -> String {
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{}-{id}.json", stamp_of(now))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn files_are_named_by_time_and_job() {
        let name = |seconds| file_name(UNIX_EPOCH + Duration::from_secs(seconds), "a/b");
        assert_eq!(name(0), "19700101T000000Z-a-b.json");
        assert_eq!(name(951_827_696), "20000229T123456Z-a-b.json");
        assert_eq!(name(1_798_761_599), "20261231T235959Z-a-b.json");
    }
}
