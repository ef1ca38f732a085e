//! What was inside a unit, and when: intervals per content, and epochs from empty to empty, so
//! that what a crate held last month is never mixed with what it holds today.

use laiqu_epcis::facts::{EventType, ItemRole};
use smallvec::SmallVec;

use crate::few::Few;
use crate::quantity::Amount;
use crate::time::CLOCK_TOLERANCE_MICROS;
use crate::view::View;

/// Containers inside containers are followed this deep.
pub(crate) const NESTING_MAX: usize = 8;

/// One content during one stay.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) child: u32,
    pub(crate) epoch: u32,
    /// First and last microsecond inside.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// The event that put it in, or first saw it there.
    pub(crate) opened_by: u32,
    /// It was seen inside, and no record puts it there.
    pub(crate) inferred: bool,
    pub(crate) amount: Option<Amount>,
    /// What is left of the amount inside.
    pub(crate) left: Option<f64>,
}

/// A time from empty to empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// Everything that was ever inside one unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) stays: Vec<Stay>,
    pub(crate) epochs: Vec<Epoch>,
}

/// A content's stay, seen from the content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    pub(crate) parent: u32,
    pub(crate) epoch: u32,
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) opened_by: u32,
    pub(crate) inferred: bool,
    pub(crate) amount: Option<Amount>,
}

impl Contents {
    /// The epoch of a moment, with the tolerance of clocks.
    pub(crate) fn epoch_at(&self, earliest: i64, latest: i64) -> Option<u32> {
        let overlaps = |slack: i64| {
            self.epochs.iter().rposition(|epoch| {
                epoch.from <= latest.saturating_add(slack)
                    && epoch.until >= earliest.saturating_sub(slack)
            })
        };
        overlaps(0)
            .or_else(|| overlaps(CLOCK_TOLERANCE_MICROS))
            .and_then(|index| u32::try_from(index).ok())
    }
}

impl View<'_> {
    /// What [`View::stays_of`] keeps.
    pub(crate) fn find_stays(&self, item: u32) -> SmallVec<[Inside; 2]> {
        let mut parents = Few::new();
        for (_, record) in self.events(item) {
            if record.event_type() == EventType::Aggregation
                && self.has_role(record, item, ItemRole::Child)
            {
                let items = self.graph.items(record).iter();
                parents.extend(items.filter(|i| i.role() == ItemRole::Parent).map(|i| i.id));
            }
        }
        // Most are in one unit, which both its filling and its emptying name.
        parents.sort_unstable();
        parents.dedup();
        parents.sort_by(|a, b| self.text(*a).cmp(self.text(*b)));
        let mut found = SmallVec::new();
        for parent in parents {
            let contents = self.contents(parent);
            found.extend(contents.stays.iter().filter(|s| s.child == item).map(|s| Inside {
                parent,
                epoch: s.epoch,
                from: s.from,
                until: s.until,
                opened_by: s.opened_by,
                inferred: s.inferred,
                amount: s.amount,
            }));
        }
        found
    }
}
