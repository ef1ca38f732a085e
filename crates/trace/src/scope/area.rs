//! Administrative areas (行政区划代码, GB/T 2260) and the borders around one.

use std::fmt;

/// Digits of a whole code: two each for province, city and district or county.
const DIGITS: usize = 6;

/// An area as far as a code tells it: a province, a city, or a district or county.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    digits: [u8; DIGITS],
    /// How many of them say something: 2, 4 or 6.
    known: usize,
}

/// A border, the widest first. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Border {
    /// Of a province or autonomous region.
    Province,
    /// Of a city; also of a municipality directly under the state, and of a county or county-level
    /// city directly under a province.
    City,
    /// Of a district or county.
    District,
}

impl Area {
    /// Reads a code of 2, 4 or 6 digits, or one of a township (9) or village (12), of which the
    /// district counts. Zeros at the end stand for a whole province or city.
    #[must_use]
    pub fn parse(code: &str) -> Option<Area> {
        let bytes = code.as_bytes();
        let is_code = matches!(bytes.len(), 2 | 4 | DIGITS | 9 | 12)
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes.first() != Some(&b'0');
        if !is_code {
            return None;
        }
        let mut digits = [b'0'; DIGITS];
        for (own, given) in digits.iter_mut().zip(bytes) {
            *own = *given;
        }
        let is_told = |pair: &[u8]| pair != b"00";
        let told: Vec<bool> = digits.chunks(2).map(is_told).collect();
        let known = match told[..] {
            [true, false, false] => 2,
            [true, true, false] => 4,
            [true, true, true] => DIGITS,
            _ => return None,
        };
        Some(Area { digits, known })
    }

    /// The code, without zeros for what it does not tell.
    #[must_use]
    pub fn code(&self) -> &str {
        let told = self.digits.get(..self.known).unwrap_or_default();
        std::str::from_utf8(told).unwrap_or_default()
    }

    /// What two statements about one place agree on.
    #[must_use]
    pub fn agreed(self, other: Area) -> Option<Area> {
        let pairs = self.code().as_bytes().chunks(2).zip(other.code().as_bytes().chunks(2));
        let same = pairs.take_while(|(own, others)| own == others).count();
        Area::parse(self.code().get(..2 * same)?)
    }

    /// How many digits it tells.
    pub(crate) fn known(self) -> usize {
        self.known
    }

    /// The borders around it that it tells, the widest first, each with how many digits are the
    /// same within it.
    fn borders(&self) -> impl Iterator<Item = (Border, usize)> {
        let (province, city) = (&self.digits[..2], &self.digits[2..4]);
        let is_municipality = [b"11", b"12", b"31", b"50"].iter().any(|code| *code == province);
        let all: &[(Border, usize)] = if is_municipality {
            &[(Border::City, 2), (Border::District, DIGITS)]
        } else if city == b"90" {
            &[(Border::Province, 2), (Border::City, DIGITS)]
        } else {
            &[(Border::Province, 2), (Border::City, 4), (Border::District, DIGITS)]
        };
        let known = self.known;
        all.iter().copied().filter(move |(_, digits)| *digits <= known)
    }

    /// Does a place lie within so many digits of this area? Unknown where its code stops before
    /// it differs.
    fn holds(&self, place: Option<Area>, digits: usize) -> Option<bool> {
        let place = place?;
        let (own, others) = (self.digits.get(..digits)?, place.code().as_bytes());
        let differs = own.iter().zip(others).any(|(own, other)| own != other);
        if differs { Some(false) } else { (others.len() >= digits).then_some(true) }
    }

    /// What a movement between two places is to the borders of this area; nothing where it crosses
    /// none for sure.
    pub(crate) fn crossing(&self, from: Option<Area>, to: Option<Area>) -> Option<(Border, Way)> {
        let mut open = None;
        for (border, digits) in self.borders() {
            match (self.holds(from, digits), self.holds(to, digits)) {
                (Some(true), Some(false)) => return Some((border, Way::Out)),
                (Some(false), Some(true)) => return Some((border, Way::In)),
                (Some(_), Some(_)) => {}
                _ => open = open.or(Some((border, Way::Unknown))),
            }
        }
        open
    }
}

