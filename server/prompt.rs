//! What is said to a model, as data: turns of a chat, built from the tree within a budget. Knows nothing of wire protocols,
//! editors or what comes back.

mod build;
mod context;

pub use build::{Ask, Sections, build};
pub use context::{Neighbours, declarations};

/// Everything a provider gets to see of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Standing instructions: who the model is, what form the answer takes.
    pub system: String,
    /// The conversation, oldest first. It starts and ends with [`Role::User`].
    pub turns: Vec<Turn>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// The words, in UTF-8, lines ended by `\n`.
    pub text: String,
}

/// The speaker of a [`Turn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Graft, on behalf of the person at the editor.
    User,
    /// The model, in an earlier answer.
    Assistant,
}

impl Prompt {
    /// An estimate of the prompt's length in tokens.
    pub fn estimated_tokens(&self) -> u64 {
        let turns: u64 = self.turns.iter().map(|turn| estimated_tokens(&turn.text) + 4).sum();
        estimated_tokens(&self.system) + turns
    }

    /// The prompt continued by the model's answer and what was wrong with it.
    pub fn with_repair(&self, answer: &str, reason: &str) -> Prompt {
        let mut prompt = self.clone();
        let text = format!(
            "That answer cannot be used: {reason}.\nReply again in the same form: the complete text in one fenced block, with this mended."
        );
        prompt.turns.push(Turn { role: Role::Assistant, text: answer.to_owned() });
        prompt.turns.push(Turn { role: Role::User, text });
        prompt
    }
}

/// An estimate of a text's length in tokens: four bytes a token, measured on source code at 4.08.
pub fn estimated_tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}
