//! Many short lists in one array.

/// One pair of a list: an item or an event, and the event that says so.
pub(crate) type Pair = (u32, u32);

/// Where a list lies. Its room is the next power of two of its length, so that what is given up
/// when it grows is never more than what is held.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List {
    offset: u32,
    len: u32,
}

impl List {
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }
}

/// Append-only lists. A list that has outgrown its room moves to one twice as large; the old room
/// serves the next list of that size.
#[derive(Debug, Default)]
pub(crate) struct Lists<T> {
    all: Vec<T>,
    /// Offsets of rooms that were given up, by the logarithm of their size.
    free: [Vec<u32>; 32],
}

impl<T: Copy + Default> Lists<T> {
    pub(crate) fn get(&self, list: List) -> &[T] {
        let from = list.offset as usize;
        self.all.get(from..from + list.len as usize).unwrap_or(&[])
    }

    /// Appends to a list. Nothing is appended once the array is full.
    pub(crate) fn push(&mut self, list: &mut List, value: T) {
        if list.len == 0 || list.len.is_power_of_two() {
            let Some(offset) =
                self.room(list.len.max(1).trailing_zeros() + u32::from(list.len > 0))
            else {
                return;
            };
            let from = list.offset as usize;
            let until = from + list.len as usize;
            self.all.copy_within(from..until, offset as usize);
            if let Some(free) = self.free.get_mut(list.len.trailing_zeros() as usize) {
                free.push(list.offset);
            }
            list.offset = offset;
        }
        if let Some(place) = self.all.get_mut((list.offset + list.len) as usize) {
            *place = value;
            list.len += 1;
        }
    }

    /// Room for 2^`size` values.
    fn room(&mut self, size: u32) -> Option<u32> {
        if let Some(offset) = self.free.get_mut(size as usize)?.pop() {
            return Some(offset);
        }
        let offset = u32::try_from(self.all.len()).ok()?;
        let end = offset.checked_add(1_u32.checked_shl(size)?)?;
        self.all.resize(end as usize, T::default());
        Some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_keep_what_they_were_given(
            pushes in prop::collection::vec((0..9_usize, 0..99_u32), 0..400),
        ) {
            let mut lists: Lists<Pair> = Lists::default();
            let mut heads = [List::default(); 9];
            let mut model: Vec<Vec<Pair>> = vec![Vec::new(); 9];
            for (at, value) in pushes {
                lists.push(&mut heads[at], (value, value + 1));
                model[at].push((value, value + 1));
            }
            for (head, list) in heads.iter().zip(&model) {
                prop_assert_eq!(lists.get(*head), &list[..]);
            }
            let held: usize = model.iter().map(|list| list.len().next_power_of_two()).sum();
            prop_assert!(lists.all.len() <= 2 * held.max(1) + 64);
        }
    }
}
