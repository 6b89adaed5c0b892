//! What is asked for at a cursor, and what of an answer is worth showing there. Owns no edit: it offers text, which the person takes
//! or types over. Asks nobody.

mod balance;
mod finish;
mod judged;
mod overlap;
mod place;
mod repetition;
mod rhythm;

pub use finish::{Ending, Finished, finish};
pub use place::{Place, Quiet, Selected, Trigger, hole};
pub use rhythm::{LONGEST_PAUSE, Rhythm, SHORTEST_PAUSE};
