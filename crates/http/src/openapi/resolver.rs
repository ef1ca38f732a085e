//! Operations of the resolver of GS1 Digital Links.

use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, Success, text_schema};
use crate::catalogue::{INVALID_PARAMETER, NOT_FOUND};
use crate::resolver::{KEYS, LINKSET};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Path, Query};

pub(super) fn resolver() -> Vec<Row> {
    let get = HttpMethod::Get;
    let resolved = KEYS.iter().map(|(_, path, id, text)| {
        let found = Success {
            status: 200,
            text: "Where to ask about it: with `linkType=linkset`, or where `Accept` wants this",
            body: Some(body(&[LINKSET], "{}")),
            headers: &[("Link", "Where the link set is")],
        };
        let led = Success {
            status: 307,
            text: "To the link of the wanted type, or to the page for people",
            body: None,
            headers: &[("Location", "The link"), ("Link", "Where the link set is")],
        };
        let row = row((*id, get.clone(), *path), ("resolver", *text), Access::Open, found);
        let row = Row { also: Some(led), ..row };
        row.takes(field(
            Path,
            "key",
            "Value of the key and its qualifiers, slashes as they are",
            text_schema(),
        ))
        .takes(field(
            Query,
            "linkType",
            "`linkset`, `all`, or a link type like `gs1:epcis`",
            text_schema(),
        ))
        .or(&[&NOT_FOUND, &INVALID_PARAMETER])
    });
    let about = row(
        ("get_resolver_description", get.clone(), "/.well-known/gs1resolver"),
        ("resolver", "Describe the resolver"),
        Access::Open,
        ok(200, "Keys and link types", body(JSON, "{}")),
    )
    .or(&[&INVALID_PARAMETER]);
    resolved.chain([about]).collect()
}
