//! Operations of the registry.

use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, Success, text_schema};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Header, Path};

pub(super) fn registry() -> Vec<Row> {
    let (get, post) = (HttpMethod::Get, HttpMethod::Post);
    let id = || field(Path, "id", "Identifier of the party, percent-encoded", text_schema());
    let about = |summary| ("registry", summary);
    let registered = Success {
        headers: &[("Location", "Path of the party")],
        ..ok(201, "Registered, or registered before with this body", body(JSON, "RegisteredParty"))
    };
    vec![
        row(
            ("register_party", post.clone(), "/v1/parties"),
            about("Register a party"),
            Access::Operator,
            registered,
        )
        .reads(body(JSON, "NewParty"))
        .takes(field(Header, "Submission-Signature", "One by each key of the body", text_schema()))
        .writes()
        .or(&[
            &SIGNATURE_INVALID,
            &SIGNATURE_MISMATCH,
            &SIGNATURE_OTHER_BODY,
            &SIGNATURE_EXPIRED,
            &KEY_CHAIN_CONFLICT,
            &PARTY_EXISTS,
            &KEY_EXISTS,
        ]),
        row(
            ("list_parties", get.clone(), "/v1/parties"),
            about("List parties"),
            Access::Read,
            ok(200, "Those that the reader may see", body(JSON, "PartyList")),
        ),
        row(
            ("get_party", get, "/v1/parties/{id}"),
            about("Show a party"),
            Access::Read,
            ok(200, "The party", body(JSON, "PartyLine")),
        )
        .takes(id())
        .or(&[&NOT_FOUND]),
        row(
            ("get_key", HttpMethod::Get, "/v1/keys/{kid}"),
            about("Show a registered key and its party"),
            Access::Open,
            ok(200, "The key", body(JSON, "KeyLine")),
        )
        .takes(field(Path, "kid", "RFC 7638 thumbprint of the key", text_schema()))
        .or(&[&NOT_FOUND]),
        row(
            ("issue_token", post.clone(), "/v1/parties/{id}/tokens"),
            about("Issue a bearer token for a party"),
            Access::Operator,
            ok(201, "The token, shown only here", body(JSON, "IssuedToken")),
        )
        .takes(id())
        .writes()
        .or(&[&NOT_FOUND, &BODY_TOO_LARGE, &REQUEST_TIMEOUT, &UNSUPPORTED_MEDIA_TYPE]),
        row(
            ("erase_document", post, "/v1/erasures"),
            about("Erase the document of an entry"),
            Access::Operator,
            ok(201, "Erased; leaf, chain and proofs stay", body(JSON, "Recorded")),
        )
        .reads(body(JSON, "NewErasure"))
        .takes(field(Header, "Submission-Signature", "By a regulator's key", text_schema()))
        .writes()
        .or(&[
            &SIGNATURE_INVALID,
            &SIGNATURE_MISMATCH,
            &SIGNATURE_OTHER_BODY,
            &SIGNATURE_EXPIRED,
            &KEY_UNKNOWN,
            &KEY_NOT_EFFECTIVE,
            &KEY_CHAIN_CONFLICT,
            &NOT_FOUND,
            &NOT_ERASABLE,
            &RETENTION_RUNNING,
            &ERASED,
        ]),
    ]
}
