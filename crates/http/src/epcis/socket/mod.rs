//! Results of a named query on a WebSocket (EPCIS 2.0, section 12.7.4; RFC 6455): the connection
//! is the subscription, and its controls are in the query string.

mod places;
mod talk;

pub(crate) use places::Sockets;

use super::event_form::Form;
use crate::catalogue::OVERLOADED;
use crate::credentials::bearer;
use crate::holding::Holding;
use crate::limits::SOCKET_FRAME_BYTES_MAX;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::body::BoxBody;
use actix_web::http::Method;
use actix_web::http::header::UPGRADE;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use laiqu_service::{Credentials, SubscriptionControls};
use talk::Talk;

/// Place of the name among the segments of `/epcis/queries/{queryName}/events`.
const NAME_SEGMENT: usize = 2;
/// The fields of a schedule (EPCIS 2.0, section 8.2.5.3).
const SCHEDULE: [&str; 6] = ["second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek"];
/// What else a subscription may state.
const CONTROLS: [&str; 3] = ["stream", "reportIfEmpty", "initialRecordTime"];

/// Whether a request asks for a WebSocket.
pub(crate) fn is_wanted(request: &HttpRequest) -> bool {
    let upgrade = request.headers().get(UPGRADE).and_then(|value| value.to_str().ok());
    let mut protocols = upgrade.unwrap_or_default().split(',').map(str::trim);
    request.method() == Method::GET && protocols.any(|one| one.eq_ignore_ascii_case("websocket"))
}

/// Opens it, or refuses as any other read is refused. Only the header `Authorization` counts: a
/// cookie would let a page of another site listen.
pub(crate) async fn open(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let form = Form::of_socket(request)?;
    let name = path::segment(request.uri().path(), NAME_SEGMENT)?;
    let controls = controls(&Query::of(request, &[&CONTROLS[..], &SCHEDULE].concat())?)?;
    let bearer = bearer(request)?;
    let credentials = Credentials { bearer: bearer.clone(), signatures: Vec::new() };
    let feed = state.service.feed(&name, &controls, credentials)?;
    if state.is_stopping() {
        return Err(Problem::new(&OVERLOADED, "the server is stopping; try again shortly"));
    }
    let place = state.sockets.take(bearer)?;
    let (answer, session, messages) =
        actix_ws::handle(request, payload).map_err(|error| handshake(&error))?;
    let messages = messages.max_frame_size(SOCKET_FRAME_BYTES_MAX);
    rt::spawn(Talk::new(session, messages, form, state.stopping()).run(feed));
    Ok(answer.map_body(|_, body| BoxBody::new(Holding::new(body, place))))
}

/// How results are wanted.
fn controls(query: &Query) -> Result<SubscriptionControls, Problem> {
    let stated = |name: &&str| Some(((*name).to_owned(), query.get(name)?.to_owned()));
    let schedule: std::collections::BTreeMap<String, String> =
        SCHEDULE.iter().filter_map(stated).collect();
    Ok(SubscriptionControls {
        stream: query.get("stream").map(|_| query.flag("stream")).transpose()?,
        schedule: (!schedule.is_empty()).then_some(schedule),
        report_if_empty: query.flag("reportIfEmpty")?,
        initial_record_time: query.get("initialRecordTime").map(str::to_owned),
    })
}

fn handshake(error: &actix_web::Error) -> Problem {
    let detail = format!("this is no opening of a WebSocket (RFC 6455, section 4): {error}");
    Problem::new(&crate::catalogue::INVALID_PARAMETER, detail)
}
