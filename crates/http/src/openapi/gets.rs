//! Operations that read, and the pages.

use super::operations::{FORM, HTML, JSON, body, field, ok, plain, row};
use super::parts::{Access, Field, Row, Success, flag, one_of, text_schema, texts, whole_number};
use crate::catalogue::*;
use crate::limits::{TRACE_DEPTH_MAX, TRACE_LOTS_MAX};
use crate::metrics::METRICS_TEXT;
use laiqu_service::limits::{QUESTION_ID_BYTES_MAX, TRACE_STARTS_MAX};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Path, Query};

/// An earlier size of the ledger.
pub(super) fn as_of() -> Field {
    let text = "Answer as of this size of the ledger; now unless given";
    field(Query, "as_of", text, whole_number(None))
}

/// Where the events of an answer stand, so that they can be proved.
pub(super) fn rests_on() -> Field {
    let text = "Also say where the events stand that the answer rests on, for `/v1/proofs`";
    field(Query, "rests_on", text, flag())
}

pub(super) fn reads() -> Vec<Row> {
    let get = HttpMethod::Get;
    let log = |summary| ("log", summary);
    let server = |summary| ("server", summary);
    vec![
        row(
            ("get_entry", get.clone(), "/v1/entries/{index}"),
            log("Show an entry with its receipt"),
            Access::Read,
            ok(200, "The entry", body(JSON, "EntryAnswer")),
        )
        .takes(field(Path, "index", "Index of the entry (0-based)", whole_number(None)))
        .or(&[&NOT_FOUND]),
        row(
            ("get_ledger", get.clone(), "/v1/ledger"),
            log("Show the state of the ledger"),
            Access::Read,
            ok(200, "State, counts and newest entries", body(JSON, "LedgerAnswer")),
        ),
        row(
            ("get_checkpoint", get.clone(), "/log/checkpoint"),
            log("Show the newest published checkpoint; with witnesses, the newest that their quorum cosigned"),
            Access::Open,
            ok(200, "A C2SP signed note", plain(&["text/plain; charset=utf-8"])),
        )
        .or(&[&NOT_FOUND, &INVALID_PARAMETER]),
        row(
            ("get_tile", get.clone(), "/log/tile/{path}"),
            log("Show a tile of hashes or entries"),
            Access::Open,
            Success {
                status: 200,
                text: "The tile; it never changes. 304 where `If-None-Match` names its tag",
                body: Some(plain(&["application/octet-stream"])),
                headers: &[("ETag", "Tag of these bytes"), ("Cache-Control", "Immutable")],
            },
        )
        .takes(field(
            Path,
            "path",
            "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, slashes as they are",
            text_schema(),
        ))
        .or(&[&NOT_FOUND, &INVALID_PARAMETER]),
        row(
            ("get_health", get.clone(), "/livez"),
            server("Tell whether the process runs"),
            Access::Open,
            ok(200, "It runs", body(JSON, "Health")),
        ),
        row(
            ("get_readiness", get.clone(), "/readyz"),
            server("Tell whether writes are taken now: log, index, disk, clock, witnesses"),
            Access::Open,
            ok(200, "They are", body(JSON, "Health")),
        )
        .or(&[&NOT_READY]),
        row(
            ("get_metrics", get.clone(), "/metrics"),
            server("Counts of the server for Prometheus; for operators and regulators"),
            Access::Operator,
            ok(200, "Prometheus text format", plain(&[METRICS_TEXT])),
        ),
        row(
            ("get_api_description", get, "/openapi.json"),
            server("Show this description"),
            Access::Open,
            ok(200, "OpenAPI 3.1", body(JSON, "{}")),
        ),
    ]
}

pub(super) fn pages() -> Vec<Row> {
    let (get, post) = (HttpMethod::Get, HttpMethod::Post);
    let about = |summary| ("pages", summary);
    let lang = || {
        field(Query, "lang", "Language of the page; Chinese unless given", one_of(&["zh-CN", "en"]))
    };
    let to_home = || Success {
        status: 303,
        text: "To the first page",
        body: None,
        headers: &[("Location", "The first page"), ("Set-Cookie", "The session")],
    };
    vec![
        row(
            ("show_home", get.clone(), "/"),
            about("The first page"),
            Access::Open,
            ok(200, "The page", plain(HTML)),
        )
        .takes(lang()),
        row(
            ("show_trace", get.clone(), "/trace"),
            about("A trace as a drawing and tables"),
            Access::Open,
            ok(200, "The page", plain(HTML)),
        )
        .takes(field(
            Query,
            "id",
            "Identifier in any spelling; repeat it for more items",
            texts(QUESTION_ID_BYTES_MAX, TRACE_STARTS_MAX),
        ))
        .takes(field(Query, "supplier", "Instead: what a party made or shipped", text_schema()))
        .takes(field(Query, "place", "Instead: what was at a place", text_schema()))
        .takes(field(Query, "from", "Meanwhile: a day in China, or RFC 3339", text_schema()))
        .takes(field(Query, "until", "Likewise", text_schema()))
        .takes(field(Query, "to", "Only what lies on a path to this item", text_schema()))
        .takes(field(
            Query,
            "walk_from",
            "Follow only events since: a day or a time",
            text_schema(),
        ))
        .takes(field(Query, "walk_until", "Follow only events until then", text_schema()))
        .takes(field(Query, "lots_max", "Most lots", whole_number(Some(TRACE_LOTS_MAX))))
        .takes(field(
            Query,
            "direction",
            "Which way; both unless given",
            one_of(&["back", "forward", "both"]),
        ))
        .takes(field(
            Query,
            "depth",
            "Most steps from the start",
            whole_number(Some(TRACE_DEPTH_MAX)),
        ))
        .takes(field(Query, "containers", "Also climb from contents to their containers", flag()))
        .takes(as_of())
        .takes(lang())
        .or(&[&INVALID_PARAMETER, &CREDENTIALS_MISSING]),
        super::find::page().takes(lang()),
        row(
            ("show_problem", get.clone(), "/problems/{code}"),
            about("What a problem means and what to do"),
            Access::Open,
            ok(200, "The page", plain(HTML)),
        )
        .takes(field(Path, "code", "Code of the problem", text_schema()))
        .takes(lang())
        .or(&[&NOT_FOUND]),
        row(
            ("sign_in", post.clone(), "/login"),
            about("Sign in with a token (form member `token`)"),
            Access::Open,
            to_home(),
        )
        .reads(body(FORM, "{}"))
        .or(&[&INVALID_PARAMETER, &FORBIDDEN, &TOKEN_UNKNOWN]),
        row(("sign_out", post, "/logout"), about("Sign out"), Access::Open, to_home()).or(&[
            &FORBIDDEN,
            &BODY_TOO_LARGE,
            &REQUEST_TIMEOUT,
            &UNSUPPORTED_MEDIA_TYPE,
            &INVALID_PARAMETER,
        ]),
        row(
            ("get_stylesheet", get.clone(), "/assets/console.css"),
            about("Stylesheet of the pages"),
            Access::Open,
            ok(200, "The stylesheet", plain(&["text/css; charset=utf-8"])),
        ),
        row(
            ("get_icon", get, "/assets/favicon.svg"),
            about("Icon of the pages"),
            Access::Open,
            ok(200, "The icon", plain(&["image/svg+xml"])),
        ),
    ]
}
