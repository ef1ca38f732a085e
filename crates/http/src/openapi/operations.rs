//! The table of operations: every route, what it takes, and everything it may answer.

use super::parts::{
    Access, Body, Field, Row, Success, flag, limited_text, one_of, text_schema, whole_number,
};
use crate::catalogue::*;
use crate::limits::TRACE_DEPTH_MAX;
use laiqu_service::limits::QUESTION_ID_BYTES_MAX;
use utoipa::openapi::path::ParameterIn::{Header, Path, Query};
use utoipa::openapi::{HttpMethod, RefOr, Schema, path::ParameterIn};

/// Groups of operations.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("events", "EPCIS 2.0: capture and query"),
    ("trace", "Where from, where to"),
    ("registry", "Parties, keys and tokens"),
    ("log", "For auditors: checkpoint, tiles, entries (C2SP tlog-tiles)"),
    ("pages", "For people"),
    ("server", "The server itself"),
];

const JSON: &[&str] = &["application/json"];
const EPCIS: &[&str] = &["application/json", "application/ld+json"];
const HTML: &[&str] = &["text/html; charset=utf-8"];
const FORM: &[&str] = &["application/x-www-form-urlencoded"];

fn body(media_types: &'static [&'static str], schema: &'static str) -> Body {
    Body { media_types, schema: Some(schema) }
}

fn plain(media_types: &'static [&'static str]) -> Body {
    Body { media_types, schema: None }
}

fn ok(status: u16, text: &'static str, body: Body) -> Success {
    Success { status, text, body: Some(body), headers: &[] }
}

fn field(
    place: ParameterIn,
    name: &'static str,
    text: &'static str,
    schema: RefOr<Schema>,
) -> Field {
    let required = place == Path;
    Field { name, place, required, text, schema }
}

fn row(
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
    Row { id, method, path, tag, summary, access, fields: vec![], body: None, success, problems }
}

