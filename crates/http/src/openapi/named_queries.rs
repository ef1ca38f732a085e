//! Named queries.

use super::event_queries::{PAGED, PAGED_EVENTS, epc_format, paged};
use super::operations::{EPCIS, JSON, body, field, ok, row};
use super::parts::{Access, Row, Success, text_schema};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{self, Path};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Subscriptions to named queries.
pub(super) fn subscriptions() -> Vec<Row> {
    let about = |summary| ("events", summary);
    let (list, one) = (
        "/epcis/queries/{queryName}/subscriptions",
        "/epcis/queries/{queryName}/subscriptions/{subscriptionID}",
    );
    let name = || field(Path, "queryName", "Name of the query, percent-encoded", text_schema());
    let id = || field(Path, "subscriptionID", "Identifier of the subscription", text_schema());
    let created = Success {
        headers: &[("Location", "Path of the subscription")],
        ..ok(201, "Results are sent from now on", body(JSON, "SubscriptionLine"))
    };
    let ended = Success { status: 204, text: "It is no more", body: None, headers: &[] };
    vec![
        row(
            ("create_subscription", HttpMethod::Post, list),
            about("Have the results of a named query posted to an address"),
            Access::Operator,
            created,
        )
        .takes(name())
        .reads(body(JSON, "NewSubscription"))
        .writes()
        .or(&[&NOT_FOUND, &REGISTRY_CONFLICT, &SUBSCRIPTION_CONTROLS]),
        row(
            ("list_subscriptions", HttpMethod::Get, list),
            about("List the reader's subscriptions to a named query"),
            Access::Read,
            ok(200, "All of them", body(JSON, "[SubscriptionLine]")),
        )
        .takes(name())
        .or(&[&NOT_FOUND]),
        row(
            ("get_subscription", HttpMethod::Get, one),
            about("Show a subscription and how far it came"),
            Access::Read,
            ok(200, "The subscription", body(JSON, "SubscriptionLine")),
        )
        .takes(name())
        .takes(id())
        .or(&[&NOT_FOUND]),
        row(
            ("delete_subscription", HttpMethod::Delete, one),
            about("End a subscription"),
            Access::Operator,
            ended,
        )
        .takes(name())
        .takes(id())
        .writes()
        .or(&[&NOT_FOUND]),
    ]
}

pub(super) fn named_queries() -> Vec<Row> {
    let about = |summary| ("events", summary);
    let (list, one) = ("/epcis/queries", "/epcis/queries/{queryName}");
    let name = || field(Path, "queryName", "Name of the query, percent-encoded", text_schema());
    let created = Success {
        headers: &[("Location", "Path of the query")],
        ..ok(201, "Kept in the ledger", body(JSON, "QueryDefinition"))
    };
    let listed = Success {
        headers: PAGED,
        ..ok(200, "One page of those that the reader may see", body(JSON, "[QueryDefinition]"))
    };
    let found = Success {
        headers: PAGED_EVENTS,
        ..ok(200, "One page of the events that it finds now", body(EPCIS, "QueryDocument"))
    };
    let opened = Success {
        status: 101,
        text: "With `Upgrade: websocket`: each message is a QueryDocument, behind it a ping that \
               the client answers before the next one comes",
        body: None,
        headers: &[],
    };
    let run = paged(row(
        ("run_query", HttpMethod::Get, "/epcis/queries/{queryName}/events"),
        about("Find events by a named query, now or as they come"),
        Access::Read,
        found,
    ));
    let run = on_a_socket(run.takes(name()).takes(epc_format()));
    let ended = Success { status: 204, text: "It is no more", body: None, headers: &[] };
    vec![
        row(
            ("create_query", HttpMethod::Post, list),
            about("Keep an event query under a name"),
            Access::Operator,
            created,
        )
        .reads(body(JSON, "QueryDefinition"))
        .writes()
        .or(&[&QUERY_EXISTS, &REGISTRY_CONFLICT]),
        paged(row(
            ("list_queries", HttpMethod::Get, list),
            about("List named queries"),
            Access::Read,
            listed,
        )),
        row(
            ("get_query", HttpMethod::Get, one),
            about("Show a named query"),
            Access::Read,
            ok(200, "The query", body(JSON, "QueryDefinition")),
        )
        .takes(name())
        .or(&[&NOT_FOUND]),
        row(
            ("delete_query", HttpMethod::Delete, one),
            about("End a named query"),
            Access::Operator,
            ended,
        )
        .takes(name())
        .writes()
        .or(&[&NOT_FOUND]),
        Row { also: Some(opened), ..run }.or(&[
            &NOT_FOUND,
            &QUERY_TOO_LARGE,
            &SUBSCRIPTION_CONTROLS,
            &OVERLOADED,
        ]),
    ]
}

/// What a subscription on a WebSocket states, in the query string of its opening.
fn on_a_socket(row: Row) -> Row {
    let flag = || ObjectBuilder::new().schema_type(Type::Boolean).into();
    let fields = [
        ("stream", "With `Upgrade: websocket`: results are sent as they are recorded", flag()),
        ("second", "Likewise, a schedule in UTC: 0 to 59, as `0,30` or `[0-10]`", text_schema()),
        ("minute", "Likewise, 0 to 59", text_schema()),
        ("hour", "Likewise, 0 to 23", text_schema()),
        ("dayOfMonth", "Likewise, 1 to 31; months without that day have no run", text_schema()),
        ("month", "Likewise, 1 to 12", text_schema()),
        ("dayOfWeek", "Likewise, 1 (Monday) to 7", text_schema()),
        ("reportIfEmpty", "Likewise: a scheduled run without results is reported", flag()),
        (
            "initialRecordTime",
            "Likewise: the first events are those recorded from this time on (RFC 3339)",
            text_schema(),
        ),
    ];
    fields.into_iter().fold(row, |row, (name, text, schema)| {
        row.takes(field(ParameterIn::Query, name, text, schema))
    })
}
