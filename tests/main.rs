//! Every integration test, one module each, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that is surprised should stop")]

mod support;

mod case_file;
mod cases;
mod cli;
mod config;
mod corpus;
mod cost;
mod discovery;
mod docs;
mod doctor;
mod faults;
mod first_minutes;
mod inline_completion;
mod lsp;
mod merging;
mod model;
mod patch;
mod privacy;
mod recording;
mod routing;
mod soak;
mod tidy;
