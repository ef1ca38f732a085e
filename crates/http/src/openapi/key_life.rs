//! Operations in the life of a party's keys.

use super::operations::{JSON, JWK, body, field, ok, row};
use super::parts::{Access, Body, Row, text_schema};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Path;

pub(super) fn key_life() -> Vec<Row> {
    vec![
        change(
            ("add_key", "/v1/parties/{id}/keys", "Add a key to a party"),
            body(JWK, "Jwk"),
            "It counts from the next entry on. It and a key of the party signed; the first key of a \
             party that has none also takes an operator's token instead",
        )
        .or(&[&KEY_EXISTS]),
        change(
            ("rotate_key", "/v1/parties/{id}/rotations", "Replace a key by a new one"),
            body(JSON, "Rotation"),
            "From the next entry on the new key counts and the old one does not; both signed",
        )
        .or(&[&KEY_EXISTS]),
        change(
            ("reset_keys", "/v1/parties/{id}/resets", "Replace all keys of a party"),
            body(JSON, "Reset"),
            "From the next entry on only the new key counts; an operator by token, a regulator's \
             key and the new key stand behind it",
        )
        .or(&[&KEY_EXISTS]),
        change(
            ("revoke_key", "/v1/parties/{id}/revocations", "Revoke a key of a party"),
            body(JSON, "Revocation"),
            "Revoked from the next entry on",
        ),
        change(
            ("change_signing", "/v1/parties/{id}/signing", "Change who must sign for a party"),
            body(JSON, "NewSigning"),
            "The rule from the next entry on. A key of the party signed, with seq and prev; an \
             operator's token is enough to demand signatures",
        )
        .or(&[&REGISTRY_CONFLICT]),
        change(
            ("change_profile", "/v1/parties/{id}/profile", "Demand a profile of a party's documents"),
            body(JSON, "NewProfile"),
            "From the next entry on the party's documents are refused, with every finding, where \
             they lack what the profile wants. An operator by token",
        )
        .or(&[&REGISTRY_CONFLICT]),
    ]
}

fn change(
    (id, path, summary): (&'static str, &'static str, &'static str),
    takes: Body,
    success: &'static str,
) -> Row {
    row(
        (id, HttpMethod::Post, path),
        ("registry", summary),
        Access::Write,
        ok(201, success, body(JSON, "Recorded")),
    )
    .takes(field(Path, "id", "Identifier of the party, percent-encoded", text_schema()))
    .reads(takes)
    .writes()
    .or(&[&NOT_FOUND, &KEY_CHAIN_CONFLICT])
}
