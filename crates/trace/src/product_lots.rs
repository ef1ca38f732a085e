//! The lots of a product, and those of them that were at a place.

use laiqu_epcis::facts::EventTime;
use serde::Serialize;
use std::cell::Cell;

use crate::graph::Graph;
use crate::question::{Direction, Question};
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

/// Which lots are asked about.
#[derive(Debug)]
pub struct LotsAsked<'a> {
    /// Only entries below this index.
    pub size: u64,
    /// Canonical identifiers of sites or of parts of them: lots that were at one of these, if only
    /// once and in a container; `None` for lots from anywhere.
    pub at: Option<&'a [String]>,
    /// Lots of which the first event may still be looked up; counted down.
    pub lots_left: Cell<usize>,
    /// Lots of which the places may still be looked up; counted down.
    pub places_left: Cell<usize>,
}

impl LotsAsked<'_> {
    /// Was as much looked up as may be?
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.lots_left.get() == 0 || self.at.is_some() && self.places_left.get() == 0
    }
}

impl Graph {
    /// The lots of a product that are asked about and `wanted` by identifier and time of the first
    /// event, those that were first seen last before the others; and whether there are more than
    /// `most` of them, or may be: of very many only the last to come are looked at.
    #[must_use]
    pub fn product_lots(
        &self,
        product: &str,
        asked: &LotsAsked<'_>,
        most: usize,
        wanted: impl Fn(&str, EventTime) -> bool,
    ) -> (Vec<ProductLot>, bool) {
        let view = view(self, asked);
        let Some(product) = self.texts.find(product) else { return (Vec::new(), false) };
        let lots = self.lots_of_product(product).iter().copied();
        let lots = lots.filter(|lot| view.shape(*lot).is_class && !view.is_unlotted(*lot));
        let mut lots = lots.rev();
        let scanned = lots.by_ref().take(LOTS_SCANNED_MAX.min(asked.lots_left.get()));
        let mut found: Vec<_> = scanned
            .inspect(|_| count_down(&asked.lots_left))
            .filter_map(|lot| Some((first_seen(&view, lot)?.0, lot)))
            .filter(|(time, lot)| wanted(view.text(*lot), *time))
            .collect();
        found.sort_by(|(at, a), (other, b)| {
            let newest_first = other.earliest().cmp(&at.earliest());
            newest_first.then_with(|| view.text(*a).cmp(view.text(*b)))
        });
        let not_scanned = lots.next().is_some();
        let places = Places::of(&view, asked);
        let mut found = found.into_iter();
        let mut there = found.by_ref().filter(|(_, lot)| places.saw(*lot));
        let first: Vec<_> = there.by_ref().take(most).map(|found| line(&view, found)).collect();
        // What is left may be more, where it cannot be looked up any longer.
        let more = not_scanned || there.next().is_some() || places.is_cut.get();
        (first, more)
    }

    /// A lot that is asked about and `wanted`, likewise.
    #[must_use]
    pub fn seen_lot(
        &self,
        lot: &str,
        asked: &LotsAsked<'_>,
        wanted: impl Fn(&str, EventTime) -> bool,
    ) -> Option<ProductLot> {
        let view = view(self, asked);
        let lot = self.texts.find(lot)?;
        count_down(&asked.lots_left);
        let (time, _) = first_seen(&view, lot).filter(|(at, _)| wanted(view.text(lot), *at))?;
        Places::of(&view, asked).saw(lot).then(|| line(&view, (time, lot)))
    }

    /// The sites that a party's own records name in the first `size` entries.
    pub fn sites_of_party(&self, party: &str, size: u64) -> impl Iterator<Item = &str> {
        let sites = self.texts.find(party).map_or(&[][..], |party| self.sites_of(party));
        let known = sites.iter().map(|since| since.get()).filter(move |(_, index)| *index < size);
        known.map(|(site, _)| self.texts.text(site))
    }
}

/// The places that are asked about.
struct Places<'v, 'g> {
    view: &'v View<'g>,
    at: Option<Vec<u32>>,
    left: &'v Cell<usize>,
    /// Some lot could not be looked up.
    is_cut: Cell<bool>,
}

impl<'v, 'g> Places<'v, 'g> {
    fn of(view: &'v View<'g>, asked: &'v LotsAsked<'_>) -> Self {
        let known = |at: &[String]| at.iter().filter_map(|id| view.graph.texts.find(id)).collect();
        Self { view, at: asked.at.map(known), left: &asked.places_left, is_cut: Cell::new(false) }
    }

    /// Was a lot at one of them, or in a part of one?
    fn saw(&self, lot: u32) -> bool {
        let Some(at) = &self.at else { return true };
        if self.left.get() == 0 {
            self.is_cut.set(true);
            return false;
        }
        count_down(self.left);
        let moves = self.view.moves(lot);
        moves.places().any(|place| at.contains(&place) || at.contains(&self.view.site(place)))
    }
}

fn count_down(left: &Cell<usize>) {
    left.set(left.get().saturating_sub(1));
}

