//! A trace answer as the HTTP interface gives it; only what is shown is read.

use crate::exit::{Exit, Failure};
use crate::ledger_line::Ledger;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

/// An answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct View {
    pub(crate) ledger: Ledger,
    pub(crate) starts: Vec<String>,
    pub(crate) unknown: Vec<String>,
    pub(crate) lots: Vec<Lot>,
    pub(crate) events: Vec<Event>,
    pub(crate) links: Vec<Link>,
    pub(crate) parties: Vec<Named>,
    pub(crate) places: Vec<Named>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) walk_from: Option<String>,
    pub(crate) walk_until: Option<String>,
    pub(crate) truncated: bool,
    pub(crate) cut: Vec<Cut>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) erased: Vec<Erased>,
}

/// Of a drawing what is told beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Drawing {
    pub(crate) unknown: Vec<String>,
    pub(crate) truncated: bool,
    pub(crate) cut: Vec<Cut>,
    pub(crate) nodes: Vec<IgnoredAny>,
}

/// A limit that cut the walk.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Cut {
    pub(crate) limit: String,
    pub(crate) most: Option<u64>,
}

/// An entry whose document was erased.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Erased {
    pub(crate) index: Value,
    pub(crate) by: Value,
}

/// An item of the closure.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Lot {
    pub(crate) id: String,
    pub(crate) grade: String,
    pub(crate) reasons: Vec<String>,
    pub(crate) depth: u32,
    pub(crate) product: Option<String>,
    pub(crate) places: Vec<String>,
    pub(crate) quantity_kg: Option<Kilograms>,
}

/// An interval of kilograms.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Kilograms {
    pub(crate) min: f64,
    pub(crate) max: Option<f64>,
}

/// An event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    pub(crate) position: Position,
    pub(crate) event_id: String,
    pub(crate) time: String,
    pub(crate) place: Option<String>,
    pub(crate) party: String,
    pub(crate) step: Option<String>,
    pub(crate) grade: String,
}

/// Where it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Position {
    pub(crate) index: Value,
    pub(crate) ordinal: u32,
}

/// What joins two items.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) event: String,
}

/// An identifier with its name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

/// Something missing or contradictory.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Issue {
    pub(crate) kind: String,
    pub(crate) items: Vec<String>,
    pub(crate) detail: String,
}

impl View {
    /// Reads an answer.
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        serde_json::from_str(json).map_err(|error| {
            let en = format!("the answer is not a trace: {error}");
            Failure::new(Exit::Unreachable, "应答不是追溯结果", en)
                .hint("检查 --url 是否指向账本服务", "check that --url is the address of a ledger")
        })
    }
}
