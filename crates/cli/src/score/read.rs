//! Reading a case from disk.

use crate::exit::Failure;
use crate::out;
use laiqu_interchange::foodchain_lab::{
    Case, Finding, Parameters, Table, Tables, read_model, read_parameters, read_table,
    read_workbook,
};
use std::path::Path;

/// Largest file of a case, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Faults that are named.
const FAULTS_SHOWN_MAX: usize = 20;

/// The case of a directory or file.
pub(crate) fn case(path: &Path, skip: bool) -> Result<Case, Failure> {
    let (tables, parameters) = if path.is_dir() { folder(path) } else { file(path) }?;
    Case::new(tables, &parameters, skip).map_err(|faults| refused(&faults))
}

fn folder(path: &Path) -> Result<(Tables, Parameters), Failure> {
    let tables = Tables {
        stations: table(path, "stations.csv")?,
        deliveries: table(path, "deliveries.csv")?,
        relations: table(path, "relations.csv")?,
    };
    let file = path.join("parameters.json");
    let parameters = if file.exists() {
        let name = file.display().to_string();
        read_parameters(&name, &bytes(&file)?).map_err(|fault| refused(&[fault]))?
    } else {
        Parameters::default()
    };
    Ok((tables, parameters))
}

fn file(path: &Path) -> Result<(Tables, Parameters), Failure> {
    let bytes = bytes(path)?;
    let name = path.display().to_string();
    // A workbook is a ZIP file, whatever it is called.
    let read = if bytes.starts_with(b"PK") {
        read_workbook(&name, &bytes).map(|tables| (tables, Parameters::default()))
    } else {
        read_model(&name, &bytes)
    };
    read.map_err(|fault| refused(&[fault]))
}

fn table(folder: &Path, name: &str) -> Result<Table, Failure> {
    let path = folder.join(name);
    let bytes = bytes(&path)?;
    read_table(&path.display().to_string(), &bytes).map_err(|fault| refused(&[fault]))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::file(path, &error).hint(
            "给出含 stations.csv、deliveries.csv、relations.csv 的目录，或 JSON、XLSX 文件",
            "give a directory with stations.csv, deliveries.csv and relations.csv, or a JSON or \
             XLSX file",
        )
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > FILE_BYTES_MAX {
        let (path, most) = (path.display(), FILE_BYTES_MAX);
        return Err(Failure::usage(
            format!("{path}：超过 {most} 字节"),
            format!("{path}: larger than {most} bytes"),
        )
        .hint("把案件分成几份", "split the case"));
    }
    std::fs::read(path).map_err(unreadable)
}

/// The failure that names faults, the first of them with what to do.
fn refused(faults: &[Finding]) -> Failure {
    let Some(first) = faults.first() else {
        return Failure::usage("无法读取案件", "the case cannot be read");
    };
    let mut failure = Failure::usage(out::clean(&first.zh()), out::clean(&first.to_string()));
    if let [_, more @ ..] = faults {
        let shown = more.iter().take(FAULTS_SHOWN_MAX);
        let mut details: Vec<String> =
            shown.map(|fault| out::clean(&format!("{} / {fault}", fault.zh()))).collect();
        if let Some(left) = more.len().checked_sub(FAULTS_SHOWN_MAX).filter(|left| *left > 0) {
            details.push(format!("另有 {left} 处 / {left} more"));
        }
        failure = failure.details(details);
    }
    let (zh, en) = first.kind.hint();
    if first.kind.is_fatal() {
        return failure.hint(zh, en);
    }
    failure.hint(
        &format!("{zh}；或用 --skip-bad-rows 略过有错的行"),
        &format!("{en}; or leave out rows with faults by --skip-bad-rows"),
    )
}
