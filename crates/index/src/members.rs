//! What the events name, by the collections of EPCIS 2.0, section 12.7.2.

use laiqu_epcis::query::CollectionKind;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

/// Members of every collection: canonical identifiers and full vocabulary URIs, each once.
#[derive(Debug, Default)]
pub struct Members {
    sets: BTreeMap<CollectionKind, BTreeSet<Arc<str>>>,
}

impl Members {
    /// Adds a member; `shared` gives its text where that is new.
    pub fn insert(&mut self, kind: CollectionKind, text: &str, shared: impl FnOnce() -> Arc<str>) {
        let set = self.sets.entry(kind).or_default();
        if !set.contains(text) {
            set.insert(shared());
        }
    }

    /// Members behind a text in the order of their bytes; all of them where there is none.
    pub fn behind<'m>(
        &'m self,
        kind: CollectionKind,
        text: Option<&'m str>,
    ) -> impl Iterator<Item = &'m str> {
        let begin = text.map_or(Bound::Unbounded, Bound::Excluded);
        let set = self.sets.get(&kind).into_iter();
        set.flat_map(move |set| set.range::<str, _>((begin, Bound::Unbounded))).map(|text| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_once_and_in_order_behind_any_text() {
        let mut members = Members::default();
        for text in ["b", "a", "c", "b"] {
            members.insert(CollectionKind::Epcs, text, || Arc::from(text));
        }
        let behind = |text| members.behind(CollectionKind::Epcs, text).collect::<Vec<_>>();
        assert_eq!(behind(None), ["a", "b", "c"]);
        assert_eq!(behind(Some("a")), ["b", "c"]);
        assert_eq!(behind(Some("bb")), ["c"]);
        assert!(members.behind(CollectionKind::BizSteps, None).next().is_none());
    }
}
