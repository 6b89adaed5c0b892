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
    /// Whether something came that was not looked at, and with a line's end.
    is_unread: bool,
    has_line: bool,
}

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
    /// at once.
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
                Poll::Pending if std::mem::take(&mut text.is_new) => {
                    // More may be at hand.
                    text.is_unread = true;
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                Poll::Pending if std::mem::take(&mut text.is_unread) => {
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
