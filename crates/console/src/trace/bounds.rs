//! How far a trace goes.

use super::Period;

/// What limits a trace; nothing unless the reader says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Only what lies on a path between the start and this item; empty for everything.
    pub to: String,
    /// Only events of this time are followed; an empty end is open.
    pub walk: Period,
    /// Most steps from the start.
    pub depth: Option<u32>,
    /// Most lots in the answer.
    pub lots_max: Option<u32>,
}

impl Bounds {
    /// Does nothing limit it?
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// May these leave out all that the records say of the start?
    pub(crate) fn may_leave_nothing(&self) -> bool {
        !self.to.is_empty() || self.walk != Period::default()
    }

    pub(crate) fn depth_text(&self) -> String {
        self.depth.map_or_else(String::new, |depth| depth.to_string())
    }

    pub(crate) fn lots_text(&self) -> String {
        self.lots_max.map_or_else(String::new, |lots| lots.to_string())
    }
}
