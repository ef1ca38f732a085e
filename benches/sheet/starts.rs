//! How long a server takes from its spawn to its first answers.

use crate::load::process::{anonymous_bytes, resident_bytes};
use crate::load::server::ServerProcess;
use crate::load::wire::Connection;
use crate::sheet::figures::{How, Start};
use crate::sheet::reads::Ask;
use crate::sheet::size::Grown;
use anyhow::{Result, ensure};
use laiqu_service::DataDir;
use std::time::Instant;

/// Starts the server of the ledger, and asks each of these once.
pub(crate) fn start(grown: &Grown, how: How, first: &[Ask]) -> Result<(ServerProcess, Start)> {
    let behind = grown.entries().saturating_sub(kept_entries(grown));
    let started = Instant::now();
    let server = ServerProcess::start_with(&grown.data(), &[])?;
    let listening_s = started.elapsed().as_secs_f64();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answers = runtime.block_on(async {
        let mut connection = Connection::open(server.address()).await?;
        let mut answers = Vec::new();
        for ask in first {
            answers.push(connection.exchange(ask.request.as_bytes()).await?);
        }
        anyhow::Ok(answers)
    })?;
    let answered_s = started.elapsed().as_secs_f64();
    for (ask, answer) in first.iter().zip(&answers) {
        let fault = ask.fault(answer)?;
        ensure!(fault.is_none(), "first answer of a start: {}", fault.unwrap_or_default());
    }
    let start = Start {
        how,
        events: grown.events,
        folded_entries: behind,
        listening_s,
        answered_s,
        resident_bytes: resident_bytes(server.id()),
        anonymous_bytes: anonymous_bytes(server.id()),
    };
    Ok((server, start))
}

/// Entries of the newest file with kept projections, by its name; none where there is no such file.
fn kept_entries(grown: &Grown) -> u64 {
    let listed = std::fs::read_dir(DataDir::new(&grown.data()).kept()).into_iter().flatten();
    let sizes = listed.flatten().filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        name.strip_suffix(".columns")?.parse().ok()
    });
    sizes.max().unwrap_or_default()
}

/// Removes what is kept, so that the next start folds everything.
pub(crate) fn forget_kept(grown: &Grown) -> Result<()> {
    let kept = DataDir::new(&grown.data()).kept();
    if kept.exists() {
        std::fs::remove_dir_all(kept)?;
    }
    Ok(())
}
