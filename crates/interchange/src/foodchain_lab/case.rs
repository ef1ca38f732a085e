//! A case: its tables, the flow graph that they are, and what the investigator assumes.

use super::Tables;
use super::checks::check;
use super::finding::{Finding, FindingKind};
use super::parameters::Parameters;
use super::settings::overlay;
use super::stations::{Ids, id32, identify, merge, retain};
use super::table::{Table, cell};
use super::values::{days, in_kilograms, kilograms, number};
use laiqu_trace::flow::{self, Days, FlowGraph, NotInGraph, Overlay};
use std::collections::HashMap;

/// A business of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its identifier.
    pub id: String,
    /// Its name, or the identifier where it has none.
    pub name: String,
}

/// A delivery of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier.
    pub id: String,
    /// What was delivered.
    pub product: String,
    /// The number of the lot, as stated.
    pub lot_number: String,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Deliveries between stations.
    pub graph: FlowGraph,
    /// What the investigator assumes and asks.
    pub overlay: Overlay,
    /// By number: the businesses of the table, then the merged ones.
    pub stations: Vec<Station>,
    /// By number.
    pub deliveries: Vec<Delivery>,
    /// Rows that were left out, and what is hardly true.
    pub findings: Vec<Finding>,
    /// Tables without the rows that were left out.
    pub(crate) tables: Tables,
}

impl Case {
    /// A case from its tables.
    ///
    /// # Errors
    /// All faults. With `skip`, only those past which nothing can be read: rows with others are
    /// left out and listed among the findings.
    pub fn new(
        mut tables: Tables,
        parameters: &Parameters,
        skip: bool,
    ) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let one = |finding| vec![finding];
        let mut station_ids = identify(&mut tables.stations, &mut findings).map_err(one)?;
        let (groups, merged) = merge(parameters, &mut station_ids, &mut findings);
        let mut read =
            read_deliveries(&mut tables.deliveries, &station_ids, &mut findings).map_err(one)?;
        let relations =
            read_relations(&mut tables.relations, &read.ids, &mut findings).map_err(one)?;
        if !skip && findings.iter().any(|finding| finding.kind.is_fault()) {
            findings.retain(|finding| finding.kind.is_fault());
            return Err(findings);
        }
        let deliveries = std::mem::take(&mut read.flow);
        let graph = FlowGraph::new(id32(merged.len()), deliveries, relations)
            .map_err(|error| one(unreadable(&tables.deliveries, error)))?;
        let ids = (&station_ids, &read.ids);
        let overlay = overlay(&graph, parameters, merged, ids, &mut findings);
        let mut stations = read_stations(&tables.stations);
        stations.extend(groups.into_iter().map(|id| Station { name: id.clone(), id }));
        let deliveries = read.deliveries;
        let mut case = Self { graph, overlay, stations, deliveries, findings, tables };
        let issues = check(&case);
        case.findings.extend(issues);
        Ok(case)
    }

    /// Whether a delivery stays inside a merged station.
    #[must_use]
    pub fn is_inside(&self, delivery: &flow::Delivery) -> bool {
        let [from, to] = [delivery.from, delivery.to].map(|station| self.overlay.station(station));
        from == to && delivery.from != delivery.to
    }
}

fn unreadable(table: &Table, error: NotInGraph) -> Finding {
    let row = table.rows.first().map_or(0, |(row, _)| *row);
    table.finding(row, None, FindingKind::Unreadable, error.to_string())
}

fn read_stations(table: &Table) -> Vec<Station> {
    let id = table.column("ID");
    let name = table.any_column(&["Name", "node"]);
    let station = |(_, cells): &(u64, Vec<String>)| {
        let id = cell(cells, id).to_owned();
        let name = Some(cell(cells, name)).filter(|name| !name.is_empty()).unwrap_or(&id);
        Station { name: name.to_owned(), id }
    };
    table.rows.iter().map(station).collect()
}

/// What the table of deliveries says.
struct Read {
    ids: Ids,
    flow: Vec<flow::Delivery>,
    deliveries: Vec<Delivery>,
}

/// Where the parts of a delivery stand.
pub(crate) struct Columns {
    from: usize,
    to: usize,
    pub(crate) product: Option<usize>,
    lot: Option<usize>,
    pub(crate) lot_number: Option<usize>,
    pub(crate) departure: Option<usize>,
    pub(crate) arrival: Option<usize>,
    /// Kilograms without a unit.
    pub(crate) weight: Option<usize>,
    /// An amount, and its unit where that stands apart.
    pub(crate) amount: Option<usize>,
    pub(crate) unit: Option<usize>,
    pub(crate) text: Option<usize>,
}

