//! A checked edit on its way into the editor. Refuses to send one for a text that is not the client's: it is merged into
//! what the document has become, under that version, or not sent at all.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;
use tower_lsp::gen_lsp_types::{ApplyWorkspaceEditParams, ApplyWorkspaceEditRequest, Uri};

use super::jobs::Job;
use super::session::Session;
use super::store::{Followed, Held, Open};
use super::{to_proto, uri};
use crate::actions::read_file;
use crate::engine::Failure;
use crate::syntax::Document;
use crate::validate::{ReasonCode, ValidatedEdit};

/// How often an edit is sent at most.
const TRIES: usize = 3;
/// How long a client may take to answer. After that it may still make the edit, so there is no second try.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the change that goes with an answer may be under way: Neovim holds its own back for 150 ms.
const CHANGE: Duration = Duration::from_secs(1);

/// What became of an edit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// It is in the editor.
    Landed,
    /// The client did not say.
    Unanswered,
    /// The job was cancelled before it was sent, or before the client had asked for it.
    Cancelled,
    /// The client asked the person, who does not want it.
    Declined,
}

/// Where an edit goes, and what is there now.
pub(super) struct Place {
    pub(super) uri: Uri,
    document: Document,
    open: bool,
    pub(super) create: bool,
}

/// Sends the edit of the job's document, or of the file at `path`, until the client has taken it. Where it `confirms`, the
/// client asks the person first, who may take their time.
pub(super) async fn apply(
    session: &Session,
    job: &Job,
    edit: &ValidatedEdit,
    path: Option<PathBuf>,
    label: String,
    confirms: bool,
) -> Result<Applied, Failure> {
    let mut reason = String::new();
    for left in (0..TRIES).rev() {
        if job.cancelled.is_cancelled() {
            return Ok(Applied::Cancelled);
        }
        let (place, edit) = current(session, job, edit, path.as_ref())?;
        if edit.edits().is_empty() {
            return Ok(Applied::Landed);
        }
        match send(session, job, &place, &edit, &label, confirms).await {
            ControlFlow::Break(applied) => return Ok(applied),
            ControlFlow::Continue(refused) => reason = refused,
        }
        tracing::info!(job = job.id, reason, "the client did not take the edit");
        // The change that made the editor refuse is on its way; an edit for the old text would be refused again.
        if left > 0 {
            changed(session, &place).await;
        }
    }
    Err(Failure {
        code: ReasonCode::Stale,
        message: format!(
            "the editor did not take the edit ({reason}); run the action again when the document is at rest"
        ),
    })
}

/// Sends the edit once: what became of it, or why the client did not take it.
async fn send(
    session: &Session,
    job: &Job,
    place: &Place,
    edit: &ValidatedEdit,
    label: &str,
    confirms: bool,
) -> ControlFlow<Applied, String> {
    let question = confirms.then_some(to_proto::Question { id: &job.id, label });
    let params = ApplyWorkspaceEditParams {
        label: Some(label.to_owned()),
        edit: to_proto::workspace_edit(&place.uri, edit, place.create, question, session.abilities()),
        metadata: None,
    };
    if place.create && !confirms {
        make_folder(&place.uri);
    }
    let since = session.store.follow(&place.uri);
    let answer = session.client.send_request::<ApplyWorkspaceEditRequest>(params);
    let answer = match confirms {
        true => tokio::select! {
            biased;
            () = job.cancelled.cancelled() => return ControlFlow::Break(Applied::Cancelled),
            answer = answer => Ok(answer),
        },
        false => timeout(ANSWER, answer).await,
    };
    match answer {
        Err(_) => {
            tracing::warn!(job = job.id, "the client did not answer workspace/applyEdit");
            ControlFlow::Break(Applied::Unanswered)
        }
        // No word of a change after either answer: the person said no.
        Ok(Ok(_)) if confirms && place.open && !changed(session, place).await => ControlFlow::Break(Applied::Declined),
        Ok(Ok(answer)) if confirms && !place.open && !answer.applied => ControlFlow::Break(Applied::Declined),
        Ok(Ok(answer)) if answer.applied => match landed(session, place, edit, &since).await {
            true => ControlFlow::Break(Applied::Landed),
            false => ControlFlow::Continue("it skipped the edit".to_owned()),
        },
        Ok(Ok(answer)) => {
            ControlFlow::Continue(answer.failure_reason.unwrap_or_else(|| "it gave no reason".to_owned()))
        }
        Ok(Err(error)) => ControlFlow::Continue(error.message.into_owned()),
    }
}

