//! Keeps what was sent out of what people get to read: servers and models like to repeat what they complain of.

use std::collections::HashSet;

/// So many characters in a row, blanks aside, are no chance.
const TELLING: usize = 16;
/// A large odd number, so that the hashes of windows lie far apart.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
const LEFT_OUT: char = '…';

/// `said` without what it repeats of `sent`, and without what stands between two such places. Blanks count for nothing, and
/// neither do the marks that JSON and other quoting put before characters.
pub fn without_echo<'t>(said: &str, sent: impl IntoIterator<Item = &'t str>) -> String {
    let (places, characters): (Vec<usize>, Vec<char>) = bare(said).unzip();
    let hashes: Vec<u64> = window_hashes(characters.iter().copied()).collect();
    // What was sent may be a long document: nothing of it is kept.
    let (mut unmet, mut met): (HashSet<u64>, _) = (hashes.iter().copied().collect(), HashSet::new());
    for text in sent {
        for hash in window_hashes(bare(text).map(|(_, character)| character)) {
            if unmet.is_empty() {
                break;
            }
            if unmet.remove(&hash) {
                met.insert(hash);
            }
        }
    }
    let mut echoes = hashes.iter().enumerate().filter(|(_, hash)| met.contains(hash)).map(|(at, _)| at);
    let Some(first) = echoes.next() else { return said.to_owned() };
    let last = echoes.next_back().unwrap_or(first) + TELLING - 1;
    let start = places.get(first).copied().unwrap_or(0);
    let end = places
        .get(last)
        .zip(characters.get(last))
        .map_or(said.len(), |(place, character)| place + character.len_utf8());
    let (before, behind) = (said.get(..start).unwrap_or_default(), said.get(end..).unwrap_or_default());
    // It may have been cut in the middle of what it repeats.
    format!("{before}{LEFT_OUT}{}", behind.trim_start().strip_prefix(LEFT_OUT).unwrap_or(behind))
}

/// A hash of each [`TELLING`] characters in a row, in order: equal ones have equal hashes, and others have so by no chance
/// that counts.
fn window_hashes(characters: impl Iterator<Item = char>) -> impl Iterator<Item = u64> {
    let leaving = (0..TELLING).fold(1, |power: u64, _| power.wrapping_mul(BASE));
    let (mut last, mut hash) = (['\0'; TELLING], 0_u64);
    characters.enumerate().filter_map(move |(at, character)| {
        let left = std::mem::replace(last.get_mut(at % TELLING)?, character);
        let kept = hash.wrapping_mul(BASE).wrapping_sub(u64::from(left).wrapping_mul(leaving));
        hash = kept.wrapping_add(u64::from(character));
        (at + 1 >= TELLING).then_some(hash)
    })
}

/// The characters that count, each with its place in bytes.
fn bare(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, character)| {
        let is_layout = is_escaped && matches!(character, 'n' | 'r' | 't');
        is_escaped = *character == '\\';
        !is_layout && !is_escaped && !character.is_whitespace()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "fn total(items: &[Item]) -> u64 {\n\tlet label = \"a\\n\";\n\titems.len() as u64\n}";

    #[test]
    fn code_that_comes_back_is_left_out_however_it_is_quoted() {
        let json = serde_json::to_string(CODE).unwrap();
        for (said, expected) in [
            (format!("cannot read: {CODE}"), "cannot read: …"),
            (format!("bad input {json}: no such parameter"), "bad input \"…\": no such parameter"),
            (format!("bad input {}", serde_json::to_string(&json).unwrap()), "bad input \"\\\"…\\\"\""),
            ("I can't: fn total(items: &[Item]), then u = 1, items.len() as u64; é".to_owned(), "I can't: …; é"),
        ] {
            assert_eq!(without_echo(&said, [CODE]), expected, "{said}");
        }
    }

    #[test]
    fn finds_what_stands_far_behind_in_a_long_document() {
        let sent: String =
            (0..100_000).map(|line| format!("let value{line} = {line};\n")).chain([CODE.to_owned()]).collect();
        assert_eq!(without_echo(&format!("cannot read: {CODE}!"), ["", &sent]), "cannot read: …!");
        assert_eq!(without_echo("let value = 1;", [&*sent]), "let value = 1;");
    }

    #[test]
    fn other_words_stay_as_they_are() {
        for said in ["", "…", "model `m` not found: items.len() is no model\\", "the context is too small \\n é"] {
            assert_eq!(without_echo(said, [CODE, ""]), said);
        }
    }
}
