//! An answer that streams in: what has come of it, and when it is looked at. Refuses to know what is enough.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use crate::inline_completion::Finished;
use crate::model::{Answer, ModelError};

/// What has come of an answer.
#[derive(Default)]
pub(super) struct Heard(Mutex<Text>);

#[derive(Default)]
struct Text {
    raw: String,
    /// Whether something came since somebody asked.
    is_new: bool,
    /// How much was looked at, in bytes, and whether a line ended since.
    read: usize,
    has_line: bool,
}

/// As much as this is looked at though more may be at hand, in bytes: a server may never pause.
const UNREAD: usize = 4 * 1024;

/// How a stream was left.
pub(super) enum Streamed {
    /// At its end.
    Ended(Result<Answer, ModelError>),
    /// Before it: nothing that follows could count.
    Enough(Finished),
}

impl Heard {
    /// Takes in a piece; how much there is now, in bytes.
    pub(super) fn add(&self, piece: &str) -> usize {
        let mut text = self.lock();
        text.raw.push_str(piece);
        text.is_new = true;
        text.has_line |= piece.contains('\n');
        text.raw.len()
    }

    /// How much there is, in bytes.
    pub(super) fn len(&self) -> usize {
        self.lock().raw.len()
    }

    /// Waits for the answer, or for as much of it as is enough: then it is dropped, which closes the connection. `enough` says what is
    /// left of a text that need not go on; the flag says whether a line ended since it was asked last. What comes in one go is looked
    /// at once, unless it is long.
    pub(super) async fn until(
        &self,
        enough: impl Fn(&str, bool) -> Option<Finished>,
        asked: impl Future<Output = Result<Answer, ModelError>>,
    ) -> Streamed {
        let mut asked = pin!(asked);
        poll_fn(|context| {
            let polled = asked.as_mut().poll(context);
            let mut text = self.lock();
            match polled {
                Poll::Ready(Ok(answer)) => Poll::Ready(Streamed::Ended(Ok(answer))),
                // An answer that is complete needs no proper end.
                Poll::Ready(Err(error)) => Poll::Ready(match enough(&text.raw, true) {
                    Some(finished) => Streamed::Enough(finished),
                    None => Streamed::Ended(Err(error)),
                }),
                Poll::Pending if std::mem::take(&mut text.is_new) && text.raw.len() - text.read < UNREAD => {
                    // More may be at hand.
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                Poll::Pending if text.read < text.raw.len() => {
                    text.read = text.raw.len();
                    let has_line = std::mem::take(&mut text.has_line);
                    enough(&text.raw, has_line)
                        .map_or(Poll::Pending, |finished| Poll::Ready(Streamed::Enough(finished)))
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Plain values: a panic elsewhere leaves them usable.
    fn lock(&self) -> MutexGuard<'_, Text> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::{ErrorClass, Usage};

    /// Enough of a text is its first three lines, and who asks is counted.
    fn three_lines(raw: &str, has_line: bool, asked: &AtomicUsize) -> Option<Finished> {
        asked.fetch_add(1, Ordering::Relaxed);
        let is_enough = has_line && raw.matches('\n').count() >= 3;
        is_enough.then(|| Finished { text: Some(raw.to_owned()), complete: true })
    }

    /// What was enough, and how often it was looked at.
    async fn looked_at(
        heard: &Heard,
        asked: impl Future<Output = Result<Answer, ModelError>>,
    ) -> (Option<String>, usize) {
        let looks = AtomicUsize::new(0);
        let text = match heard.until(|raw, has_line| three_lines(raw, has_line, &looks), asked).await {
            Streamed::Enough(finished) => finished.text,
            Streamed::Ended(_) => None,
        };
        (text, looks.into_inner())
    }

    #[tokio::test]
    async fn what_comes_in_one_go_is_looked_at_once() {
        let heard = Heard::default();
        let asked = async {
            for piece in ["a\n", "b\n", "c\n"] {
                heard.add(piece);
                tokio::task::yield_now().await;
            }
            std::future::pending().await
        };
        assert_eq!(looked_at(&heard, asked).await, (Some("a\nb\nc\n".to_owned()), 1));
    }

    #[tokio::test]
    async fn a_server_that_never_pauses_is_looked_at() {
        let heard = Heard::default();
        let flood = "a\n".repeat(100);
        let asked = async {
            while heard.add(&flood) < 1 << 20 {
                tokio::task::yield_now().await;
            }
            std::future::pending().await
        };
        let (text, looks) = looked_at(&heard, asked).await;
        assert!(text.is_some_and(|text| text.len() < UNREAD + flood.len()) && looks == 1);
    }

    #[tokio::test]
    async fn a_complete_answer_needs_no_proper_end() {
        let cut = || ModelError {
            class: ErrorClass::Truncated,
            status: None,
            message: "the connection closed".to_owned(),
            retry_after: None,
            usage: Usage::default(),
        };
        for (said, expected) in [("a\nb\nc\n", Some("a\nb\nc\n")), ("a\nb", None)] {
            let heard = Heard::default();
            let asked = async {
                heard.add(said);
                Err(cut())
            };
            assert_eq!(looked_at(&heard, asked).await, (expected.map(str::to_owned), 1));
        }
    }
}
