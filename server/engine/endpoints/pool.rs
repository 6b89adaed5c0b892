//! The servers of one provider: turns at them, what came of requests, how they stand. Inline completion goes first. Asks nobody;
//! the time comes from a clock that tests move.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

use super::breaker::Breaker;
use super::queue::{State, Urgency, Wish};
use crate::model::ModelError;

/// A provider's servers. State of one process: it lives in the engine.
#[derive(Debug)]
pub struct Pool {
    state: Mutex<State>,
    /// Counts those who came for a turn.
    came: watch::Sender<u64>,
    now: fn() -> Instant,
}

/// How a provider's servers stand, as far as this process knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has asked them yet.
    Unasked,
    /// One of them is well and has room.
    Ready,
    /// Those that are well have as much to do as they get at a time.
    Busy,
    /// No connection, and since when there was none nobody was answered.
    Unreachable(String),
    /// The last request failed, and the next one is sent all the same.
    Failing(String),
    /// None is asked for so long where another will do.
    Resting(Duration, String),
}

/// The right to send one request to one server; dropping it lets the next one through.
#[derive(Debug)]
pub struct Turn {
    pool: Arc<Pool>,
    /// Which of the provider's servers.
    pub at: usize,
    urgency: Urgency,
    told: bool,
}

impl Pool {
    pub fn new(urls: &[Url]) -> Pool {
        Pool::with_clock(urls, Instant::now)
    }

    fn with_clock(urls: &[Url], now: fn() -> Instant) -> Pool {
        Pool { state: Mutex::new(State::of(urls)), came: watch::Sender::default(), now }
    }

    /// Sets how many requests one server gets at a time; those that run go on.
    pub fn set_parallel(&self, parallel: usize) {
        self.lock().parallel = parallel.max(1);
    }

    /// Forgets failures: the config has changed, and with it maybe their cause.
    pub fn forgive(&self) {
        self.lock().endpoints.iter_mut().for_each(|endpoint| endpoint.breaker = Breaker::default());
    }

    /// The shortest rest where every server is resting, with the last error's sentence.
    pub fn resting(&self) -> Option<(Duration, String)> {
        let (state, now) = (self.lock(), (self.now)());
        let rests: Option<Vec<Duration>> =
            state.endpoints.iter().map(|endpoint| endpoint.breaker.resting(now)).collect();
        let shortest = rests?.into_iter().min()?;
        let trouble = state.endpoints.iter().find_map(|endpoint| endpoint.breaker.trouble());
        Some((shortest, trouble.unwrap_or("it is being tried again").to_owned()))
    }

    /// How the servers stand.
    pub fn standing(&self) -> Standing {
        let resting = self.resting();
        let (state, now) = (self.lock(), (self.now)());
        let breakers = || state.endpoints.iter().map(|endpoint| &endpoint.breaker);
        let trouble = breakers().find_map(|breaker| breaker.trouble().map(str::to_owned));
        match (resting, trouble) {
            (_, Some(trouble)) if breakers().all(Breaker::is_unreachable) => Standing::Unreachable(trouble),
            (Some((left, trouble)), _) => Standing::Resting(left, trouble),
            (None, Some(trouble)) if state.endpoints.iter().all(|endpoint| endpoint.breaker.trouble().is_some()) => {
                Standing::Failing(trouble)
            }
            (None, _) => {
                let mut well = state.endpoints.iter().filter(|endpoint| endpoint.breaker.resting(now).is_none());
                match well.any(|endpoint| endpoint.has_room(Urgency::Edit, state.parallel)) {
                    false => Standing::Busy,
                    true if breakers().any(Breaker::was_heard) => Standing::Ready,
                    true => Standing::Unasked,
                }
            }
        }
    }

    /// Notes what a server answered that was asked about itself.
    pub fn heard(&self, at: usize, result: Result<(), &ModelError>) {
        let now = (self.now)();
        if let Some(endpoint) = self.lock().endpoints.get_mut(at) {
            match result {
                // That it has a list does not mean that its models do what they failed to do before.
                Ok(()) if endpoint.breaker.trouble().is_some() && !endpoint.breaker.is_unreachable() => {}
                Ok(()) => endpoint.breaker.answered(),
                Err(error) => endpoint.breaker.failed(error, now),
            }
        }
    }

