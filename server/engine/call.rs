//! One request to a model's server: made in its turn, watched, paid for. Refuses to judge the answer, or to ask again.

use super::budget::Leave;
use super::endpoints::Turn;
use super::{Engine, Progress};
use crate::config::Model;
use crate::model::{Answer, Event, ModelError, Patience, Usage};
use crate::prompt::Prompt;

/// One request that may go out.
pub(super) struct Call<'a> {
    pub(super) model: &'a Model,
    pub(super) prompt: &'a Prompt,
    /// For the answer, in tokens.
    pub(super) room: u32,
    pub(super) patience: Patience,
    /// What an observer is told; phase and tokens change.
    pub(super) state: Progress,
}

/// What came of one.
pub(super) struct Said {
    pub(super) answered: Result<Answer, ModelError>,
    pub(super) used: Usage,
    /// Whether an answer had begun.
    pub(super) begun: bool,
}

impl Call<'_> {
    /// Makes the call and pays for it. The turn is given back as soon as the server is done.
    pub(super) async fn make(
        &self,
        engine: &Engine,
        mut turn: Turn,
        mut leave: Leave,
        observe: &mut (dyn FnMut(Progress) + Send),
    ) -> Said {
        let (mut bytes, mut begun) = (0u64, false);
        let input_tokens = self.prompt.estimated_tokens();
        // Who gives up before the first token has had the prompt read all the same.
        leave.owes(Usage { input_tokens, ..Usage::default() });
        let mut on_event = |event: Event| {
            begun |= !matches!(event, Event::Loading);
            let phase = match event {
                Event::Loading => "loading",
                Event::Thinking => "thinking",
                Event::FirstToken => "writing",
                Event::Text(text) => {
                    bytes += text.len() as u64;
                    "writing"
                }
            };
            let output_tokens = bytes.div_ceil(4);
            if begun {
                leave.owes(Usage { input_tokens, output_tokens, ..Usage::default() });
            }
            observe(Progress { phase, tokens: output_tokens, ..self.state.clone() });
        };
        let asked = engine.models.ask_with(self.patience, self.model, self.prompt, self.room, &mut on_event);
        let answered = asked.await;
        turn.tell(answered.as_ref().map(drop));
        drop(turn);
        let used = answered.as_ref().map_or_else(|error| error.billed(input_tokens), |answer| answer.usage);
        leave.settle(used).await;
        Said { answered, used, begun }
    }
}
