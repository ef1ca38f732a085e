//! Master data: what issuers say about places, products and parties, as known at any size of the
//! ledger.

use crate::ask::{LedgerState, Named};
use crate::error::{Code, Error};
use crate::events::check_id;
use crate::principal::Principal;
use crate::receipt::root_at;
use crate::service::Service;
use laiqu_epcis::query::MasterDataSource;
use laiqu_epcis::{
    Document, NAMES, attribute_texts, attribute_uri, identifier, pick_name, vocabulary_uri,
};
use laiqu_index::{MasterDataView, Reader, Source, Statement};
use laiqu_supervision::Registry;
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Most identifiers in one page of a list.
pub const MASTER_DATA_PAGE_MAX: u32 = 1_000;

/// What is said about one identifier.
#[derive(Clone, Debug, Serialize)]
pub struct MasterDataElement {
    /// The ledger state that the answer is of.
    pub ledger: LedgerState,
    /// The vocabulary, as a full URI.
    #[serde(rename = "type")]
    pub vocabulary: String,
    /// Canonical identifier.
    pub id: String,
    /// A name for people, where one is given.
    pub name: Option<String>,
    /// Canonical identifiers of its parts, by any issuer.
    pub children: Vec<String>,
    /// Canonical identifiers of everything inside it, at any depth: its parts, and theirs.
    pub descendants: Vec<String>,
    /// What each issuer says, in the order in which they first spoke.
    pub statements: Vec<MasterDataSays>,
    /// Documents of that ledger state that were erased since; they may have said more.
    pub erased: usize,
}

/// What one issuer says about an identifier.
#[derive(Clone, Debug, Serialize)]
pub struct MasterDataSays {
    /// Identifier of the party.
    pub party: String,
    /// Its registered name.
    pub party_name: String,
    /// The attributes; for each id those of the newest entry that gives it.
    pub attributes: Vec<MasterDataAttribute>,
    /// Canonical identifiers of its parts, as the newest entry names them.
    pub children: Vec<String>,
    /// The entry that names the parts.
    pub children_entry: Option<u64>,
}

/// One attribute.
#[derive(Clone, Debug, Serialize)]
pub struct MasterDataAttribute {
    /// Its id, as sent.
    pub id: String,
    /// Its value, as sent.
    pub attribute: Box<RawValue>,
    /// The entry that gives it.
    pub entry: u64,
}

/// Identifiers of one vocabulary, in their order.
#[derive(Clone, Debug, Serialize)]
pub struct MasterDataList {
    /// The ledger state that the answer is of.
    pub ledger: LedgerState,
    /// The vocabulary, as a full URI.
    #[serde(rename = "type")]
    pub vocabulary: String,
    /// Canonical identifiers with their names.
    pub elements: Vec<Named>,
    /// Where the next page begins: the `after` of its request. None on the last page.
    pub next: Option<String>,
}

/// What a caller sees at a size of the ledger.
pub(crate) struct Seen<'a> {
    pub(crate) view: MasterDataView<'a>,
    size: u64,
    /// Documents of that size that were erased since.
    erased: usize,
}

impl Service {
    /// What is said about an identifier in a vocabulary, at a size of the ledger or now.
    ///
    /// # Errors
    /// Where the ledger has not that size, or the caller may see nothing that is said.
    pub fn master_data(
        &self,
        vocabulary: &str,
        id: &str,
        as_of: Option<u64>,
        who: &Principal,
    ) -> Result<MasterDataElement, Error> {
        check_id(id)?;
        let (vocabulary, id) = (vocabulary_uri(vocabulary), identifier::canonical(id));
        self.at_size(as_of, who, |Seen { view, size, erased }| {
            let sources = view.sources(&vocabulary, &id);
            if sources.is_empty() {
                let detail = format!("nothing is known about {id} in vocabulary {vocabulary}");
                return Err(Error::new(Code::NotFound, detail));
            }
            let mut children: Vec<String> = Vec::new();
            for child in sources.iter().flat_map(|source| &source.children) {
                if !children.iter().any(|known| known == child) {
                    children.push((*child).to_owned());
                }
            }
            let registry = self.registry();
            Ok(MasterDataElement {
                ledger: self.ledger_at(size)?,
                name: name_of(&sources),
                children,
                descendants: view.within(&id),
                statements: sources.iter().map(|source| says(source, &registry)).collect(),
                erased,
                vocabulary: vocabulary.into_owned(),
                id: id.into_owned(),
            })
        })
    }

    /// Identifiers of a vocabulary that something is said about, behind `after`.
    ///
    /// # Errors
    /// Where the ledger has not that size.
    pub fn master_data_list(
        &self,
        vocabulary: &str,
        after: &str,
        count: u32,
        as_of: Option<u64>,
        who: &Principal,
    ) -> Result<MasterDataList, Error> {
        let vocabulary = vocabulary_uri(vocabulary);
        let count = count.clamp(1, MASTER_DATA_PAGE_MAX) as usize;
        self.at_size(as_of, who, |Seen { view, size, .. }| {
            let mut page = view.page(&vocabulary, after, count + 1);
            let more = page.len() > count;
            page.truncate(count);
            let named = |id: &&str| Named {
                id: (*id).to_owned(),
                name: name_of(&view.sources(&vocabulary, id)),
            };
            Ok(MasterDataList {
                ledger: self.ledger_at(size)?,
                elements: page.iter().map(named).collect(),
                next: page.last().filter(|_| more).map(|id| (*id).to_owned()),
                vocabulary: vocabulary.into_owned(),
            })
        })
    }

