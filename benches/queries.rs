//! What the first page of an event query costs over HTTP, for every fixed filter of
//! `GET /epcis/events`, on a ledger of many events: where many match, where few do, and where none
//! does. `README.md` says how each figure is made.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a benchmark"
)]

pub(crate) mod asks;
mod beside;
pub(crate) mod events;
pub(crate) mod filters;
pub(crate) mod query;
mod report;

use crate::ORIGIN;
use crate::load::OPERATOR_TOKEN;
use crate::load::prepare;
use crate::load::process::resident_bytes;
use crate::load::server::ServerProcess;
use crate::load::wire::Connection;
use crate::verify::ledger;
use anyhow::{Context, Result};
use beside::Load;
use clap::Parser;
use events::Events;
use query::{Measured, Query, Tokens};
use report::Report;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Number of a party without events.
const STRANGER: u64 = 999;

/// Asks a server of its own, over HTTP, for the first page of every filter of event queries.
///
/// Exits 1 where an answer is not what it should be, or slower than `--limit-ms`.
#[derive(Debug, Parser)]
#[command(name = "queries")]
struct Args {
    /// Events of the ledger
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(4_000..))]
    events: u64,
    /// Times that each query is asked
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=9_999))]
    rounds: u64,
    /// Only queries with this in their name
    #[arg(long, default_value = "")]
    only: String,
    /// Where the temporary ledger is made
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Keep the ledger in this directory, and take the one that is there
    #[arg(long, conflicts_with = "dir")]
    keep: Option<PathBuf>,
    /// Readers at once
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    readers: u64,
    /// Captures of ten events each, in a second, beside the readers
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=1_000))]
    captures_per_s: u64,
    /// Exit 1 where the 99th percentile of a query is above so many milliseconds
    #[arg(long)]
    limit_ms: Option<f64>,
    /// Print exactly one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    crate::program(run)
}

fn run(args: &Args) -> Result<bool> {
    let parent = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    let temporary = tempfile::tempdir_in(parent)?;
    let root = args.keep.as_deref().unwrap_or(temporary.path());
    let events = Events { total: args.events };
    let operator = make(root, events)?;
    let started = Instant::now();
    let server = ServerProcess::start(&root.join("data"), None)?;
    let opened_s = started.elapsed().as_secs_f64();
    let bytes = resident_bytes(server.id());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (queries, captured) = runtime.block_on(measure(args, &server, operator, events))?;
    let per_event = bytes.map(|bytes| bytes / args.events);
    let report = Report::new(args, queries, (opened_s, per_event), captured);
    server.stop()?;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report.lines(args.limit_ms));
    }
    Ok(report.is_within(args.limit_ms))
}

/// Makes the ledger unless it is there; answers with its operator's token.
fn make(root: &Path, events: Events) -> Result<String> {
    let token = root.join(OPERATOR_TOKEN);
    if token.exists() {
        return Ok(std::fs::read_to_string(token)?);
    }
    std::fs::create_dir_all(root)?;
    let (mut document, mut next) = (0, 0);
    let made = ledger::make(&root.join("data"), &mut |body, _, _| {
        let range = events.events_of(document, next);
        let is_more = !range.is_empty();
        if is_more {
            next = range.end;
            body.extend(events.document(document, range));
            document += 1;
        }
        is_more
    });
    std::fs::write(token, &made.operator_token)?;
    Ok(made.operator_token)
}

async fn measure(
    args: &Args,
    server: &ServerProcess,
    operator: String,
    events: Events,
) -> Result<(Vec<Measured>, u64)> {
    let mut connection = Connection::open(server.address()).await?;
    let business = query::token(&mut connection, &operator, &ledger::party_id(0)).await?;
    // It is there already where the ledger was kept.
    let party = prepare::Party::new(STRANGER);
    drop(party.register(&mut connection, ORIGIN, &operator).await);
    let stranger = query::token(&mut connection, &operator, &party.id).await?;
    let tokens = Tokens { operator, business, stranger };
    let recorded = recorded(&mut connection, &tokens).await?;
    let mut queries = filters::queries(events, &recorded);
    queries.extend(asks::queries(events));
    queries.retain(|query| query.name.contains(&args.only));
    let load =
        Load { readers: usize::try_from(args.readers)?, captures_per_s: args.captures_per_s };
    beside::measure(server.address(), &queries, (&tokens, args.rounds), events, load).await
}

/// Times of record of the first events and of the last ones, and one that is later.
async fn recorded(connection: &mut Connection, tokens: &Tokens) -> Result<[String; 3]> {
    let mut ends = Vec::new();
    for direction in ["ASC", "DESC"] {
        let by = [("orderBy", "recordTime"), ("orderDirection", direction), ("perPage", "1")];
        let query = Query::of(query::Matching::Few, &by);
        let answer = connection.exchange(query.request(tokens).as_bytes()).await?;
        let answer: Value = serde_json::from_slice(&answer.body)?;
        let time = answer.pointer("/epcisBody/queryResults/resultsBody/eventList/0/recordTime");
        ends.push(time.and_then(Value::as_str).context("no event")?.to_owned());
    }
    let [first, last] = <[String; 2]>::try_from(ends).unwrap_or_default();
    Ok([first, last, "2200-01-01T00:00:00Z".to_owned()])
}
