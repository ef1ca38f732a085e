//! Mass balances.

use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::Query;
use crate::selection::{SELECTION, selection};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedBalance;

/// `GET /v1/balance`
pub(crate) async fn balance(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query =
        Query::of(&request, &[&SELECTION[..], &["tolerance", "as_of", "rests_on"]].concat())?;
    let tolerance_percent = query.decimal("tolerance")?;
    let asked = AskedBalance {
        of: selection(&query),
        tolerance_percent,
        as_of: query.position("as_of")?,
        rests_on: query.flag("rests_on")?,
    };
    let who = reader(&state, &request)?;
    state.answer(move |service| service.balance(&asked, &who)).await
}
