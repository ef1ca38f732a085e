//! Master data: who says what about an identifier, as known at any size of the ledger.
//!
//! Nothing is overwritten: of one issuer the newest entry that gives an attribute counts for that
//! attribute, and the newest that names children for the children. What others say stands beside.

mod view;

use crate::ordered::Ordered;
use laiqu_columns::{Column, Error, Groups, Opened, Saving, Set, Texts};
use laiqu_epcis::attribute_uri;
use std::ops::Range;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

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
    /// Every text that is said or named.
    texts: Texts,
    /// Statements, in order of their entries.
    said: Column<Said>,
    /// What they give: ids and values of attributes.
    given: Column<[u32; 2]>,
    /// What they name as parts.
    children: Column<u32>,
    /// The statements in a vocabulary about an identifier.
    about: Groups<[u32; 2], u32>,
    vocabularies: Set<u32>,
    /// Identifiers of a vocabulary.
    ids: Ordered<u32>,
    /// Who says something in a vocabulary, and about which identifiers.
    issuers: Groups<u32, u64>,
    ids_of_issuer: Ordered<[u64; 2]>,
    /// Identifiers that ever had an attribute, by its URI.
    ids_with: Ordered<u32>,
    /// Identifiers that ever had children.
    parents: Set<u32>,
    /// Issuers with the parties that their events name as sources or destinations.
    named: Set<[u64; 2]>,
}

/// A statement where it stands.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Said {
    entry: u64,
    issuer: u64,
    /// Where its attributes begin and end.
    given: [u64; 2],
    /// Where its children begin and end; the other way round where it says nothing of them.
    children: [u64; 2],
}

/// The children of a statement that says nothing of them.
const UNSAID: [u64; 2] = [1, 0];

impl MasterData {
    /// The master data that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold it.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self {
            texts: Texts::open(opened, &format!("{name}.texts"))?,
            said: Column::open(opened, &format!("{name}.said"))?,
            given: Column::open(opened, &format!("{name}.given"))?,
            children: Column::open(opened, &format!("{name}.children"))?,
            about: Groups::open(opened, &format!("{name}.about"))?,
            vocabularies: Set::open(opened, &format!("{name}.vocabularies"))?,
            ids: Ordered::open(opened, &format!("{name}.ids"))?,
            issuers: Groups::open(opened, &format!("{name}.issuers"))?,
            ids_of_issuer: Ordered::open(opened, &format!("{name}.ids_of_issuer"))?,
            ids_with: Ordered::open(opened, &format!("{name}.ids_with"))?,
            parents: Set::open(opened, &format!("{name}.parents"))?,
            named: Set::open(opened, &format!("{name}.named"))?,
        })
    }

    /// Writes the master data under a name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.texts.save(saving, &format!("{name}.texts"))?;
        self.said.save(saving, &format!("{name}.said"))?;
        self.given.save(saving, &format!("{name}.given"))?;
        self.children.save(saving, &format!("{name}.children"))?;
        self.about.save(saving, &format!("{name}.about"))?;
        self.vocabularies.save(saving, &format!("{name}.vocabularies"))?;
        self.ids.save(saving, &format!("{name}.ids"))?;
        self.issuers.save(saving, &format!("{name}.issuers"))?;
        self.ids_of_issuer.save(saving, &format!("{name}.ids_of_issuer"))?;
        self.ids_with.save(saving, &format!("{name}.ids_with"))?;
        self.parents.save(saving, &format!("{name}.parents"))?;
        self.named.save(saving, &format!("{name}.named"))
    }

    /// Takes in what the entry says. What its issuer said just the same already adds nothing.
    pub fn say(&mut self, entry: u64, issuer: u64, statement: &Statement) {
        if self.is_said(issuer, statement) {
            return;
        }
        let Statement { vocabulary, id, attributes, children } = statement;
        let (vocabulary, number) = (self.texts.intern(vocabulary), self.texts.intern(id));
        let given_before = self.given.len();
        for (name, value) in attributes {
            let uri = self.texts.intern(&attribute_uri(name));
            self.ids_with.insert(uri, id);
            self.given.push([self.texts.intern(name), self.texts.intern(value)]);
        }
        let children_before = self.children.len();
        for child in children.iter().flatten() {
            self.children.push(self.texts.intern(child));
        }
        let reach = |begin: usize, end: usize| [begin as u64, end as u64];
        let said = Said {
            entry,
            issuer,
            given: reach(given_before, self.given.len()),
            children: children
                .as_ref()
                .map_or(UNSAID, |_| reach(children_before, self.children.len())),
        };
        if children.is_some() {
            self.parents.insert(number);
        }
        self.note(said, vocabulary, (number, id));
    }

    /// Adds a statement in a vocabulary about an identifier.
    fn note(&mut self, said: Said, vocabulary: u32, (number, id): (u32, &str)) {
        // Beyond four billion statements the rest is not shown.
        let Ok(at) = u32::try_from(self.said.len()) else { return };
        self.said.push(said);
        self.about.push([vocabulary, number], at);
        self.vocabularies.insert(vocabulary);
        self.ids.insert(vocabulary, id);
        if !self.issuers.get(vocabulary).contains(&said.issuer) {
            self.issuers.push(vocabulary, said.issuer);
        }
        self.ids_of_issuer.insert([u64::from(vocabulary), said.issuer], id);
    }

    /// Whether a statement adds nothing to what its issuer says already.
    #[must_use]
    pub fn is_said(&self, issuer: u64, statement: &Statement) -> bool {
        let said = self.about(self.texts.find(&statement.vocabulary), &statement.id);
        let own = said.filter(|said| said.issuer == issuer);
        Source::of(self, issuer, own).is_some_and(|source| source.says(statement))
    }

    /// Takes in that an event of this issuer names a party (canonical identifier).
    pub fn name(&mut self, issuer: u64, party: &str) {
        let party = self.texts.intern(party);
        self.named.insert([issuer, u64::from(party)]);
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
                let names = |id| self.named.find([issuer, u64::from(id)]).is_some();
                alias == issuer || self.texts.find(id).is_some_and(names)
            }
        }
    }

    /// The statements in a vocabulary about an identifier, in order of their entries.
    fn about(&self, vocabulary: Option<u32>, id: &str) -> impl Iterator<Item = &Said> + Clone {
        let key = vocabulary.zip(self.texts.find(id)).map(|(vocabulary, id)| [vocabulary, id]);
        let said = key.map_or(&[][..], |key| self.about.get(key));
        said.iter().filter_map(|at| self.said.get(*at as usize))
    }

    /// Ids and values of the attributes that a statement gives.
    fn given(&self, said: &Said) -> impl Iterator<Item = (&str, &str)> {
        let given = self.given.slice(range(said.given)).iter();
        given.map(|[id, value]| (self.texts.text(*id), self.texts.text(*value)))
    }

    /// The children that a statement names, where it says anything of them.
    fn children(&self, said: &Said) -> Option<impl Iterator<Item = &str>> {
        let children = (said.children != UNSAID).then(|| self.children.slice(range(said.children)));
        children.map(|children| children.iter().map(|child| self.texts.text(*child)))
    }
}

fn range([begin, end]: [u64; 2]) -> Range<usize> {
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    at(begin)..at(end)
}

#[cfg(test)]
mod tests;
