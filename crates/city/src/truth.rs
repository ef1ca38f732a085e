//! What really happened: lots, kilograms, places and times, written down before any record is made.

use serde::Serialize;

use crate::incidents::Incidents;
use crate::question::Index;

/// Index into [`Truth::items`].
pub type ItemIndex = u32;
/// Index into [`Truth::sites`].
pub type SiteIndex = u32;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A lot from a farm of the city.
    FarmLot,
    /// A lot that entered the city.
    OutsideLot,
    /// A lot made in the city.
    Lot,
    /// A serialised pack.
    Pack,
}

/// A lot or a serialised pack.
#[derive(Clone, Debug, Serialize)]
pub struct TruthItem {
    /// Canonical identifier.
    pub id: Box<str>,
    /// What it is.
    pub kind: ItemKind,
    /// Index of its product in the city's catalogue.
    pub product: u32,
}

/// A place.
#[derive(Clone, Debug, Serialize)]
pub struct TruthSite {
    /// `https://id.gs1.org/414/{gln}`
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// It sells or serves to people who eat.
    pub seller: bool,
    /// Its party (index into the city's parties); none outside the city.
    pub party: Option<u32>,
    /// 行政区划代码 of where it lies (GB/T 2260).
    pub area: &'static str,
    /// Someone says so in the records.
    pub states_area: bool,
}

/// Food that appears: harvest, milking, arrival of something made elsewhere.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Creation {
    /// What appeared.
    pub item: ItemIndex,
    /// Where.
    pub site: SiteIndex,
    /// How much, in grams.
    pub grams: i64,
    /// When, in microseconds.
    pub micros: i64,
}

/// Food that went from one item into another.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Flow {
    /// The input.
    pub from: ItemIndex,
    /// The output.
    pub to: ItemIndex,
    /// Where.
    pub site: SiteIndex,
    /// Grams of the output that are this input.
    pub grams: i64,
    /// When the output was ready, in microseconds.
    pub micros: i64,
    /// Some record says so.
    pub recorded: bool,
}

/// Food that went from one place to another.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Move {
    /// What moved.
    pub item: ItemIndex,
    /// From where.
    pub from: SiteIndex,
    /// To where.
    pub to: SiteIndex,
    /// How much, in grams.
    pub grams: i64,
    /// Departure, in microseconds.
    pub departed: i64,
    /// Arrival, in microseconds.
    pub arrived: i64,
}

/// Grams of an item that left the chain, or lie at a place.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Portion {
    /// What.
    pub item: ItemIndex,
    /// Where.
    pub site: SiteIndex,
    /// How much, in grams.
    pub grams: i64,
    /// When, in microseconds; the end of the simulation for stock.
    pub micros: i64,
}

/// A true relation that no record states.
#[derive(Clone, Debug, Serialize)]
pub struct Unrecorded {
    /// Canonical identifier of the input.
    pub from: String,
    /// Canonical identifier of the output.
    pub to: String,
    /// The record that is missing.
    pub missing: String,
}

/// The material flow of the city.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Truth {
    /// All places.
    pub sites: Vec<TruthSite>,
    /// All lots and packs.
    pub items: Vec<TruthItem>,
    /// Food that appeared.
    pub creations: Vec<Creation>,
    /// Food that went into other food.
    pub flows: Vec<Flow>,
    /// Food that moved.
    pub moves: Vec<Move>,
    /// Food sold or served.
    pub sales: Vec<Portion>,
    /// Food lost, thrown away or destroyed.
    pub waste: Vec<Portion>,
    /// Food that is still there at the end.
    pub stock: Vec<Portion>,
    /// What was planted.
    pub incidents: Incidents,
    /// True relations without a record.
    pub unrecorded: Vec<Unrecorded>,
    /// The lot of the hub that has a hundredth of the events as successors.
    pub hub_lot: String,
    #[serde(skip)]
    pub(crate) index: Index,
}
