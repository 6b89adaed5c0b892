//! `[models.NAME.price]`: what a model costs, where the user knows better than the table of prices. Adds nothing up.

use super::fields::Fields;
use super::setting::{InProject, Setting, Shape};

/// In USD for a million tokens: no model costs as much.
const HIGHEST: f64 = 1e6;

pub(super) const SETTINGS: [Setting; 3] = [
    Setting {
        name: "input",
        form: "USD",
        default: "required",
        meaning: "for a million tokens of prompt",
        example: "3.0",
        shape: Shape::Number(0.0, HIGHEST),
        project: InProject::Never,
    },
    Setting {
        name: "output",
        form: "USD",
        default: "required",
        meaning: "for a million tokens of answer, reasoning included",
        example: "15.0",
        shape: Shape::Number(0.0, HIGHEST),
        project: InProject::Never,
    },
    Setting {
        name: "cache_read",
        form: "USD",
        default: "that of `input`",
        meaning: "for a million tokens of prompt that the server still had from before",
        example: "0.3",
        shape: Shape::Number(0.0, HIGHEST),
        project: InProject::Never,
    },
];

/// Prices in USD for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// Of the prompt.
    pub input: f64,
    /// Of the answer.
    pub output: f64,
    /// Of the part of the prompt that the server still had.
    pub cache_read: f64,
}

/// Reads a price; nothing where it has a mistake.
pub(super) fn read(fields: &Fields<'_>) -> Option<Price> {
    let expected = "USD for a million tokens";
    let input = fields.required("input", fields.number("input"), expected);
    let output = fields.required("output", fields.number("output"), expected);
    let cache_read = fields.number("cache_read");
    let input = input?;
    Some(Price { input, output: output?, cache_read: cache_read.unwrap_or(input) })
}
