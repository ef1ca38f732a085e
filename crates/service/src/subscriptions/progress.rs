//! How far subscriptions came: a small file each, replaced after every success. One that is lost
//! has its results sent again from the beginning.

use crate::files::{DataDir, SUBSCRIPTION_SECRET, sync_dir, write_new};
use laiqu_epcis::facts::Position;
use laiqu_supervision::Registry;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs;

/// How far a subscription came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Entry and ordinal of the last event that was taken.
    pub(super) last: Option<(u64, u32)>,
    /// When something was taken last, in microseconds since 1970.
    pub(super) notified_micros: Option<i64>,
    /// For a scheduled one, up to which run it came, in seconds since 1970.
    pub(super) run_seconds: Option<i64>,
}

impl Progress {
    /// The last event that was taken.
    pub(crate) fn position(&self) -> Option<Position> {
        self.last.map(|(index, ordinal)| Position { index, ordinal })
    }

    /// What was noted of a subscription; nothing where that cannot be read.
    pub(crate) fn read(data: &DataDir, id: &str) -> Option<Self> {
        let text = fs::read_to_string(data.subscriptions().join(id)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Notes it, synced, before anything else is sent.
    pub(crate) fn keep(&self, data: &DataDir, id: &str) -> Result<(), String> {
        let directory = data.subscriptions();
        let (path, temporary) = (directory.join(id), directory.join(format!("{id}.tmp")));
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        // What a crash left behind holds nothing.
        drop(fs::remove_file(&temporary));
        write_new(&temporary, text.as_bytes(), 0o600).map_err(|error| error.to_string())?;
        fs::rename(&temporary, &path).map_err(|error| error.to_string())?;
        sync_dir(&directory).map_err(|error| error.to_string())
    }

    /// Forgets a subscription that ended.
    pub(crate) fn drop_of(data: &DataDir, id: &str) {
        drop(fs::remove_file(data.subscriptions().join(id)));
    }
}

/// Forgets what is left of subscriptions that ended while nobody looked, or never began.
pub(super) fn sweep(data: &DataDir, registry: &Registry) {
    let standing: HashSet<&str> =
        registry.subscriptions().map(|subscription| subscription.record.id.as_str()).collect();
    let names = |directory| {
        let files = fs::read_dir(directory).into_iter().flatten().flatten();
        files.filter_map(|file| file.file_name().into_string().ok())
    };
    let of_progress = names(data.subscriptions());
    let of_secrets = names(data.secrets())
        .filter_map(|name| Some(name.strip_prefix(SUBSCRIPTION_SECRET)?.to_owned()));
    for id in of_progress.chain(of_secrets) {
        if !standing.contains(id.as_str()) {
            Progress::drop_of(data, &id);
            data.drop_subscription_secret(&id);
        }
    }
}
