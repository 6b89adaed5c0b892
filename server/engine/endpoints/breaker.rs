//! Whether one server is worth asking: it rests after failures, is then tried by one request, and is back when that one is
//! answered. A pure state machine: the time comes from outside.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{ErrorClass, ModelError};

/// No rest grows beyond this by failing again, unless the server itself asked for more.
const LONGEST: Duration = Duration::from_secs(120);
/// What a server asks for is believed up to here.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);

/// What one kind of failure says of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson {
    /// So many in a row send it to rest.
    pub after: u32,
    /// The first rest; each one after a failed trial is twice as long.
    pub rest: Duration,
}

/// What a failure of this class says of its server; nothing where the server is well and the request was at fault.
pub fn lesson(class: ErrorClass) -> Option<Lesson> {
    let (after, seconds) = match class {
        ErrorClass::Unreachable => (1, 10),
        ErrorClass::Overloaded => (1, 15),
        ErrorClass::Loading => (1, 5),
        ErrorClass::Auth => (1, 60),
        ErrorClass::SpendCap => (1, 3600),
        ErrorClass::Timeout | ErrorClass::OutOfMemory => (2, 30),
        ErrorClass::BadAnswer | ErrorClass::Truncated => (3, 30),
        ErrorClass::ModelMissing
        | ErrorClass::ContextOverflow
        | ErrorClass::Unsupported
        | ErrorClass::Refused
        | ErrorClass::BadRequest => return None,
    };
    Some(Lesson { after, rest: Duration::from_secs(seconds) })
}

/// Whether another server of the same provider may do better: not where the key or the account is at fault, or the request.
pub(crate) fn fails_here_only(class: ErrorClass) -> bool {
    lesson(class).is_some() && !matches!(class, ErrorClass::Auth | ErrorClass::SpendCap)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Closed,
    /// Resting until then; after it, the next request is the trial.
    Open { until: Instant },
    /// The trial is on its way.
    Trying,
}

/// One server's record.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: State,
    /// Failures in a row that teach something.
    failures: u32,
    /// Rests in a row.
    rests: u32,
    trouble: Option<(ErrorClass, String)>,
    /// Whether it ever answered.
    heard: bool,
}

impl Breaker {
    /// How long it is to be left alone; nothing where it may be asked. While it is being tried that is zero.
    pub(super) fn resting(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Closed => None,
            State::Open { until } => until.checked_duration_since(now).filter(|left| !left.is_zero()),
            State::Trying => Some(Duration::ZERO),
        }
    }

    /// The last error's sentence, until a request is answered.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_ref().map(|(_, sentence)| sentence.as_str())
    }

    /// Whether it ever answered.
    pub(super) fn was_heard(&self) -> bool {
        self.heard
    }

    /// Whether the last error was that there is no connection.
    pub(super) fn is_unreachable(&self) -> bool {
        matches!(self.trouble, Some((ErrorClass::Unreachable, _)))
    }

    /// A request goes out: after a rest, or within one where somebody insists, it is the trial.
    pub(super) fn asked(&mut self) {
        if self.state != State::Closed {
            self.state = State::Trying;
        }
    }

    /// A request was answered, if only with an error that is not the server's fault.
    pub(super) fn answered(&mut self) {
        *self = Breaker { heard: true, ..Breaker::default() };
    }

    /// A request failed.
    pub(super) fn failed(&mut self, error: &ModelError, now: Instant) {
        let Some(lesson) = lesson(error.class) else {
            self.answered();
            self.trouble = Some((error.class, error.message.clone()));
            return;
        };
        self.trouble = Some((error.class, error.message.clone()));
        self.failures = self.failures.saturating_add(1);
        if self.state != State::Trying && self.failures < lesson.after {
            return;
        }
        let grown = lesson.rest.saturating_mul(1 << self.rests.min(10)).min(lesson.rest.max(LONGEST));
        let rest = error.retry_after.map_or(grown, |asked| asked.clamp(Duration::from_secs(1), LONGEST_ASKED));
        self.rests = self.rests.saturating_add(1);
        self.state = State::Open { until: now + rest };
    }

    /// The trial's caller left before there was an answer: the next one may try.
    pub(super) fn left(&mut self, now: Instant) {
        if self.state == State::Trying {
            self.state = State::Open { until: now };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(class: ErrorClass, retry_after: Option<u64>) -> ModelError {
        let message = "it failed".to_owned();
        ModelError {
            class,
            status: None,
            message,
            retry_after: retry_after.map(Duration::from_secs),
            usage: Default::default(),
        }
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_server_that_is_not_there_rests_longer_each_time_until_it_answers() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        for expected in [10, 20, 40, 80, 120, 120] {
            assert_eq!(breaker.resting(now), None);
            breaker.asked();
            breaker.failed(&error(ErrorClass::Unreachable, None), now);
            assert_eq!(breaker.resting(now), Some(seconds(expected)));
            now += seconds(expected);
        }
        breaker.asked();
        breaker.answered();
        assert_eq!((breaker.resting(now), breaker.trouble()), (None, None));
        breaker.failed(&error(ErrorClass::Unreachable, None), now);
        assert_eq!(breaker.resting(now), Some(seconds(10)));
    }

    #[test]
    fn one_request_tries_it_and_the_others_are_kept_away_meanwhile() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        breaker.failed(&error(ErrorClass::Unreachable, None), now);
        let later = now + seconds(10);
        assert_eq!(breaker.resting(later), None);
        breaker.asked();
        assert_eq!(breaker.resting(later), Some(Duration::ZERO));
        breaker.left(later);
        assert_eq!(breaker.resting(later), None);
    }

    #[test]
    fn the_server_s_own_word_counts_within_reason() {
        for (asked, rests) in [(7, 7), (0, 1), (900, 900), (90_000, 3600)] {
            let (mut breaker, now) = (Breaker::default(), Instant::now());
            breaker.failed(&error(ErrorClass::Overloaded, Some(asked)), now);
            assert_eq!(breaker.resting(now), Some(seconds(rests)));
        }
    }

    #[test]
    fn what_may_be_chance_has_to_happen_again() {
        for (class, times) in [(ErrorClass::Timeout, 2), (ErrorClass::BadAnswer, 3), (ErrorClass::Auth, 1)] {
            let (mut breaker, now) = (Breaker::default(), Instant::now());
            for time in 1..=times {
                assert_eq!(breaker.resting(now), None, "{class:?} {time}");
                breaker.failed(&error(class, None), now);
            }
            assert!(breaker.resting(now).is_some(), "{class:?}");
        }
    }

    #[test]
    fn an_answer_in_between_starts_the_count_anew_and_so_does_a_request_at_fault() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for class in [ErrorClass::Timeout, ErrorClass::ModelMissing, ErrorClass::Timeout] {
            breaker.failed(&error(class, None), now);
        }
        assert_eq!((breaker.resting(now), breaker.trouble()), (None, Some("it failed")));
        breaker.answered();
        breaker.failed(&error(ErrorClass::Timeout, None), now);
        assert_eq!(breaker.resting(now), None);
    }
}
