//! Capturing EPCIS documents and single events (EPCIS 2.0, section 12.6).

use super::event_form::Form;
use super::events;
use super::jobs::{JOB_FORMS, answer_job};
use super::query_document::event_text;
use super::versions::check_captured;
use crate::asked::Asked;
use crate::body::{media_type, read_submission};
use crate::catalogue::INVALID_PARAMETER;
use crate::credentials::credentials;
use crate::dto::CaptureJob;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LINK, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_epcis::facts::Position;
use laiqu_service::{CaptureMode, CaptureRequest, Captured, Payload, Receipt, StoredEvent};

/// How a capture is to behave where an event is refused.
const BEHAVIOUR: &str = "GS1-Capture-Error-Behaviour";

/// `POST /epcis/capture`
pub(crate) async fn capture(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (body, mut in_work) = read_submission(&state, &request, payload).await?;
    Query::of(&request, &[])?;
    let submission = submission(&request, body, behaviour(&request)?)?;
    let form = JOB_FORMS.chosen(&request)?;
    let captured = state.service.capture(submission).await?;
    if !captured.replayed {
        in_work.acknowledged();
    }
    let location = format!("/epcis/capture/{}", captured.receipt.index);
    let Captured { receipt, events, proceed, replayed } = captured;
    let time = entry_time(&receipt)?;
    let asked = Asked::of(request.method(), request.uri(), request.headers());
    let job = CaptureJob::whole(time, proceed, events, receipt, &asked).replayed(replayed);
    let mut answer = answer_job(202, form, &job)?;
    set(answer.headers_mut(), LOCATION, &location);
    Ok(answer)
}

/// `POST /epcis/events`: one event, answered as it stands in the ledger.
pub(crate) async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (body, mut in_work) = read_submission(&state, &request, payload).await?;
    if body.is_empty() && !request.query_string().is_empty() {
        // Clients of GDST ask like this.
        drop(in_work);
        return events::query(state, request).await;
    }
    Query::of(&request, &[])?;
    let form = Form::wanted(&request)?;
    let raw = body.clone();
    form.check(&String::from_utf8_lossy(&raw))?;
    let submission = submission(&request, body, CaptureMode::OneEvent)?;
    let Captured { receipt, events, replayed, .. } = state.service.capture(submission).await?;
    if !replayed {
        in_work.acknowledged();
    }
    let event = events.into_iter().next();
    let event = event.ok_or_else(|| Problem::internal("captured event", "there is none"))?;
    let record_time = entry_time(event.first_receipt.as_ref().unwrap_or(&receipt))?;
    let location = format!("/epcis/events/{}", path::encode(&event.event_id));
    let proof = format!("</v1/entries/{}/receipt>; rel=\"describedby\"", event.index);
    let mut stored = StoredEvent {
        position: Position { index: event.index, ordinal: event.at },
        event_id: event.event_id,
        assigned: event.assigned,
        record_time,
        issuer: String::new(),
        raw: event_json(&media_type(&request), &raw)?,
        context: None,
    };
    form.translate(&mut stored);
    let text = event_text(&stored).map_err(|e| Problem::internal("captured event", e))?;
    let mut answer = form.answer(201, text)?;
    set(answer.headers_mut(), LOCATION, &location);
    set(answer.headers_mut(), LINK, &proof);
    Ok(answer)
}

/// One event as JSON, whatever it was sent as.
fn event_json(media_type: &str, body: &[u8]) -> Result<String, Problem> {
    let text = String::from_utf8_lossy(body);
    let payload = Payload::read(media_type, &text);
    let payload = payload.map_err(|e| Problem::internal("captured event", e))?;
    Ok(payload.json().to_owned())
}

fn submission(
    request: &HttpRequest,
    body: bytes::Bytes,
    mode: CaptureMode,
) -> Result<CaptureRequest, Problem> {
    let media_type = media_type(request);
    check_captured(request.headers(), || {
        let text = String::from_utf8_lossy(&body);
        let payload = Payload::read_each(&media_type, &text);
        // What cannot be read is refused for that.
        mode != CaptureMode::OneEvent && payload.map_or(true, |payload| payload.is_epcis_1())
    })?;
    let credentials = credentials(request)?;
    Ok(CaptureRequest { body, media_type, credentials, mode })
}

fn behaviour(request: &HttpRequest) -> Result<CaptureMode, Problem> {
    match request.headers().get(BEHAVIOUR).map(HeaderValue::as_bytes) {
        None | Some(b"rollback") => Ok(CaptureMode::Rollback),
        Some(b"proceed") => Ok(CaptureMode::Proceed),
        Some(_) => {
            let detail = format!("{BEHAVIOUR} is `rollback` or `proceed`");
            Err(Problem::new(&INVALID_PARAMETER, detail))
        }
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
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
