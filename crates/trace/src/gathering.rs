//! The happenings behind a timeline: each record joins the one that it tells more of.

use smallvec::SmallVec;

use crate::few::FewMap;
use crate::grouping::Group;
use crate::intern::IdMap;
use crate::timeline::{Entry, Kind};
use crate::view::View;

/// So many groups back a record may belong to: of all at its site, and of those that share a name
/// with it.
const GROUPS_BACK_MAX: usize = 8;

/// The happenings behind a timeline, in its order; shipments that were voided are marked.
pub(crate) fn groups(view: &View<'_>, entries: Vec<Entry>) -> Vec<Group> {
    let mut gathering = Gathering {
        groups: Vec::with_capacity(entries.len()),
        last: FewMap::new(),
        named: Named::default(),
    };
    for entry in entries {
        gathering.add(Group::of(view, entry));
    }
    gathering.groups
}

struct Gathering {
    groups: Vec<Group>,
    /// The last group of each kind at each site, and how many there are.
    last: FewMap<(u32, Kind), (usize, usize)>,
    /// Those of which there are more than are looked at.
    named: Named,
}

/// Groups by site, kind and each name.
#[derive(Default)]
struct Named(IdMap<(u32, Kind, u32), SmallVec<[usize; 2]>>);

/// Papers, units and destinations.
fn names(group: &Group) -> impl Iterator<Item = (u32, Kind, u32)> {
    let destinations = group.to_sites.iter().filter(|site| **site != group.site);
    let names = group.documents.iter().chain(&group.path).chain(destinations);
    names.map(|name| (group.site, group.kind, *name))
}

impl Named {
    fn add(&mut self, group: &Group, index: usize) {
        for name in names(group) {
            let known = self.0.entry(name).or_default();
            if known.last() != Some(&index) {
                known.push(index);
            }
        }
    }

    /// The latest groups that share each name, however many lie between: a busy market sends dozens
    /// of shipments at one moment.
    fn like(&self, group: &Group) -> SmallVec<[usize; 4]> {
        let known = names(group).filter_map(|name| self.0.get(&name));
        known.flat_map(|known| known.iter().rev().take(GROUPS_BACK_MAX).copied()).collect()
    }
}

impl Gathering {
    fn add(&mut self, mut group: Group) {
        if group.kind == Kind::Void {
            self.void(&group);
        }
        let key = (group.site, group.kind);
        let (last, count) = self.last.get(&key).unzip();
        let (count, next) = (count.unwrap_or(0), self.groups.len());
        group.before = last;
        let is_busy = count > GROUPS_BACK_MAX;
        let namesakes = if is_busy { self.named.like(&group) } else { SmallVec::new() };
        let near = || {
            let latest = self.chain(group.before).take(GROUPS_BACK_MAX);
            let known = |index: &usize| Some((*index, self.groups.get(*index)?));
            latest.chain(namesakes.iter().filter_map(known)).filter(|(_, old)| !old.voided)
        };
        let witness = near().find(|(_, old)| old.is_witnessed_by(&group));
        let stage = || near().find(|(_, old)| old.is_continued_by(&group));
        let is_witness = witness.is_some();
        let known = witness.or_else(stage).map(|(index, _)| index);
        if is_busy {
            self.named.add(&group, known.unwrap_or(next));
        }
        if let Some(old) = known.and_then(|index| self.groups.get_mut(index)) {
            old.absorb(group, is_witness);
            return;
        }
        self.last.insert(key, (next, count + 1));
        self.groups.push(group);
        if count == GROUPS_BACK_MAX {
            let all: SmallVec<[usize; 16]> = self.chain(Some(next)).map(|(at, _)| at).collect();
            for index in all.into_iter().rev() {
                if let Some(group) = self.groups.get(index) {
                    self.named.add(group, index);
                }
            }
        }
    }

    /// A group and those of its kind before it at its site, latest first.
    fn chain(&self, from: Option<usize>) -> impl Iterator<Item = (usize, &Group)> {
        let at = |index: usize| Some((index, self.groups.get(index)?));
        std::iter::successors(from.and_then(at), move |(_, group)| group.before.and_then(at))
    }

    /// Marks the last shipment from the same site that the record can mean.
    fn void(&mut self, void: &Group) {
        let latest = self.last.get(&(void.site, Kind::Departure)).map(|(last, _)| last);
        let fits = |(_, old): &(usize, &Group)| !old.voided && !old.contradicts(void);
        let meant = self.chain(latest).find(fits).map(|(index, _)| index);
        if let Some(departure) = meant.and_then(|index| self.groups.get_mut(index)) {
            departure.voided = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use laiqu_epcis::facts::{Action, Facts, ItemRole};

    use crate::fixture::*;
    use crate::{Answer, IssueKind};

    /// More than are looked at by their place alone.
    const SHOPS: u8 = 24;

    /// A market sends one lot to many shops at one moment; then a carrier says that some left.
    fn market(departed: &Facts) -> Answer {
        let mut events = vec![("urn:p:hub", make("made", at(1, 1), "hub", "lot", 999.0))];
        for number in 1..=SHOPS {
            let (shop, paper) = (format!("shop{number}"), format!("d{number}"));
            let kg = f64::from(number);
            let sent = ship(&format!("sent{number}"), at(1, 11), "hub", "lot", kg);
            let came = receive(&format!("came{number}"), at(1, 13), &shop, "lot", kg);
            events.push(("urn:p:hub", sent.to(&shop).document(&paper)));
            events.push(("urn:p:shop", came.document(&paper)));
        }
        events.push(("urn:p:truck", departed.clone()));
        back(&graph_by(&events), "lot")
    }

    fn departing(number: u8, kg: f64) -> Facts {
        let facts = object("left", Action::Observe, "departing", at(1, 11), "hub");
        facts.to(&format!("shop{number}")).class(ItemRole::Subject, "lot", kg)
    }

    #[test]
    fn a_paper_or_a_destination_names_its_shipment_among_any_number_at_one_moment() {
        for number in 1..=SHOPS {
            let left = departing(number, f64::from(number));
            for facts in [left.clone().document(&format!("d{number}")), left] {
                let answer = market(&facts);
                assert_eq!(answer.kinds(), [], "{number}: {:#?}", answer.issues);
                assert_eq!(answer.moved().len(), usize::from(SHOPS));
            }
        }
    }

    #[test]
    fn another_paper_or_amount_names_another_shipment() {
        for facts in [departing(1, 1.0).document("d0"), departing(1, 5.0).document("d1")] {
            assert_eq!(market(&facts).issues_of(IssueKind::NotReceived), [["left"]]);
        }
    }
}
