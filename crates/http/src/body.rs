//! Bodies of requests, read piece by piece up to a limit.

use crate::asked::joined;
use crate::catalogue::{
    BODY_TOO_LARGE, INVALID_DOCUMENT, OVERLOADED, REQUEST_TIMEOUT, UNSUPPORTED_MEDIA_TYPE,
};
use crate::credentials::credentials;
use crate::limits::{
    BODY_DRAINED_BYTES_MAX, BODY_RESERVED_BYTES_MAX, BODY_SECONDS_MAX, REFUSAL_HELD_MILLIS,
};
use crate::problem::Problem;
use crate::state::State;
use actix_web::body::{BodyStream, MessageBody};
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use laiqu_service::limits::CAPTURE_BODY_BYTES_MAX;
use laiqu_service::{Error, Receiving};
use serde::Serialize;
use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

/// The media type of a request without its parameters, in lower case; empty where none was sent.
pub(crate) fn media_type(request: &HttpRequest) -> String {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = header.and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Refuses every media type but this one.
pub(crate) fn must_be(request: &HttpRequest, media_type: &str) -> Result<(), Problem> {
    let sent = self::media_type(request);
    if sent == media_type {
        return Ok(());
    }
    let detail = format!("media type {sent:?}; send {media_type}");
    Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail))
}

/// Reads the whole body.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    read_while(request, payload, bytes_max, |_| Ok(())).await
}

/// Reads the whole body of a submission, which is in work until what comes with it is dropped. One
/// that cannot be taken now is refused once it is read and thrown away, so that a client which
/// sends before it listens hears of it, and a while later, so that it does not come again at once.
pub(crate) async fn read_submission(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(Bytes, Receiving), Problem> {
    let taken = take_submission(state, request, payload).await;
    if taken.as_ref().is_err_and(|problem| std::ptr::eq(problem.kind, &OVERLOADED)) {
        tokio::time::sleep(Duration::from_millis(REFUSAL_HELD_MILLIS)).await;
    }
    taken
}

async fn take_submission(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(Bytes, Receiving), Problem> {
    let mut receiving = state.service.receive();
    let is_known = || credentials(request).is_ok_and(|given| state.service.is_known(&given));
    let keep = |bytes| match &mut receiving {
        Ok(receiving) => receiving.grow(bytes, is_known),
        Err(error) => Err(error.clone()),
    };
    let body = read_while(request, payload, CAPTURE_BODY_BYTES_MAX, keep).await?;
    let mut receiving = receiving?;
    receiving.admit()?;
    // Whoever came meanwhile gets a place or a refusal before the work on this one begins.
    tokio::task::yield_now().await;
    Ok((body, receiving))
}

/// The length that a request says its body has; 0 where it says none.
fn announced_bytes(request: &HttpRequest) -> usize {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    announced.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Reads the whole body while `keep` says of each piece that there is room for so many bytes.
async fn read_while(
    request: &HttpRequest,
    payload: web::Payload,
    bytes_max: usize,
    keep: impl FnMut(usize) -> Result<(), Error>,
) -> Result<Bytes, Problem> {
    let encoding = joined(request.headers(), &CONTENT_ENCODING);
    let time = Duration::from_secs(BODY_SECONDS_MAX);
    let announced = announced_bytes(request).min(bytes_max);
    let body = tokio::time::timeout(time, collect(payload, (announced, bytes_max), keep)).await;
    let body = body.unwrap_or_else(|_| {
        let detail = format!("the body did not arrive within {BODY_SECONDS_MAX} s");
        Err(Problem::new(&REQUEST_TIMEOUT, detail))
    })?;
    if !matches!(encoding.trim().to_ascii_lowercase().as_str(), "" | "identity") {
        let detail = format!("Content-Encoding {encoding:?} is not supported; send the body as is");
        return Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(body)
}

async fn collect(
    payload: web::Payload,
    (announced, bytes_max): (usize, usize),
    mut keep: impl FnMut(usize) -> Result<(), Error>,
) -> Result<Bytes, Problem> {
    let mut stream = pin!(BodyStream::new(payload));
    // Whoever announces much has sent nothing of it yet.
    let mut body = BytesMut::with_capacity(announced.min(BODY_RESERVED_BYTES_MAX));
    let mut total = 0_usize;
    let mut kept = Ok(());
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let piece = piece.map_err(|error| {
            Problem::new(&INVALID_DOCUMENT, format!("the body broke off: {error}"))
        })?;
        total = total.saturating_add(piece.len());
        if total > bytes_max.saturating_add(BODY_DRAINED_BYTES_MAX) {
            break;
        }
        if total <= bytes_max && kept.is_ok() {
            kept = keep(piece.len());
        }
        if total <= bytes_max && kept.is_ok() {
            body.extend_from_slice(&piece);
        } else {
            body = BytesMut::new();
        }
    }
    if total > bytes_max {
        let detail = format!("the body may have at most {bytes_max} bytes");
        return Err(Problem::new(&BODY_TOO_LARGE, detail));
    }
    kept?;
    Ok(body.freeze())
}

/// An answer as JSON.
pub(crate) fn json(status: u16, value: &impl Serialize) -> Result<HttpResponse, Problem> {
    let text = serde_json::to_string(value).map_err(|e| Problem::internal("answer", e))?;
    Ok(json_text(status, "application/json", text))
}

/// The answer when something was made, which is at this path now.
pub(crate) fn created(path: &str, value: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut answer = json(201, value)?;
    let path = HeaderValue::from_str(path).map_err(|e| Problem::internal("location", e))?;
    answer.headers_mut().insert(LOCATION, path);
    Ok(answer)
}

/// An answer that is JSON text already.
pub(crate) fn json_text(status: u16, media_type: &'static str, text: String) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status)
        .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header((CONTENT_TYPE, media_type)).body(text)
}
