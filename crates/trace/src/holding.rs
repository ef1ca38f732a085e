//! A holding: one item at one site, from when, until when, and how much of it.

use smallvec::SmallVec;

use crate::answer::IssueKind;
use crate::detail::{Amounts, Detail};
use crate::grouping::Group;
use crate::issues::Finding;
use crate::quantity::{SHARE_TOLERANCE, exceeds, total};
use crate::time::CLOCK_TOLERANCE_MICROS;
use crate::timeline::Kind;
use crate::view::View;

/// One item at one site.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) site: u32,
    /// First microsecond at which it may be there.
    pub(crate) from: i64,
    /// When the last of it had left; open where the amounts do not say.
    pub(crate) until: i64,
}

impl Holding {
    /// May some of it have been there at a moment between the two?
    pub(crate) fn is_on_hand(&self, earliest: i64, latest: i64) -> bool {
        self.from <= latest.saturating_add(CLOCK_TOLERANCE_MICROS)
            && self.until >= earliest.saturating_sub(CLOCK_TOLERANCE_MICROS)
    }
}

/// The holdings of an item, and where more left than was there.
pub(crate) fn holdings(view: &View<'_>, groups: &[Group]) -> (Vec<Holding>, Vec<Finding>) {
    let standing = groups.iter().filter(|group| !group.voided);
    let mut standing: SmallVec<[&Group; 8]> = standing.collect();
    standing.sort_by_key(|group| group.site);
    let mut holdings = Vec::new();
    let mut findings = Vec::new();
    for groups in standing.chunk_by(|a, b| a.site == b.site) {
        let Some(site) = groups.first().map(|group| group.site) else { continue };
        let from = groups.iter().map(|group| group.earliest).min().unwrap_or(i64::MIN);
        let (until, finding) = balance(view, groups);
        holdings.push(Holding { site, from, until: until.unwrap_or(i64::MAX) });
        findings.extend(finding);
    }
    (holdings, findings)
}

/// What came to a site against what left it, in order of time: when it was used up, and by which
/// events more left than had come. Nothing is said where an amount is unknown.
fn balance(view: &View<'_>, groups: &[&Group]) -> (Option<i64>, Option<Finding>) {
    let comes = |group: &&&Group| matches!(group.kind, Kind::Origin | Kind::Arrival);
    let leaves = |group: &&&Group| matches!(group.kind, Kind::Departure | Kind::Exit);
    let came = total(groups.iter().filter(comes).map(|group| group.amount));
    let Some((came, unit)) = came else { return (None, None) };
    let mut left = 0.0;
    let mut gone = None;
    let mut used = 0.0;
    let mut doubtful: Vec<&Group> = Vec::new();
    for group in groups.iter().filter(leaves) {
        let Some(value) = group.amount.and_then(|amount| amount.in_unit(unit)) else {
            return (None, None);
        };
        used += value;
        // One amount that alone is too much says nothing about the others.
        if exceeds(value, came) || exceeds(left + value, came) {
            doubtful.push(group);
        }
        if !exceeds(value, came) {
            left += value;
        }
        if gone.is_none() && left >= came * (1.0 - SHARE_TOLERANCE) {
            gone = Some(group.latest);
        }
    }
    // What came after it was used up opens it again.
    let last_come = groups.iter().filter(comes).map(|group| group.latest).max();
    let gone = gone.map(|gone| gone.max(last_come.unwrap_or(gone)));
    let Some(first) = doubtful.first() else { return (gone, None) };
    let events: Vec<u32> = doubtful.iter().flat_map(|group| &group.events).copied().collect();
    let finding = Finding {
        kind: IssueKind::QuantityMismatch,
        from_place: first.place,
        to_place: first.place,
        events: events.clone(),
        detail: Detail::MoreLeft(Amounts { out: used, come: came, unit: view.text(unit).into() }),
        doubtful: events,
    };
    (gone, Some(finding))
}
