//! How many connections the operating system lets a server have beside its files.

use crate::limits::{CONNECTION_DESCRIPTORS, FILE_DESCRIPTORS_KEPT, WORKER_CONNECTIONS_MAX};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process open as many files as it may, and answers how many connections each of so many
/// workers may hold: whoever opens connections must not keep the ledger from opening its files.
pub(crate) fn worker_connections_max(workers: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = if raised.is_ok() { maximum } else { current };
    let descriptors = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let connections = share(descriptors, workers);
    if connections < WORKER_CONNECTIONS_MAX {
        tracing::warn!(
            descriptors,
            connections = connections.saturating_mul(workers),
            "few file descriptors are allowed, so few connections are taken; raise the limit"
        );
    }
    connections
}

/// The part of these descriptors that one worker's connections may take; `None` stands for no end.
fn share(descriptors: Option<usize>, workers: usize) -> usize {
    let Some(descriptors) = descriptors else { return WORKER_CONNECTIONS_MAX };
    let kept = FILE_DESCRIPTORS_KEPT.min(descriptors / 2);
    let connections = (descriptors - kept) / CONNECTION_DESCRIPTORS / workers.max(1);
    connections.clamp(1, WORKER_CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_part() {
        for (descriptors, workers, connections) in [
            (None, 64, WORKER_CONNECTIONS_MAX),
            (Some(1 << 20), 2, WORKER_CONNECTIONS_MAX),
            (Some(256), 2, 32),
            (Some(1_024), 2, 128),
            (Some(20_000), 2, WORKER_CONNECTIONS_MAX),
            (Some(20_000), 8, 1_218),
            (Some(0), 0, 1),
        ] {
            assert_eq!(share(descriptors, workers), connections, "{descriptors:?} {workers}");
        }
    }
}
