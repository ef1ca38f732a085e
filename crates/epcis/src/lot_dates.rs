//! When goods were made and up to when they are good, as ILMD and master data say (CBV 2.0, section
//! 9.2).

use crate::json::Node;
use crate::master_data::texts_of;
use crate::time::date_days;

/// Local names of attributes that say when goods were made, by what they mean: production first,
/// and where nobody says that, when what they are made of was harvested or slaughtered.
const MADE: [&[&str]; 2] = [
    &["productionDate", "productionDateTime"],
    &[
        "harvestDate",
        "harvestDateStart",
        "harvestDateEnd",
        "harvestStartDate",
        "harvestEndDate",
        "slaughterDate",
    ],
];

/// Those that state an end of shelf life.
const EXPIRES: [&str; 3] = ["itemExpirationDate", "sellByDate", "bestBeforeDate"];

/// The dates of a lot that one statement gives, in days since 1970-01-01. Of a date-time that is
/// the day with which it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LotDates {
    /// First and last day on which it was made.
    pub made: Option<(i64, i64)>,
    /// The last day on which it may be sold or eaten; of several stated ends the latest.
    pub expires: Option<i64>,
}

impl LotDates {
    /// Says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads attributes with their names.
    pub(crate) fn of<'n, 'a: 'n>(
        stated: impl Iterator<Item = (impl AsRef<str>, &'n Node<'a>)>,
    ) -> Self {
        let mut made: [Option<(i64, i64)>; 2] = [None; 2];
        let mut expires = None;
        for (name, value) in stated {
            let local = name.as_ref().rsplit(['#', ':', '/']).next().unwrap_or_default();
            let days = texts_of(value).into_iter().filter_map(date_days);
            if EXPIRES.contains(&local) {
                expires = expires.max(days.max());
                continue;
            }
            let means = made.iter_mut().zip(MADE).find(|(_, names)| names.contains(&local));
            if let Some((span, _)) = means {
                *span = days.fold(*span, |span, day| {
                    let (first, last) = span.unwrap_or((day, day));
                    Some((first.min(day), last.max(day)))
                });
            }
        }
        Self { made: made.into_iter().flatten().next(), expires }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::time::date_text;

    fn of(text: &str) -> (Option<[String; 2]>, Option<String>) {
        let node = parse(text).unwrap();
        let dates = LotDates::of(node.members().iter().map(|(name, value)| (name, value)));
        let made = dates.made.map(|(first, last)| [date_text(first), date_text(last)]);
        (made, dates.expires.map(date_text))
    }

    fn days(first: &str, last: &str) -> Option<[String; 2]> {
        Some([first.to_owned(), last.to_owned()])
    }

    #[test]
    fn production_comes_before_harvest_and_the_latest_end_counts() {
        let both = of(r#"{"cbvmda:harvestDate":"2026-10-01","x:productionDate":" 2026-10-31 ",
            "https://a.example/bestBeforeDate":"2026-11-20","sellByDate":"2026-11-18"}"#);
        assert_eq!(both, (days("2026-10-31", "2026-10-31"), Some("2026-11-20".to_owned())));
        let catch = of(r#"{"a:harvestDateEnd":"2026-10-07","a:harvestDateStart":"2026-10-02"}"#);
        assert_eq!(catch, (days("2026-10-02", "2026-10-07"), None));
    }

    #[test]
    fn a_date_may_have_a_type_or_a_time_and_other_texts_are_none() {
        let typed = of(r#"{"productionDate":{"@type":"xsd:date","@value":"2026-10-31"}}"#);
        assert_eq!(typed.0, days("2026-10-31", "2026-10-31"));
        let timed = of(r#"{"productionDateTime":"2026-10-31T23:30:00+08:00"}"#);
        assert_eq!(timed.0, days("2026-10-31", "2026-10-31"));
        let none = r#"{"productionDate":"soon","sellByDate":"2026-02-30","bestBeforeDate":7}"#;
        assert_eq!(of(none), (None, None));
    }
}
