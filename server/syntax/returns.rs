//! What is known of the `\r` of a text, kept up edit by edit. Refuses to look at all of it where that can be helped.

use std::ops::Range;

use crate::text::Text;

/// In bytes.
const LONGEST_CHARACTER: usize = 4;

/// The `\r` of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Returns {
    /// There is none.
    None,
    /// There may be some, and each stands before a `\n`.
    Paired,
    /// One stands alone: the parser counts rows otherwise than the editor, so nothing is reused.
    Lone,
}

impl Returns {
    pub(super) fn of(text: &str) -> Returns {
        let is_lone = |(at, _): (usize, &str)| !text[at + 1..].starts_with('\n');
        match text.contains('\r') {
            false => Returns::None,
            true if text.match_indices('\r').any(is_lone) => Returns::Lone,
            true => Returns::Paired,
        }
    }

    /// What is known of a text after `range` (bytes) of it is new.
    pub(super) fn after(self, text: &Text, range: Range<usize>) -> Returns {
        // What was taken out may have parted a pair. What stands behind may be of any width; a `\r` there has not come to another end.
        let end = range.end + LONGEST_CHARACTER;
        let around = text.slice(range.start.saturating_sub(1)..end);
        let (is_end, around) = (end >= text.len(), around.as_str());
        let known = around
            .strip_suffix('\r')
            .filter(|_| !is_end)
            .map_or_else(|| Returns::of(around), |rest| Returns::of(rest).max(Returns::Paired));
        match self {
            Returns::Lone if known != Returns::None => Returns::of(&text.to_string()),
            _ => self.max(known),
        }
    }
}
