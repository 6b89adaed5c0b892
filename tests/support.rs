//! What tests share: the built program, and the other side of the wires that Graft speaks on.

pub mod binary;
pub mod lsp_client;
pub mod model_document;
pub mod model_server;
pub mod scripted_work;
