//! Named queries (EPCIS 2.0, section 12.7.3): kept in the ledger, run for whoever may see them.

use crate::cursor::{CURSOR_SECONDS, Cursor};
use crate::draft::{Alias, Check};
use crate::error::{Code, Detail, Error};
use crate::init::{GATEWAY, JSON, LEDGER, registry_draft};
use crate::principal::{Credentials, Principal};
use crate::query::{EventAsk, NextPage, query_digest};
use crate::registration::{refused_record, registry_text};
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::json;
use laiqu_epcis::query::EventQuery;
use laiqu_ledger::Kind;
use laiqu_supervision::{NamedQuery, QueryCreation, QueryDeletion, RecordError};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// The query that the standard itself names (EPCIS 2.0, section 8.2.7.1).
const SIMPLE_EVENT_QUERY: &str = "SimpleEventQuery";

/// Body of `POST /epcis/queries`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewQuery {
    name: String,
    query: Box<RawValue>,
}

/// Some of the named queries, oldest first.
#[derive(Clone, Debug)]
pub struct NamedQueryPage {
    /// The queries.
    pub queries: Vec<Arc<NamedQuery>>,
    /// What leads on; the last page has none.
    pub next: Option<NextPage>,
}

impl Service {
    /// Keeps a query under a name, for the caller's party or, by an operator, for everyone.
    ///
    /// # Errors
    /// Where nobody in particular asks, the body is no query, or its name is taken.
    pub async fn create_query(
        &self,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<Arc<NamedQuery>, Error> {
        let owner = owner(&self.principal(credentials)?)?;
        let text = registry_text(body)?;
        let NewQuery { name, query } =
            serde_json::from_str(text).map_err(|error| refused_record(RecordError::Json(error)))?;
        of_definition(query.get())?;
        if name == SIMPLE_EVENT_QUERY {
            let detail = format!("{name} is the standard's own query");
            return Err(Error::new(Code::QueryExists, detail));
        }
        let registry = self.registry();
        let party = owner.and_then(|alias| registry.party(alias)).map(|party| party.id.clone());
        let record = QueryCreation { name: name.clone(), owner: party, query };
        let text = serde_json::to_string(&record).map_err(|e| Error::internal("query", e))?;
        QueryCreation::parse(&text).map_err(refused_record)?;
        let is_new = Check::NewQuery { name: name.clone(), owner };
        self.write_query(Kind::QueryCreate, text, is_new).await?;
        self.registry().query(&name).cloned().ok_or_else(|| no_query(&name))
    }

    /// Ends a named query: its owner may, and an operator.
    ///
    /// # Errors
    /// Where there is none that the caller may see, or it is another one's.
    pub async fn delete_query(&self, name: &str, credentials: &Credentials) -> Result<(), Error> {
        let who = self.principal(credentials)?;
        let query = self.named_query(name, &who)?;
        if who != Principal::Operator && owner(&who)? != query.owner {
            let detail = format!("the query {name:?} is the operator's");
            return Err(Error::new(Code::Forbidden, detail));
        }
        let record = QueryDeletion { name: name.to_owned() };
        let text = serde_json::to_string(&record).map_err(|e| Error::internal("query", e))?;
        let is_same = Check::SameQuery { name: record.name, created_by: query.created_by };
        self.write_query(Kind::QueryDelete, text, is_same).await
    }

    async fn write_query(&self, kind: Kind, text: String, check: Check) -> Result<(), Error> {
        let jws = self.gateway_record_signature(JSON, text.as_bytes());
        let (ledger, keys) = (Alias::Entry(LEDGER), vec![Alias::Entry(GATEWAY)]);
        let draft = registry_draft(kind, ledger, keys, vec![jws], JSON, text)?;
        self.write_record(draft, vec![check]).await.map(|_| ())
    }

    /// The query of this name.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub fn named_query(&self, name: &str, who: &Principal) -> Result<Arc<NamedQuery>, Error> {
        let registry = self.registry();
        let found = registry.query(name).filter(|query| may_see(who, query));
        found.cloned().ok_or_else(|| no_query(name))
    }

    /// One page of the named queries that the caller may see.
    ///
    /// # Errors
    /// Where the token does not lead on here.
    pub fn named_queries(
        &self,
        per_page: usize,
        token: Option<&str>,
        who: &Principal,
    ) -> Result<NamedQueryPage, Error> {
        let now = u64::try_from(crate::clock::wall_micros() / 1_000_000).unwrap_or(0);
        let digest = query_digest("queries", who);
        let from = match token {
            Some(token) => self.cursors().read(token, digest, now)?.position.index + 1,
            None => 0,
        };
        let registry = self.registry();
        let mut visible = registry.queries_from(from).filter(|query| may_see(who, query));
        let queries: Vec<_> = visible.by_ref().take(per_page.max(1)).cloned().collect();
        let last = queries.last().filter(|_| visible.next().is_some());
        let next = last.map(|query| {
            let position = Position { index: query.created_by, ordinal: 0 };
            let expires = now + CURSOR_SECONDS;
            let (size, told) = (query.created_by + 1, 0);
            let cursor = Cursor { query: digest, size, told, key: None, position, expires };
            let expires = laiqu_ledger::format_time(expires * 1_000_000).unwrap_or_default();
            NextPage { token: self.cursors().token(&cursor), expires }
        });
        Ok(NamedQueryPage { queries, next })
    }

    /// A named query, ready to be asked by whoever may see it.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub fn named_ask(
        &self,
        name: &str,
        per_page: usize,
        token: Option<String>,
        who: &Principal,
    ) -> Result<EventAsk, Error> {
        let named = self.named_query(name, who)?;
        // Under the same name, a later query is another one.
        let text = format!("query {}", named.created_by);
        Ok(EventAsk { query: of_definition(&named.query)?, text, per_page, token })
    }
}

/// The query that a JSON object states.
pub(crate) fn of_definition(text: &str) -> Result<EventQuery, Error> {
    let refused = |pointer: String, code: &str, detail: String| {
        let fault = Detail { pointer, code: code.to_owned(), detail };
        let detail = format!("{} {}", fault.pointer, fault.detail);
        Error::new(Code::InvalidDocument, detail).with(vec![fault])
    };
    let object = json::parse(text).map_err(|fault| {
        refused(format!("/query{}", fault.pointer), fault.code.as_str(), fault.detail)
    })?;
    EventQuery::of_json(&object).map_err(|fault| {
        let name = fault.parameter.replace('~', "~0").replace('/', "~1");
        let at = if object.is_object() { format!("/query/{name}") } else { "/query".to_owned() };
        refused(at, "parameter", fault.detail)
    })
}

/// Whose query it is that the caller makes.
pub(crate) fn owner(who: &Principal) -> Result<Option<u64>, Error> {
    match who {
        Principal::Operator => Ok(None),
        Principal::Business { party } => Ok(Some(*party)),
        Principal::Public => {
            let detail = "send `Authorization: Bearer TOKEN`; only who is known keeps queries";
            Err(Error::new(Code::CredentialsMissing, detail))
        }
    }
}

/// A business sees its own queries and the operator's, the operator all, everyone else those of
/// the operator.
fn may_see(who: &Principal, query: &NamedQuery) -> bool {
    match who {
        Principal::Operator => true,
        Principal::Business { party } => query.owner.is_none_or(|owner| owner == *party),
        Principal::Public => query.owner.is_none(),
    }
}

pub(crate) fn no_query(name: &str) -> Error {
    let shown: String = name.chars().take(100).collect();
    Error::new(Code::NotFound, format!("no query is named {shown:?}"))
}
