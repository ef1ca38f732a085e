//! Cases from a file: a CSV table, or the JSON of a question.

use crate::exit::Failure;
use crate::out;
use laiqu_interchange::foodchain_lab::{Table, read_table};
use laiqu_service::limits::QUESTION_BODY_BYTES_MAX;
use laiqu_service::{AskedCase, AskedSource};
use std::path::Path;

const COLUMNS: [&str; 7] = ["id", "lot", "place", "from", "until", "product", "weight"];

pub(super) fn read(path: &Path) -> Result<AskedSource, Failure> {
    let unreadable = |error: std::io::Error| Failure::file(path, &error);
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > QUESTION_BODY_BYTES_MAX as u64 {
        let (path, most) = (path.display(), QUESTION_BODY_BYTES_MAX);
        return Err(Failure::usage(
            format!("{path}：超过 {most} 字节"),
            format!("{path}: larger than {most} bytes"),
        )
        .hint("把病例分成几份", "split the cases"));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let name = path.display().to_string();
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') {
        return AskedSource::parse(&bytes).map_err(|error| {
            Failure::usage("问题不正确", error.detail).about(&name).hint(
                "成员为 cases、stations、lots、merge、dates、limit、as_of",
                "its members are cases, stations, lots, merge, dates, limit and as_of",
            )
        });
    }
    let table = read_table(&name, &bytes).map_err(|fault| {
        Failure::usage(out::clean(&fault.zh()), out::clean(&fault.to_string())).hint(
            "第一行写列名：id,lot,place,from,until,product,weight",
            "the first line names the columns: id,lot,place,from,until,product,weight",
        )
    })?;
    cases(&name, &table)
}

fn cases(name: &str, table: &Table) -> Result<AskedSource, Failure> {
    let unknown = table.columns.iter().find(|column| !COLUMNS.contains(&column.as_str()));
    if let Some(column) = unknown {
        let column = out::clean(column);
        let known = COLUMNS.join(", ");
        return Err(Failure::usage(
            format!("{name}：没有“{column}”这一列的用法"),
            format!("{name}: a column {column:?} has no use"),
        )
        .hint(&format!("列名为 {known}"), &format!("columns are {known}")));
    }
    let [id, lot, place, from, until, product, weight] = COLUMNS.map(|column| table.column(column));
    let mut asked = AskedSource::default();
    for (row, cells) in &table.rows {
        let text = |column: Option<usize>| {
            let cell = column.and_then(|column| cells.get(column)).map(|cell| cell.trim());
            cell.filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        let weight = text(weight).map(|text| {
            text.parse::<f64>().map_err(|_| {
                let text = out::clean(&text);
                Failure::usage(
                    format!("{name} 第 {row} 行 weight 列：“{text}”不是数值"),
                    format!("{name}, line {row}, column weight: {text:?} is no number"),
                )
                .hint("写作 1 或 -0.5", "write 1 or -0.5")
            })
        });
        asked.cases.push(AskedCase {
            id: text(id),
            lot: text(lot),
            place: text(place),
            from: text(from),
            until: text(until),
            product: text(product),
            weight: weight.transpose()?,
        });
    }
    Ok(asked)
}
