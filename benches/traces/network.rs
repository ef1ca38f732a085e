//! A trade of many lots: groups in which every lot comes from the group's first one, so that the
//! answer to "where did it go" is as large as the group.
//!
//! Six events a lot: it is made, packed on a pallet, the pallet is shipped and received, unpacked,
//! and the lot is seen in store. Groups stand mixed in the ledger, as businesses do.

use laiqu_epcis::facts::{
    Action, DAY_MICROS, EventTime, EventType, Facts, ItemFact, ItemRole, Position, Quantity,
    TypedId,
};
use laiqu_trace::Graph;
use std::ops::Range;

/// Events of one lot.
pub(crate) const EVENTS_PER_LOT: usize = 6;

/// Lots in each kind of group; the lots are spread evenly over the kinds.
pub(crate) const GROUP_SIZES: [usize; 5] = [100, 1_000, 10_000, 100_000, 150_000];

const CBV: &str = "https://ref.gs1.org/cbv/";
const HOUR_MICROS: i64 = DAY_MICROS / 24;
const NONE: u32 = u32::MAX;

/// A small generator with a good spread (Steele, Lea and Flood's SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Which lots are made from which.
pub(crate) struct Network {
    /// Up to two ingredients of each lot.
    inputs: Vec<[u32; 2]>,
    pub(crate) group_of: Vec<u32>,
    /// Links from the first lot of its group.
    pub(crate) generation: Vec<u16>,
    /// The first lot and the size of each group.
    pub(crate) groups: Vec<(u32, usize)>,
}

impl Network {
    pub(crate) fn new(lots: usize, seed: u64) -> Network {
        Self::of(&sizes(lots), seed)
    }

    /// Groups of these sizes.
    pub(crate) fn of(sizes: &[usize], seed: u64) -> Network {
        let mut random = Random(seed);
        let mut group_of: Vec<u32> = Vec::with_capacity(sizes.iter().sum());
        for (group, size) in (0..).zip(sizes) {
            group_of.extend(std::iter::repeat_n(group, *size));
        }
        for last in (1..group_of.len()).rev() {
            group_of.swap(last, random.below(last + 1));
        }
        let mut members: Vec<Vec<u32>> =
            sizes.iter().map(|size| Vec::with_capacity(*size)).collect();
        let (mut inputs, mut generation) = (Vec::new(), Vec::new());
        for (lot, group) in (0..).zip(&group_of) {
            let before = &mut members[*group as usize];
            let made_from =
                if before.is_empty() { [NONE; 2] } else { pick(before, &generation, &mut random) };
            let depth = |input: u32| generation.get(input as usize).map_or(0, |g: &u16| g + 1);
            let depth = made_from.iter().map(|input| depth(*input)).max().unwrap();
            before.push(lot);
            inputs.push(made_from);
            generation.push(depth);
        }
        let groups = members.iter().map(|members| (members[0], members.len())).collect();
        Network { inputs, group_of, generation, groups }
    }

    pub(crate) fn lots(&self) -> usize {
        self.inputs.len()
    }

    /// Every link from an ingredient to what was made of it.
    pub(crate) fn links(&self) -> impl Iterator<Item = (u32, u32)> {
        let made = (0u32..).zip(&self.inputs);
        made.flat_map(|(lot, inputs)| {
            let inputs = inputs.iter().filter(|input| **input != NONE);
            inputs.map(move |input| (*input, lot))
        })
    }

    /// What a lot was made of; nothing where it was brought in.
    pub(crate) fn inputs_of(&self, lot: usize) -> impl Iterator<Item = u32> {
        self.inputs[lot].into_iter().filter(|input| *input != NONE)
    }

    /// Takes up all events of some lots, in their order.
    pub(crate) fn fill(&self, graph: &mut Graph, lots: Range<usize>) {
        for lot in lots {
            let index = lot as u64;
            for (ordinal, facts) in (0..).zip(self.events(lot)) {
                graph.add(Position { index, ordinal }, party(self.group_of[lot]).as_str(), &facts);
            }
        }
    }

