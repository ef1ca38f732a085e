//! What one reader sees of the master data, at one size of the ledger.

use super::{MasterData, Reader, Said, Statement};
use laiqu_epcis::query::MasterDataSource;
use laiqu_epcis::{attribute_texts, attribute_uri};
use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

/// The master data as a reader sees it.
#[derive(Clone, Copy, Debug)]
pub struct MasterDataView<'a> {
    pub(super) all: &'a MasterData,
    pub(super) reader: Reader<'a>,
    pub(super) size: u64,
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its id, as sent.
    pub id: &'a str,
    /// Its value, as JSON text.
    pub value: &'a str,
    /// The entry that gives it.
    pub entry: u64,
}

/// What one issuer says about an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// Alias of the issuer.
    pub issuer: u64,
    /// Attributes, in the order in which they first came.
    pub attributes: Vec<Attribute<'a>>,
    /// Canonical identifiers that are part of it.
    pub children: Vec<&'a str>,
    /// The entry that names the children.
    pub children_entry: Option<u64>,
}

impl<'a> Source<'a> {
    /// What these statements of one issuer, in order, come to; nothing where there are none.
    pub(super) fn of(issuer: u64, said: impl Iterator<Item = &'a Said>) -> Option<Self> {
        said.fold(None, |source, said| {
            let mut source = source.unwrap_or_else(|| Self::new(issuer));
            source.take(said);
            Some(source)
        })
    }

    fn new(issuer: u64) -> Self {
        Self { issuer, attributes: Vec::new(), children: Vec::new(), children_entry: None }
    }

    fn take(&mut self, said: &'a Said) {
        let given: HashSet<_> = said.attributes.iter().map(|(id, _)| attribute_uri(id)).collect();
        self.attributes.retain(|old| !given.contains(&attribute_uri(old.id)));
        let entry = said.entry;
        let new = said.attributes.iter().map(|(id, value)| Attribute { id, value, entry });
        self.attributes.extend(new);
        if let Some(children) = &said.children {
            self.children = children.iter().map(|child| &**child).collect();
            self.children_entry = Some(entry);
        }
    }

    /// Whether a statement changes nothing.
    pub(super) fn says(&self, statement: &Statement) -> bool {
        let values = |wanted: &str| {
            let same = |id: &str| attribute_uri(id) == attribute_uri(wanted);
            let old = self.attributes.iter().filter(|old| same(old.id)).map(|old| old.value);
            let new = statement.attributes.iter().filter(|(id, _)| same(id));
            old.eq(new.map(|(_, value)| value.as_str()))
        };
        let children = statement.children.as_ref().is_none_or(|children| {
            self.children_entry.is_some() && self.children.iter().copied().eq(children.iter())
        });
        children && statement.attributes.iter().all(|(id, _)| values(id))
    }
}

impl<'a> MasterDataView<'a> {
    /// What each issuer says about an identifier, in the order in which they first spoke.
    #[must_use]
    pub fn sources(&self, vocabulary: &str, id: &str) -> Vec<Source<'a>> {
        let said = self.all.vocabularies.get(vocabulary).and_then(|all| all.said.get(id));
        self.merged(said.map_or(&[][..], Vec::as_slice))
    }

    /// Identifiers of a vocabulary behind `after`, in their order, at most `count`.
    #[must_use]
    pub fn page(&self, vocabulary: &str, after: &str, count: usize) -> Vec<&'a str> {
        let Some(all) = self.all.vocabularies.get(vocabulary) else { return Vec::new() };
        let behind = (Bound::Excluded(after), Bound::Unbounded);
        let Reader::Party { .. } = self.reader else {
            let known = all.said.range::<str, _>(behind).filter(|(_, said)| self.sees_any(said));
            return known.map(|(id, _)| &**id).take(count).collect();
        };
        // Others may have said far more than what this reader sees.
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for (issuer, ids) in &all.by_issuer {
            if self.all.may_see(self.reader, *issuer) {
                let ids = ids.range::<str, _>(behind).map(|id| &**id);
                let known = |id: &&str| all.said.get(*id).is_some_and(|said| self.sees_any(said));
                found.extend(ids.filter(known).take(count));
            }
        }
        found.into_iter().take(count).collect()
    }

    /// Places, or other things, that name this one as their child, in any vocabulary.
    fn said_of(&self, id: &str) -> impl Iterator<Item = Source<'a>> {
        let all = self.all.vocabularies.values();
        all.filter_map(|all| all.said.get(id)).flat_map(|said| self.merged(said))
    }

    fn merged(&self, said: &'a [Said]) -> Vec<Source<'a>> {
        let mut issuers = Vec::new();
        for said in said.iter().filter(|said| self.sees(said)) {
            if !issuers.contains(&said.issuer) {
                issuers.push(said.issuer);
            }
        }
        let of = |issuer| {
            let own = said.iter().filter(move |said| said.issuer == issuer && self.sees(said));
            Source::of(issuer, own)
        };
        issuers.into_iter().filter_map(of).collect()
    }

    fn sees(&self, said: &Said) -> bool {
        said.entry < self.size && self.all.may_see(self.reader, said.issuer)
    }

    fn sees_any(&self, said: &[Said]) -> bool {
        said.iter().any(|said| self.sees(said))
    }
}

impl MasterDataSource for MasterDataView<'_> {
    fn within(&self, id: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        let mut next = vec![id];
        while let Some(place) = next.pop() {
            // Most places have nothing inside.
            if !self.all.parents.contains(place) {
                continue;
            }
            for source in self.said_of(place) {
                for child in source.children {
                    if child != id && found.insert(child) {
                        next.push(child);
                    }
                }
            }
        }
        found.into_iter().map(str::to_owned).collect()
    }

    fn with_attribute(&self, attribute: &str, values: Option<&[String]>) -> Vec<String> {
        let ever = self.all.by_attribute.get(attribute_uri(attribute).as_ref());
        let ever = ever.into_iter().flatten().map(|id| &**id);
        let has = ever.filter(|id| self.has_attribute(id, attribute, values));
        has.map(str::to_owned).collect()
    }

    fn has_attribute(&self, id: &str, attribute: &str, values: Option<&[String]>) -> bool {
        let wanted = attribute_uri(attribute);
        let is_wanted = |given: &Attribute<'_>| {
            let has_one = |values: &[String]| {
                attribute_texts(given.value).iter().any(|text| values.contains(text))
            };
            attribute_uri(given.id) == wanted && values.is_none_or(has_one)
        };
        self.said_of(id).any(|source| source.attributes.iter().any(is_wanted))
    }
}
