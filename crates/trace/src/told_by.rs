//! What lines that were found by name rest on, as far as events say it.

use crate::answer::PositionLine;
use crate::graph::Graph;
use crate::product_lots::first_seen;
use crate::question::{Direction, Question};
use crate::view::View;

/// Something that was found, or a lot of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// Canonical identifier.
    pub id: &'a str,
    /// Entries whose events may say something of it: a label, a date, the number of a lot.
    pub entries: Vec<u64>,
    /// Its first event was told, and where it was asked about, that it was there.
    pub is_lot: bool,
}

/// Where was asked about.
#[derive(Clone, Copy, Debug)]
pub struct ToldAt<'a> {
    /// Canonical identifiers of sites or of parts of them.
    pub places: &'a [String],
    /// Those of parties whose own records name some of them.
    pub parties: &'a [&'a str],
}

impl Graph {
    /// Where the events of the first `size` entries stand that these lines rest on: the first one
    /// of each lot, those that put it at a place that was asked about, and those of the entries
    /// that say something of it.
    #[must_use]
    pub fn told_by(
        &self,
        size: u64,
        at: Option<ToldAt<'_>>,
        told: &[Told<'_>],
    ) -> Vec<PositionLine> {
        let seen = Question { as_of: Some(size), ..Question::new("", Direction::Both) };
        let view = View::new(self, &seen);
        let find = |id: &String| self.texts.find(id);
        let places: Vec<u32> = at.iter().flat_map(|at| at.places).filter_map(find).collect();
        for party in at.iter().flat_map(|at| at.parties) {
            view.rest_on(of_party(&view, party, &places));
        }
        for one in told {
            let Some(item) = self.texts.find(one.id) else { continue };
            view.rest_on(in_entries(&view, item, &one.entries));
            if one.is_lot {
                view.rest_on(first_seen(&view, item).map(|(_, event)| event));
                view.rest_on(there(&view, item, &places));
            }
        }
        view.rests_on()
    }
}

fn entry_of(view: &View<'_>, event: u32) -> Option<u64> {
    view.graph.event(event).map(|record| record.position().index)
}

/// Events of these entries that name an item, itself or as the lot of a single thing.
fn in_entries(view: &View<'_>, item: u32, entries: &[u64]) -> Vec<u32> {
    let own = view.graph.events_naming(item).iter().copied();
    let members = view.graph.instances_of(item).iter().map(|[_, event]| *event);
    let is_in = |event: &u32| entry_of(view, *event).is_some_and(|index| entries.contains(&index));
    own.chain(members).filter(is_in).collect()
}

/// Events that say that an item was at one of these places, those that put it into the units in
/// which it was included.
fn there(view: &View<'_>, item: u32, places: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    let moves = view.moves(item);
    let is_there = |place| places.contains(&place) || places.contains(&view.site(place));
    for group in moves.groups.iter().filter(|group| is_there(group.place)) {
        found.extend(&group.events);
        for content in group.path.iter().chain([&item]) {
            let stays = view.stays_of(*content);
            let into = stays.iter().filter(|stay| group.path.contains(&stay.parent));
            found.extend(into.map(|stay| stay.opened_by));
        }
    }
    found
}

/// Of a party's own records the first that names each of these sites.
fn of_party(view: &View<'_>, party: &str, places: &[u32]) -> Vec<u32> {
    let graph = view.graph;
    let Some(party) = graph.texts.find(party) else { return Vec::new() };
    let sites = graph.sites_of(party).iter().map(|since| since.get());
    let known = sites.filter(|(place, index)| places.contains(place) && view.reaches(*index));
    let first = |(place, index): (u32, u64)| {
        let at = graph.scope.at(place);
        let before = at.partition_point(|event| entry_of(view, *event) < Some(index));
        let own = |event: &&u32| graph.event(**event).is_some_and(|record| record.issuer == party);
        let of_entry = at.iter().skip(before);
        let mut of_entry = of_entry.take_while(|event| entry_of(view, **event) == Some(index));
        of_entry.find(own).copied()
    };
    known.filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;

    const SHOP: &str = "https://id.gs1.org/414/1";

    #[test]
    fn a_lot_rests_on_its_first_event_what_puts_it_there_and_what_says_it() {
        let lot = "https://id.gs1.org/01/06901234000016/10/A";
        let graph = graph_by(&[
            ("urn:p:one", make("e0", at(1, 1), "farm", lot, 1.0)),
            ("urn:p:one", sell("e1", at(1, 2), "farm", "urn:x:other", 1.0)),
            ("urn:p:one", pack("e2", at(1, 3), "farm", "crate").holds(lot, 1.0)),
            ("urn:p:two", haul("e3", "receiving", at(2, 1), SHOP, "crate")),
            ("urn:p:two", sell("e4", at(3, 1), SHOP, "urn:x:other", 1.0)),
            ("urn:p:one", make("e5", at(1, 1), "farm", lot, 2.0)),
        ]);
        let named = |at: Option<&[&str]>, size, entries: &[u64], is_lot| {
            let places: Vec<String> = at.into_iter().flatten().map(|id| (*id).to_owned()).collect();
            let at = at.map(|_| ToldAt { places: &places, parties: &["urn:p:two"] });
            let lines = [Told { id: lot, entries: entries.to_vec(), is_lot }];
            let found = graph.told_by(size, at, &lines).into_iter();
            found.map(|at| at.index * 3 + u64::from(at.ordinal)).collect::<Vec<_>>()
        };
        assert_eq!(named(None, 9, &[], true), [0]);
        assert_eq!(named(None, 9, &[1], true), [0, 5], "and the events of an entry that names it");
        assert_eq!(named(None, 9, &[1], false), [5]);
        assert_eq!(named(Some(&[SHOP]), 9, &[], true), [0, 2, 3]);
        assert_eq!(named(Some(&[SHOP]), 1, &[], true), [0], "the crate came later");
        assert_eq!(named(Some(&["elsewhere"]), 9, &[], true), [0]);
    }
}
