//! Text and its arithmetic: positions, edits, differences, indentation. Knows nothing of languages, models or editors.

mod buffer;
mod diff;
mod edit;
mod indent;
mod line_end;
mod merge;
mod position;
mod quick_edits;
mod unified;

pub use buffer::Text;
pub use diff::minimal_edits;
pub use edit::{Edit, Edits, EditsError};
pub use indent::{IndentUnit, base_indent, detect_unit, leading_whitespace};
pub use line_end::{LineEnd, normalize_line_ends};
pub use merge::{Drift, line_matches};
pub use position::{Encoding, Position, Span};
pub use quick_edits::quick_edits;
pub use unified::{FileSide, unified_diff};
