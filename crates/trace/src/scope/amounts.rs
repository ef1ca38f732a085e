//! Kilograms of a recall scope: expected and at worst, and where they are; their JSON form is part
//! of the HTTP interface.

use serde::Serialize;

use crate::answer::Kilograms;
use crate::scope::reason::ScopeGrade;

/// Kilograms that are expected to be affected, and at worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Expectation {
    /// By input share after loss; possible mixing adds nothing to it.
    pub expected: Kilograms,
    /// All of every affected holding.
    pub worst: Kilograms,
}

/// Where kilograms are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Whereabouts {
    /// In stock.
    pub in_stock: Expectation,
    /// Sent and not received, to someone who keeps records here.
    pub in_transit: Expectation,
    /// Sent to someone without records.
    pub left_records: Expectation,
    /// Sold, served or dispensed.
    pub sold: Expectation,
    /// Destroyed.
    pub destroyed: Expectation,
    /// Ended in another way.
    pub ended: Expectation,
}

/// Kilograms by grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ScopeKilograms {
    /// Of definite holdings.
    pub definite: Whereabouts,
    /// Of suspected holdings.
    pub suspected: Whereabouts,
    /// Of these, sold without a lot number, each sale once: no record says of which lot, so that
    /// it is in the upper ends of `in_stock` too, and left out of the lower ones.
    pub unlotted: Kilograms,
}

/// Affected stock of one lot at one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StockLine {
    /// Site.
    pub site: Option<String>,
    /// Who keeps it.
    pub party: Option<String>,
    /// The lot.
    pub lot: String,
    /// The worst grade of it there.
    pub grade: ScopeGrade,
    /// Kilograms left there.
    pub kilograms: Kilograms,
}

/// What was sold of one product at one site by records that name no lot, while affected lots were
/// on hand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnlottedSales {
    /// Site.
    pub site: Option<String>,
    /// Who recorded the sales, sorted.
    pub parties: Vec<String>,
    /// The product.
    pub product: String,
    /// Kilograms sold so in all.
    pub kilograms: Kilograms,
    /// How many of them are affected: at least what other lots there cannot explain, at most what
    /// is left of affected lots.
    pub affected: Kilograms,
    /// Affected lots that it may be of.
    pub lots: Vec<String>,
    /// `eventID`s of the sales.
    pub events: Vec<String>,
}

impl Default for Kilograms {
    /// Nothing.
    fn default() -> Kilograms {
        Kilograms { min: 0.0, max: Some(0.0) }
    }
}

impl Expectation {
    pub(crate) fn add(&mut self, worst: Kilograms, share: f64) {
        self.worst = self.worst.plus(worst);
        self.expected = self.expected.plus(worst.times(share));
    }

    pub(crate) fn plus(self, other: Expectation) -> Expectation {
        Expectation {
            expected: self.expected.plus(other.expected),
            worst: self.worst.plus(other.worst),
        }
    }
}

impl Whereabouts {
    pub(crate) fn total(&self) -> Expectation {
        [self.in_stock, self.in_transit, self.left_records, self.sold, self.destroyed, self.ended]
            .into_iter()
            .fold(Expectation::default(), Expectation::plus)
    }
}
