//! Subscriptions to named queries (EPCIS 2.0, section 12.7.4): what is kept about them in the
//! ledger, and who may.

mod controls;
mod deliveries;
mod delivery;
mod feed;
mod progress;
mod reading;
mod recipients;
mod timetable;

use crate::draft::{Alias, Check};
use crate::error::{Code, Error};
use crate::init::{GATEWAY, JSON, LEDGER, registry_draft};
use crate::key_life::fault;
use crate::limits::SUBSCRIPTIONS_MAX;
use crate::named_query::owner;
use crate::principal::{Credentials, Principal};
use crate::registration::{refused_record, registry_text};
use crate::service::Service;
use crate::token::random;
use data_encoding::HEXLOWER;
use laiqu_ledger::Kind;
use laiqu_supervision::{RecordError, Subscription, SubscriptionCreation, SubscriptionDeletion};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use controls::SubscriptionControls;
pub(crate) use deliveries::Deliveries;
pub use delivery::{Notification, Subscriber};
pub use feed::{Feed, FeedEnd};
use progress::{Progress, sweep};

/// Longest secret that callbacks are signed with, in bytes.
const SECRET_BYTES_MAX: usize = 256;

/// Body of `POST /epcis/queries/{queryName}/subscriptions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewSubscription {
    dest: String,
    /// The standard's description calls it either.
    #[serde(alias = "secret")]
    signature_token: Option<String>,
    stream: Option<bool>,
    schedule: Option<BTreeMap<String, String>>,
    #[serde(default)]
    report_if_empty: bool,
    initial_record_time: Option<String>,
}

/// A subscription with how far it came.
#[derive(Clone, Debug)]
pub struct SubscriptionView {
    /// What was recorded.
    pub subscription: Arc<Subscription>,
    /// When it was recorded, RFC 3339 in UTC.
    pub created_at: String,
    /// When results were taken last, RFC 3339 in UTC.
    pub last_notified_at: Option<String>,
}

impl Service {
    /// Has the results of a named query posted to an address.
    ///
    /// # Errors
    /// Where the query is not the caller's to see, the body is no subscription, or the destination
    /// is none that this server sends to.
    pub async fn subscribe(
        &self,
        query: &str,
        body: &[u8],
        credentials: &Credentials,
    ) -> Result<SubscriptionView, Error> {
        let who = self.principal(credentials)?;
        let owner = owner(&who)?;
        let named = self.named_query(query, &who)?;
        let text = registry_text(body)?;
        let new: NewSubscription =
            serde_json::from_str(text).map_err(|e| refused_record(RecordError::Json(e)))?;
        check_secret(new.signature_token.as_deref())?;
        let controls = SubscriptionControls {
            stream: new.stream,
            schedule: new.schedule,
            report_if_empty: new.report_if_empty,
            initial_record_time: new.initial_record_time,
        };
        controls.check()?;
        let sends = self
            .deliveries()
            .ok_or_else(|| Error::new(Code::Forbidden, "this server sends no results to anyone"))?;
        sends.check(&new.dest).map_err(|why| fault("/dest", &why))?;
        let registry = self.registry();
        if registry.subscriptions().count() >= SUBSCRIPTIONS_MAX {
            let detail = format!("a ledger has at most {SUBSCRIPTIONS_MAX} subscriptions");
            return Err(Error::new(Code::RegistryConflict, detail));
        }
        let id = HEXLOWER.encode(&random::<16>()?);
        let record = SubscriptionCreation {
            id: id.clone(),
            query: query.to_owned(),
            owner: owner.and_then(|alias| registry.party(alias)).map(|party| party.id.clone()),
            dest: new.dest,
            schedule: controls.schedule,
            report_if_empty: controls.report_if_empty,
            initial_record_time: controls.initial_record_time,
        };
        let text = serde_json::to_string(&record).map_err(|e| Error::internal("record", e))?;
        SubscriptionCreation::parse(&text).map_err(refused_record)?;
        // The secret first: a subscription is never served without what its reader relies on.
        if let Some(secret) = &new.signature_token {
            self.data().keep_subscription_secret(&id, secret)?;
        }
        let same = Check::SameQuery { name: record.query, created_by: named.created_by };
        if let Err(error) = self.write_subscription(Kind::SubscriptionCreate, text, same).await {
            // It may be there nevertheless; if not, the next start forgets the secret.
            if error.code != Code::OutcomeUnknown {
                self.data().drop_subscription_secret(&id);
            }
            return Err(error);
        }
        self.subscription(query, &id, &who)
    }

