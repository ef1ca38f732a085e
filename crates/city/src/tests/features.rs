//! Everything that is always among the events, found in the JSON and not in a flag.

use std::collections::{BTreeMap, BTreeSet};

use super::{Posted, Scene, canonical, scene};

/// Runs a check on five seeds.
fn each(check: impl Fn(&Scene, u64)) {
    for seed in 1..=5 {
        check(scene(seed, false), seed);
    }
}

#[test]
fn movements() {
    each(|scene, seed| {
        let mut trucks: BTreeMap<(String, Vec<String>), BTreeSet<i64>> = BTreeMap::new();
        for event in scene.of("shipping") {
            for document in event.documents("desadv") {
                trucks.entry((document, event.items())).or_default().insert(event.time());
            }
        }
        assert!(trucks.values().any(|t| t.len() == 2), "two trucks, seed {seed}");
        let commingled = scene.of("receiving").any(|e| e.documents("desadv").len() == 2);
        assert!(commingled, "commingled receipt, seed {seed}");
        let back =
            |e: &Posted| e.json["disposition"] == "returned" && !e.documents("rma").is_empty();
        assert!(scene.any(back), "return, seed {seed}");
        let shipped: BTreeSet<String> =
            scene.of("shipping").flat_map(|e| e.documents("desadv")).collect();
        let mut voided = scene.of("void_shipping").flat_map(|e| e.documents("desadv")).peekable();
        assert!(voided.peek().is_some(), "voided, seed {seed}");
        assert!(voided.all(|d| shipped.contains(&d)));
        let kept = |e: &Posted| {
            let owner = e.end("sourceList", "owning_party");
            owner.starts_with("urn:uscc:") && owner != e.end("sourceList", "possessing_party")
        };
        assert!(scene.of("shipping").any(kept), "keeper is not owner, seed {seed}");
        let city = scene.places();
        let to = |e: &&Posted| !city.contains(&e.end("destinationList", "location"));
        let from = |e: &&Posted| !city.contains(&e.end("sourceList", "location"));
        assert!(scene.of("shipping").any(|e| to(&e)), "leaves the city, seed {seed}");
        assert!(scene.of("receiving").any(|e| from(&e)), "enters the city, seed {seed}");
    });
}

#[test]
fn units() {
    each(|scene, seed| {
        let crates = |e: &Posted| e.list("childEPCs").iter().any(|c| c.contains("/8003/"));
        let nested: Vec<&Posted> = scene
            .of("packing")
            .filter(|e| crates(e) && !e.list("childQuantityList").is_empty())
            .collect();
        let in_part = nested.iter().any(|pack| {
            let parent = |e: &&Posted| e.json["parentID"].as_str().map(canonical);
            let opened: Vec<&Posted> =
                scene.of("unpacking").filter(|e| parent(e) == parent(pack)).collect();
            opened.iter().any(|e| !crates(e)) && opened.iter().any(|e| crates(e))
        });
        assert!(in_part, "nested pallet unpacked in part, seed {seed}");
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        for event in scene.of("packing") {
            *used.entry(canonical(event.json["parentID"].as_str().unwrap())).or_default() += 1;
        }
        let again = |(id, n): (&String, &usize)| id.contains("/8003/") && *n > 1;
        assert!(used.iter().any(again), "reused crate, seed {seed}");
        let raw = |e: &Posted| e.json["epcList"].to_string();
        let combined = |e: &Posted| raw(e).contains("/10/") && raw(e).contains("/21/");
        assert!(scene.any(combined), "lot beside serial, seed {seed}");
        let apart = |e: &Posted| !raw(e).contains("/10/") && !e.json["ilmd"].is_null();
        assert!(scene.of("commissioning").any(apart), "lot number in ilmd, seed {seed}");
        assert!(
            scene.of("retail_selling").any(|e| raw(e).contains("/21/") || raw(e).contains("sgtin"))
        );
    });
}

