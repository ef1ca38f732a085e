//! What is durable and answered, and not shown yet, because a long question reads the projections.
//!
//! The publisher waits for short questions, so that whoever got an answer finds what was written.
//! It does not keep everyone waiting for a recall of a hundred thousand lots: then entries gather
//! here, readers go on as of the size that is shown, and all is shown once that question ends.

use crate::applying::{Applied, SHOWING};
use crate::draft::Placed;
use crate::limits::{BEHIND_BYTES_MAX, BEHIND_PATIENCE, BEHIND_PAUSE};
use crate::publisher::{Shared, read};
use std::sync::Arc;
use std::time::Instant;

/// Owned by the publisher.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// In order.
    entries: Vec<Placed>,
    /// Of their frames: what they hold in memory is a few times that.
    bytes: usize,
    /// When a question was last found in the way.
    hindered: Option<Instant>,
}

impl Behind {
    /// Whether something waits to be shown.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.entries.is_empty()
    }

    /// Applies what waits and then `entries`, with so many bytes of frames, to the views. Says
    /// which size these show now, and gives back what is done with; nothing of either where
    /// questions are in the way. `waits` for them however long it takes; so does more than memory
    /// should hold.
    pub(crate) fn show(
        &mut self,
        shared: &Shared,
        (entries, bytes): (Vec<Placed>, usize),
        waits: bool,
    ) -> (Option<u64>, Vec<Placed>) {
        self.entries.extend(entries);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.entries.is_empty() {
            return (None, Vec::new());
        }
        let views = if waits || self.bytes > BEHIND_BYTES_MAX {
            Some(shared.views.write())
        } else if self.rests() {
            shared.views.try_write()
        } else {
            let views = shared.views.try_write_for(BEHIND_PATIENCE);
            self.hindered = views.is_none().then(Instant::now);
            views
        };
        let Some(mut views) = views else { return (None, Vec::new()) };
        let entries = std::mem::take(self).entries;
        // Others may have come in their place, which show these entries.
        let new = entries.partition_point(|entry| entry.index < views.size);
        let registry = Arc::clone(&read(&shared.look_ups).registry);
        let applied = entries.iter().skip(new).map(|entry| {
            let Placed { index, issuer, time_micros, effects, .. } = entry;
            Applied { index: *index, issuer: *issuer, time_micros: *time_micros, effects }
        });
        views.apply(&applied.collect::<Vec<_>>(), &registry, &SHOWING);
        (Some(views.size), entries)
    }

    fn rests(&self) -> bool {
        self.hindered.is_some_and(|when| when.elapsed() < BEHIND_PAUSE)
    }
}
