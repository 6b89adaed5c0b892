//! Code as tokens, forwards and backwards: words, marks, line ends. Blanks within a line are none, and a blank line is a line end like
//! any other. Refuses to know a language: strings and comments are tokens too.

/// So many tokens are looked up together.
pub(super) const KEY: usize = 8;
/// The base of the rolling sum, any odd number that spreads bits.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
const NEWLINE: u64 = 0xD6E8_FEB8_6659_FD93;

/// Which bytes are of a word.
const WORDS: [bool; 256] = {
    let mut words = [false; 256];
    let mut byte = 0u8;
    loop {
        words[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if byte == u8::MAX {
            break words;
        }
        byte += 1;
    }
};

/// A byte of a word; all of a letter beyond ASCII counts as such.
pub(super) fn is_word(byte: u8) -> bool {
    WORDS[usize::from(byte)]
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Words are short: eight bytes at a time.
fn of_bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let last = rest.iter().fold(bytes.len() as u64, |word, byte| word << 8 | u64::from(*byte));
    let step = |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(0x9FB2_1C65_1E98_DF25);
    let sum = step(words.iter().fold(0, |sum, word| step(sum, u64::from_le_bytes(*word))), last);
    sum ^ sum >> 32
}

/// BASE to the power of [`KEY`].
fn power() -> u64 {
    (0..KEY).fold(1u64, |product, _| product.wrapping_mul(BASE))
}

/// Calls `visit` with the end of each token that has [`KEY`] tokens up to it, in bytes, and the key of these.
pub(super) fn each_key(text: &[u8], mut visit: impl FnMut(usize, u64)) {
    let leaving = power();
    let mut window = [0u64; KEY];
    let (mut at, mut count, mut sum) = (0, 0usize, 0u64);
    while at < text.len() {
        let (end, token) = token_at(text, at);
        at = end;
        let Some(token) = token else { continue };
        let slot = count % KEY;
        sum = sum.wrapping_mul(BASE).wrapping_add(token).wrapping_sub(window[slot].wrapping_mul(leaving));
        window[slot] = token;
        count += 1;
        if count >= KEY {
            visit(end, sum);
        }
    }
}

/// The end of what begins at `at`, and the token, where it is one.
fn token_at(text: &[u8], at: usize) -> (usize, Option<u64>) {
    let rest = text.get(at..).unwrap_or_default();
    let Some(first) = rest.first() else { return (at, None) };
    if is_blank(*first) {
        let length = rest.iter().position(|byte| !is_blank(*byte)).unwrap_or(rest.len());
        let breaks = rest.get(..length).is_some_and(|blank| blank.contains(&b'\n'));
        return (at + length, breaks.then_some(NEWLINE));
    }
    let length = if is_word(*first) { rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len()) } else { 1 };
    (at + length, Some(of_bytes(rest.get(..length).unwrap_or_default())))
}

/// The last token of `text`, and the text before it; nothing where there is none.
fn last(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |at| at + 1);
    let (rest, blank) = text.split_at_checked(end)?;
    if blank.contains(&b'\n') {
        return Some((rest, b"\n"));
    }
    let start = match rest.last()? {
        byte if is_word(*byte) => rest.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1),
        _ => rest.len() - 1,
    };
    rest.split_at_checked(start)
}

/// The key of the last [`KEY`] tokens; nothing where there are fewer.
pub(super) fn last_key(text: &[u8]) -> Option<u64> {
    let (mut rest, mut sum, mut factor) = (text, 0u64, 1u64);
    for _ in 0..KEY {
        let (before, token) = last(rest)?;
        let token = if token == b"\n" { NEWLINE } else { of_bytes(token) };
        sum = sum.wrapping_add(token.wrapping_mul(factor));
        factor = factor.wrapping_mul(BASE);
        rest = before;
    }
    Some(sum)
}

/// How many tokens two texts have in common at their ends, up to `most`.
pub(super) fn common(a: &[u8], b: &[u8], most: usize) -> usize {
    let (mut a, mut b) = (a, b);
    for count in 0..most {
        match (last(a), last(b)) {
            (Some((before_a, token_a)), Some((before_b, token_b))) if token_a == token_b => {
                (a, b) = (before_a, before_b);
            }
            _ => return count,
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_count_for_nothing_and_line_ends_do() {
        let common = |a: &str, b: &str| common(a.as_bytes(), b.as_bytes(), 99);
        assert_eq!(common("x = f( a,b )", "y=f(a, b)"), 7);
        assert_eq!(common("a\n\n  b", "a\nb"), 3);
        assert_eq!(common("a b", "a\nb"), 1);
        assert_eq!(common("foo_bar", "bar"), 0);
        assert_eq!(common("a;\n    ", "a;\n"), 3);
        assert_eq!(common("größe é", "größe é"), 2);
    }

    proptest! {
        #[test]
        fn a_key_is_the_same_read_from_either_end(text in "[ab_(). \n\té]{0,60}") {
            each_key(text.as_bytes(), |end, key| {
                // The blanks that a line end takes in go on behind a text that ends there.
                assert_eq!(last_key(&text.as_bytes()[..end]), Some(key), "{text:?} up to {end}");
            });
        }
    }
}
