//! How long a document must be kept (食品安全法, article 50): six months beyond the shelf life that
//! it states, and two years where it states none.

use laiqu_epcis::Document;
use laiqu_epcis::facts::DAY_MICROS;
use laiqu_epcis::time::{date_text, months_later};

/// Months beyond the stated shelf life.
const AFTER_SHELF_LIFE_MONTHS: i64 = 6;
/// Months from the entry's time, where no shelf life is stated.
const WITHOUT_SHELF_LIFE_MONTHS: i64 = 24;

/// The end of a document's retention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// The first moment after it, in microseconds since 1970 (UTC).
    pub(crate) over_micros: i64,
    /// The last day and the reason, for people.
    pub(crate) text: String,
}

impl Retention {
    /// That of a document which the ledger took at this time.
    pub(crate) fn of(document: &Document<'_>, entry_micros: u64) -> Self {
        let stated = document.events.iter().filter_map(|event| event.lot_dates().expires).max();
        let taken = i64::try_from(entry_micros).unwrap_or(i64::MAX).div_euclid(DAY_MICROS);
        let (last, why) = match stated {
            Some(days) => {
                let why = format!("its shelf life to {} and six months", date_text(days));
                (months_later(days, AFTER_SHELF_LIFE_MONTHS), why)
            }
            None => {
                let why = "it states no shelf life: two years from when the ledger took it";
                (months_later(taken, WITHOUT_SHELF_LIFE_MONTHS), why.to_owned())
            }
        };
        let text = format!("to the end of {} ({why})", date_text(last));
        Self { over_micros: last.saturating_add(1).saturating_mul(DAY_MICROS), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_epcis::Limits;

    /// 2026-11-25T12:00:00Z
    const TAKEN: u64 = 1_795_608_000_000_000;

    fn retention(ilmds: &[&str]) -> Retention {
        let event = |ilmd: &&str| {
            format!(
                r#"{{"type":"ObjectEvent","eventTime":"2026-11-23T06:00:00+08:00",
                "eventTimeZoneOffset":"+08:00","action":"ADD","epcList":["urn:e:1"],
                "ilmd":{{{ilmd}}}}}"#
            )
        };
        let events: Vec<String> = ilmds.iter().map(event).collect();
        let text = format!(
            r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-23T06:00:00Z",
            "epcisBody":{{"eventList":[{}]}}}}"#,
            events.join(",")
        );
        Retention::of(&Document::parse(&text, &Limits::default()).unwrap(), TAKEN)
    }

    #[test]
    fn the_latest_shelf_life_of_the_document_counts() {
        let dates = [
            r#""cbvmda:sellByDate":"2026-01-31""#,
            r#""cbvmda:itemExpirationDate":"2026-08-31""#,
            "",
        ];
        let found = retention(&dates);
        assert!(found.text.starts_with("to the end of 2027-02-28 (its shelf life to 2026-08-31"));
        assert_eq!(found.over_micros, 1_803_859_200_000_000, "2027-03-01T00:00:00Z");
        assert!(retention(&dates[..1]).text.starts_with("to the end of 2026-07-31"));
    }

    #[test]
    fn without_one_it_is_two_years() {
        let found = retention(&["", r#""cbvmda:lotNumber":"7""#]);
        assert!(found.text.starts_with("to the end of 2028-11-25 (it states no shelf life"));
    }
}
