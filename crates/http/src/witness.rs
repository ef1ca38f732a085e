//! The two requests of a witness (c2sp.org/tlog-witness). Its answers are plain text, as the
//! specification says; whatever else is asked gets a problem.

use crate::body;
use crate::catalogue::{INTERNAL, NOT_FOUND};
use crate::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_proof::ADD_CHECKPOINT_BYTES_MAX;
use laiqu_service::Witness;

/// `POST /add-checkpoint`: a log asks for a cosignature.
pub(crate) async fn add_checkpoint(
    witness: web::Data<Witness>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = body::read(&request, payload, ADD_CHECKPOINT_BYTES_MAX).await?;
    let reply = web::block(move || witness.add_checkpoint(&body)).await;
    let reply = reply.map_err(|error| Problem::internal("the request failed", error))??;
    let status = StatusCode::from_u16(reply.status);
    let status = status.map_err(|error| Problem::internal("the witness's answer", error))?;
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, reply.content_type))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(reply.body))
}

/// `GET /<SHA-256 of the origin>/checkpoint`: what was cosigned last of a log.
pub(crate) async fn checkpoint(
    witness: web::Data<Witness>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let hash = path.into_inner();
    let known = web::block(move || witness.checkpoint(&hash)).await;
    let known = known.map_err(|_| Problem::new(&INTERNAL, "the request failed"))?;
    let known = known.ok_or_else(|| {
        Problem::new(&NOT_FOUND, "this witness has cosigned no checkpoint of such a log")
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(known))
}
