//! The pages a person looks at, in Chinese and English: plain data in, HTML out.
//!
//! It must never contain a look-up, a permission check, a clock or a request: whoever calls it has
//! decided what may be shown. Nothing here needs a script or another origin.

mod drawing;
mod find;
mod format;
mod frame;
mod home;
mod lang;
mod link;
mod message;
mod svg;
mod text;
mod trace;
mod words;

pub use drawing::{DRAWING_UNITS_MAX, Drawing, Edge, Group, GroupKind, Node, NodeKind};
pub use find::{FindPage, FindQuestion, FindView, FoundBy, FoundKind, FoundLotRow, FoundRow};
pub use format::Kilograms;
pub use frame::{Example, Viewer};
pub use home::{EntryRow, HomePage, LedgerState, Witnesses};
pub use lang::Lang;
pub use link::trace_path;
pub use message::MessagePage;
pub use trace::{
    Bounds, Cut, Direction, EventRow, Grade, IssueAmounts, IssueDetail, IssueRow, ItemRef,
    ItemRole, LedgerLine, Limit, LotRow, Outcome, Period, Question, ROWS_MAX, Start, Summary,
    TracePage, TraceView,
};

/// Path at which the pages expect [`stylesheet`], as `text/css`.
pub const STYLESHEET_PATH: &str = "/assets/console.css";

/// Path at which the pages expect [`favicon_svg`], as `image/svg+xml`.
pub const FAVICON_PATH: &str = "/assets/favicon.svg";

/// The one stylesheet of all pages.
#[must_use]
pub fn stylesheet() -> &'static str {
    include_str!("../assets/console.css")
}

/// The icon of all pages.
#[must_use]
pub fn favicon_svg() -> &'static str {
    include_str!("../assets/favicon.svg")
}
