//! The table of operations: every route, what it takes, and everything it may answer. Here is what
//! the rows are written with; `posts` and `gets` hold them.

use super::parts::{Access, Body, Field, Row, Success};
use super::{
    audit, balance, captures, event_queries, exposure, find, gets, key_life, master_data,
    named_queries, posts, quality, resolver, scope, source, trace,
};
use crate::catalogue::*;
use utoipa::openapi::path::ParameterIn::Path;
use utoipa::openapi::{HttpMethod, RefOr, Schema, path::ParameterIn};

/// Groups of operations.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("events", "EPCIS 2.0: capture and query"),
    ("trace", "Where from, where to"),
    ("registry", "Parties, keys and tokens"),
    ("log", "For auditors: checkpoint, tiles, entries (C2SP tlog-tiles)"),
    ("resolver", "GS1 Digital Links: where to ask about an identifier"),
    ("pages", "For people"),
    ("server", "The server itself"),
];

pub(super) const JSON: &[&str] = &["application/json"];
pub(super) const JWK: &[&str] = &[crate::key_life::JWK];
pub(super) const JSON_OR_TEXT: &[&str] = &["application/json", "text/plain; charset=utf-8"];
pub(super) const EPCIS: &[&str] = &["application/json", "application/ld+json"];
/// What events and jobs are answered as.
pub(super) const EPCIS_OR_XML: &[&str] =
    &["application/json", "application/ld+json", "application/xml", "text/xml"];
pub(super) const HTML: &[&str] = &["text/html; charset=utf-8"];
pub(super) const FORM: &[&str] = &["application/x-www-form-urlencoded"];

pub(super) fn body(media_types: &'static [&'static str], schema: &'static str) -> Body {
    Body { media_types, schema: Some(schema) }
}

pub(super) fn plain(media_types: &'static [&'static str]) -> Body {
    Body { media_types, schema: None }
}

pub(super) fn ok(status: u16, text: &'static str, body: Body) -> Success {
    Success { status, text, body: Some(body), headers: &[] }
}

pub(super) fn field(
    place: ParameterIn,
    name: &'static str,
    text: &'static str,
    schema: RefOr<Schema>,
) -> Field {
    let required = place == Path;
    Field { name, place, required, text, schema }
}

pub(super) fn row(
    (id, method, path): (&'static str, HttpMethod, &'static str),
    (tag, summary): (&'static str, &'static str),
    access: Access,
    success: Success,
) -> Row {
    let problems = match access {
        Access::Open => vec![],
        Access::Read => vec![&INVALID_PARAMETER, &CREDENTIALS_MISSING, &TOKEN_UNKNOWN],
        Access::Operator => {
            vec![&INVALID_PARAMETER, &CREDENTIALS_MISSING, &TOKEN_UNKNOWN, &FORBIDDEN]
        }
        Access::Write => vec![
            &INVALID_PARAMETER,
            &CREDENTIALS_MISSING,
            &TOKEN_UNKNOWN,
            &FORBIDDEN,
            &SIGNATURE_INVALID,
            &SIGNATURE_MISMATCH,
            &SIGNATURE_OTHER_BODY,
            &SIGNATURE_EXPIRED,
            &KEY_UNKNOWN,
            &KEY_NOT_EFFECTIVE,
        ],
    };
    let (fields, body, also) = (vec![], None, None);
    Row { id, method, path, tag, summary, access, fields, body, success, also, problems }
}

impl Row {
    pub(super) fn takes(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    pub(super) fn needs(self, field: Field) -> Self {
        self.takes(Field { required: true, ..field })
    }

    pub(super) fn reads(mut self, body: Body) -> Self {
        self.body = Some(body);
        self.or(&[&UNSUPPORTED_MEDIA_TYPE, &BODY_TOO_LARGE, &REQUEST_TIMEOUT])
    }

    pub(super) fn writes(self) -> Self {
        self.or(&[
            &INVALID_JSON,
            &INVALID_DOCUMENT,
            &OVERLOADED,
            &CLOCK_UNCERTAIN,
            &DISK_FULL,
            &OUTCOME_UNKNOWN,
        ])
    }

    pub(super) fn or(mut self, problems: &[&'static ProblemKind]) -> Self {
        self.problems.extend(problems);
        self
    }
}

/// Every operation.
pub(super) fn operations() -> Vec<Row> {
    [
        posts::registry(),
        key_life::key_life(),
        audit::audit(),
        captures::captures(),
        event_queries::event_queries(),
        master_data::master_data(),
        named_queries::named_queries(),
        named_queries::subscriptions(),
        balance::balance(),
        exposure::exposure(),
        find::find(),
        quality::quality(),
        scope::scope(),
        source::source(),
        trace::trace(),
        gets::reads(),
        gets::pages(),
        resolver::resolver(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
