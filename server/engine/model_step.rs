//! One model's try at a task: ask, judge, and once ask again with the reason of the refusal. Refuses a second repair.

use std::sync::Arc;
use std::time::Instant;

use super::budget::Leave;
use super::call::{Call, Said};
use super::disclosure::Disclosure;
use super::endpoints::{Turn, Urgency, Wish, fails_here_only, prefix};
use super::job::Job;
use super::record::{Judged, Record, Tried};
use super::run::judge;
use super::window::{self, LEAST_ANSWER, fitted_in};
use super::{Engine, Progress, Trouble};
use crate::config::{Config, Model};
use crate::model::{Answer, ErrorClass, Finish, Patience, most, pricing};
use crate::prompt::Prompt;
use crate::validate::{Ending, ReasonCode, Rejection};

/// The phase before a server says anything.
const WAITING: &str = "waiting";

pub(super) async fn attempt(
    engine: &Engine,
    config: &Config,
    model: &Model,
    job: &Arc<Job>,
    observe: &mut (dyn FnMut(Progress) + Send),
    record: &mut Record<'_>,
) -> Judged {
    let mut window = window::of(model);
    let (mut prompt, mut room) = match fitted_in(model, job, window) {
        Ok(fitted) => fitted,
        Err(rejection) => {
            let judged = Err(rejection);
            record.attempt(Tried::now(&model.name, &model.provider.name, &model.model), &judged);
            return judged;
        }
    };
    let ask = Ask { engine, config, model, job };
    let mut first = ask.somewhere(&prompt, room, observe, record).await;
    if first.class == Some(ErrorClass::ContextOverflow) {
        // The server's window is smaller than was thought: once more, with half the context.
        window /= 2;
        if let Ok(fitted) = fitted_in(model, job, window) {
            (prompt, room) = fitted;
            first = ask.somewhere(&prompt, room, observe, record).await;
        }
    }
    let (Err(rejection), Some(answer)) = (&first.judged, &first.answer) else {
        return first.judged;
    };
    let repairable = !matches!(rejection.code, ReasonCode::Truncated | ReasonCode::Refusal);
    let again = prompt.with_repair(answer, &rejection.message);
    if !repairable || again.estimated_tokens() + LEAST_ANSWER > window {
        return first.judged;
    }
    observe(progress(model, record, "repairing"));
    ask.somewhere(&again, room, observe, record).await.judged
}

/// What one question came to.
struct Asked {
    judged: Judged,
    /// The answer's text, where it may be worth a repair.
    answer: Option<String>,
    /// Why there is none.
    class: Option<ErrorClass>,
    /// Whether an answer had begun.
    begun: bool,
}

impl Asked {
    /// Nobody was asked, and the attempts say why.
    fn nobody() -> Asked {
        let judged = Err(Rejection::new(ReasonCode::NoRoute, "the day's budget does not allow it"));
        Asked { judged, answer: None, class: None, begun: false }
    }
}

/// Whom to ask about what.
struct Ask<'a> {
    engine: &'a Engine,
    config: &'a Config,
    model: &'a Model,
    job: &'a Arc<Job>,
}

