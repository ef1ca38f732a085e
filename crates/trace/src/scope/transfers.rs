//! Who gave what to whom, and where paths leave the records.

use std::collections::{BTreeMap, BTreeSet};

use crate::grouping::Group;
use crate::intern::NONE;
use crate::records::RefKind;
use crate::scope::answer::ScopeAnswer;
use crate::scope::movements::{PathExit, Transfer};
use crate::scope::network::Slot;
use crate::scope::puts::{Carry, Puts, Scale, issuer, stated};
use crate::scope::reason::ScopeGrade;
use crate::scope::report::{Report, moment};
use crate::time::possible;
use crate::timeline::Kind;

/// Recipient, place and sender.
type ExitKey = (Option<String>, Option<String>, Option<String>);

const SELLERS: [RefKind; 2] = [RefKind::SourceOwner, RefKind::SourceParty];
const BUYERS: [RefKind; 2] = [RefKind::DestinationOwner, RefKind::DestinationParty];

/// Ways that food left the records by, each once.
#[derive(Default)]
struct Exits(BTreeMap<ExitKey, PathExit>);

impl Exits {
    fn add(&mut self, transfer: &Transfer) {
        let (party, site) = (transfer.buyer.clone(), transfer.to_site.clone());
        let sender = transfer.seller.clone();
        let key = (party.clone(), site.clone(), sender.clone());
        let exit = self.0.entry(key).or_insert_with(|| PathExit {
            party,
            site,
            sender,
            lots: Vec::new(),
            events: Vec::new(),
        });
        exit.lots.push(transfer.lot.clone());
        exit.events.extend(transfer.events.iter().cloned());
    }

    fn list(self) -> Vec<PathExit> {
        let mut exits: Vec<PathExit> = self.0.into_values().collect();
        for exit in &mut exits {
            for list in [&mut exit.lots, &mut exit.events] {
                list.sort();
                list.dedup();
            }
        }
        exits
    }
}

impl Report<'_, '_, '_, '_> {
    pub(crate) fn transfers(&mut self, answer: &mut ScopeAnswer) {
        let mut exits = Exits::default();
        for id in self.shown.clone() {
            let Some(node) = self.node(id).filter(|n| n.grade != ScopeGrade::Cleared) else {
                continue;
            };
            let Slot::Put(index) = node.key.slot else { continue };
            let (item, grade, since) = (node.key.item, node.grade, node.since());
            let (puts, index) = (self.puts(item), index as usize);
            for carry in puts.carries_out_of(index) {
                answer.transfers.extend(self.carried(item, &puts, carry, grade, since));
            }
            for (number, group) in puts.groups_of(index) {
                if !possible(since, group.latest) {
                    continue;
                }
                if group.kind == Kind::Departure && !puts.has_arrived(number) {
                    let transfer = self.sent_off(item, group, grade);
                    if !self.has_recipient(group) {
                        exits.add(&transfer);
                    }
                    answer.transfers.push(transfer);
                }
                let is_carried = |number| puts.carries_into(index).any(|c| c.came == number);
                // Before it came it was affected only where the question starts with it.
                let began = group.kind == Kind::Arrival && since == i64::MIN;
                if began && !is_carried(number) {
                    answer.transfers.push(self.brought(item, group, grade));
                }
            }
        }
        answer.exits = exits.list();
        answer.transfers.sort_by(|a, b| {
            let when = |t: &Transfer| t.sent.clone().or_else(|| t.received.clone());
            (when(a), &a.lot, &a.events, &a.to_site).cmp(&(when(b), &b.lot, &b.events, &b.to_site))
        });
        answer.seen_by_both = seen_by_both(&answer.transfers);
    }

    /// The first party that any side names so.
    fn named(&self, sides: &[&Group], kinds: [RefKind; 2]) -> Option<String> {
        let view = self.spread.network.view;
        let mut found = kinds
            .into_iter()
            .filter_map(|kind| sides.iter().find_map(|group| stated(view, group, kind)));
        found.next().and_then(|party| self.text(party))
    }

