//! Tables of a case written as FoodChain-Lab's all-in-one workbook (XLSX), which
//! [`super::read_workbook`] reads.

use super::Tables;
use super::finding::{Finding, FindingKind, Where};
use super::table::{Table, cell};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

/// A column of the form: its head, the part under it, and the column of the case.
type Column = (&'static str, &'static str, Value);

/// What stands in a column.
#[derive(Clone, Copy)]
enum Value {
    /// A column of the case.
    Of(&'static str),
    /// A part of a date of the case, counted from the year.
    Part(&'static str, usize),
}

const STATIONS: &[Column] = &[("Company_ID", "", Value::Of("ID")), ("Name", "", Value::Of("Name"))];

const DELIVERIES: &[Column] = &[
    ("DeliveryID", "", Value::Of("ID")),
    ("Station", "", Value::Of("from")),
    ("Product Name", "", Value::Of("Name")),
    ("Lot Number", "", Value::Of("Lot Number")),
    ("Delivery Date Departure", "Day", Value::Part("Date Delivery", 2)),
    ("", "Month", Value::Part("Date Delivery", 1)),
    ("", "Year", Value::Part("Date Delivery", 0)),
    ("Delivery Date Arrival", "Day", Value::Part("Date Delivery Arrival", 2)),
    ("", "Month", Value::Part("Date Delivery Arrival", 1)),
    ("", "Year", Value::Part("Date Delivery Arrival", 0)),
    ("Unit weight/vol./pck.", "Quantity", Value::Of("_Lieferungen.Delivery_Amount")),
    ("", "Type/Unit", Value::Of("_Lieferungen.Delivery_Unit")),
    ("Recipient", "", Value::Of("to")),
];

const RELATIONS: &[Column] =
    &[("From DeliveryID", "", Value::Of("ID")), ("Into DeliveryID", "", Value::Of("Next"))];

/// What the form says in other columns.
const LEFT_OUT: &[&str] = &["Amount", "Relation ID"];

/// Writes a case as a workbook; columns that the form does not have stand behind its own.
///
/// # Errors
/// Where a table has more rows, or a text is longer, than a workbook holds.
pub fn write_workbook(tables: &Tables) -> Result<Vec<u8>, Finding> {
    written(tables).map_err(|error| {
        let place = Where::file("XLSX");
        Finding { place, kind: FindingKind::TooMany, about: error.to_string() }
    })
}

fn written(tables: &Tables) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same case gives the same bytes, whenever it is written.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for (name, table, columns) in [
        ("Stations", &tables.stations, STATIONS),
        ("Deliveries", &tables.deliveries, DELIVERIES),
        ("Deliveries2Deliveries", &tables.relations, RELATIONS),
    ] {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        write_sheet(sheet, table, columns)?;
    }
    book.save_to_buffer()
}

fn write_sheet(sheet: &mut Worksheet, table: &Table, columns: &[Column]) -> Result<(), XlsxError> {
    let is_own = |name: &&String| {
        let of_form = |(_, _, value): &Column| match value {
            Value::Of(own) | Value::Part(own, _) => *name == own,
        };
        !LEFT_OUT.contains(&name.as_str()) && !columns.iter().any(of_form)
    };
    let others: Vec<&String> = table.columns.iter().filter(is_own).collect();
    let heads = columns.iter().map(|(head, part, _)| (*head, *part));
    let heads = heads.chain(others.iter().map(|name| (name.as_str(), "")));
    let mut below = 1;
    for (at, (head, part)) in (0..).zip(heads) {
        write_text(sheet, 0, at, head)?;
        write_text(sheet, 1, at, part)?;
        below = below.max(if part.is_empty() { 1 } else { 2 });
    }
    for (row, (_, cells)) in (below..).zip(&table.rows) {
        let of_form = columns.iter().map(|(_, _, value)| match value {
            Value::Of(name) => cell(cells, table.column(name)),
            Value::Part(name, part) => {
                cell(cells, table.column(name)).split('-').nth(*part).unwrap_or_default()
            }
        });
        let others = others.iter().map(|name| cell(cells, table.column(name)));
        for (at, text) in (0..).zip(of_form.chain(others)) {
            write_text(sheet, row, at, text)?;
        }
    }
    Ok(())
}

/// Numbers are kept as texts where writing them as numbers would change them.
fn write_text(sheet: &mut Worksheet, row: u32, at: u16, text: &str) -> Result<(), XlsxError> {
    if text.is_empty() {
        return Ok(());
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    match number.filter(|number| number.to_string() == text) {
        Some(number) => sheet.write_number(row, at, number)?,
        None => sheet.write_string(row, at, text)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::read_workbook;
    use super::super::table::read_table;
    use super::*;

    #[test]
    fn whatever_a_station_is_called_is_read_again() {
        let names = ["NaN", "inf", "007", "1e5", "=1+1", "12345678901234567890", "12", "大厂"];
        let rows: String =
            names.iter().enumerate().map(|(id, name)| format!("S{id},{name}\n")).collect();
        let stations = read_table("stations.csv", format!("ID,Name\n{rows}").as_bytes()).unwrap();
        let tables = Tables { stations, ..Tables::default() };
        let read = read_workbook("case.xlsx", &write_workbook(&tables).unwrap()).unwrap();
        let name = read.stations.column("Name");
        let read: Vec<&str> =
            read.stations.rows.iter().map(|(_, cells)| cell(cells, name)).collect();
        assert_eq!(read, names);
    }
}
