//! The records of clean cities: nothing is missing and nothing contradicts itself.

use crate::scene::scene;
use laiqu_city::CityParty;
use laiqu_trace::{FlawKind, QualityQuestion, Selection};
use std::collections::BTreeSet;

/// Small shops lose papers also in a clean city, and some receipts are of two shipments.
#[test]
fn in_a_clean_city_every_movement_has_both_sides_in_their_order() {
    // In a large one the market sends a dozen shipments of one lot at one moment.
    let small = (1..=24).map(|seed| (seed, 4_000));
    for (seed, events) in small.chain([(27, 20_000)]) {
        let scene = scene(seed, events, true);
        let truth = &scene.city.truth;
        let outside = truth.sites.iter().filter(|site| site.party.is_none());
        let outside: BTreeSet<&str> = outside.map(|site| site.id.as_str()).collect();
        let of = |party: &CityParty| QualityQuestion {
            of: Selection::Party(party.id.clone()),
            from: i64::MIN,
            until: i64::MAX,
            late_micros: i64::MAX,
            visible_to: None,
            as_of: None,
        };
        let answers =
            scene.city.parties.iter().map(|party| scene.graph.quality(&of(party), &scene.said));
        let answers: Vec<_> = answers.collect();
        assert!(answers.iter().map(|answer| answer.events).sum::<usize>() > events);
        for flaw in answers.iter().flat_map(|answer| &answer.flaws) {
            let leads = |place: &Option<String>| {
                place.as_deref().is_some_and(|place| outside.contains(place))
            };
            let is_known = match flaw.kind {
                // Who lies outside records nothing.
                FlawKind::NotReceived => leads(&flaw.to_place),
                // What comes from outside begins here, and some sell by weight without a lot.
                FlawKind::NoOrigin | FlawKind::Unlotted => true,
                _ => false,
            };
            assert!(is_known, "seed {seed}: {flaw:?}");
        }
    }
}
