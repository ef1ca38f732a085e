//! Identifiers of a table, and stations that count as one.

use super::finding::{Finding, FindingKind, Where};
use super::parameters::Parameters;
use super::table::{Table, cell};
use std::collections::HashMap;

/// Positions by identifier.
pub(crate) type Ids = HashMap<String, u32>;

/// A position as the graph numbers it. More than 32 bits can count never fit in a table.
pub(crate) fn id32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Leaves out rows without identifier and those that repeat one, and numbers the rest.
pub(crate) fn identify(table: &mut Table, findings: &mut Vec<Finding>) -> Result<Ids, Finding> {
    let column = table.required("ID")?;
    let mut ids = Ids::new();
    let mut keep = Vec::with_capacity(table.rows.len());
    for (row, cells) in &table.rows {
        let id = cell(cells, Some(column));
        let fault = match id {
            "" => Some(FindingKind::Empty),
            _ if ids.contains_key(id) => Some(FindingKind::Duplicate),
            _ => None,
        };
        keep.push(fault.is_none());
        match fault {
            Some(kind) => findings.push(table.finding(*row, Some(column), kind, id)),
            None => {
                ids.insert(id.to_owned(), id32(ids.len()));
            }
        }
    }
    retain(table, &keep);
    Ok(ids)
}

/// Keeps the rows whose flag is set.
pub(crate) fn retain(table: &mut Table, keep: &[bool]) {
    let mut flags = keep.iter();
    table.rows.retain(|_| flags.next().copied().unwrap_or(true));
}

/// Adds stations that stand for several, and says for each station which one it counts as.
pub(crate) fn merge(
    parameters: &Parameters,
    ids: &mut Ids,
    findings: &mut Vec<Finding>,
) -> (Vec<String>, Vec<u32>) {
    let mut merged: Vec<u32> = (0..id32(ids.len())).collect();
    let mut groups = Vec::new();
    for (group, members) in &parameters.merged {
        let into = *ids.entry(group.clone()).or_insert_with(|| {
            groups.push(group.clone());
            let new = id32(merged.len());
            merged.push(new);
            new
        });
        for member in members {
            match ids.get(member).and_then(|member| merged.get_mut(*member as usize)) {
                Some(counts_as) => *counts_as = into,
                None => findings.push(Finding {
                    place: Where::file(&parameters.file),
                    kind: FindingKind::UnknownSetting,
                    about: format!("{group}: {member}"),
                }),
            }
        }
    }
    // A group may itself be a member of a group; a circle of groups ends where it started.
    for station in 0..merged.len() {
        let step = |at: u32| merged.get(at as usize).copied().unwrap_or(at);
        let mut last = id32(station);
        for _ in 0..=groups.len() {
            last = step(last);
        }
        if let Some(counts_as) = merged.get_mut(station) {
            *counts_as = last;
        }
    }
    (groups, merged)
}