#[test]
fn production() {
    each(|scene, seed| {
        let mut made = BTreeSet::new();
        let mut rework = false;
        let mut runs: BTreeMap<&str, usize> = BTreeMap::new();
        let mut order: Vec<&Posted> = scene.events.iter().collect();
        order.sort_by_key(|e| e.time());
        for event in order {
            let tank = event.place("readPoint").ends_with("/254/T1");
            rework |= tank && event.list("inputQuantityList").iter().any(|i| made.contains(i));
            made.extend(event.list("outputQuantityList"));
            if let Some(id) = event.json["transformationID"].as_str() {
                *runs.entry(id).or_default() += 1;
            }
        }
        assert!(rework, "tank with rework, seed {seed}");
        assert!(runs.values().any(|n| *n == 2), "a run told in two events, seed {seed}");
        let hot = |e: &&Posted| !e.json["laiqu:hazard"].is_null();
        assert!(scene.of("laiqu:BizStep-kill_step").any(|e| hot(&e)), "kill step, seed {seed}");
        let canteen = |e: &Posted| scene.city.parties[e.party].name.ends_with("食堂");
        let cooks = |e: &Posted| canteen(e) && e.json["type"] == "TransformationEvent";
        assert!(scene.any(cooks), "canteen cooks, seed {seed}");
        assert!(scene.of("dispensing").any(canteen), "canteen serves, seed {seed}");
        let mut lots: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in scene.of("creating_class_instance").filter(|e| e.json["action"] == "ADD") {
            for item in event.items() {
                if let Some((gtin, lot)) = item.split_once("/10/") {
                    lots.entry(lot.to_owned()).or_default().insert(gtin.to_owned());
                }
            }
        }
        assert!(lots.values().any(|g| g.len() > 1), "same local lot number, seed {seed}");
        let fine = |e: &&Posted| e.json["laiqu:result"] == "合格";
        assert!(scene.of("sampling").any(|e| fine(&e)), "negative sample, seed {seed}");
        let loose = |e: &Posted| {
            e.list("quantityList").iter().any(|i| i.contains("/01/") && !i.contains("/10/"))
        };
        assert!(scene.of("retail_selling").any(loose), "loose sale, seed {seed}");
    });
}

#[test]
fn declarations_follow_what_they_declare() {
    each(|scene, seed| {
        for reason in ["incorrect_data", "did_not_occur"] {
            let mut some = false;
            for event in &scene.events {
                let declaration = &event.json["errorDeclaration"];
                if declaration["reason"] != reason {
                    continue;
                }
                some = true;
                let id = &event.json["eventID"];
                assert!(id.is_string());
                let same: Vec<&Posted> =
                    scene.events.iter().filter(|e| e.json["eventID"] == *id).collect();
                assert_eq!(same.len(), 2);
                assert!(same[0].document < same[1].document && same[0].party == same[1].party);
                let mut copy = same[1].json.clone();
                copy.as_object_mut().unwrap().remove("errorDeclaration");
                assert_eq!(copy, same[0].json);
                if reason == "incorrect_data" {
                    let right = &declaration["correctiveEventIDs"][0];
                    let found = scene.events.iter().filter(|e| e.json["eventID"] == *right);
                    assert_eq!(found.count(), 1);
                }
            }
            assert!(some, "{reason}, seed {seed}");
        }
    });
}

#[test]
fn identifiers_are_unique_and_spelled_in_many_ways() {
    each(|scene, seed| {
        let mut ids = BTreeSet::new();
        let mut bare = BTreeSet::new();
        let mut without = 0;
        for event in scene.events.iter().filter(|e| e.json["errorDeclaration"].is_null()) {
            match event.json["eventID"].as_str() {
                Some(id) => assert!(ids.insert(id.to_owned()), "{id} twice"),
                None => {
                    without += 1;
                    let text = event.json.to_string();
                    assert!(bare.insert((event.party, text)), "two events alike, seed {seed}");
                }
            }
        }
        assert!(without * 5 < scene.events.len() && without > 100, "{without}, seed {seed}");
        let urn = scene.events.iter().filter(|e| e.json.to_string().contains("urn:epc:")).count();
        let share = urn * 100 / scene.events.len();
        assert!((6..=14).contains(&share), "{share} % URNs, seed {seed}");
        assert!(scene.any(|e| e.json.to_string().contains("ma.laiqu.example/q/01/")));
        assert!(scene.any(|e| e.list("quantityList").iter().any(|i| !i.contains("id.gs1.org"))));
        let cases = |e: &Posted| e.json.to_string().contains("\"CS\"");
        assert!(scene.any(cases), "cases, seed {seed}");
    });
}

