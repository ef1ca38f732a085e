//! Where one item was, how it came there and how much of it, derived from its timeline.

use crate::answer::{Kilograms, PairedBy};
use crate::few::Few;
use crate::gathering::groups;
use crate::grade::{Reason, Reasons};
use crate::grouping::Group;
use crate::holding::{Holding, holdings};
use crate::intern::IdMap;
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
    pub(crate) sent: Few,
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
    /// Kilograms that were made or brought in.
    pub(crate) weight: Option<Kilograms>,
    /// What happened to it, in order.
    pub(crate) groups: Vec<Group>,
    /// What makes its presence at an event unsure, where something does.
    pub(crate) doubts: IdMap<u32, Reasons>,
}

impl Moves {
    pub(crate) fn of(view: &View<'_>, item: u32) -> Moves {
        let groups = groups(view, timeline(view, item));
        let mut pairs = pair(&groups);
        pairs.sort_by_key(|pair| pair.arrival);
        let moves = Moves { weight: weight(&groups), ..Moves::default() };
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
        let Moves { movements, doubts, .. } = &mut moves;
        for movement in movements {
            let status = doubts.get(&movement.event).copied().unwrap_or(Reasons::NONE);
            movement.reasons = movement.reasons.with(status);
        }
        moves.groups = groups;
        moves
    }

    /// Where it was, each place as often as it was seen there.
    pub(crate) fn places(&self) -> impl Iterator<Item = u32> {
        self.groups.iter().map(|group| group.place)
    }

    /// What makes the presence of the item at an event unsure.
    pub(crate) fn status(&self, event: u32) -> Reasons {
        self.doubts.get(&event).copied().unwrap_or(Reasons::NONE)
    }

    pub(crate) fn doubt(&mut self, event: u32, reasons: Reasons) {
        if reasons != Reasons::NONE {
            let known = self.doubts.entry(event).or_insert(Reasons::NONE);
            *known = known.with(reasons);
        }
    }
}

/// What was made, where its making is recorded; else at least the largest amount ever stated.
fn weight(groups: &[Group]) -> Option<Kilograms> {
    let weight = |group: &Group| group.amount.and_then(|amount| amount.in_unit(KILOGRAM));
    let origins = || groups.iter().filter(|group| group.kind == Kind::Origin).map(weight);
    if origins().flatten().next().is_some() {
        let min = origins().flatten().sum();
        let max = origins().all(|weight| weight.is_some()).then_some(min);
        return Some(Kilograms { min, max });
    }
    let largest = groups.iter().filter_map(weight).reduce(f64::max);
    largest.map(|min| Kilograms { min, max: None })
}
