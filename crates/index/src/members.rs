//! What the events name, by the collections of EPCIS 2.0, section 12.7.2.

use crate::ordered::Ordered;
use laiqu_columns::{Error, Opened, Saving};
use laiqu_epcis::query::CollectionKind;

/// Members of every collection: canonical identifiers and full vocabulary URIs, each once.
#[derive(Debug, Default)]
pub struct Members {
    sets: Ordered<u32>,
}

impl Members {
    /// The members that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold them.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self { sets: Ordered::open(opened, name)? })
    }

    /// Writes all members under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.sets.save(saving, name)
    }

    /// Adds a member.
    pub fn insert(&mut self, kind: CollectionKind, text: &str) {
        self.sets.insert(number(kind), text);
    }

    /// Members behind a text in the order of their bytes; all of them where there is none.
    pub fn behind<'m>(
        &'m self,
        kind: CollectionKind,
        text: Option<&'m str>,
    ) -> impl Iterator<Item = &'m str> {
        self.sets.behind(number(kind), text)
    }
}

/// The number that a collection has in files.
fn number(kind: CollectionKind) -> u32 {
    match kind {
        CollectionKind::EventTypes => 0,
        CollectionKind::Epcs => 1,
        CollectionKind::BizSteps => 2,
        CollectionKind::BizLocations => 3,
        CollectionKind::ReadPoints => 4,
        CollectionKind::Dispositions => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;

    #[test]
    fn members_come_once_and_in_order_behind_any_text() {
        let mut members = Members::default();
        for text in ["b", "a", "c", "b"] {
            members.insert(CollectionKind::Epcs, text);
            members = reopened(|s| members.save(s, "m"), |o| Members::open(o, "m"));
        }
        let behind = |text| members.behind(CollectionKind::Epcs, text).collect::<Vec<_>>();
        assert_eq!(behind(None), ["a", "b", "c"]);
        assert_eq!(behind(Some("a")), ["b", "c"]);
        assert_eq!(behind(Some("bb")), ["c"]);
        assert!(members.behind(CollectionKind::BizSteps, None).next().is_none());
    }
}
