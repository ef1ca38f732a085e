//! The proofs of the events that an answer rests on, kept beside it.

use crate::asking::{Asking, unwritten};
use crate::durable::replace;
use crate::exit::Failure;
use crate::receipt::fetch_proofs;
use clap::Args;
use std::path::PathBuf;

/// Whether proofs are wanted.
#[derive(Debug, Args)]
pub(crate) struct Proving {
    /// 把所据每个事件的证明写入文件 / Write the proofs of every event that the answer rests on to this file
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    proofs: Option<PathBuf>,
}

impl Proving {
    /// Does the question ask where the events stand?
    pub(crate) fn rests_on(&self) -> bool {
        self.proofs.is_some()
    }

    /// That, as a parameter.
    pub(crate) fn parameter(&self) -> (&'static str, Option<String>) {
        ("rests_on", self.rests_on().then(|| "true".to_owned()))
    }

    /// Fetches the proofs of an answer and writes them, where they are wanted.
    pub(crate) fn keep(&self, asking: &Asking, answer: &str) -> Result<(), Failure> {
        let (Some(path), Some(client)) = (&self.proofs, asking.client()?) else { return Ok(()) };
        let proofs = fetch_proofs(&client, answer)?;
        let text = serde_json::to_string(&proofs).map_err(unwritten)?;
        replace(path, text.as_bytes()).map_err(|error| {
            Failure::usage("无法写入文件", format!("cannot write the file: {error}"))
                .about(&path.display().to_string())
        })
    }
}