/// Which way a movement goes. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Out of the area.
    Out,
    /// Into it.
    In,
    /// The area of one of its ends is unknown: it may cross the border.
    Unknown,
}

impl fmt::Debug for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Area({})", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area(code: &str) -> Area {
        Area::parse(code).unwrap()
    }

    #[test]
    fn a_code_tells_as_much_as_its_digits() {
        for (code, told) in [
            ("51", "51"),
            ("510000", "51"),
            ("5105", "5105"),
            ("510500", "5105"),
            ("510591", "510591"),
            ("510591001", "510591"),
            ("510591001001", "510591"),
        ] {
            assert_eq!(area(code).code(), told);
        }
        for wrong in
            ["", "5", "510", "51059", "05", "000000", "510091", "51059x", "５１", "5105911"]
        {
            assert_eq!(Area::parse(wrong), None, "{wrong}");
        }
        assert_eq!(area("510591").agreed(area("510592")), Some(area("5105")));
        assert_eq!(area("5105").agreed(area("510591")), Some(area("5105")));
        assert_eq!(area("510591").agreed(area("320591")), None);
    }

    #[test]
    fn the_widest_border_that_is_crossed_counts() {
        let crossing = |own: &str, from: &str, to: &str| {
            area(own).crossing(Area::parse(from), Area::parse(to))
        };
        use Border::{City, District, Province};
        use Way::{In, Out, Unknown};
        for (own, from, to, expected) in [
            ("510591", "510591", "510591", None),
            ("510591", "510591", "510592", Some((District, Out))),
            ("510591", "510592", "510591", Some((District, In))),
            ("510591", "510592", "510593", None),
            ("510591", "510591", "510691", Some((City, Out))),
            ("510591", "510592", "510691", Some((City, Out))),
            ("5105", "510591", "510592", None),
            ("5105", "520591", "510592", Some((Province, In))),
            ("51", "510591", "510691", None),
            // Somewhere in the city, somewhere else, or nobody says where.
            ("510591", "510591", "5105", Some((District, Unknown))),
            ("510591", "5105", "510691", Some((City, Out))),
            ("510591", "510591", "51", Some((City, Unknown))),
            ("510591", "510591", "", Some((Province, Unknown))),
            ("510591", "520591", "", Some((Province, Unknown))),
            ("510591", "", "", Some((Province, Unknown))),
            // A municipality is a city, and so is a county-level city under a province.
            ("310104", "310104", "310230", Some((District, Out))),
            ("310104", "310104", "320501", Some((City, Out))),
            ("429004", "429004", "429005", Some((City, Out))),
        ] {
            assert_eq!(crossing(own, from, to), expected, "{own}: {from} to {to}");
        }
    }

    fn any_area() -> impl Strategy<Value = Area> {
        let pair = || prop::sample::select(vec!["11", "31", "51", "90"]);
        (pair(), pair(), pair(), 1_usize..=3)
            .prop_map(|(a, b, c, told)| area(&format!("{a}{b}{c}")[..2 * told]))
    }

    proptest! {
        /// Telling more about a place decides what was open, and changes nothing that was sure.
        #[test]
        fn what_is_sure_stays_so(
            own in any_area(),
            from in any_area(),
            to in any_area(),
            told in 0_usize..=3,
        ) {
            let less = to.code().get(..2 * told).and_then(Area::parse);
            let crossing = |to| own.crossing(Some(from), to);
            let (before, after) = (crossing(less), crossing(Some(to)));
            match before {
                Some((_, Way::Unknown)) | None => {}
                Some((border, way)) => {
                    let (later, later_way) = after.unwrap();
                    prop_assert!(later <= border && later_way == way);
                }
            }
            if before.is_none() && less.is_some() {
                prop_assert_eq!(after, None);
            }
        }

        /// There and back cross the same border.
        #[test]
        fn the_way_back_is_the_other_way(own in any_area(), a in any_area(), b in any_area()) {
            let back = own.crossing(Some(b), Some(a)).map(|(border, way)| match way {
                Way::Out => (border, Way::In),
                Way::In => (border, Way::Out),
                Way::Unknown => (border, Way::Unknown),
            });
            prop_assert_eq!(own.crossing(Some(a), Some(b)), back);
        }
    }
}
