//! Patterns of identifiers in `MATCH_` parameters: a class stands for all its instances (EPC Tag
//! Data Standard, section 8; EPCIS 2.0, section 8.2.7.1.1).

use super::attributes::{COMPANY_DIGITS, classes_of};
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
    },
}

/// Schemes with a company prefix: application identifier, and digits before the prefix.
const COMPANY_SCHEMES: [(&str, &str, usize); 15] = [
    ("sgtin", "01", 1),
    ("upui", "01", 1),
    ("sscc", "00", 1),
    ("sgln", "414", 0),
    ("pgln", "417", 0),
    ("grai", "8003", 1),
    ("giai", "8004", 0),
    ("gdti", "253", 0),
    ("sgcn", "255", 0),
    ("gsrn", "8018", 0),
    ("gsrnp", "8017", 0),
    ("ginc", "401", 0),
    ("gsin", "402", 0),
    ("cpi", "8010", 0),
    ("itip", "8006", 1),
];

impl Pattern {
    /// The pattern that a value is, if it stands for more than itself.
    ///
    /// # Errors
    /// Where it looks like a pattern and stands for nothing that can be told.
    pub(super) fn of(value: &str) -> Result<Option<Self>, &'static str> {
        let id = canonical(value);
        let Some(rest) = strip_ignoring_case(value, "urn:epc:idpat:") else {
            let is_class = matches!(kind(&id), IdentifierKind::Product | IdentifierKind::Lot);
            let stands = is_class && id.starts_with(CANONICAL_ROOT);
            return Ok(stands.then(|| Self::Class(id.into_owned())));
        };
        if id.starts_with(CANONICAL_ROOT) {
            return Ok(Some(Self::Class(id.into_owned())));
        }
        let pattern = Self::of_company(rest).or_else(|| Self::of_urn(rest));
        pattern.map(Some).ok_or("is no pattern of EPCs whose last parts are *")
    }

    /// `scheme:a.b.*` of a scheme without Digital Link: everything that begins so.
    fn of_urn(rest: &str) -> Option<Self> {
        let (scheme, parts) = rest.split_once(':')?;
        let known = COMPANY_SCHEMES.iter().any(|(name, ..)| name.eq_ignore_ascii_case(scheme));
        let closed = parts.split('.').take_while(|part| *part != "*").count();
        let all = parts.split('.').count();
        let open = parts.split('.').skip(closed).all(|part| part == "*");
        if known || closed == 0 || closed == all || !open {
            return None;
        }
        let kept = parts.get(..parts.len().checked_sub(2 * (all - closed))?)?;
        Some(Self::Class(format!("urn:epc:id:{scheme}:{kept}.")))
    }

    /// `scheme:prefix.*.*`: everything of a company.
    fn of_company(rest: &str) -> Option<Self> {
        let (scheme, parts) = rest.split_once(':')?;
        let known = COMPANY_SCHEMES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(scheme))?;
        let (prefix, open) = parts.split_once('.')?;
        let is_open = open.split('.').all(|part| part == "*");
        let digits =
            COMPANY_DIGITS.contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
        let (_, ai, skipped) = *known;
        let prefix = prefix.to_owned();
        (is_open && digits).then_some(Self::Company { ai, skipped, prefix })
    }

    /// Whether a canonical identifier is one of those that it stands for.
    pub(super) fn fits(&self, id: &str) -> bool {
        match self {
            Self::Class(class) => id == class || classes_of(id).any(|wider| wider == class),
            Self::Company { ai, skipped, prefix } => {
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

    fn pattern(value: &str) -> Pattern {
        Pattern::of(value).unwrap().unwrap_or_else(|| panic!("{value} stands for itself"))
    }

    #[test]
    fn a_class_stands_for_what_is_in_it() {
        let lot = "https://id.gs1.org/01/04012345123456/10/L1";
        let instance = "https://id.gs1.org/01/04012345123456/21/7";
        for value in
            ["https://example.com/gtin/4012345123456", "urn:epc:idpat:sgtin:4012345.012345.*"]
        {
            let pattern = pattern(value);
            assert!(pattern.fits(lot) && pattern.fits(instance), "{value}");
            assert!(!pattern.fits("https://id.gs1.org/01/04012345123463/10/L1"), "{value}");
        }
        assert_eq!(Pattern::of(lot), Ok(Some(Pattern::Class(lot.to_owned()))));
        assert_eq!(Pattern::of(instance), Ok(None));
        assert_eq!(Pattern::of("urn:x:1"), Ok(None));
    }

    #[test]
    fn every_scheme_has_its_class_pattern() {
        for (value, inside, outside) in [
            ("grai:4012345.12345.*", "id:grai:4012345.12345.7", "id:grai:4012345.12346.7"),
            ("gdti:4012345.12345.*", "id:gdti:4012345.12345.7", "id:gdti:4012345.12346.7"),
            ("sgcn:4012345.12345.*", "id:sgcn:4012345.12345.7", "id:sgcn:4012345.12346.7"),
            ("cpi:4012345.AB.*", "id:cpi:4012345.AB.7", "id:cpi:4012345.AC.7"),
            ("upui:4012345.012345.*", "id:upui:4012345.012345.x", "id:upui:4012345.012346.x"),
            (
                "itip:4012345.012345.01.02.*",
                "id:itip:4012345.012345.01.02.7",
                "id:itip:4012345.012345.02.02.7",
            ),
            ("gid:95100000.12.*", "id:gid:95100000.12.7", "id:gid:95100000.123.7"),
            ("gid:95100000.*.*", "id:gid:95100000.12.7", "id:gid:95100001.12.7"),
            ("usdod:2S194.*", "id:usdod:2S194.1", "id:usdod:2S195.1"),
        ] {
            let pattern = pattern(&format!("urn:epc:idpat:{value}"));
            assert!(pattern.fits(&canonical(&format!("urn:epc:{inside}"))), "{value} {inside}");
            assert!(!pattern.fits(&canonical(&format!("urn:epc:{outside}"))), "{value} {outside}");
        }
    }

    #[test]
    fn a_company_stands_for_all_its_keys() {
        for (value, inside, outside) in [
            ("sgtin:4012345.*.*", "id:sgtin:4012345.112345.7", "id:sgtin:4012346.112345.7"),
            ("sgtin:4012345.*.*", "class:lgtin:4012345.012345.L", "id:sgln:4012345.00011.0"),
            ("sgln:4012345.*.*", "id:sgln:4012345.00011.1", "id:sgln:4012346.00011.1"),
            ("pgln:4012345.*", "id:pgln:4012345.00011", "id:sgln:4012345.00011.0"),
            ("giai:4012345.*", "id:giai:4012345.A1", "id:giai:4012346.A1"),
            ("sscc:4012345.*", "id:sscc:4012345.0000000001", "id:sscc:4012346.0000000001"),
            ("gsrnp:4012345.*", "id:gsrnp:4012345.0000000001", "id:gsrn:4012345.0000000001"),
        ] {
            let pattern = pattern(&format!("urn:epc:idpat:{value}"));
            assert!(pattern.fits(&canonical(&format!("urn:epc:{inside}"))), "{value} {inside}");
            assert!(!pattern.fits(&canonical(&format!("urn:epc:{outside}"))), "{value} {outside}");
        }
    }

    #[test]
    fn what_only_looks_like_a_pattern_is_refused() {
        for value in
            ["sgtin:40123.*.*", "sgtin:*.*.*", "sgtin:4012345.*.7", "gid:*.1.2", "gid:", ""]
        {
            assert!(Pattern::of(&format!("urn:epc:idpat:{value}")).is_err(), "{value}");
        }
    }
}
