//! `[budget]`: how much the user is ready to spend, and where what was spent is kept. Adds nothing up.

use std::path::PathBuf;

use super::fields::Fields;
use super::setting::{InProject, Setting, Shape};

pub(super) const SETTINGS: [Setting; 1] = [Setting {
    name: "usd_per_day",
    form: "USD",
    default: "no limit",
    meaning: "what all jobs of a day may cost together; [past it](cost.md#a-budget) chains go on with what is free",
    example: "2.0",
    shape: Shape::Number(0.0, 1e6),
    project: InProject::Never,
}];

/// `[budget]`: what may be spent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Budget {
    /// In all processes together, from midnight to midnight UTC; nothing is no limit.
    pub usd_per_day: Option<f64>,
    /// The file that those processes share; without one, each counts alone.
    pub ledger: Option<PathBuf>,
}

pub(super) fn read(root: &Fields<'_>) -> Budget {
    let usd_per_day = root.table("budget").and_then(|fields| fields.number("usd_per_day"));
    Budget { usd_per_day, ledger: None }
}
