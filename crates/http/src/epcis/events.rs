//! Event queries (EPCIS 2.0, sections 8.2.7 and 12.7).

use super::event_form::Form;
use super::event_query::{event_ask, next_link};
use super::query_document::query_document;
use crate::credentials::reader;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::http::header::{HeaderName, HeaderValue, LINK};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::{EventAsk, NextPage, Principal, StoredEvent};

/// `GET /epcis/events/{eventID}`: the event and its error declarations.
pub(crate) async fn by_id(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let form = Form::wanted(&request)?;
    let id = path::behind(request.uri().path(), "/epcis/events/")?;
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    let found = state.blocking(move |service| service.events_by_id(&id, &who)).await?;
    answer(form, found, SIMPLE_EVENT_QUERY)
}

/// `GET /epcis/events`: the events that match the query, page by page.
pub(crate) async fn query(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let ask = event_ask(&request, None)?;
    page(&state, &request, ask).await
}

/// One page of a query's answer.
pub(crate) async fn page(
    state: &State,
    request: &HttpRequest,
    ask: EventAsk,
) -> Result<HttpResponse, Problem> {
    let form = Form::wanted(request)?;
    let who = reader(state, request)?;
    page_of(state, request, form, (ask, who), SIMPLE_EVENT_QUERY).await
}

/// One page of the answer to the query of this name.
pub(crate) async fn page_of(
    state: &State,
    request: &HttpRequest,
    form: Form,
    (ask, who): (EventAsk, Principal),
    name: &str,
) -> Result<HttpResponse, Problem> {
    let found = state.blocking(move |service| service.query_events(&ask, &who)).await?;
    let mut response = answer(form, found.events, name)?;
    if let Some(next) = &found.next {
        link(request, next, &mut response);
    }
    Ok(response)
}

/// Says where the next page is, and how long it can be asked for (EPCIS 2.0, section 12.4).
pub(crate) fn link(request: &HttpRequest, next: &NextPage, response: &mut HttpResponse) {
    let headers = [
        (LINK, next_link(request, next)),
        (HeaderName::from_static("gs1-next-page-token-expires"), next.expires.clone()),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// `DELETE /epcis/nextPageToken/{token}`: the reader needs no further page.
pub(crate) async fn give_up(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let token = path::behind(request.uri().path(), "/epcis/nextPageToken/")?;
    Query::of(&request, &[])?;
    reader(&state, &request)?;
    state.service.give_up_page(&token)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The name of a query that has none of its own (EPCIS 2.0, section 8.2.7.1).
const SIMPLE_EVENT_QUERY: &str = "SimpleEventQuery";

fn answer(form: Form, mut found: Vec<StoredEvent>, name: &str) -> Result<HttpResponse, Problem> {
    found.iter_mut().for_each(|event| form.translate(event));
    let document = query_document(&found, name, laiqu_service::wall_micros())
        .map_err(|e| Problem::internal("stored event", e))?;
    let text = serde_json::to_string(&document).map_err(|e| Problem::internal("answer", e))?;
    form.answer(200, text)
}
