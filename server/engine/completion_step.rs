//! One model's try at a completion: what it may see, how it is asked, when it has said enough. Refuses to ask twice.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::budget::Leave;
use super::complete::Notes;
use super::completion_context::Context;
use super::completion_disclosure::{Shown, others};
use super::completion_stream::{Heard, Streamed};
use super::endpoints::{Turn, Urgency, Wish, beginning, fails_here_only};
use super::model_step::code;
use super::story::Trouble;
use super::window;
use super::{Attempt, Engine, Task};
use crate::config::{Config, Model};
use crate::fim::Hole;
use crate::inline_completion::{Ending, Finished, Place, finish};
use crate::model::{
    CannotFill, Event, Finish, ModelError, Patience, Usage, Way, at_most, depends_on_server, pricing, way,
};
use crate::privacy::{Masking, Verdict};
use crate::prompt::estimated_tokens;
use crate::route::Step;
use crate::syntax::Document;
use crate::validate::ReasonCode;

/// The longest answers in tokens: of a line, and of a block.
const LINE: u32 = 64;
const BLOCK: u32 = 256;
/// The code around the cursor, in tokens: llama.cpp takes no more of it than this, and every token is waited for.
const MOST_CODE: u64 = 1800;
/// Room for a template's tokens, and for an estimate that is too low, in tokens.
const ROOM: u64 = 64;

/// What all models of a chain are asked about.
pub(super) struct Ask<'a> {
    pub(super) engine: &'a Engine,
    pub(super) task: &'a Task,
    pub(super) config: &'a Arc<Config>,
    /// The task's, with `\n` line ends, and without what an editor's list has selected.
    pub(super) document: &'a Document,
    pub(super) place: Place,
    pub(super) privacy: Verdict,
    /// The file's path as it is shown.
    pub(super) path: String,
    /// Code of the other files, where that was looked up already.
    pub(super) others: Mutex<Option<Context>>,
    /// The same with the rest of this one, where somebody has a place for it.
    pub(super) context: OnceCell<Context>,
}

/// One model's word.
pub(super) enum Answered {
    Done(Finished),
    Failed { code: ReasonCode, message: String, trouble: Trouble },
}

