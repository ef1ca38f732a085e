//! The first page: what the ledger is, and a box to ask it.

use askama::Template;

use crate::frame::{Example, Frame, Viewer};
use crate::{Bounds, Direction, Lang};

/// State of the ledger as of its newest checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerState {
    /// Name of the ledger.
    pub origin: String,
    /// Number of entries.
    pub entries: u64,
    /// Number of events in them.
    pub events: u64,
    /// Number of registered parties.
    pub parties: u64,
    /// Number of distinct items that events name.
    pub items: u64,
    /// Root hash of the checkpoint, hexadecimal.
    pub root: String,
    /// Time of the checkpoint, RFC 3339; empty where there is none yet.
    pub checkpoint_time: String,
    /// Anyone may read without signing in.
    pub public_read: bool,
    /// The witnesses of the ledger, where it has some.
    pub witnesses: Option<Witnesses>,
}

/// How far the witnesses of a ledger have cosigned it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnesses {
    /// Entries under the newest checkpoint that their quorum cosigned.
    pub cosigned: Option<u64>,
    /// A witness holds what this copy of the ledger does not contain.
    pub halted: bool,
    /// Name of each, and whether it fails to answer.
    pub each: Vec<(String, bool)>,
}

/// One entry of the ledger in the table of recent ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// Time of the entry, RFC 3339.
    pub time: String,
    /// Kind as the ledger names it, such as `epcis.capture`.
    pub kind: String,
    /// Number of the issuer; none for the ledger's own entries.
    pub issuer: Option<u64>,
    /// Display name of the issuer, where the reader may see it.
    pub issuer_name: Option<String>,
    /// Number of events in the entry.
    pub events: u64,
}

/// The page at `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomePage {
    /// State of the ledger.
    pub ledger: LedgerState,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// The token of a sign-in just made was refused.
    pub sign_in_failed: bool,
    /// Newest entries, newest first.
    pub recent: Vec<EntryRow>,
    /// Questions to try.
    pub examples: Vec<Example>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct View<'a> {
    f: Frame<'a>,
    page: &'a HomePage,
    id: &'a str,
    direction: Direction,
    containers: bool,
    more: &'a [String],
    bounds: Bounds,
    examples: &'a [Example],
    sign_in_failed: bool,
}

impl HomePage {
    /// The whole page.
    ///
    /// # Errors
    /// Only what the template engine reports.
    pub fn render(&self, lang: Lang) -> Result<String, askama::Error> {
        let mut f = Frame::new(lang, String::new(), "/".to_owned(), self.viewer.as_ref());
        f.title.clone_from(&f.t.home_title);
        let view = View {
            f,
            page: self,
            id: "",
            direction: Direction::Both,
            containers: false,
            more: &[],
            bounds: Bounds::default(),
            examples: &self.examples,
            sign_in_failed: self.sign_in_failed,
        };
        view.render()
    }

    fn may_search(&self) -> bool {
        self.ledger.public_read || self.viewer.is_some()
    }
}
