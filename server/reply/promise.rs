//! What an action has promised not to touch. Refuses nothing by itself: `validate` holds answers to it.

/// The limits of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// The scope may be rewritten; its kind and name stay. New helpers and imports that it uses may come along.
    Scope,
    /// The scope may be rewritten; new imports that it uses may come along, nothing else.
    ScopeAndImports,
    /// Only comments and docstrings of the scope change; the code stays token for token.
    Comments,
    /// Every byte stays; things are added.
    Additions,
}

impl Promise {
    /// Whether new helpers may be added beside the scope.
    pub fn allows_helpers(self) -> bool {
        self == Promise::Scope
    }

    /// Whether new imports may be added.
    pub fn allows_imports(self) -> bool {
        matches!(self, Promise::Scope | Promise::ScopeAndImports)
    }
}
