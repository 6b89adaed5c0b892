//! The editor's face, driven by a strict client over a stream in the same process.

mod budget;
mod cases;
mod code_actions;
mod completion_menu;
mod doctor;
mod editors;
pub(crate) mod edits;
mod inline_completion;
mod jobs;
mod lifecycle;
mod offers;
mod protocols;
mod recorded;
mod settings;
mod stdio;
mod sync;

/// The kind of an action's items in the list.
fn kind_of(action: &str) -> String {
    let family = if action == "fix-lint" { "quickfix" } else { "refactor.rewrite" };
    format!("{family}.graft.{action}")
}
