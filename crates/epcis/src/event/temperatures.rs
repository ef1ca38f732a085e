//! Temperatures from sensor reports (EPCIS 2.0, section 7.3.9), in degrees Celsius.

use super::{Event, member};
use crate::facts::TemperatureFact;
use crate::identifier::canonical;
use crate::json::Node;
use crate::time::DateTime;
use crate::vocabulary::{GS1, MEASUREMENTS};

/// What a report may state; each is a temperature that was there.
const VALUES: [&str; 4] = ["value", "minValue", "maxValue", "meanValue"];

/// Every temperature that the event reports. A report without a known unit, and one that says of
/// itself that the sensor failed (`exception`), states none.
pub(super) fn temperatures(event: &Event<'_>) -> Vec<TemperatureFact> {
    let mut found = Vec::new();
    for element in event.member("sensorElementList").map(Node::elements).unwrap_or_default() {
        let metadata = member(element, "sensorMetadata");
        for report in member(element, "sensorReport").map(Node::elements).unwrap_or_default() {
            found.extend(temperature(event, metadata, report));
        }
    }
    found
}

fn temperature(
    event: &Event<'_>,
    metadata: Option<&Node<'_>>,
    report: &Node<'_>,
) -> Option<TemperatureFact> {
    if !is_temperature(event, report) || failed(event, report) {
        return None;
    }
    let unit = member(report, "uom").and_then(Node::as_str)?;
    let stated = VALUES.iter().filter_map(|name| member(report, name)?.as_f64());
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in stated {
        let celsius = celsius(value, unit)?;
        (min, max) = (min.min(celsius), max.max(celsius));
    }
    let device = member(report, "deviceID")
        .or_else(|| metadata.and_then(|metadata| member(metadata, "deviceID")))
        .and_then(Node::as_str);
    let (from, until) = span(event, metadata, report);
    (min <= max).then(|| TemperatureFact {
        device: device.map(|id| canonical(id).into()),
        from,
        until,
        min,
        max,
    })
}

/// Whether a report measures a temperature (`gs1:Temperature`).
pub(crate) fn is_temperature(event: &Event<'_>, report: &Node<'_>) -> bool {
    let kind = member(report, "type").and_then(Node::as_str).unwrap_or_default();
    MEASUREMENTS.uri(kind, event.prefixes()).strip_prefix(GS1) == Some("Temperature")
}

/// CBV 2.0, section 7.8: an error of the sensor, and not an alarm about what it measured.
fn failed(event: &Event<'_>, report: &Node<'_>) -> bool {
    let exception = member(report, "exception").and_then(Node::as_str).unwrap_or_default();
    MEASUREMENTS.uri(exception, event.prefixes()).strip_prefix(GS1) == Some("ERROR_CONDITION")
}

/// UN/CEFACT Recommendation 20: `CEL`, `FAH`, `KEL`.
fn celsius(value: f64, unit: &str) -> Option<f64> {
    let celsius = match unit.trim() {
        "CEL" => value,
        "FAH" => (value - 32.0) / 1.8,
        "KEL" => value - 273.15,
        _ => return None,
    };
    celsius.is_finite().then_some(celsius)
}

/// When it was so: the report's own time, else the times of its metadata, else the event's.
fn span(event: &Event<'_>, metadata: Option<&Node<'_>>, report: &Node<'_>) -> (i64, i64) {
    let time = |node: &Node<'_>, name: &str| {
        member(node, name).and_then(Node::as_str).and_then(DateTime::parse).map(|t| t.micros())
    };
    if let Some(at) = time(report, "time") {
        return (at, at);
    }
    let of_metadata = |name: &str| metadata.and_then(|metadata| time(metadata, name));
    let at = of_metadata("time").unwrap_or_else(|| event.time().micros);
    let until = of_metadata("endTime").unwrap_or(at);
    let from = of_metadata("startTime").unwrap_or(until);
    (from.min(until), until)
}
