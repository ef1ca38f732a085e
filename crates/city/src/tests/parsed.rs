//! The project's own reader takes every document, and sees in it the items of the truth.

use laiqu_epcis::facts::EventType;
use laiqu_epcis::{Document, Limits};

use crate::{City, CityConfig, ItemKind};

#[test]
fn reader_finds_the_true_items() {
    let city = City::build(&CityConfig { seed: 6, events: 4_000, ..CityConfig::default() });
    let truth = &city.truth;
    let (mut lots, mut packs, mut runs, mut starts) = (0, 0, 0, 0);
    for posted in city.documents() {
        let document = Document::parse(&posted.json, &Limits::default()).unwrap();
        assert_eq!(document.events.len(), posted.events);
        for event in &document.events {
            let facts = event.facts(event.event_id().unwrap_or("none"));
            let run = facts.event_type == EventType::Transformation;
            runs += usize::from(run && facts.transformation_id.is_some());
            starts += usize::from(run && facts.start.is_some());
            for item in &facts.items {
                if item.id.contains("/01/") && item.is_class && !item.id.contains("/10/") {
                    continue;
                }
                match truth.find(&item.id).map(|i| truth.items[i as usize].kind) {
                    Some(ItemKind::Pack) => {
                        packs += 1;
                        if let Some(lot) = &item.lot {
                            assert!(truth.back_of(&item.id, true).contains(&**lot), "{lot}");
                            lots += 1;
                        }
                    }
                    Some(_) => assert!(item.is_class),
                    None => assert!(!item.is_class, "{} is not in the truth", item.id),
                }
            }
        }
    }
    assert!(packs > 100 && lots > 50 && lots < packs, "{packs} packs, {lots} with a lot");
    assert!(runs > 50 && starts > 50, "{runs} runs, {starts} with a start");
}
