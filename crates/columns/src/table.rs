//! Values by key.

use crate::{Column, Error, Opened, Plain, Saving, Slots};

/// Keys, each once, by number in the order in which they came.
#[derive(Debug)]
pub struct Set<K> {
    slots: Slots,
    keys: Column<K>,
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self { slots: Slots::default(), keys: Column::default() }
    }
}

impl<K: Plain + PartialEq> Set<K> {
    /// The set that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let slots = Slots::open(opened, &format!("{name}.slots"))?;
        Ok(Self { slots, keys: Column::open(opened, name)? })
    }

    /// Writes all keys under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.keys.save(saving, name)?;
        let digest = |id: u32| self.keys.get(id as usize).map_or(0, |key| self.digest(key));
        let count = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.slots.save(saving, &format!("{name}.slots"), count, digest)
    }

    fn digest(&self, key: &K) -> u64 {
        self.slots.digest(key.as_bytes())
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The number of a key.
    #[must_use]
    pub fn find(&self, key: K) -> Option<u32> {
        self.find_digested(self.digest(&key), key)
    }

    fn find_digested(&self, digest: u64, key: K) -> Option<u32> {
        self.slots.find(digest, |id| self.keys.get(id as usize) == Some(&key))
    }

    /// Adds a key that is not there. Its number, and whether it is new.
    pub fn insert(&mut self, key: K) -> (u32, bool) {
        let digest = self.digest(&key);
        if let Some(id) = self.find_digested(digest, key) {
            return (id, false);
        }
        let id = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.slots.insert(digest, id);
        self.keys.push(key);
        (id, true)
    }

    /// All keys in the order in which they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.keys.iter()
    }
}

/// One value for each key.
#[derive(Debug)]
pub struct Table<K, V> {
    keys: Set<K>,
    values: Column<V>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { keys: Set::default(), values: Column::default() }
    }
}

impl<K: Plain + PartialEq, V: Plain> Table<K, V> {
    /// The table that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let table = Self {
            keys: Set::open(opened, name)?,
            values: Column::open(opened, &format!("{name}.values"))?,
        };
        if table.keys.len() == table.values.len() {
            return Ok(table);
        }
        Err(opened.damaged(format!("{name} has not one value for each key")))
    }

    /// Writes the table under a name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.keys.save(saving, name)?;
        self.values.save(saving, &format!("{name}.values"))
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Is there a value of this key?
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.keys.find(key).is_some()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        self.values.get(self.keys.find(key)? as usize)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.values.get_mut(self.keys.find(key)? as usize)
    }

    /// The value of a key, which gets this one where it has none.
    #[allow(clippy::missing_panics_doc, clippy::expect_used, reason = "it was just put there")]
    pub fn or_insert(&mut self, key: K, value: V) -> &mut V {
        let (id, is_new) = self.keys.insert(key);
        if is_new {
            self.values.push(value);
        }
        self.values.get_mut(id as usize).expect("every key has a value")
    }

    /// The value of a key, which gets the default one where it has none.
    pub fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.or_insert(key, V::default())
    }

    /// Keys with their values, in the order in which they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        (0..self.values.len())
            .filter_map(|at| Some((self.keys.keys.get(at)?, self.values.get(at)?)))
    }
}
