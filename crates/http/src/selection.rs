//! What a question looks at, among the parameters of a request.

use crate::query::Query;
use laiqu_service::AskedSelection;

/// The parameters that [`selection`] reads.
pub(crate) const SELECTION: [&str; 6] = ["lot", "place", "product", "party", "from", "until"];

pub(crate) fn selection(query: &Query) -> AskedSelection {
    let text = |name: &str| query.get(name).map(str::to_owned);
    AskedSelection {
        lot: text("lot"),
        place: text("place"),
        product: text("product"),
        party: text("party"),
        from: text("from"),
        until: text("until"),
    }
}
