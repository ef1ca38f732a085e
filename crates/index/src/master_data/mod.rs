//! Master data: who says what about an identifier, as known at any size of the ledger.
//!
//! Nothing is overwritten: of one issuer the newest entry that gives an attribute counts for that
//! attribute, and the newest that names children for the children. What others say stands beside.

mod view;

use laiqu_epcis::attribute_uri;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub use view::{Attribute, MasterDataView, Source};

/// What one document says about one identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The vocabulary, as a full URI.
    pub vocabulary: String,
    /// Canonical identifier.
    pub id: String,
    /// Attributes: id as sent, and value as JSON text; an id may come more than once.
    pub attributes: Vec<(String, String)>,
    /// Canonical identifiers that are part of this one; `None` where nothing is said about it.
    pub children: Option<Vec<String>>,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// Sees what everyone says.
    Everyone,
    /// Sees what it said itself, and what was said by those whose events name it as a source or
    /// destination.
    Party {
        /// Its alias.
        alias: u64,
        /// Its canonical identifier.
        id: &'a str,
    },
}

/// The master data of a ledger. A fold: entries in order.
#[derive(Debug, Default)]
pub struct MasterData {
    vocabularies: BTreeMap<Box<str>, Vocabulary>,
    /// Identifiers that ever had an attribute, by its URI.
    by_attribute: HashMap<Box<str>, BTreeSet<Box<str>>>,
    /// Identifiers that ever had children.
    parents: HashSet<Box<str>>,
    /// The parties that an issuer's events name as sources or destinations.
    named: HashMap<u64, HashSet<Box<str>>>,
}

/// What is said in one vocabulary.
#[derive(Debug, Default)]
struct Vocabulary {
    /// By identifier: statements in order of their entries.
    said: BTreeMap<Arc<str>, Vec<Said>>,
    /// Identifiers that an issuer says something about.
    by_issuer: HashMap<u64, BTreeSet<Arc<str>>>,
}

/// A statement where it stands.
#[derive(Debug)]
struct Said {
    entry: u64,
    issuer: u64,
    attributes: Box<[(Box<str>, Box<str>)]>,
    children: Option<Box<[Box<str>]>>,
}

impl MasterData {
    /// Takes in what the entry says. What its issuer said just the same already adds nothing.
    pub fn say(&mut self, entry: u64, issuer: u64, statement: Statement) {
        if self.is_said(issuer, &statement) {
            return;
        }
        let Statement { vocabulary, id, attributes, children } = statement;
        for (name, _) in &attributes {
            let ids = self.by_attribute.entry(attribute_uri(name).as_ref().into()).or_default();
            ids.insert(id.as_str().into());
        }
        if children.is_some() {
            self.parents.insert(id.as_str().into());
        }
        let attributes = attributes.into_iter().map(|(id, value)| (id.into(), value.into()));
        let children = children.map(|list| list.into_iter().map(Into::into).collect());
        let said = Said { entry, issuer, attributes: attributes.collect(), children };
        self.vocabularies.entry(vocabulary.into()).or_default().push(&id, said);
    }

    /// Whether a statement adds nothing to what its issuer says already.
    #[must_use]
    pub fn is_said(&self, issuer: u64, statement: &Statement) -> bool {
        let elements = self.vocabularies.get(statement.vocabulary.as_str());
        let said = elements.and_then(|elements| elements.said.get(statement.id.as_str()));
        let own = said.into_iter().flatten().filter(|said| said.issuer == issuer);
        Source::of(issuer, own).is_some_and(|source| source.says(statement))
    }

    /// Takes in that an event of this issuer names a party (canonical identifier).
    pub fn name(&mut self, issuer: u64, party: &str) {
        let parties = self.named.entry(issuer).or_default();
        if !parties.contains(party) {
            parties.insert(party.into());
        }
    }

    /// What a reader sees of the first `size` entries.
    #[must_use]
    pub fn view<'a>(&'a self, reader: Reader<'a>, size: u64) -> MasterDataView<'a> {
        MasterDataView { all: self, reader, size }
    }

    fn may_see(&self, reader: Reader<'_>, issuer: u64) -> bool {
        match reader {
            Reader::Everyone => true,
            Reader::Party { alias, id } => {
                alias == issuer || self.named.get(&issuer).is_some_and(|named| named.contains(id))
            }
        }
    }
}

impl Vocabulary {
    fn push(&mut self, id: &str, said: Said) {
        let known = self.said.get_key_value(id).map(|(id, _)| Arc::clone(id));
        let id = known.unwrap_or_else(|| Arc::from(id));
        self.by_issuer.entry(said.issuer).or_default().insert(Arc::clone(&id));
        self.said.entry(id).or_default().push(said);
    }
}

#[cfg(test)]
mod tests;
