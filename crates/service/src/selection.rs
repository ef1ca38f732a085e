//! What a question looks at, as people say it.

use crate::error::{Code, Error};
use crate::events::check_id;
use crate::limits::TRACE_STARTS_MAX;
use laiqu_epcis::identifier::canonical;
use laiqu_epcis::time::DateTime;
use laiqu_trace::{Interval, Selection, Start};

/// Just one of the four, in any spelling, and a period.
#[derive(Clone, Debug, Default)]
pub struct AskedSelection {
    /// A lot, at every place.
    pub lot: Option<String>,
    /// A place: every lot that was there.
    pub place: Option<String>,
    /// A product: every lot of it.
    pub product: Option<String>,
    /// A party: every lot at the places that its own records name.
    pub party: Option<String>,
    /// RFC 3339; from the beginning unless given.
    pub from: Option<String>,
    /// RFC 3339; to the end unless given.
    pub until: Option<String>,
}

/// What a trace starts from: items; or what a party made or shipped, or what was at a place,
/// meanwhile. In any spelling.
#[derive(Clone, Debug, Default)]
pub struct AskedStart {
    /// Lots, instances, products or containers.
    pub ids: Vec<String>,
    /// A party.
    pub supplier: Option<String>,
    /// A site, or a room, line or tank of it.
    pub place: Option<String>,
    /// RFC 3339; required with `supplier` and `place`.
    pub from: Option<String>,
    /// RFC 3339; required with `supplier` and `place`.
    pub until: Option<String>,
}

impl AskedStart {
    /// An item.
    #[must_use]
    pub fn item(id: impl Into<String>) -> Self {
        Self { ids: vec![id.into()], ..Self::default() }
    }

    /// The canonical identifiers that were given, and what they stand for.
    pub(crate) fn start(&self) -> Result<(Vec<String>, Start), Error> {
        let ways = [!self.ids.is_empty(), self.supplier.is_some(), self.place.is_some()];
        if ways.into_iter().filter(|given| *given).count() != 1 {
            return Err(refused("give one of id, supplier (from, until) and place (from, until)"));
        }
        let given = self.ids.iter().chain(&self.supplier).chain(&self.place);
        let ids = each_once(given)?;
        let start = match (&self.from, &self.until, ids.as_slice()) {
            (None, None, _) if !self.ids.is_empty() => Start::Items(ids.clone()),
            (Some(from), Some(until), [named]) if self.ids.is_empty() => {
                let during = interval(("from", Some(from)), ("until", Some(until)))?;
                let named = named.clone();
                match self.supplier {
                    Some(_) => Start::Supplier { party: named, during },
                    None => Start::Place { place: named, during },
                }
            }
            _ => return Err(refused("from and until go with supplier and place, both with each")),
        };
        Ok((ids, start))
    }
}

