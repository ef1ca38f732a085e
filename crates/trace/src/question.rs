//! What is asked of the graph.

/// Most lots in one answer unless the question says otherwise.
pub const LOTS_MAX: usize = 100_000;

/// Most links in one answer.
pub const LINKS_MAX: usize = 1_000_000;

/// Which way to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the sources.
    Back,
    /// To the sales.
    Forward,
    /// The sources and the sales of the start; not the sales of its sources.
    Both,
}

/// Whose records may be walked: only events that this party issued, or that name it as a source
/// or destination (owner or keeper).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Visibility {
    /// Canonical identifier of the party.
    pub party: String,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Canonical identifier to start from: lot, instance, product or container.
    pub start: String,
    /// Which way to walk.
    pub direction: Direction,
    /// Most steps from the start; `None` for no limit.
    pub depth: Option<u32>,
    /// Also climb from contents to what contained them, and to the moves made meanwhile.
    pub containers: bool,
    /// Most lots in the answer.
    pub lots_max: usize,
    /// Limit to the records that one party may see.
    pub visible_to: Option<Visibility>,
    /// Only the entries below this index: the ledger as it was at that size.
    pub as_of: Option<u64>,
}

impl Question {
    /// A question without limits beyond [`LOTS_MAX`].
    #[must_use]
    pub fn new(start: impl Into<String>, direction: Direction) -> Question {
        Question {
            start: start.into(),
            direction,
            depth: None,
            containers: false,
            lots_max: LOTS_MAX,
            visible_to: None,
            as_of: None,
        }
    }
}
