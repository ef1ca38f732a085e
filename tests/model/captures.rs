//! Captures: new, repeated and conflicting events by several parties, against hash maps.

use crate::world::{World, document};
use laiqu_service::{Captured, Code, Error};
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap};

const PARTIES: u8 = 3;

/// One event by numbers. Without an `id` the ledger gives one that comes from the content.
#[derive(Clone, Copy, Debug)]
struct Draw {
    id: Option<u8>,
    content: u8,
    /// The same content can be written in several ways.
    spelling: u8,
}

#[derive(Clone, Debug)]
enum Step {
    Post {
        party: usize,
        events: Vec<Draw>,
    },
    /// Posts the body of an earlier step once more.
    Repeat {
        step: usize,
    },
    Restart {
        bare: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Id {
    Sent(u8),
    Given(u8),
}

type Place = (u64, u32);

impl Draw {
    fn id(self) -> Id {
        self.id.map_or(Id::Given(self.content), Id::Sent)
    }

    fn text(self) -> String {
        let id = self.id.map_or(String::new(), |id| format!(r#""eventID":"{}","#, event_id(id)));
        let zeros = ["", ".0", ".000"][usize::from(self.spelling % 3)];
        format!(
            r#"{{"type":"ObjectEvent",{id}"eventTime":"2026-11-01T08:00:00{zeros}+08:00",
            "eventTimeZoneOffset":"+08:00","action":"OBSERVE","bizStep":"inspecting",
            "quantityList":[{{"epcClass":"urn:epc:class:lgtin:4012345.011111.A1",
            "quantity":{},"uom":"KGM"}}]}}"#,
            u32::from(self.content) + 1
        )
    }
}

fn event_id(id: u8) -> String {
    format!("urn:uuid:00000000-0000-4000-8000-0000000000{id:02}")
}

#[derive(Debug, PartialEq)]
enum Answer {
    /// Where each event stands, and whether nothing new was written.
    Placed { places: Vec<Place>, replayed: bool },
    /// The identifiers that are taken.
    Conflict(BTreeSet<String>),
}

/// What a person would say that the ledger must do.
#[derive(Default)]
struct Model {
    size: u64,
    events: HashMap<(usize, Id), (u8, Place)>,
}

impl Model {
    fn post(&mut self, party: usize, events: &[Draw]) -> Answer {
        let mut taken = BTreeSet::new();
        let mut contents: HashMap<Id, u8> = HashMap::new();
        for event in events {
            let stands = self.events.get(&(party, event.id())).map(|known| known.0);
            let first = stands.unwrap_or(event.content);
            let here = *contents.entry(event.id()).or_insert(event.content);
            if (first, here) != (event.content, event.content) {
                let Id::Sent(id) = event.id() else { panic!("content is the identifier") };
                taken.insert(event_id(id));
            }
        }
        if !taken.is_empty() {
            return Answer::Conflict(taken);
        }
        let mut replayed = true;
        let mut places = Vec::new();
        for (ordinal, event) in (0_u32..).zip(events) {
            let known = self.events.entry((party, event.id()));
            let place = known.or_insert_with(|| {
                replayed = false;
                (event.content, (self.size, ordinal))
            });
            places.push(place.1);
        }
        self.size += u64::from(!replayed);
        Answer::Placed { places, replayed }
    }
}

fn answer(result: &Result<Captured, Error>) -> Answer {
    match result {
        Ok(captured) => {
            let places = captured.events.iter().map(|event| (event.index, event.at)).collect();
            Answer::Placed { places, replayed: captured.replayed }
        }
        Err(error) => {
            assert_eq!(error.code, Code::EventIdConflict, "{error}");
            let taken = error.details.iter().map(|fault| {
                assert!(fault.pointer.ends_with("/eventID"), "{fault:?}");
                fault.detail.split(' ').next().unwrap().to_owned()
            });
            Answer::Conflict(taken.collect())
        }
    }
}

fn draw() -> impl Strategy<Value = Draw> {
    (prop::option::weighted(0.8, 0..6_u8), 0..3_u8, 0..3_u8).prop_map(|(id, content, spelling)| {
        // Most repetitions are of the same content, as in life.
        let content = if content == 0 { id.unwrap_or(0) % 2 } else { content };
        Draw { id, content, spelling }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let events = prop::collection::vec(draw(), 1..5);
    prop_oneof![
        8 => (0..usize::from(PARTIES), events)
            .prop_map(|(party, events)| Step::Post { party, events }),
        3 => any::<prop::sample::Index>().prop_map(|at| Step::Repeat { step: at.index(64) }),
        1 => any::<bool>().prop_map(|bare| Step::Restart { bare }),
    ]
}

/// Does the steps and compares after each.
fn run(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new(PARTIES);
    let mut model = Model { size: world.size(), ..Model::default() };
    let mut posted: Vec<(usize, Vec<Draw>)> = Vec::new();
    for step in steps {
        let (party, events) = match step {
            Step::Post { party, events } => (*party, events.clone()),
            Step::Repeat { step } if !posted.is_empty() => posted[step % posted.len()].clone(),
            Step::Repeat { .. } => continue,
            Step::Restart { bare } => {
                world.restart(*bare);
                continue;
            }
        };
        let texts: Vec<String> = events.iter().map(|event| event.text()).collect();
        let result = world.post(party, &document(&texts));
        prop_assert_eq!(answer(&result), model.post(party, &events), "{:?}", step);
        prop_assert_eq!(world.size(), model.size, "{:?}", step);
        posted.push((party, events));
    }
    check_state(&mut world, &model)
}

/// The state is that of the model, and is the same when everything is rebuilt.
fn check_state(world: &mut World, model: &Model) -> Result<(), TestCaseError> {
    let before = serde_json::to_value(world.overview()).unwrap();
    world.restart(true);
    prop_assert_eq!(serde_json::to_value(world.overview()).unwrap(), before);
    prop_assert_eq!(world.overview().events, model.events.len() as u64);
    for ((party, id), (content, place)) in &model.events {
        let Id::Sent(id) = id else { continue };
        let stored = world.events_by_id(&event_id(*id));
        let mine: Vec<_> =
            stored.iter().filter(|event| event.issuer == world.party(*party)).collect();
        prop_assert_eq!(mine.len(), 1, "one event of one issuer");
        prop_assert_eq!((mine[0].position.index, mine[0].position.ordinal), *place);
        let raw: serde_json::Value = serde_json::from_str(&mine[0].raw).unwrap();
        prop_assert_eq!(&raw["quantityList"][0]["quantity"], u32::from(*content) + 1);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn captures_do_what_the_model_does(steps in prop::collection::vec(step(), 1..24)) {
        run(&steps)?;
    }
}

#[test]
fn an_event_twice_in_one_document_stands_once() {
    let event = Draw { id: Some(1), content: 0, spelling: 0 };
    let again = Draw { spelling: 1, ..event };
    let other = Draw { id: Some(2), ..event };
    let post = |events: &[Draw]| Step::Post { party: 0, events: events.to_vec() };
    run(&[post(&[event, again, event, other]), post(&[again, event]), Step::Repeat { step: 0 }])
        .unwrap();
}

#[test]
fn a_repeated_document_tells_where_each_event_stands() {
    let event = Draw { id: Some(1), content: 0, spelling: 0 };
    let other = Draw { id: Some(2), ..event };
    let post = |events: &[Draw]| Step::Post { party: 0, events: events.to_vec() };
    run(&[post(&[event]), post(&[other, event]), Step::Repeat { step: 1 }]).unwrap();
}

/// Where an empty eventID is accepted, the event is found by the identifier that it was given.
#[test]
fn an_empty_identifier_is_none() {
    let mut world = World::new(1);
    let event = Draw { id: Some(1), content: 0, spelling: 0 }.text();
    let unnamed = event.replace(&event_id(1), "");
    let Ok(captured) = world.post(0, &document(&[unnamed])) else {
        assert_eq!(world.overview().events, 0, "a refusal writes nothing");
        return;
    };
    let id = captured.events[0].event_id.clone();
    assert!(!id.is_empty());
    for _ in 0..2 {
        let found = world.events_by_id(&id);
        assert_eq!(found.len(), 1, "{id}");
        assert_eq!(found[0].event_id, id);
        world.restart(true);
    }
}
