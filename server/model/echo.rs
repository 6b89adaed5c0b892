//! Keeps what was sent out of what people get to read: servers and models like to repeat what they complain of.

use std::collections::HashSet;

/// So many characters in a row, blanks aside, are no chance.
const TELLING: usize = 16;
const LEFT_OUT: char = '…';

/// `said` without what it repeats of `sent`, and without what stands between two such places. Blanks count for nothing, and
/// neither do the marks that JSON and other quoting put before characters.
pub fn without_echo<'t>(said: &str, sent: impl IntoIterator<Item = &'t str>) -> String {
    let sent: Vec<Vec<char>> =
        sent.into_iter().map(|text| bare(text).map(|(_, character)| character).collect()).collect();
    let known: HashSet<&[char]> = sent.iter().flat_map(|text| text.windows(TELLING)).collect();
    let (places, characters): (Vec<usize>, Vec<char>) = bare(said).unzip();
    let mut echoes = (0..characters.len())
        .filter(|at| characters.get(*at..at + TELLING).is_some_and(|window| known.contains(window)));
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
    fn other_words_stay_as_they_are() {
        for said in ["", "…", "model `m` not found: items.len() is no model\\", "the context is too small \\n é"] {
            assert_eq!(without_echo(said, [CODE, ""]), said);
        }
    }
}
