//! Certificates (承诺达标合格证) against the food that went with them: one that goes with more
//! than it was issued for covers food that nobody vouched for.

use std::collections::{BTreeMap, BTreeSet};

use crate::balance::question::{BalanceQuestion, CertificateRow};
use crate::balance::rows::{groups_of, kilograms, rounded};
use crate::grouping::Group;
use crate::records::RefKind;
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
fn issued(mut issues: Vec<Issue>) -> Option<f64> {
    issues.sort_by(|a, b| (a.at, a.site, a.item).cmp(&(b.at, b.site, b.item)));
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
/// again from the next place, so that places are not added up: the one that sent most counts.
pub(super) fn row(
    view: &View<'_>,
    certificate: u32,
    question: &BalanceQuestion,
) -> Option<CertificateRow> {
    let mut items = BTreeSet::new();
    for event in view.graph.events_with_certificate(certificate) {
        let record = view.graph.event(*event).filter(|_| view.stands(*event));
        let named = record.map_or(&[][..], |record| view.graph.items(record));
        items.extend(named.iter().map(|item| item.id));
    }
    let mut issues: Vec<Issue> = Vec::new();
    let mut sent: BTreeMap<u32, f64> = BTreeMap::new();
    let mut lots = BTreeSet::new();
    for item in items {
        for group in groups_of(view, item) {
            if group.voided || !named(view, &group).contains(&certificate) {
                continue;
            }
            let Some(weight) = kilograms(view, &group) else { continue };
            match group.kind {
                Kind::Origin | Kind::Sighting => {
                    issues.push(Issue { at: group.earliest, site: group.site, item, weight });
                }
                Kind::Departure => {
                    *sent.entry(group.site).or_insert(0.0) += weight;
                    lots.insert(view.text(item).to_owned());
                }
                Kind::Arrival | Kind::Void | Kind::Exit => {}
            }
        }
    }
    let issued = issued(issues);
    let used = sent.into_values().fold(0.0, f64::max);
    let exceeded = issued.is_some_and(|issued| used > issued * (1.0 + question.tolerance) + 1e-6);
    Some(CertificateRow {
        certificate: view.text(certificate).to_owned(),
        issued_kg: issued.map(rounded),
        used_kg: rounded(used),
        lots: lots.into_iter().collect(),
        exceeded,
    })
}
