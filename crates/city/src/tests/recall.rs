//! The records hold the truth: every recorded relation and every sale can be found in the events.

use std::collections::{BTreeMap, BTreeSet};

use super::{Scene, scene};

type Edges = BTreeSet<(String, String)>;

/// Lot-to-lot relations as the events state them.
fn relations(scene: &Scene) -> Edges {
    let mut runs: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let mut edges = Edges::new();
    for event in &scene.events {
        if let Some(id) = event.json["transformationID"].as_str() {
            let run = runs.entry(format!("{} {id}", event.party)).or_default();
            run.0.extend(event.list("inputQuantityList"));
            run.0.extend(event.list("inputEPCList"));
            run.1.extend(event.list("outputQuantityList"));
        }
        if event.is("commissioning") {
            let lot = event.json["ilmd"]["cbvmda:lotNumber"].as_str().unwrap();
            for pack in event.list("epcList") {
                let gtin = pack.split("/21/").next().unwrap();
                edges.insert((format!("{gtin}/10/{lot}"), pack.clone()));
            }
        }
    }
    for (inputs, outputs) in runs.values() {
        for input in inputs {
            edges.extend(outputs.iter().map(|output| (input.clone(), output.clone())));
        }
    }
    edges
}

#[test]
fn events_state_every_recorded_relation_and_no_other() {
    for (seed, clean) in [(1, false), (2, true), (3, false)] {
        let scene = scene(seed, clean);
        let truth = &scene.city.truth;
        let id = |i: u32| truth.items[i as usize].id.to_string();
        let recorded = truth.flows.iter().filter(|f| f.recorded);
        let mut expected: Edges = recorded.map(|f| (id(f.from), id(f.to))).collect();
        let mut stated = relations(scene);
        // A kitchen that puts a pack into a pot names the pack.
        for edges in [&mut expected, &mut stated] {
            edges.retain(|(from, to)| from != to);
        }
        let missing: Vec<_> = expected.difference(&stated).collect();
        let extra: Vec<_> = stated.difference(&expected).collect();
        assert!(missing.is_empty(), "seed {seed}: missing {missing:?}");
        assert!(extra.is_empty(), "seed {seed}: extra {extra:?}");
        for gap in &truth.unrecorded {
            assert!(!stated.contains(&(gap.from.clone(), gap.to.clone())));
        }
    }
}

/// Items that events place at each site: named there, sent there, or in a unit that was.
fn seen_at(scene: &Scene) -> BTreeSet<(String, String)> {
    let mut contents: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in scene.events.iter().filter(|e| !e.json["parentID"].is_null()) {
        let parent = super::canonical(event.json["parentID"].as_str().unwrap());
        let children = ["childEPCs", "childQuantityList"].iter().flat_map(|l| event.list(l));
        contents.entry(parent).or_default().extend(children);
    }
    let mut seen = BTreeSet::new();
    for event in &scene.events {
        let destination = event.end("destinationList", "location");
        let location = event.place("bizLocation");
        for site in [destination, location].into_iter().filter(|s| !s.is_empty()) {
            let mut open = event.items();
            open.extend(
                ["inputQuantityList", "outputQuantityList"].iter().flat_map(|l| event.list(l)),
            );
            open.extend(["childEPCs", "childQuantityList"].iter().flat_map(|l| event.list(l)));
            while let Some(item) = open.pop() {
                open.extend(contents.get(&item).into_iter().flatten().cloned());
                seen.insert((item, site.clone()));
            }
        }
    }
    seen
}

#[test]
fn events_place_every_sold_item_at_its_seller() {
    for seed in [1, 4] {
        let scene = Scene::new(seed, 4_000, false);
        let seen = seen_at(&scene);
        let truth = &scene.city.truth;
        for sale in &truth.sales {
            let item = truth.items[sale.item as usize].id.to_string();
            let site = truth.sites[sale.site as usize].id.clone();
            assert!(seen.contains(&(item.clone(), site.clone())), "{item} at {site}");
        }
    }
}

#[test]
fn sample_pack_and_contaminated_lot_are_worth_a_demo() {
    for seed in 1..=5 {
        for events in [1_500, 6_000] {
            let city = crate::City::build(&crate::CityConfig {
                seed,
                events,
                ..crate::CityConfig::default()
            });
            let truth = &city.truth;
            let pack = truth.sample_pack().unwrap();
            assert!(pack.contains("/21/") && truth.depth_of(pack) >= 4);
            let sources = truth.sources_of(pack, true);
            assert!(sources.iter().filter(|s| truth.is_farm_lot(s)).count() >= 2);
            assert!(!truth.sold_at(pack).is_empty());
            let bad = truth.contaminated_lot();
            assert!(truth.is_farm_lot(bad));
            assert!(truth.forward_of(bad, true).len() > 5);
            assert!(truth.sellers_of(bad, true).len() > 4, "seed {seed}");
            assert!(truth.back_of(pack, true).is_superset(&sources));
            // The two directions agree.
            assert_eq!(sources.contains(bad), truth.forward_of(bad, true).contains(pack));
            assert!(truth.forward_of("urn:nothing", false).is_empty());
        }
    }
}

#[test]
fn unrecorded_relation_is_left_out_on_request() {
    let truth = Scene::new(2, 1_500, false).city.truth;
    let gap = &truth.unrecorded[0];
    assert!(truth.forward_of(&gap.from, false).contains(&gap.to));
    assert!(!truth.forward_of(&gap.from, true).contains(&gap.to));
    assert!(truth.sources_of(&gap.to, false).contains(&gap.from));
    assert_eq!(truth.sources_of(&gap.to, true).into_iter().next().as_ref(), Some(&gap.to));
}
