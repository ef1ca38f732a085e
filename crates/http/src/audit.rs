//! What auditors ask for beside checkpoint and tiles: receipts, chains, proofs, key history and,
//! where they may, private frames.

use crate::asked::{chosen, joined};
use crate::body::json;
use crate::catalogue::NOT_ACCEPTABLE;
use crate::credentials::{anyone, reader};
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::registry::PARTY_SEGMENT;
use crate::state::State;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::Service;
use serde::Serialize;

/// JSON unless text is wanted more.
const FORMS: &[&str] = &["application/json", TEXT];
const TEXT: &str = "text/plain";
/// Place of the index among the segments of `/v1/entries/{index}/…`.
const INDEX_SEGMENT: usize = 2;

/// `GET /v1/entries/{index}/receipt`
pub(crate) async fn receipt(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let index = path::index_at(request.uri().path(), INDEX_SEGMENT)?;
    let form = negotiated(&request)?;
    let size = Query::of(&request, &["size"])?.position("size")?;
    let who = anyone(&state, &request)?;
    let work = move |service: &Service| service.receipt_at(index, size, who.as_ref());
    let receipt = state.blocking(work).await?;
    let text = || receipt.to_text().map_err(Problem::from);
    answer(form, &receipt, text)
}

/// `GET /v1/parties/{id}/chain`
pub(crate) async fn chain(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = path::segment(request.uri().path(), PARTY_SEGMENT)?;
    let query = Query::of(&request, &["from", "limit", "size"])?;
    let from = query.position("from")?.unwrap_or(0);
    let (limit, size) = (query.position("limit")?, query.position("size")?);
    let who = reader(&state, &request)?;
    let work = move |service: &Service| service.party_chain(&id, (from, limit), size, &who);
    json(200, &state.blocking(work).await?)
}

/// `GET /log/proof/consistency`
pub(crate) async fn consistency(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let form = negotiated(&request)?;
    let query = Query::of(&request, &["from", "to"])?;
    let (from, to) = (query.position("from")?.unwrap_or(0), query.position("to")?);
    let work = move |service: &Service| service.consistency(from, to);
    let proof = state.blocking(work).await?;
    answer(form, &proof, || Ok(proof.to_text()))
}

/// `GET /log/keys`: open to everyone, because without it nobody could check who may sign what.
pub(crate) async fn keys(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["from", "limit"])?;
    let (from, limit) = (query.position("from")?.unwrap_or(0), query.position("limit")?);
    let work = move |service: &Service| service.key_entries(from, limit);
    json(200, &state.blocking(work).await?)
}

/// `GET /v1/entries/{index}/private`
pub(crate) async fn private(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let index = path::index_at(request.uri().path(), INDEX_SEGMENT)?;
    Query::of(&request, &[])?;
    let who = reader(&state, &request)?;
    let work = move |service: &Service| service.private_entry(index, &who);
    json(200, &state.blocking(work).await?)
}

/// `GET /v1/entries/private`
pub(crate) async fn privates(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["from", "to"])?;
    let (from, to) = (query.position("from")?.unwrap_or(0), query.position("to")?);
    let who = reader(&state, &request)?;
    let work = move |service: &Service| service.private_entries(from, to, &who);
    json(200, &state.blocking(work).await?)
}

fn negotiated(request: &HttpRequest) -> Result<&'static str, Problem> {
    chosen(&joined(request.headers(), &ACCEPT), FORMS).ok_or_else(|| {
        let detail = "this is answered as application/json or text/plain";
        Problem::new(&NOT_ACCEPTABLE, detail)
    })
}

fn answer(
    form: &str,
    value: &impl Serialize,
    text: impl FnOnce() -> Result<String, Problem>,
) -> Result<HttpResponse, Problem> {
    let mut answer = if form == TEXT {
        let text = text()?;
        let kind = (CONTENT_TYPE, "text/plain; charset=utf-8");
        HttpResponse::Ok().insert_header(kind).body(text)
    } else {
        json(200, value)?
    };
    answer.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    Ok(answer)
}
