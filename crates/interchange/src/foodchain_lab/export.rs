//! Movements of a ledger written as FoodChain-Lab's JSON model.

use laiqu_trace::LedgerFlow;
use laiqu_trace::flow::Delivery;
use serde::Serialize;
use serde_json::Value;

/// The version of the model.
const VERSION: &str = "1.0.0";
const STATIONS: &[(&str, &str)] = &[("ID", "string"), ("Name", "string"), ("party", "string")];
const DELIVERIES: &[(&str, &str)] = &[
    ("ID", "string"),
    ("from", "string"),
    ("to", "string"),
    ("Name", "string"),
    ("Lot ID", "string"),
    ("Lot Number", "string"),
    ("Date Delivery", "string"),
    ("Date Delivery Arrival", "string"),
    ("Amount", "string"),
    ("_Lieferungen.Delivery_Amount", "double"),
    ("_Lieferungen.Delivery_Unit", "string"),
    ("lot", "string"),
    ("product", "string"),
    ("eventID", "string"),
    ("reasons", "string"),
];
const RELATIONS: &[(&str, &str)] = &[("from", "string"), ("to", "string")];

/// A document of the model; [`super::read_model`] reads it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    version: &'static str,
    data: Data,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    version: &'static str,
    stations: Columns,
    deliveries: Columns,
    delivery_relations: Columns,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    column_properties: Vec<Column>,
    data: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Column {
    id: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Cell {
    id: &'static str,
    value: Value,
}

impl Model {
    /// How many stations it has.
    #[must_use]
    pub fn stations(&self) -> usize {
        self.data.stations.data.len()
    }
}

/// Stations, deliveries and relations; `name` gives the names that people know by identifier.
///
/// A delivery of which only an interval of days is known has the month or year of it; one that may
/// be of several years has no date.
#[must_use]
pub fn write_model<'n>(flow: &LedgerFlow, name: impl Fn(&str) -> Option<&'n str>) -> Model {
    let named = |id: &str| name(id).map_or_else(|| id.to_owned(), str::to_owned);
    let stations = flow.stations.iter().map(|station| {
        vec![Some(station.id.clone()), Some(named(&station.id)), station.party.clone()]
    });
    let station = |at: u32| flow.stations.get(at as usize).map(|station| station.id.clone());
    let deliveries = (1_u32..).zip(flow.graph.deliveries().iter().zip(&flow.deliveries));
    let deliveries = deliveries.map(|(number, (one, of))| {
        let Delivery { from, to, lot, departure, arrival, kilograms } = *one;
        let product = of.product.as_deref().unwrap_or(&of.lot);
        let reasons = serde_json::to_value(&of.reasons).ok();
        vec![
            Some(number.to_string()),
            station(from),
            station(to),
            Some(named(product)),
            lot.map(|lot| format!("L{}", lot.saturating_add(1))),
            Some(lot_number(&of.lot).to_owned()),
            Some(departure.to_string()).filter(|date| !date.is_empty()),
            Some(arrival.to_string()).filter(|date| !date.is_empty()),
            kilograms.map(|kilograms| format!("{kilograms} kg")),
            kilograms.map(|kilograms| kilograms.to_string()),
            kilograms.map(|_| "kg".to_owned()),
            Some(of.lot.clone()),
            of.product.clone(),
            Some(of.event.clone()),
            reasons.map(|list| words(&list)).filter(|words| !words.is_empty()),
        ]
    });
    let number = |at: u32| Some(at.saturating_add(1).to_string());
    let relations = flow.graph.next().pairs();
    let relations = relations.map(|(from, into)| vec![number(from), number(into)]);
    let data = Data {
        version: VERSION,
        stations: columns(STATIONS, stations),
        deliveries: columns(DELIVERIES, deliveries),
        delivery_relations: columns(RELATIONS, relations),
    };
    Model { version: VERSION, data }
}

/// What is behind the product in the identifier of a lot, or all of it.
fn lot_number(lot: &str) -> &str {
    lot.split_once("/10/").map_or(lot, |(_, number)| number)
}

fn words(list: &Value) -> String {
    let words = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(", ")
}

/// A table; cells without a value are left out.
fn columns(
    columns: &[(&'static str, &'static str)],
    rows: impl Iterator<Item = Vec<Option<String>>>,
) -> Columns {
    let row = |cells: Vec<Option<String>>| {
        let cells = columns.iter().zip(cells);
        let cell = |(&(id, kind), text): (&(&'static str, &'static str), Option<String>)| {
            let text = text?;
            let number = (kind == "double").then(|| text.parse::<f64>().ok()).flatten();
            Some(Cell { id, value: number.map_or(Value::String(text), Value::from) })
        };
        cells.filter_map(cell).collect()
    };
    Columns {
        column_properties: columns.iter().map(|&(id, kind)| Column { id, kind }).collect(),
        data: rows.map(row).collect(),
    }
}