    /// Ends a subscription: its owner may, and an operator.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn unsubscribe(
        &self,
        query: &str,
        id: &str,
        credentials: &Credentials,
    ) -> Result<(), Error> {
        let who = self.principal(credentials)?;
        owner(&who)?;
        self.subscription(query, id, &who)?;
        let record = SubscriptionDeletion { id: id.to_owned() };
        let text = serde_json::to_string(&record).map_err(|e| Error::internal("record", e))?;
        let stands = Check::Subscribed { id: record.id };
        self.write_subscription(Kind::SubscriptionDelete, text, stands).await?;
        self.data().drop_subscription_secret(id);
        Ok(())
    }

    /// The subscriptions to a query that are the caller's; an operator sees all.
    ///
    /// # Errors
    /// Where the query is not the caller's to see.
    pub fn subscriptions(
        &self,
        query: &str,
        who: &Principal,
    ) -> Result<Vec<SubscriptionView>, Error> {
        let named = self.named_query(query, who)?;
        let registry = self.registry();
        let all = registry.subscriptions().filter(|s| s.query_by == named.created_by);
        all.filter(|subscription| is_of(who, subscription)).map(|s| self.seen(s)).collect()
    }

    /// One subscription.
    ///
    /// # Errors
    /// Where there is none that is the caller's.
    pub fn subscription(
        &self,
        query: &str,
        id: &str,
        who: &Principal,
    ) -> Result<SubscriptionView, Error> {
        let registry = self.registry();
        let found = registry
            .subscription(id)
            .filter(|subscription| subscription.record.query == query && is_of(who, subscription));
        self.seen(found.ok_or_else(|| no_subscription(id))?)
    }

    fn seen(&self, subscription: &Arc<Subscription>) -> Result<SubscriptionView, Error> {
        let created_at = crate::entries::time_of(&self.entry(subscription.created_by)?);
        let progress = Progress::read(self.data(), &subscription.record.id).unwrap_or_default();
        let notified = progress.notified_micros.and_then(|micros| u64::try_from(micros).ok());
        let last_notified_at = notified.and_then(laiqu_ledger::format_time);
        Ok(SubscriptionView {
            subscription: Arc::clone(subscription),
            created_at,
            last_notified_at,
        })
    }

    async fn write_subscription(
        &self,
        kind: Kind,
        text: String,
        check: Check,
    ) -> Result<(), Error> {
        let jws = self.gateway_record_signature(JSON, text.as_bytes());
        let (ledger, keys) = (Alias::Entry(LEDGER), vec![Alias::Entry(GATEWAY)]);
        let draft = registry_draft(kind, ledger, keys, vec![jws], JSON, text)?;
        self.write_record(draft, vec![check]).await.map(|_| ())
    }
}

fn check_secret(secret: Option<&str>) -> Result<(), Error> {
    if secret.is_some_and(|secret| secret.is_empty() || secret.len() > SECRET_BYTES_MAX) {
        let detail = format!("must have 1 to {SECRET_BYTES_MAX} bytes");
        return Err(fault("/signatureToken", &detail));
    }
    Ok(())
}

fn is_of(who: &Principal, subscription: &Subscription) -> bool {
    match who {
        Principal::Operator => true,
        Principal::Business { party } => subscription.owner == Some(*party),
        Principal::Public => false,
    }
}

pub(crate) fn no_subscription(id: &str) -> Error {
    let shown: String = id.chars().take(100).collect();
    Error::new(Code::NotFound, format!("there is no subscription {shown:?}"))
}
