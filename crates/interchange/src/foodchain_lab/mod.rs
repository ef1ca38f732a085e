//! FoodChain-Lab's cases: tables, its JSON model, and the all-in-one workbook, read into a flow
//! graph with what the investigator assumes; and scored tables written as it writes them.
//!
//! A case is read whole or not at all: a [`Finding`] that is a fault names file, row, column, value
//! and what to do. Who asks for it gets the case without the rows that have faults, which are then
//! listed. What is readable but hardly true is listed as well, and changes nothing.

mod case;
mod checks;
mod export;
mod finding;
mod flat_list;
mod model;
mod parameters;
mod settings;
mod stations;
mod table;
mod values;
mod workbook;
mod write;
mod write_workbook;

#[cfg(test)]
mod tests;

pub use case::{Case, Delivery, Station};
pub use export::{Model, write_model};
pub use finding::{Finding, FindingKind, Unit, Where};
pub use model::read_model;
pub use parameters::{Parameters, read_parameters};
pub use table::{Table, read_table};
pub use workbook::read_workbook;
pub use write::{scored_deliveries, scored_stations};
pub use write_workbook::write_workbook;

/// The tables of a case, however they were stored.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// Businesses; columns `ID` and any others.
    pub stations: Table,
    /// Deliveries; columns `ID`, `from`, `to` and any others.
    pub deliveries: Table,
    /// Which delivery went into which; columns `ID` and `Next`.
    pub relations: Table,
}
