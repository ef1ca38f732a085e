//! Sensor elements (EPCIS 2.0, section 7.3.9).

use super::check::read_time;
use super::{member, shown};
use crate::fault::{FaultCode, Faults, Pointer};
use crate::json::{Json, Node};

/// Members of a report that must be numbers.
static NUMBERS: [&str; 7] =
    ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"];

/// Checks a `sensorElementList`; says whether it holds anything.
pub(super) fn check(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> bool {
    if !value.is_array() {
        faults.push(FaultCode::Shape, at, "sensorElementList must be an array");
    }
    for (index, element) in value.elements().iter().enumerate() {
        let at = at.element(index);
        if let Some(metadata) = member(element, "sensorMetadata") {
            check_times(
                metadata,
                &["time", "startTime", "endTime"],
                &at.member("sensorMetadata"),
                faults,
            );
        }
        match member(element, "sensorReport") {
            None => faults.push(FaultCode::Missing, &at, "a sensor element needs a sensorReport"),
            Some(reports) => check_reports(reports, &at.member("sensorReport"), faults),
        }
    }
    !value.elements().is_empty()
}

fn check_reports(reports: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if !reports.is_array() {
        faults.push(FaultCode::Shape, at, "sensorReport must be an array");
    }
    for (index, report) in reports.elements().iter().enumerate() {
        let at = at.element(index);
        if !report.is_object() {
            faults.push(FaultCode::Shape, &at, "a sensor report must be an object");
        }
        check_times(report, &["time"], &at, faults);
        for name in NUMBERS {
            let Some(value) = member(report, name) else { continue };
            if !matches!(value.value, Json::Number(_)) {
                let detail = format!("{} is no number", shown(value));
                faults.push(FaultCode::Shape, &at.member(name), detail);
            }
        }
    }
}

fn check_times(node: &Node<'_>, names: &[&str], at: &Pointer<'_>, faults: &mut Faults) {
    for name in names {
        if let Some(value) = member(node, name) {
            read_time(value, &at.member(name), faults);
        }
    }
}
