//! Why there is no edit: a code for scripts, a line, and a sentence for people and for the model's second try.

/// The contract's reason codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the contract's words")]
pub enum ReasonCode {
    Truncated,
    NoCode,
    WrongName,
    Syntax,
    Lazy,
    OutsideScope,
    Homoglyph,
    Refusal,
    Stale,
    Provider,
    Privacy,
    NoRoute,
    NothingHere,
    UnknownLanguage,
    BadRequest,
    NoChange,
}

impl ReasonCode {
    /// All codes.
    pub const ALL: [ReasonCode; 16] = [
        ReasonCode::Truncated,
        ReasonCode::NoCode,
        ReasonCode::WrongName,
        ReasonCode::Syntax,
        ReasonCode::Lazy,
        ReasonCode::OutsideScope,
        ReasonCode::Homoglyph,
        ReasonCode::Refusal,
        ReasonCode::Stale,
        ReasonCode::Provider,
        ReasonCode::Privacy,
        ReasonCode::NoRoute,
        ReasonCode::NothingHere,
        ReasonCode::UnknownLanguage,
        ReasonCode::BadRequest,
        ReasonCode::NoChange,
    ];

    /// The code of that name.
    pub fn parse(name: &str) -> Option<ReasonCode> {
        ReasonCode::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// The code as JSON and logs have it.
    pub fn as_str(self) -> &'static str {
        match self {
            ReasonCode::Truncated => "truncated",
            ReasonCode::NoCode => "no_code",
            ReasonCode::WrongName => "wrong_name",
            ReasonCode::Syntax => "syntax",
            ReasonCode::Lazy => "lazy",
            ReasonCode::OutsideScope => "outside_scope",
            ReasonCode::Homoglyph => "homoglyph",
            ReasonCode::Refusal => "refusal",
            ReasonCode::Stale => "stale",
            ReasonCode::Provider => "provider",
            ReasonCode::Privacy => "privacy",
            ReasonCode::NoRoute => "no_route",
            ReasonCode::NothingHere => "nothing_here",
            ReasonCode::UnknownLanguage => "unknown_language",
            ReasonCode::BadRequest => "bad_request",
            ReasonCode::NoChange => "no_change",
        }
    }

    /// What the code says, as a sentence for documentation; the message of a [`Rejection`] says more.
    pub fn meaning(self) -> &'static str {
        match self {
            ReasonCode::Truncated => {
                "The answer ended before it was whole: the length limit, or a stream that was cut."
            }
            ReasonCode::NoCode => "The answer holds no code that could be meant for this place.",
            ReasonCode::WrongName => "The answer defines something under another name, or misses one that must stay.",
            ReasonCode::Syntax => "With the edit made, the file would parse worse than before.",
            ReasonCode::Lazy => {
                "The answer leaves code out, with a placeholder such as \"rest unchanged\" in its place."
            }
            ReasonCode::OutsideScope => "The edit would change more than the action may change.",
            ReasonCode::Homoglyph => "The answer brings in an invisible or a confusable character.",
            ReasonCode::Refusal => "The model declined.",
            ReasonCode::Stale => {
                "The document changed meanwhile in the very place that the edit is for, or was closed."
            }
            ReasonCode::Provider => {
                "No answer came: the server is unreachable, refused the request or took too long, or the code is too long for it."
            }
            ReasonCode::Privacy => "The file's code may go to no model of the chain; the message says what keeps it.",
            ReasonCode::NoRoute => {
                "The action needs a model, and its chain has none, or none that the day's budget allows."
            }
            ReasonCode::NothingHere => "The action does not apply at this place.",
            ReasonCode::UnknownLanguage => "The file is in no language that Graft serves.",
            ReasonCode::BadRequest => {
                "The request makes no sense: a missing field, a place outside the file, a config with mistakes."
            }
            ReasonCode::NoChange => "The answer equals what is there already; this one is a success.",
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejection {
    /// For scripts.
    pub code: ReasonCode,
    /// Line of the document as it would have become, from 0, where one is to blame.
    pub line: Option<usize>,
    /// For people: a sentence, lowercase inside, no final dot.
    pub message: String,
}

impl Rejection {
    /// A refusal that no single line is to blame for.
    pub fn new(code: ReasonCode, message: impl Into<String>) -> Rejection {
        Rejection { code, line: None, message: message.into() }
    }
}
