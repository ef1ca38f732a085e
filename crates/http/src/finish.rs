//! The outermost layer: every refusal becomes a problem, whoever made it, and every answer gets
//! the headers that all share.

use crate::asked::Asked;
use crate::catalogue::{
    BODY_TOO_LARGE, INTERNAL, INVALID_PARAMETER, NOT_ACCEPTABLE, NOT_FOUND, OVERLOADED,
    ProblemKind, REQUEST_TIMEOUT, UNSUPPORTED_MEDIA_TYPE, URI_TOO_LONG,
};
use crate::connections::OpenConnection;
use crate::epcis::{check_range, epcis_headers};
use crate::problem::Problem;
use crate::request_id::{REQUEST_ID, request_id};
use crate::state::State;
use crate::traffic::{Answered, Pattern};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError, web};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;
use tracing::Instrument as _;

/// What pages may load: nothing from elsewhere, no script, in no frame.
const PAGE_POLICY: &str = "default-src 'self'; script-src 'none'; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Runs the request; answers for it where it panics. What the log says meanwhile stands under the
/// name of the request.
pub(crate) async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request_id(request.headers());
    let span = tracing::info_span!("request", %id);
    answered(request, next, id).instrument(span).await
}

async fn answered(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    id: String,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let in_hand = request.conn_data::<OpenConnection>().map(OpenConnection::take_in_hand);
    let asked = Asked::of(request.method(), request.uri(), request.headers()).named(id);
    let state = request.app_data::<web::Data<State>>().cloned();
    let count = |pattern: Option<&Pattern>, status, problem: Option<&Problem>| {
        let (writes, time) = (asked.writes, began.elapsed());
        let problem = problem.map(|problem| problem.kind);
        tracing::debug!(route = pattern.map(Pattern::as_str), %status, ?time, "answered");
        if let Some(state) = &state {
            state.traffic.count(Answered { pattern, writes, status, problem, time });
        }
    };
    let refused = |problem: Problem| {
        count(None, problem.status(), Some(&problem));
        Err(Unplaced::new(asked.clone(), problem).into())
    };
    // A write is refused by its handler, once its body is read.
    if asked.is_epcis
        && !asked.writes
        && let Err(problem) = check_range(request.headers())
    {
        return refused(problem);
    }
    match caught(next.call(request)).await {
        Some(Ok(response)) => {
            let response = admitted(&state, response.map_into_boxed_body());
            let (mut response, problem) = finished(&asked, response);
            let pattern = response.request().app_data::<Pattern>();
            count(pattern, response.status(), problem.as_ref());
            if state.as_ref().is_some_and(|state| state.is_stopping()) {
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            Ok(response.map_body(|_, body| match in_hand {
                Some(in_hand) => in_hand.until_made(body),
                None => body,
            }))
        }
        Some(Err(error)) => refused(problem_of(&error)),
        None => refused(Problem::new(&INTERNAL, "the server failed; its log has the cause")),
    }
}

/// The answer, unless it is large and too much of such waits for who asked.
fn admitted(
    state: &Option<web::Data<State>>,
    response: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let Some(state) = state else { return response };
    let (request, answer) = response.into_parts();
    let (answer, body) = answer.into_parts();
    let pace = || request.conn_data::<OpenConnection>().map(OpenConnection::pace);
    let answer = match state.untaken.admit(body, answer.status(), pace) {
        Some(body) => answer.set_body(body),
        None => {
            let detail = "large answers wait for who asked for them, and hold all memory that \
                          there is for such; try again";
            HttpResponse::from_error(Problem::new(&OVERLOADED, detail))
        }
    };
    ServiceResponse::new(request, answer)
}

/// The output, or nothing where polling panicked. The panic hook has reported it then.
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// The answer as it goes out, and the problem that it tells where it does.
fn finished(
    asked: &Asked,
    response: ServiceResponse<BoxBody>,
) -> (ServiceResponse<BoxBody>, Option<Problem>) {
    let problem = match response.response().error() {
        Some(error) => Some(problem_of(error)),
        None => bare_problem(response.response()),
    };
    let (request, answer) = response.into_parts();
    let mut answer = match &problem {
        Some(problem) => problem.answer(asked),
        None => answer,
    };
    shared_headers(asked, answer.headers_mut());
    (ServiceResponse::new(request, answer), problem)
}

/// The problem of an error: ours, or what the framework refused.
fn problem_of(error: &Error) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => of_status(error.as_response_error().status_code(), error.to_string()),
    }
}

/// A refusal that nobody gave a body.
fn bare_problem(response: &HttpResponse<BoxBody>) -> Option<Problem> {
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    let told = response.headers().contains_key(header::CONTENT_TYPE);
    (refused && !told).then(|| {
        let reason = status.canonical_reason().unwrap_or("refused").to_lowercase();
        of_status(status, reason)
    })
}

fn of_status(status: StatusCode, detail: String) -> Problem {
    let kind: &'static ProblemKind = match status.as_u16() {
        404 => &NOT_FOUND,
        406 => &NOT_ACCEPTABLE,
        408 => &REQUEST_TIMEOUT,
        413 => &BODY_TOO_LARGE,
        414 => &URI_TOO_LONG,
        415 => &UNSUPPORTED_MEDIA_TYPE,
        400..=499 => &INVALID_PARAMETER,
        _ => return Problem::internal("request failed", detail),
    };
    Problem::new(kind, detail)
}

fn shared_headers(asked: &Asked, headers: &mut HeaderMap) {
    // What may be kept (tiles, files of the pages) is the same for everyone.
    let varies = !headers.contains_key(header::CACHE_CONTROL);
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if varies {
        set(header::VARY, "Accept, Accept-Language, Authorization, Cookie");
    }
    if asked.is_epcis {
        epcis_headers(headers);
    }
    let id = asked.request_id.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(id)) = id {
        headers.insert(REQUEST_ID, id);
    }
}

/// A refusal that has lost its request on the way: everything that its answer needs.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
struct Unplaced {
    asked: Asked,
    problem: Problem,
}

impl Unplaced {
    fn new(asked: Asked, problem: Problem) -> Self {
        Self { asked, problem }
    }
}

impl ResponseError for Unplaced {
    fn status_code(&self) -> StatusCode {
        self.problem.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.problem.answer(&self.asked);
        shared_headers(&self.asked, answer.headers_mut());
        answer
    }
}
