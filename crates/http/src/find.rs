//! Finding things by a part of their names.

use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedFind;
use laiqu_service::limits::FIND_MAX;

/// `GET /v1/find`
pub(crate) async fn find(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["q", "made_from", "made_until", "limit", "as_of"])?;
    let asked = AskedFind {
        text: query.required("q")?.to_owned(),
        made_from: query.get("made_from").map(str::to_owned),
        made_until: query.get("made_until").map(str::to_owned),
        limit: query.number("limit", FIND_MAX)?,
        as_of: query.position("as_of")?,
    };
    let who = reader(&state, &request)?;
    state.answer(move |service| service.find(&asked, &who)).await
}
