//! What auditors follow: checkpoint and tiles (c2sp.org/tlog-tiles).

use crate::catalogue::NOT_FOUND;
use crate::limits::TILE_CACHE_SECONDS;
use crate::problem::Problem;
use crate::state::State;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_proof::TilePath;

/// `GET /log/checkpoint`
pub(crate) async fn checkpoint(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(state.service.checkpoint())
}

/// `GET /log/tile/…`
pub(crate) async fn tile(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let text = request.uri().path().strip_prefix("/log/").unwrap_or_default();
    let path: TilePath = text.parse().map_err(|error| {
        Problem::new(&NOT_FOUND, format!("this is not the path of a tile: {error}"))
    })?;
    let bytes = state.blocking(move |service| service.tile(&path)).await?;
    let cache = format!("public, max-age={TILE_CACHE_SECONDS}, immutable");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CACHE_CONTROL, cache))
        .body(bytes))
}
