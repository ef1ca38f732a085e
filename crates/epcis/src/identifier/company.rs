//! GS1 company prefixes: how many digits of a key name the company.
//!
//! A Digital Link does not say, so an EPC URN can be made of one only where the prefix is known:
//! from a URN that somebody else wrote. Nothing is guessed.

use super::link::all_digits;
use super::urn;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Digits of a company prefix (GS1 EPC Tag Data Standard, section 6.3).
pub(super) const DIGITS: RangeInclusive<usize> = 6..=12;

/// Company prefixes that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyPrefixes {
    known: BTreeSet<Box<str>>,
}

impl CompanyPrefixes {
    /// Takes the company prefix out of an EPC URN that names a GS1 key; says whether it was one.
    pub fn learn(&mut self, id: &str) -> bool {
        let Some(rest) = urn::strip_epc(id.trim()) else { return false };
        if urn::to_link(rest).is_none() {
            return false;
        }
        let Some(company) = urn::company_of(rest) else { return false };
        if !self.known.contains(company) {
            self.known.insert(company.into());
        }
        true
    }

    /// Company prefix and the rest of what begins with one. `None` where none is known that fits,
    /// or where two of different lengths do, of which one must be wrong.
    pub(super) fn split<'d>(&self, text: &'d str) -> Option<(&'d str, &'d str)> {
        let mut found = DIGITS.filter_map(|length| {
            text.split_at_checked(length)
                .filter(|(company, _)| all_digits(company) && self.known.contains(*company))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

impl<T: AsRef<str>> Extend<T> for CompanyPrefixes {
    /// Learns from each identifier that is an EPC URN.
    fn extend<I: IntoIterator<Item = T>>(&mut self, ids: I) {
        ids.into_iter().for_each(|id| _ = self.learn(id.as_ref()));
    }
}
