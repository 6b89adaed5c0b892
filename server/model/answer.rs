//! Reads one streamed answer: pieces into events, events into an [`Answer`] that is whole or none. Opens nothing.

use std::time::Duration;

use reqwest::header::CONTENT_ENCODING;
use tokio::time::{Instant, timeout_at};

use super::Patience;
use super::error::ModelError;
use super::error_body::ErrorBody;
use super::failures::{Failures, root_cause};
use super::frames::{Frames, Framing};
use super::usage::{Count, Usage};
use super::wire::{Delta, Protocol, Terminal, WireFailure};
use crate::config::Provider;

/// How much of a body that is no answer is kept to tell what it is, in bytes.
const HEAD: usize = 4096;

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the model said, without its reasoning; may be empty.
    pub text: String,
    /// Why it stopped.
    pub finish: Finish,
    /// What it took.
    pub usage: Usage,
    /// The model's id as the server gave it, else as it was asked for.
    pub model: String,
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// It was done.
    Stop,
    /// It reached a limit: the text is cut.
    Length,
    /// It or its provider refused; the provider's word for it.
    Refused(String),
    /// A reason without a meaning here.
    Unknown,
}

/// What happens while an answer is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The server is loading the model; comes again while it does.
    Loading,
    /// The first piece of text or reasoning, just before it.
    FirstToken,
    /// A piece of the answer.
    Text(String),
    /// A piece of reasoning.
    Thinking,
}

/// The limits of one call, retries included.
pub(super) struct Clock {
    patience: Patience,
    started: Instant,
    /// When the last event came, once a token has come.
    last_event: Option<Instant>,
    first_token: Duration,
    idle: Duration,
    total: Duration,
}

impl Clock {
    pub(super) fn start(provider: &Provider, patience: Patience) -> Clock {
        Clock {
            patience,
            started: Instant::now(),
            last_event: None,
            first_token: provider.first_token_timeout,
            idle: provider.idle_timeout,
            total: provider.total_timeout,
        }
    }

    /// For a question that is answered at once by whoever answers at all.
    pub(super) fn of_question(provider: &Provider, longest: Duration) -> Clock {
        let first_token = provider.first_token_timeout.min(longest);
        Clock { first_token, ..Clock::start(provider, Patience::MovesOn) }
    }

    /// `future`, or the timeout that passes first.
    pub(super) async fn limit<T>(
        &self,
        failures: &Failures<'_>,
        future: impl Future<Output = T>,
    ) -> Result<T, ModelError> {
        timeout_at(self.deadline(), future).await.map_err(|_| self.passed(failures))
    }

    /// The same for a question that no token answers.
    pub(super) async fn answered<T>(
        &self,
        failures: &Failures<'_>,
        future: impl Future<Output = T>,
    ) -> Result<T, ModelError> {
        let limit = self.first_token.min(self.total);
        timeout_at(self.deadline(), future).await.map_err(|_| failures.no_answer(limit))
    }

    /// Whether there may be a pause of this length: it leaves time for another try, and no other server will do.
    pub(super) fn allows(&self, pause: Duration) -> bool {
        // A server may name a time that no clock can hold.
        let ready = Instant::now().checked_add(pause);
        self.patience == Patience::Waits && ready.is_some_and(|ready| ready < self.deadline())
    }

    fn deadline(&self) -> Instant {
        let next = match self.last_event {
            None => self.started + self.first_token,
            Some(last) => last + self.idle,
        };
        next.min(self.started + self.total)
    }

    fn passed(&self, failures: &Failures<'_>) -> ModelError {
        if self.deadline() == self.started + self.total {
            return failures.timeout("no complete answer", self.total, "total_timeout_s");
        }
        match self.last_event {
            None => failures.timeout("no first token", self.first_token, "first_token_timeout_s"),
            Some(_) => failures.timeout("no further token", self.idle, "idle_timeout_s"),
        }
    }

    /// An event came; before the first token it starts no idle time.
    fn event(&mut self, has_token: bool) {
        if has_token || self.last_event.is_some() {
            self.last_event = Some(Instant::now());
        }
    }
}

/// Reads the answer to its terminal event. `prompt_tokens` is an estimate, for servers that do not count.
pub(super) async fn read(
    response: reqwest::Response,
    protocol: &Protocol,
    prompt_tokens: u64,
    clock: &mut Clock,
    failures: &Failures<'_>,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Answer, ModelError> {
    let mut draft = Draft::default();
    let read = fill(&mut draft, response, protocol, clock, failures, on_event).await;
    let usage = match draft.has_event || read.is_ok() {
        true => draft.count.usage(prompt_tokens, read.is_ok()),
        false => Usage::default(),
    };
    match read {
        Ok(finish) => Ok(Answer { text: draft.text, finish, usage, model: draft.model }),
        Err(error) => Err(ModelError { usage, ..error }),
    }
}

