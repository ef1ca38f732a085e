//! The planted incidents, found in the events.

use super::scene;

#[test]
fn contaminated_lot_is_harvested_certified_and_found() {
    for seed in 1..=5 {
        let scene = scene(seed, false);
        let found = &scene.city.truth.incidents.contaminated;
        assert!(scene.of("creating_class_instance").any(|e| e.items().contains(&found.lot)));
        let bad = scene.of("sampling").filter(|e| e.json["laiqu:result"] == "不合格");
        let bad: Vec<_> = bad.collect();
        assert_eq!(bad.len(), 1, "seed {seed}");
        assert_eq!(bad[0].items(), std::slice::from_ref(&found.sampled));
        assert_eq!(bad[0].place("bizLocation"), found.sampled_at);
        assert_eq!(bad[0].json["laiqu:analyte"], found.analyte.as_str());
        assert_eq!(bad[0].json["disposition"], "non_conformant");
    }
}

#[test]
fn dirty_line_lacks_one_cleaning() {
    for seed in 1..=5 {
        for clean in [false, true] {
            let scene = scene(seed, clean);
            let dirty = &scene.city.truth.incidents.dirty_line;
            let times: Vec<i64> = scene
                .of("laiqu:BizStep-cleaning")
                .filter(|e| e.items().contains(&dirty.line))
                .map(super::Posted::time)
                .collect();
            assert_eq!(dirty.cleanings.len(), 3, "seed {seed}");
            let told =
                |c: &crate::Cleaning| times.iter().any(|t| (t - c.micros).abs() < 660_000_000);
            assert!(dirty.cleanings.iter().all(|c| told(c) == c.recorded));
            assert_eq!(
                dirty.cleanings.iter().filter(|c| c.recorded).count(),
                2 + usize::from(clean)
            );
            assert!(!dirty.exposed.is_empty());
            assert_eq!(dirty.suspected.is_empty(), clean);
            let made = |lot: &String| {
                let mut runs = scene.events.iter().filter(|e| e.place("readPoint") == dirty.line);
                runs.any(|e| e.list("outputQuantityList").contains(lot))
            };
            assert!(dirty.exposed.iter().chain(&dirty.suspected).all(made));
        }
    }
}

#[test]
fn excursion_is_measured_but_for_a_gap() {
    for seed in 1..=5 {
        for clean in [false, true] {
            let scene = scene(seed, clean);
            let warm = &scene.city.truth.incidents.excursion;
            let readings: Vec<(i64, f64)> = scene
                .of("sensor_reporting")
                .filter(|e| e.place("readPoint") == warm.room)
                .map(|e| {
                    let report = &e.json["sensorElementList"][0]["sensorReport"][0];
                    (e.time(), report["maxValue"].as_f64().unwrap())
                })
                .collect();
            let limit = warm.limit_millicelsius as f64 / 1000.0;
            let hot = readings.iter().filter(|(_, v)| *v > limit).count();
            assert_eq!(hot, if clean { 4 } else { 2 }, "seed {seed}");
            // A reading tells of the hour before it.
            let slack = 660_000_000;
            let inside =
                readings.iter().filter(|(t, _)| *t > warm.gap.0 + slack && *t < warm.gap.1 + slack);
            assert_eq!(inside.count(), 0, "seed {seed}");
            assert!(readings.iter().all(|(t, v)| {
                *v <= limit || (*t > warm.warm.0 - slack && *t <= warm.warm.1 + slack)
            }));
            assert!(!warm.exposed.is_empty());
        }
    }
}

#[test]
fn relabelled_import_appears_from_nowhere() {
    for seed in 1..=5 {
        for clean in [false, true] {
            let scene = scene(seed, clean);
            let relabelled = &scene.city.truth.incidents.relabelled;
            assert!(!relabelled.old.contains("id.gs1.org") && relabelled.old != relabelled.new);
            let made = scene.any(|e| e.list("outputQuantityList").contains(&relabelled.new));
            assert_eq!(made, clean);
            let added = scene.any(|e| {
                e.json["action"] == "ADD" && e.list("quantityList").contains(&relabelled.new)
            });
            assert_eq!(added, !clean);
            assert!(scene.of("shipping").any(|e| e.items().contains(&relabelled.new)));
            assert!(!scene.city.truth.sellers_of(&relabelled.old, false).is_empty());
        }
    }
}

#[test]
fn certificate_goes_with_more_than_it_says() {
    for seed in 1..=5 {
        for clean in [false, true] {
            let scene = scene(seed, clean);
            let over = &scene.city.truth.incidents.certificate;
            let names = |e: &&super::Posted| e.documents("cert").contains(&over.certificate);
            let issued = scene.of("inspecting").find(names).unwrap();
            let kilograms = issued.json["laiqu:certifiedKilograms"].as_f64().unwrap();
            assert!((kilograms - over.issued_grams as f64 / 1000.0).abs() < 1e-9);
            // One side of a shipment may be missing: either tells of its kilograms.
            let mut lots: Vec<String> = scene
                .events
                .iter()
                .filter(|e| e.is("shipping") || e.is("receiving"))
                .filter(names)
                .flat_map(super::Posted::items)
                .collect();
            lots.sort();
            lots.dedup();
            assert_eq!(lots.len(), if clean { 1 } else { 3 }, "seed {seed}");
            assert_eq!(over.used_grams > over.issued_grams, !clean);
        }
    }
}
