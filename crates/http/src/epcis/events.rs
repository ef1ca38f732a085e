//! Event queries (EPCIS 2.0, sections 8.2.7 and 12.7).

use super::query_document::query_document;
use crate::asked::{joined, json_type};
use crate::body::json_text;
use crate::catalogue::{INVALID_PARAMETER, NOT_ACCEPTABLE};
use crate::credentials::reader;
use crate::limits::QUERY_EPCS_MAX;
use crate::path;
use crate::problem::Problem;
use crate::query::{Query, refused};
use crate::state::State;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::StoredEvent;

/// The one query parameter so far.
const MATCH_ANY_EPC: &str = "MATCH_anyEPC";

/// `GET /epcis/events/{eventID}`: the event and its error declarations.
pub(crate) async fn by_id(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let media_type = negotiated(&request)?;
    let id = path::behind(request.uri().path(), "/epcis/events/")?;
    check_parameters(&Query::parse(request.query_string())?, &[])?;
    let who = reader(&state, &request)?;
    let found = state.blocking(move |service| service.events_by_id(&id, &who)).await?;
    answer(media_type, &found)
}

/// `GET /epcis/events?MATCH_anyEPC=…`
pub(crate) async fn by_epc(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let media_type = negotiated(&request)?;
    let query = Query::parse(request.query_string())?;
    check_parameters(&query, &[MATCH_ANY_EPC])?;
    let epcs: Vec<String> = query.required(MATCH_ANY_EPC)?.split('|').map(str::to_owned).collect();
    if epcs.len() > QUERY_EPCS_MAX {
        return Err(refused(MATCH_ANY_EPC, &format!("may list at most {QUERY_EPCS_MAX}")));
    }
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| {
        let epcs: Vec<&str> = epcs.iter().map(String::as_str).collect();
        service.events_by_epc(&epcs, &who)
    };
    answer(media_type, &state.blocking(work).await?)
}

/// A filter that were ignored would make the answer wrong, so every unknown one is refused.
fn check_parameters(query: &Query, known: &[&str]) -> Result<(), Problem> {
    let Some(name) = query.names().find(|name| !known.contains(name)) else { return Ok(()) };
    let shown: String = name.chars().take(100).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let detail = format!("query parameter {shown:?} is not supported yet; known are: {known}");
    Err(Problem::new(&INVALID_PARAMETER, detail))
}

fn negotiated(request: &HttpRequest) -> Result<&'static str, Problem> {
    json_type(&joined(request.headers(), &ACCEPT)).ok_or_else(|| {
        let detail = "events are answered as application/json or application/ld+json";
        Problem::new(&NOT_ACCEPTABLE, detail)
    })
}

fn answer(media_type: &'static str, found: &[StoredEvent]) -> Result<HttpResponse, Problem> {
    let document = query_document(found, laiqu_service::wall_micros())
        .map_err(|e| Problem::internal("stored event", e))?;
    let text = serde_json::to_string(&document).map_err(|e| Problem::internal("answer", e))?;
    Ok(json_text(200, media_type, text))
}
