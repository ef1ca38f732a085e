//! Up to when the goods of an event may be sold or eaten, as its ILMD says (CBV 2.0, section 9.2).

use super::Event;
use crate::json::Node;
use crate::time::date_days;

/// Attributes that state an end of shelf life.
const ATTRIBUTES: [&str; 3] = ["itemExpirationDate", "sellByDate", "bestBeforeDate"];

/// The latest of the dates that the event states, in days since 1970-01-01.
pub(super) fn shelf_life_days(event: &Event<'_>) -> Option<i64> {
    let members = event.member("ilmd").map(Node::members).unwrap_or_default();
    let stated = members.iter().filter_map(|(name, value)| {
        let uri = event.prefixes().expand(name);
        let local = uri.rsplit([':', '#', '/']).next().unwrap_or_default();
        if ATTRIBUTES.contains(&local) { date_days(value.as_str()?.trim()) } else { None }
    });
    stated.max()
}
