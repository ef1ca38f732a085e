//! Since which ledger size what is kept of each item holds, so that a question as of an earlier
//! size can tell of which items it may read it.

use laiqu_columns::{Column, Error, Opened, Saving};

/// Of what comes this late, and of what is behind it, nothing is known as of an earlier size.
const NEVER: u32 = u32::MAX;

/// The last change of what is kept of each item, by its number.
#[derive(Debug, Default)]
pub(crate) struct LastChanges {
    /// The smallest size as of which it holds.
    sizes: Column<u32>,
    /// The smallest size that shows the event that is taken up.
    now: u32,
}

impl LastChanges {
    /// What a file holds.
    pub(crate) fn open(opened: &Opened, name: &str, items: usize) -> Result<Self, Error> {
        let sizes = Column::open(opened, name)?;
        if sizes.len() != items {
            return Err(opened.damaged(format!("{name} has not one size for each item")));
        }
        Ok(Self { sizes, now: NEVER })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.sizes.save(saving, name)
    }

    /// Makes room for so many items.
    pub(crate) fn make_room(&mut self, items: usize) {
        self.sizes.grow(items, 0);
    }

    /// What changes from here on changes by an event of this entry.
    pub(crate) fn take_up(&mut self, entry: u64) {
        self.now = u32::try_from(entry.saturating_add(1)).unwrap_or(NEVER);
    }

    /// The smallest size that shows the event that is taken up.
    pub(crate) fn now(&self) -> u32 {
        self.now
    }

    /// The smallest size as of which what is kept of an item holds.
    #[inline]
    pub(crate) fn of(&self, item: u32) -> u32 {
        self.sizes.get(item as usize).copied().unwrap_or(0)
    }

    /// Is what is kept of an item what was known of it as of a size?
    #[inline]
    pub(crate) fn holds(&self, item: u32, size: u64) -> bool {
        let since = self.of(item);
        since != NEVER && u64::from(since) <= size
    }

    /// Has what is known of an item brought near a core.
    #[inline]
    pub(crate) fn prefetch(&self, item: u32) {
        self.sizes.reader().prefetch(item as usize);
    }

    /// What is kept of an item changes with what is known as of a size.
    pub(crate) fn change(&mut self, item: u32, size: u32) {
        if let Some(since) = self.sizes.get_mut(item as usize) {
            *since = size.max(*since);
        }
    }

    /// As if of every item something came that no earlier size shows.
    #[cfg(test)]
    pub(crate) fn change_all(&mut self) {
        let items = u32::try_from(self.sizes.len()).unwrap();
        (0..items).for_each(|item| self.change(item, NEVER));
    }
}
