//! What is packed lies there already, and its unit can be told from what it held before.

use std::collections::BTreeMap;

use crate::acts::{Act, Step};
use crate::clock;
use crate::{City, CityConfig};

fn clean(seed: u64) -> City {
    City::build(&CityConfig { seed, events: 4_000, clean: true, ..CityConfig::default() })
}

fn acts(city: &City, step: Step) -> impl Iterator<Item = &Act> {
    city.world.acts.iter().filter(move |act| act.step == step)
}

#[test]
fn nothing_is_packed_before_it_is_there() {
    for seed in 1..=12 {
        let city = clean(seed);
        let truth = &city.truth;
        let made = truth.creations.iter().map(|made| (made.item, made.site, made.micros));
        let came = truth.moves.iter().map(|moved| (moved.item, moved.to, moved.arrived));
        let flowed = truth.flows.iter().map(|flow| (flow.to, flow.site, flow.micros));
        let mut first: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        for (item, site, micros) in made.chain(came).chain(flowed) {
            let known = first.entry((item, site)).or_insert(micros);
            *known = micros.min(*known);
        }
        for act in acts(&city, Step::Pack) {
            for line in &act.lines {
                let since = first.get(&(line.item, act.site));
                let is_there = since.is_some_and(|since| *since <= act.time);
                assert!(is_there, "seed {seed}: {}", city.world.id(line.item));
            }
        }
    }
}

#[test]
fn who_writes_days_gets_no_unit_twice_a_day() {
    let mut seen = 0;
    for seed in 1..=12 {
        let city = clean(seed);
        let mut emptied: BTreeMap<u32, Vec<&Act>> = BTreeMap::new();
        for act in acts(&city, Step::Unpack) {
            emptied.entry(act.unit).or_default().push(act);
        }
        for uses in emptied.values() {
            for (index, act) in uses.iter().enumerate() {
                let role = city.world.sites[act.site as usize].role.unwrap();
                if !city.fate.date_only(role, act.site) {
                    continue;
                }
                let day = clock::midnight(act.time);
                let others = uses.iter().enumerate().filter(|(other, _)| *other != index);
                // One filling of a pallet may be unpacked in several goes.
                let mut others = others.filter(|(_, other)| other.site != act.site);
                assert!(others.all(|(_, other)| clock::midnight(other.time) != day), "seed {seed}");
                seen += 1;
            }
        }
    }
    assert!(seen > 12, "{seen} times unpacked by who writes days");
}
