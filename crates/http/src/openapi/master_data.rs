//! Operations that read master data.

use super::gets::as_of;
use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, limited_text, text_schema, whole_number};
use crate::catalogue::NOT_FOUND;
use laiqu_service::MASTER_DATA_PAGE_MAX;
use laiqu_service::limits::QUESTION_ID_BYTES_MAX;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Path, Query};

pub(super) fn master_data() -> Vec<Row> {
    let get = HttpMethod::Get;
    let vocabulary = || {
        let text = "The vocabulary: a full URI, or the last word of one of EPCIS, like `Location`";
        field(Path, "type", text, text_schema())
    };
    vec![
        row(
            ("list_master_data", get.clone(), "/v1/masterdata/{type}"),
            ("events", "List the identifiers that something is said about"),
            Access::Read,
            ok(200, "One page, in the order of identifiers", body(JSON, "MasterDataListAnswer")),
        )
        .takes(vocabulary())
        .takes(field(Query, "after", "Only identifiers behind this one", text_schema()))
        .takes(field(
            Query,
            "limit",
            "Most identifiers in the page; 100 unless given",
            whole_number(Some(MASTER_DATA_PAGE_MAX)),
        ))
        .takes(as_of()),
        row(
            ("get_master_data", get, "/v1/masterdata/{type}/{id}"),
            ("events", "Show what is said about an identifier, and by whom"),
            Access::Read,
            ok(200, "Attributes and parts", body(JSON, "MasterDataAnswer")),
        )
        .takes(vocabulary())
        .takes(field(Path, "id", "Identifier in any spelling", limited_text(QUESTION_ID_BYTES_MAX)))
        .takes(as_of())
        .or(&[&NOT_FOUND]),
    ]
}
