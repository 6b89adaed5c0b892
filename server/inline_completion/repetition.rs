//! Models that go round in circles: where the second round begins. Refuses to call a pair of equal lines a circle.

/// So many rounds are a circle.
const ROUNDS: usize = 3;
/// Lines of one round, at most.
const LONGEST_ROUND: usize = 6;
/// A round on one line, at most, in characters; and what all of them cover at least.
const LONGEST_PIECE: usize = 48;
const LEAST_COVERED: usize = 24;

/// Where an answer begins to repeat itself, in bytes; its length where it does not.
pub(super) fn circles_at(answer: &str) -> usize {
    by_lines(answer).unwrap_or(answer.len()).min(in_line(answer).unwrap_or(answer.len()))
}

fn by_lines(answer: &str) -> Option<usize> {
    let mut starts = vec![0];
    starts.extend(answer.match_indices('\n').map(|(at, _)| at + 1));
    let lines: Vec<&str> = answer.split('\n').map(str::trim).collect();
    for first in 0..lines.len() {
        for round in 1..=LONGEST_ROUND {
            let Some(all) = lines.get(first..first + round * ROUNDS) else { break };
            let (model, others) = all.split_at(round);
            if model.iter().any(|line| line.chars().any(char::is_alphanumeric))
                && others.chunks(round).all(|other| other == model)
            {
                return starts.get(first + round).copied();
            }
        }
    }
    None
}

/// A circle inside a line has no good first round: the line ends before it.
fn in_line(answer: &str) -> Option<usize> {
    let mut start = 0;
    for line in answer.split_inclusive('\n') {
        let letters: Vec<char> = line.trim_end().chars().collect();
        for piece in 1..=LONGEST_PIECE.min(letters.len() / ROUNDS) {
            let rounds = ROUNDS.max(LEAST_COVERED.div_ceil(piece));
            let tail = letters.len().checked_sub(piece * rounds).and_then(|from| letters.get(from..));
            let circles = tail.is_some_and(|tail| {
                let model = &tail[..piece];
                model.iter().any(|c| c.is_alphanumeric()) && tail.chunks(piece).all(|other| other == model)
            });
            if circles {
                return Some(start);
            }
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_round_is_left_out() {
        for (answer, expected) in [
            ("a();\nb();\nb();\nb();\n", "a();\nb();\n"),
            ("a();\nb();\na();\nb();\na();\nb();\nc();", "a();\nb();\n"),
            ("a();\nx + x + x + x + x + x + x + x + x", "a();\n"),
            ("a();\na();\nb();", "a();\na();\nb();"),
            ("[0, 0, 0, 0]", "[0, 0, 0, 0]"),
            ("}\n}\n}\n}", "}\n}\n}\n}"),
            ("", ""),
        ] {
            assert_eq!(&answer[..circles_at(answer)], expected, "{answer:?}");
        }
    }
}
