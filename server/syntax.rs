//! What a text is made of: languages, trees, definitions, scopes, and what is wrong with them. Knows nothing of models or edits.

mod around;
mod census;
mod complexity;
mod convention;
mod definition;
mod depth;
mod diagnostic;
mod document;
mod imported;
mod language;
mod languages;
mod locals;
mod lookup;
mod outline;
mod query;
mod refreshed;
mod returns;
mod rewritten;
mod scope;
mod signature;
mod stub;
mod tokens;
mod trivia;
mod vicinity;

pub use around::{
    Bracket, begin_at, brackets, bytes_in_error, end_at, in_comment, in_string, loose_brackets, widest_from,
};
pub use census::Census;
pub use complexity::{Complexity, Measure};
pub use convention::{Linter, LinterReport, Naming, Role, TestFramework, TestNaming};
pub use definition::{Definition, DefinitionKind};
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Document, Identity};
pub use imported::{Imported, imported};
pub use language::{BlockComment, BodyForm, Documentation, ImportList, Language, ModulePath, TestPlace};
pub use languages::LANGUAGES;
pub use locals::{Locals, locals};
pub use lookup::is_test;
pub use outline::Outline;
pub use scope::{Scope, ScopeShape};
pub use signature::{Parameter, Signature, public_definitions};
pub use stub::is_stub;
pub use tokens::{code_tokens, identifiers, line_in_comment, line_in_string};
pub use vicinity::Vicinity;