    /// A business makes at one of its two plants what the other one sent it.
    fn events(&self, lot: usize) -> [Facts; EVENTS_PER_LOT] {
        let (group, generation) = (self.group_of[lot], self.generation[lot]);
        let (here, there) = (plant(group, generation), plant(group, generation + 1));
        let begin = i64::from(generation) * DAY_MICROS + (lot % 3600) as i64 * 1_000_000;
        let at = |hours: i64| begin + hours * HOUR_MICROS;
        let (id, pallet) = (lot_id(lot), pallet_id(lot));
        let event = |ordinal: usize, kind, action, step: &str, place: &str| Facts {
            action,
            biz_step: Some(format!("{CBV}BizStep-{step}").into()),
            read_point: Some(place.into()),
            biz_location: Some(place.into()),
            ..empty(
                event_id(lot * EVENTS_PER_LOT + ordinal),
                kind,
                at([0, 1, 3, 12, 13, 14][ordinal]),
            )
        };
        let move_to = |ordinal, step, place: &str| Facts {
            items: vec![item(ItemRole::Subject, &pallet, None)],
            sources: vec![typed("SDT-location", &here)],
            destinations: vec![typed("SDT-location", &there)],
            transactions: vec![typed(
                "BTT-desadv",
                &format!("urn:epcglobal:cbv:bt:6901234000009:D{lot}"),
            )],
            ..event(ordinal, EventType::Object, Some(Action::Observe), step, place)
        };
        let on_pallet =
            || vec![item(ItemRole::Parent, &pallet, None), item(ItemRole::Child, &id, Some(100.0))];
        [
            self.made(lot, event(0, EventType::Transformation, None, "commissioning", &here)),
            Facts {
                items: on_pallet(),
                ..event(1, EventType::Aggregation, Some(Action::Add), "packing", &here)
            },
            move_to(2, "shipping", &here),
            move_to(3, "receiving", &there),
            Facts {
                items: on_pallet(),
                ..event(4, EventType::Aggregation, Some(Action::Delete), "unpacking", &there)
            },
            Facts {
                items: vec![item(ItemRole::Subject, &id, Some(100.0))],
                ..event(5, EventType::Object, Some(Action::Observe), "inspecting", &there)
            },
        ]
    }

    /// How a lot comes into being: from its ingredients, or brought in.
    fn made(&self, lot: usize, event: Facts) -> Facts {
        let inputs = self.inputs[lot];
        let made = Some(100.0);
        if inputs[0] == NONE {
            let items = vec![item(ItemRole::Subject, &lot_id(lot), made)];
            let (event_type, action) = (EventType::Object, Some(Action::Add));
            return Facts { event_type, action, items, ..event };
        }
        let used = self.inputs_of(lot);
        let used = used.map(|input| item(ItemRole::Input, &lot_id(input as usize), Some(1.0)));
        let items = used.chain([item(ItemRole::Output, &lot_id(lot), made)]).collect();
        Facts { items, ..event }
    }
}

/// So many groups of each size that each kind has about as many lots.
fn sizes(lots: usize) -> Vec<usize> {
    let usable: Vec<usize> = GROUP_SIZES.into_iter().filter(|size| size * 2 <= lots).collect();
    let share = lots / usable.len().max(1);
    let mut sizes: Vec<usize> =
        usable.iter().flat_map(|size| std::iter::repeat_n(*size, (share / size).max(1))).collect();
    let rest = lots.saturating_sub(sizes.iter().sum());
    sizes.extend((rest > 0).then_some(rest));
    sizes
}

/// One ingredient, in one case of three another one that lies at the same plant.
fn pick(before: &[u32], generation: &[u16], random: &mut Random) -> [u32; 2] {
    let first = before[random.below(before.len())];
    let parity = |lot: u32| generation[lot as usize] % 2;
    let second = before[random.below(before.len())];
    let is_second = random.below(3) == 0 && second != first && parity(first) == parity(second);
    [first, if is_second { second } else { NONE }]
}

pub(crate) fn lot_id(lot: usize) -> String {
    format!("https://id.gs1.org/01/{:014}/10/L{lot:08}", 6_901_234_000_000 + lot % 10_000)
}

fn pallet_id(lot: usize) -> String {
    format!("https://id.gs1.org/00/{:018}", 106_901_234_000_000_000 + lot as u64)
}

pub(crate) fn event_id(event: usize) -> String {
    let mixed = (event as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("urn:uuid:{:08x}-{:04x}-4000-8000-{event:012x}", mixed >> 32, mixed >> 16 & 0xffff)
}

fn plant(group: u32, generation: u16) -> String {
    format!(
        "https://id.gs1.org/414/{:013}",
        6_901_234_000_000 + u64::from(group) * 2 + u64::from(generation % 2)
    )
}

fn party(group: u32) -> String {
    format!("urn:uscc:91110000{group:010}")
}

fn item(role: ItemRole, id: &str, kilograms: Option<f64>) -> ItemFact {
    let quantity = kilograms.map(|amount| Quantity { amount, unit: Some("KGM".into()) });
    let is_class = quantity.is_some();
    ItemFact { role, id: id.into(), is_class, lot: None, quantity }
}

fn typed(kind: &str, id: &str) -> TypedId {
    TypedId { kind: format!("{CBV}{kind}").into(), id: id.into() }
}

fn empty(event_id: String, event_type: EventType, micros: i64) -> Facts {
    Facts {
        event_type,
        event_id: event_id.into(),
        time: EventTime { micros, offset_minutes: 480 },
        start: None,
        action: None,
        biz_step: None,
        disposition: None,
        read_point: None,
        biz_location: None,
        items: Vec::new(),
        sources: Vec::new(),
        destinations: Vec::new(),
        transactions: Vec::new(),
        transformation_id: None,
        error: None,
        hazards: Vec::new(),
        temperatures: Vec::new(),
        analytes: Vec::new(),
    }
}
