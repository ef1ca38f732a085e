//! Kilograms: what came in is sold, wasted, used or still there, for each lot at each place.

use std::collections::BTreeMap;

use crate::truth::{ItemKind, Truth};

impl Truth {
    /// Every lot and place where grams do not balance, or times run backwards; empty when all is
    /// well.
    #[must_use]
    pub fn balance(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut held: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        let mut add = |item, site, grams| *held.entry((item, site)).or_insert(0) += grams;
        let positive = self.creations.iter().all(|c| c.grams > 0)
            && self.flows.iter().all(|f| f.grams > 0)
            && self.moves.iter().all(|m| m.grams > 0)
            && [&self.sales, &self.waste, &self.stock]
                .iter()
                .all(|list| list.iter().all(|p| p.grams > 0));
        for c in &self.creations {
            add(c.item, c.site, c.grams);
        }
        for f in &self.flows {
            add(f.from, f.site, -f.grams);
            add(f.to, f.site, f.grams);
        }
        for m in &self.moves {
            add(m.item, m.from, -m.grams);
            add(m.item, m.to, m.grams);
        }
        for p in self.sales.iter().chain(&self.waste).chain(&self.stock) {
            add(p.item, p.site, -p.grams);
        }
        if !positive {
            problems.push("an amount is not positive".to_owned());
        }
        for ((item, site), grams) in held.into_iter().filter(|(_, grams)| *grams != 0) {
            let (item, site) = (&self.items[item as usize], &self.sites[site as usize]);
            problems.push(format!("{} at {}: {grams} g left over", item.id, site.id));
        }
        self.order(&mut problems);
        problems
    }

    /// Nothing is used, moved or sold before it is there.
    fn order(&self, problems: &mut Vec<String>) {
        let mut first: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        let mut born = vec![false; self.items.len()];
        let mut seen = |item: u32, site: u32, micros: i64| {
            let at = first.entry((item, site)).or_insert(micros);
            *at = micros.min(*at);
        };
        for c in &self.creations {
            seen(c.item, c.site, c.micros);
            born[c.item as usize] = true;
        }
        for f in &self.flows {
            seen(f.to, f.site, f.micros);
            born[f.to as usize] = true;
        }
        for m in &self.moves {
            seen(m.item, m.to, m.arrived);
        }
        let mut check = |item: u32, site: u32, micros: i64, what: &str| {
            if first.get(&(item, site)).is_none_or(|at| *at > micros) {
                let id = &self.items[item as usize].id;
                problems.push(format!("{id} is {what} at site {site} before it is there"));
            }
        };
        self.flows.iter().for_each(|f| check(f.from, f.site, f.micros, "used"));
        self.moves.iter().for_each(|m| check(m.item, m.from, m.departed, "moved"));
        self.sales.iter().for_each(|s| check(s.item, s.site, s.micros, "sold"));
        self.waste.iter().for_each(|w| check(w.item, w.site, w.micros, "wasted"));
        for (at, item) in self.items.iter().enumerate().filter(|(at, _)| !born[*at]) {
            problems.push(format!("{} ({:?}, {at}) has no beginning", item.id, item.kind));
        }
        for c in self.creations.iter().filter(|c| c.micros == i64::MIN) {
            problems.push(format!("item {} has no time", c.item));
        }
        let packs = self.items.iter().filter(|i| i.kind == ItemKind::Pack).count();
        if packs == 0 {
            problems.push("no serialised pack was made".to_owned());
        }
    }
}
