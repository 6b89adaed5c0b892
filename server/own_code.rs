//! Completion from the user's own code: where the last tokens before a cursor stand already, and how the line went on there. Owns
//! what is remembered of that code, within a bound. Knows no model, reads no file, and shows nothing that it is not sure of.

mod agreement;
mod index;
mod tokens;
mod volume;

pub use agreement::{Agreement, Found};
pub use index::{Ask, Index, MOST_BYTES, MOST_OPEN, MOST_OPEN_BYTES};
pub use volume::{LONGEST_FILE, OwnFile, Volume, is_readable};
