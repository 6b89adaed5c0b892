//! From a model's raw answer to ordered candidates: every plausible meaning, none of them checked. Knows nothing of models or editors.

mod align;
mod bindings;
mod block;
mod candidate;
mod companions;
mod decode;
mod extend;
mod fallen;
mod imports;
mod moved;
mod numbered;
mod patch;
mod promise;
mod reading;
mod reconcile;
mod reindent;
mod segment;
mod settled;
mod tests;
mod unfenced;
mod unwrap;

pub use align::{Question, Readings, Unreadable, read};
pub use candidate::{Candidate, Reading};
pub use extend::Container;
pub use promise::Promise;
pub use segment::{Segment, SegmentKind, segments};
pub use tests::{TestQuestion, read_tests};
