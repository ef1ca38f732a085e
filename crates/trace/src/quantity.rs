//! Amounts that can be compared: kilograms where the unit converts, else the unit as sent.

use laiqu_epcis::facts::Quantity;

use crate::intern::Dictionary;

/// Two weights of the same food agree within this share.
pub(crate) const SHARE_TOLERANCE: f64 = 0.005;

/// An amount in an interned unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Amount {
    /// The amount in kilograms where the unit converts, else as sent.
    pub(crate) value: f64,
    /// The amount as sent.
    pub(crate) stated: f64,
    /// Interned unit of `value`.
    pub(crate) unit: u32,
    /// Interned unit as sent.
    pub(crate) stated_unit: u32,
}

/// Units of weight (UN/CEFACT Recommendation 20) with their kilograms. They are the first texts of
/// every dictionary, in this order, kilograms first.
pub(crate) const WEIGHTS: [(&str, f64); 4] =
    [("KGM", 1.0), ("GRM", 0.001), ("TNE", 1000.0), ("LBR", 0.453_592_37)];

/// The interned kilogram.
pub(crate) const KILOGRAM: u32 = 0;

impl Amount {
    pub(crate) fn new(quantity: &Quantity, texts: &mut Dictionary) -> Option<Amount> {
        if !quantity.amount.is_finite() {
            return None;
        }
        let unit = texts.intern_common(quantity.unit.as_deref().unwrap_or(""));
        Some(Amount::of(quantity.amount, unit))
    }

    /// An amount in an interned unit.
    pub(crate) fn of(stated: f64, stated_unit: u32) -> Amount {
        let (value, unit) = match WEIGHTS.get(stated_unit as usize) {
            Some((_, factor)) => (stated * factor, KILOGRAM),
            None => (stated, stated_unit),
        };
        Amount { value, stated, unit, stated_unit }
    }

    /// The value, where it is in this unit.
    pub(crate) fn in_unit(self, unit: u32) -> Option<f64> {
        (self.unit == unit).then_some(self.value)
    }
}

/// The sum of amounts in one unit; `None` where one is unknown, in another unit, or none is there.
pub(crate) fn total(amounts: impl IntoIterator<Item = Option<Amount>>) -> Option<(f64, u32)> {
    let mut sum: Option<(f64, u32)> = None;
    for amount in amounts {
        let amount = amount?;
        sum = Some(match sum {
            None => (amount.value, amount.unit),
            Some((value, unit)) => (value + amount.in_unit(unit)?, unit),
        });
    }
    sum
}

/// More than `limit` by more than the tolerance.
pub(crate) fn exceeds(value: f64, limit: f64) -> bool {
    value > limit * (1.0 + SHARE_TOLERANCE) + 1e-9
}

/// Do two amounts agree within the tolerance?
pub(crate) fn agree(a: f64, b: f64) -> bool {
    !exceeds(a, b) && !exceeds(b, a)
}

/// Is one amount about a thousand times the other, as when grams are entered as kilograms?
pub(crate) fn thousandfold(a: f64, b: f64) -> bool {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    small > 0.0 && (large / small - 1000.0).abs() <= 20.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(value: f64, unit: &str, texts: &mut Dictionary) -> Option<Amount> {
        Amount::new(&Quantity { amount: value, unit: Some(unit.into()) }, texts)
    }

    #[test]
    fn weights_convert_and_other_units_stay_unknown() {
        let mut texts = Dictionary::default();
        let kilograms = texts.intern("KGM");
        for (value, unit, expect) in [
            (2.0, "KGM", 2.0),
            (500.0, "GRM", 0.5),
            (2.0, "TNE", 2000.0),
            (1.0, "LBR", 0.453_592_37),
        ] {
            let found = amount(value, unit, &mut texts).unwrap();
            assert_eq!(found.in_unit(kilograms), Some(expect));
            assert_eq!(found.stated, value);
        }
        assert_eq!(amount(3.0, "CS", &mut texts).unwrap().in_unit(kilograms), None);
        assert!(amount(f64::NAN, "KGM", &mut texts).is_none());
    }

    #[test]
    fn a_sum_with_an_unknown_part_is_unknown() {
        let mut texts = Dictionary::default();
        let (a, b) = (amount(1.0, "KGM", &mut texts), amount(1000.0, "GRM", &mut texts));
        let cases = amount(1.0, "CS", &mut texts);
        assert_eq!(total([a, b]).map(|sum| sum.0), Some(2.0));
        assert_eq!(total([a, None]), None);
        assert_eq!(total([a, cases]), None);
        assert_eq!(total([]), None);
    }

    #[test]
    fn comparisons_have_a_tolerance() {
        assert!(exceeds(10_000.0, 9_876.0) && !exceeds(100.4, 100.0));
        assert!(agree(100.0, 100.4) && !agree(100.0, 101.0));
        assert!(thousandfold(0.5, 500.0) && thousandfold(500.0, 0.5) && !thousandfold(1.0, 900.0));
        assert!(!thousandfold(0.0, 0.0));
    }
}
