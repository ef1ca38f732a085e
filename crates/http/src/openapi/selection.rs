//! The parameters that say what a question looks at.

use super::operations::field;
use super::parts::{Field, limited_text, moment_like, text_like};
use laiqu_service::limits::QUESTION_ID_BYTES_MAX;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn selection() -> [Field; 6] {
    let id = |name, text| field(Query, name, text, limited_text(QUESTION_ID_BYTES_MAX));
    let time = |name, text, example| field(Query, name, text, moment_like(example));
    [
        field(Query, "lot", "A lot, at every place", text_like("urn:x:1")),
        id("place", "A place: every lot that was there"),
        id("product", "A product: every lot of it, at every place"),
        id("party", "A party: every lot at the places that its own records name"),
        time("from", "First moment, RFC 3339", "2026-11-01T00:00:00+08:00"),
        time("until", "Last moment, RFC 3339", "2026-12-01T00:00:00+08:00"),
    ]
}
