//! The day's budget: what a call may cost at most is set aside before it, and what it did cost is kept after it. What is free
//! is never held up, and no trouble with the file holds anything up. Chooses no step.

mod ledger;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::cost::dollars;
use crate::config;
use crate::model::{Pricing, Usage};
use ledger::{Ledger, Looked, Page};

/// The budget as one engine knows it; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    ledger: Ledger,
    said: Mutex<Said>,
}

/// What has been said, and is not said again.
#[derive(Debug, Default)]
struct Said {
    /// On which day, that the budget is spent.
    spent: Option<String>,
    /// That the file cannot be used.
    problem: bool,
    /// Of which models, that nobody knows their price.
    unpriced: Vec<String>,
}

/// Leave for one call.
#[derive(Debug, Default)]
pub(super) struct Leave {
    /// Nothing where there is nothing to pay, or no limit.
    held: Option<Held>,
    /// What is to be told besides, for the first time.
    pub(super) warning: Option<String>,
}

/// No leave: the call might cost more than is left.
#[derive(Debug)]
pub(super) struct Refusal {
    /// A sentence with the next step.
    pub(super) message: String,
    /// What is to be told of the file, for the first time.
    pub(super) problem: Option<String>,
    /// What is to be told of the day, for the first time.
    pub(super) spent: Option<String>,
}

/// Money that is set aside. What is dropped unsettled costs what it had come to.
#[derive(Debug)]
struct Held {
    budget: Budget,
    file: Option<Arc<Path>>,
    /// On which it was set aside; the next day owes nothing for it.
    day: String,
    pricing: Pricing,
    set_aside: f64,
    owed: f64,
}

impl Budget {
    /// Leave to call the model of that name, which takes `most` tokens at most.
    ///
    /// # Errors
    /// It may cost more than is left of the day's budget.
    pub(super) async fn leave(
        &self,
        settings: &config::Budget,
        model: &str,
        pricing: Pricing,
        most: Usage,
    ) -> Result<Leave, Refusal> {
        let (Some(limit), cost) = (settings.usd_per_day, pricing.cost(most)) else {
            return Ok(Leave::default());
        };
        if cost == Some(0.0) {
            return Ok(Leave::default());
        }
        let worst = cost.unwrap_or(0.0);
        let file: Option<Arc<Path>> = settings.ledger.as_deref().map(Arc::from);
        let looked = self
            .change(file.clone(), move |page| {
                let spent = page.usd;
                // Of a price that nobody knows nothing can be set aside: it has leave until the rest is spent.
                let fits = if cost.is_none() { spent < limit } else { spent + worst <= limit };
                if fits { (worst, Ok(())) } else { (0.0, Err(spent)) }
            })
            .await;
        let problem = looked.problem.and_then(|why| self.first_problem(settings, &why));
        match looked.result {
            Ok(()) => {
                let unpriced = cost.is_none().then(|| self.first_unpriced(model)).flatten();
                let held = Held { budget: self.clone(), file, day: looked.day, pricing, set_aside: worst, owed: 0.0 };
                Ok(Leave { held: cost.is_some().then_some(held), warning: joined(problem, unpriced) })
            }
            Err(spent) => {
                let so_far = format!("{} of today's {} is spent", dollars(spent), dollars(limit));
                let may_cost = cost.map_or("what it costs is not known".to_owned(), |worst| {
                    format!("it may cost up to about {}", dollars(worst))
                });
                let message = format!(
                    "not asked: {may_cost}, and {so_far}; raise budget.usd_per_day, or wait until midnight UTC"
                );
                let first = self.first_spent(&looked.day).then(|| {
                    format!("{so_far}, so jobs go on with what is free; raise budget.usd_per_day, or wait until midnight UTC")
                });
                Err(Refusal { message, problem, spent: first })
            }
        }
    }

    /// What was spent today by all who share the file, in USD; set aside counts as spent. Waits for the disk.
    pub(super) fn spent_today(&self, settings: &config::Budget) -> f64 {
        let looked = self.shared.ledger.change(settings.ledger.as_deref(), SystemTime::now, |page| (0.0, page.usd));
        looked.result
    }

    /// What is wrong may be said again: there are new settings.
    pub(super) fn forget(&self) {
        *self.said() = Said::default();
    }

    async fn change<T: Send + 'static>(
        &self,
        file: Option<Arc<Path>>,
        change: impl FnOnce(&Page) -> (f64, T) + Send + 'static,
    ) -> Looked<T> {
        let budget = self.clone();
        let work = move || budget.shared.ledger.change(file.as_deref(), SystemTime::now, change);
        match tokio::task::spawn_blocking(work).await {
            Ok(looked) => looked,
            // Only a panic ends it otherwise.
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    fn first_problem(&self, settings: &config::Budget, why: &str) -> Option<String> {
        let file = settings.ledger.as_deref().unwrap_or(Path::new("")).display();
        let first = !std::mem::replace(&mut self.said().problem, true);
        first.then(|| {
            format!("what was spent today is not known, because {file} {why}; until it can be read and written, only what this process knows of counts")
        })
    }

    fn first_spent(&self, day: &str) -> bool {
        self.said().spent.replace(day.to_owned()).as_deref() != Some(day)
    }

    fn first_unpriced(&self, model: &str) -> Option<String> {
        let mut said = self.said();
        if said.unpriced.iter().any(|known| known == model) {
            return None;
        }
        said.unpriced.push(model.to_owned());
        Some(format!(
            "what `{model}` costs is not known, so it does not count in budget.usd_per_day; set models.{model}.price"
        ))
    }

    /// Plain values: a panic elsewhere leaves them usable.
    fn said(&self) -> MutexGuard<'_, Said> {
        self.shared.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn joined(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one}. {other}")),
        (one, other) => one.or(other),
    }
}

impl Leave {
    /// So much has come already: it is owed also by a call that is given up now.
    pub(super) fn owes(&mut self, usage: Usage) {
        if let Some(held) = &mut self.held {
            held.owed = held.pricing.cost(usage).unwrap_or(held.owed);
        }
    }

    /// The call is over and took this; what was set aside beyond it is free again.
    pub(super) async fn settle(mut self, usage: Usage) {
        self.owes(usage);
        if let Some(mut held) = self.held.take() {
            let change = held.change();
            held.budget.change(held.file.clone(), change).await;
        }
    }
}

impl Held {
    /// What becomes of the sum; asked again, nothing.
    fn change(&mut self) -> impl FnOnce(&Page) -> (f64, ()) + Send + 'static {
        let change = self.owed - self.set_aside;
        self.set_aside = self.owed;
        let day = self.day.clone();
        // On an earlier day the clock was set back, and the page still holds the sum.
        move |page| (if page.day <= day { change } else { 0.0 }, ())
    }
}

/// A job that is cancelled drops its leave; the disk is not waited for. In a process that ends right then, all that was set
/// aside stays spent.
impl Drop for Held {
    fn drop(&mut self) {
        if self.owed == self.set_aside {
            return;
        }
        let (budget, file, change) = (self.budget.clone(), self.file.clone(), self.change());
        let settle = move || drop(budget.shared.ledger.change(file.as_deref(), SystemTime::now, change));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(settle)),
            Err(_) => settle(),
        }
    }
}
