//! Who may be asked for a completion, and in which order. Asks nobody.

use super::Engine;
use super::completion_answer::Question;
use crate::config::{Config, Ownership};
use crate::inline_completion::Trigger;
use crate::route::{Purpose, Step, TaskFacts};
use crate::syntax::Scope;

impl Question<'_> {
    /// What rules may look at; nothing is counted where there are none.
    pub(super) fn facts(&self) -> TaskFacts {
        let facts = match self.config.rules.is_empty() {
            true => TaskFacts::uncounted(Purpose::Complete, &self.place.document),
            false => {
                let near = self.place.near().0.without_history();
                let at = self.place.near().1;
                let scope = Scope::at(&near, at..at).unwrap_or_else(|| Scope::file(&near));
                TaskFacts::of(Purpose::Complete, &near, &scope, &[])
            }
        };
        TaskFacts { path: self.task.path_in_project(), privacy: self.verdict.clone(), ..facts }
    }

    /// The steps of a chain that may be asked, in the order of their asking; nothing where it has models and none of them may.
    pub(super) fn allowed<'s>(&self, config: &Config, steps: &'s [Step]) -> Option<Vec<&'s Step>> {
        let mut allowed = awake_first(self.engine, steps);
        if self.is_for_own_models(config) {
            // A chain that was written for jobs is no leave to send every pause in somebody's typing to a cloud.
            allowed.retain(|step| match step {
                Step::Model(model) => model.ownership() == Ownership::Mine,
                Step::Builtin => true,
            });
        }
        let is_model = |step: &Step| matches!(step, Step::Model(_));
        let has_models = steps.iter().any(is_model);
        (!has_models || allowed.iter().copied().any(is_model)).then_some(allowed)
    }

    /// Whether only the user's own models may be asked: while somebody types, where no chain was written for that.
    fn is_for_own_models(&self, config: &Config) -> bool {
        self.wanted.trigger == Trigger::Automatic
            && config.routes.for_action(Purpose::Complete.as_str()).is_none()
            && self.task.model.is_none()
    }
}

/// The steps of a chain, models whose servers rest at its end.
fn awake_first<'s>(engine: &Engine, steps: &'s [Step]) -> Vec<&'s Step> {
    let rests = |step: &&Step| match step {
        Step::Model(model) => engine.endpoints.of(&model.provider).resting().is_some(),
        Step::Builtin => false,
    };
    let (resting, mut awake): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(rests);
    awake.extend(resting);
    awake
}
