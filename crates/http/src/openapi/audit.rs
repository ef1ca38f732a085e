//! Operations for auditors.

use super::operations::{JSON, JSON_OR_TEXT, body, field, ok, row};
use super::parts::{Access, Field, Row, text_like, text_schema, whole_number};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Path, Query};

pub(super) fn audit() -> Vec<Row> {
    let get = HttpMethod::Get;
    let log = |summary| ("log", summary);
    let index = || field(Path, "index", "Index in the ledger", whole_number(None));
    vec![
        row(
            ("get_receipt", get.clone(), "/v1/entries/{index}/receipt"),
            log("Receipt of an entry under a published size"),
            Access::Read,
            ok(
                200,
                "As JSON, or as c2sp.org/tlog-proof@v1 text whose `extra` holds leaf and opening. A \
                 size that was published is signed again on demand: the same bytes each time",
                body(JSON_OR_TEXT, "ReceiptLine"),
            ),
        )
        .takes(index())
        .takes(number("size", "Size of the tree; the newest unless given"))
        .or(&[&NOT_FOUND, &NOT_ACCEPTABLE]),
        row(
            ("get_party_chain", get.clone(), "/v1/parties/{id}/chain"),
            log("Entries of a party in the order of its own chain, with proofs"),
            Access::Read,
            ok(200, "At most 256 of them", body(JSON, "PartyChainAnswer")),
        )
        .takes(field(Path, "id", "Identifier of the party, percent-encoded", text_schema()))
        .takes(number("from", "Place in the chain to begin at; 0 unless given"))
        .takes(number("limit", "Most entries of this answer"))
        .takes(number("size", "Size of the tree; the newest published one unless given"))
        .or(&[&NOT_FOUND]),
        row(
            ("get_consistency_proof", get.clone(), "/log/proof/consistency"),
            log("Proof that one size is the beginning of a later one"),
            Access::Open,
            ok(
                200,
                "As JSON, or as text in the form of a c2sp.org/tlog-witness request",
                body(JSON_OR_TEXT, "ConsistencyAnswer"),
            ),
        )
        .takes(number("from", "Size of the earlier tree; 0 unless given"))
        .takes(number("to", "Size of the later tree; the newest published one unless given"))
        .or(&[&INVALID_PARAMETER, &NOT_FOUND, &NOT_ACCEPTABLE]),
        row(
            ("list_key_entries", get.clone(), "/log/keys"),
            log("Private frames of ledger.* and key.* entries, which are public"),
            Access::Open,
            ok(200, "At most 256 of them", body(JSON, "PrivateEntriesAnswer")),
        )
        .takes(number("from", "Index of an entry to begin at; 0 unless given"))
        .takes(number("limit", "Most entries of this answer"))
        .or(&[&INVALID_PARAMETER]),
        row(
            ("get_event_proofs", get.clone(), "/v1/proofs"),
            log("Proofs of the events that an answer rests on"),
            Access::Read,
            ok(
                200,
                "Their entries in the tree of the answer's size, that in a signed checkpoint, and \
                 each event that the asker may read in its entry",
                body(JSON, "EventProofsAnswer"),
            ),
        )
        .needs(number("size", "Size of the ledger that the answer names"))
        .needs(field(
            Query,
            "positions",
            "Where the events stand, at most 1000 of them: ENTRY/ORDINAL, separated by commas",
            text_like("4/0,5/0"),
        )),
        row(
            ("get_private_entry", get.clone(), "/v1/entries/{index}/private"),
            log("Private frame of an entry: opening and document"),
            Access::Read,
            ok(200, "The frame", body(JSON, "PrivateEntryLine")),
        )
        .takes(index())
        .or(&[&FORBIDDEN, &NOT_FOUND, &ERASED]),
        row(
            ("list_private_entries", get, "/v1/entries/private"),
            log("Private frames of a range of entries"),
            Access::Read,
            ok(200, "As far as one answer goes", body(JSON, "PrivateEntriesAnswer")),
        )
        .takes(number("from", "First index; 0 unless given"))
        .takes(number("to", "Index behind the last one, at most 256 further on")),
    ]
}

fn number(name: &'static str, text: &'static str) -> Field {
    field(Query, name, text, whole_number(None))
}
