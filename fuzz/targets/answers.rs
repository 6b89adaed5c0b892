//! Any body of a model's response in any protocol, in any pieces: it says the same in one piece.

#![no_main]

use graft_ls::config::ProviderKind;
use graft_ls::model::fuzzing::events;
use libfuzzer_sys::fuzz_target;

const KINDS: [ProviderKind; 3] = [ProviderKind::Ollama, ProviderKind::OpenAi, ProviderKind::Anthropic];

fuzz_target!(|bytes: &[u8]| {
    let Some((head, body)) = bytes.split_at_checked(4) else { return };
    let kind = KINDS[usize::from(head[0]) % KINDS.len()];
    let mut cuts: Vec<usize> = head[1..].iter().map(|cut| usize::from(*cut) % (body.len() + 1)).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect();
    assert_eq!(events(kind, &pieces), events(kind, &[body]));
});
