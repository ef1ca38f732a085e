//! Where the scopes of clean cities cross borders, against what truly moved.

use crate::scene::{Scene, scene};
use laiqu_city::TruthSite;
use laiqu_trace::{Area, Border, Hazard, ScopeAnswer, ScopeQuestion, Start, Way};
use std::collections::{BTreeMap, BTreeSet};

/// Lot, from, to.
type Path = (String, String, String);
/// Border, way, kilograms in grams; nothing where no record gives a weight, as of a pack.
type Crossed = BTreeMap<Path, (Border, Way, Option<f64>)>;

/// The contaminated lot, and some of what left the city and came into it.
fn starts(scene: &Scene) -> Vec<String> {
    let truth = &scene.city.truth;
    let outside = |site: u32| truth.sites[site as usize].party.is_none();
    let id = |item: u32| truth.items[item as usize].id.to_string();
    let out = truth.moves.iter().filter(|m| outside(m.to)).take(5);
    let into = truth.moves.iter().filter(|m| outside(m.from)).take(5);
    let lots = out.chain(into).map(|m| id(m.item));
    lots.chain([truth.contaminated_lot().to_owned()]).collect()
}

/// The widest border of the area, a district's code of six digits, between two places.
fn between(area: &str, from: &TruthSite, to: &TruthSite) -> Option<(Border, Way)> {
    if !from.states_area || !to.states_area {
        return Some((Border::Province, Way::Unknown));
    }
    let widths = [(2, Border::Province), (4, Border::City), (6, Border::District)];
    let lies = |site: &TruthSite, width: usize| site.area[..width] == area[..width];
    let found = widths.into_iter().find(|(width, _)| lies(from, *width) != lies(to, *width));
    let (width, border) = found?;
    Some((border, if lies(from, width) { Way::Out } else { Way::In }))
}

fn truly(scene: &Scene, lots: &BTreeSet<String>, area: &str) -> Crossed {
    let truth = &scene.city.truth;
    let mut crossed = Crossed::new();
    for moved in &truth.moves {
        let lot = truth.items[moved.item as usize].id.to_string();
        let (from, to) = (&truth.sites[moved.from as usize], &truth.sites[moved.to as usize]);
        if let Some((border, way)) = between(area, from, to).filter(|_| lots.contains(&lot)) {
            let path = (lot, from.id.clone(), to.id.clone());
            let (_, _, grams) = crossed.entry(path).or_insert((border, way, Some(0.0)));
            *grams = grams.map(|sum| sum + moved.grams as f64);
        }
    }
    crossed
}

fn told(answer: &ScopeAnswer) -> Crossed {
    let mut crossed = Crossed::new();
    for crossing in &answer.borders.crossings {
        let transfer = &answer.transfers[crossing.transfer];
        let (from, to) = (transfer.from_site.clone().unwrap(), transfer.to_site.clone().unwrap());
        let asked = crossing.ask.site.as_ref();
        let expected = match crossing.way {
            Way::In => &from,
            Way::Out => &to,
            Way::Unknown if crossing.from_area.is_none() => &from,
            Way::Unknown => &to,
        };
        assert_eq!(asked, Some(expected), "{crossing:?}");
        assert!(!transfer.documents.is_empty(), "{transfer:?}");
        let path = (transfer.lot.clone(), from, to);
        let (_, _, grams) =
            crossed.entry(path).or_insert((crossing.border, crossing.way, Some(0.0)));
        let more = transfer.kilograms.max.map(|max| (max * 1000.0).round());
        *grams = grams.zip(more).map(|(sum, more)| sum + more);
    }
    crossed
}

#[test]
fn in_a_clean_city_every_movement_over_a_border_is_told_and_no_other() {
    let mut seen: BTreeSet<(Border, Way)> = BTreeSet::new();
    for seed in 1..=4 {
        let scene = scene(seed, 4_000, true);
        let truth = &scene.city.truth;
        let starts = starts(&scene);
        let mut lots: BTreeSet<String> = starts.iter().cloned().collect();
        lots.extend(starts.iter().flat_map(|lot| truth.forward_of(lot, false)));
        let districts: BTreeSet<&str> = truth.sites.iter().map(|site| site.area).collect();
        for area in districts {
            let asked = ScopeQuestion {
                area: Area::parse(area),
                ..ScopeQuestion::new(Start::Items(starts.clone()), Hazard::Temperature)
            };
            let answer = scene.graph.recall_scope(&asked, &scene.said);
            assert_eq!(answer.borders.area.as_deref(), Some(area));
            let (told, truly) = (told(&answer), truly(&scene, &lots, area));
            let paths: BTreeSet<&Path> = told.keys().chain(truly.keys()).collect();
            for path in paths {
                let (told, mut truly) = (told.get(path), truly.get(path).copied());
                if told.is_some_and(|(_, _, grams)| grams.is_none()) {
                    assert!(path.0.contains("/21/"), "{path:?}");
                    truly = truly.map(|(border, way, _)| (border, way, None));
                }
                assert_eq!(told.copied(), truly, "seed {seed}, area {area}: {path:?}");
            }
            seen.extend(told.values().map(|(border, way, _)| (*border, *way)));
        }
    }
    // The cities show all there is.
    assert_eq!(seen.len(), 7, "{seen:?}");
}
