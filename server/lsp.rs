//! The editor's face: speaks the Language Server Protocol over a pair of streams. Translates and never decides: what is
//! done to code is the engine's business, and no model is waited for inside a request but one
//! for a completion, and one that asks for a check-up. The
//! only home of LSP types.

mod apply;
mod code_action;
mod completion_menu;
mod completion_switch;
mod config_files;
mod execute_command;
mod from_proto;
mod initialize;
mod inline_completion;
mod jobs;
mod log;
mod messages;
mod middleware;
mod parent;
mod progress;
mod review;
mod run;
mod session;
mod settings;
mod stdio;
mod store;
mod sync;
mod to_proto;
mod transport;
mod uri;
mod wire;
mod work;

pub use log::Log;
pub use settings::LoadConfig;
pub use stdio::serve_stdio;
pub use transport::{End, serve};
pub use work::Work;
