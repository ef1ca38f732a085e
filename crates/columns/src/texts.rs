//! Every text once, by number.

use crate::{Blobs, Error, Opened, Saving, Slots};

/// Texts, each once, by number in the order in which they came.
#[derive(Debug, Default)]
pub struct Texts {
    stored: Blobs,
    slots: Slots,
}

impl Texts {
    /// The texts that a file holds under this name.
    ///
    /// # Errors
    /// As [`crate::Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let stored = Blobs::open(opened, name)?;
        Ok(Self { stored, slots: Slots::open(opened, &format!("{name}.slots"))? })
    }

    /// Writes all texts under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.stored.save(saving, name)?;
        let digest = |id: u32| self.slots.digest(self.stored(id));
        let count = u32::try_from(self.stored.len()).unwrap_or(u32::MAX);
        self.slots.save(saving, &format!("{name}.slots"), count, digest)
    }

    fn stored(&self, id: u32) -> &[u8] {
        self.stored.get(id as usize)
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stored.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// A text by its number; empty where there is none.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        str::from_utf8(self.stored(id)).unwrap_or("")
    }

    /// Whether a number is that of this text; never for an empty one, which none may also read as.
    #[must_use]
    pub fn is(&self, id: u32, text: &str) -> bool {
        self.stored(id) == text.as_bytes() && !text.is_empty()
    }

    /// The number of a text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.find_digested(self.slots.digest(text.as_bytes()), text)
    }

    fn find_digested(&self, digest: u64, text: &str) -> Option<u32> {
        self.slots.find(digest, |id| self.stored(id) == text.as_bytes())
    }

    /// The number of a text, which is added where it is not there.
    pub fn intern(&mut self, text: &str) -> u32 {
        let digest = self.slots.digest(text.as_bytes());
        self.find_digested(digest, text).unwrap_or_else(|| {
            let id = u32::try_from(self.stored.push(text.as_bytes())).unwrap_or(u32::MAX);
            self.slots.insert(digest, id);
            id
        })
    }

    /// All texts in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let count = u32::try_from(self.stored.len()).unwrap_or(u32::MAX);
        (0..count).map(|id| self.text(id))
    }
}
