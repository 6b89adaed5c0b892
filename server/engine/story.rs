//! What happened before, in few words: "2 invalid answers of qwen2.5-coder:7b". Refuses details: each attempt has its sentence.

use super::Attempt;
use crate::model::ErrorClass;
use crate::validate::{ReasonCode, Rejection};

/// What went wrong with an attempt, as far as a few words go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// An answer that holds no valid edit.
    InvalidAnswer,
    /// The model declined.
    Refused,
    /// The answer broke off.
    Truncated,
    /// No answer came.
    Failed(ErrorClass),
    /// Nobody was asked: the servers rest.
    PassedOver,
    /// Nobody was asked: the code may not go there.
    Private,
    /// Nobody was asked: the day's budget does not allow it.
    OverBudget,
    /// Nobody was asked: it makes no sense here.
    Unfit,
}

impl Trouble {
    /// What the refusal of an answer means.
    pub(super) fn of(rejection: &Rejection) -> Trouble {
        match rejection.code {
            ReasonCode::Refusal => Trouble::Refused,
            ReasonCode::Truncated => Trouble::Truncated,
            ReasonCode::Provider | ReasonCode::NoRoute | ReasonCode::NothingHere => Trouble::Unfit,
            _ => Trouble::InvalidAnswer,
        }
    }

    fn words(self, count: usize, attempt: &Attempt) -> String {
        let (model, provider) = (&attempt.model, &attempt.provider);
        let counted = |one: &str, several: &str| match count {
            1 => format!("{one} of {model}"),
            _ => format!("{count} {several} of {model}"),
        };
        let said = match self {
            Trouble::InvalidAnswer => return counted("an invalid answer", "invalid answers"),
            Trouble::Refused | Trouble::Failed(ErrorClass::Refused) => return counted("a refusal", "refusals"),
            Trouble::Truncated | Trouble::Failed(ErrorClass::Truncated) => {
                return counted("a truncated answer", "truncated answers");
            }
            Trouble::PassedOver => format!("a rest of {provider}"),
            Trouble::Private => format!("keeping the code from {model}"),
            Trouble::OverBudget => return format!("no budget left for {model}"),
            Trouble::Unfit => format!("nothing from {model}"),
            Trouble::Failed(ErrorClass::Unreachable) => format!("no connection to {provider}"),
            Trouble::Failed(ErrorClass::Loading) => format!("{model} not being loaded yet"),
            Trouble::Failed(ErrorClass::ModelMissing) => format!("no {model} at {provider}"),
            Trouble::Failed(ErrorClass::ContextOverflow) => format!("too long a prompt for {model}"),
            Trouble::Failed(ErrorClass::OutOfMemory) => format!("too little memory at {provider}"),
            Trouble::Failed(ErrorClass::Overloaded) => format!("an overload of {provider}"),
            Trouble::Failed(ErrorClass::SpendCap) => format!("a spent budget at {provider}"),
            Trouble::Failed(ErrorClass::Auth) => format!("no access to {provider}"),
            Trouble::Failed(ErrorClass::Timeout) => format!("a timeout of {provider}"),
            Trouble::Failed(ErrorClass::BadAnswer) => format!("a failure of {provider}"),
            Trouble::Failed(ErrorClass::Unsupported | ErrorClass::BadRequest) => {
                format!("a request that {provider} does not take")
            }
        };
        if count == 1 { said } else { format!("{said} ({count} times)") }
    }
}

/// What the attempts came to, those of one kind counted; empty where none failed.
pub fn troubles(attempts: &[Attempt]) -> String {
    let mut counted: Vec<(Trouble, usize, &Attempt)> = Vec::new();
    for attempt in attempts {
        let Some(trouble) = attempt.trouble else { continue };
        let same = |other: &&mut (Trouble, usize, &Attempt)| {
            other.0 == trouble && other.2.model == attempt.model && other.2.provider == attempt.provider
        };
        match counted.iter_mut().find(same) {
            Some(known) => known.1 += 1,
            None => counted.push((trouble, 1, attempt)),
        }
    }
    let said: Vec<String> = counted.iter().map(|(trouble, count, attempt)| trouble.words(*count, attempt)).collect();
    match said.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn attempt(model: &str, trouble: Option<Trouble>) -> Attempt {
        Attempt {
            step: "quick".to_owned(),
            provider: "ollama".to_owned(),
            model: model.to_owned(),
            outcome: String::new(),
            message: String::new(),
            duration: Duration::ZERO,
            usage: Default::default(),
            cost_usd: Some(0.0),
            trouble,
        }
    }

    #[test]
    fn counts_what_happened_more_than_once() {
        let invalid = || attempt("qwen2.5-coder:7b", Some(Trouble::InvalidAnswer));
        assert_eq!(troubles(&[invalid(), invalid()]), "2 invalid answers of qwen2.5-coder:7b");
        assert_eq!(troubles(&[invalid()]), "an invalid answer of qwen2.5-coder:7b");
        let away = || attempt("q", Some(Trouble::Failed(ErrorClass::Unreachable)));
        assert_eq!(troubles(&[away(), away()]), "no connection to ollama (2 times)");
        let all = [away(), invalid(), attempt("x", Some(Trouble::Refused)), attempt("y", None)];
        assert_eq!(troubles(&all), "no connection to ollama, an invalid answer of qwen2.5-coder:7b and a refusal of x");
        assert_eq!(troubles(&[]), "");
    }
}
