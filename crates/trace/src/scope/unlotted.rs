//! Sales that name a product and no lot: how much of what they took is affected, each counted once
//! however many lots it may be of.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::Kilograms;
use crate::intern::NONE;
use crate::scope::amounts::{Expectation, UnlottedSales};
use crate::scope::answer::ScopeAnswer;
use crate::scope::kilos::ZERO;
use crate::scope::network::{Key, Slot, slot};
use crate::scope::puts::{Fate, fate_of};
use crate::scope::reason::ScopeGrade;
use crate::scope::report::Report;

/// Sales of one product at one site, and the lots that were on hand there.
#[derive(Default)]
struct Pool {
    /// Sales that may be of affected lots.
    events: BTreeSet<u32>,
    sold: Kilograms,
    /// Of these, what the question starts with.
    sure: Kilograms,
    lots: BTreeSet<u32>,
    /// Left of affected lots, and of others.
    affected: Kilograms,
    others: Kilograms,
    affected_lots: BTreeSet<u32>,
    /// Some of the product was brought there without a lot, too.
    open: bool,
}

impl Pool {
    /// At most what is left of affected lots; at least what no other lot can explain.
    fn share(&self) -> Kilograms {
        let asked = self.sold.minus(self.sure);
        let lower = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let max = lower(asked.max, self.affected.max);
        let others = self.others.max.filter(|_| !self.open);
        let min = others.map_or(0.0, |others| (asked.min - others).max(0.0));
        Kilograms { min: max.map_or(min, |max| min.min(max)), max }.plus(self.sure)
    }
}

impl Report<'_, '_, '_, '_> {
    /// Tells the sales, and that so much less may be in stock.
    pub(crate) fn unlotted(&mut self, answer: &mut ScopeAnswer) {
        for ((site, product), mut pool) in self.pools() {
            let view = self.spread.network.view;
            let mut there: Vec<u32> = pool.lots.iter().copied().collect();
            there.sort_by_key(|lot| view.text(*lot));
            for lot in there {
                self.weigh(lot, site, &mut pool);
            }
            let affected = pool.share();
            self.less_in_stock(site, &pool, affected, answer);
            answer.kilograms.unlotted = answer.kilograms.unlotted.plus(affected);
            let mut lots: Vec<String> =
                pool.affected_lots.iter().filter_map(|lot| self.text(*lot)).collect();
            lots.sort();
            let sellers = pool.events.iter().filter_map(|event| view.graph.event(*event));
            let sellers: BTreeSet<String> =
                sellers.filter_map(|record| self.text(record.issuer)).collect();
            answer.unlotted.push(UnlottedSales {
                site: self.text(site),
                parties: sellers.into_iter().collect(),
                product: self.text(product).unwrap_or_default(),
                kilograms: pool.sold,
                affected,
                lots,
                events: self.event_ids(pool.events),
            });
        }
        let key = |line: &UnlottedSales| (line.site.clone(), line.product.clone());
        answer.unlotted.sort_by_key(key);
    }

    fn pools(&mut self) -> BTreeMap<(u32, u32), Pool> {
        let view = self.spread.network.view;
        let mut pools: BTreeMap<(u32, u32), Pool> = BTreeMap::new();
        for id in &self.shown {
            let node = self.node(*id).filter(|node| node.grade != ScopeGrade::Cleared);
            let Some((key, grade)) = node.map(|node| (node.key, node.grade)) else { continue };
            let Slot::Mention(event) = key.slot else { continue };
            let Some(record) = view.graph.event(event) else { continue };
            let site = view.site(view.place(event, record));
            if site == NONE || fate_of(view, key.item, event) != Some(Fate::Sold) {
                continue;
            }
            let pool = pools.entry((site, key.item)).or_default();
            let weight = self.spread.network.mentioned(key.item, record);
            pool.events.insert(event);
            pool.sold = pool.sold.plus(weight);
            if grade == ScopeGrade::Definite {
                pool.sure = pool.sure.plus(weight);
            }
            pool.lots.extend(view.lots_behind(key.item, event));
            pool.open |= !view.mentions_behind(key.item, event).is_empty();
        }
        pools
    }

    fn weigh(&mut self, lot: u32, site: u32, pool: &mut Pool) {
        let puts = self.puts(lot);
        for (index, put) in puts.puts.iter().enumerate().filter(|(_, put)| put.site == site) {
            let node = self.spread.node(Key { item: lot, slot: slot(index) });
            let grade = node.and_then(|id| self.node(id)).map(|node| node.grade);
            if grade.is_some_and(|grade| grade != ScopeGrade::Cleared) {
                pool.affected = pool.affected.plus(put.left());
                pool.affected_lots.insert(lot);
            } else {
                pool.others = pool.others.plus(put.left());
                let told = puts.groups_of(index).flat_map(|(_, group)| group.events.clone());
                self.spread.network.view.rest_on(told);
            }
        }
    }

