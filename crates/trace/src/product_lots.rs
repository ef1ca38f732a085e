//! The lots of a product.

use serde::Serialize;

use crate::graph::Graph;
use crate::question::{Direction, Interval, Question};
use crate::time::rfc3339;
use crate::view::View;

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
    /// newest first; and whether there are more than `most` of them.
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
        let first = |lot: u32| {
            let times = view.events(lot).map(|(_, record)| record.time);
            let time = times.min_by_key(|time| time.earliest())?;
            let within = time.latest() >= during.from && time.earliest() <= during.until;
            within.then_some((time, lot))
        };
        let mut found: Vec<_> = lots.filter_map(first).collect();
        found.sort_by(|(at, a), (other, b)| {
            let newest_first = other.earliest().cmp(&at.earliest());
            newest_first.then_with(|| view.text(*a).cmp(view.text(*b)))
        });
        let is_cut = found.len() > most;
        found.truncate(most);
        let line =
            |(time, lot)| ProductLot { id: view.text(lot).to_owned(), first_seen: rfc3339(time) };
        (found.into_iter().map(line).collect(), is_cut)
    }
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
    }
}
