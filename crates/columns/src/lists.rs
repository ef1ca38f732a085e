//! Many short lists in one column.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::{Column, Error, Opened, Plain, Saving};

/// Where a list lies. Its room is the next power of two of its length, so that what is given up
/// when it grows is never more than what is held.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct List {
    pub(crate) offset: u32,
    pub(crate) len: u32,
}

impl List {
    /// How many values it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Has it none?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Append-only lists. A list that has outgrown its room moves to one twice as large; the old room
/// serves the next list of that size.
#[derive(Debug)]
pub struct Lists<T> {
    all: Column<T>,
    /// Offsets of rooms that were given up, by the logarithm of their size.
    free: Vec<Vec<u32>>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { all: Column::default(), free: Vec::new() }
    }
}

impl<T: Plain> Lists<T> {
    /// The lists that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Self::of(Column::open(opened, name)?, opened, name)
    }

    /// Likewise, for lists that are read as [`Column::open_often`] says.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open_often(opened: &Opened, name: &str) -> Result<Self, Error> {
        Self::of(Column::open_often(opened, name)?, opened, name)
    }

    fn of(all: Column<T>, opened: &Opened, name: &str) -> Result<Self, Error> {
        let free = Column::<[u32; 2]>::open(opened, &format!("{name}.free"))?;
        let mut lists = Self { all, free: Vec::new() };
        for [size, offset] in free.iter() {
            lists.give_up(*size, *offset);
        }
        Ok(lists)
    }

    /// Writes all lists under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.all.save(saving, name)?;
        let mut free = Column::default();
        for (size, offsets) in (0_u32..).zip(&self.free) {
            offsets.iter().for_each(|offset| free.push([size, *offset]));
        }
        free.save(saving, &format!("{name}.free"))
    }

    /// The values of a list, in order.
    #[inline]
    #[must_use]
    pub fn get(&self, list: List) -> &[T] {
        let from = list.offset as usize;
        self.all.slice(from..from + list.len as usize)
    }

    /// Has the beginning of a list brought near a core, and does not wait for it.
    #[inline]
    pub fn prefetch(&self, list: List) {
        self.all.reader().prefetch(list.offset as usize);
    }

    /// Appends to a list. Nothing is appended once the column is full.
    pub fn push(&mut self, list: &mut List, value: T) {
        self.insert(list, list.len(), value);
    }

    /// Puts a value at a place of a list; those behind it move up.
    pub fn insert(&mut self, list: &mut List, at: usize, value: T) {
        if (list.len == 0 || list.len.is_power_of_two()) && self.make_room(list, value).is_none() {
            return;
        }
        let from = list.offset as usize;
        let room = self.all.slice_mut(from..from + list.len() + 1);
        // In a damaged file a free room may lie behind all there is.
        if let Some(behind) = room.get_mut(at..).filter(|behind| !behind.is_empty()) {
            behind.rotate_right(1);
            if let Some(place) = behind.first_mut() {
                *place = value;
                list.len += 1;
            }
        }
    }

    /// Moves a list that fills its room to one twice as large.
    fn make_room(&mut self, list: &mut List, value: T) -> Option<()> {
        let size = if list.len == 0 { 0 } else { list.len.trailing_zeros() + 1 };
        // In a damaged file a list may be longer than all there is.
        if self.get(*list).len() != list.len() {
            return None;
        }
        let offset = self.room(size, value)?;
        let from = list.offset as usize;
        self.all.copy(from..from + list.len(), offset as usize);
        if list.len > 0 {
            self.give_up(list.len.trailing_zeros(), list.offset);
        }
        list.offset = offset;
        Some(())
    }

    /// Room for 2^`size` values serves the next list; no list is longer than 2^32.
    fn give_up(&mut self, size: u32, offset: u32) {
        let size = size.min(32) as usize;
        if self.free.len() <= size {
            self.free.resize_with(size + 1, Vec::new);
        }
        if let Some(free) = self.free.get_mut(size) {
            free.push(offset);
        }
    }

    /// Room for 2^`size` values.
    fn room(&mut self, size: u32, filler: T) -> Option<u32> {
        if let Some(offset) = self.free.get_mut(size as usize).and_then(Vec::pop) {
            return Some(offset);
        }
        let offset = u32::try_from(self.all.len()).ok()?;
        let end = offset.checked_add(1_u32.checked_shl(size)?)?;
        self.all.grow(end as usize, filler);
        Some(offset)
    }
}
