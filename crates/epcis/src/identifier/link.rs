//! GS1 Digital Link URIs (GS1 Digital Link: URI Syntax 1.2, sections 4.5 to 4.11).

use super::builder::Builder;
use super::check::is_checked;
use crate::cut::cut;

/// What to do about check digits that came with a link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckDigits {
    /// A wrong one means that this is no GS1 key.
    Verify,
    /// Taken as sent.
    Trust,
}

/// How the value of a primary key is built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Exactly so many digits, the last one a check digit.
    Digits(usize),
    /// 8, 12, 13 or 14 digits with a check digit; written with 14.
    Gtin,
    /// GTIN-14, then two digits each for the piece and the total.
    Pieces,
    /// So many digits, the last one a check digit, then a serial part or nothing.
    Serialised(usize),
    /// A company prefix, then anything.
    Free,
}

/// One primary key: application identifier, short name, shape, qualifiers it may carry.
pub(super) struct Primary {
    pub(super) ai: &'static str,
    name: &'static str,
    shape: Shape,
    qualifiers: &'static [(&'static str, &'static str)],
}

const fn key(
    ai: &'static str,
    name: &'static str,
    shape: Shape,
    qualifiers: &'static [(&'static str, &'static str)],
) -> Primary {
    Primary { ai, name, shape, qualifiers }
}

/// The keys of the CBV 2.0 event hash, the frequent ones first.
static PRIMARIES: [Primary; 14] = [
    key("01", "gtin", Shape::Gtin, &[("10", "lot"), ("21", "ser"), ("22", "cpv"), ("235", "tpx")]),
    key("00", "sscc", Shape::Digits(18), &[]),
    key("414", "gln", Shape::Digits(13), &[("254", "glnx")]),
    key("417", "party", Shape::Digits(13), &[]),
    key("8003", "grai", Shape::Serialised(14), &[]),
    key("8004", "giai", Shape::Free, &[]),
    key("253", "gdti", Shape::Serialised(13), &[]),
    key("255", "gcn", Shape::Serialised(13), &[]),
    key("401", "ginc", Shape::Free, &[]),
    key("402", "gsin", Shape::Digits(17), &[]),
    key("8006", "itip", Shape::Pieces, &[("10", "lot"), ("21", "ser"), ("22", "cpv")]),
    key("8010", "cpid", Shape::Free, &[("8011", "cpsn")]),
    key("8017", "gsrnp", Shape::Digits(18), &[("8019", "srin")]),
    key("8018", "gsrn", Shape::Digits(18), &[("8019", "srin")]),
];

/// Digits that a value of [`Shape::Free`] begins with: the shortest company prefix.
const COMPANY_PREFIX_DIGITS_MIN: usize = 6;

/// A Digital Link taken apart.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) primary: &'static Primary,
    value: &'a str,
    /// The most fine-grained qualifier: AI and value.
    pub(super) qualifier: Option<(&'static str, &'a str)>,
    /// The lot that a serial number pushed out of `qualifier`.
    lot: Option<&'a str>,
}

impl<'a> Link<'a> {
    pub(super) fn parse(uri: &'a str, check: CheckDigits) -> Option<Self> {
        let is_led =
            |by: &&str| uri.get(..by.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(by));
        let scheme = ["https://", "http://"].iter().find(|scheme| is_led(scheme))?;
        let rest = uri.get(scheme.len()..)?;
        let end = rest.bytes().position(|byte| matches!(byte, b'?' | b'#'));
        let (_, mut path) = cut(rest.get(..end.unwrap_or(rest.len()))?, b'/')?;
        path = path.strip_suffix('/').unwrap_or(path);
        // Any path may stand before the key, so each segment gets its chance.
        loop {
            if let Some(link) = Self::parse_path(path, check) {
                return Some(link);
            }
            path = cut(path, b'/')?.1;
        }
    }

    fn parse_path(path: &'a str, check: CheckDigits) -> Option<Self> {
        let (code, rest) = cut(path, b'/')?;
        let primary = PRIMARIES.iter().find(|key| key.ai == code || key.name == code)?;
        let (value, mut behind) = segment(rest);
        if !primary.shape.fits(value, check) {
            return None;
        }
        let (mut lot, mut serial) = (None, None);
        while let Some(rest) = behind {
            let (code, rest) = cut(rest, b'/')?;
            let (value, further) = segment(rest);
            if value.is_empty() {
                return None;
            }
            behind = further;
            let known = |(ai, name): &&(&str, &str)| *ai == code || *name == code;
            match primary.qualifiers.iter().find(known)?.0 {
                "22" | "8019" => {}
                "10" => lot = Some(("10", value)),
                // Extension 0 stands for the location itself (TDS 1.13, section 6.3.3).
                "254" if value == "0" => {}
                finest => serial = Some((finest, value)),
            }
        }
        let beside = if serial.is_some() { lot.map(|(_, value)| value) } else { None };
        Some(Self { primary, value, qualifier: serial.or(lot), lot: beside })
    }

    /// The class-with-lot that stands beside a serial number.
    pub(super) fn beside_lot(self) -> Option<Self> {
        let lot = self.lot?;
        Some(Self { qualifier: Some(("10", lot)), lot: None, ..self })
    }

    /// The trade item class of an instance or class of a GTIN.
    pub(super) fn of_class(self) -> Option<Self> {
        (self.primary.shape == Shape::Gtin).then_some(Self { qualifier: None, lot: None, ..self })
    }

    /// Whether the value carries a serial part of its own (GRAI, GDTI, GCN).
    pub(super) fn is_serialised(&self) -> bool {
        match self.primary.shape {
            Shape::Serialised(digits) => self.value.len() > digits,
            Shape::Digits(_) | Shape::Gtin | Shape::Pieces | Shape::Free => false,
        }
    }

    pub(super) fn write(&self, out: &mut Builder<'_>) {
        out.push(super::CANONICAL_ROOT);
        out.push(self.primary.ai);
        out.push("/");
        if self.primary.shape == Shape::Gtin {
            out.push("000000".get(..14_usize.saturating_sub(self.value.len())).unwrap_or(""));
        }
        out.push_encoded(self.value);
        if let Some((ai, value)) = self.qualifier {
            out.push("/");
            out.push(ai);
            out.push("/");
            out.push_encoded(value);
        }
    }
}

impl Shape {
    fn fits(self, value: &str, check: CheckDigits) -> bool {
        let number = match self {
            Self::Digits(length) => value.get(..length).filter(|_| value.len() == length),
            Self::Gtin => Some(value).filter(|v| matches!(v.len(), 8 | 12 | 13 | 14)),
            Self::Pieces if value.len() == 18 && all_digits(value) => value.get(..14),
            Self::Pieces => None,
            Self::Serialised(length) => value.get(..length),
            Self::Free => {
                return value.get(..COMPANY_PREFIX_DIGITS_MIN).is_some_and(all_digits);
            }
        };
        number.is_some_and(|number| {
            all_digits(number) && (check == CheckDigits::Trust || is_checked(number))
        })
    }
}

/// The first segment of a path, and what stands behind its slash, if there is one.
fn segment(path: &str) -> (&str, Option<&str>) {
    cut(path, b'/').map_or((path, None), |(first, behind)| (first, Some(behind)))
}

pub(super) fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
