//! Where one item was, how it came there and how much of it, derived from its timeline.

use crate::answer::{Kilograms, PairedBy};
use crate::grade::{Reason, Reasons};
use crate::grouping::{Group, groups};
use crate::holding::{Holding, holdings};
use crate::intern::{IdMap, NONE};
use crate::issues::Finding;
use crate::journey::Journey;
use crate::pairing::pair;
use crate::quantity::{Amount, KILOGRAM};
use crate::timeline::{Kind, timeline};
use crate::view::View;

/// One movement of an item between two places.
#[derive(Clone, Debug)]
pub(crate) struct Movement {
    pub(crate) from_place: u32,
    pub(crate) to_place: u32,
    /// The event that says it arrived or was seen there.
    pub(crate) event: u32,
    /// The events of the shipment, where one is recorded.
    pub(crate) sent: Vec<u32>,
    pub(crate) amount: Option<Amount>,
    pub(crate) paired_by: Option<PairedBy>,
    /// What makes this movement unsure.
    pub(crate) own: Reasons,
    /// That, and what makes the presence before it unsure.
    pub(crate) reasons: Reasons,
}

/// All that is derived from the timeline of one item.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    pub(crate) holdings: Vec<Holding>,
    pub(crate) movements: Vec<Movement>,
    pub(crate) findings: Vec<Finding>,
    /// Places of the timeline, unsorted.
    pub(crate) places: Vec<u32>,
    /// Kilograms that were made or brought in.
    pub(crate) weight: Option<Kilograms>,
    /// What happened to it, in order.
    pub(crate) groups: Vec<Group>,
    /// What makes its presence at an event unsure, where something does.
    pub(crate) doubts: IdMap<u32, Reasons>,
}

impl Moves {
    pub(crate) fn of(view: &View<'_>, item: u32) -> Moves {
        let entries = timeline(view, item);
        let groups = groups(view, &entries);
        let pairs = pair(&groups);
        let mut moves = Moves { weight: weight(&groups), ..Moves::default() };
        for group in &groups {
            moves.places.push(group.place);
        }
        let mut journey = Journey::new(&groups, &pairs, moves);
        for index in 0..groups.len() {
            journey.visit(index);
        }
        journey.not_received();
        let mut moves = journey.moves;
        moves.compare_amounts(view, &groups, &pairs);
        let (holdings, exceeding) = holdings(view, &groups);
        moves.holdings = holdings;
        for finding in exceeding {
            for event in &finding.doubtful {
                moves.doubt(*event, Reasons::of(Reason::QuantityExceeds));
            }
            moves.findings.push(finding);
        }
        for index in 0..moves.movements.len() {
            let event = moves.movements.get(index).map_or(NONE, |movement| movement.event);
            let status = moves.status(event);
            if let Some(movement) = moves.movements.get_mut(index) {
                movement.reasons = movement.reasons.with(status);
            }
        }
        moves.groups = groups;
        moves
    }

    /// What makes the presence of the item at an event unsure.
    pub(crate) fn status(&self, event: u32) -> Reasons {
        self.doubts.get(&event).copied().unwrap_or(Reasons::NONE)
    }

    pub(crate) fn doubt(&mut self, event: u32, reasons: Reasons) {
        let status = self.doubts.entry(event).or_insert(Reasons::NONE);
        *status = status.with(reasons);
    }
}

/// What was made, where its making is recorded; else at least the largest amount ever stated.
fn weight(groups: &[Group]) -> Option<Kilograms> {
    let weight = |group: &Group| group.amount.and_then(|amount| amount.in_unit(KILOGRAM));
    let origins: Vec<&Group> = groups.iter().filter(|g| g.kind == Kind::Origin).collect();
    let known: Vec<f64> = origins.iter().filter_map(|group| weight(group)).collect();
    let sum: f64 = known.iter().sum();
    if !known.is_empty() {
        let max = (known.len() == origins.len()).then_some(sum);
        return Some(Kilograms { min: sum, max });
    }
    let largest = groups
        .iter()
        .filter_map(weight)
        .fold(None, |most: Option<f64>, value| Some(most.map_or(value, |most| most.max(value))));
    largest.map(|min| Kilograms { min, max: None })
}
