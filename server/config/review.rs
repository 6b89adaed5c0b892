//! `review`: whether an editor makes an edit at once or asks first. Asks nobody.

use super::fields::Fields;
use super::setting::{InProject, Setting, Shape};

pub(super) const SETTING: Setting = Setting {
    name: "review",
    form: "`auto`, `confirm`",
    default: "`\"auto\"`",
    meaning: "in an editor: edits are made at once, as one undo step, or [you are asked first](editors.md#review)",
    example: "\"confirm\"",
    shape: Shape::Choice(&NAMES),
    project: InProject::Tighter,
};

/// The loosest first.
const NAMES: [&str; 2] = ["auto", "confirm"];

/// Whether an editor makes an edit at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Review {
    /// It does.
    #[default]
    Auto,
    /// The person is asked first.
    Confirm,
}

pub(super) fn read(top: &Fields<'_>) -> Review {
    top.one_of(SETTING.name, &[("auto", Review::Auto), ("confirm", Review::Confirm)]).unwrap_or_default()
}
