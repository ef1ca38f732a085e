//! Subscriptions to named queries (EPCIS 2.0, section 12.7.4): what is kept about them in the
//! ledger, and who may.

mod deliveries;
mod progress;

use crate::draft::{Alias, Check};
use crate::error::{Code, Detail, Error};
use crate::init::{GATEWAY, JSON, LEDGER, registry_draft};
use crate::named_query::owner;
use crate::principal::{Credentials, Principal};
use crate::registration::{refused_record, registry_text};
use crate::service::Service;
use crate::token::random;
use data_encoding::HEXLOWER;
use laiqu_epcis::schedule::Schedule;
use laiqu_epcis::time::DateTime;
use laiqu_ledger::Kind;
use laiqu_supervision::{RecordError, Subscription, SubscriptionCreation, SubscriptionDeletion};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use deliveries::Deliveries;
pub use deliveries::{Notification, Subscriber};
use progress::Progress;

/// Longest secret that callbacks are signed with, in bytes.
const SECRET_BYTES_MAX: usize = 256;
/// Most subscriptions of a ledger.
pub(crate) const SUBSCRIPTIONS_MAX: usize = 1_000;

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
        check(&new)?;
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
            schedule: new.schedule,
            report_if_empty: new.report_if_empty,
            initial_record_time: new.initial_record_time,
        };
        let text = serde_json::to_string(&record).map_err(|e| Error::internal("record", e))?;
        SubscriptionCreation::parse(&text).map_err(refused_record)?;
        // The secret first: a subscription is never served without what its reader relies on.
        if let Some(secret) = &new.signature_token {
            self.data().keep_subscription_secret(&id, secret)?;
        }
        let same = Check::SameQuery { name: record.query, created_by: named.created_by };
        if let Err(error) = self.write_subscription(Kind::SubscriptionCreate, text, same).await {
            self.data().drop_subscription_secret(&id);
            return Err(error);
        }
        sends.wake();
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

/// Either streamed or scheduled (EPCIS 2.0, section 8.2.5.3).
fn check(new: &NewSubscription) -> Result<(), Error> {
    match (&new.schedule, new.stream) {
        (Some(fields), None | Some(false)) => {
            let fields = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
            Schedule::of_fields(fields)
                .map_err(|wrong| fault(&format!("/schedule/{}", wrong.field), &wrong.detail))?;
        }
        (None, Some(true)) => {}
        _ => return Err(fault("/stream", "give either `stream: true` or a schedule")),
    }
    if let Some(time) = &new.initial_record_time
        && DateTime::parse(time).is_none()
    {
        return Err(fault("/initialRecordTime", "must be a date and time with its zone"));
    }
    let secret = new.signature_token.as_deref().unwrap_or_default();
    if secret.len() > SECRET_BYTES_MAX || new.signature_token.is_some() && secret.is_empty() {
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

fn fault(pointer: &str, detail: &str) -> Error {
    let fault =
        Detail { pointer: pointer.to_owned(), code: "value".to_owned(), detail: detail.to_owned() };
    Error::new(Code::InvalidDocument, format!("{pointer} {detail}")).with(vec![fault])
}

pub(crate) fn no_subscription(id: &str) -> Error {
    let shown: String = id.chars().take(100).collect();
    Error::new(Code::NotFound, format!("there is no subscription {shown:?}"))
}
