//! Where the food of some cases came from.

use crate::body::{must_be, read};
use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedSource;
use laiqu_service::limits::QUESTION_BODY_BYTES_MAX;

/// `POST /v1/source`: a question too long for an address; it changes nothing.
pub(crate) async fn source(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, QUESTION_BODY_BYTES_MAX).await?;
    must_be(&request, "application/json")?;
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    state.answer(move |service| service.source(&AskedSource::parse(&body)?, &who)).await
}
