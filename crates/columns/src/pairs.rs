//! Many short lists of pairs, of which most have one.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::{Error, List, Lists, Opened, Saving};

/// Two numbers.
pub type Pair = [u32; 2];

/// In the second word of a head: it is the pair itself.
const SINGLE: u32 = 1 << 31;

/// Where a list of pairs lies. Of a single one nothing lies elsewhere, so that whoever reads the
/// head need not look any further.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct Head {
    offset_or_first: u32,
    len_or_second: u32,
}

impl Head {
    /// That of no pairs.
    pub const EMPTY: Head = Head { offset_or_first: 0, len_or_second: 0 };

    /// How many pairs it has.
    #[must_use]
    pub fn len(self) -> usize {
        if self.single().is_some() { 1 } else { self.list().len() }
    }

    /// Has it none?
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len_or_second == 0
    }

    /// The pair that the head itself is.
    #[inline]
    #[must_use]
    pub fn single(self) -> Option<Pair> {
        let is_single = self.len_or_second & SINGLE != 0;
        is_single.then_some([self.offset_or_first, self.len_or_second & !SINGLE])
    }

    /// Where all others lie.
    #[inline]
    fn list(self) -> List {
        if self.single().is_some() {
            return List::default();
        }
        List { offset: self.offset_or_first, len: self.len_or_second }
    }
}

/// Append-only lists of pairs.
#[derive(Debug, Default)]
pub struct Pairs {
    lists: Lists<Pair>,
}

impl Pairs {
    /// The lists that a file holds under this name.
    ///
    /// # Errors
    /// As [`crate::Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self { lists: Lists::open_often(opened, name)? })
    }

    /// Writes all lists under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.lists.save(saving, name)
    }

    /// The pairs of a list, in order.
    #[inline]
    pub fn iter(&self, head: Head) -> impl Iterator<Item = Pair> {
        head.single().into_iter().chain(self.apart(head).iter().copied())
    }

    /// The pairs of a list that are not in its head.
    #[inline]
    #[must_use]
    pub fn apart(&self, head: Head) -> &[Pair] {
        self.lists.get(head.list())
    }

    /// Has the beginning of a list that is not in its head brought near a core.
    #[inline]
    pub fn prefetch(&self, head: Head) {
        self.lists.prefetch(head.list());
    }

    /// Appends to a list. Nothing is appended once there is no more room.
    pub fn push(&mut self, head: &mut Head, pair: Pair) {
        let [first, second] = pair;
        if head.is_empty() && second < SINGLE {
            *head = Head { offset_or_first: first, len_or_second: second | SINGLE };
            return;
        }
        let mut list = head.list();
        if let Some(single) = head.single() {
            self.lists.push(&mut list, single);
        }
        if list.len < SINGLE - 1 {
            self.lists.push(&mut list, pair);
        }
        *head = Head { offset_or_first: list.offset, len_or_second: list.len };
    }
}
