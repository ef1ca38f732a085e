//! How much of what is in scope is where: by holding, by lot and in stock.

use std::collections::BTreeMap;

use crate::answer::Kilograms;
use crate::grouping::Group;
use crate::intern::product;
use crate::scope::amounts::{Expectation, StockLine, Whereabouts};
use crate::scope::answer::{ScopeAnswer, ScopeLot};
use crate::scope::kilos::ZERO;
use crate::scope::network::{Key, Slot};
use crate::scope::puts::{Fate, Scale, fate};
use crate::scope::reason::{ScopeGrade, Why};
use crate::scope::report::Report;
use crate::scope::spread::Node;
use crate::time::possible;

impl Report<'_, '_, '_, '_> {
    pub(super) fn lot(&mut self, item: u32, ids: &[u32], answer: &mut ScopeAnswer) -> ScopeLot {
        let nodes = ids.iter().filter_map(|id| self.node(*id));
        let grade = nodes.map(|node| node.grade).min().unwrap_or(ScopeGrade::Cleared);
        let nodes = ids.iter().filter_map(|id| self.node(*id));
        let why = nodes.filter(|node| node.grade == grade).fold(Why::NONE, |w, n| w.and(n.why()));
        let mut total = Expectation::default();
        for id in ids {
            let grade = self.node(*id).map_or(ScopeGrade::Cleared, |node| node.grade);
            let found = self.whereabouts(*id);
            let sum = match grade {
                ScopeGrade::Definite => &mut answer.kilograms.definite,
                ScopeGrade::Suspected => &mut answer.kilograms.suspected,
                ScopeGrade::Cleared => continue,
            };
            sum.add(&found);
            total = total.plus(found.total());
        }
        let id = self.text(item).unwrap_or_default();
        ScopeLot {
            kind: crate::telling::kind_of(self.spread.network.view, item),
            product: product(&id).map(str::to_owned),
            id,
            grade,
            reasons: why.list(),
            holdings: ids.len(),
            kilograms: total,
        }
    }

    /// What became of a holding since the hazard can be there. What moved on or went into something
    /// else is counted where it came to.
    fn whereabouts(&mut self, id: u32) -> Whereabouts {
        let mut found = Whereabouts::default();
        let Some(key) = self.node(id).map(|node| node.key) else { return found };
        let share = self.share(id);
        if self.is_counted_elsewhere(key) {
            return found;
        }
        let Slot::Put(index) = key.slot else {
            // What a record without a lot names is counted with the lots it was taken from.
            return found;
        };
        let index = index as usize;
        let since = self.node(id).map_or(i64::MIN, Node::since);
        let puts = self.puts(key.item);
        let Some(put) = puts.puts.get(index) else { return found };
        let view = self.spread.network.view;
        let scale = Scale::of(view, key.item, self.spread.network.facts);
        for (number, group) in puts.groups_of(index) {
            let Some(fate) = fate(view, key.item, group) else { continue };
            if !possible(since, group.latest) {
                continue;
            }
            let slot = match fate {
                Fate::Sent if puts.has_arrived(number) => continue,
                Fate::Sent if self.has_recipient(group) => &mut found.in_transit,
                Fate::Sent => &mut found.left_records,
                Fate::Used => continue,
                Fate::Sold => &mut found.sold,
                Fate::Destroyed => &mut found.destroyed,
                Fate::Ended => &mut found.ended,
            };
            slot.add(put.gone(scale.weigh(group)), share);
        }
        found.in_stock.add(put.left(), share);
        found
    }

    /// The kilograms of a pack are among those of its lot, where the pack's weight is unknown.
    fn is_counted_elsewhere(&self, key: Key) -> bool {
        let view = self.spread.network.view;
        if view.shape(key.item).is_class {
            return false;
        }
        let weight = Scale::of(view, key.item, self.spread.network.facts).amount(None);
        let has_lot = !view.lots_of(key.item).is_empty();
        let is_container = !view.contents(key.item).stays.is_empty();
        is_container || (has_lot && weight.max.is_none())
    }

    /// Does the one that a shipment names keep records here?
    pub(crate) fn has_recipient(&self, group: &Group) -> bool {
        let view = self.spread.network.view;
        let scope = &view.graph.scope;
        let keeps = |party: &u32| scope.first_entry(*party).is_some_and(|at| view.reaches(at));
        group.to_parties.iter().any(keeps)
            || group.to_sites.iter().any(|site| view.is_recorded_at(*site))
    }

    pub(super) fn stock(&mut self, answer: &mut ScopeAnswer) {
        type Place = (Option<String>, Option<String>, String);
        let mut found: BTreeMap<Place, (ScopeGrade, Kilograms)> = BTreeMap::new();
        for (id, holding) in self.shown.iter().zip(&answer.holdings) {
            let is_put = self.node(*id).is_some_and(|node| node.put.is_some());
            let affected = holding.grade != ScopeGrade::Cleared;
            if !is_put || !affected || holding.left_kg.max == Some(0.0) {
                continue;
            }
            let key = (holding.site.clone(), holding.keeper.clone(), holding.lot.clone());
            let line = found.entry(key).or_insert((holding.grade, ZERO));
            *line = (line.0.min(holding.grade), line.1.plus(holding.left_kg));
        }
        let line = |((site, party, lot), (grade, kilograms))| StockLine {
            site,
            party,
            lot,
            grade,
            kilograms,
        };
        answer.stock = found.into_iter().map(line).collect();
    }
}

impl Whereabouts {
    fn add(&mut self, other: &Whereabouts) {
        for (own, more) in [
            (&mut self.in_stock, other.in_stock),
            (&mut self.in_transit, other.in_transit),
            (&mut self.left_records, other.left_records),
            (&mut self.sold, other.sold),
            (&mut self.destroyed, other.destroyed),
            (&mut self.ended, other.ended),
        ] {
            *own = own.plus(more);
        }
    }
}
