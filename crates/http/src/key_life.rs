//! The life of a party's keys and of its signing rule.

use crate::body::{json, must_be, read};
use crate::credentials::credentials;
use crate::dto::Recorded;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::registry::PARTY_SEGMENT;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use laiqu_service::Credentials;
use laiqu_service::limits::REGISTRY_BODY_BYTES_MAX;

/// Media type of a change that is an object with a key in it, or names one.
const JSON: &str = "application/json";
/// Media type of a key (RFC 7517, section 8.5.1).
pub(crate) const JWK: &str = "application/jwk+json";

/// What one of these requests brings.
struct Change {
    party: String,
    body: Bytes,
    credentials: Credentials,
}

async fn change(
    request: &HttpRequest,
    payload: web::Payload,
    media_type: &str,
) -> Result<Change, Problem> {
    let body = read(request, payload, REGISTRY_BODY_BYTES_MAX).await?;
    must_be(request, media_type)?;
    let party = path::segment(request.uri().path(), PARTY_SEGMENT)?;
    Query::of(request, &[])?;
    Ok(Change { party, body, credentials: credentials(request)? })
}

/// `POST /v1/parties/{id}/keys`
pub(crate) async fn add(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Change { party, body, credentials } = change(&request, payload, JWK).await?;
    let receipt = state.service.add_key(&party, &body, &credentials).await?;
    json(201, &Recorded { receipt })
}

/// `POST /v1/parties/{id}/rotations`
pub(crate) async fn rotate(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Change { party, body, credentials } = change(&request, payload, JSON).await?;
    let receipt = state.service.rotate_key(&party, &body, &credentials).await?;
    json(201, &Recorded { receipt })
}

/// `POST /v1/parties/{id}/resets`
pub(crate) async fn reset(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Change { party, body, credentials } = change(&request, payload, JSON).await?;
    let receipt = state.service.reset_keys(&party, &body, &credentials).await?;
    json(201, &Recorded { receipt })
}

/// `POST /v1/parties/{id}/revocations`
pub(crate) async fn revoke(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Change { party, body, credentials } = change(&request, payload, JSON).await?;
    let receipt = state.service.revoke_key(&party, &body, &credentials).await?;
    json(201, &Recorded { receipt })
}

/// `POST /v1/parties/{id}/signing`
pub(crate) async fn signing(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Change { party, body, credentials } = change(&request, payload, JSON).await?;
    let receipt = state.service.change_signing(&party, &body, &credentials).await?;
    json(201, &Recorded { receipt })
}

/// `POST /v1/parties/{id}/profile`
pub(crate) async fn profile(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Change { party, body, credentials } = change(&request, payload, JSON).await?;
    let receipt = state.service.change_profile(&party, &body, &credentials).await?;
    json(201, &Recorded { receipt })
}
