//! The answer to "where from, where to" as data; `view` renders it.

mod bounds;
mod issues;
mod view;

pub use bounds::Bounds;
pub use issues::{IssueAmounts, IssueDetail, IssueRow};

use crate::Kilograms;
use crate::drawing::Drawing;
use crate::frame::{Example, Viewer};
use crate::text::Text;

/// Rows that one table shows; the rest is in the JSON answer.
pub const ROWS_MAX: usize = 500;

/// Which way to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the sources.
    Back,
    /// To the sales.
    Forward,
    /// Both ways.
    #[default]
    Both,
}

/// How sure the answer is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grade {
    /// Every link is recorded and in order.
    #[default]
    Definite,
    /// Possible; the reasons say why it is not sure.
    Suspected,
}

/// What a trace starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// An item.
    #[default]
    Item,
    /// What a party made or shipped meanwhile.
    Supplier(Period),
    /// What was at a place meanwhile.
    Place(Period),
}

/// A span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// RFC 3339.
    pub from: String,
    /// RFC 3339.
    pub until: String,
}

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Identifier as the reader gave it.
    pub id: String,
    /// What that is the start of.
    pub start: Start,
    /// More items to start from, where it is one.
    pub more: Vec<String>,
    /// Which way.
    pub direction: Direction,
    /// Also what contained the items.
    pub containers: bool,
    /// How far to go.
    pub bounds: Bounds,
    /// Size of the ledger that the answer is of; the newest where there is none.
    pub as_of: Option<u64>,
}

/// The state of the ledger that an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerLine {
    /// Name of the ledger.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root hash, hexadecimal.
    pub root: String,
}

/// The numbers of the summary. They count the whole answer, also what the tables leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lots, without the start itself.
    pub lots: u64,
    /// Places where traced goods begin: farms, vessels, imports.
    pub sources: u64,
    /// All places.
    pub places: u64,
    /// All parties.
    pub parties: u64,
    /// Lots that are definite.
    pub definite: u64,
    /// Lots that are suspected.
    pub suspected: u64,
    /// Gaps in the records.
    pub gaps: u64,
}

/// An item as it is shown in a cell: a name that leads to its own trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRef {
    /// Display name; where it is empty the identifier shows.
    pub name: String,
    /// Identifier.
    pub id: String,
    /// Part that it plays in the event.
    pub role: ItemRole,
}

/// The part that an item plays in an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemRole {
    /// What the event is about.
    #[default]
    Subject,
    /// Went in.
    Input,
    /// Came out.
    Output,
    /// Contains the others.
    Parent,
    /// Is contained.
    Child,
}

/// One lot.
#[derive(Clone, Debug, PartialEq)]
pub struct LotRow {
    /// Display name; where it is empty the identifier shows.
    pub name: String,
    /// Identifier.
    pub id: String,
    /// How sure.
    pub grade: Grade,
    /// Codes such as `out_of_order`.
    pub reasons: Vec<String>,
    /// Display names of the places that it was at.
    pub places: Vec<String>,
    /// Its weight, where anything is known of it.
    pub kilograms: Option<Kilograms>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Local time with its offset, RFC 3339; local midnight shows as a date.
    pub time: String,
    /// Business step, a bare word or a URI; empty where the event has none.
    pub step: String,
    /// Event type, such as `ObjectEvent`; shows where there is no step.
    pub event_type: String,
    /// Display name of the place.
    pub place: String,
    /// Display name of the party that reported it.
    pub party: String,
    /// Items that it names.
    pub items: Vec<ItemRef>,
    /// How sure.
    pub grade: Grade,
    /// Codes such as `out_of_order`.
    pub reasons: Vec<String>,
    /// Path on this origin of the event or its entry; empty where there is none.
    pub href: String,
}

/// What an answer can be limited by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Steps from the start.
    Steps,
    /// Lots.
    Lots,
    /// Links between them.
    Links,
    /// The time in which events are followed.
    Time,
}

/// A limit beyond which there is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cut {
    /// Which one.
    pub limit: Limit,
    /// The most that it allows; 0 for a time.
    pub most: u64,
}

/// What a trace found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceView {
    /// Display name of the start; where it is empty the identifier shows.
    pub name: String,
    /// Numbers of the summary.
    pub summary: Summary,
    /// The picture.
    pub drawing: Drawing,
    /// Shortcomings of the records.
    pub issues: Vec<IssueRow>,
    /// Lots.
    pub lots: Vec<LotRow>,
    /// Events, in the order of their time.
    pub events: Vec<EventRow>,
    /// The limits that cut the answer short.
    pub cut: Vec<Cut>,
}

/// What there is to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Outcome {
    /// Nothing was asked yet.
    #[default]
    Empty,
    /// No event names the identifier.
    Unknown,
    /// An answer.
    Found(Box<TraceView>),
}

/// The page at `/trace`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TracePage {
    /// What was asked.
    pub question: Question,
    /// What was found.
    pub outcome: Outcome,
    /// What it rests on.
    pub ledger: LedgerLine,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// Questions to try, shown where nothing was found or asked.
    pub examples: Vec<Example>,
}

impl Direction {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Back, Self::Forward, Self::Both];

    /// The value of the query parameter `direction`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Back => "back",
            Self::Forward => "forward",
            Self::Both => "both",
        }
    }

    /// Reads the query parameter `direction`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.code() == code)
    }

    pub(crate) fn word(self, text: &Text) -> &str {
        match self {
            Self::Back => &text.back,
            Self::Forward => &text.forward,
            Self::Both => &text.both,
        }
    }
}

impl Grade {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Definite => "definite",
            Self::Suspected => "suspected",
        }
    }

    pub(crate) fn word(self, text: &Text) -> &str {
        match self {
            Self::Definite => &text.definite,
            Self::Suspected => &text.suspected,
        }
    }
}
