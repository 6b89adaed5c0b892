//! Why a model gave no answer: what kind of failure a server's words mean. Decides neither on retries nor on fallbacks.

use std::time::Duration;

use super::error_body::ErrorBody;
use super::usage::Usage;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What kind of failure, for whoever chooses what to do next.
    pub class: ErrorClass,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// One sentence with the next step and the provider's own words; no key.
    pub message: String,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// What an answer that had begun took all the same.
    pub usage: Usage,
}

impl ModelError {
    /// What the call may be billed for: what the server told, or the prompt of `input_tokens` where it was waited for in vain.
    pub fn billed(&self, input_tokens: u64) -> Usage {
        match self.class {
            ErrorClass::Timeout if self.usage == Usage::default() => {
                Usage { input_tokens, estimated: true, ..Usage::default() }
            }
            _ => self.usage,
        }
    }
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// No connection: refused, unknown host, TLS.
    Unreachable,
    /// The server is still loading the model.
    Loading,
    /// The server does not have the model.
    ModelMissing,
    /// The prompt does not fit the window.
    ContextOverflow,
    /// The model or the server cannot do what was asked.
    Unsupported,
    /// The server has too little memory for the model.
    OutOfMemory,
    /// Too many requests.
    Overloaded,
    /// The money is spent; waiting does not help.
    SpendCap,
    /// No key, a wrong key, or a key that may not.
    Auth,
    /// The answer broke off.
    Truncated,
    /// The provider's filter refused the request.
    Refused,
    /// One of the configured timeouts.
    Timeout,
    /// An answer that makes no sense, or a failure inside the server.
    BadAnswer,
    /// The server does not take the request.
    BadRequest,
}

impl ErrorClass {
    /// All of them.
    pub const ALL: [ErrorClass; 14] = [
        ErrorClass::Unreachable,
        ErrorClass::Loading,
        ErrorClass::ModelMissing,
        ErrorClass::ContextOverflow,
        ErrorClass::Unsupported,
        ErrorClass::OutOfMemory,
        ErrorClass::Overloaded,
        ErrorClass::SpendCap,
        ErrorClass::Auth,
        ErrorClass::Truncated,
        ErrorClass::Refused,
        ErrorClass::Timeout,
        ErrorClass::BadAnswer,
        ErrorClass::BadRequest,
    ];

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            ErrorClass::Unreachable => "no connection",
            ErrorClass::Loading => "the model is still being loaded when `first_token_timeout_s` ends",
            ErrorClass::ModelMissing => "the server does not have the model",
            ErrorClass::ContextOverflow => "the prompt does not fit, nor with half the context",
            ErrorClass::Unsupported => "the model or server cannot do what was asked",
            ErrorClass::OutOfMemory => "too little memory for the model",
            ErrorClass::Overloaded => "overloaded, also after two more tries",
            ErrorClass::SpendCap => "the money is spent",
            ErrorClass::Auth => "no key, or one that is refused",
            ErrorClass::Truncated => "the answer broke off",
            ErrorClass::Refused => "the provider's filter refused",
            ErrorClass::Timeout => "one of the time limits",
            ErrorClass::BadAnswer => "a failure inside the server, or an answer that makes no sense",
            ErrorClass::BadRequest => "the server does not take the request",
        }
    }
}

const OVERFLOW: [&str; 9] = [
    "exceeds the available context size",
    "the prompt is longer than the context length currently available to the model",
    "input length exceeds the context length",
    "maximum context length is",
    "prompt is too long",
    "exceeds the maximum number of tokens allowed",
    "context_length_exceeded",
    "exceed_context_size_error",
    "request too large",
];

const OUT_OF_MEMORY: [&str; 6] = [
    "requires more system memory",
    "cudamalloc failed",
    "out of memory",
    "failed to allocate",
    "unable to load full model on gpu",
    "this may be due to resource limitations",
];

const UNSUPPORTED: [&str; 5] = [
    "does not support insert",
    "does not support tools",
    "does not support thinking",
    "is not supported by this model",
    "suffix is not currently supported",
];

const SPEND_CAP: [&str; 5] =
    ["enforced_spend_limit_reached", "insufficient_quota", "spend limit", "credit balance is too low", "billing_error"];

/// It would look a key that it does not know up there.
const LITELLM_WITHOUT_A_DATABASE: &str = "no connected db";

/// What a server's error means. `status` is `None` for an error in the middle of an answer.
pub(super) fn classify(status: Option<u16>, body: &ErrorBody) -> ErrorClass {
    let said = format!("{} {}", body.message, body.codes.join(" ")).to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    let table = [
        (says(&OVERFLOW) || status == Some(413), ErrorClass::ContextOverflow),
        (says(&OUT_OF_MEMORY), ErrorClass::OutOfMemory),
        (says(&UNSUPPORTED) || status == Some(501), ErrorClass::Unsupported),
        (says(&SPEND_CAP) || status == Some(402), ErrorClass::SpendCap),
        (says(&["loading model", "unavailable_error"]), ErrorClass::Loading),
        (names_a_missing_model(status, &said), ErrorClass::ModelMissing),
        (
            matches!(status, Some(401 | 403))
                || says(&["invalid_api_key", "authentication_error", "permission_error", LITELLM_WITHOUT_A_DATABASE]),
            ErrorClass::Auth,
        ),
        (says(&["content_policy_violation", "content_filter"]), ErrorClass::Refused),
        (
            matches!(status, Some(429 | 503 | 529))
                || says(&["overloaded_error", "rate_limit", "server busy, please try again"]),
            ErrorClass::Overloaded,
        ),
        (matches!(status, Some(408 | 504)), ErrorClass::Timeout),
        (matches!(status, Some(400..=499)), ErrorClass::BadRequest),
        (status.is_none(), ErrorClass::Truncated),
    ];
    table.into_iter().find(|(applies, _)| *applies).map_or(ErrorClass::BadAnswer, |(_, class)| class)
}

fn names_a_missing_model(status: Option<u16>, said: &str) -> bool {
    let of_a_model = said.contains("model") && (said.contains("not found") || said.contains("does not exist"))
        || said.contains("invalid model name");
    // Anthropic says only the id; a wrong path says "not found" under the same type, and is another mistake.
    let of_anthropic = said.starts_with("model:") && said.contains("not_found_error");
    said.contains("model_not_found") || (matches!(status, None | Some(400 | 404)) && (of_a_model || of_anthropic))
}
