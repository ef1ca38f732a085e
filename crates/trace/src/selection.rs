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

/// Items, each with the sites to look at; all sites where `None`.
pub(crate) fn selected(view: &View<'_>, of: &Selection) -> Vec<(u32, Option<BTreeSet<u32>>)> {
    let find = |id: &String| view.graph.texts.find(id);
    match of {
        Selection::Lot(id) => find(id).map(|item| (item, None)).into_iter().collect(),
        Selection::Product(id) => {
            let Some(product) = find(id) else { return Vec::new() };
            let lots = view.graph.lots_of_product(product).iter();
            let classes = lots.filter(|item| view.shape(**item).is_class);
            classes.map(|item| (*item, None)).collect()
        }
        Selection::Place(id) => find(id)
            .map_or_else(Vec::new, |place| at_sites(view, BTreeSet::from([view.site(place)]))),
        Selection::Party(id) => {
            let Some(party) = find(id) else { return Vec::new() };
            at_sites(view, view.known(view.graph.sites_of(party)).collect())
        }
    }
}

/// Every class item that a record puts at one of the sites, alone or in some unit.
fn at_sites(view: &View<'_>, sites: BTreeSet<u32>) -> Vec<(u32, Option<BTreeSet<u32>>)> {
    let mut items = BTreeSet::new();
    let mut seen = IdSet::default();
    for site in &sites {
        for item in view.known(view.graph.items_at(*site)) {
            inside(view, item, &mut seen, &mut items);
        }
    }
    items.into_iter().map(|item| (item, Some(sites.clone()))).collect()
}

fn inside(view: &View<'_>, item: u32, seen: &mut IdSet<u32>, items: &mut BTreeSet<u32>) {
    let mut open = vec![item];
    while let Some(item) = open.pop() {
        if !seen.insert(item) {
            continue;
        }
        if view.shape(item).is_class {
            items.insert(item);
        } else {
            open.extend(view.contents(item).stays.iter().map(|stay| stay.child));
        }
    }
}
