//! `laiqu version`.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;

/// Prints the version.
#[derive(Debug, Args)]
pub(crate) struct Version {
    /// 以 JSON 输出 / Print JSON
    #[arg(long)]
    json: bool,
}

impl Version {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let (name, version) = ("laiqu", env!("CARGO_PKG_VERSION"));
        if self.json {
            let data = laiqu_service::DATA_FORMAT;
            out::json(&serde_json::json!({ "name": name, "version": version, "data": data }))?;
        } else {
            out::line(&format!("{name} {version}"))?;
        }
        Ok(Exit::Done)
    }
}
