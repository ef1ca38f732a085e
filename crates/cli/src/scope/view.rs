//! A recall scope as the HTTP interface gives it; only what is shown is read.

use crate::exit::{Exit, Failure};
use crate::ledger_line::Ledger;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct View {
    pub(crate) ledger: Ledger,
    pub(crate) question: Question,
    pub(crate) lots: Vec<Lot>,
    pub(crate) holdings: Vec<Value>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) kilograms: Totals,
    pub(crate) stock: Vec<Stock>,
    pub(crate) unlotted: Vec<Unlotted>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) exits: Vec<PathExit>,
    pub(crate) borders: Borders,
    pub(crate) demands: Vec<Demand>,
    pub(crate) late: Vec<Late>,
    pub(crate) seen_by_both: Option<f64>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) rules: Rules,
    pub(crate) truncated: bool,
    pub(crate) unregistered: Vec<String>,
    pub(crate) names: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Question {
    pub(crate) hazard: String,
    pub(crate) agent: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Lot {
    pub(crate) id: String,
    pub(crate) product: Option<String>,
    pub(crate) grade: String,
    pub(crate) reasons: Vec<String>,
    pub(crate) kilograms: Expectation,
}

/// An interval of kilograms.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Kilograms {
    pub(crate) min: f64,
    pub(crate) max: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Expectation {
    pub(crate) expected: Kilograms,
    pub(crate) worst: Kilograms,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) since: String,
    pub(crate) until: Option<String>,
    pub(crate) cleaned_by: Option<String>,
    pub(crate) window_hours: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stock {
    pub(crate) site: Option<String>,
    pub(crate) party: Option<String>,
    pub(crate) lot: String,
    pub(crate) grade: String,
    pub(crate) kilograms: Kilograms,
}

/// Kilograms by grade and whereabouts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Totals {
    pub(crate) definite: BTreeMap<String, Expectation>,
    pub(crate) suspected: BTreeMap<String, Expectation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Unlotted {
    pub(crate) site: Option<String>,
    pub(crate) product: String,
    pub(crate) kilograms: Kilograms,
    pub(crate) affected: Kilograms,
    pub(crate) lots: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Transfer {
    pub(crate) lot: String,
    pub(crate) seller: Option<String>,
    pub(crate) buyer: Option<String>,
    pub(crate) from_site: Option<String>,
    pub(crate) to_site: Option<String>,
    pub(crate) sent: Option<String>,
    pub(crate) received: Option<String>,
    pub(crate) kilograms: Kilograms,
    pub(crate) documents: Vec<String>,
    pub(crate) grade: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Borders {
    pub(crate) area: Option<String>,
    pub(crate) crossings: Vec<Crossing>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Crossing {
    pub(crate) transfer: usize,
    pub(crate) way: String,
    pub(crate) border: String,
    pub(crate) from_area: Option<String>,
    pub(crate) to_area: Option<String>,
    pub(crate) ask: AskWhom,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskWhom {
    pub(crate) party: Option<String>,
    pub(crate) site: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PathExit {
    pub(crate) party: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) lots: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Demand {
    pub(crate) kind: String,
    pub(crate) party: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) lots: Vec<String>,
    pub(crate) why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Late {
    pub(crate) party: String,
    pub(crate) time: String,
    pub(crate) hours: i64,
    pub(crate) after_notice: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Issue {
    pub(crate) kind: String,
    pub(crate) lots: Vec<String>,
    pub(crate) detail: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rules {
    pub(crate) windows: Vec<Window>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Window {
    pub(crate) resource: String,
    pub(crate) hours: u32,
    pub(crate) source: String,
    pub(crate) unconfirmed: bool,
}

impl View {
    /// Reads an answer.
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        serde_json::from_str(json).map_err(|error| {
            let en = format!("the answer is not a recall scope: {error}");
            Failure::new(Exit::Unreachable, "应答不是召回范围", en)
                .hint("检查 --url 是否指向账本服务", "check that --url is the address of a ledger")
        })
    }
}
