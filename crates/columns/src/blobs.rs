//! Byte strings in one column.

use std::ops::Range;

use crate::{Column, Error, Opened, Saving};

/// Byte strings by number, in the order in which they came.
#[derive(Debug, Default)]
pub struct Blobs {
    bytes: Column<u8>,
    /// Where each ends.
    ends: Column<u64>,
}

impl Blobs {
    /// The byte strings that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let bytes = Column::open(opened, name)?;
        Ok(Self { bytes, ends: Column::open(opened, &ends(name))? })
    }

    /// Writes all byte strings under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.bytes.save(saving, name)?;
        self.ends.save(saving, &ends(name))
    }

    /// Writes byte strings under a name as they come, to be opened as these.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn stream<B: AsRef<[u8]>>(
        saving: &mut Saving,
        name: &str,
        all: impl IntoIterator<Item = B>,
    ) -> Result<(), Error> {
        let (mut all_ends, mut end) = (Vec::new(), 0);
        let noted = all.into_iter().inspect(|bytes| {
            end += bytes.as_ref().len() as u64;
            all_ends.push(end);
        });
        saving.stream(name, noted)?;
        saving.values(&ends(name), &all_ends)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A byte string by its number; empty where there is none.
    #[must_use]
    pub fn get(&self, at: usize) -> &[u8] {
        let Some(end) = self.ends.get(at) else { return &[] };
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let offset = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        self.bytes.slice(offset(start.unwrap_or(0))..offset(*end))
    }

    /// Where those of a range begin that do not meet a condition, which those before them meet.
    pub fn partition_point(
        &self,
        range: Range<usize>,
        mut is_before: impl FnMut(&[u8]) -> bool,
    ) -> usize {
        let Range { mut start, mut end } = range;
        while start < end {
            let middle = start.midpoint(end);
            if is_before(self.get(middle)) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }

    /// Adds a byte string. Gives its number.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        self.bytes.extend(bytes);
        self.ends.push(self.bytes.len() as u64);
        self.ends.len() - 1
    }
}

fn ends(name: &str) -> String {
    format!("{name}.ends")
}
