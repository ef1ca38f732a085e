//! Capturing EPCIS documents (EPCIS 2.0, section 12.6).

use super::versions::check_range;
use crate::body::{json, media_type, read};
use crate::catalogue::INVALID_PARAMETER;
use crate::credentials::{credentials, reader};
use crate::dto::CaptureJob;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::limits::CAPTURE_BODY_BYTES_MAX;
use laiqu_service::{CaptureRequest, Captured, Receipt};

/// `POST /epcis/capture`
pub(crate) async fn capture(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = read(&request, payload, CAPTURE_BODY_BYTES_MAX).await?;
    Query::of(&request, &[])?;
    check_error_behaviour(&request)?;
    check_range(request.headers())?;
    let submission = CaptureRequest {
        body,
        media_type: media_type(&request),
        credentials: credentials(&request)?,
    };
    let Captured { receipt, events, replayed } = state.service.capture(submission).await?;
    let location = format!("/epcis/capture/{}", receipt.index);
    let job = CaptureJob::new(entry_time(&receipt)?, events, receipt, Some(replayed));
    let mut answer = json(202, &job)?;
    if let Ok(location) = HeaderValue::from_str(&location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    Ok(answer)
}

/// A document is captured whole or not at all; a client that wants otherwise must know.
fn check_error_behaviour(request: &HttpRequest) -> Result<(), Problem> {
    match request.headers().get("GS1-Capture-Error-Behaviour").map(HeaderValue::as_bytes) {
        None | Some(b"rollback") => Ok(()),
        Some(_) => {
            let detail = "GS1-Capture-Error-Behaviour: only `rollback` is supported";
            Err(Problem::new(&INVALID_PARAMETER, detail))
        }
    }
}

/// The time of the entry that a receipt is for, from its leaf.
fn entry_time(receipt: &Receipt) -> Result<String, Problem> {
    #[derive(serde::Deserialize)]
    struct Leaf {
        time: String,
    }
    let leaf: Result<Leaf, _> = serde_json::from_str(&receipt.leaf);
    leaf.map(|leaf| leaf.time).map_err(|e| Problem::internal("leaf of a receipt", e))
}

/// `GET /epcis/capture/{captureID}`
pub(crate) async fn job(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let index = path::index(request.uri().path(), "/epcis/capture/")?;
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| {
        let (created_at, events) = service.capture_job(index, &who)?;
        let receipt = service.entry_view(index, Some(&who))?.receipt;
        Ok(CaptureJob::new(created_at, events, receipt, None))
    };
    json(200, &state.blocking(work).await?)
}
