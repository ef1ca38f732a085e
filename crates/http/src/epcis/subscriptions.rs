//! Subscriptions to named queries (EPCIS 2.0, section 12.7.4), and what is sent to who subscribed.

use super::query_document::query_document;
use crate::body::{created, json, must_be, read};
use crate::credentials::{credentials, reader};
use crate::dto::SubscriptionLine;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::limits::REGISTRY_BODY_BYTES_MAX;
use laiqu_service::{Notification, StoredEvent, SubscriptionView};

/// Places of name and identifier among the segments of
/// `/epcis/queries/{queryName}/subscriptions/{subscriptionID}`.
const NAME_SEGMENT: usize = 2;
const ID_SEGMENT: usize = 4;

/// `POST /epcis/queries/{queryName}/subscriptions`
pub(crate) async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, REGISTRY_BODY_BYTES_MAX).await?;
    must_be(&request, "application/json")?;
    Query::of(&request, &[])?;
    let name = path::segment(request.uri().path(), NAME_SEGMENT)?;
    let view = state.service.subscribe(&name, &body, &credentials(&request)?).await?;
    let id = &view.subscription.record.id;
    let location = format!("/epcis/queries/{}/subscriptions/{id}", path::encode(&name));
    created(&location, &line(&view))
}

/// `GET /epcis/queries/{queryName}/subscriptions`
pub(crate) async fn list(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let name = path::segment(request.uri().path(), NAME_SEGMENT)?;
    let who = reader(&state, &request)?;
    let all = state.blocking(move |service| service.subscriptions(&name, &who)).await?;
    json(200, &all.iter().map(line).collect::<Vec<_>>())
}

/// `GET /epcis/queries/{queryName}/subscriptions/{subscriptionID}`
pub(crate) async fn show(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let (name, id) = names(&request)?;
    let who = reader(&state, &request)?;
    let view = state.blocking(move |service| service.subscription(&name, &id, &who)).await?;
    json(200, &line(&view))
}

/// `DELETE /epcis/queries/{queryName}/subscriptions/{subscriptionID}`
pub(crate) async fn end(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let (name, id) = names(&request)?;
    state.service.unsubscribe(&name, &id, &credentials(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn names(request: &HttpRequest) -> Result<(String, String), Problem> {
    let path = request.uri().path();
    Ok((path::segment(path, NAME_SEGMENT)?, path::segment(path, ID_SEGMENT)?))
}

fn line(view: &SubscriptionView) -> SubscriptionLine {
    let record = &view.subscription.record;
    SubscriptionLine {
        subscription_id: record.id.clone(),
        query_name: record.query.clone(),
        dest: record.dest.clone(),
        stream: record.schedule.is_none(),
        schedule: record.schedule.clone(),
        report_if_empty: record.report_if_empty,
        created_at: view.created_at.clone(),
        min_record_time: record.initial_record_time.clone(),
        last_notified_at: view.last_notified_at.clone(),
    }
}

/// The document that is posted to a subscriber.
///
/// # Errors
/// Where a stored event cannot be shown.
pub fn notification_document(notification: &Notification) -> serde_json::Result<String> {
    let Notification { subscription_id, query_name, events, .. } = notification;
    results_document(events, query_name, Some(subscription_id))
}

/// Results of a named query, for a subscription where it has an identifier.
pub(crate) fn results_document(
    events: &[StoredEvent],
    query_name: &str,
    subscription_id: Option<&str>,
) -> serde_json::Result<String> {
    let mut document = query_document(events, query_name, laiqu_service::wall_micros())?;
    document.body.results.subscription_id = subscription_id.map(str::to_owned);
    serde_json::to_string(&document)
}
