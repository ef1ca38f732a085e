//! The diary of the simulation: what someone did, where and when. Records are made from it later.

use crate::truth::{ItemIndex, SiteIndex};

/// "None" for the 32-bit indexes below.
pub(crate) const NONE: u32 = u32::MAX;

/// An amount of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) item: ItemIndex,
    pub(crate) grams: i64,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// A lot of a farm begins.
    Harvest,
    /// 承诺达标合格证 issued for a lot.
    Certify,
    /// A sample was taken and its result is known.
    Sample,
    /// Contents put into a unit.
    Pack,
    Ship,
    /// A shipping taken back before it left.
    VoidShip,
    /// A carrier leaves and arrives.
    Depart,
    Arrive,
    Receive,
    Unpack,
    /// A production run.
    Transform,
    /// A lot divided or put together under new lot numbers.
    Repack,
    /// A kitchen makes meals.
    Cook,
    Kill,
    Clean,
    /// Temperatures of one probe in one hour.
    Sense,
    /// Stock taking.
    Count,
    Sell,
    /// Sold without naming the lot.
    SellLoose,
    /// Served by a kitchen.
    Serve,
    Destroy,
    /// Serial numbers given to packs.
    Commission,
    /// A lot that shows up in the books from nowhere.
    Appear,
    /// A probe is mounted in a room.
    Install,
    /// An order is linked to its goods.
    Order,
}

/// Whether an act leaves a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    Always,
    /// It is recorded only where the errors are left out.
    CleanOnly,
    /// A false record, made only where errors are made.
    ErrorsOnly,
}

/// One entry of the diary.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) step: Step,
    pub(crate) show: Show,
    /// Microseconds; the end of what took time.
    pub(crate) time: i64,
    /// Start of a run, or the begin of an hour of readings; 0 for none.
    pub(crate) start: i64,
    /// The site whose party did it and would record it.
    pub(crate) by: SiteIndex,
    /// Where it was done.
    pub(crate) site: SiteIndex,
    /// Line, room, tank or field at that site; empty for none.
    pub(crate) part: &'static str,
    pub(crate) trip: u32,
    /// A second trip that the same act covers.
    pub(crate) also: u32,
    /// The unit packed into or unpacked from.
    pub(crate) unit: u32,
    /// Subjects, inputs or contents.
    pub(crate) lines: Vec<Line>,
    pub(crate) outputs: Vec<Line>,
    /// Units moved, or contents of the unit.
    pub(crate) units: Vec<u32>,
    /// Run, certificate, sample or order number.
    pub(crate) number: u32,
    /// Thousandths of a degree for readings; 1 for a positive sample.
    pub(crate) value: i64,
}

impl Act {
    pub(crate) fn new(step: Step, time: i64, site: SiteIndex) -> Self {
        Self {
            step,
            show: Show::Always,
            time,
            start: 0,
            by: site,
            site,
            part: "",
            trip: NONE,
            also: NONE,
            unit: NONE,
            lines: Vec::new(),
            outputs: Vec::new(),
            units: Vec::new(),
            number: NONE,
            value: 0,
        }
    }

    /// The city goes on without a record of it.
    pub(crate) fn is_optional(&self) -> bool {
        matches!(self.step, Step::Depart | Step::Arrive | Step::Count | Step::Order)
            && self.show == Show::Always
    }
}

/// Goods on their way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trip {
    pub(crate) from: SiteIndex,
    pub(crate) to: SiteIndex,
    /// Who owns the goods before and after; the keepers are the sites.
    pub(crate) seller: SiteIndex,
    pub(crate) buyer: SiteIndex,
    pub(crate) carrier: u32,
    /// Number of the despatch advice, the sender's.
    pub(crate) document: u32,
    /// Number of the certificate that goes with it.
    pub(crate) certificate: u32,
    pub(crate) depart: i64,
    pub(crate) arrive: i64,
    /// Goods that go back.
    pub(crate) is_return: bool,
}

/// A pallet (SSCC) or a crate (GRAI). Both are used again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub(crate) is_crate: bool,
    pub(crate) owner: SiteIndex,
    pub(crate) serial: u32,
}

/// 承诺达标合格证.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Certificate {
    pub(crate) site: SiteIndex,
    pub(crate) grams: i64,
}
