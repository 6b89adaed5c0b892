//! Edits between two texts that are nearly the same, found in passing. Refuses to look far, so there may be smaller ones.

use super::Edit;
use super::diff::{bytes, lines, starts};

/// How many lines of either text may be missing in the other before all that follows counts as changed.
const FARTHEST: usize = 100;
/// So many equal lines in a row, and two texts go on alike.
const ALIKE: usize = 3;

/// Edits of whole lines that turn `old` into `new`, in bytes of `old`, sorted and disjoint; in time that grows with the texts'
/// length alone. [`minimal_edits`](super::minimal_edits) finds the smallest, whatever that takes.
pub fn quick_edits(old: &str, new: &str) -> Vec<Edit> {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    let same = |(a, b): &(&&str, &&str)| a == b;
    let before = old_lines.iter().zip(&new_lines).take_while(same).count();
    let behind = old_lines[before..].iter().rev().zip(new_lines[before..].iter().rev()).take_while(same).count();
    let (old_lines, new_lines) = (&old_lines[..old_lines.len() - behind], &new_lines[..new_lines.len() - behind]);
    let (mut at, mut new_at) = (before, before);
    let mut edits = Vec::new();
    while at < old_lines.len() || new_at < new_lines.len() {
        let (gone, come) = changed(&old_lines[at..], &new_lines[new_at..]);
        let (old_range, new_range) = (bytes(&old_starts, at..at + gone), bytes(&new_starts, new_at..new_at + come));
        edits.push(Edit::new(old_range, &new[new_range]));
        (at, new_at) = (at + gone, new_at + come);
        let alike = old_lines[at..].iter().zip(&new_lines[new_at..]).take_while(same).count();
        (at, new_at) = (at + alike, new_at + alike);
    }
    edits
}

/// How many lines of each text it takes until they go on alike; at the nearest place, or all of them.
fn changed(old: &[&str], new: &[&str]) -> (usize, usize) {
    let goes_on = |&(gone, come): &(usize, usize)| match (old.get(gone..), new.get(come..)) {
        (Some(old), Some(new)) if old.len() < ALIKE || new.len() < ALIKE => old == new,
        (Some(old), Some(new)) => old[..ALIKE] == new[..ALIKE],
        _ => false,
    };
    let at_distance = |all: usize| {
        let least = all.saturating_sub(FARTHEST);
        (least..=all - least).map(move |gone| (gone, all - gone))
    };
    (1..=2 * FARTHEST).flat_map(at_distance).find(goes_on).unwrap_or((old.len(), new.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Edits;
    use proptest::prelude::*;

    #[test]
    fn finds_several_changes_apart() {
        let line = |n: usize| format!("line {n}\n");
        let old: String = (0..50).map(line).collect();
        let new = old.replace("line 3\n", "").replace("line 20\n", "line 20\nnew\n").replace("line 40\n", "other\n");
        let edits: Vec<String> =
            quick_edits(&old, &new).into_iter().map(|edit| format!("{:?} {}", &old[edit.range], edit.new)).collect();
        assert_eq!(edits, ["\"line 3\\n\" ", "\"\" new\n", "\"line 40\\n\" other\n"]);
    }

    #[test]
    fn takes_what_it_finds_nothing_of_as_one_change() {
        let old: String = (0..1000).map(|n| format!("line {n}\n")).collect();
        let new = format!("line 0\n{}line 999\n", "new\n".repeat(998));
        assert_eq!(quick_edits(&old, &new).len(), 1);
    }

    proptest! {
        #[test]
        fn edits_applied_give_the_new_text(old in "([ab]\r?\n){0,12}[ab]{0,2}", new in "([ab]\r?\n){0,12}[ab]{0,2}") {
            let edits = quick_edits(&old, &new);
            prop_assert!(edits.iter().all(|edit| edit.new != old[edit.range.clone()]));
            prop_assert_eq!(Edits::new(&old, edits).unwrap().apply(&old), new);
        }
    }
}
