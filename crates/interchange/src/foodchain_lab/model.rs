//! FoodChain-Lab's JSON model: tables, settings and groups in one document. The form before
//! version 1, which had stations and deliveries as plain objects, is read too.

use super::Tables;
use super::finding::{Finding, FindingKind, Unit, Where};
use super::parameters::{Parameters, Settings, Shown};
use super::table::{COLUMNS_MAX, ROWS_MAX, Table};
use laiqu_trace::flow::Observed;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Reads FoodChain-Lab's JSON.
///
/// # Errors
/// Where it is none, with the line, or lacks a table.
pub fn read_model(file: &str, bytes: &[u8]) -> Result<(Tables, Parameters), Finding> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        let row = u64::try_from(error.line()).ok();
        let place = Where { row, ..Where::file(file) };
        Finding { place, kind: FindingKind::Unreadable, about: error.to_string() }
    })?;
    if document.get("data").is_none() && document.get("deliveriesRelations").is_some() {
        let tables = from_value::<Early>(file, document)?.tables(file)?;
        let parameters = Parameters { file: file.to_owned(), ..Parameters::default() };
        return Ok((tables, parameters));
    }
    if document.get("data").is_none() {
        let place = Where::file(file);
        let about = "data".to_owned();
        return Err(Finding { place, kind: FindingKind::MissingTable, about });
    }
    let model: Model = from_value(file, document)?;
    let parameters = parameters(file, model.tracing, model.settings);
    let list = |name| format!("{file}#/data/{name}/data");
    let data = model.data;
    let tables = Tables {
        stations: data.stations.table(list("stations"), &["ID"])?,
        deliveries: data.deliveries.table(list("deliveries"), &["ID", "from", "to"])?,
        relations: relations(data.relations.table(list("deliveryRelations"), &["from", "to"])?),
    };
    Ok((tables, parameters))
}

fn from_value<T: serde::de::DeserializeOwned>(file: &str, value: Value) -> Result<T, Finding> {
    serde_json::from_value(value).map_err(|error| {
        let place = Where::file(file);
        Finding { place, kind: FindingKind::Unreadable, about: error.to_string() }
    })
}

#[derive(Deserialize)]
struct Model {
    data: Data,
    #[serde(default)]
    tracing: Option<Tracing>,
    #[serde(default)]
    settings: Option<View>,
}

#[derive(Deserialize)]
struct Data {
    stations: Columns,
    deliveries: Columns,
    #[serde(rename = "deliveryRelations")]
    relations: Columns,
}

/// A table as lists of named values.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    #[serde(default)]
    column_properties: Vec<Column>,
    #[serde(default)]
    data: Vec<Vec<Named>>,
}

#[derive(Deserialize)]
struct Column {
    id: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    value: Value,
}

impl Columns {
    fn table(self, file: String, required: &[&str]) -> Result<Table, Finding> {
        let named = self.column_properties.into_iter().map(|column| column.id);
        let rows = self.data.into_iter();
        let rows = rows.map(|row| row.into_iter().map(|one| (one.id, one.value)).collect());
        table(file, named.collect(), rows.collect(), required)
    }
}

/// A table of rows that name their cells. Columns that must be there are, also where no row has
/// them; each row without such a value is a finding of its own.
fn table(
    file: String,
    mut columns: Vec<String>,
    rows: Vec<Vec<(String, Value)>>,
    required: &[&str],
) -> Result<Table, Finding> {
    let too_many = |most: usize| Finding {
        place: Where::file(&file),
        kind: FindingKind::TooMany,
        about: most.to_string(),
    };
    if rows.len() > ROWS_MAX {
        return Err(too_many(ROWS_MAX));
    }
    let mut positions: std::collections::HashMap<String, usize> =
        columns.iter().cloned().zip(0..).collect();
    let mut position = |name: &str| match positions.get(name) {
        Some(at) => *at,
        None => {
            columns.push(name.to_owned());
            positions.insert(name.to_owned(), columns.len() - 1);
            columns.len() - 1
        }
    };
    for name in required {
        position(name);
    }
    let mut sparse: Vec<Vec<(usize, String)>> = Vec::with_capacity(rows.len());
    for row in rows {
        sparse.push(row.into_iter().map(|(name, value)| (position(&name), text(value))).collect());
    }
    if columns.len() > COLUMNS_MAX {
        return Err(too_many(COLUMNS_MAX));
    }
    let filled = sparse.into_iter().map(|row| {
        let mut cells = vec![String::new(); columns.len()];
        for (at, value) in row {
            if let Some(cell) = cells.get_mut(at) {
                *cell = value;
            }
        }
        cells
    });
    let rows = (0..).zip(filled).collect();
    Ok(Table { file, unit: Unit::Element, columns, rows })
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Relations with the names that the tables have.
fn relations(mut table: Table) -> Table {
    rename(&mut table, &[("ID", "Relation ID"), ("from", "ID"), ("to", "Next")]);
    table
}

fn rename(table: &mut Table, names: &[(&str, &str)]) {
    for column in &mut table.columns {
        if let Some((_, name)) = names.iter().find(|(old, _)| old == column) {
            *column = (*name).to_owned();
        }
    }
}

/// The form before version 1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Early {
    stations: Vec<Map<String, Value>>,
    deliveries: Vec<Map<String, Value>>,
    deliveries_relations: Vec<Map<String, Value>>,
}