impl Columns {
    pub(crate) fn of(table: &Table) -> Result<Self, Finding> {
        Ok(Self {
            from: table.required("from")?,
            to: table.required("to")?,
            product: table.any_column(&["Name", "Product Name"]),
            lot: table.column("Lot ID"),
            lot_number: table.any_column(&["Lot Number", "Charge Number"]),
            departure: table.column("Date Delivery"),
            arrival: table.column("Date Delivery Arrival"),
            weight: table.column("Amount [kg]"),
            amount: table.column("_Lieferungen.Delivery_Amount"),
            unit: table.column("_Lieferungen.Delivery_Unit"),
            text: table.column("Amount"),
        })
    }

    /// The kilograms of a row, or the column whose value is no number.
    pub(crate) fn kilograms(&self, cells: &[String]) -> Result<Option<f64>, Option<usize>> {
        let weight = cell(cells, self.weight);
        if !weight.is_empty() {
            return number(weight).map(Some).ok_or(self.weight);
        }
        let amount = cell(cells, self.amount);
        if !amount.is_empty() {
            let amount = number(amount).ok_or(self.amount)?;
            return Ok(in_kilograms(amount, cell(cells, self.unit)));
        }
        Ok(kilograms(cell(cells, self.text)))
    }
}

fn read_deliveries(
    table: &mut Table,
    stations: &Ids,
    findings: &mut Vec<Finding>,
) -> Result<Read, Finding> {
    let columns = Columns::of(table)?;
    identify(table, findings)?;
    let mut lots: HashMap<(u32, String, String), u32> = HashMap::new();
    let mut read = Read { ids: Ids::new(), flow: Vec::new(), deliveries: Vec::new() };
    let mut keep = Vec::with_capacity(table.rows.len());
    let id = table.column("ID");
    for (row, cells) in &table.rows {
        let mut faults = Vec::new();
        let mut fault = |column, kind| {
            faults.push(table.finding(*row, column, kind, cell(cells, column)));
        };
        let mut station = |column| {
            let found = stations.get(cell(cells, Some(column))).copied();
            if found.is_none() {
                fault(Some(column), FindingKind::UnknownStation);
            }
            found.unwrap_or(0)
        };
        let (from, to) = (station(columns.from), station(columns.to));
        let mut date = |column| {
            days(cell(cells, column)).unwrap_or_else(|| {
                fault(column, FindingKind::NotADate);
                Days::UNKNOWN
            })
        };
        let (departure, arrival) = (date(columns.departure), date(columns.arrival));
        let kilograms = columns.kilograms(cells).unwrap_or_else(|column| {
            fault(column, FindingKind::NotANumber);
            None
        });
        keep.push(faults.is_empty());
        if !faults.is_empty() {
            findings.extend(faults);
            continue;
        }
        let text = |column| cell(cells, column).to_owned();
        let delivery = Delivery {
            id: text(id),
            product: text(columns.product),
            lot_number: text(columns.lot_number),
        };
        let new = id32(lots.len());
        let lot = lot_key(from, cell(cells, columns.lot), &delivery);
        let lot = lot.map(|key| *lots.entry(key).or_insert(new));
        read.ids.insert(delivery.id.clone(), id32(read.flow.len()));
        read.flow.push(flow::Delivery { from, to, lot, departure, arrival, kilograms });
        read.deliveries.push(delivery);
    }
    retain(table, &keep);
    Ok(read)
}

/// A lot is what has the same identifier, or the same number, product and supplier.
fn lot_key(from: u32, lot: &str, delivery: &Delivery) -> Option<(u32, String, String)> {
    if !lot.is_empty() {
        return Some((u32::MAX, String::new(), lot.to_owned()));
    }
    let number = &delivery.lot_number;
    (!number.is_empty()).then(|| (from, delivery.product.clone(), number.clone()))
}

fn read_relations(
    table: &mut Table,
    deliveries: &Ids,
    findings: &mut Vec<Finding>,
) -> Result<Vec<(u32, u32)>, Finding> {
    let columns = [table.required("ID")?, table.required("Next")?];
    let mut keep = Vec::with_capacity(table.rows.len());
    let mut relations = Vec::with_capacity(table.rows.len());
    for (row, cells) in &table.rows {
        let [from, into] = columns.map(|column| {
            let id = cell(cells, Some(column));
            let found = deliveries.get(id).copied();
            if found.is_none() {
                let kind = FindingKind::UnknownDelivery;
                findings.push(table.finding(*row, Some(column), kind, id));
            }
            found
        });
        keep.push(from.is_some() && into.is_some());
        relations.extend(from.zip(into));
    }
    retain(table, &keep);
    Ok(relations)
}
