//! Named queries (EPCIS 2.0, section 12.7.3).

use super::event_form::Form;
use super::event_query::Paging;
use super::events::{link, page_of};
use super::socket;
use crate::body::{created, json, must_be, read};
use crate::credentials::{credentials, reader};
use crate::dto::QueryDefinition;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::limits::REGISTRY_BODY_BYTES_MAX;
use serde_json::value::RawValue;

/// Place of the name among the segments of `/epcis/queries/{queryName}`.
const NAME_SEGMENT: usize = 2;

/// `POST /epcis/queries`
pub(crate) async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, REGISTRY_BODY_BYTES_MAX).await?;
    must_be(&request, "application/json")?;
    Query::of(&request, &[])?;
    let query = state.service.create_query(&body, &credentials(&request)?).await?;
    let location = format!("/epcis/queries/{}", path::encode(&query.name));
    created(&location, &definition(&query.name, &query.query)?)
}

/// `GET /epcis/queries`
pub(crate) async fn list(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Paging { per_page, token } = Paging::of(&Query::of(&request, &Paging::NAMES)?)?;
    let who = reader(&state, &request)?;
    let page = state.service.named_queries(per_page, token.as_deref(), &who)?;
    let shown = page.queries.iter().map(|query| definition(&query.name, &query.query));
    let mut answer = json(200, &shown.collect::<Result<Vec<_>, _>>()?)?;
    if let Some(next) = &page.next {
        link(&request, next, &mut answer);
    }
    Ok(answer)
}

/// `GET /epcis/queries/{queryName}`
pub(crate) async fn show(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let name = path::segment(request.uri().path(), NAME_SEGMENT)?;
    Query::of(&request, &[])?;
    let query = state.service.named_query(&name, &reader(&state, &request)?)?;
    json(200, &definition(&query.name, &query.query)?)
}

/// `DELETE /epcis/queries/{queryName}`
pub(crate) async fn end(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let name = path::segment(request.uri().path(), NAME_SEGMENT)?;
    Query::of(&request, &[])?;
    state.service.delete_query(&name, &credentials(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /epcis/queries/{queryName}/events`: what the query finds now, for who asks; or what it
/// comes to find, on a WebSocket.
pub(crate) async fn events(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    if socket::is_wanted(&request) {
        return socket::open(&state, &request, payload).await;
    }
    let form = Form::wanted(&request)?;
    let name = path::segment(request.uri().path(), NAME_SEGMENT)?;
    let Paging { per_page, token } = Paging::of(&Query::of(&request, &Paging::NAMES)?)?;
    let who = reader(&state, &request)?;
    let ask = state.service.named_ask(&name, per_page, token, &who)?;
    page_of(&state, &request, form, (ask, who), &name).await
}

fn definition(name: &str, query: &str) -> Result<QueryDefinition, Problem> {
    let query = RawValue::from_string(query.to_owned());
    let query = query.map_err(|e| Problem::internal("named query", e))?;
    Ok(QueryDefinition { name: name.to_owned(), query })
}
