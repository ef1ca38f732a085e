//! Temperatures of cold rooms and vehicles.

use crate::credentials::reader;
use crate::limits::MINUTES_MAX;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedExposure;

const KNOWN: [&str; 10] = [
    "place",
    "from",
    "until",
    "rule",
    "min",
    "max",
    "log_interval",
    "tolerance",
    "as_of",
    "rests_on",
];

/// `GET /v1/exposure`
pub(crate) async fn exposure(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &KNOWN)?;
    let asked = AskedExposure {
        place: query.required("place")?.to_owned(),
        from: query.required("from")?.to_owned(),
        until: query.required("until")?.to_owned(),
        rule: query.get("rule").map(str::to_owned),
        min: query.decimal("min")?,
        max: query.decimal("max")?,
        log_interval_minutes: query.number("log_interval", MINUTES_MAX)?,
        tolerance_minutes: query.number("tolerance", MINUTES_MAX)?,
        as_of: query.position("as_of")?,
        rests_on: query.flag("rests_on")?,
    };
    let who = reader(&state, &request)?;
    state.answer(move |service| service.exposure(&asked, &who)).await
}
