//! Which server a request goes to, and in which order those are served that wait. Pure: the time comes from outside.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use url::Url;

use super::breaker::Breaker;
use super::pool::Turn;

/// How long a server is taken to hold what it has read: Ollama unloads a model after five idle minutes.
pub(super) const WARM: Duration = Duration::from_secs(300);
/// Beginnings of prompts that are remembered.
const MOST_WARM: usize = 64;

/// Who waits for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody looks at the cursor: one place beyond the limit is kept for it, and it passes all edits that wait.
    Completion,
    /// A job with progress.
    Edit,
    /// Nobody: it may be of use later. It is given a server that has nothing to do, and left alone as soon as somebody else comes.
    Idle,
}

/// What a request wants of its provider.
#[derive(Debug, Clone)]
pub struct Wish {
    pub urgency: Urgency,
    /// Tells prompts with the same beginning, to the same model.
    pub prefix: u64,
    /// Servers that have failed this request already.
    pub except: Vec<usize>,
}

/// The servers and who waits for them.
#[derive(Debug)]
pub(super) struct State {
    pub(super) endpoints: Vec<Endpoint>,
    /// Requests that one server gets at a time.
    pub(super) parallel: usize,
    /// In the order in which they are served.
    pub(super) waiting: Vec<Waiting>,
    /// Beginnings of prompts and who has read them, the latest last.
    warm: VecDeque<(u64, usize, Instant)>,
}

/// One server.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    edits: usize,
    completions: usize,
    idle: usize,
    /// How many requests it was given: among idle ones the least used is next.
    given: u64,
    pub(super) breaker: Breaker,
}

/// A request that has no place yet.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) wish: Wish,
    pub(super) turn: oneshot::Sender<Turn>,
}

impl State {
    pub(super) fn of(urls: &[Url]) -> State {
        let endpoint = |url: &Url| Endpoint {
            url: url.clone(),
            edits: 0,
            completions: 0,
            idle: 0,
            given: 0,
            breaker: Breaker::default(),
        };
        let endpoints = urls.iter().map(endpoint).collect();
        State { endpoints, parallel: 1, waiting: Vec::new(), warm: VecDeque::new() }
    }

    /// The server for a request: one that is well and free; among those the one that has read the prompt's beginning, else
    /// the one with the least to do. Where none is well, all of them count as well: the caller insists.
    pub(super) fn choose(&self, wish: &Wish, now: Instant) -> Option<usize> {
        let others = || self.endpoints.iter().enumerate().filter(|(at, _)| !wish.except.contains(at));
        let well = |endpoint: &Endpoint| endpoint.breaker.resting(now).is_none();
        let some_well = others().any(|(_, endpoint)| well(endpoint));
        let free = others()
            .filter(|(_, endpoint)| well(endpoint) || !some_well)
            .filter(|(_, endpoint)| endpoint.has_room(wish.urgency, self.parallel));
        let warm = self.warm_at(wish.prefix, now);
        let rank =
            |at: usize, endpoint: &Endpoint| (Some(at) != warm, endpoint.edits + endpoint.completions, endpoint.given);
        free.min_by_key(|(at, endpoint)| rank(*at, endpoint)).map(|(at, _)| at)
    }

    pub(super) fn least_busy(&self, wish: &Wish) -> usize {
        let others = self.endpoints.iter().enumerate().filter(|(at, _)| !wish.except.contains(at));
        others.min_by_key(|(_, endpoint)| endpoint.edits + endpoint.completions).map_or(0, |(at, _)| at)
    }

    fn warm_at(&self, prefix: u64, now: Instant) -> Option<usize> {
        let found = self.warm.iter().rev().find(|(known, ..)| *known == prefix);
        found.filter(|(_, _, then)| now.duration_since(*then) < WARM).map(|(_, at, _)| *at)
    }

    pub(super) fn take(&mut self, at: usize, wish: &Wish, now: Instant) {
        if let Some(endpoint) = self.endpoints.get_mut(at) {
            *endpoint.running(wish.urgency) += 1;
            endpoint.given += 1;
            endpoint.breaker.asked();
        }
        self.warm.retain(|(known, ..)| *known != wish.prefix);
        self.warm.push_back((wish.prefix, at, now));
        if self.warm.len() > MOST_WARM {
            self.warm.pop_front();
        }
    }

    pub(super) fn queue(&mut self, wish: Wish) -> oneshot::Receiver<Turn> {
        let (turn, receiver) = oneshot::channel();
        let behind = self.waiting.partition_point(|other| other.wish.urgency <= wish.urgency);
        self.waiting.insert(behind, Waiting { wish, turn });
        receiver
    }
}

impl Endpoint {
    pub(super) fn running(&mut self, urgency: Urgency) -> &mut usize {
        match urgency {
            Urgency::Completion => &mut self.completions,
            Urgency::Edit => &mut self.edits,
            Urgency::Idle => &mut self.idle,
        }
    }

    pub(super) fn has_room(&self, urgency: Urgency, parallel: usize) -> bool {
        match urgency {
            Urgency::Edit => self.edits < parallel,
            Urgency::Idle => self.edits + self.completions + self.idle == 0,
            Urgency::Completion => self.completions < parallel.saturating_sub(self.edits).max(1),
        }
    }
}
