//! Workbooks (XLSX): the all-in-one form with sheets of stations, deliveries and relations, and the
//! one-sheet list of deliveries with supplier and recipient in each row.

use super::Tables;
use super::finding::{Finding, FindingKind, Unit, Where};
use super::flat_list::flat_list;
use super::table::{COLUMNS_MAX, ROWS_MAX, Table};
use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use std::io::Cursor;

/// Reads a workbook.
///
/// # Errors
/// Where it is no workbook, lacks a sheet, or is too large.
pub fn read_workbook(file: &str, bytes: &[u8]) -> Result<Tables, Finding> {
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(file, &error))?;
    let names = workbook.sheet_names();
    let sheet = |name: &str| names.iter().find(|known| plain(known) == plain(name)).cloned();
    if sheet("Deliveries").is_none()
        && let [only, ..] = names.as_slice()
    {
        let list = Sheet::read(file, &mut workbook, only)?;
        return flat_list(&list)
            .ok_or_else(|| missing(file, "Stations, Deliveries, Deliveries2Deliveries"));
    }
    let mut read = |name: &str| {
        let sheet = sheet(name).ok_or_else(|| missing(file, name))?;
        Ok(Sheet::read(file, &mut workbook, &sheet)?.into_table())
    };
    let stations = renamed(read("Stations")?, STATIONS);
    let mut deliveries = renamed(read("Deliveries")?, DELIVERIES);
    join_dates(&mut deliveries, "departure", "Date Delivery");
    join_dates(&mut deliveries, "arrival", "Date Delivery Arrival");
    let relations = renamed(read("Deliveries2Deliveries")?, RELATIONS);
    Ok(Tables { stations, deliveries, relations })
}

fn unreadable(file: &str, error: &XlsxError) -> Finding {
    let place = Where::file(file);
    Finding { place, kind: FindingKind::Unreadable, about: error.to_string() }
}

fn missing(file: &str, sheet: &str) -> Finding {
    let place = Where::file(file);
    Finding { place, kind: FindingKind::MissingTable, about: sheet.to_owned() }
}

/// A name without what people write differently: case, blanks, signs.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Columns by their plain names, and what they are called in a case.
type Names = &'static [(&'static str, &'static str)];

const STATIONS: Names = &[("companyid", "ID"), ("name", "Name")];

const DELIVERIES: Names = &[
    ("deliveryid", "ID"),
    ("station", "from"),
    ("recipient", "to"),
    ("productname", "Name"),
    ("lotnumber", "Lot Number"),
    ("unitweightvolpckquantity", "_Lieferungen.Delivery_Amount"),
    ("unitweightvolpcktypeunit", "_Lieferungen.Delivery_Unit"),
];

const RELATIONS: Names = &[("fromdeliveryid", "ID"), ("intodeliveryid", "Next")];

fn renamed(mut table: Table, names: Names) -> Table {
    for column in &mut table.columns {
        let found = names.iter().find(|(known, _)| *known == plain(column));
        if let Some((_, name)) = found {
            *column = (*name).to_owned();
        }
    }
    table
}

/// Makes one date of the columns for day, month and year. What is no date stays as it was, so that
/// it is named.
fn join_dates(table: &mut Table, which: &str, name: &str) {
    let part = |part: &str| {
        let is = |column: &String| {
            let plain = plain(column);
            plain.contains(which) && plain.ends_with(part)
        };
        table.columns.iter().position(is)
    };
    let columns = [part("year"), part("month"), part("day")];
    if columns == [None; 3] || table.column(name).is_some() {
        return;
    }
    table.columns.push(name.to_owned());
    for (_, cells) in &mut table.rows {
        let [year, month, day] = columns.map(|column| super::table::cell(cells, column).to_owned());
        let date = match [year.as_str(), month.as_str(), day.as_str()] {
            ["", _, _] => String::new(),
            [year, "", _] => year.to_owned(),
            [year, month, ""] => format!("{year}-{month}"),
            [year, month, day] => format!("{year}-{month}-{day}"),
        };
        cells.push(date);
    }
}

/// The cells of a sheet that are not empty.
pub(crate) struct Sheet {
    pub(crate) file: String,
    /// Rows by number from 1, with cells by column from 0.
    pub(crate) rows: Vec<(u64, Vec<(usize, String)>)>,
}

impl Sheet {
    fn read(file: &str, workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Self, Finding> {
        let mut sheet = Self { file: format!("{file}#{name}"), rows: Vec::new() };
        let mut cells =
            workbook.worksheet_cells_reader(name).map_err(|error| unreadable(file, &error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| unreadable(file, &error))? {
            let (row, column) = cell.get_position();
            let text = text(cell.get_value());
            if text.is_empty() {
                continue;
            }
            let number = u64::from(row) + 1;
            if column as usize >= COLUMNS_MAX || sheet.rows.len() >= ROWS_MAX {
                let place = Where { row: Some(number), ..Where::file(&sheet.file) };
                let about = format!("{ROWS_MAX} × {COLUMNS_MAX}");
                return Err(Finding { place, kind: FindingKind::TooMany, about });
            }
            match sheet.rows.last_mut() {
                Some((last, cells)) if *last == number => cells.push((column as usize, text)),
                _ => sheet.rows.push((number, vec![(column as usize, text)])),
            }
        }
        Ok(sheet)
    }

    /// The table below the head, which is one row, or two where the second divides the first.
    fn into_table(self) -> Table {
        let mut rows = self.rows.into_iter().peekable();
        let head = rows.next().map(|(_, cells)| cells).unwrap_or_default();
        let divides = |cells: &[(usize, String)]| {
            let parts = ["day", "month", "year", "quantity", "typeunit"];
            cells.iter().any(|(_, text)| parts.contains(&plain(text).as_str()))
        };
        let second = rows.next_if(|(_, cells)| divides(cells)).map(|(_, cells)| cells);
        let columns = columns(&head, &second.unwrap_or_default());
        let fill = |cells: Vec<(usize, String)>| {
            let mut row = vec![String::new(); columns.len()];
            for (at, text) in cells {
                if let Some(cell) = row.get_mut(at) {
                    *cell = text;
                }
            }
            row
        };
        let rows = rows.map(|(number, cells)| (number, fill(cells))).collect();
        Table { file: self.file, unit: Unit::Row, columns, rows }
    }
}

/// Names of columns from a head and the row that divides it: a part belongs to the last name at or
/// before it.
pub(crate) fn columns(head: &[(usize, String)], parts: &[(usize, String)]) -> Vec<String> {
    let last = |cells: &[(usize, String)]| cells.iter().map(|(at, _)| at + 1).max().unwrap_or(0);
    let find = |cells: &[(usize, String)], column| {
        cells.iter().find(|(at, _)| *at == column).map(|(_, text)| text.clone())
    };
    let mut above = String::new();
    let name = |column| {
        let part = find(parts, column);
        match find(head, column) {
            Some(name) => above = name,
            None if part.is_none() => return String::new(),
            None => {}
        }
        part.map_or_else(|| above.clone(), |part| format!("{above} {part}"))
    };
    (0..last(head).max(last(parts))).map(name).collect()
}

/// A cell as text: whole numbers without a decimal point, dates as dates.
fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