impl Early {
    fn tables(self, file: &str) -> Result<Tables, Finding> {
        let read = |list: &str, rows: Vec<Map<String, Value>>, required: &[&str], names| {
            let rows = rows.into_iter().map(|row| row.into_iter().collect()).collect();
            let mut table = table(format!("{file}#/{list}"), Vec::new(), rows, required)?;
            rename(&mut table, names);
            Ok(table)
        };
        let ends = ["id", "source", "target"];
        Ok(Tables {
            stations: read("stations", self.stations, &["id"], &[("id", "ID"), ("name", "Name")])?,
            deliveries: read(
                "deliveries",
                self.deliveries,
                &ends,
                &[
                    ("id", "ID"),
                    ("source", "from"),
                    ("target", "to"),
                    ("name", "Name"),
                    ("lot", "Lot Number"),
                    ("date", "Date Delivery"),
                ],
            )?,
            relations: read(
                "deliveriesRelations",
                self.deliveries_relations,
                &ends,
                &[("id", "Relation ID"), ("source", "ID"), ("target", "Next")],
            )?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tracing {
    #[serde(default)]
    enforce_temporal_order: bool,
    #[serde(default)]
    nodes: Vec<Traced>,
    #[serde(default)]
    deliveries: Vec<Traced>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Traced {
    id: String,
    #[serde(default)]
    weight: Option<f64>,
    #[serde(default)]
    outbreak: Option<bool>,
    #[serde(default)]
    cross_contamination: Option<bool>,
    #[serde(default)]
    kill_contamination: Option<bool>,
    #[serde(default)]
    observed: Option<Shown>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(default)]
    meta_nodes: Vec<Group>,
    #[serde(default)]
    view: Option<Shapes>,
}

#[derive(Deserialize)]
struct Group {
    id: String,
    members: Vec<String>,
}

#[derive(Deserialize)]
struct Shapes {
    #[serde(default)]
    node: Option<Hidden>,
    #[serde(default)]
    edge: Option<Hidden>,
}

#[derive(Deserialize)]
struct Hidden {
    #[serde(default, alias = "invisibleNodes", alias = "invisibleEdges")]
    invisible: Option<Vec<String>>,
}

fn parameters(file: &str, tracing: Option<Tracing>, view: Option<View>) -> Parameters {
    let mut parameters = Parameters { file: file.to_owned(), ..Parameters::default() };
    if let Some(tracing) = tracing {
        parameters.temporal = tracing.enforce_temporal_order;
        settings(&mut parameters.stations, tracing.nodes);
        settings(&mut parameters.deliveries, tracing.deliveries);
    }
    let Some(view) = view else { return parameters };
    let groups = view.meta_nodes.into_iter().map(|group| (group.id, group.members));
    parameters.merged = groups.collect();
    if let Some(shapes) = view.view {
        hide(&mut parameters.stations, shapes.node);
        hide(&mut parameters.deliveries, shapes.edge);
    }
    parameters
}

fn settings(all: &mut Settings, traced: Vec<Traced>) {
    for one in traced {
        let setting = all.entry(one.id).or_default();
        let outbreak = f64::from(u8::from(one.outbreak.unwrap_or(false)));
        setting.weight = one.weight.unwrap_or(outbreak);
        setting.cross = one.cross_contamination.unwrap_or(false);
        setting.kill = one.kill_contamination.unwrap_or(false);
        setting.observed = one.observed.map_or(Observed::No, |shown| shown.0);
    }
}

fn hide(all: &mut Settings, hidden: Option<Hidden>) {
    for id in hidden.and_then(|hidden| hidden.invisible).unwrap_or_default() {
        all.entry(id).or_default().hidden = true;
    }
}
