//! The state of a ledger that an answer was computed on, as every answer begins.

use crate::out::clean;
use serde::Deserialize;
use serde_json::Value;

/// The state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ledger {
    origin: String,
    /// A number, or a string of digits.
    size: Value,
    root: String,
}

impl Ledger {
    /// Its origin, size and root on a line.
    pub(crate) fn line(&self) -> String {
        let (origin, root) = (clean(&self.origin), clean(&self.root));
        format!("账本 ledger  {origin}，条目数 size {}，根 root {root}\n", digits(&self.size))
    }
}

/// A number or a string of digits as text.
pub(crate) fn digits(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
