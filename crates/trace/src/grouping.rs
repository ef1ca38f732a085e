//! Records of one and the same happening: two witnesses of a movement, or the stages of it.

use laiqu_epcis::facts::ItemRole;
use smallvec::{SmallVec, smallvec};

use crate::few::Few;
use crate::grade::{Reason, Reasons};
use crate::intern::NONE;
use crate::quantity::{Amount, agree};
use crate::records::{EventRecord, RefKind};
use crate::time::{CLOCK_TOLERANCE_MICROS, STAGES_WINDOW_MICROS};
use crate::timeline::{Entry, Kind};
use crate::view::View;

/// One happening, with every record of it.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) kind: Kind,
    pub(crate) place: u32,
    pub(crate) site: u32,
    pub(crate) earliest: i64,
    pub(crate) latest: i64,
    pub(crate) amount: Option<Amount>,
    pub(crate) path: Few,
    /// Its events, the first one first.
    pub(crate) events: Few,
    pub(crate) documents: Few,
    pub(crate) from_sites: Few,
    pub(crate) from_parties: Few,
    pub(crate) to_sites: Few,
    pub(crate) to_parties: Few,
    /// One record of it names several things, which may have come from several senders.
    pub(crate) joint: bool,
    steps: SmallVec<[(u32, u32); 2]>,
    /// Its records are declared to be in error.
    pub(crate) in_error: Reasons,
    /// Two witnesses state different amounts.
    pub(crate) conflicting: bool,
    /// A later record says that it did not take place.
    pub(crate) voided: bool,
    /// The group before of the same kind at the same site, where there is one.
    pub(crate) before: Option<usize>,
}

impl Group {
    pub(crate) fn of(view: &View<'_>, entry: Entry) -> Group {
        let record = view.graph.event(entry.event);
        let step = record.map_or((NONE, NONE), |record| (record.step, record.issuer));
        let mut group = Group {
            kind: entry.kind,
            place: entry.place,
            site: entry.site,
            earliest: entry.earliest,
            latest: entry.latest,
            amount: entry.amount,
            path: entry.path,
            events: smallvec![entry.event],
            documents: Few::new(),
            from_sites: Few::new(),
            from_parties: Few::new(),
            to_sites: Few::new(),
            to_parties: Few::new(),
            joint: record.is_some_and(|record| names_several(view, record)),
            steps: smallvec![step],
            in_error: in_error(view, record),
            conflicting: false,
            voided: false,
            before: None,
        };
        for (kind, id) in record.into_iter().flat_map(|record| view.graph.refs(record)) {
            match kind {
                RefKind::Document => group.documents.push(id),
                RefKind::SourcePlace => group.from_sites.push(view.site(id)),
                RefKind::SourceParty => group.from_parties.push(id),
                RefKind::DestinationPlace => group.to_sites.push(view.site(id)),
                RefKind::DestinationParty => group.to_parties.push(id),
                RefKind::SourceOwner | RefKind::DestinationOwner | RefKind::Certificate => {}
            }
        }
        group
    }

    /// Same step, place and (where stated) document: from another party within the tolerance, or
    /// from the same party word for word.
    pub(crate) fn is_witnessed_by(&self, other: &Group) -> bool {
        let Some((step, issuer)) = other.steps.first().copied() else { return false };
        if !self.steps.iter().any(|(own, _)| *own == step) || self.contradicts(other) {
            return false;
        }
        if self.steps.contains(&(step, issuer)) {
            return self.earliest == other.earliest
                && self.amount.is_some()
                && self.amount == other.amount
                && self.path == other.path
                && self.kind != Kind::Exit;
        }
        self.is_at_the_time_of(other)
    }

    /// Begun at one moment, as far as clocks can tell.
    fn is_at_the_time_of(&self, other: &Group) -> bool {
        other.earliest.abs_diff(self.earliest) <= CLOCK_TOLERANCE_MICROS.unsigned_abs()
    }

    /// Another stage (loading, then departing) of the same departure or arrival.
    pub(crate) fn is_continued_by(&self, other: &Group) -> bool {
        let Some((step, _)) = other.steps.first().copied() else { return false };
        matches!(self.kind, Kind::Departure | Kind::Arrival)
            && self.steps.iter().all(|(own, _)| *own != step)
            && other.earliest.abs_diff(self.earliest) <= STAGES_WINDOW_MICROS.unsigned_abs()
            && !self.contradicts(other)
            && self.is_as_much_as(other)
    }

    /// Amounts that cannot be compared may be those of two movements on one day, unless the
    /// moment, the papers or the unit are the same.
    fn is_as_much_as(&self, other: &Group) -> bool {
        let (Some(own), Some(more)) = (self.amount, other.amount) else { return true };
        match more.in_unit(own.unit) {
            Some(value) => agree(own.value, value),
            None => {
                self.is_at_the_time_of(other)
                    || shared(&self.documents, &other.documents)
                    || shared(&self.path, &other.path)
            }
        }
    }

    pub(crate) fn contradicts(&self, other: &Group) -> bool {
        disjoint(&self.documents, &other.documents)
            || disjoint(&self.to_sites, &other.to_sites)
            || disjoint(&self.from_sites, &other.from_sites)
            || disjoint(&self.path, &other.path)
    }

    pub(crate) fn absorb(&mut self, other: Group, is_witness: bool) {
        self.conflicting |= is_witness && !amounts_agree(self.amount, other.amount);
        self.earliest = self.earliest.min(other.earliest);
        self.latest = self.latest.max(other.latest);
        self.amount = self.amount.or(other.amount);
        if self.path.is_empty() {
            self.path = other.path;
        }
        for (own, more) in [
            (&mut self.events, other.events),
            (&mut self.documents, other.documents),
            (&mut self.from_sites, other.from_sites),
            (&mut self.from_parties, other.from_parties),
            (&mut self.to_sites, other.to_sites),
            (&mut self.to_parties, other.to_parties),
        ] {
            own.extend(more);
        }
        self.steps.extend(other.steps);
        self.joint |= other.joint;
        self.in_error = self.in_error.best(other.in_error);
    }
}

/// Does a record name several things by themselves, and not what is inside one?
fn names_several(view: &View<'_>, record: &EventRecord) -> bool {
    let items = view.graph.items(record).iter();
    let mut named = items.filter(|item| item.role() == ItemRole::Subject).map(|item| item.id);
    let first = named.next();
    named.any(|item| Some(item) != first)
}

fn in_error(view: &View<'_>, record: Option<&EventRecord>) -> Reasons {
    let in_error = Reasons::of(Reason::ErrorDeclared);
    match record.map(|record| view.declared(record)) {
        Some(declared) if declared.has(Reason::ErrorDeclared) => in_error,
        _ => Reasons::NONE,
    }
}

/// Both are stated and have nothing in common.
pub(crate) fn disjoint(a: &[u32], b: &[u32]) -> bool {
    !a.is_empty() && !b.is_empty() && !shared(a, b)
}

pub(crate) fn shared(a: &[u32], b: &[u32]) -> bool {
    a.iter().any(|id| b.contains(id))
}

fn amounts_agree(a: Option<Amount>, b: Option<Amount>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => b.in_unit(a.unit).is_none_or(|value| agree(a.value, value)),
        _ => true,
    }
}
