//! Certificates (承诺达标合格证) against the food that went with them: one that goes with more
//! than it was issued for covers food that nobody vouched for.

use std::collections::{BTreeMap, BTreeSet};

use crate::balance::question::{BalanceQuestion, CertificateRow};
use crate::balance::rows::{groups_of, rounded};
use crate::grouping::Group;
use crate::records::RefKind;
use crate::scope::{MasterFacts, Scale};
use crate::timeline::Kind;
use crate::view::View;

/// A record that is no movement names the certificate.
struct Issue {
    at: i64,
    site: u32,
    item: u32,
    weight: f64,
}

/// The first such record says where it was issued; each lot counts once, with its first one there.
fn issued(view: &View<'_>, mut issues: Vec<Issue>) -> Option<f64> {
    issues.sort_by_key(|issue| (issue.at, view.text(issue.site), view.text(issue.item)));
    let site = issues.first()?.site;
    let mut seen = BTreeSet::new();
    let first = issues.iter().filter(|issue| issue.site == site && seen.insert(issue.item));
    Some(first.map(|issue| issue.weight).sum())
}

/// The certificates that a happening names.
pub(super) fn named(view: &View<'_>, group: &Group) -> BTreeSet<u32> {
    let of_event = |event: &u32| view.refs(*event, RefKind::Certificate).collect::<Vec<u32>>();
    group.events.iter().flat_map(of_event).collect()
}

/// What a certificate was issued for, and what went with it. Food that is sold on goes with it
/// again from the next place, and of one movement only one side may be recorded: so of each lot
/// the place counts that sent or received most of it.
pub(super) fn row(
    view: &View<'_>,
    certificate: u32,
    (question, facts): (&BalanceQuestion, &dyn MasterFacts),
) -> Option<CertificateRow> {
    let mut items = BTreeSet::new();
    for event in view.graph.events_with_certificate(certificate) {
        let record = view.graph.event(*event).filter(|_| view.stands(*event));
        let named = record.map_or(&[][..], |record| view.graph.items(record));
        items.extend(named.iter().map(|item| item.id));
    }
    let mut issues: Vec<Issue> = Vec::new();
    let mut moved: BTreeMap<u32, BTreeMap<(u32, Kind), f64>> = BTreeMap::new();
    for item in items {
        let scale = Scale::of(view, item, facts);
        for group in groups_of(view, item) {
            if group.voided || !named(view, &group).contains(&certificate) {
                continue;
            }
            view.rest_on(group.events.iter().copied());
            let Some(weight) = scale.weigh(&group).value() else { continue };
            match group.kind {
                Kind::Origin | Kind::Sighting => {
                    issues.push(Issue { at: group.earliest, site: group.site, item, weight });
                }
                Kind::Departure | Kind::Arrival => {
                    let sides = moved.entry(item).or_default();
                    *sides.entry((group.site, group.kind)).or_insert(0.0) += weight;
                }
                Kind::Void | Kind::Exit => {}
            }
        }
    }
    let lots: BTreeSet<&str> = moved.keys().map(|item| view.text(*item)).collect();
    let most = |sides: &BTreeMap<(u32, Kind), f64>| sides.values().copied().fold(0.0, f64::max);
    let used: f64 = moved.values().map(most).sum();
    let issued = issued(view, issues);
    let exceeded = issued.is_some_and(|issued| used > issued * (1.0 + question.tolerance) + 1e-6);
    Some(CertificateRow {
        certificate: view.text(certificate).to_owned(),
        issued_kg: issued.map(rounded),
        used_kg: rounded(used),
        lots: lots.into_iter().map(str::to_owned).collect(),
        exceeded,
    })
}