impl Row {
    fn takes(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    fn needs(self, field: Field) -> Self {
        self.takes(Field { required: true, ..field })
    }

    fn reads(mut self, body: Body) -> Self {
        self.body = Some(body);
        self.or(&[&UNSUPPORTED_MEDIA_TYPE, &BODY_TOO_LARGE, &REQUEST_TIMEOUT])
    }

    fn writes(self) -> Self {
        self.or(&[
            &INVALID_JSON,
            &INVALID_DOCUMENT,
            &OVERLOADED,
            &CLOCK_UNCERTAIN,
            &DISK_FULL,
            &OUTCOME_UNKNOWN,
        ])
    }

    fn or(mut self, problems: &[&'static ProblemKind]) -> Self {
        self.problems.extend(problems);
        self
    }
}

/// Every operation.
pub(super) fn operations() -> Vec<Row> {
    [registry(), epcis(), reads(), pages()].into_iter().flatten().collect()
}

fn registry() -> Vec<Row> {
    let (get, post) = (HttpMethod::Get, HttpMethod::Post);
    let id = || field(Path, "id", "Identifier of the party, percent-encoded", text_schema());
    let about = |summary| ("registry", summary);
    let registered = Success {
        headers: &[("Location", "Path of the party")],
        ..ok(201, "Registered, or registered before with this body", body(JSON, "RegisteredParty"))
    };
    vec![
        row(("register_party", post.clone(), "/v1/parties"), about("Register a party"), Access::Operator, registered)
            .reads(body(JSON, "NewParty"))
            .takes(field(Header, "Submission-Signature", "One by each key of the body", text_schema()))
            .writes()
            .or(&[&SIGNATURE_INVALID, &SIGNATURE_MISMATCH, &SIGNATURE_OTHER_BODY, &PARTY_EXISTS, &KEY_EXISTS]),
        row(("list_parties", get.clone(), "/v1/parties"), about("List parties"), Access::Read, ok(200, "Those that the reader may see", body(JSON, "PartyList"))),
        row(("get_party", get, "/v1/parties/{id}"), about("Show a party"), Access::Read, ok(200, "The party", body(JSON, "PartyLine")))
            .takes(id())
            .or(&[&NOT_FOUND]),
        row(("issue_token", post.clone(), "/v1/parties/{id}/tokens"), about("Issue a bearer token for a party"), Access::Operator, ok(201, "The token, shown only here", body(JSON, "IssuedToken")))
            .takes(id())
            .writes()
            .or(&[&NOT_FOUND, &BODY_TOO_LARGE, &REQUEST_TIMEOUT, &UNSUPPORTED_MEDIA_TYPE]),
        row(("revoke_key", post, "/v1/parties/{id}/revocations"), about("Revoke a key of a party"), Access::Write, ok(201, "Revoked from the next entry on", body(JSON, "Revoked")))
            .takes(id())
            .reads(body(JSON, "Revocation"))
            .writes()
            .or(&[&NOT_FOUND]),
    ]
}

fn epcis() -> Vec<Row> {
    let (get, post) = (HttpMethod::Get, HttpMethod::Post);
    let about = |summary| ("events", summary);
    let captured = Success {
        headers: &[
            ("Location", "Path of the capture job"),
            ("GS1-EPCIS-Version", "2.0.0"),
            ("GS1-CBV-Version", "2.0.0"),
            ("GS1-EPCIS-Capture-Limit", "Most events in one document"),
            ("GS1-EPCIS-Capture-File-Size-Limit", "Largest document, in bytes"),
        ],
        ..ok(202, "Captured and durable, or captured before", body(JSON, "CaptureJob"))
    };
    let behaviour = field(Header, "GS1-Capture-Error-Behaviour", "All of it or nothing", one_of(&["rollback"]));
    let any_epc = field(Query, "MATCH_anyEPC", "Identifiers in any spelling, separated by |", limited_text(QUESTION_ID_BYTES_MAX));
    vec![
        row(("capture_document", post, "/epcis/capture"), about("Capture an EPCIS document"), Access::Write, captured)
            .reads(body(EPCIS, "{}"))
            .takes(behaviour)
            .writes()
            .or(&[&SIGNATURE_REQUIRED, &KEY_CHAIN_CONFLICT, &EVENT_ID_CONFLICT, &TOO_MANY_EVENTS]),
        row(("get_capture_job", get.clone(), "/epcis/capture/{captureID}"), about("Show a capture job"), Access::Read, ok(200, "The finished job", body(JSON, "CaptureJob")))
            .takes(field(Path, "captureID", "Index of the entry", whole_number(None)))
            .or(&[&NOT_FOUND]),
        row(("query_events", get.clone(), "/epcis/events"), about("Find events"), Access::Read, ok(200, "Every event that names one of them", body(EPCIS, "QueryDocument")))
            .needs(any_epc)
            .or(&[&NOT_ACCEPTABLE]),
        row(("get_event", get, "/epcis/events/{eventID}"), about("Show an event and its error declarations"), Access::Read, ok(200, "The event", body(EPCIS, "QueryDocument")))
            .takes(field(Path, "eventID", "eventID, percent-encoded", text_schema()))
            .or(&[&NOT_FOUND, &NOT_ACCEPTABLE]),
    ]
}

fn reads() -> Vec<Row> {
    let get = HttpMethod::Get;
    let log = |summary| ("log", summary);
    let server = |summary| ("server", summary);
    vec![
        row(("trace_item", get.clone(), "/v1/trace"), ("trace", "Trace an item"), Access::Read, ok(200, "The answer; empty where no event names the item", body(JSON, "TraceAnswer")))
            .needs(field(Query, "id", "Identifier in any spelling", limited_text(QUESTION_ID_BYTES_MAX)))
            .takes(field(Query, "direction", "Which way; both unless given", one_of(&["back", "forward", "both"])))
            .takes(field(Query, "depth", "Most steps from the start", whole_number(Some(TRACE_DEPTH_MAX))))
            .takes(field(Query, "containers", "Also climb from contents to their containers", flag())),
        row(("get_entry", get.clone(), "/v1/entries/{index}"), log("Show an entry with its receipt"), Access::Read, ok(200, "The entry", body(JSON, "EntryAnswer")))
            .takes(field(Path, "index", "Index of the entry (0-based)", whole_number(None)))
            .or(&[&NOT_FOUND]),
        row(("get_ledger", get.clone(), "/v1/ledger"), log("Show the state of the ledger"), Access::Read, ok(200, "State, counts and newest entries", body(JSON, "LedgerAnswer"))),
        row(("get_checkpoint", get.clone(), "/log/checkpoint"), log("Show the newest published checkpoint"), Access::Open, ok(200, "A C2SP signed note", plain(&["text/plain; charset=utf-8"]))),
        row(("get_tile", get.clone(), "/log/tile/{path}"), log("Show a tile of hashes or entries"), Access::Open, ok(200, "The tile; it never changes", plain(&["application/octet-stream"])))
            .takes(field(Path, "path", "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, slashes as they are", text_schema()))
            .or(&[&NOT_FOUND]),
        row(("get_health", get.clone(), "/livez"), server("Tell whether the process runs"), Access::Open, ok(200, "It runs", body(JSON, "Health"))),
        row(("get_api_description", get, "/openapi.json"), server("Show this description"), Access::Open, ok(200, "OpenAPI 3.1", body(JSON, "{}"))),
    ]
}

fn pages() -> Vec<Row> {
    let (get, post) = (HttpMethod::Get, HttpMethod::Post);
    let about = |summary| ("pages", summary);
    let lang = || field(Query, "lang", "Language of the page; Chinese unless given", one_of(&["zh-CN", "en"]));
    let to_home = || Success {
        status: 303,
        text: "To the first page",
        body: None,
        headers: &[("Location", "The first page"), ("Set-Cookie", "The session")],
    };
    vec![
        row(("show_home", get.clone(), "/"), about("The first page"), Access::Open, ok(200, "The page", plain(HTML))).takes(lang()),
        row(("show_trace", get.clone(), "/trace"), about("A trace as a drawing and tables"), Access::Open, ok(200, "The page", plain(HTML)))
            .takes(field(Query, "id", "Identifier in any spelling", text_schema()))
            .takes(field(Query, "direction", "Which way; both unless given", one_of(&["back", "forward", "both"])))
            .takes(field(Query, "depth", "Most steps from the start", whole_number(Some(TRACE_DEPTH_MAX))))
            .takes(field(Query, "containers", "Also climb from contents to their containers", flag()))
            .takes(lang())
            .or(&[&INVALID_PARAMETER, &CREDENTIALS_MISSING]),
        row(("show_problem", get.clone(), "/problems/{code}"), about("What a problem means and what to do"), Access::Open, ok(200, "The page", plain(HTML)))
            .takes(field(Path, "code", "Code of the problem", text_schema()))
            .takes(lang())
            .or(&[&NOT_FOUND]),
        row(("sign_in", post.clone(), "/login"), about("Sign in with a token (form member `token`)"), Access::Open, to_home())
            .reads(body(FORM, "{}"))
            .or(&[&INVALID_PARAMETER, &FORBIDDEN, &TOKEN_UNKNOWN]),
        row(("sign_out", post, "/logout"), about("Sign out"), Access::Open, to_home())
            .or(&[&FORBIDDEN, &BODY_TOO_LARGE, &REQUEST_TIMEOUT, &UNSUPPORTED_MEDIA_TYPE, &INVALID_PARAMETER]),
        row(("get_stylesheet", get.clone(), "/assets/console.css"), about("Stylesheet of the pages"), Access::Open, ok(200, "The stylesheet", plain(&["text/css; charset=utf-8"]))),
        row(("get_icon", get, "/assets/favicon.svg"), about("Icon of the pages"), Access::Open, ok(200, "The icon", plain(&["image/svg+xml"]))),
    ]
}
