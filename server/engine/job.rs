//! A task with its plan: what every step of the chain works on. Judges answers; asks nobody.

use std::path::Path;

use super::privacy::of_secrets;
use super::{Engine, Failure, Task};
use crate::actions::{ActionId, Plan, Request, Target, TestHome, plan};
use crate::config::{Config, SecretHandling};
use crate::model::without_echo;
use crate::privacy::{Masking, Secret, Verdict, find};
use crate::prompt::{Prompt, Sections, build};
use crate::reply::{Promise, Question, Readings, TestQuestion, Unreadable, read, read_tests};
use crate::syntax::{Diagnostic, Scope};
use crate::validate::{Baseline, Decision, Ending, ReasonCode, Rejection, Terms, choose};

/// What is planned, on which text.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) action: ActionId,
    pub(super) baseline: Baseline,
    pub(super) plan: Plan,
    /// How far the code may travel.
    pub(super) privacy: Verdict,
    /// The secrets in all that a prompt may show.
    pub(super) masking: Masking,
    pub(super) secret_handling: SecretHandling,
    /// The path to show, from the project's root.
    shown_path: Option<String>,
}

/// A plan of which it is not known yet how far its code may travel.
pub(super) struct Draft {
    action: ActionId,
    baseline: Baseline,
    plan: Plan,
    secrets: Vec<Secret>,
    shown_path: Option<String>,
}

impl Draft {
    /// Plans a task. `found` are the linter's diagnostics where the task brings none; all ranges are the document's own.
    pub(super) fn of(task: &Task, config: &Config, found: &[Diagnostic]) -> Result<Draft, Rejection> {
        let baseline = Baseline::of(&task.document);
        let given = task.diagnostics.as_deref().unwrap_or(found);
        let diagnostics: Vec<Diagnostic> = given
            .iter()
            .map(|diagnostic| Diagnostic {
                range: baseline.normal_range(diagnostic.range.clone()),
                ..diagnostic.clone()
            })
            .collect();
        let range = baseline.normal_range(task.range.clone());
        let request = Request {
            document: baseline.document(),
            range: &range,
            path: task.path.as_deref(),
            instruction: task.instruction.as_deref().map(str::trim).filter(|text| !text.is_empty()),
            diagnostics: &diagnostics,
            workspace: &task.workspace,
            settings: config.document,
        };
        let plan = plan(task.action, &request)?;
        let shown_path = task.path.as_deref().map(|path| shown(path, task.workspace.root.as_deref()));
        let secrets = secrets(&baseline, &plan);
        Ok(Draft { action: task.action, baseline, plan, secrets, shown_path })
    }

    /// The job; `own` is its document's verdict. Looks at the disk where the plan has another file.
    pub(super) fn under(self, engine: &Engine, task: &Task, config: &Config, own: Verdict) -> Job {
        let Draft { action, baseline, plan, secrets, shown_path } = self;
        let secret_handling = config.privacy.secrets;
        let mut privacy = engine.verdict_of_plan(own, task, config, &plan);
        if secret_handling == SecretHandling::Local {
            privacy = privacy.or_stricter(of_secrets(&secrets));
        }
        let masking = Masking::new(&secrets, texts(&baseline, &plan).into_iter());
        Job { action, plan, privacy, masking, secret_handling, shown_path, baseline }
    }
}

impl Job {
    /// Plans a task. `own` is its document's verdict, the rest as in [`Draft::of`].
    pub(super) fn new(
        engine: &Engine,
        task: &Task,
        config: &Config,
        own: Verdict,
        found: &[Diagnostic],
    ) -> Result<Job, Rejection> {
        Ok(Draft::of(task, config, found)?.under(engine, task, config, own))
    }

    /// Works out what judging an answer may want to know of the document.
    pub(super) fn prepare(&self) {
        self.baseline.document().outline();
    }

    /// What to say to a model, within `budget` estimated tokens.
    pub(super) fn prompt(&self, budget: u64) -> Prompt {
        let sections = Sections {
            document: self.baseline.document(),
            scope: &self.plan.scope,
            path: self.shown_path.as_deref(),
            ask: &self.plan.ask,
            instruction: self.plan.instruction.as_deref(),
            diagnostics: &self.plan.diagnostics,
        };
        build(&sections, budget)
    }

    /// What an answer comes to. No refusal repeats a secret.
    pub(super) fn judge(&self, answer: &str, ending: Ending) -> Result<Decision, Rejection> {
        self.judged(answer, ending).map_err(|rejection| self.without_secrets(rejection))
    }

    /// A refusal that repeats no secret.
    pub(super) fn without_secrets(&self, rejection: Rejection) -> Rejection {
        Rejection { message: self.masking.hide(&rejection.message), ..rejection }
    }

