//! What the records of an item lack or contradict.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::answer::IssueKind;
use crate::grouping::Group;
use crate::intern::NONE;
use crate::moves::Moves;
use crate::pairing::Pair;
use crate::quantity::{agree, thousandfold, total};
use crate::view::View;

/// An issue of one item, in ids.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) kind: IssueKind,
    pub(crate) from_place: u32,
    pub(crate) to_place: u32,
    pub(crate) events: Vec<u32>,
    pub(crate) detail: Cow<'static, str>,
    /// Events whose amount cannot be right.
    pub(crate) doubtful: Vec<u32>,
}

impl Finding {
    /// A finding at one place that makes no amount doubtful.
    pub(crate) fn at(
        kind: IssueKind,
        place: u32,
        events: Vec<u32>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Finding {
        Finding {
            kind,
            from_place: place,
            to_place: NONE,
            events,
            detail: detail.into(),
            doubtful: Vec::new(),
        }
    }

    /// The same between two places.
    #[must_use]
    pub(crate) fn towards(mut self, place: u32) -> Finding {
        self.to_place = place;
        self
    }
}

/// Two amounts in words, with the suspicion of grams for kilograms where it fits.
pub(crate) fn describe(what: &str, a: f64, b: f64, unit: &str) -> String {
    let unit = match unit {
        "KGM" => "kg",
        "" => "pieces",
        other => other,
    };
    let factor = if thousandfold(a, b) { ", a factor of about 1000" } else { "" };
    format!("{what}: {a} against {b} {unit}{factor}")
}

impl Moves {
    /// Compares what was sent with what was received in each group of paired movements.
    pub(crate) fn compare_amounts(&mut self, view: &View<'_>, groups: &[Group], pairs: &[Pair]) {
        for (departures, arrivals) in components(groups.len(), pairs) {
            let pick = |indexes: &[usize]| -> Vec<&Group> {
                indexes.iter().filter_map(|index| groups.get(*index)).collect()
            };
            let (sent, received) = (pick(&departures), pick(&arrivals));
            let sums = total(sent.iter().map(|group| group.amount))
                .zip(total(received.iter().map(|group| group.amount)));
            let Some(((out, unit), (back, other))) = sums else { continue };
            if unit != other || agree(out, back) {
                continue;
            }
            let place = |side: &[&Group]| side.first().map_or(NONE, |group| group.place);
            let events = sent.iter().chain(&received).flat_map(|group| group.events.clone());
            let detail = describe("sent and received differ", out, back, view.text(unit));
            let kind = IssueKind::QuantityMismatch;
            let finding = Finding::at(kind, place(&sent), events.collect(), detail);
            self.findings.push(finding.towards(place(&received)));
        }
    }
}

/// Connected departures and arrivals, in order of the first departure.
fn components(count: usize, pairs: &[Pair]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut parent: Vec<usize> = (0..count).collect();
    fn root(parent: &mut [usize], mut node: usize) -> usize {
        while let Some(up) = parent.get(node).copied().filter(|up| *up != node) {
            let above = parent.get(up).copied().unwrap_or(up);
            if let Some(slot) = parent.get_mut(node) {
                *slot = above;
            }
            node = above;
        }
        node
    }
    for pair in pairs {
        let (a, b) = (root(&mut parent, pair.departure), root(&mut parent, pair.arrival));
        if let Some(slot) = parent.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
    let mut found: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for pair in pairs {
        let sides = found.entry(root(&mut parent, pair.departure)).or_default();
        sides.0.push(pair.departure);
        sides.1.push(pair.arrival);
    }
    let mut list: Vec<_> = found.into_values().collect();
    for (departures, arrivals) in &mut list {
        for side in [departures, arrivals] {
            side.sort_unstable();
            side.dedup();
        }
    }
    list
}
