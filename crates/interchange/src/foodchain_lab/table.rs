//! Tables as they lie in files.

use super::finding::{Finding, FindingKind, Unit, Where};

/// Rows that a table may have.
pub(crate) const ROWS_MAX: usize = 5_000_000;
/// Columns that a table may have where its rows name their cells.
pub(crate) const COLUMNS_MAX: usize = 1_000;

/// A table with a head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The file, with the sheet or the JSON pointer of the list behind `#`.
    pub file: String,
    /// How its rows are counted.
    pub unit: Unit,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows with their number; each has as many cells as there are columns.
    pub rows: Vec<(u64, Vec<String>)>,
}

impl Table {
    /// The position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The first of these columns that the table has.
    pub(crate) fn any_column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.column(name))
    }

    /// The position of a column that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<usize, Finding> {
        self.column(name).ok_or_else(|| Finding {
            place: Where::file(&self.file),
            kind: FindingKind::MissingColumn,
            about: format!("{name}（{} / found: {0}）", self.columns.join(", ")),
        })
    }

    /// A finding in a row of this table.
    pub(crate) fn finding(
        &self,
        row: u64,
        column: Option<usize>,
        kind: FindingKind,
        about: impl Into<String>,
    ) -> Finding {
        let place = Where {
            file: self.file.clone(),
            row: Some(row),
            unit: self.unit,
            column: column.and_then(|column| self.columns.get(column).cloned()),
        };
        Finding { place, kind, about: about.into() }
    }
}

/// The trimmed cell of a row; empty where the column is absent.
pub(crate) fn cell(row: &[String], column: Option<usize>) -> &str {
    column.and_then(|column| row.get(column)).map_or("", |cell| cell.trim())
}

/// Reads a CSV table (RFC 4180, UTF-8) with a head.
///
/// # Errors
/// Where it is no such table, with the line.
pub fn read_table(file: &str, bytes: &[u8]) -> Result<Table, Finding> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let unreadable = |error: &csv::Error| {
        let mut place = Where::file(file);
        place.row = error.position().map(|position| line(bytes, position));
        Finding { place, kind: FindingKind::Unreadable, about: reason(error) }
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let head = reader.headers().map_err(|error| unreadable(&error))?;
    let columns: Vec<String> = head.iter().map(|name| name.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, |position| line(bytes, position));
        if rows.len() == ROWS_MAX {
            let place = Where { row: Some(line), ..Where::file(file) };
            let about = ROWS_MAX.to_string();
            return Err(Finding { place, kind: FindingKind::TooMany, about });
        }
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(Table { file: file.to_owned(), unit: Unit::Line, columns, rows })
}

/// The line that a record begins on: ends of lines that the reader leaves to the next record (half
/// of CRLF, empty lines) are before it.
fn line(bytes: &[u8], position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).ok();
    let rest = start.and_then(|start| bytes.get(start..)).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let ends = ends.filter(|byte| **byte == b'\n').count();
    position.line().saturating_add(ends as u64)
}

fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} 个单元格，应有 {expected_len} / {len} cells where {expected_len} belong")
        }
        csv::ErrorKind::Utf8 { .. } => "不是 UTF-8 / not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}
