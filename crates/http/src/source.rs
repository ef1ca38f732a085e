//! Where the food of some cases came from.

use crate::body::{json_text, must_be, read};
use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::limits::QUESTION_BODY_BYTES_MAX;
use laiqu_service::{AskedSource, Service};

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
    let work = move |service: &Service| {
        let view = service.source(&AskedSource::parse(&body)?, &who)?;
        Ok(serde_json::to_string(&view))
    };
    let text = state.blocking(work).await?.map_err(|e| Problem::internal("answer", e))?;
    Ok(json_text(200, "application/json", text))
}