    /// How many servers there are.
    pub fn len(&self) -> usize {
        self.lock().endpoints.len()
    }

    /// A turn, at once or when one is free. `on_wait` is called where there is none yet. Dropping the future leaves the queue.
    pub async fn turn(self: &Arc<Pool>, wish: Wish, on_wait: &mut (dyn FnMut() + Send)) -> Turn {
        self.came.send_modify(|count| *count += 1);
        let receiver = {
            let mut state = self.lock();
            match state.choose(&wish, (self.now)()) {
                Some(at) => return self.give(&mut state, at, &wish),
                None => state.queue(wish.clone()),
            }
        };
        on_wait();
        match receiver.await {
            Ok(turn) => turn,
            // The pool lives as long as this future, so nobody drops the sender unanswered.
            Err(_) => {
                let mut state = self.lock();
                let at = state.least_busy(&wish);
                self.give(&mut state, at, &wish)
            }
        }
    }

    /// A turn at a server that is well and has nothing to do, and what tells when somebody comes who has: nothing where there is none.
    pub fn idle_turn(self: &Arc<Pool>, prefix: u64) -> Option<(Turn, watch::Receiver<u64>)> {
        if self.resting().is_some() {
            return None;
        }
        let came = self.came.subscribe();
        let wish = Wish { urgency: Urgency::Idle, prefix, except: Vec::new() };
        let mut state = self.lock();
        if !state.waiting.is_empty() {
            return None;
        }
        let at = state.choose(&wish, (self.now)())?;
        Some((self.give(&mut state, at, &wish), came))
    }

    fn give(self: &Arc<Pool>, state: &mut State, at: usize, wish: &Wish) -> Turn {
        state.take(at, wish, (self.now)());
        Turn { pool: self.clone(), at, urgency: wish.urgency, told: false }
    }

