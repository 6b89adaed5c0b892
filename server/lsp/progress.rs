//! A job's progress in the editor: created by the server, begun, reported and always ended. Refuses to hold the job up: a
//! client that never answers gets none.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tower_lsp::gen_lsp_types::{
    ProgressNotification, ProgressParams, ProgressToken, WorkDoneProgressCreateParams, WorkDoneProgressCreateRequest,
};

use super::messages;
use super::session::Session;
use crate::engine::Progress;

/// Reports within one phase are at least this far apart: editors redraw at each.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a client may take to agree to a progress.
const AGREEMENT: Duration = Duration::from_secs(30);

/// How long what comes after the last word is held back for it.
const LAST_WORD: Duration = Duration::from_secs(1);

/// The job's end of a progress.
pub(super) struct Reporter {
    current: watch::Sender<Option<Progress>>,
    end: oneshot::Sender<String>,
    /// Falls when the last word is sent.
    shown: oneshot::Receiver<()>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Value<'a> {
    Begin { title: &'a str, cancellable: bool },
    Report { message: String, cancellable: bool },
    End { message: String },
}

impl Reporter {
    /// Asks the client for a progress under `token`. Nothing where it has none.
    pub(super) fn start(session: &Arc<Session>, token: &str, title: &str) -> Option<Reporter> {
        if !session.abilities().progress {
            return None;
        }
        let (current, reports) = watch::channel(None);
        let (end, ended) = oneshot::channel();
        let show = show(session.clone(), token.to_owned(), title.to_owned(), reports, ended);
        let session = session.clone();
        let (sent, shown) = oneshot::channel();
        session.clone().jobs.tasks.spawn(async move {
            tokio::select! {
                () = session.jobs.stopped() => {}
                () = show => {}
            }
            drop(sent);
        });
        Some(Reporter { current, end, shown })
    }

    /// How far the job is.
    pub(super) fn report(&self, progress: Progress) {
        self.current.send_replace(Some(progress));
    }

    /// The job's last word. It is sent before this returns, but for clients that have not agreed in time: Helix has one line
    /// for progress and messages, and whatever comes last stands there.
    pub(super) async fn end(self, message: String) {
        let _ = self.end.send(message);
        let _ = timeout(LAST_WORD, self.shown).await;
    }
}

async fn show(
    session: Arc<Session>,
    token: String,
    title: String,
    mut reports: watch::Receiver<Option<Progress>>,
    mut ended: oneshot::Receiver<String>,
) {
    let agreed = session.client.send_request::<WorkDoneProgressCreateRequest>(WorkDoneProgressCreateParams {
        token: ProgressToken::String(token.clone()),
    });
    if !matches!(timeout(AGREEMENT, agreed).await, Ok(Ok(_))) {
        tracing::info!(token, "the client gave no progress");
        return;
    }
    let begin = Value::Begin { title: &title, cancellable: true };
    send(&session, &token, begin).await;
    let mut sent: Option<(Progress, Instant)> = None;
    let message = loop {
        let due = due(&sent, reports.borrow().as_ref());
        tokio::select! {
            biased;
            message = &mut ended => break message.unwrap_or_default(),
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                let Some(progress) = reports.borrow_and_update().clone() else { continue };
                let message = messages::progress(&progress);
                sent = Some((progress, Instant::now()));
                send(&session, &token, Value::Report { message, cancellable: true }).await;
            }
            changed = reports.changed() => if changed.is_err() {
                break (&mut ended).await.unwrap_or_default();
            },
        }
    };
    send(&session, &token, Value::End { message }).await;
}

/// When `current` is to be shown: at once where the phase or model is new, a while after the last report else, never where
/// it was shown.
fn due(sent: &Option<(Progress, Instant)>, current: Option<&Progress>) -> Option<Instant> {
    match (sent, current) {
        (_, None) => None,
        (None, Some(_)) => Some(Instant::now()),
        (Some((shown, _)), Some(current)) if shown == current => None,
        (Some((shown, at)), Some(current)) => {
            let same = shown.phase == current.phase && shown.detail == current.detail && shown.step == current.step;
            Some(if same { *at + PAUSE } else { Instant::now() })
        }
    }
}

async fn send(session: &Session, token: &str, value: Value<'_>) {
    let params = ProgressParams {
        token: ProgressToken::String(token.to_owned()),
        value: serde_json::to_value(value).unwrap_or_default(),
    };
    session.client.send_notification::<ProgressNotification>(params).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_at_once_what_is_new_and_else_with_a_pause() {
        let at = |phase, tokens| Progress { phase, step: "quick".to_owned(), tokens, ..Progress::default() };
        let then = Instant::now() - Duration::from_secs(60);
        let sent = Some((at("writing", 1), then));
        assert_eq!(due(&sent, None), None);
        assert_eq!(due(&sent, Some(&at("writing", 1))), None);
        assert_eq!(due(&sent, Some(&at("writing", 2))), Some(then + PAUSE));
        assert!(due(&sent, Some(&at("checking", 2))) > Some(then + PAUSE));
        assert!(due(&None, Some(&at("waiting", 0))).is_some());
    }
}