    fn carried(
        &mut self,
        item: u32,
        puts: &Puts,
        carry: &Carry,
        grade: ScopeGrade,
        since: i64,
    ) -> Option<Transfer> {
        let view = self.spread.network.view;
        let came = puts.group(carry.came)?;
        let sent = carry.sent.and_then(|sent| puts.group(sent));
        let leaves = sent.map_or(came.latest, |sent| sent.latest);
        if !possible(since, leaves) {
            return None;
        }
        let sides: Vec<&Group> = sent.into_iter().chain([came]).collect();
        let came_by = issuer(view, came);
        let sent_by = sent.map_or(NONE, |sent| issuer(view, sent));
        let from_site = puts.puts.get(carry.from).map_or(NONE, |put| put.site);
        let scale = Scale::of(view, item, self.spread.network.facts);
        let amount = came.amount.or(sent.and_then(|sent| sent.amount));
        let events = sides.iter().flat_map(|group| group.events.clone());
        Some(Transfer {
            lot: self.text(item)?,
            from_site: self.text(from_site),
            to_site: self.text(came.site),
            seller: self.named(&sides, SELLERS).or_else(|| self.text(sent_by)),
            buyer: self.named(&sides, BUYERS).or_else(|| self.text(came_by)),
            sent: sent.map(|sent| moment(sent.earliest)),
            received: Some(moment(came.earliest)),
            kilograms: scale.amount(amount),
            events: self.event_ids(events),
            documents: self.documents(&sides),
            paired_by: carry.paired_by,
            seen_by_both: sent.is_some() && carry.paired_by.is_some() && sent_by != came_by,
            grade,
        })
    }

    fn sent_off(&self, item: u32, group: &Group, grade: ScopeGrade) -> Transfer {
        let sender = self.text(issuer(self.spread.network.view, group));
        Transfer {
            from_site: self.text(group.site),
            to_site: self.text(group.to_sites.first().copied().unwrap_or(NONE)),
            seller: self.named(&[group], SELLERS).or(sender),
            buyer: self.named(&[group], BUYERS),
            sent: Some(moment(group.earliest)),
            ..self.one_sided(item, group, grade)
        }
    }

    /// What came from where no record says that it was.
    fn brought(&self, item: u32, group: &Group, grade: ScopeGrade) -> Transfer {
        let recipient = self.text(issuer(self.spread.network.view, group));
        Transfer {
            from_site: self.text(group.from_sites.first().copied().unwrap_or(NONE)),
            to_site: self.text(group.site),
            seller: self.named(&[group], SELLERS),
            buyer: self.named(&[group], BUYERS).or(recipient),
            received: Some(moment(group.earliest)),
            ..self.one_sided(item, group, grade)
        }
    }

    fn one_sided(&self, item: u32, group: &Group, grade: ScopeGrade) -> Transfer {
        let scale = Scale::of(self.spread.network.view, item, self.spread.network.facts);
        Transfer {
            lot: self.text(item).unwrap_or_default(),
            from_site: None,
            to_site: None,
            seller: None,
            buyer: None,
            sent: None,
            received: None,
            kilograms: scale.weigh(group),
            events: self.event_ids(group.events.iter().copied()),
            documents: self.documents(&[group]),
            paired_by: None,
            seen_by_both: false,
            grade,
        }
    }

    fn documents(&self, sides: &[&Group]) -> Vec<String> {
        let named = sides.iter().flat_map(|group| &group.documents);
        let named: BTreeSet<String> = named.filter_map(|id| self.text(*id)).collect();
        named.into_iter().collect()
    }
}

/// Of the kilograms that moved, the share that both sides recorded.
fn seen_by_both(transfers: &[Transfer]) -> Option<f64> {
    let weight = |transfer: &Transfer| transfer.kilograms.max.unwrap_or(0.0);
    let sum = |sum: f64, transfer: &Transfer| sum + weight(transfer);
    let all = transfers.iter().fold(0.0, sum);
    let both = transfers.iter().filter(|transfer| transfer.seen_by_both).fold(0.0, sum);
    (all > 0.0).then(|| both / all)
}