    /// Answers from the master data that a caller sees at a size of the ledger, or now.
    pub(crate) fn at_size<T>(
        &self,
        size: Option<u64>,
        who: &Principal,
        answer: impl FnOnce(Seen<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let registry = self.registry();
        let views = self.shared().views.read();
        let size = views.size_asked(size)?;
        let erased = views.recognised.erased.range(..size).count();
        let own = own_id(&registry, who);
        let view = views.master_data.view(reader_of(who, &own), size);
        answer(Seen { view, size, erased })
    }

    /// The master data that a caller sees at a size of the ledger, looked up as it is asked.
    pub(crate) fn master_at<'s>(&'s self, size: u64, who: &'s Principal) -> MasterAt<'s> {
        let own = own_id(&self.registry(), who).into_owned();
        MasterAt { service: self, size, who, own }
    }

    /// Whether these statements of a party add nothing to what it says now.
    pub(crate) fn is_said(&self, party: u64, statements: &[Statement]) -> bool {
        let views = self.shared().views.read();
        statements.iter().all(|statement| views.master_data.is_said(party, statement))
    }

    fn ledger_at(&self, size: u64) -> Result<LedgerState, Error> {
        let root = root_at(self.shared(), size)?.to_string();
        Ok(LedgerState { origin: self.origin().to_owned(), size, root })
    }
}

/// What a caller sees, which no lock is held for between two questions.
pub(crate) struct MasterAt<'s> {
    service: &'s Service,
    size: u64,
    who: &'s Principal,
    /// Canonical identifier of the business that asks.
    own: String,
}

impl MasterAt<'_> {
    fn look<T>(&self, look: impl FnOnce(MasterDataView<'_>) -> T) -> T {
        let views = self.service.shared().views.read();
        look(views.master_data.view(reader_of(self.who, &self.own), self.size))
    }
}

impl MasterDataSource for MasterAt<'_> {
    fn within(&self, id: &str) -> Vec<String> {
        self.look(|view| view.within(id))
    }

    fn with_attribute(&self, attribute: &str, values: Option<&[String]>) -> Vec<String> {
        self.look(|view| view.with_attribute(attribute, values))
    }

    fn has_attribute(&self, id: &str, attribute: &str, values: Option<&[String]>) -> bool {
        self.look(|view| view.has_attribute(id, attribute, values))
    }
}

/// The canonical identifier of a business that asks.
fn own_id<'r>(registry: &'r Registry, who: &Principal) -> Cow<'r, str> {
    match who {
        Principal::Operator | Principal::Public => Cow::Borrowed(""),
        Principal::Business { party } => {
            identifier::canonical(registry.party(*party).map_or("", |party| party.id.as_str()))
        }
    }
}

fn reader_of<'o>(who: &Principal, own: &'o str) -> Reader<'o> {
    match who {
        Principal::Operator | Principal::Public => Reader::Everyone,
        Principal::Business { party } => Reader::Party { alias: *party, id: own },
    }
}

fn says(source: &Source<'_>, registry: &Registry) -> MasterDataSays {
    let party = registry.party(source.issuer);
    let attributes = source.attributes.iter().filter_map(|given| {
        Some(MasterDataAttribute {
            id: given.id.to_owned(),
            attribute: RawValue::from_string(given.value.to_owned()).ok()?,
            entry: given.entry,
        })
    });
    MasterDataSays {
        party: party.map(|party| party.id.to_string()).unwrap_or_default(),
        party_name: party.map(|party| party.name.clone()).unwrap_or_default(),
        attributes: attributes.collect(),
        children: source.children.iter().map(|child| (*child).to_owned()).collect(),
        children_entry: source.children_entry,
    }
}

/// A name for people: as [`laiqu_epcis::MasterData::display_name`], the newest of each kind first.
fn name_of(sources: &[Source<'_>]) -> Option<String> {
    let mut given: Vec<_> = sources.iter().flat_map(|source| &source.attributes).collect();
    given.sort_by_key(|given| std::cmp::Reverse(given.entry));
    let mut names = Vec::new();
    for wanted in NAMES {
        for given in &given {
            if attribute_uri(given.id).rsplit(['#', ':', '/']).next() == Some(wanted) {
                names.extend(attribute_texts(given.value));
            }
        }
    }
    pick_name(names.into_iter())
}

/// Everything that a document's master data says.
pub(crate) fn statements_of(document: &Document<'_>) -> Vec<Statement> {
    let canonical = |id: &str| identifier::canonical(id).into_owned();
    let said = document.master_data.iter().map(|element| Statement {
        vocabulary: vocabulary_uri(&element.vocabulary).into_owned(),
        id: canonical(&element.id),
        attributes: element
            .attributes
            .iter()
            .map(|(id, value)| (id.to_string(), value.raw.to_owned()))
            .collect(),
        children: element
            .children
            .as_ref()
            .map(|list| list.iter().map(|id| canonical(id)).collect()),
    });
    said.collect()
}
