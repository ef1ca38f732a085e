//! What auditors follow: checkpoint and tiles (c2sp.org/tlog-tiles).

use crate::asked::{joined, takes_gzip};
use crate::catalogue::NOT_FOUND;
use crate::limits::TILE_CACHE_SECONDS;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::{Compression, write::GzEncoder};
use laiqu_proof::{Hash, TileLevel, TilePath};
use laiqu_service::{Code, Error, Service};
use std::io::Write as _;

/// Hexadecimal digits of the hash of a tile that make its entity tag.
const TAG_DIGITS: usize = 32;

/// `GET /log/checkpoint`: never kept by anyone, a follower wants the newest.
pub(crate) async fn checkpoint(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(state.service.checkpoint()?))
}

/// `GET /log/tile/…`: immutable; entry bundles are compressed for whoever takes gzip.
pub(crate) async fn tile(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let text = request.uri().path().strip_prefix("/log/").unwrap_or_default();
    let path: TilePath = text.parse().map_err(|error| {
        Problem::new(&NOT_FOUND, format!("this is not the path of a tile: {error}"))
    })?;
    Query::of(&request, &[])?;
    let headers = request.headers();
    let entries = path.level() == TileLevel::Entries;
    let gzip = entries && takes_gzip(&joined(headers, &ACCEPT_ENCODING));
    let known = joined(headers, &IF_NONE_MATCH);
    let work = move |service: &Service| {
        let bytes = service.tile(&path)?;
        let tag = entity_tag(&bytes, gzip);
        let body = match is_known(&known, &tag) {
            true => None,
            false if gzip => Some(compressed(&bytes)?),
            false => Some(bytes),
        };
        Ok((tag, body))
    };
    let (tag, body) = state.blocking(work).await?;
    let mut response = match body {
        Some(_) => HttpResponse::Ok(),
        None => HttpResponse::NotModified(),
    };
    let cache = format!("public, max-age={TILE_CACHE_SECONDS}, immutable");
    response.insert_header((CACHE_CONTROL, cache)).insert_header((ETAG, tag));
    if entries {
        response.insert_header((VARY, "Accept-Encoding"));
    }
    let Some(body) = body else { return Ok(response.finish()) };
    if gzip {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(response.insert_header((CONTENT_TYPE, "application/octet-stream")).body(body))
}

/// A strong entity tag (RFC 9110, section 8.8.3); another one for each encoding.
fn entity_tag(bytes: &[u8], gzip: bool) -> String {
    let digits: String = Hash::digest(bytes).to_hex().chars().take(TAG_DIGITS).collect();
    format!("\"{digits}{}\"", if gzip { "-gzip" } else { "" })
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110, section 13.1.2).
fn is_known(if_none_match: &str, tag: &str) -> bool {
    let mut named = if_none_match.split(',').map(|named| named.trim());
    named.any(|named| named == "*" || named.trim_start_matches("W/") == tag)
}

/// Quickly rather than tightly: a bundle is mostly hashes in hexadecimal.
fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map_err(|error| Error::new(Code::Internal, format!("entry tile: {error}")))
}