fn view<'g>(graph: &'g Graph, asked: &LotsAsked<'_>) -> View<'g> {
    let seen = Question { as_of: Some(asked.size), ..Question::new("", Direction::Both) };
    View::new(graph, &seen)
}

/// The time of a lot's first event, and that event.
pub(crate) fn first_seen(view: &View<'_>, lot: u32) -> Option<(EventTime, u32)> {
    let times = view.events(lot).map(|(event, record)| (record.time(), event));
    times.min_by_key(|(time, _)| time.earliest())
}

fn line(view: &View<'_>, (time, lot): (EventTime, u32)) -> ProductLot {
    ProductLot { id: view.text(lot).to_owned(), first_seen: rfc3339(time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    const PRODUCT: &str = "https://id.gs1.org/01/06901234000016";

    fn lot(name: &str) -> String {
        format!("{PRODUCT}/10/{name}")
    }

    fn asked(size: u64, at: Option<&[String]>) -> LotsAsked<'_> {
        LotsAsked { size, at, lots_left: Cell::new(99), places_left: Cell::new(99) }
    }

    /// The last letters of lots that are neither wanted too late nor too soon.
    fn found(graph: &Graph, asked: &LotsAsked<'_>, days: [i64; 2], most: usize) -> (String, bool) {
        let [from, until] = days.map(|day| day * DAY);
        let wanted = |_: &str, time: EventTime| time.latest() >= from && time.earliest() <= until;
        let (lots, more) = graph.product_lots(PRODUCT, asked, most, wanted);
        (lots.into_iter().map(|lot| lot.id.chars().last().unwrap()).collect(), more)
    }

    #[test]
    fn lots_come_newest_first_and_within_their_days() {
        let graph = graph(&[
            make("e0", at(1, 1), "farm", &lot("A"), 1.0),
            make("e1", at(3, 1), "farm", &lot("B"), 1.0),
            sell("e2", at(9, 1), "shop", &lot("A"), 1.0),
            make("e3", at(5, 1), "farm", "https://id.gs1.org/01/06901234000023/10/A", 1.0),
        ]);
        let find = |size, days, most| found(&graph, &asked(size, None), days, most);
        assert_eq!(find(9, [0, 99], 9), ("BA".to_owned(), false));
        assert_eq!(find(9, [0, 99], 1), ("B".to_owned(), true));
        assert_eq!(find(9, [0, 2], 9), ("A".to_owned(), false));
        assert_eq!(find(9, [4, 99], 9), (String::new(), false));
        assert_eq!(find(0, [0, 99], 9), (String::new(), false));
        let seen = |size| graph.seen_lot(&lot("B"), &asked(size, None), |_, _| true).is_some();
        assert_eq!((seen(9), seen(0)), (true, false));
        assert!(graph.seen_lot(&lot("B"), &asked(9, None), |_, _| false).is_none());
        // What was not looked up any more may be more.
        let few = LotsAsked { lots_left: Cell::new(1), ..asked(9, None) };
        assert_eq!(found(&graph, &few, [0, 99], 9), ("B".to_owned(), true));
        assert!(few.is_spent());
    }

    #[test]
    fn lots_of_a_place_were_there_in_a_part_of_it_or_in_a_container() {
        let (shop, room) = ("https://id.gs1.org/414/1", "https://id.gs1.org/414/1/254/R1");
        let graph = graph_by(&[
            ("urn:p:one", make("e0", at(1, 1), "farm", &lot("A"), 1.0)),
            ("urn:p:two", receive("e1", at(2, 1), room, &lot("A"), 1.0)),
            ("urn:p:one", make("e2", at(3, 1), "farm", &lot("B"), 1.0)),
            ("urn:p:one", pack("e3", at(4, 1), "farm", "crate").holds(&lot("B"), 1.0)),
            ("urn:p:two", haul("e4", "receiving", at(5, 1), shop, "crate")),
            ("urn:p:one", make("e5", at(6, 1), "farm", &lot("C"), 1.0)),
        ]);
        let find = |places: &[&str], size, left| {
            let places: Vec<String> = places.iter().map(|place| (*place).to_owned()).collect();
            let asked = LotsAsked { places_left: Cell::new(left), ..asked(size, Some(&places)) };
            found(&graph, &asked, [0, 99], 9)
        };
        assert_eq!(find(&[shop], 9, 9), ("BA".to_owned(), false));
        assert_eq!(find(&[shop], 1, 9), ("A".to_owned(), false), "the crate came later");
        assert_eq!(find(&[room], 9, 9), ("A".to_owned(), false));
        assert_eq!(find(&["elsewhere"], 9, 9), (String::new(), false));
        assert_eq!(find(&["elsewhere", "farm"], 9, 9), ("CBA".to_owned(), false));
        assert_eq!(find(&[shop], 9, 2), ("B".to_owned(), true), "A was not looked up");
        let sites = |party, size| graph.sites_of_party(party, size).collect::<Vec<_>>();
        assert_eq!((sites("urn:p:two", 9), sites("urn:p:two", 0)), (vec![shop], vec![]));
        assert!(sites("urn:p:none", 9).is_empty());
    }
}
