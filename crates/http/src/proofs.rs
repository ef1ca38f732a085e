//! Proofs of the events that an answer rests on.

use crate::credentials::reader;
use crate::problem::Problem;
use crate::query::{Query, refused};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use laiqu_epcis::facts::Position;

/// `GET /v1/proofs`
pub(crate) async fn proofs(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request, &["size", "positions"])?;
    query.required("size")?;
    let size = query.position("size")?.unwrap_or_default();
    let positions = positions(query.required("positions")?)?;
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| service.event_proofs(size, &positions, &who);
    state.answer(work).await
}

/// Reads `ENTRY/ORDINAL,ENTRY/ORDINAL…`.
fn positions(text: &str) -> Result<Vec<Position>, Problem> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let position = |text: &str| {
        let (index, ordinal) = text.split_once('/')?;
        let both = plain(index) && plain(ordinal);
        let (index, ordinal) = both.then_some((index.parse().ok()?, ordinal.parse().ok()?))?;
        Some(Position { index, ordinal })
    };
    let all: Option<Vec<Position>> = text.split(',').map(position).collect();
    all.ok_or_else(|| refused("positions", "must be a list like 12/0,12/1,40/0: entry/ordinal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_pairs_of_plain_numbers() {
        let position = |index, ordinal| Position { index, ordinal };
        assert_eq!(positions("12/0,7/3").unwrap(), [position(12, 0), position(7, 3)]);
        for bad in ["", "12", "12/", "/1", "1/1,", "+1/0", "1/-1", "1/4294967296", "1/0/0"] {
            assert!(positions(bad).is_err(), "{bad}");
        }
    }
}
