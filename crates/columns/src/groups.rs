//! Lists by key.

use crate::{Error, List, Lists, Opened, Plain, Saving, Table};

/// A list of values for each key that has any.
#[derive(Debug)]
pub struct Groups<K, T> {
    heads: Table<K, List>,
    lists: Lists<T>,
}

impl<K, T> Default for Groups<K, T> {
    fn default() -> Self {
        Self { heads: Table::default(), lists: Lists::default() }
    }
}

impl<K: Plain + PartialEq, T: Plain> Groups<K, T> {
    /// The groups that a file holds under this name.
    ///
    /// # Errors
    /// As [`crate::Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let lists = Lists::open(opened, &format!("{name}.lists"))?;
        Ok(Self { heads: Table::open(opened, name)?, lists })
    }

    /// Writes all groups under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.heads.save(saving, name)?;
        self.lists.save(saving, &format!("{name}.lists"))
    }

    /// The values of a key, in order; none where it has none.
    #[must_use]
    pub fn get(&self, key: K) -> &[T] {
        self.heads.get(key).map_or(&[], |list| self.lists.get(*list))
    }

    /// Has a key any value?
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.heads.contains(key)
    }

    /// Is there no key?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Appends a value to a key's.
    pub fn push(&mut self, key: K, value: T) {
        let list = self.heads.or_default(key);
        self.lists.push(list, value);
    }

    /// Appends a value to a key's where it is not the last one already.
    pub fn push_once(&mut self, key: K, value: T)
    where
        T: PartialEq,
    {
        let list = self.heads.or_default(key);
        if self.lists.get(*list).last() != Some(&value) {
            self.lists.push(list, value);
        }
    }

    /// Puts a value at a place among a key's.
    pub fn insert(&mut self, key: K, at: usize, value: T) {
        let list = self.heads.or_default(key);
        self.lists.insert(list, at, value);
    }

    /// Keys with their values, in the order in which they got their first one.
    pub fn iter(&self) -> impl Iterator<Item = (K, &[T])> {
        self.heads.iter().map(|(key, list)| (*key, self.lists.get(*list)))
    }
}
