//! What a chain is for. Does none of it.

use crate::actions::ActionId;

/// What routes and rules call an action: one that a person starts, or the completion of what they type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An action.
    Action(ActionId),
    /// Inline completion.
    Complete,
}

impl Purpose {
    /// The ids of all of them.
    pub fn ids() -> impl Iterator<Item = &'static str> + Clone {
        ActionId::ALL.into_iter().map(ActionId::as_str).chain([Purpose::Complete.as_str()])
    }

    /// The id in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Action(action) => action.as_str(),
            Purpose::Complete => "complete",
        }
    }

    /// The one of that id.
    pub fn parse(id: &str) -> Option<Purpose> {
        let complete = (id == Purpose::Complete.as_str()).then_some(Purpose::Complete);
        complete.or_else(|| ActionId::parse(id).map(Purpose::Action))
    }
}

impl From<ActionId> for Purpose {
    fn from(action: ActionId) -> Purpose {
        Purpose::Action(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ACTION_IDS;

    #[test]
    fn each_has_a_route_of_its_own() {
        assert!(Purpose::ids().eq(ACTION_IDS));
        assert!(ACTION_IDS.iter().all(|id| Purpose::parse(id).is_some_and(|purpose| purpose.as_str() == *id)));
        assert_eq!(Purpose::parse("default"), None);
    }
}
