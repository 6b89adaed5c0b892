//! What fuzzers call: the readers of a response's bytes, without a network. Part of no other build.

use super::frames::Frames;
use super::wire::protocol;
use crate::config::ProviderKind;

/// What the pieces of a body say, event by event: its deltas, or why it is none. Nothing where it is too long.
pub fn events(kind: ProviderKind, pieces: &[&[u8]]) -> Option<Vec<String>> {
    let protocol = protocol(kind);
    let mut frames = Frames::new(protocol.framing);
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(frames.push(piece).ok()?);
    }
    events.extend(frames.finish());
    Some(events.iter().map(|event| format!("{:?}", (protocol.decode)(event))).collect())
}