impl Ask<'_> {
    /// Asks one of the provider's servers, and the others in turn as far as they fail for reasons of their own.
    async fn somewhere(
        &self,
        prompt: &Prompt,
        room: u64,
        observe: &mut (dyn FnMut(Progress) + Send),
        record: &mut Record<'_>,
    ) -> Asked {
        let provider = &self.model.provider;
        let pool = self.engine.endpoints.of(provider);
        let mut wish = Wish { urgency: Urgency::Edit, prefix: prefix(self.model, prompt), except: Vec::new() };
        loop {
            let detail = format!("for a free place at {}", provider.name);
            let queued = Progress { detail, ..progress(self.model, record, WAITING) };
            let turn = pool.turn(wish.clone(), &mut || observe(queued.clone())).await;
            wish.except.push(turn.at);
            let is_last = wish.except.len() >= pool.len();
            let patience = if is_last { Patience::Waits } else { Patience::MovesOn };
            let asked = self.at(turn, patience, (prompt, room), observe, record).await;
            let elsewhere = asked.class.is_some_and(fails_here_only);
            if is_last || !elsewhere || asked.begun {
                return asked;
            }
        }
    }

    /// The budget's leave for one call; without it, the attempt is noted.
    async fn leave(&self, model: &Model, prompt: &Prompt, room: u32, record: &mut Record<'_>) -> Option<Leave> {
        let most = most(model, prompt, room);
        match self.engine.budget.leave(&self.config.budget, &model.name, pricing(model), most).await {
            Ok(mut leave) => {
                record.warnings.extend(leave.warning.take());
                Some(leave)
            }
            Err(refusal) => {
                record.warnings.extend(refusal.problem);
                record.spent = record.spent.take().or(refusal.spent);
                let tried = Tried::now(&model.name, &model.provider.name, &model.model);
                let judged = Err(Rejection::new(ReasonCode::NoRoute, refusal.message));
                record.attempt(Tried { trouble: Some(Trouble::OverBudget), ..tried }, &judged);
                None
            }
        }
    }

    /// One call of one server.
    async fn at(
        &self,
        mut turn: Turn,
        patience: Patience,
        (prompt, room): (&Prompt, u64),
        observe: &mut (dyn FnMut(Progress) + Send),
        record: &mut Record<'_>,
    ) -> Asked {
        let model = &turn.url().map_or_else(|| self.model.clone(), |url| self.model.at(&url));
        let since = Instant::now();
        observe(progress(model, record, WAITING));
        let disclosure = match self.disclosed(model, prompt, &mut turn).await {
            Ok(disclosure) => disclosure,
            Err((refusal, trouble, class)) => {
                let judged = Err(refusal);
                let tried = Tried::now(&model.name, &model.provider.name, &model.model);
                record.attempt(Tried { since, trouble: Some(trouble), ..tried }, &judged);
                return Asked { judged, answer: None, class, begun: false };
            }
        };
        let prompt = match &disclosure {
            Disclosure::Masked(masked) => {
                record.masked(self.job, prompt);
                masked
            }
            _ => prompt,
        };
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let Some(leave) = self.leave(model, prompt, room, record).await else {
            return Asked::nobody();
        };
        record.call(|call| {
            call.kind = Some(model.provider.kind.as_str());
            call.request = Some(crate::model::request(model, prompt, room).body);
        });
        let call = Call { model, prompt, room, patience, state: progress(model, record, "loading") };
        let said = call.make(self.engine, turn, leave, observe).await;
        self.concluded(model, since, &disclosure, said, observe, record).await
    }

    /// What the server may see of the prompt; why it is not asked where that is nothing, or where it cannot be told.
    async fn disclosed(
        &self,
        model: &Model,
        prompt: &Prompt,
        turn: &mut Turn,
    ) -> Result<Disclosure, (Rejection, Trouble, Option<ErrorClass>)> {
        match Disclosure::of(self.engine, model, self.job, prompt).await {
            Ok(Disclosure::Nothing(refusal)) => Err((refusal, Trouble::Private, None)),
            Ok(disclosure) => Ok(disclosure),
            Err(error) => {
                turn.tell(Err(&error));
                let (class, refusal) = (error.class, Rejection::new(code(error.class), error.message));
                Err((refusal, Trouble::Failed(class), Some(class)))
            }
        }
    }

    /// Judges what a server said, and notes the attempt.
    async fn concluded(
        &self,
        model: &Model,
        since: Instant,
        disclosure: &Disclosure,
        said: Said,
        observe: &mut (dyn FnMut(Progress) + Send),
        record: &mut Record<'_>,
    ) -> Asked {
        let (judged, answer, class) = match said.answered {
            Ok(mut answer) => {
                observe(Progress { tokens: answer.usage.output_tokens, ..progress(model, record, "checking") });
                let read = disclosure.read(self.job, &answer.text).map(|text| answer.text = text);
                record.call(|call| call.answered(&answer));
                let judged = match (read, &answer.finish) {
                    // What broke off may have broken off in a name.
                    (Err(rejection), Finish::Stop | Finish::Unknown) => Err(rejection),
                    _ => judged(self.job, &answer).await,
                };
                (judged, Some(answer), None)
            }
            Err(error) => {
                let rejection = self.job.without_secrets(Rejection::new(code(error.class), error.message));
                (Err(rejection), None, Some(error.class))
            }
        };
        let tried = Tried {
            step: &model.name,
            provider: &model.provider.name,
            model: answer.as_ref().map_or(model.model.as_str(), |answer| answer.model.as_str()),
            since,
            usage: said.used,
            cost_usd: pricing(model).cost(said.used),
            trouble: class.map(Trouble::Failed),
        };
        record.attempt(tried, &judged);
        Asked { judged, answer: answer.map(|answer| answer.text), class, begun: said.begun }
    }
}

pub(super) fn code(class: ErrorClass) -> ReasonCode {
    match class {
        ErrorClass::Truncated => ReasonCode::Truncated,
        ErrorClass::Refused => ReasonCode::Refusal,
        _ => ReasonCode::Provider,
    }
}

fn progress(model: &Model, record: &Record<'_>, phase: &'static str) -> Progress {
    let rule = if phase == WAITING { record.rule() } else { String::new() };
    Progress { phase, step: model.name.clone(), rule, after: record.troubles(), ..Progress::default() }
}

async fn judged(job: &Arc<Job>, answer: &Answer) -> Judged {
    let ending = match &answer.finish {
        Finish::Stop => Ending::Complete,
        Finish::Length => Ending::CutOff,
        Finish::Unknown => Ending::Unknown,
        Finish::Refused(word) => {
            return Err(Rejection::new(ReasonCode::Refusal, format!("the model declined ({word})")));
        }
    };
    judge(job, &answer.text, ending).await
}