/// Canonical identifiers in the order in which they were given, each once.
fn each_once<'a>(given: impl Iterator<Item = &'a String>) -> Result<Vec<String>, Error> {
    let mut ids: Vec<String> = Vec::new();
    for (at, id) in given.enumerate() {
        if at >= TRACE_STARTS_MAX {
            return Err(refused(&format!("a trace starts from at most {TRACE_STARTS_MAX} items")));
        }
        check_id(id)?;
        let id = canonical(id).into_owned();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// What an identifier selects.
type Select = fn(String) -> Selection;

impl AskedSelection {
    pub(crate) fn selection(&self) -> Result<Selection, Error> {
        let select: [(&Option<String>, Select); 4] = [
            (&self.lot, Selection::Lot),
            (&self.place, Selection::Place),
            (&self.product, Selection::Product),
            (&self.party, Selection::Party),
        ];
        let mut given = select.into_iter().filter_map(|(id, of)| Some((id.as_deref()?, of)));
        let (Some((id, of)), None) = (given.next(), given.next()) else {
            return Err(refused("give one of lot, place, product and party"));
        };
        check_id(id)?;
        Ok(of(canonical(id).into_owned()))
    }

    /// First and last microsecond.
    pub(crate) fn period(&self) -> Result<Interval, Error> {
        interval(("from", self.from.as_deref()), ("until", self.until.as_deref()))
    }
}

/// A parameter that may be there.
pub(crate) type Given<'t> = (&'static str, Option<&'t str>);

/// Reads the ends of a span of time; open where one is not given.
pub(crate) fn interval(from: Given<'_>, until: Given<'_>) -> Result<Interval, Error> {
    let read =
        |(name, text): Given<'_>, open: i64| text.map_or(Ok(open), |text| moment(name, text));
    let during = Interval { from: read(from, i64::MIN)?, until: read(until, i64::MAX)? };
    if during.until < during.from {
        return Err(refused(&format!("{} must not be before {}", until.0, from.0)));
    }
    Ok(during)
}

/// Reads a moment of a question.
pub(crate) fn moment(name: &str, text: &str) -> Result<i64, Error> {
    let time = DateTime::parse(text).map(|time| time.micros());
    time.ok_or_else(|| refused(&format!("{name} must be a time like 2026-11-23T06:00:00+08:00")))
}

pub(crate) fn refused(detail: &str) -> Error {
    Error::new(Code::InvalidParameter, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_starts_from_one_thing_with_its_period() {
        let moments = || (Some("2026-01-01T00:00:00Z".into()), Some("2026-01-02T00:00:00Z".into()));
        let item = AskedStart::item("urn:x:1");
        assert_eq!(item.start().unwrap().1, Start::item("urn:x:1"));
        let (from, until) = moments();
        let place = AskedStart { place: Some("urn:x:2".into()), from, until, ..Default::default() };
        assert!(
            matches!(place.start().unwrap().1, Start::Place { place, .. } if place == "urn:x:2")
        );
        let many = |count| (0..count).map(|n| format!("urn:x:{n}")).collect::<Vec<_>>();
        let most = AskedStart { ids: many(TRACE_STARTS_MAX), ..Default::default() };
        assert_eq!(most.start().unwrap().0.len(), TRACE_STARTS_MAX);
        let (one, link) = ("urn:epc:class:lgtin:4012345.011111.A", "01/04012345111118/10/A");
        let ids = vec![one.into(), format!("https://example.cn/{link}"), "urn:x:2".into()];
        let twice = AskedStart { ids, ..Default::default() };
        let each = vec![format!("https://id.gs1.org/{link}"), "urn:x:2".to_owned()];
        assert_eq!(twice.start().unwrap(), (each.clone(), Start::Items(each)));
        let (from, until) = moments();
        for (asked, why) in [
            (AskedStart::default(), "give one of"),
            (AskedStart { ids: vec!["urn:x:1".into()], ..place.clone() }, "give one of"),
            (AskedStart { ids: many(TRACE_STARTS_MAX + 1), ..Default::default() }, "at most 100"),
            (AskedStart { ids: vec!["urn:x:1".into(), "".into()], ..Default::default() }, "bytes"),
            (AskedStart { from, until, ..item }, "go with"),
            (AskedStart { until: None, ..place.clone() }, "go with"),
            (AskedStart { from: Some("2026-02-01T00:00:00Z".into()), ..place.clone() }, "before"),
            (AskedStart { from: Some("x".into()), ..place }, "from must be"),
        ] {
            let refused = asked.start().unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn just_one_thing_is_selected_and_a_period_runs_forward() {
        let lot = AskedSelection { lot: Some("urn:x:1".into()), ..AskedSelection::default() };
        assert_eq!(lot.selection().unwrap(), Selection::Lot("urn:x:1".into()));
        assert_eq!(lot.period().unwrap(), Interval { from: i64::MIN, until: i64::MAX });
        let both = AskedSelection { place: Some("urn:x:2".into()), ..lot.clone() };
        for asked in [AskedSelection::default(), both] {
            assert!(asked.selection().unwrap_err().to_string().contains("one of"));
        }
        let odd = AskedSelection { from: Some("x".into()), ..lot.clone() };
        assert!(odd.period().unwrap_err().to_string().contains("from must be"));
        let (late, early) = ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z");
        let back = AskedSelection { from: Some(late.into()), until: Some(early.into()), ..lot };
        assert!(back.period().unwrap_err().to_string().contains("before from"));
    }
}
