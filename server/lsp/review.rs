//! The question before an edit, where the user set `review = "confirm"`. Refuses to take silence, a closed question, an
//! error or an unknown answer for a yes.

use std::collections::HashMap;
use std::path::PathBuf;

use tower_lsp::gen_lsp_types::{
    MessageActionItem, MessageType, ShowDocumentParams, ShowDocumentRequest, ShowMessageRequest,
    ShowMessageRequestParams,
};

use super::apply::current;
use super::jobs::Job;
use super::session::Session;
use super::uri;
use crate::engine::Failure;
use crate::text::{FileSide, unified_diff};
use crate::validate::{ReasonCode, ValidatedEdit};

const APPLY: &str = "Apply";
const SHOW: &str = "Show diff";
const DISCARD: &str = "Discard";

/// What the person wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// The edit.
    Given,
    /// Not this edit.
    Declined,
    /// Not the job.
    Cancelled,
}

/// Asks until there is an answer other than "show it to me". The edit is shown as it would be made now: what is typed while
/// the question stands is merged first.
pub(super) async fn ask(
    session: &Session,
    job: &Job,
    edit: &ValidatedEdit,
    path: Option<PathBuf>,
    label: &str,
) -> Result<Consent, Failure> {
    let mut shows = session.abilities().show_documents;
    loop {
        let text = Diff::now(session, job, edit, path.as_ref())?.question(label);
        let actions: &[&str] = if shows { &[APPLY, SHOW, DISCARD] } else { &[APPLY, DISCARD] };
        let answer = tokio::select! {
            biased;
            () = job.cancelled.cancelled() => return Ok(Consent::Cancelled),
            answer = question(session, &text, actions) => answer?,
        };
        match answer.as_deref() {
            Some(APPLY) => return Ok(Consent::Given),
            Some(SHOW) => {
                let diff = Diff::now(session, job, edit, path.as_ref())?;
                if let Err(reason) = show(session, job, &diff).await {
                    session.show(MessageType::Warning, &format!("the diff cannot be shown: {reason}")).await;
                    shows = false;
                }
            }
            _ => return Ok(Consent::Declined),
        }
    }
}

async fn question(session: &Session, message: &str, actions: &[&str]) -> Result<Option<String>, Failure> {
    let action = |title: &&str| MessageActionItem { title: (*title).to_owned(), properties: HashMap::new() };
    let params = ShowMessageRequestParams {
        kind: MessageType::Info,
        message: message.to_owned(),
        actions: Some(actions.iter().map(action).collect()),
    };
    let answer = session.client.send_request::<ShowMessageRequest>(params).await;
    answer.map(|chosen| chosen.map(|action| action.title)).map_err(|error| Failure {
        code: ReasonCode::BadRequest,
        message: format!(
            "`review` is \"confirm\" and this editor cannot ask you ({}), so nothing was changed; set `review = \"auto\"`, \
             or take the diff of `graft-ls run`",
            error.message
        ),
    })
}

/// What an edit would change, for a person.
struct Diff {
    name: String,
    text: String,
    create: bool,
}

impl Diff {
    /// Of the document as it is now.
    fn now(session: &Session, job: &Job, edit: &ValidatedEdit, path: Option<&PathBuf>) -> Result<Diff, Failure> {
        let (place, edit) = current(session, job, edit, path)?;
        let name = uri::name_of(&place.uri);
        let before = if place.create { FileSide::Absent } else { FileSide::Path(&name) };
        let text = unified_diff(edit.document().source(), &edit.new_text(), before, FileSide::Path(&name));
        Ok(Diff { text, create: place.create, name })
    }

    fn question(&self, label: &str) -> String {
        let lines = |mark| self.text.lines().skip(2).filter(|line| line.starts_with(mark)).count();
        match (self.create, lines('+'), lines('-')) {
            (true, added, _) => format!("{label} would create `{}` with {added} lines: apply it?", self.name),
            (false, added, removed) => format!("{label} would change `{}` (+{added} -{removed}): apply it?", self.name),
        }
    }
}

/// Opens the diff beside the code.
async fn show(session: &Session, job: &Job, diff: &Diff) -> Result<(), String> {
    let folder = session.diffs().map_err(|error| error.to_string())?;
    let path = folder.join(format!("{}.{}.diff", diff.name, job.id));
    tokio::fs::write(&path, &diff.text).await.map_err(|error| error.to_string())?;
    let uri = uri::uri_of(&path).ok_or("its path cannot be sent")?;
    // Without the focus, editors put it beside the code, and the person stays where they were.
    let params = ShowDocumentParams { uri, external: Some(false), take_focus: Some(false), selection: None };
    match session.client.send_request::<ShowDocumentRequest>(params).await {
        Ok(shown) if shown.success => Ok(()),
        Ok(_) => Err("the editor did not open it".to_owned()),
        Err(error) => Err(error.message.into_owned()),
    }
}