/// Greatest difference between a receipt's time and the true arrival, over all parties.
fn skew(scene: &Scene) -> i64 {
    let truth = &scene.city.truth;
    let mut arrivals: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    for m in &truth.moves {
        let key =
            (truth.items[m.item as usize].id.to_string(), truth.sites[m.to as usize].id.clone());
        arrivals.entry(key).or_default().push(m.arrived);
    }
    let mut most = 0;
    for event in scene.of("receiving").filter(|e| !e.is_date_only()) {
        for item in event.list("quantityList") {
            let key = (item, event.place("readPoint"));
            let off = arrivals[&key].iter().map(|t| (t - event.time()).abs()).min().unwrap();
            most = most.max(off);
        }
    }
    most
}

#[test]
fn clocks_and_papers_are_imperfect() {
    each(|scene, seed| {
        assert!(scene.any(Posted::is_date_only), "date only, seed {seed}");
        let off = skew(scene);
        assert!((180_000_000..=600_000_000).contains(&off), "skewed clock {off}, seed {seed}");
        let late = scene.events.iter().filter(|e| e.json["errorDeclaration"].is_null());
        let late = late.filter(|e| e.post - e.time() > 2 * 86_400_000_000).count();
        assert!(late > 0, "posted late, seed {seed}");
        let mut made: BTreeMap<String, i64> = BTreeMap::new();
        let truth = &scene.city.truth;
        for (item, grams) in truth
            .creations
            .iter()
            .map(|c| (c.item, c.grams))
            .chain(truth.flows.iter().map(|f| (f.to, f.grams)))
        {
            *made.entry(truth.items[item as usize].id.to_string()).or_default() += grams;
        }
        let wild = |e: &Posted| {
            let all: i64 = e.list("quantityList").iter().filter_map(|i| made.get(i)).sum();
            all > 0 && e.kilograms("quantityList") * 1000.0 > all as f64 * 2.0
        };
        assert!(scene.any(wild), "kilograms times thousand, seed {seed}");
        let sides = |step: &str| -> BTreeSet<(String, String, Vec<String>)> {
            let ends = |e: &Posted| {
                let end = |l| e.end(l, "location");
                (end("sourceList"), end("destinationList"), e.items())
            };
            scene.of(step).map(ends).collect()
        };
        let (shipped, received) = (sides("shipping"), sides("receiving"));
        let city = scene.places();
        let lost = shipped.difference(&received).filter(|s| city.contains(&s.1)).count();
        let unsent = received.difference(&shipped).filter(|s| city.contains(&s.0)).count();
        assert!(lost > 0 && unsent > 0, "one-sided {lost} {unsent}, seed {seed}");
    });
}

#[test]
fn three_per_cent_are_late() {
    let scene = Scene::new(1, 20_000, false);
    // Late documents hold events more than a day old; a day's batch alone reaches 28 hours.
    let late = scene.events.iter().filter(|e| e.json["errorDeclaration"].is_null());
    let late = late.filter(|e| !e.is_date_only() && e.post - e.time() > 32 * 3_600_000_000);
    let share = late.count() as f64 * 100.0 / scene.events.len() as f64;
    assert!((1.5..4.5).contains(&share), "{share} %");
}

#[test]
fn clean_city_has_variety_and_no_errors() {
    let scene = scene(1, true);
    assert!(!scene.any(|e| !e.json["errorDeclaration"].is_null()));
    assert_eq!(skew(scene), 0);
    assert!(scene.any(Posted::is_date_only));
    assert!(scene.of("void_shipping").next().is_some());
    let late = |e: &Posted| e.post - e.time() > 3 * 86_400_000_000;
    assert!(!scene.any(late));
}
