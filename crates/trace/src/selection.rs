//! Which items at which places a question looks at.

use std::collections::BTreeSet;

use crate::intern::IdSet;
use crate::view::View;

/// What to look at, by canonical identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A lot, at every place.
    Lot(String),
    /// A place: every lot that was there.
    Place(String),
    /// A product: every lot of it, at every place.
    Product(String),
    /// A party: every lot at the places that its own records name.
    Party(String),
}

/// What pallets, crates and packs stand for at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Units {
    /// For the lots in them alone.
    ByContents,
    /// For the lots in them, and for things that move and get lost.
    AlsoThemselves,
}

/// Items, each with the sites to look at; all sites where `None`.
pub(crate) fn selected(
    view: &View<'_>,
    of: &Selection,
    units: Units,
) -> Vec<(u32, Option<BTreeSet<u32>>)> {
    let find = |id: &String| view.graph.texts.find(id);
    match of {
        Selection::Lot(id) => find(id).map(|item| (item, None)).into_iter().collect(),
        Selection::Product(id) => {
            let Some(product) = find(id) else { return Vec::new() };
            let lots = view.graph.lots_of_product(product).iter();
            let classes = lots.filter(|item| view.shape(**item).is_class);
            classes.map(|item| (*item, None)).collect()
        }
        Selection::Place(id) => find(id).map_or_else(Vec::new, |place| {
            at_sites(view, BTreeSet::from([view.site(place)]), units)
        }),
        Selection::Party(id) => {
            let Some(party) = find(id) else { return Vec::new() };
            at_sites(view, view.known(view.graph.sites_of(party)).collect(), units)
        }
    }
}

/// Every class item that a record puts at one of the sites, alone or in some unit.
fn at_sites(
    view: &View<'_>,
    sites: BTreeSet<u32>,
    units: Units,
) -> Vec<(u32, Option<BTreeSet<u32>>)> {
    let mut items = BTreeSet::new();
    let mut seen = IdSet::default();
    for site in &sites {
        for item in view.known(view.graph.items_at(*site)) {
            inside((view, units), item, &mut seen, &mut items);
        }
    }
    items.into_iter().map(|item| (item, Some(sites.clone()))).collect()
}

fn inside(
    (view, units): (&View<'_>, Units),
    item: u32,
    seen: &mut IdSet<u32>,
    items: &mut BTreeSet<u32>,
) {
    let mut open = vec![item];
    while let Some(item) = open.pop() {
        if !seen.insert(item) {
            continue;
        }
        let is_class = view.shape(item).is_class;
        if is_class || units == Units::AlsoThemselves {
            items.insert(item);
        }
        if !is_class {
            open.extend(view.contents(item).stays.iter().map(|stay| stay.child));
        }
    }
}
