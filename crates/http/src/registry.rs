//! Parties and their tokens; keys to look up.

use crate::body::{created, json, must_be, read};
use crate::catalogue::INVALID_DOCUMENT;
use crate::credentials::{credentials, reader};
use crate::dto::{IssuedToken, PartyList, Recorded, RegisteredParty};
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::limits::REGISTRY_BODY_BYTES_MAX;

/// Place of the identifier among the segments of `/v1/parties/{id}` and `/v1/keys/{kid}`.
pub(crate) const PARTY_SEGMENT: usize = 2;

/// `POST /v1/parties`
pub(crate) async fn register(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, REGISTRY_BODY_BYTES_MAX).await?;
    must_be(&request, "application/json")?;
    Query::of(&request, &[])?;
    let credentials = credentials(&request)?;
    let (party, receipt) = state.service.register_party(&body, &credentials).await?;
    let location = format!("/v1/parties/{}", path::encode(&party.id));
    created(&location, &RegisteredParty { party, receipt })
}

/// `GET /v1/parties`
pub(crate) async fn list(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    json(200, &PartyList { parties: state.service.parties_for(&who) })
}

/// `GET /v1/parties/{id}`
pub(crate) async fn show(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = path::segment(request.uri().path(), PARTY_SEGMENT)?;
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    json(200, &state.service.party_for(&id, &who)?)
}

/// `GET /v1/keys/{kid}`: open, because whoever signs or verifies with a key must find its party.
pub(crate) async fn key(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let kid = path::segment(request.uri().path(), PARTY_SEGMENT)?;
    Query::of(&request, &[])?;
    json(200, &state.service.key(&kid)?)
}

/// `POST /v1/erasures`
pub(crate) async fn erase(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, REGISTRY_BODY_BYTES_MAX).await?;
    must_be(&request, "application/json")?;
    Query::of(&request, &[])?;
    let receipt = state.service.erase(&body, &credentials(&request)?).await?;
    json(201, &Recorded { receipt })
}

/// `POST /v1/parties/{id}/tokens`
pub(crate) async fn issue_token(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, REGISTRY_BODY_BYTES_MAX).await?;
    let id = path::segment(request.uri().path(), PARTY_SEGMENT)?;
    Query::of(&request, &[])?;
    if !matches!(body.trim_ascii(), b"" | b"{}") {
        let detail = "a token is asked for with an empty body";
        return Err(Problem::new(&INVALID_DOCUMENT, detail));
    }
    let (token, receipt) = state.service.issue_token(&id, &credentials(&request)?).await?;
    json(201, &IssuedToken { token, receipt })
}
