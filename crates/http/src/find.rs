//! Finding things by a part of their names.

use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedFind;
use laiqu_service::limits::FIND_MAX;

/// The parameters that [`find_question`] reads.
const FIND: [&str; 9] = [
    "q",
    "at",
    "made_from",
    "made_until",
    "expires_from",
    "expires_until",
    "limit",
    "as_of",
    "rests_on",
];

/// `GET /v1/find`
pub(crate) async fn find(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &FIND)?;
    query.required("q")?;
    let asked = find_question(&query)?;
    let who = reader(&state, &request)?;
    state.answer(move |service| service.find(&asked, &who)).await
}

/// Reads a question for names.
pub(crate) fn find_question(query: &Query) -> Result<AskedFind, Problem> {
    let text = |name: &str| query.get(name).map(str::to_owned);
    Ok(AskedFind {
        text: text("q").unwrap_or_default(),
        at: text("at"),
        made_from: text("made_from"),
        made_until: text("made_until"),
        expires_from: text("expires_from"),
        expires_until: text("expires_until"),
        limit: query.number("limit", FIND_MAX)?,
        as_of: query.position("as_of")?,
        rests_on: query.flag("rests_on")?,
    })
}
