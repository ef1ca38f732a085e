//! Things that are called or labelled so, as data; `view` renders them.

mod view;

use crate::frame::Viewer;
use crate::text::Text;
use crate::trace::LedgerLine;

/// What was asked, as the reader gave it; empty where it was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindQuestion {
    /// A part of a name, brand or label text, or of a lot number.
    pub text: String,
    /// A place or its party.
    pub at: String,
    /// First and last day of making.
    pub made: [String; 2],
    /// First and last day up to which the goods are good.
    pub expires: [String; 2],
    /// Size of the ledger that the answer is of; the newest where there is none.
    pub as_of: Option<u64>,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FoundKind {
    /// A product.
    Product,
    /// A lot.
    Lot,
    /// A single thing.
    Instance,
    /// A case, pallet or vehicle.
    Container,
    /// A place.
    Place,
    /// A business or an authority.
    Party,
    /// A document.
    Document,
    /// Something else.
    Other,
}

/// What something was found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FoundBy {
    /// A name, if not the one that shows.
    Name,
    /// What stands on a label.
    Label,
    /// The number of a lot.
    LotNumber,
}

/// A lot with its dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLotRow {
    /// The number on its label, or what else tells it.
    pub number: String,
    /// Identifier.
    pub id: String,
    /// When it was made, as it is stated; nothing where nobody states it.
    pub made: Vec<String>,
    /// Up to when it is good, likewise.
    pub expires: Vec<String>,
    /// Time of its first event, RFC 3339.
    pub first_seen: String,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRow {
    /// What it is.
    pub kind: FoundKind,
    /// Display name.
    pub name: String,
    /// Identifier.
    pub id: String,
    /// The text that was found, where the name does not show it.
    pub matched: Option<(FoundBy, String)>,
    /// Its lots; of a lot itself.
    pub lots: Vec<FoundLotRow>,
    /// It has more, or may have.
    pub more_lots: bool,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindView {
    /// Names of the places that the search was limited to, where it was.
    pub places: Option<Vec<String>>,
    /// The best first.
    pub found: Vec<FoundRow>,
    /// There is more, or may be.
    pub truncated: bool,
}

/// The page at `/find`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindPage {
    /// What was asked.
    pub question: FindQuestion,
    /// What was found; `None` where nothing was asked yet.
    pub view: Option<FindView>,
    /// What it rests on.
    pub ledger: LedgerLine,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
}

impl FoundKind {
    fn word(self, text: &Text) -> &str {
        match self {
            Self::Product => &text.found_product,
            Self::Lot => &text.lot,
            Self::Instance => &text.shape_pack,
            Self::Container => &text.shape_container,
            Self::Place => &text.place,
            Self::Party => &text.party,
            Self::Document => &text.found_document,
            Self::Other => &text.found_other,
        }
    }

    /// May a trace begin with it as it is?
    fn is_item(self) -> bool {
        match self {
            Self::Product | Self::Lot | Self::Instance | Self::Container | Self::Other => true,
            Self::Place | Self::Party | Self::Document => false,
        }
    }
}

impl FoundBy {
    fn word(self, text: &Text) -> &str {
        match self {
            Self::Name => &text.found_by_name,
            Self::Label => &text.found_by_label,
            Self::LotNumber => &text.found_by_lot,
        }
    }
}
