//! How results are wanted: streamed or scheduled, and from when on (EPCIS 2.0, section 8.2.5).

use crate::error::{Code, Detail, Error};
use laiqu_epcis::schedule::Schedule;
use laiqu_epcis::time::DateTime;
use std::collections::BTreeMap;

/// How results are wanted.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionControls {
    /// As they are recorded.
    pub stream: Option<bool>,
    /// At the times that these fields name, in UTC.
    pub schedule: Option<BTreeMap<String, String>>,
    /// Whether a scheduled run without results is reported.
    pub report_if_empty: bool,
    /// The first events are those recorded from this time on (RFC 3339); else those recorded
    /// from now on.
    pub initial_record_time: Option<String>,
}

impl SubscriptionControls {
    /// The schedule; none where results are streamed.
    ///
    /// # Errors
    /// Where it is neither or both, or something in it is not as it must be.
    pub(super) fn check(&self) -> Result<Option<Schedule>, Error> {
        let schedule = match (&self.schedule, self.stream) {
            (Some(fields), None | Some(false)) => Some(schedule_of(fields)?),
            (None, Some(true)) => None,
            _ => return Err(refused("/stream", "give either stream=true or a schedule")),
        };
        let time = self.initial_record_time.as_deref();
        if time.is_some_and(|time| DateTime::parse(time).is_none()) {
            return Err(refused("/initialRecordTime", "must be a date and time with its zone"));
        }
        Ok(schedule)
    }
}

/// Reads the fields of a schedule.
pub(super) fn schedule_of(fields: &BTreeMap<String, String>) -> Result<Schedule, Error> {
    let fields = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Schedule::of_fields(fields)
        .map_err(|wrong| refused(&format!("/schedule/{}", wrong.field), &wrong.detail))
}

fn refused(pointer: &str, detail: &str) -> Error {
    let fault =
        Detail { pointer: pointer.to_owned(), code: "value".to_owned(), detail: detail.to_owned() };
    Error::new(Code::SubscriptionControls, format!("{pointer} {detail}")).with(vec![fault])
}
