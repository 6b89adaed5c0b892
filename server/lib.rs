//! The engine behind `graft-ls`: rooms in reading order, each may name only those above it. Owns no logic of its own.

pub mod actions;
pub mod builtin;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod engine;
pub mod fim;
pub mod inline_completion;
pub mod lsp;
pub mod model;
pub mod own_code;
pub mod privacy;
pub mod prompt;
pub mod reply;
pub mod route;
pub mod syntax;
pub mod text;
pub mod validate;
