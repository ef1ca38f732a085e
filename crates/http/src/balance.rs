//! Mass balances.

use crate::body::json;
use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_service::AskedBalance;

/// `GET /v1/balance`
pub(crate) async fn balance(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let known = ["lot", "place", "product", "party", "from", "until", "tolerance"];
    let query = Query::of(&request, &known)?;
    let text = |name: &str| query.get(name).map(str::to_owned);
    let asked = AskedBalance {
        lot: text("lot"),
        place: text("place"),
        product: text("product"),
        party: text("party"),
        from: text("from"),
        until: text("until"),
        tolerance_percent: query.decimal("tolerance")?,
    };
    let who = reader(&state, &request)?;
    json(200, &state.blocking(move |service| service.balance(&asked, &who)).await?)
}