/// The same into a draft, which holds what came also where the end did not; gives why the model stopped.
async fn fill(
    draft: &mut Draft,
    mut response: reqwest::Response,
    protocol: &Protocol,
    clock: &mut Clock,
    failures: &Failures<'_>,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> Result<Finish, ModelError> {
    if let Some(encoding) = compression(&response) {
        return Err(failures.not_understood(&format!("something packed as {encoding}, which it was not asked for")));
    }
    let mut frames = Frames::new(protocol.framing);
    let mut head = Vec::new();
    loop {
        let bytes = match clock.limit(failures, response.chunk()).await? {
            Ok(Some(bytes)) => bytes,
            Ok(None) => break,
            Err(error) => return Err(failures.truncated(&root_cause(&error.without_url()))),
        };
        head.extend(bytes.iter().take(HEAD.saturating_sub(head.len())));
        for frame in frames.push(&bytes).map_err(|too_long| failures.not_understood(too_long.0))? {
            let deltas = (protocol.decode)(&frame).map_err(|failure| draft.failed(failure, failures))?;
            draft.has_event = true;
            deltas.into_iter().for_each(|delta| draft.add(delta, on_event));
            clock.event(draft.has_token);
        }
        if draft.ended {
            return draft.finished(protocol.terminal).ok_or_else(|| failures.truncated("it ended without a reason"));
        }
    }
    match frames.finish().map(|frame| (protocol.decode)(&frame)) {
        Some(Ok(deltas)) => deltas.into_iter().for_each(|delta| draft.add(delta, on_event)),
        Some(Err(failure @ WireFailure::Server(_))) => return Err(draft.failed(failure, failures)),
        // Half an event: the stream was cut inside it.
        Some(Err(WireFailure::NotUnderstood(_))) | None => {}
    }
    let begun = draft.has_event || begins(protocol.framing, &head);
    draft.finished(protocol.terminal).ok_or_else(|| match begun {
        true => failures.truncated("the connection closed before the end of the answer"),
        false => no_answer(&head, failures),
    })
}

/// How a body is packed. Nothing is ever unpacked: a few bytes may hold more than the memory does.
pub(super) fn compression(response: &reqwest::Response) -> Option<String> {
    let encoding = String::from_utf8_lossy(response.headers().get(CONTENT_ENCODING)?.as_bytes()).into_owned();
    (!encoding.trim().is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
}

/// Whether a body without a whole event is the beginning of one.
fn begins(framing: Framing, head: &[u8]) -> bool {
    let starts: &[&[u8]] = match framing {
        Framing::Lines => &[b"{\""],
        Framing::Events => &[b"data:", b"event:", b":"],
    };
    let head = head.trim_ascii_start();
    starts.iter().any(|start| head.starts_with(start) || start.starts_with(head))
}

/// A body without a single event of the protocol: an error under a wrong status, a web page, nothing.
fn no_answer(head: &[u8], failures: &Failures<'_>) -> ModelError {
    let error = serde_json::from_slice(head).ok().and_then(|value| ErrorBody::from_json(&value));
    match error {
        Some(body) => failures.server(None, &body, None),
        None => failures.not_understood(&ErrorBody::from_bytes(head).message),
    }
}

/// An answer as far as it has come.
#[derive(Default)]
struct Draft {
    text: String,
    finish: Option<Finish>,
    count: Count,
    model: String,
    has_event: bool,
    has_token: bool,
    ended: bool,
}

impl Draft {
    fn add(&mut self, delta: Delta, on_event: &mut (dyn FnMut(Event) + Send)) {
        match delta {
            Delta::Text(text) => {
                self.token(on_event);
                self.count.heard(text.len());
                self.text.push_str(&text);
                on_event(Event::Text(text));
            }
            Delta::Thinking(bytes) => {
                self.token(on_event);
                self.count.heard(bytes);
                on_event(Event::Thinking);
            }
            Delta::Model(id) => self.model = id,
            Delta::Usage { input, output } => self.count.told(input, output),
            Delta::Finish(finish) => self.finish = Some(finish),
            Delta::End => self.ended = true,
        }
    }

    fn token(&mut self, on_event: &mut (dyn FnMut(Event) + Send)) {
        if !self.has_token {
            self.has_token = true;
            on_event(Event::FirstToken);
        }
    }

    fn failed(&self, failure: WireFailure, failures: &Failures<'_>) -> ModelError {
        match failure {
            WireFailure::Server(body) => failures.server(None, &body, None),
            WireFailure::NotUnderstood(seen) => failures.not_understood(&seen),
        }
    }

    /// Why the model stopped, if the answer is whole.
    fn finished(&mut self, terminal: Terminal) -> Option<Finish> {
        let whole = match terminal {
            Terminal::End => self.ended,
            Terminal::Finish => self.finish.is_some(),
        };
        whole.then(|| self.finish.take().unwrap_or(Finish::Unknown))
    }
}
