//! What is asked of the graph.

/// Most lots in one answer unless the question says otherwise.
pub const LOTS_MAX: usize = 100_000;

/// Most links in one answer unless the question says otherwise.
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

impl Direction {
    /// The walks that it takes.
    pub(crate) fn walks(self) -> &'static [Direction] {
        match self {
            Direction::Back => &[Direction::Back],
            Direction::Forward => &[Direction::Forward],
            Direction::Both => &[Direction::Back, Direction::Forward],
        }
    }
}

/// Whose records may be walked: only events that this party issued, or that name it as a source
/// or destination (owner or keeper).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Visibility {
    /// Canonical identifier of the party.
    pub party: String,
}

/// A span of time in microseconds since 1970, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// First microsecond.
    pub from: i64,
    /// Last microsecond.
    pub until: i64,
}

impl Interval {
    /// Does it share a moment with the time from `earliest` to `latest`?
    #[must_use]
    pub fn meets(self, earliest: i64, latest: i64) -> bool {
        earliest <= self.until && latest >= self.from
    }
}

/// Where a trace or the scope of a recall starts. Identifiers are canonical.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// Lots, instances, products or containers.
    Items(Vec<String>),
    /// All lots and units that a party made or shipped meanwhile.
    Supplier {
        /// The party.
        party: String,
        /// When.
        during: Interval,
    },
    /// What was at a place meanwhile; for a scope, only those holdings of it.
    Place {
        /// A site, or a room, line or tank of it.
        place: String,
        /// When.
        during: Interval,
    },
}

impl Start {
    /// A single item.
    #[must_use]
    pub fn item(id: impl Into<String>) -> Start {
        Start::Items(vec![id.into()])
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// What to start from.
    pub start: Start,
    /// Which way to walk.
    pub direction: Direction,
    /// Canonical identifier of an item: only what lies on a path between the start and it.
    pub to: Option<String>,
    /// Most steps from the start; `None` for no limit.
    pub depth: Option<u32>,
    /// Also climb from contents to what contained them, and to the moves made meanwhile.
    pub containers: bool,
    /// Only links of events that may have happened then; what was reached keeps its whole life.
    pub within: Option<Interval>,
    /// Most lots in the answer.
    pub lots_max: usize,
    /// Most links in the answer.
    pub links_max: usize,
    /// Limit to the records that one party may see.
    pub visible_to: Option<Visibility>,
    /// Only the entries below this index: the ledger as it was at that size.
    pub as_of: Option<u64>,
}

impl Question {
    /// A question about an item, without limits beyond [`LOTS_MAX`] and [`LINKS_MAX`].
    #[must_use]
    pub fn new(item: impl Into<String>, direction: Direction) -> Question {
        Question {
            start: Start::item(item),
            direction,
            to: None,
            depth: None,
            containers: false,
            within: None,
            lots_max: LOTS_MAX,
            links_max: LINKS_MAX,
            visible_to: None,
            as_of: None,
        }
    }
}
