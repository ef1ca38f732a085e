//! The investigator's settings laid over a graph.

use super::finding::{Finding, FindingKind, Where};
use super::parameters::{Parameters, Settings};
use super::stations::Ids;
use laiqu_trace::flow::{DateMode, FlowGraph, Overlay, Setting};

/// The overlay that parameters mean; what they say of unknown identifiers is a finding.
pub(crate) fn overlay(
    graph: &FlowGraph,
    parameters: &Parameters,
    merged: Vec<u32>,
    (stations, deliveries): (&Ids, &Ids),
    findings: &mut Vec<Finding>,
) -> Overlay {
    let mut overlay = Overlay::of(graph);
    overlay.merged = merged;
    if parameters.temporal {
        overlay.dates = DateMode::Explicit;
    }
    let place = Where::file(&parameters.file);
    put(&mut overlay.stations, &parameters.stations, stations, &place, findings);
    put(&mut overlay.deliveries, &parameters.deliveries, deliveries, &place, findings);
    for (id, setting) in &parameters.stations {
        let Some(station) = stations.get(id) else { continue };
        if overlay.station(*station) != *station && *setting != Setting::default() {
            let (place, about) = (place.clone(), id.clone());
            findings.push(Finding { place, kind: FindingKind::MergedSetting, about });
        }
    }
    overlay
}

fn put(
    slots: &mut [Setting],
    settings: &Settings,
    ids: &Ids,
    place: &Where,
    findings: &mut Vec<Finding>,
) {
    for (id, setting) in settings {
        match ids.get(id).and_then(|id| slots.get_mut(*id as usize)) {
            Some(slot) => *slot = *setting,
            None if *setting == Setting::default() => {}
            None => {
                let (place, about) = (place.clone(), id.clone());
                findings.push(Finding { place, kind: FindingKind::UnknownSetting, about });
            }
        }
    }
}
