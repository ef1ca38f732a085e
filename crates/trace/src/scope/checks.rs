//! Records that came late, and what contradicts itself or does not clear what it seems to.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::IssueKind;
use crate::scope::answer::{LateRecord, ScopeAnswer, ScopeIssue, ScopeIssueKind};
use crate::scope::index::MarkKind;
use crate::scope::network::Slot;
use crate::scope::question::late_posting;
use crate::scope::reason::ScopeGrade;
use crate::scope::report::{Report, moment};
use crate::time::rfc3339;

const HOUR_MICROS: i64 = 3_600_000_000;

impl Report<'_, '_, '_, '_> {
    /// Events that name what is in scope.
    pub(super) fn events_in_scope(&self) -> BTreeSet<u32> {
        let view = self.spread.network.view;
        let mut found = BTreeSet::new();
        for item in self.affected() {
            if view.is_unlotted(item) {
                continue;
            }
            found.extend(view.all_events(item).map(|(event, _)| event));
        }
        let nodes = self.shown.iter().filter_map(|id| self.node(*id));
        found.extend(nodes.filter_map(|node| match node.key.slot {
            Slot::Mention(event) => Some(event),
            Slot::Put(_) | Slot::Elsewhere | Slot::Resource(_) => None,
        }));
        found
    }

    pub(crate) fn late(&self, answer: &mut ScopeAnswer) {
        let graph = self.spread.network.view.graph;
        let notice = self.spread.network.question.notice;
        for event in self.events_in_scope() {
            let Some(record) = graph.event(event) else { continue };
            let Some(posted) = graph.posted_at(record.position().index) else { continue };
            let row = late_posting(posted);
            let delay = posted.saturating_sub(record.time().latest());
            let is_late = row.is_some_and(|row| delay > i64::from(row.hours) * HOUR_MICROS);
            let after_notice = notice.is_some_and(|notice| posted > notice);
            if !is_late && !after_notice {
                continue;
            }
            answer.rules.late.extend(row.filter(|row| !answer.rules.late.contains(row)));
            answer.late.push(LateRecord {
                event: self.event_id(event).unwrap_or_default(),
                position: record.position().into(),
                party: self.text(record.issuer).unwrap_or_default(),
                time: rfc3339(record.time()),
                posted: moment(posted),
                hours: delay / HOUR_MICROS,
                after_notice,
            });
        }
        answer.late.sort_by_key(|late| late.position);
    }

    pub(crate) fn issues(&mut self, answer: &mut ScopeAnswer) {
        let mut issues: BTreeSet<ScopeIssue> = BTreeSet::new();
        for (nodes, events) in self.shares.circles.clone() {
            let items: BTreeSet<u32> =
                nodes.iter().filter_map(|id| self.node(*id)).map(|node| node.key.item).collect();
            let mut lots: Vec<String> =
                items.into_iter().filter_map(|item| self.text(item)).collect();
            lots.sort();
            issues.insert(ScopeIssue {
                kind: ScopeIssueKind::Cycle,
                lots,
                events: self.event_ids(events),
                detail: "lots that are made from each other: all of them count in full".to_owned(),
            });
        }
        let mut ignored: BTreeMap<(ScopeIssueKind, u32), (BTreeSet<String>, &str)> =
            BTreeMap::new();
        for item in self.affected() {
            for (event, kind, detail) in self.without_effect(item) {
                let lots = &mut ignored.entry((kind, event)).or_insert((BTreeSet::new(), detail)).0;
                lots.extend(self.text(item));
            }
        }
        for ((kind, event), (lots, detail)) in ignored {
            let lots = lots.into_iter().collect();
            let events = self.event_ids([event]);
            issues.insert(ScopeIssue { kind, lots, events, detail: detail.to_owned() });
        }
        issues.extend(self.wrong_amounts());
        answer.issues = issues.into_iter().collect();
    }

    /// Amounts of what is in scope that contradict each other there.
    fn wrong_amounts(&mut self) -> Vec<ScopeIssue> {
        let mut found = Vec::new();
        for id in self.shown.clone() {
            let node = self.node(id).filter(|node| node.grade != ScopeGrade::Cleared);
            let Some((item, Slot::Put(index))) = node.map(|node| (node.key.item, node.key.slot))
            else {
                continue;
            };
            let puts = self.puts(item);
            let here: BTreeSet<u32> = puts
                .groups_of(index as usize)
                .flat_map(|(_, group)| &group.events)
                .copied()
                .collect();
            let wrong = puts.moves.findings.iter().filter(|finding| {
                let kinds = [IssueKind::QuantityMismatch, IssueKind::ConflictingWitness];
                kinds.contains(&finding.kind) && finding.events.iter().any(|e| here.contains(e))
            });
            found.extend(wrong.map(|finding| ScopeIssue {
                kind: ScopeIssueKind::QuantityMismatch,
                lots: self.text(item).into_iter().collect(),
                events: self.event_ids(finding.events.iter().copied()),
                detail: finding.detail.to_string(),
            }));
        }
        found
    }

    /// Kill steps and clearances of an item that clear nothing of this hazard, and why not.
    fn without_effect(&self, item: u32) -> Vec<(u32, ScopeIssueKind, &'static str)> {
        let network = &self.spread.network;
        let graph = network.view.graph;
        let mut found = Vec::new();
        for (event, record) in network.view.events(item) {
            let Some(mark) = graph.scope.mark(event) else { continue };
            let standing = network.view.standing(record);
            let challenged = standing.in_error || standing.disputed;
            match mark.kind {
                MarkKind::Cleaning => {}
                MarkKind::KillStep => {
                    let detail = if challenged {
                        "a kill step that was declared to be in error or disputed"
                    } else if !network.question.hazard.can_be_killed() {
                        "no kill step ends this kind of hazard"
                    } else if !network.names_hazard(mark.names) {
                        "a kill step that does not name this hazard"
                    } else {
                        continue;
                    };
                    found.push((event, ScopeIssueKind::KillStepIgnored, detail));
                }
                MarkKind::Clearance => {
                    let detail = if challenged {
                        "a clearance that was declared to be in error or disputed"
                    } else if !mark.by_regulator {
                        "a clearance that no regulator signed"
                    } else if !mark.has_result {
                        "a clearance without a test result (testres)"
                    } else if !network.names_agent(mark.names) {
                        "a clearance of another agent than the one asked about"
                    } else {
                        "a clearance older than the contamination"
                    };
                    found.push((event, ScopeIssueKind::ClearanceIgnored, detail));
                }
            }
        }
        found
    }
}
