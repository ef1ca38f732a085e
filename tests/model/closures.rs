//! Traces: what is reached is the closure of what the events say, whoever posted them in whatever
//! order.

use crate::world::{World, document};
use laiqu_service::TraceView;
use laiqu_trace::{Direction, LinkKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const LOTS: u8 = 9;
const PARTIES: u8 = 3;

/// One event by numbers: a transformation where it has inputs, otherwise a look at its lot.
#[derive(Clone, Debug)]
struct Draw {
    inputs: BTreeSet<u8>,
    lot: u8,
    hour: u8,
    place: u8,
}

fn draw() -> impl Strategy<Value = Draw> {
    let inputs = prop::collection::btree_set(0..LOTS, 0..3);
    (inputs, 0..LOTS, 0..24_u8, 0..3_u8).prop_map(|(inputs, lot, hour, place)| {
        // Only from lower to higher numbers: no lot is made from itself.
        let inputs = inputs.into_iter().filter(|input| *input < lot).collect();
        Draw { inputs, lot, hour, place }
    })
}

/// Both spellings are the same lot.
fn spelled(lot: u8, as_urn: bool) -> String {
    match as_urn {
        true => format!("urn:epc:class:lgtin:4012345.011111.L{lot}"),
        false => format!("https://id.gs1.org/01/04012345111118/10/L{lot}"),
    }
}

fn event_id(index: usize) -> String {
    format!("urn:uuid:10000000-0000-4000-8000-{index:012}")
}

fn text(index: usize, draw: &Draw) -> String {
    let quantity = |lot: u8| {
        let class = spelled(lot, (index + usize::from(lot)).is_multiple_of(2));
        format!(r#"{{"epcClass":"{class}","quantity":10,"uom":"KGM"}}"#)
    };
    let head = format!(
        r#""eventID":"{}","eventTime":"2026-11-01T{:02}:10:00+08:00",
        "eventTimeZoneOffset":"+08:00","bizLocation":{{"id":"urn:place:{}"}}"#,
        event_id(index),
        draw.hour,
        draw.place
    );
    if draw.inputs.is_empty() {
        let class = quantity(draw.lot);
        return format!(
            r#"{{"type":"ObjectEvent",{head},"action":"OBSERVE","bizStep":"inspecting",
            "quantityList":[{class}]}}"#
        );
    }
    let inputs: Vec<String> = draw.inputs.iter().map(|lot| quantity(*lot)).collect();
    format!(
        r#"{{"type":"TransformationEvent",{head},"bizStep":"commissioning",
        "inputQuantityList":[{}],"outputQuantityList":[{}]}}"#,
        inputs.join(","),
        quantity(draw.lot)
    )
}

#[derive(Debug, Default, PartialEq)]
struct Reached {
    lots: BTreeSet<String>,
    events: BTreeSet<String>,
    links: BTreeSet<(String, String, String)>,
}

impl Reached {
    fn of(view: &TraceView) -> Self {
        let transformed = view.links.iter().filter(|link| link.kind == LinkKind::Transformed);
        Self {
            lots: view.lots.iter().map(|lot| lot.id.clone()).collect(),
            events: view.events.iter().map(|event| event.event_id.clone()).collect(),
            links: transformed
                .map(|link| (link.from.clone(), link.to.clone(), link.event.clone()))
                .collect(),
        }
    }

    fn join(&mut self, other: Self) {
        self.lots.extend(other.lots);
        self.events.extend(other.events);
        self.links.extend(other.links);
    }
}

/// Adds neighbours until there is nothing to add.
fn closure(draws: &[Draw], start: u8, back: bool) -> Reached {
    let named = |draw: &Draw, lot: u8| draw.lot == lot || draw.inputs.contains(&lot);
    if !draws.iter().any(|draw| named(draw, start)) {
        return Reached::default();
    }
    let mut lots = BTreeSet::from([start]);
    let mut links = BTreeSet::new();
    loop {
        let before = lots.len();
        for (index, draw) in draws.iter().enumerate() {
            for input in &draw.inputs {
                let (near, far) = if back { (draw.lot, *input) } else { (*input, draw.lot) };
                if lots.contains(&near) {
                    lots.insert(far);
                    let link = (spelled(*input, false), spelled(draw.lot, false), event_id(index));
                    links.insert(link);
                }
            }
        }
        if lots.len() == before {
            break;
        }
    }
    let naming = draws.iter().enumerate();
    let naming = naming.filter(|(_, draw)| lots.iter().any(|lot| named(draw, *lot)));
    Reached {
        events: naming.map(|(index, _)| event_id(index)).collect(),
        lots: lots.iter().map(|lot| spelled(*lot, false)).collect(),
        links,
    }
}

fn check(
    world: &World,
    draws: &[Draw],
    places: &BTreeMap<String, (u64, u32)>,
) -> Result<(), TestCaseError> {
    for lot in 0..LOTS {
        let back = closure(draws, lot, true);
        let forward = closure(draws, lot, false);
        let view = world.trace(&spelled(lot, lot.is_multiple_of(2)), Direction::Back);
        for event in &view.events {
            let position = (event.position.index, event.position.ordinal);
            prop_assert_eq!(places.get(&event.event_id), Some(&position));
        }
        prop_assert_eq!(&Reached::of(&view), &back, "back from {}", lot);
        let view = world.trace(&spelled(lot, true), Direction::Forward);
        prop_assert_eq!(&Reached::of(&view), &forward, "forward from {}", lot);
        let view = world.trace(&spelled(lot, false), Direction::Both);
        let mut both = back;
        both.join(forward);
        prop_assert_eq!(&Reached::of(&view), &both, "both ways from {}", lot);
        prop_assert!(!view.truncated);
    }
    Ok(())
}

/// Posts the events in this order of keys, in documents of `size` events by changing parties.
fn post(world: &World, draws: &[Draw], keys: &[u64], size: usize) -> BTreeMap<String, (u64, u32)> {
    let mut order: Vec<usize> = (0..draws.len()).collect();
    order.sort_by_key(|index| keys[index % keys.len()].wrapping_mul(2 * *index as u64 + 1));
    let mut places = BTreeMap::new();
    for (number, chunk) in order.chunks(size).enumerate() {
        let texts: Vec<String> = chunk.iter().map(|index| text(*index, &draws[*index])).collect();
        let captured = world.post(number % usize::from(PARTIES), &document(&texts)).unwrap();
        for event in captured.events {
            places.insert(event.event_id, (event.index, event.at));
        }
    }
    places
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn traces_are_closures(
        draws in prop::collection::vec(draw(), 1..24),
        keys in prop::collection::vec(any::<u64>(), 24),
        size in 1..6_usize,
    ) {
        let mut world = World::new(PARTIES);
        let places = post(&world, &draws, &keys, size);
        prop_assert_eq!(places.len(), draws.len());
        check(&world, &draws, &places)?;
        let answers = |world: &World| -> Vec<serde_json::Value> {
            let view = |lot| world.trace(&spelled(lot, false), Direction::Both);
            (0..LOTS).map(|lot| serde_json::to_value(view(lot)).unwrap()).collect()
        };
        let before = answers(&world);
        world.restart(true);
        prop_assert_eq!(answers(&world), before);
    }
}
