//! Scored tables, as FoodChain-Lab writes them.

use super::case::Case;
use super::table::Table;
use laiqu_trace::flow::{Observed, Score, Scores, Setting};

/// What stands behind the columns of a table, in the order of the expected files.
const SETTINGS: [&str; 4] = ["Weight", "CrossContamination", "Kill Contamination", "Observed"];

fn columns(lot: &'static str) -> [&'static str; 11] {
    let [weight, cross, kill, observed] = SETTINGS;
    [
        weight,
        cross,
        kill,
        observed,
        "Score",
        lot,
        "Normalized Score",
        "Positive Score",
        "Negative Score",
        "Backward",
        "Forward",
    ]
}

fn cells(setting: Setting, score: &Score) -> [String; 11] {
    // With a decimal point in any case, which is how the expected files have numbers.
    let number = |value: f64| format!("{value:?}");
    [
        number(setting.weight),
        setting.cross.to_string(),
        setting.kill.to_string(),
        (setting.observed != Observed::No).to_string(),
        number(score.score),
        score.lot_score.map(number).unwrap_or_default(),
        number(score.normalized),
        number(score.positive),
        number(score.negative),
        score.backward.to_string(),
        score.forward.to_string(),
    ]
}

/// A table without columns of these names, and what stands in the others.
struct Kept<'t> {
    table: &'t Table,
    columns: Vec<usize>,
}

impl<'t> Kept<'t> {
    fn new(table: &'t Table, replaced: &[&str]) -> Self {
        let kept = |at: &usize| {
            table.columns.get(*at).is_some_and(|name| !replaced.contains(&name.as_str()))
        };
        Self { table, columns: (0..table.columns.len()).filter(kept).collect() }
    }

    fn head(&self) -> Vec<String> {
        self.columns.iter().filter_map(|at| self.table.columns.get(*at).cloned()).collect()
    }

    fn cells(&self, row: &[String]) -> Vec<String> {
        self.columns.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect()
    }
}

/// The table of stations with settings and scores. Stations that count as another are left out;
/// merged ones stand at the end, with those values that all their members share.
#[must_use]
pub fn scored_stations(case: &Case, scores: &Scores) -> String {
    let added = columns("Max Lot Score");
    let kept = Kept::new(&case.tables.stations, &added);
    let mut lines = vec![join(kept.head(), added.map(str::to_owned))];
    for (station, score) in (0_u32..).zip(&scores.stations) {
        if case.overlay.station(station) != station {
            continue;
        }
        let cells_of = |at: usize| case.tables.stations.rows.get(at).map(|(_, cells)| cells);
        let row = match cells_of(station as usize) {
            Some(row) => kept.cells(row),
            None => merged_row(case, &kept, station),
        };
        lines.push(join(row, cells(case.overlay.of_station(station), score)));
    }
    csv(&lines)
}

fn merged_row(case: &Case, kept: &Kept<'_>, station: u32) -> Vec<String> {
    let counts = |at: u32| case.overlay.station(at) == station;
    let rows = (0_u32..).zip(&kept.table.rows).filter(|(at, _)| counts(*at));
    let mut rows = rows.map(|(_, (_, cells))| kept.cells(cells));
    let mut shared = rows.next().unwrap_or_else(|| vec![String::new(); kept.columns.len()]);
    for row in rows {
        for (shared, cell) in shared.iter_mut().zip(row) {
            if *shared != cell {
                shared.clear();
            }
        }
    }
    if let Some(id) = kept.head().iter().position(|name| name == "ID")
        && let (Some(cell), Some(known)) = (shared.get_mut(id), case.stations.get(station as usize))
    {
        cell.clone_from(&known.id);
    }
    shared
}

/// The table of deliveries with settings and scores. Deliveries inside a merged station are left
/// out; the others name it.
#[must_use]
pub fn scored_deliveries(case: &Case, scores: &Scores) -> String {
    let added = columns("Lot Score");
    let kept = Kept::new(&case.tables.deliveries, &added);
    let head = kept.head();
    let end = |name: &str| head.iter().position(|column| column == name);
    let (from, to) = (end("from"), end("to"));
    let mut lines = vec![join(head.clone(), added.map(str::to_owned))];
    let all = case.graph.deliveries().iter().zip(&case.tables.deliveries.rows);
    for ((delivery, score), (flow, (_, row))) in (0_u32..).zip(&scores.deliveries).zip(all) {
        if case.is_inside(flow) {
            continue;
        }
        let mut row = kept.cells(row);
        for (column, station) in [(from, flow.from), (to, flow.to)] {
            let station = case.stations.get(case.overlay.station(station) as usize);
            let cell = column.and_then(|column| row.get_mut(column));
            if let (Some(cell), Some(station)) = (cell, station) {
                cell.clone_from(&station.id);
            }
        }
        lines.push(join(row, cells(case.overlay.of_delivery(delivery), score)));
    }
    csv(&lines)
}

fn join(mut row: Vec<String>, added: [String; 11]) -> Vec<String> {
    row.extend(added);
    row
}

fn csv(lines: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        // Writing to memory cannot fail, and all lines have the same number of cells.
        writer.write_record(line).unwrap_or_default();
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