    /// Lets those through who can now be served.
    fn serve_next(self: &Arc<Pool>) {
        loop {
            let (sender, turn) = {
                let mut state = self.lock();
                let now = (self.now)();
                state.waiting.retain(|waiting| !waiting.turn.is_closed());
                let next =
                    (0..state.waiting.len()).find_map(|n| Some((n, state.choose(&state.waiting.get(n)?.wish, now)?)));
                let Some((n, at)) = next else { return };
                let waiting = state.waiting.remove(n);
                (waiting.turn, self.give(&mut state, at, &waiting.wish))
            };
            // A turn that nobody is there to take any more comes back by being dropped.
            drop(sender.send(turn));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Where the request goes.
    pub fn url(&self) -> Option<Url> {
        self.pool.lock().endpoints.get(self.at).map(|endpoint| endpoint.url.clone())
    }

    /// Notes what came of the request.
    pub fn tell(&mut self, result: Result<(), &ModelError>) {
        self.told = true;
        let mut state = self.pool.lock();
        if let Some(endpoint) = state.endpoints.get_mut(self.at) {
            match result {
                Ok(()) => endpoint.breaker.answered(),
                Err(error) => endpoint.breaker.failed(error, (self.pool.now)()),
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(endpoint) = self.pool.lock().endpoints.get_mut(self.at) {
            let running = endpoint.running(self.urgency);
            *running = running.saturating_sub(1);
            if !self.told {
                endpoint.breaker.left((self.pool.now)());
            }
        }
        self.pool.serve_next();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;

    use super::super::queue::WARM;
    use super::*;
    use crate::model::ErrorClass;

    thread_local! {
        static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
        static START: Instant = Instant::now();
    }

    /// A clock that a test moves; each test has a thread of its own.
    fn clock() -> Instant {
        START.with(|start| *start) + PASSED.get()
    }

    fn pass(seconds: u64) {
        PASSED.set(PASSED.get() + Duration::from_secs(seconds));
    }

    fn pool(servers: usize, parallel: usize) -> Arc<Pool> {
        let url = |n| Url::parse(&format!("http://box-{n}:11434")).unwrap();
        let pool = Pool::with_clock(&(0..servers).map(url).collect::<Vec<_>>(), clock);
        pool.set_parallel(parallel);
        Arc::new(pool)
    }

    fn wish(urgency: Urgency, prefix: u64) -> Wish {
        Wish { urgency, prefix, except: Vec::new() }
    }

    fn edit(prefix: u64) -> Wish {
        wish(Urgency::Edit, prefix)
    }

    /// A turn that is to be had at once.
    fn now(pool: &Arc<Pool>, wish: Wish) -> Turn {
        pool.turn(wish, &mut || panic!("it waits")).now_or_never().unwrap()
    }

    fn unreachable() -> ModelError {
        let message = "cannot reach it".to_owned();
        ModelError {
            class: ErrorClass::Unreachable,
            status: None,
            message,
            retry_after: None,
            usage: Default::default(),
        }
    }

    #[tokio::test]
    async fn who_waits_says_so_and_is_served_in_order_completions_first() {
        let pool = pool(1, 1);
        let running = now(&pool, edit(0));
        let looking = now(&pool, wish(Urgency::Completion, 0));
        let mut said = [false; 4];
        let [a, b, c, d] = &mut said;
        let (mut say_a, mut say_b, mut say_c, mut say_d) = (|| *a = true, || *b = true, || *c = true, || *d = true);
        let mut first = Box::pin(pool.turn(edit(1), &mut say_a));
        let mut second = Box::pin(pool.turn(edit(2), &mut say_b));
        let mut third = Box::pin(pool.turn(wish(Urgency::Completion, 3), &mut say_c));
        let mut gone = Box::pin(pool.turn(wish(Urgency::Completion, 4), &mut say_d));
        for waiting in [&mut first, &mut second, &mut third, &mut gone] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(gone);
        drop(running);
        let turn = first.as_mut().now_or_never().unwrap();
        assert!(third.as_mut().now_or_never().is_none(), "its own place is taken");
        drop(looking);
        let looking = third.as_mut().now_or_never().unwrap();
        assert!(second.as_mut().now_or_never().is_none());
        drop((turn, looking));
        assert!(second.as_mut().now_or_never().is_some());
        drop((first, second, third));
        assert_eq!(said, [true; 4]);
    }

    #[tokio::test]
    async fn a_completion_passes_every_edit_that_waits() {
        let pool = pool(1, 2);
        let running = [now(&pool, edit(0)), now(&pool, edit(0)), now(&pool, wish(Urgency::Completion, 0))];
        let (mut quiet, mut still) = (|| (), || ());
        let mut waiting = Box::pin(pool.turn(edit(1), &mut quiet));
        let mut completion = Box::pin(pool.turn(wish(Urgency::Completion, 1), &mut still));
        assert!(waiting.as_mut().now_or_never().is_none() && completion.as_mut().now_or_never().is_none());
        let [one, two, looking] = running;
        drop(looking);
        assert!(completion.as_mut().now_or_never().is_some());
        drop((one, two));
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_nobody_waits_for_has_an_idle_server_and_keeps_nobody_from_it() {
        let pool = pool(1, 1);
        let (idle, came) = pool.idle_turn(0).unwrap();
        assert!(pool.idle_turn(1).is_none() && !came.has_changed().unwrap());
        let running = now(&pool, edit(0));
        assert!(came.has_changed().unwrap(), "it is told that somebody came");
        drop(idle);
        assert!(pool.idle_turn(1).is_none(), "somebody is served");
        drop(running);
        assert!(pool.idle_turn(1).is_some());
        now(&pool, edit(0)).tell(Err(&unreachable()));
        assert!(pool.idle_turn(1).is_none(), "a sick one is left alone");
    }

    #[tokio::test]
    async fn a_turn_that_was_given_and_not_taken_goes_to_the_next() {
        let pool = pool(1, 1);
        let running = now(&pool, edit(0));
        let (mut quiet, mut still) = (|| (), || ());
        let mut first = Box::pin(pool.turn(edit(1), &mut quiet));
        let mut second = Box::pin(pool.turn(edit(2), &mut still));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        drop(running);
        drop(first);
        assert!(second.as_mut().now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_server_with_the_least_to_do_is_next() {
        let pool = pool(3, 4);
        let turns: Vec<Turn> = (0..6).map(|prefix| now(&pool, edit(prefix))).collect();
        assert_eq!(turns.iter().map(|turn| turn.at).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
    }

    #[tokio::test]
    async fn the_same_beginning_goes_to_the_server_that_has_read_it_while_it_is_warm_and_free() {
        let pool = pool(2, 1);
        let at = |prefix| now(&pool, edit(prefix)).at;
        assert_eq!([at(7), at(8), at(7), at(7), at(8)], [0, 1, 0, 0, 1]);
        let busy = now(&pool, edit(7));
        assert_eq!((busy.at, at(7)), (0, 1));
        drop(busy);
        assert_eq!(at(7), 1, "it was read there last");
        pass(WARM.as_secs());
        assert_eq!(at(7), 0, "the one that was given least");
    }

    #[tokio::test]
    async fn a_sick_server_is_passed_over_until_its_rest_is_over() {
        let pool = pool(2, 1);
        let mut turn = now(&pool, edit(7));
        turn.tell(Err(&unreachable()));
        drop(turn);
        assert_eq!((now(&pool, edit(7)).at, pool.resting()), (1, None));
        pass(11);
        let trial = now(&pool, edit(9));
        assert_eq!((trial.at, now(&pool, edit(10)).at), (0, 1));
        drop(trial);
        let mut trial = now(&pool, edit(11));
        assert_eq!(trial.at, 0, "who left without an answer has tried nothing");
        trial.tell(Ok(()));
        assert_eq!(pool.standing(), Standing::Ready);
    }

    #[tokio::test]
    async fn whoever_insists_is_served_by_a_resting_server_too() {
        let pool = pool(1, 1);
        now(&pool, edit(0)).tell(Err(&unreachable()));
        let (left, trouble) = pool.resting().unwrap();
        assert_eq!((left, trouble.as_str()), (Duration::from_secs(10), "cannot reach it"));
        now(&pool, edit(0)).tell(Ok(()));
        assert_eq!(pool.resting(), None);
    }

    #[tokio::test]
    async fn how_servers_stand_is_told_as_far_as_it_is_known() {
        let (pool, several) = (pool(1, 1), pool(2, 1));
        assert_eq!(pool.standing(), Standing::Unasked);
        let mut turn = now(&pool, edit(0));
        assert_eq!(pool.standing(), Standing::Busy);
        turn.tell(Ok(()));
        drop(turn);
        assert_eq!(pool.standing(), Standing::Ready);
        let missing = ModelError { class: ErrorClass::ModelMissing, ..unreachable() };
        now(&pool, edit(0)).tell(Err(&missing));
        assert_eq!(pool.standing(), Standing::Failing("cannot reach it".to_owned()));
        let slow = ModelError { class: ErrorClass::Overloaded, ..unreachable() };
        now(&pool, edit(0)).tell(Err(&slow));
        assert_eq!(pool.standing(), Standing::Resting(Duration::from_secs(15), "cannot reach it".to_owned()));
        now(&several, edit(0)).tell(Err(&unreachable()));
        assert_eq!(several.standing(), Standing::Unasked, "the other one may be there");
        now(&several, edit(0)).tell(Err(&unreachable()));
        assert_eq!(several.standing(), Standing::Unreachable("cannot reach it".to_owned()));
    }

    #[tokio::test]
    async fn another_server_is_one_that_has_not_failed_this_request() {
        let pool = pool(2, 1);
        assert_eq!(now(&pool, Wish { except: vec![0], ..edit(0) }).at, 1);
    }
}