/// The place as it is now and the edit for exactly that state.
pub(super) fn current(
    session: &Session,
    job: &Job,
    edit: &ValidatedEdit,
    path: Option<&PathBuf>,
) -> Result<(Place, ValidatedEdit), Failure> {
    loop {
        let place = match path {
            Some(path) => place_of_file(session, edit, path)?,
            None => place_of_document(session, &job.uri)?,
        };
        let edit = edit
            .rebase(&place.document)
            .map_err(|rejection| Failure { code: rejection.code, message: rejection.message })?;
        // Merging takes milliseconds, in which the reader goes on reading.
        if !place.open || version(session, &place.uri) == place.document.version() {
            return Ok((place, edit));
        }
    }
}

fn place_of_document(session: &Session, uri: &Uri) -> Result<Place, Failure> {
    match session.store.get(uri) {
        Some(Open { held: Held::Document(document), uri, .. }) => {
            Ok(Place { uri, document, open: true, create: false })
        }
        _ => Err(Failure {
            code: ReasonCode::Stale,
            message: format!(
                "`{}` was closed before the edit was ready; open it and run the action again",
                uri::name_of(uri)
            ),
        }),
    }
}

/// A file other than the job's document: as the editor has it, else as the disk has it, else yet to be created.
fn place_of_file(session: &Session, edit: &ValidatedEdit, path: &Path) -> Result<Place, Failure> {
    if let Some(open) = session.store.by_path(path) {
        return place_of_document(session, &open.uri);
    }
    let failure = |message| Failure { code: ReasonCode::BadRequest, message };
    let uri = uri::uri_of(path)
        .ok_or_else(|| failure(format!("`{}` is not a path that a client can be sent", path.display())))?;
    let (text, create) = match read_file(path) {
        Ok(text) => (text, false),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (String::new(), true),
        Err(error) => return Err(failure(format!("`{}` cannot be read: {error}", path.display()))),
    };
    if create && !session.abilities().create_files {
        return Err(failure(format!(
            "this editor cannot create files for a server; create `{}`, empty, and run the action again",
            path.display()
        )));
    }
    Ok(Place { uri, document: Document::new(edit.document().language(), &text, None), open: false, create })
}

/// Makes the folder of a file that the client is about to create. Neovim does so only for files that may be overwritten, and
/// could not save this one; whoever else cannot write it will say so.
fn make_folder(uri: &Uri) {
    if let Some(folder) = uri::path_of(uri).as_deref().and_then(std::path::Path::parent) {
        let _ = std::fs::create_dir_all(folder);
    }
}

/// Whether an edit that the client says it made is there. Neovim says so of edits that it skipped because its text was
/// newer; what it had typed meanwhile arrives just after. Without a sign of that, the client is believed: a second edit on
/// top of the first would do harm, and so would one that was taken back at once.
async fn landed(session: &Session, place: &Place, edit: &ValidatedEdit, since: &Followed) -> bool {
    if !place.open || !changed(session, place).await {
        return true;
    }
    let Some(open) = session.store.get(&place.uri) else {
        return true;
    };
    let Some(now) = open.document() else {
        return true;
    };
    let mut brought = edit.edits().iter().map(|edit| edit.new.trim()).filter(|new| !new.is_empty()).peekable();
    let versions = since.versions();
    let was_there = |new: &str| versions.iter().any(|version| version.source().contains(new));
    brought.peek().is_none()
        || brought.any(|new| now.source().contains(new) || was_there(new))
        || edit.rebase(now).is_err()
}

/// Waits until the document at `place` is another than the one that was looked at. False where it stays the same, or
/// where there is no such open document.
async fn changed(session: &Session, place: &Place) -> bool {
    let mut changes = session.store.changes();
    let moved = async {
        while place.open && version(session, &place.uri) == place.document.version() {
            if changes.changed().await.is_err() {
                return false;
            }
        }
        place.open
    };
    timeout(CHANGE, moved).await.unwrap_or(false)
}

fn version(session: &Session, uri: &Uri) -> Option<i32> {
    session.store.get(uri)?.document()?.version()
}
