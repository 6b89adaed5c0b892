//! The tier without a model, as a step of a chain. Refuses what only a model or a person can do.

use std::sync::Arc;
use std::time::Instant;

use super::job::Job;
use super::record::{Judged, Record, Tried};
use super::{Progress, Task};
use crate::actions::{ActionId, Target};
use crate::builtin::{self, TestHome};
use crate::config::{BUILTIN, Config, search_path};
use crate::reply::{Candidate, Readings};
use crate::validate::{Ending, ReasonCode, Rejection};

pub(super) async fn attempt(
    task: &Task,
    config: &Config,
    job: &Arc<Job>,
    observe: &mut (dyn FnMut(Progress) + Send),
    record: &mut Record<'_>,
) -> Judged {
    let since = Instant::now();
    observe(Progress {
        phase: "working",
        step: BUILTIN.to_owned(),
        tokens: 0,
        after: record.troubles(),
        ..Progress::default()
    });
    let made = make(task, config, job, record).await;
    let (tool, judged) = match made {
        Ok((tool, candidate)) => {
            let text = candidate.output.clone();
            let made = Readings { text, candidates: vec![candidate], closed: true, marked: true, origin: 0 };
            (tool, job.choose(&[made], Ending::Complete))
        }
        Err(rejection) if rejection.code == ReasonCode::NoChange => {
            (tool_of(job.action), Ok(crate::validate::Decision::NoChange))
        }
        Err(rejection) => (tool_of(job.action), Err(rejection)),
    };
    record.attempt(Tried { since, ..Tried::now(BUILTIN, BUILTIN, tool) }, &judged);
    judged
}

/// What the tier is called as a model where nothing more exact is known.
fn tool_of(action: ActionId) -> &'static str {
    match action {
        ActionId::Document => "builtin/docs",
        ActionId::AddTests => "builtin/tests",
        ActionId::FixLint => "builtin/lint",
        ActionId::Generate | ActionId::Refactor => BUILTIN,
    }
}

/// The candidate, and the tool that made it.
async fn make(
    task: &Task,
    config: &Config,
    job: &Arc<Job>,
    record: &mut Record<'_>,
) -> Result<(&'static str, Candidate), Rejection> {
    let (document, scope) = (job.baseline.document(), &job.plan.scope);
    let tool = tool_of(job.action);
    match (job.action, &job.plan.target) {
        (ActionId::Document, _) => {
            let style = job.plan.docstring_style.unwrap_or_default();
            builtin::document(document, scope, style).map(|(candidate, _)| (tool, candidate))
        }
        (ActionId::AddTests, Target::Tests(home)) => {
            let stem = home.file.as_ref().and_then(|file| file.path.file_stem()).unwrap_or_default().to_string_lossy();
            let file = home.file.as_ref().map(|file| file.baseline.document());
            let home = match file {
                None => TestHome::Module,
                Some(document) => {
                    TestHome::File { document, module: &home.module, framework: home.framework, file_stem: &stem }
                }
            };
            builtin::tests(document, scope, home).map(|(candidate, _)| (tool, candidate))
        }
        (ActionId::FixLint, _) => fix(task, config, job, record).await,
        (action, _) => Err(Rejection::new(
            ReasonCode::NoRoute,
            format!("the built-in tier cannot {}: that needs a model", action.as_str()),
        )),
    }
}

async fn fix(
    task: &Task,
    config: &Config,
    job: &Arc<Job>,
    record: &mut Record<'_>,
) -> Result<(&'static str, Candidate), Rejection> {
    let search_path = search_path();
    let site = task.lint_site(&search_path, config);
    // Where the linter itself was asked, whatever it finds in the scope is meant, also what a fix brings to light.
    let asked = task.diagnostics.as_ref().map(|_| job.plan.diagnostics.as_slice());
    let fixed = builtin::fix(job.baseline.document(), &job.plan.scope, asked, &site).await?;
    record.learn_lint(fixed.linter, fixed.errors_found);
    let candidate = fixed.candidate.gathered(job.baseline.document(), &job.plan.scope);
    Ok((fixed.model_id, candidate))
}
