//! Whether a candidate may become an edit. The only place where a `ValidatedEdit` is made; knows nothing of models or editors.

mod baseline;
mod blanks;
mod choose;
mod cut;
mod edit;
mod escaped;
mod guards;
mod homoglyph;
mod lazy;
mod merge;
mod partial;
mod rejection;

pub use baseline::Baseline;
pub use choose::{Decision, Ending, Terms, choose};
pub use edit::ValidatedEdit;
pub use homoglyph::{LookAlike, new_look_alike};
pub use rejection::{ReasonCode, Rejection};
