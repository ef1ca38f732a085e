//! Traces, entries, and the ledger at a glance.

use crate::body::{json, json_text};
use crate::credentials::{anyone, reader};
use crate::dto::Health;
use crate::limits::{RECENT_ENTRIES, TRACE_DEPTH_MAX, TRACE_LOTS_MAX};
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use crate::streamed::streamed;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::{AskedStart, TraceQuestion, parse_direction};
use laiqu_trace::Direction;

/// `GET /v1/trace`
pub(crate) async fn trace(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::with_lists(&request, &TRACE, &["id"])?;
    let question = trace_question(&query)?;
    let who = reader(&state, &request)?;
    streamed(&state, &request, move |service| service.trace_text(&question, &who)).await
}

/// `GET /v1/trace/fcl`: the movements of the same answer, as a case of FoodChain-Lab.
pub(crate) async fn trace_model(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::with_lists(&request, &TRACE, &["id"])?;
    let question = trace_question(&query)?;
    let who = reader(&state, &request)?;
    state.answer(move |service| service.trace_model(&question, &who)).await
}

/// `GET /v1/trace/layout`: a drawing of the same answer.
pub(crate) async fn trace_layout(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let known = [&TRACE[..], &["expand"]].concat();
    let query = Query::with_lists(&request, &known, &["id", "expand"])?;
    let question = trace_question(&query)?;
    let opened: Vec<String> = query.all("expand").map(str::to_owned).collect();
    let who = reader(&state, &request)?;
    state.answer(move |service| service.trace_layout(&question, &opened, &who)).await
}

/// The parameters that [`trace_question`] reads.
const TRACE: [&str; 13] = [
    "id",
    "supplier",
    "place",
    "from",
    "until",
    "to",
    "direction",
    "depth",
    "lots_max",
    "walk_from",
    "walk_until",
    "containers",
    "as_of",
];

/// Reads a trace question; both directions where none is given.
pub(crate) fn trace_question(query: &Query) -> Result<TraceQuestion, Problem> {
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(TraceQuestion {
        of: AskedStart {
            ids: query.all("id").filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            supplier: text("supplier"),
            place: text("place"),
            from: text("from"),
            until: text("until"),
        },
        direction: query.get("direction").map_or(Ok(Direction::Both), parse_direction)?,
        to: text("to"),
        depth: query.number("depth", TRACE_DEPTH_MAX)?,
        lots_max: query.number("lots_max", TRACE_LOTS_MAX)?,
        walk_from: text("walk_from"),
        walk_until: text("walk_until"),
        containers: query.flag("containers")?,
        as_of: query.position("as_of")?,
    })
}

/// `GET /v1/entries/{index}`: public, the document only for who may read it.
pub(crate) async fn entry(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let index = path::index(request.uri().path(), "/v1/entries/")?;
    Query::of(&request, &[])?;
    let who = anyone(&state, &request)?;
    let view = state.blocking(move |service| service.entry_view(index, who.as_ref())).await?;
    json(200, &view)
}

/// `GET /v1/ledger`: public, names only for who may read them.
pub(crate) async fn ledger(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let who = anyone(&state, &request)?;
    let work =
        move |service: &laiqu_service::Service| service.overview(RECENT_ENTRIES, who.as_ref());
    json(200, &state.blocking(work).await?)
}

/// `GET /livez`
pub(crate) async fn livez() -> Result<HttpResponse, Problem> {
    json(200, &Health { status: "ok" })
}

/// `GET /readyz`: what is in the way of writes is no secret, and a load balancer has no token.
pub(crate) async fn readyz(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let unready = state.service.unready();
    if unready.is_empty() { json(200, &Health { status: "ok" }) } else { Err(unready.into()) }
}

/// `GET /openapi.json`
pub(crate) async fn api_description() -> HttpResponse {
    json_text(200, "application/json", crate::openapi::openapi_json())
}