    /// What was sold without a lot may have been any of these: each may be so much less.
    fn less_in_stock(&self, site: u32, pool: &Pool, sold: Kilograms, answer: &mut ScopeAnswer) {
        let less = |kilograms: &mut Kilograms| kilograms.min = kilograms.minus(sold).min;
        let mut grades = BTreeSet::new();
        for (id, holding) in self.shown.iter().zip(&mut answer.holdings) {
            let Some(node) = self.node(*id) else { continue };
            let is_here = node.put.as_ref().is_some_and(|put| put.site == site);
            if is_here && pool.affected_lots.contains(&node.key.item) && holding.left_kg != ZERO {
                less(&mut holding.left_kg);
                grades.insert(node.grade);
            }
        }
        for grade in grades {
            let sum = match grade {
                ScopeGrade::Definite => &mut answer.kilograms.definite,
                ScopeGrade::Suspected => &mut answer.kilograms.suspected,
                ScopeGrade::Cleared => continue,
            };
            let Expectation { expected, worst } = &mut sum.in_stock;
            less(expected);
            less(worst);
        }
    }
}

#[cfg(test)]
mod tests {
    use laiqu_epcis::facts::{Action, Facts, ItemRole};
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::*;
    use crate::{Hazard, ScopeQuestion, Start};

    const PRODUCT: &str = "https://id.gs1.org/01/06901234000011";
    const SHOP: &str = "https://id.gs1.org/414/0860009999978";

    fn lot(number: usize) -> String {
        format!("{PRODUCT}/10/{number}")
    }

    fn unlotted(id: &str, hour: i64, kg: f64) -> Facts {
        let sold = object(id, Action::Delete, "retail_selling", at(3, hour), SHOP);
        sold.class(ItemRole::Subject, PRODUCT, kg)
    }

    /// Lots come with so many kilograms, the first `affected` of them are asked about, and some is
    /// sold without a lot.
    fn answer(lots: &[u32], affected: usize, sales: &[u32]) -> ScopeAnswer {
        let came = lots.iter().enumerate().map(|(number, kg)| {
            receive(&format!("r{number}"), at(1, 1), SHOP, &lot(number), f64::from(*kg))
        });
        let sold = (0..).zip(sales).map(|(n, kg)| unlotted(&format!("s{n}"), n, f64::from(*kg)));
        let events: Vec<Facts> = came.chain(sold).collect();
        let start = Start::Items((0..affected).map(lot).collect());
        graph(&events).recall_scope(&ScopeQuestion::new(start, Hazard::Chemical), &())
    }

    /// Least and most of the affected lots that sales can have taken, by trying every way.
    fn oracle(lots: &[u32], affected: usize, sold: u32) -> Option<(u32, u32)> {
        let mut ways: BTreeSet<(u32, u32)> = BTreeSet::from([(0, 0)]);
        for (number, kg) in lots.iter().enumerate() {
            let more = ways.iter().flat_map(|(all, bad)| {
                (0..=*kg).map(move |t| (all + t, bad + if number < affected { t } else { 0 }))
            });
            ways = more.collect();
        }
        let found = ways.iter().filter(|(all, _)| *all == sold).map(|(_, bad)| *bad);
        Some((found.clone().min()?, found.max()?))
    }

    proptest! {
        #[test]
        fn affected_is_what_some_way_of_selling_took_and_each_sale_counts_once(
            lots in prop::collection::vec(1_u32..6, 1..4),
            affected in 1_usize..4,
            sales in prop::collection::vec(1_u32..4, 1..4),
        ) {
            let affected = affected.min(lots.len());
            let sold: u32 = sales.iter().sum();
            let answer = answer(&lots, affected, &sales);
            let [line] = answer.unlotted.as_slice() else { panic!("{:?}", answer.unlotted) };
            prop_assert_eq!(line.kilograms, Kilograms::exact(f64::from(sold)));
            prop_assert_eq!(line.events.len(), sales.len());
            prop_assert_eq!(line.lots.len(), affected);
            prop_assert_eq!(answer.kilograms.unlotted, line.affected);
            let there: u32 = lots.iter().take(affected).sum();
            let stock = answer.kilograms.definite.in_stock.worst;
            prop_assert_eq!(stock.max, Some(f64::from(there)));
            if let Some((least, most)) = oracle(&lots, affected, sold) {
                let (least, most) = (f64::from(least), f64::from(most));
                prop_assert_eq!(line.affected, Kilograms { min: least, max: Some(most) });
                prop_assert_eq!(stock.min, f64::from(there) - most);
            }
        }
    }

    #[test]
    fn what_was_brought_without_a_lot_explains_sales_too() {
        let brought = object("b", Action::Observe, "receiving", at(1, 2), SHOP);
        let events = [
            receive("r", at(1, 1), SHOP, &lot(0), 5.0),
            brought.class(ItemRole::Subject, PRODUCT, 9.0),
            unlotted("s", 1, 4.0),
        ];
        let start = Start::Items(vec![lot(0)]);
        let asked = ScopeQuestion::new(start, Hazard::Chemical);
        let answer = graph(&events).recall_scope(&asked, &());
        assert_eq!(answer.kilograms.unlotted, Kilograms { min: 0.0, max: Some(4.0) });
        assert_eq!(answer.stock[0].kilograms, Kilograms { min: 1.0, max: Some(5.0) });
    }
}
