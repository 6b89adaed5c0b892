//! Any bytes on the wire: the server reads them to their end and comes to its own.

#![no_main]

mod session;

use std::sync::Arc;

use graft_ls::config::Config;
use graft_ls::engine::Engine;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    session::serve(bytes.to_vec(), Arc::new(Engine::new(Config::default())));
});
