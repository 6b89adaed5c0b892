//! How long to wait before a model is asked while somebody types: long enough that not every key is a question, no longer than
//! pays off for this person and this model. Reads no clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The bounds of every pause.
pub const SHORTEST_PAUSE: Duration = Duration::from_millis(40);
/// See [`SHORTEST_PAUSE`].
pub const LONGEST_PAUSE: Duration = Duration::from_millis(300);

/// So many of the latest gaps between keys count.
const REMEMBERED: usize = 32;
/// The gaps of somebody who types about eight letters a second and stops to think: what counts at first.
const USUAL_MS: [u64; 13] = [80, 90, 100, 110, 120, 130, 140, 160, 200, 400, 1200, 3000, 3000];
/// The latency of a model that was not asked yet.
const USUAL_LATENCY: Duration = Duration::from_millis(300);
/// Just longer than a gap that is to be waited out.
const MARGIN: Duration = Duration::from_millis(5);
/// A suggestion that is there for less time is a flicker.
const SEEN: Duration = Duration::from_millis(200);
/// What counts for what, in milliseconds: waiting for a suggestion counts twice, a suggestion that is seen makes up for this much,
/// a question in vain costs this much and a quarter of the time that it keeps the model busy.
const GAIN: i64 = 200;
const WASTE: i64 = 100;

/// When somebody typed, as far as it was heard, and how fast the model answers.
#[derive(Debug, Clone)]
pub struct Rhythm {
    gaps: VecDeque<Duration>,
    last: Option<Instant>,
    latency: Option<Duration>,
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm { gaps: USUAL_MS.map(Duration::from_millis).into(), last: None, latency: None }
    }
}

impl Rhythm {
    /// Somebody typed, and the editor asked. Editors that ask after a pause of their own are heard less often, so that the
    /// pause after theirs becomes short.
    pub fn typed(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            if self.gaps.len() == REMEMBERED {
                self.gaps.pop_front();
            }
            self.gaps.push_back(now.saturating_duration_since(last));
        }
    }

    /// A model took that long to answer; later answers count more.
    pub fn answered(&mut self, latency: Duration) {
        self.latency = Some(self.latency.map_or(latency, |before| (before * 3 + latency) / 4));
    }

    /// The pause that would have been best for the latest gaps.
    pub fn pause(&self) -> Duration {
        let latency = self.latency.unwrap_or(USUAL_LATENCY);
        let over = self.gaps.iter().map(|gap| (*gap + MARGIN).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
        let candidates = over.chain([SHORTEST_PAUSE]);
        candidates.min_by_key(|pause| (self.cost(*pause, latency), *pause)).unwrap_or(SHORTEST_PAUSE)
    }

    fn cost(&self, pause: Duration, latency: Duration) -> i64 {
        let milliseconds = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 64);
        let of_gap = |gap: &Duration| match *gap {
            gap if gap < pause => 0,
            gap if gap < pause + latency + SEEN => WASTE + milliseconds(latency.min(gap)) / 4,
            _ => 2 * milliseconds(pause) - GAIN,
        };
        self.gaps.iter().map(of_gap).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// The pause after keys with these gaps, over and over.
    fn pause_of(gaps: &[u64], latency: u64) -> u64 {
        let (mut rhythm, mut now) = (Rhythm::default(), Instant::now());
        rhythm.answered(ms(latency));
        rhythm.typed(now);
        for gap in gaps.iter().cycle().take(64) {
            now += ms(*gap);
            rhythm.typed(now);
        }
        u64::try_from(rhythm.pause().as_millis()).unwrap()
    }

    #[test]
    fn starts_with_a_pause_that_most_keys_do_not_reach() {
        assert_eq!(Rhythm::default().pause(), ms(165));
    }

    #[test]
    fn is_a_little_longer_than_the_gaps_of_a_burst() {
        assert_eq!(pause_of(&[125, 125, 125, 125, 125, 125, 125, 2000], 300), 130);
        assert_eq!(pause_of(&[60, 70, 65, 80, 55, 75, 60, 2000], 300), 85);
    }

    #[test]
    fn waits_little_where_the_editor_waits_itself_or_somebody_types_slowly() {
        assert_eq!(pause_of(&[900, 1500, 700, 4000], 300), 40);
        assert_eq!(pause_of(&[600, 650, 700], 100), 40);
    }

    #[test]
    fn a_slow_model_is_not_asked_between_keys() {
        let gaps = [280, 250, 290, 270, 260, 280, 5000];
        assert_eq!(pause_of(&gaps, 20), 40);
        assert_eq!(pause_of(&gaps, 1500), 295);
    }

    #[test]
    fn the_latency_follows_the_model() {
        let mut rhythm = Rhythm::default();
        for _ in 0..20 {
            rhythm.answered(ms(1000));
        }
        assert_eq!(rhythm.latency, Some(ms(1000)));
        rhythm.answered(ms(200));
        assert_eq!(rhythm.latency, Some(ms(800)));
    }

    proptest! {
        #[test]
        fn keeps_within_its_bounds(gaps in prop::collection::vec(0u64..10_000, 0..80), latency in 0u64..100_000) {
            let pause = ms(if gaps.is_empty() { 40 } else { pause_of(&gaps, latency) });
            prop_assert!((SHORTEST_PAUSE..=LONGEST_PAUSE).contains(&pause));
        }

        #[test]
        fn a_clock_that_goes_backwards_does_no_harm(steps in prop::collection::vec(0u64..1000, 1..40)) {
            let (mut rhythm, start) = (Rhythm::default(), Instant::now());
            for step in steps {
                rhythm.typed(start + ms(step));
            }
            prop_assert!(rhythm.pause() <= LONGEST_PAUSE);
        }
    }
}
