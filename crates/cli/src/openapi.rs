//! `laiqu openapi`.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;

/// Prints the OpenAPI document of the HTTP interface.
#[derive(Debug, Args)]
pub(crate) struct Openapi {}

impl Openapi {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        out::line(&laiqu_http::openapi_json())?;
        Ok(Exit::Done)
    }
}
