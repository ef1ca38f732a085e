//! Master data: what issuers say about places, products and parties.

use crate::body::json;
use crate::credentials::reader;
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::MASTER_DATA_PAGE_MAX;

/// Places of the vocabulary and the identifier among the segments of the path.
const TYPE_SEGMENT: usize = 2;
const ID_SEGMENT: usize = 3;
/// Identifiers in one page of a list unless the request says how many.
const PAGE: u32 = 100;

/// `GET /v1/masterdata/{type}/{id}`
pub(crate) async fn show(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let vocabulary = path::segment(request.uri().path(), TYPE_SEGMENT)?;
    let id = path::segment(request.uri().path(), ID_SEGMENT)?;
    let as_of = Query::of(&request, &["as_of"])?.position("as_of")?;
    let who = reader(&state, &request)?;
    let work =
        move |service: &laiqu_service::Service| service.master_data(&vocabulary, &id, as_of, &who);
    json(200, &state.blocking(work).await?)
}

/// `GET /v1/masterdata/{type}`
pub(crate) async fn list(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let vocabulary = path::segment(request.uri().path(), TYPE_SEGMENT)?;
    let query = Query::of(&request, &["after", "limit", "as_of"])?;
    let after = query.get("after").unwrap_or_default().to_owned();
    let count = query.number("limit", MASTER_DATA_PAGE_MAX)?.unwrap_or(PAGE);
    let as_of = query.position("as_of")?;
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| {
        service.master_data_list(&vocabulary, &after, count, as_of, &who)
    };
    json(200, &state.blocking(work).await?)
}
