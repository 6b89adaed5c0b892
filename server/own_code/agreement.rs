//! What the places where the same tokens stand say of how the line goes on, and whether they agree enough. Refuses a majority of
//! strangers.

use super::volume::OwnFile;

/// How sure it must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// So many tokens before the cursor are the same, at least.
    pub tokens: usize,
    /// The share of the votes, at least.
    pub share: f64,
    /// So many are enough where every vote agrees.
    pub tokens_unanimous: usize,
    /// Places vote that have at least this share of the longest run of tokens.
    pub near: f64,
}

impl Default for Agreement {
    fn default() -> Agreement {
        Agreement { tokens: 12, share: 0.7, tokens_unanimous: 8, near: 0.5 }
    }
}

/// A place where the same tokens stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// How many of them.
    pub(super) tokens: usize,
    /// How the line goes on there.
    pub(super) rest: &'a str,
    pub(super) file: &'a OwnFile,
    /// The file up to there.
    pub(super) above: &'a str,
    pub(super) weight: u32,
}

/// How a line goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rest of the line.
    pub rest: String,
    /// The best of the places where it stands.
    pub file: OwnFile,
    /// Its line there, from 1.
    pub line: usize,
    /// How many tokens before the cursor are the same there.
    pub tokens: usize,
}

/// What the places agree on.
pub(super) fn agreed(places: &[Place<'_>], agreement: &Agreement) -> Option<Found> {
    let longest = places.iter().map(|place| place.tokens).max()?;
    let near = (longest as f64 * agreement.near).ceil() as usize;
    let mut votes: Vec<(&Place<'_>, u32)> = Vec::new();
    let mut all = 0;
    for place in places.iter().filter(|place| place.tokens >= near) {
        all += place.weight;
        match votes.iter_mut().find(|(other, _)| other.rest == place.rest) {
            Some((best, count)) => {
                *count += place.weight;
                if place.tokens > best.tokens {
                    *best = place;
                }
            }
            None => votes.push((place, place.weight)),
        }
    }
    let (best, count) = votes.iter().max_by_key(|(place, count)| (*count, place.tokens))?;
    let share = f64::from(*count) / f64::from(all);
    let is_sure = best.tokens >= agreement.tokens && share >= agreement.share
        || best.tokens >= agreement.tokens_unanimous && *count == all;
    // Lines are counted for the one that is shown alone: files are long.
    let line = || best.above.bytes().filter(|byte| *byte == b'\n').count() + 1;
    is_sure.then(|| Found { rest: best.rest.to_owned(), file: best.file.clone(), line: line(), tokens: best.tokens })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(places: &[(usize, &str, u32)]) -> Option<String> {
        let file = OwnFile { path: "/w/a.rs".into(), shown: "a.rs".to_owned() };
        let places: Vec<Place<'_>> = places
            .iter()
            .map(|(tokens, rest, weight)| Place { tokens: *tokens, rest, file: &file, above: "", weight: *weight })
            .collect();
        agreed(&places, &Agreement { tokens: 12, share: 0.7, tokens_unanimous: 8, near: 0.5 }).map(|found| found.rest)
    }

    #[test]
    fn shows_what_most_long_matches_say() {
        assert_eq!(said(&[(12, "a", 1), (12, "a", 1), (12, "a", 1), (12, "b", 1)]).as_deref(), Some("a"));
        assert_eq!(said(&[(12, "a", 1), (12, "b", 1)]), None, "half is no agreement");
        assert_eq!(said(&[(11, "a", 1), (11, "a", 2), (11, "b", 1)]), None, "too few tokens");
        assert_eq!(said(&[(8, "a", 1)]).as_deref(), Some("a"), "nobody disagrees");
        assert_eq!(said(&[(7, "a", 1)]), None);
        assert_eq!(said(&[(30, "a", 1), (9, "b", 1), (9, "b", 1)]).as_deref(), Some("a"), "short ones have no vote");
        assert_eq!(said(&[]), None);
    }
}
