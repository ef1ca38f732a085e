//! The city as a whole: the same each time, balanced, of the right size, with real check digits.

use super::{Scene, canonical, check};
use crate::{City, CityConfig, Signing};

fn city(seed: u64, events: usize, clean: bool) -> City {
    City::build(&CityConfig { seed, events, clean, ..CityConfig::default() })
}

#[test]
fn same_seed_same_bytes() {
    let text = |seed, clean| -> Vec<_> { city(seed, 2_000, clean).documents().collect() };
    assert_eq!(text(7, false), text(7, false));
    assert_ne!(text(7, false), text(8, false));
    assert_ne!(text(7, false), text(7, true));
    let parties = |seed| -> Vec<_> {
        city(seed, 2_000, false).parties.into_iter().map(|p| (p.id, p.name, p.key_seed)).collect()
    };
    assert_eq!(parties(7), parties(7));
}

#[test]
fn errors_change_records_and_not_the_world() {
    let (dirty, clean) = (city(3, 2_000, false), city(3, 2_000, true));
    let moves = |c: &City| format!("{:?} {:?}", c.truth.moves, c.truth.sales);
    assert_eq!(moves(&dirty), moves(&clean));
    assert_eq!(dirty.truth.unrecorded.len(), 1);
    assert!(clean.truth.unrecorded.is_empty());
    assert!(clean.describe().errors.is_empty(), "{:?}", clean.describe().errors);
}

#[test]
fn kilograms_balance() {
    for seed in 0..20 {
        let problems = city(seed, 1_500, seed % 2 == 0).truth.balance();
        assert!(problems.is_empty(), "seed {seed}: {:?}", &problems[..problems.len().min(5)]);
    }
}

#[test]
fn balance_finds_a_lost_gram() {
    let mut truth = city(1, 1_500, true).truth;
    truth.sales[0].grams += 1;
    assert_eq!(truth.balance().len(), 1);
    truth.sales[0].grams -= 1;
    truth.moves[3].departed = 0;
    assert_eq!(truth.balance().len(), 1);
}

#[test]
fn size_follows_the_wish() {
    for events in [1_500, 4_000, 20_000, 40_000] {
        let city = city(2, events, false);
        let posted: usize = city.documents().map(|d| d.events).sum();
        assert_eq!(posted, events);
        assert_eq!(city.event_count(), events);
        let hub = city.truth.find(&city.truth.hub_lot).unwrap();
        let successors = city.truth.flows.iter().filter(|f| f.from == hub).count();
        assert_eq!(successors, events / 100, "of {events}");
    }
    let usual = city(2, 20_000, false);
    assert_eq!((usual.days(), usual.parties.len()), (21, 150));
    let longer = city(2, 40_000, false);
    assert_eq!((longer.days(), longer.parties.len()), (42, 150));
    assert_eq!(city(2, 0, false).event_count(), crate::EVENTS_MIN);
}

#[test]
fn documents_are_as_large_as_their_parties() {
    let city = city(1, 20_000, false);
    let largest = city.documents().map(|d| d.events).max().unwrap();
    assert!(largest > 40 && largest <= 60, "{largest}");
    let posts: Vec<i64> = city.documents().map(|d| d.post_micros).collect();
    assert!(posts.is_sorted());
    let gateway = city.parties.iter().filter(|p| p.signing == Signing::Gateway).count();
    assert!((40..140).contains(&gateway), "{gateway}");
    let mut districts: Vec<&str> = city.parties.iter().map(|p| p.district.as_str()).collect();
    districts.sort_unstable();
    districts.dedup();
    assert_eq!(districts.len(), 4);
    let mut names: Vec<&str> = city.parties.iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), city.parties.len());
}

#[test]
fn every_party_introduces_itself_first() {
    let city = city(4, 3_000, false);
    let mut known = vec![false; city.parties.len()];
    for document in city.documents() {
        let json: serde_json::Value = serde_json::from_str(&document.json).unwrap();
        let list = &json["epcisHeader"]["epcisMasterData"]["vocabularyList"];
        assert_eq!(list.is_array(), !known[document.party]);
        if list.is_array() {
            assert!(list.to_string().contains(&city.parties[document.party].name));
        }
        known[document.party] = true;
    }
    assert!(known.into_iter().all(|k| k));
}

/// GB 32100-2015: the weighted sum with the check character is a multiple of 31.
#[test]
fn check_characters_are_real() {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let scene = Scene::new(5, 2_000, false);
    for party in &scene.city.parties {
        let code = party.id.strip_prefix("urn:uscc:").unwrap();
        assert_eq!(code.len(), 18);
        let mut values = code.chars().map(|c| ALPHABET.find(c).unwrap() as u64);
        let sum: u64 = values.clone().take(17).zip(0..).map(|(v, i)| v * 3_u64.pow(i)).sum();
        assert_eq!((sum + values.next_back().unwrap()) % 31, 0, "{code}");
        assert!(check(&party.gln));
    }
    for item in &scene.city.truth.items {
        if let Some(rest) = item.id.strip_prefix("https://id.gs1.org/01/") {
            assert!(check(&rest[..14]), "{}", item.id);
        }
    }
    let mut units = 0;
    for event in &scene.events {
        let Some(parent) = event.json["parentID"].as_str().map(canonical) else { continue };
        if let Some(sscc) = parent.strip_prefix("https://id.gs1.org/00/") {
            assert!(sscc.len() == 18 && check(sscc), "{parent}");
            units += 1;
        } else if let Some(grai) = parent.strip_prefix("https://id.gs1.org/8003/0") {
            assert!(check(&grai[..13]), "{parent}");
            units += 1;
        }
    }
    assert!(units > 10);
}
