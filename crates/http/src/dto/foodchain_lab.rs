//! FoodChain-Lab's JSON, as traces are written in it.

use super::LedgerStateLine;
use serde::Serialize;
use utoipa::ToSchema;

/// A trace as a case of FoodChain-Lab.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoodChainLabModel {
    /// The state that the answer was computed on; FoodChain-Lab passes over it.
    pub ledger: LedgerStateLine,
    /// Of the items asked about, `to` included, those that no event names; for a business, none
    /// that it may read.
    pub unknown: Vec<String>,
    /// A limit cut the walk.
    pub truncated: bool,
    /// Version of the model.
    pub version: String,
    /// The tables.
    pub data: FoodChainLabData,
}

/// The tables of a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoodChainLabData {
    /// Version of the tables.
    pub version: String,
    /// Sites.
    pub stations: FoodChainLabTable,
    /// Movements between two sites, once for each lot.
    pub deliveries: FoodChainLabTable,
    /// Which delivery went into which.
    pub delivery_relations: FoodChainLabTable,
}

/// A table whose rows name their cells.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoodChainLabTable {
    /// Its columns.
    pub column_properties: Vec<FoodChainLabColumn>,
    /// Its rows; cells without a value are left out.
    pub data: Vec<Vec<FoodChainLabCell>>,
}

/// A column.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoodChainLabColumn {
    /// Its name.
    pub id: String,
    /// Type of its values: `string` or `double`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A cell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoodChainLabCell {
    /// Name of the column.
    pub id: String,
    /// A text or a number.
    pub value: serde_json::Value,
}
