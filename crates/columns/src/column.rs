//! An array of plain values.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use prefetch_index::prefetch_index;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::opened::Base;
use crate::{Error, Opened, Saving};

/// A value that is its bytes: any bytes are one, and none are left out.
pub trait Plain: FromBytes + IntoBytes + Immutable + KnownLayout + Copy + 'static {}

impl<T: FromBytes + IntoBytes + Immutable + KnownLayout + Copy + 'static> Plain for T {}

/// What so much is in memory of is large.
const LARGE_BYTES: usize = 1 << 20;
/// So many times the room that a large column fills is added to it.
const ROOM_GROWTH: usize = 15;

/// An array that grows at its end. What was pushed together is read together: a slice never
/// reaches from the file into memory.
pub struct Column<T> {
    base: Option<Base>,
    base_len: usize,
    tail: Vec<T>,
    values: PhantomData<T>,
}

/// The values of a column as they are now.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'c, T> {
    base: &'c [T],
    tail: &'c [T],
}

impl<'c, T> Reader<'c, T> {
    /// The value at a place.
    #[inline]
    #[must_use]
    pub fn get(self, at: usize) -> Option<&'c T> {
        match at.checked_sub(self.base.len()) {
            Some(at) => self.tail.get(at),
            None => self.base.get(at),
        }
    }

    /// Has the value at a place brought near a core, and does not wait for it.
    #[inline]
    pub fn prefetch(self, at: usize) {
        match at.checked_sub(self.base.len()) {
            Some(at) => prefetch_index(self.tail, at),
            None => prefetch_index(self.base, at),
        }
    }
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { base: None, base_len: 0, tail: Vec::new(), values: PhantomData }
    }
}

impl<T> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Column")
            .field("base", &self.base_len)
            .field("tail", &self.tail.len())
            .finish()
    }
}

impl<T: Plain> Column<T> {
    /// The column that a file holds under this name.
    ///
    /// # Errors
    /// Where it holds none, one of other values, or cannot be mapped.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let (base, base_len) = opened.map(name, size_of::<T>())?;
        Ok(Self { base, base_len, ..Self::default() })
    }

    /// Likewise, for values that are read often and at random, however many there are: where the
    /// system can, they are mapped in large pages, of which a core knows many more values.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_often(opened: &Opened, name: &str) -> Result<Self, Error> {
        let column = Self::open(opened, name)?;
        if let Some(base) = &column.base {
            base.bytes.in_large_pages();
        }
        Ok(column)
    }

    /// Writes all values under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        saving.behind(name, self.base.as_ref(), &self.tail)
    }

    fn base(&self) -> &[T] {
        let bytes = self.base.as_ref().map_or(&[][..], |base| &*base.bytes);
        <[T]>::ref_from_bytes(bytes).unwrap_or(&[])
    }

    /// Values that lie in the file, to be changed in memory; none where not all of them do.
    fn base_mut(&mut self, range: Range<usize>) -> &mut [T] {
        if range.is_empty() || range.end > self.base_len {
            return &mut [];
        }
        let places = range.start * size_of::<T>()..range.end * size_of::<T>();
        let bytes = self.base.as_mut().map_or(&mut [][..], |base| base.change(places));
        <[T]>::mut_from_bytes(bytes).unwrap_or(&mut [])
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.base_len + self.tail.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a place.
    #[inline]
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&T> {
        match at.checked_sub(self.base_len) {
            Some(at) => self.tail.get(at),
            None => self.base().get(at),
        }
    }

    /// All values, for who reads many of them.
    #[inline]
    #[must_use]
    pub fn reader(&self) -> Reader<'_, T> {
        Reader { base: self.base(), tail: &self.tail }
    }

    /// The value at a place, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        match at.checked_sub(self.base_len) {
            Some(at) => self.tail.get_mut(at),
            None => self.base_mut(at..at + 1).first_mut(),
        }
    }

    /// The last value.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Values that were pushed together; none where the range is not there as a whole.
    #[inline]
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &[T] {
        let Range { start, end } = range;
        let found = match start.checked_sub(self.base_len) {
            Some(start) => end.checked_sub(self.base_len).and_then(|end| self.tail.get(start..end)),
            None => self.base().get(start..end),
        };
        found.unwrap_or(&[])
    }

    /// Values that were pushed together, to be changed.
    pub fn slice_mut(&mut self, range: Range<usize>) -> &mut [T] {
        let (Range { start, end }, base_len) = (range, self.base_len);
        let found = match start.checked_sub(base_len) {
            Some(start) => end.checked_sub(base_len).and_then(|end| self.tail.get_mut(start..end)),
            None => Some(self.base_mut(start..end)),
        };
        found.unwrap_or(&mut [])
    }

    /// Copies values that were pushed together to another place, where there is room for them.
    pub(crate) fn copy(&mut self, from: Range<usize>, to: usize) {
        let in_tail = |at: usize| at.checked_sub(self.base_len);
        if let (Some(start), Some(end), Some(to)) =
            (in_tail(from.start), in_tail(from.end), in_tail(to))
            && end <= self.tail.len()
            && to + (end - start) <= self.tail.len()
        {
            return self.tail.copy_within(start..end, to);
        }
        // From the file or into it.
        let values = self.slice(from).to_vec();
        let room = self.slice_mut(to..to + values.len());
        if room.len() == values.len() {
            room.copy_from_slice(&values);
        }
    }

    /// All values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.base().iter().chain(&self.tail)
    }

    /// Adds a value at the end.
    pub fn push(&mut self, value: T) {
        self.make_room(1);
        self.tail.push(value);
    }

    /// Adds values at the end.
    pub fn extend(&mut self, values: &[T]) {
        self.make_room(values.len());
        self.tail.extend_from_slice(values);
    }

    /// Makes room for so many more values. What is large would stand still while it moves, and
    /// room that nothing was written to takes addresses and no memory: so it moves seldom.
    #[inline]
    fn make_room(&mut self, more: usize) {
        let room = self.tail.capacity();
        if room - self.tail.len() < more && room * size_of::<T>() >= LARGE_BYTES {
            // Where addresses are counted too, it grows as it would by itself.
            drop(self.tail.try_reserve_exact(room * ROOM_GROWTH + more));
        }
    }

    /// Adds copies of a value until there are `len`; never shortens.
    pub fn grow(&mut self, len: usize, value: T) {
        let wanted = len.saturating_sub(self.base_len);
        if wanted > self.tail.len() {
            self.make_room(wanted - self.tail.len());
            self.tail.resize(wanted, value);
        }
    }

    /// How many values at the beginning meet a condition that none after them meets.
    pub fn partition_point(&self, mut is_before: impl FnMut(&T) -> bool) -> usize {
        let base = self.base();
        if base.last().is_none_or(&mut is_before) {
            return base.len() + self.tail.partition_point(is_before);
        }
        base.partition_point(is_before)
    }
}