    fn judged(&self, answer: &str, ending: Ending) -> Result<Decision, Rejection> {
        let groups = match &self.plan.target {
            Target::Scope => {
                let question = Question {
                    document: self.baseline.document(),
                    scope: &self.plan.scope,
                    promise: self.plan.promise,
                    remove: &self.plan.remove,
                };
                read(answer, &question)
            }
            Target::Tests(home) => {
                let target = self.test_baseline(home).document();
                let group = home.group();
                let group = group.as_ref().map(|(open, close)| (open.as_str(), *close));
                let source = self.baseline.document();
                let (imports, framework_imports) = (home.imports.as_slice(), home.framework.imports);
                read_tests(answer, &TestQuestion { source, target, imports, framework_imports, group })
            }
        };
        if ending == Ending::CutOff {
            return choose(&self.baseline, &self.terms(ending), &[]);
        }
        self.choose(
            &groups.map_err(|reason| unreadable(reason, &self.plan.scope, texts(&self.baseline, &self.plan)))?,
            ending,
        )
    }

    /// The file that tests go to: one of their own, or the document itself.
    pub(super) fn test_baseline<'j>(&'j self, home: &'j TestHome) -> &'j Baseline {
        home.file.as_ref().map_or(&self.baseline, |file| &file.baseline)
    }

    /// Picks among readings, whoever they come from.
    pub(super) fn choose(&self, groups: &[Readings], ending: Ending) -> Result<Decision, Rejection> {
        match &self.plan.target {
            Target::Scope => choose(&self.baseline, &self.terms(ending), groups),
            Target::Tests(home) => {
                choose(self.test_baseline(home), &Terms { scope: None, promise: Promise::Additions, ending }, groups)
            }
        }
    }

    fn terms(&self, ending: Ending) -> Terms<'_> {
        Terms { scope: Some(&self.plan.scope), promise: self.plan.promise, ending }
    }
}

/// All that a prompt may show: the document, the file that tests go to, what the person and the linters said.
fn texts<'t>(baseline: &'t Baseline, plan: &'t Plan) -> Vec<&'t str> {
    let mut texts = vec![baseline.document().source()];
    if let Target::Tests(TestHome { file: Some(file), .. }) = &plan.target {
        texts.push(file.baseline.document().source());
    }
    texts.extend(plan.instruction.as_deref());
    texts.extend(plan.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()));
    texts
}

/// The secrets in them; only lines of the document mean something to the person.
fn secrets(baseline: &Baseline, plan: &Plan) -> Vec<Secret> {
    let texts = texts(baseline, plan);
    let own = texts.iter().take(1).flat_map(|text| find(text));
    own.chain(texts.iter().skip(1).flat_map(|text| find(text)).map(Secret::without_line)).collect()
}

fn shown(path: &Path, root: Option<&Path>) -> String {
    let inner = root.and_then(|root| path.strip_prefix(root).ok());
    let shown = inner.unwrap_or_else(|| path.file_name().map_or(path, Path::new));
    shown.to_string_lossy().replace('\\', "/")
}

/// Words with which models decline.
const DECLINES: [&str; 7] = ["i can't", "i cannot", "i'm sorry", "i am sorry", "i'm unable", "i am unable", "i won't"];

fn unreadable(reason: Unreadable, scope: &Scope, shown: Vec<&str>) -> Rejection {
    match reason {
        Unreadable::Empty => Rejection::new(ReasonCode::NoCode, "the answer is empty"),
        Unreadable::OnlyReasoning => Rejection::new(
            ReasonCode::NoCode,
            "the answer never got past its reasoning; raise max_tokens or choose a model that does not think aloud",
        ),
        Unreadable::OtherName(name) => {
            let wanted = scope.definition().map_or_else(|| scope.describe(), |own| format!("`{}`", own.title()));
            Rejection::new(ReasonCode::WrongName, format!("the answer defines `{name}` in the place of {wanted}"))
        }
        Unreadable::Broken => Rejection::new(ReasonCode::Syntax, "the code in the answer does not parse"),
        Unreadable::NoPlace => Rejection::new(ReasonCode::NoCode, "nothing in the answer fits the place of the code"),
        Unreadable::Prose(text) => {
            let plain = text.to_lowercase().replace('’', "'");
            let first = without_echo(text.lines().next().unwrap_or_default(), shown);
            match DECLINES.iter().any(|words| plain.contains(words)) {
                true => Rejection::new(ReasonCode::Refusal, format!("the model declined: {first}")),
                false => Rejection::new(ReasonCode::NoCode, format!("the answer has no code: {first}")),
            }
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Failure {
        let message = match rejection.line {
            Some(line) => format!("line {}: {}", line + 1, rejection.message),
            None => rejection.message,
        };
        Failure { code: rejection.code, message }
    }
}