impl Ask<'_> {
    /// Asks one of the model's servers, and the others in turn as far as they fail for reasons of their own.
    pub(super) async fn model(&self, model: &Model, notes: &mut Notes) -> Answered {
        let pool = self.engine.endpoints.of(&model.provider);
        let prefix = beginning(model, self.place.document.source().get(..self.place.offset).into_iter());
        let mut wish = Wish { urgency: Urgency::Completion, prefix, except: Vec::new() };
        loop {
            let turn = pool.turn(wish.clone(), &mut || {}).await;
            wish.except.push(turn.at);
            let is_last = wish.except.len() >= pool.len();
            let patience = if is_last { Patience::Waits } else { Patience::MovesOn };
            let since = Instant::now();
            let (said, usage) = self.at(turn, patience, model, notes).await;
            notes.attempts.push(attempt(model, &said, usage, since.elapsed()));
            let elsewhere = matches!(&said, Answered::Failed { trouble: Trouble::Failed(class), .. }
                if fails_here_only(*class));
            if is_last || !elsewhere {
                return said;
            }
        }
    }

    /// Asks a server that has nothing to do; nothing where there is none, or somebody else comes.
    pub(super) async fn when_idle(&self, model: &Model, notes: &mut Notes) -> Option<Answered> {
        let prefix = beginning(model, self.place.document.source().get(..self.place.offset).into_iter());
        let (turn, mut others) = self.engine.endpoints.of(&model.provider).idle_turn(prefix)?;
        tokio::select! {
            biased;
            _ = others.changed() => None,
            (said, _) = self.at(turn, Patience::MovesOn, model, notes) => Some(said),
        }
    }

    /// One call of one server.
    async fn at(&self, mut turn: Turn, patience: Patience, model: &Model, notes: &mut Notes) -> (Answered, Usage) {
        let model = &turn.url().map_or_else(|| model.clone(), |url| model.at(&url));
        let asked = self.asked(&mut turn, patience, model, notes).await;
        asked.unwrap_or_else(|said| (said, Usage::default()))
    }

    async fn asked(
        &self,
        turn: &mut Turn,
        patience: Patience,
        model: &Model,
        notes: &mut Notes,
    ) -> Result<(Answered, Usage), Answered> {
        let most = if self.place.is_one_line() { LINE } else { BLOCK };
        let budget = window::of(model).saturating_sub(u64::from(most) + ROOM).min(MOST_CODE);
        let way = self.way(model).await?;
        let nothing = Context::default();
        let context = if way.takes_files() { self.context().await } else { &nothing };
        let Shown { mut hole, owner, masking } = self.disclosed(turn, model, context, budget, notes).await?;
        if way.takes_files() {
            let own = estimated_tokens(&hole.prefix) + estimated_tokens(&hole.suffix);
            let left = window::of(model).saturating_sub(own + u64::from(most) + ROOM);
            (hole.path, hole.others) = (self.path.clone(), others(context, left, owner, masking.as_ref()));
        }
        let others = hole.others.iter().map(|other| estimated_tokens(&other.text)).sum::<u64>();
        let input_tokens = estimated_tokens(&hole.prefix) + estimated_tokens(&hole.suffix) + others;
        let usage = |bytes: usize| Usage {
            input_tokens,
            output_tokens: (bytes as u64).div_ceil(4),
            estimated: true,
            ..Usage::default()
        };
        let mut leave = self.leave(model, input_tokens, most, notes).await?;
        leave.owes(usage(0));
        let heard = Heard::default();
        let mut on_event = |event: Event| {
            if let Event::Text(piece) = event {
                leave.owes(usage(heard.add(&piece)));
            }
        };
        // A masked answer is read as a whole.
        let enough = |raw: &str, has_line: bool| match masking {
            None => self.enough((&way, &hole), raw, has_line),
            Some(_) => None,
        };
        let asked = self.engine.models.fill(patience, model, (&way, &hole), most, &mut on_event);
        let answered = match heard.until(enough, asked).await {
            Streamed::Ended(answered) => answered,
            Streamed::Enough(finished) => {
                turn.tell(Ok(()));
                let used = usage(heard.len());
                leave.settle(used).await;
                return Ok((Answered::Done(finished), used));
            }
        };
        turn.tell(answered.as_ref().map(drop));
        let used = answered.as_ref().map_or_else(|error| error.billed(input_tokens), |answer| answer.usage);
        leave.settle(used).await;
        let said = match answered {
            Err(error) => failed(&error),
            Ok(answer) => self.read((&way, &hole), &answer.text, &answer.finish, masking.as_ref()),
        };
        Ok((said, used))
    }

    /// What is left of an answer that need not go on.
    fn enough(&self, (way, hole): (&Way, &Hole), raw: &str, has_line: bool) -> Option<Finished> {
        let (code, is_open) = way.code(raw, hole, false);
        if !is_open {
            return Some(finish(&self.place, code, Ending::Whole));
        }
        has_line.then(|| finish(&self.place, code, Ending::Open)).filter(|finished| finished.complete)
    }

    fn read(&self, (way, hole): (&Way, &Hole), answer: &str, ended: &Finish, masking: Option<&Masking>) -> Answered {
        let is_cut = *ended == Finish::Length && way.code(answer, hole, false).1;
        let ending = if is_cut { Ending::CutOff } else { Ending::Whole };
        let (answer, _) = way.code(answer, hole, true);
        let restored = masking.map_or_else(|| Some(answer.to_owned()), |masking| masking.restore(answer).ok());
        match (ended, restored) {
            (Finish::Refused(word), _) => {
                let message = format!("the model declined ({word})");
                Answered::Failed { code: ReasonCode::Refusal, message, trouble: Trouble::Refused }
            }
            (_, Some(answer)) => Answered::Done(finish(&self.place, &answer, ending)),
            (_, None) => Answered::Done(NOTHING),
        }
    }

    /// Works out in the pause what any of the steps will want.
    pub(super) async fn prepare(&self, steps: &[&Step]) {
        if steps.iter().any(|step| matches!(step, Step::Model(_))) {
            self.context().await;
            self.secrets();
        }
    }

    /// What other files and the rest of this one have to say: the former looked up off the threads that answer, as it asks the disk for
    /// their classes.
    pub(super) async fn context(&self) -> &Context {
        let looked = || async {
            let known = self.others.lock().unwrap_or_else(PoisonError::into_inner).take();
            let others = match known {
                Some(others) => Ok(others),
                None => {
                    let (engine, task, config) = (self.engine.clone(), self.task.clone(), self.config.clone());
                    tokio::task::spawn_blocking(move || engine.context_of_others(&task, &config)).await
                }
            };
            self.engine.with_own_file(others.unwrap_or_default(), self.task, &self.place, self.privacy.class)
        };
        self.context.get_or_init(looked).await
    }

    async fn way(&self, model: &Model) -> Result<Way, Answered> {
        let capabilities = match depends_on_server(model) {
            true => self.engine.endpoints.capabilities(&self.engine.models, model).await,
            false => None,
        };
        way(model, capabilities.as_deref()).map_err(|why: CannotFill| Answered::Failed {
            code: ReasonCode::NoRoute,
            message: why.to_string(),
            trouble: Trouble::Unfit,
        })
    }

    async fn leave(&self, model: &Model, input_tokens: u64, most: u32, notes: &mut Notes) -> Result<Leave, Answered> {
        let most = at_most(input_tokens, most.into());
        let mut leave = self.engine.budget.leave(&self.config.budget, &model.name, pricing(model), most).await;
        // The budget says each of these once, whoever asks.
        match &mut leave {
            Ok(leave) => notes.warnings.extend(leave.warning.take()),
            Err(refusal) => notes.warnings.extend(refusal.problem.take().into_iter().chain(refusal.spent.take())),
        }
        leave.map_err(|refusal| Answered::Failed {
            code: ReasonCode::NoRoute,
            message: refusal.message,
            trouble: Trouble::OverBudget,
        })
    }
}

const NOTHING: Finished = Finished { text: None, complete: true };

pub(super) fn failed(error: &ModelError) -> Answered {
    let (code, message) = (code(error.class), error.message.clone());
    Answered::Failed { code, message, trouble: Trouble::Failed(error.class) }
}

fn attempt(model: &Model, said: &Answered, usage: Usage, duration: Duration) -> Attempt {
    let (outcome, message, trouble) = match said {
        Answered::Done(Finished { text: Some(_), .. }) => ("edit", String::new(), None),
        Answered::Done(_) => (ReasonCode::NoChange.as_str(), String::new(), None),
        Answered::Failed { code, message, trouble } => (code.as_str(), message.clone(), Some(*trouble)),
    };
    tracing::info!(step = model.name, model = model.model, outcome, ?duration, "completion");
    Attempt {
        step: model.name.clone(),
        provider: model.provider.name.clone(),
        model: model.model.clone(),
        outcome: outcome.to_owned(),
        message,
        duration,
        usage,
        cost_usd: pricing(model).cost(usage),
        trouble,
    }
}
