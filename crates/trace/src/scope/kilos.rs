//! Intervals of kilograms: what is unknown stays an interval and is never 0.

use crate::answer::Kilograms;
use crate::quantity::Amount;
use crate::scope::area::Area;
use crate::scope::question::ResourceKind;

/// Nothing known.
pub(crate) const UNKNOWN: Kilograms = Kilograms { min: 0.0, max: None };
pub(crate) const ZERO: Kilograms = Kilograms { min: 0.0, max: Some(0.0) };

/// What master data says about units of trade and places.
pub trait MasterFacts {
    /// Net kilograms of one case (`CS`) of a product, given by its canonical identifier.
    fn case_kilograms(&self, product: &str) -> Option<f64>;
    /// Net kilograms of one piece of a product.
    fn piece_kilograms(&self, product: &str) -> Option<f64>;
    /// What kind of resource a place is.
    fn resource_kind(&self, place: &str) -> Option<ResourceKind>;
    /// In which area a site lies, as far as all statements agree.
    fn area(&self, site: &str) -> Option<Area>;
}

/// No master data.
impl MasterFacts for () {
    fn case_kilograms(&self, _: &str) -> Option<f64> {
        None
    }

    fn piece_kilograms(&self, _: &str) -> Option<f64> {
        None
    }

    fn resource_kind(&self, _: &str) -> Option<ResourceKind> {
        None
    }

    fn area(&self, _: &str) -> Option<Area> {
        None
    }
}

impl Kilograms {
    pub(crate) fn exact(value: f64) -> Kilograms {
        let value = value.max(0.0);
        Kilograms { min: value, max: Some(value) }
    }

    /// How much it is, where that is known.
    pub(crate) fn value(self) -> Option<f64> {
        self.max.filter(|max| *max == self.min)
    }

    pub(crate) fn plus(self, other: Kilograms) -> Kilograms {
        Kilograms { min: self.min + other.min, max: self.max.zip(other.max).map(|(a, b)| a + b) }
    }

    /// What is left after something left; never below nothing.
    pub(crate) fn minus(self, other: Kilograms) -> Kilograms {
        let min = other.max.map_or(0.0, |gone| (self.min - gone).max(0.0));
        Kilograms { min, max: self.max.map(|max| (max - other.min).max(0.0)) }
    }

    pub(crate) fn times(self, share: f64) -> Kilograms {
        Kilograms { min: self.min * share, max: self.max.map(|max| max * share) }
    }
}

/// Kilograms of an amount of an item whose product is `product`; a single thing without an amount
/// is one piece.
pub(crate) fn weigh(
    amount: Option<Amount>,
    unit: &str,
    is_class: bool,
    product: Option<&str>,
    facts: &dyn MasterFacts,
) -> Kilograms {
    let each = |per: Option<f64>, count: f64| {
        per.filter(|per| *per > 0.0).map_or(UNKNOWN, |per| Kilograms::exact(per * count))
    };
    let piece = || product.and_then(|product| facts.piece_kilograms(product));
    match amount {
        Some(amount) if unit == "KGM" => Kilograms::exact(amount.value),
        Some(amount) if unit == "CS" => {
            each(product.and_then(|product| facts.case_kilograms(product)), amount.value)
        }
        Some(amount) if unit.is_empty() || unit == "EA" || unit == "H87" => {
            each(piece(), amount.value)
        }
        Some(_) => UNKNOWN,
        None if is_class => UNKNOWN,
        None => each(piece(), 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_stays_an_interval() {
        let (a, b) = (Kilograms::exact(10.0), Kilograms { min: 2.0, max: None });
        assert_eq!(a.plus(b), Kilograms { min: 12.0, max: None });
        assert_eq!(a.minus(b), Kilograms { min: 0.0, max: Some(8.0) });
        assert_eq!(b.minus(a), Kilograms { min: 0.0, max: None });
        assert_eq!(a.minus(Kilograms::exact(12.0)), ZERO);
        assert_eq!(Kilograms { min: 2.0, max: Some(4.0) }.times(0.5).max, Some(2.0));
    }
}
