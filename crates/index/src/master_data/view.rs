//! What one reader sees of the master data, at one size of the ledger.

use super::{MasterData, Reader, Said, Statement};
use laiqu_epcis::query::MasterDataSource;
use laiqu_epcis::{attribute_texts, attribute_uri};
use std::collections::{BTreeSet, HashSet};

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
    pub(super) fn of(
        all: &'a MasterData,
        issuer: u64,
        said: impl Iterator<Item = &'a Said>,
    ) -> Option<Self> {
        said.fold(None, |source, said| {
            let mut source = source.unwrap_or_else(|| Self::new(issuer));
            source.take(all, said);
            Some(source)
        })
    }

    fn new(issuer: u64) -> Self {
        Self { issuer, attributes: Vec::new(), children: Vec::new(), children_entry: None }
    }

    fn take(&mut self, all: &'a MasterData, said: &'a Said) {
        let given: HashSet<_> = all.given(said).map(|(id, _)| attribute_uri(id)).collect();
        self.attributes.retain(|old| !given.contains(&attribute_uri(old.id)));
        let entry = said.entry;
        let new = all.given(said).map(|(id, value)| Attribute { id, value, entry });
        self.attributes.extend(new);
        if let Some(children) = all.children(said) {
            self.children = children.collect();
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
        self.merged(self.all.about(self.all.texts.find(vocabulary), id))
    }

    /// Identifiers of a vocabulary behind `after`, in their order, at most `count`.
    #[must_use]
    pub fn page(&self, vocabulary: &str, after: &str, count: usize) -> Vec<&'a str> {
        let all = self.all;
        let Some(number) = all.texts.find(vocabulary) else { return Vec::new() };
        let sees_any = |id: &&str| all.about(Some(number), id).any(|said| self.sees(said));
        let Reader::Party { .. } = self.reader else {
            return all.ids.behind(number, Some(after)).filter(sees_any).take(count).collect();
        };
        // Others may have said far more than what this reader sees.
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for issuer in all.issuers.get(number) {
            if all.may_see(self.reader, *issuer) {
                let ids = all.ids_of_issuer.behind([u64::from(number), *issuer], Some(after));
                found.extend(ids.filter(sees_any).take(count));
            }
        }
        found.into_iter().take(count).collect()
    }

    /// What is said of a thing, in any vocabulary.
    fn said_of(&self, id: &str) -> impl Iterator<Item = Source<'a>> {
        let vocabularies = self.all.vocabularies.iter();
        vocabularies.flat_map(move |number| self.merged(self.all.about(Some(*number), id)))
    }

    fn merged(&self, said: impl Iterator<Item = &'a Said> + Clone) -> Vec<Source<'a>> {
        let seen = said.filter(|said| self.sees(said));
        let mut issuers = Vec::new();
        for said in seen.clone() {
            if !issuers.contains(&said.issuer) {
                issuers.push(said.issuer);
            }
        }
        let of = |issuer| {
            Source::of(self.all, issuer, seen.clone().filter(move |said| said.issuer == issuer))
        };
        issuers.into_iter().filter_map(of).collect()
    }

    fn sees(&self, said: &Said) -> bool {
        said.entry < self.size && self.all.may_see(self.reader, said.issuer)
    }
}

impl MasterDataSource for MasterDataView<'_> {
    fn within(&self, id: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        let mut next = vec![id];
        while let Some(place) = next.pop() {
            // Most places have nothing inside.
            let number = self.all.texts.find(place);
            if number.and_then(|number| self.all.parents.find(number)).is_none() {
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
        let uri = self.all.texts.find(&attribute_uri(attribute));
        let ever = uri.into_iter().flat_map(|uri| self.all.ids_with.behind(uri, None));
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
