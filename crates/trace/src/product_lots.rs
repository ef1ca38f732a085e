//! The lots of a product.

use laiqu_epcis::facts::EventTime;
use serde::Serialize;

use crate::graph::Graph;
use crate::question::{Direction, Interval, Question};
use crate::time::rfc3339;
use crate::view::View;

/// Of so many lots of a product, those that came last, the first events are looked up.
const LOTS_SCANNED_MAX: usize = 10_000;

/// A lot of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProductLot {
    /// Canonical identifier.
    pub id: String,
    /// The time of its first event, RFC 3339 at the offset that was sent.
    pub first_seen: String,
}

impl Graph {
    /// The lots of a product in the first `size` entries whose first event lies within `during`,
    /// newest first; and whether there are more than `most` of them, or may be: of a product with
    /// very many lots only the last to come are looked at.
    #[must_use]
    pub fn product_lots(
        &self,
        product: &str,
        size: u64,
        during: Interval,
        most: usize,
    ) -> (Vec<ProductLot>, bool) {
        let seen = Question { as_of: Some(size), ..Question::new("", Direction::Both) };
        let view = View::new(self, &seen);
        let Some(product) = self.texts.find(product) else { return (Vec::new(), false) };
        let lots = self.lots_of_product(product).iter().copied();
        let lots = lots.filter(|lot| view.shape(*lot).is_class && !view.is_unlotted(*lot));
        let mut lots = lots.rev();
        let scanned = lots.by_ref().take(LOTS_SCANNED_MAX);
        let mut found: Vec<_> = scanned.filter_map(|lot| first_seen(&view, lot, during)).collect();
        found.sort_by(|(at, a), (other, b)| {
            let newest_first = other.earliest().cmp(&at.earliest());
            newest_first.then_with(|| view.text(*a).cmp(view.text(*b)))
        });
        let is_cut = found.len() > most || lots.next().is_some();
        found.truncate(most);
        (found.into_iter().map(|found| line(&view, found)).collect(), is_cut)
    }

    /// A lot in the first `size` entries, if its first event lies within `during`.
    #[must_use]
    pub fn seen_lot(&self, lot: &str, size: u64, during: Interval) -> Option<ProductLot> {
        let seen = Question { as_of: Some(size), ..Question::new("", Direction::Both) };
        let view = View::new(self, &seen);
        let lot = self.texts.find(lot)?;
        first_seen(&view, lot, during).map(|found| line(&view, found))
    }
}

/// The time of a lot's first event, if that may lie within `during`.
fn first_seen(view: &View<'_>, lot: u32, during: Interval) -> Option<(EventTime, u32)> {
    let times = view.events(lot).map(|(_, record)| record.time);
    let time = times.min_by_key(|time| time.earliest())?;
    let within = time.latest() >= during.from && time.earliest() <= during.until;
    within.then_some((time, lot))
}

fn line(view: &View<'_>, (time, lot): (EventTime, u32)) -> ProductLot {
    ProductLot { id: view.text(lot).to_owned(), first_seen: rfc3339(time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    #[test]
    fn lots_come_newest_first_and_within_their_days() {
        let lot = |name: &str| format!("https://id.gs1.org/01/06901234000016/10/{name}");
        let graph = graph(&[
            make("e0", at(1, 1), "farm", &lot("A"), 1.0),
            make("e1", at(3, 1), "farm", &lot("B"), 1.0),
            sell("e2", at(9, 1), "shop", &lot("A"), 1.0),
            make("e3", at(5, 1), "farm", "https://id.gs1.org/01/06901234000023/10/A", 1.0),
        ]);
        let find = |size, from, until, most| {
            let during = Interval { from: from * DAY, until: until * DAY };
            let (lots, cut) =
                graph.product_lots("https://id.gs1.org/01/06901234000016", size, during, most);
            let lots = lots.into_iter().map(|lot| lot.id.chars().last().unwrap());
            (lots.collect::<String>(), cut)
        };
        assert_eq!(find(9, 0, 99, 9), ("BA".to_owned(), false));
        assert_eq!(find(9, 0, 99, 1), ("B".to_owned(), true));
        assert_eq!(find(9, 0, 2, 9), ("A".to_owned(), false));
        assert_eq!(find(9, 4, 99, 9), (String::new(), false));
        assert_eq!(find(0, 0, 99, 9), (String::new(), false));
        let seen = |size, until| {
            graph.seen_lot(&lot("B"), size, Interval { from: 0, until: until * DAY }).is_some()
        };
        assert_eq!((seen(9, 9), seen(9, 2), seen(0, 9)), (true, false, false));
    }
}
