//! Patterns of identifiers in `MATCH_` parameters: a class stands for all its instances (EPC Tag
//! Data Standard, section 8; EPCIS 2.0, section 8.2.7.1.1).

use super::attributes::class_of;
use crate::identifier::{CANONICAL_ROOT, IdentifierKind, canonical, kind};

/// What a value of a `MATCH_` parameter stands for beyond one identifier.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// Everything of this class, and the class itself.
    Class(String),
    /// Every key of this company.
    Company {
        /// Application identifier of the key.
        ai: &'static str,
        /// Digits before the company prefix that are no part of it.
        skipped: usize,
        /// The company prefix.
        prefix: String,
        /// Its first six digits.
        shortest: String,
    },
}

/// Schemes of pattern URNs whose serial or lot part alone may be open: these give a class.
const COMPANY_SCHEMES: [(&str, &str, usize); 9] = [
    ("sgtin", "01", 1),
    ("sscc", "00", 1),
    ("sgln", "414", 0),
    ("grai", "8003", 1),
    ("giai", "8004", 0),
    ("gdti", "253", 0),
    ("gsrn", "8018", 0),
    ("cpi", "8010", 0),
    ("itip", "8006", 1),
];

impl Pattern {
    /// The pattern that a value is, if it stands for more than itself.
    pub(super) fn of(value: &str) -> Option<Self> {
        if let Some(rest) = strip_ignoring_case(value, "urn:epc:idpat:")
            && let Some(company) = Self::of_company(rest)
        {
            return Some(company);
        }
        let id = canonical(value);
        let is_class = matches!(kind(&id), IdentifierKind::Product | IdentifierKind::Lot);
        (is_class && id.starts_with(CANONICAL_ROOT)).then(|| Self::Class(id.into_owned()))
    }

    /// `scheme:prefix.*.*`: everything of a company.
    fn of_company(rest: &str) -> Option<Self> {
        let (scheme, parts) = rest.split_once(':')?;
        let known = COMPANY_SCHEMES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(scheme))?;
        let (prefix, open) = parts.split_once('.')?;
        let is_open = open.split('.').all(|part| part == "*");
        let digits = (6..=12).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
        let shortest = prefix.get(..6)?.to_owned();
        let (_, ai, skipped) = *known;
        let prefix = prefix.to_owned();
        (is_open && digits).then_some(Self::Company { ai, skipped, prefix, shortest })
    }

    /// Whether a canonical identifier is one of those that it stands for.
    pub(super) fn fits(&self, id: &str) -> bool {
        match self {
            Self::Class(class) => id == class || class_of(id) == Some(class),
            Self::Company { ai, skipped, prefix, .. } => {
                let path = id.strip_prefix(CANONICAL_ROOT);
                let value = path.and_then(|path| path.strip_prefix(ai)?.strip_prefix('/'));
                value.and_then(|value| value.get(*skipped..)).is_some_and(|v| v.starts_with(prefix))
            }
        }
    }

    /// Whether an identifier's class or lot, which it names, is the pattern's.
    pub(super) fn is_class(&self, class: &str) -> bool {
        matches!(self, Self::Class(wanted) if wanted == class)
    }
}

fn strip_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.trim().split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_stands_for_what_is_in_it() {
        let lot = "https://id.gs1.org/01/04012345123456/10/L1";
        let instance = "https://id.gs1.org/01/04012345123456/21/7";
        for value in
            ["https://example.com/gtin/4012345123456", "urn:epc:idpat:sgtin:4012345.012345.*"]
        {
            let pattern = Pattern::of(value).unwrap();
            assert!(pattern.fits(lot) && pattern.fits(instance), "{value}");
            assert!(!pattern.fits("https://id.gs1.org/01/04012345123463/10/L1"), "{value}");
        }
        assert_eq!(Pattern::of(lot), Some(Pattern::Class(lot.to_owned())));
        assert_eq!(Pattern::of(instance), None);
        assert_eq!(Pattern::of("urn:x:1"), None);
    }

    #[test]
    fn a_company_stands_for_all_its_keys() {
        let pattern = Pattern::of("urn:epc:idpat:sgtin:4012345.*.*").unwrap();
        assert!(pattern.fits("https://id.gs1.org/01/14012345123453/21/7"));
        assert!(!pattern.fits("https://id.gs1.org/01/14012346123450/21/7"));
        assert!(!pattern.fits("https://id.gs1.org/414/4012345000115"));
        assert!(
            Pattern::of("urn:epc:idpat:sgln:4012345.*.*")
                .unwrap()
                .fits("https://id.gs1.org/414/4012345000115/254/1")
        );
        assert_eq!(Pattern::of("urn:epc:idpat:sgtin:40123.*.*"), None);
    }
}
