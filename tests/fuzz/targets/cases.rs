//! FoodChain-Lab's cases: whatever is read can be scored by both engines, written, and read again
//! with the same scores; what is not read is refused with a place.

#![no_main]

use laiqu_interchange::foodchain_lab::{
    Case, Finding, Parameters, Tables, read_model, read_parameters, read_table, read_workbook,
    scored_deliveries, scored_stations,
};
use laiqu_trace::flow::{DateMode, Engine, score};
use libfuzzer_sys::fuzz_target;

// A model, a workbook, or stations, deliveries, relations and parameters with a line of `--`
// between them.
fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"{") {
        return match read_model("m", data) {
            Ok((tables, parameters)) => judge(tables, &parameters),
            Err(fault) => check(&fault),
        };
    }
    if data.starts_with(b"PK") {
        return match read_workbook("w", data) {
            Ok(tables) => judge(tables, &Parameters::default()),
            Err(fault) => check(&fault),
        };
    }
    let mut parts = [&data[..0]; 4];
    let mut rest = data;
    for part in &mut parts {
        let end = rest.windows(4).position(|window| window == b"\n--\n");
        let (head, tail) = rest.split_at(end.unwrap_or(rest.len()));
        *part = head;
        rest = tail.get(4..).unwrap_or_default();
    }
    let [stations, deliveries, relations, parameters] = parts;
    let Some(tables) = tables([stations, deliveries, relations]) else { return };
    let parameters = read_parameters("p", parameters).unwrap_or_else(|fault| {
        check(&fault);
        Parameters::default()
    });
    judge(tables, &parameters);
});

/// Reads a case strictly, else without the rows that have faults, and scores it.
fn judge(tables: Tables, parameters: &Parameters) {
    match Case::new(tables.clone(), parameters, false) {
        Ok(case) => scored(case),
        Err(faults) => {
            assert!(!faults.is_empty());
            faults.iter().for_each(check);
            if let Ok(case) = Case::new(tables, parameters, true) {
                scored(case);
            }
        }
    }
}

fn tables(texts: [&[u8]; 3]) -> Option<Tables> {
    let mut read = texts.iter().map(|bytes| read_table("t", bytes).map_err(|fault| check(&fault)));
    let mut next = || read.next()?.ok();
    Some(Tables { stations: next()?, deliveries: next()?, relations: next()? })
}

fn check(finding: &Finding) {
    assert!(!finding.to_string().is_empty() && !finding.zh().is_empty());
}

fn scored(mut case: Case) {
    case.findings.iter().for_each(check);
    for dates in [DateMode::Ignore, DateMode::Explicit, DateMode::Inferred] {
        case.overlay.dates = dates;
        for engine in [Engine::Desktop, Engine::Web] {
            let scores = score(&case.graph, &case.overlay, engine);
            let written = [scored_stations(&case, &scores), scored_deliveries(&case, &scores)];
            let tables = tables([written[0].as_bytes(), written[1].as_bytes(), b"ID,Next\n"]);
            let again = tables.and_then(|all| Case::new(all, &Parameters::default(), true).ok());
            assert!(again.is_some(), "{written:?}");
        }
    }
}
