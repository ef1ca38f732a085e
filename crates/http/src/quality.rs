//! Flaws of the records.

use crate::credentials::reader;
use crate::limits::LATE_HOURS_MAX;
use crate::problem::Problem;
use crate::query::Query;
use crate::selection::{SELECTION, selection};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedQuality;

/// `GET /v1/quality`
pub(crate) async fn quality(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query =
        Query::of(&request, &[&SELECTION[..], &["late_hours", "as_of", "rests_on"]].concat())?;
    let late_hours = query.number("late_hours", LATE_HOURS_MAX)?;
    let asked = AskedQuality {
        of: selection(&query),
        late_hours,
        as_of: query.position("as_of")?,
        rests_on: query.flag("rests_on")?,
    };
    let who = reader(&state, &request)?;
    state.answer(move |service| service.quality(&asked, &who)).await
}
