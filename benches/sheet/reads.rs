//! Queries and traces over HTTP, by the size of their answers.

use crate::load::wire::{Answer, Connection};
use crate::queries::query::{Matching, Query, Tokens, encoded};
use crate::sheet::figures::{Read, Times};
use crate::sheet::size::Grown;
use crate::sheet::trade::{GROUPS, Group, despatch, lot_id, made_id, time};
use Matching::{Few, Many};
use anyhow::Result;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Most groups of one size that are traced, spread over the ledger.
const STARTS_MAX: usize = 20;
/// Lots from which on an answer is asked for once where the others are asked for [`OFTEN`] times.
const LARGE_LOTS: usize = 10_000;
const OFTEN: usize = 5;

/// A request, and what its answer must be like.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) request: String,
    expected: Expected,
}

#[derive(Clone, Debug)]
enum Expected {
    Page(Query),
    Lots(usize),
}

/// Requests whose times make one figure.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    name: String,
    lots: Option<usize>,
    asks: Vec<Ask>,
}

impl Ask {
    fn query(query: Query, tokens: &Tokens) -> Self {
        Self { request: query.request(tokens), expected: Expected::Page(query) }
    }

    fn trace(group: Group, tokens: &Tokens) -> Self {
        let target = format!("/v1/trace?direction=forward&id={}", encoded(&lot_id(group.first)));
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n",
            tokens.operator
        );
        Self { request, expected: Expected::Lots(group.lots) }
    }

    /// What is wrong with an answer that finds something else than it should.
    pub(crate) fn fault(&self, answer: &Answer) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Trace {
            lots: Vec<IgnoredAny>,
        }
        match &self.expected {
            Expected::Page(query) => query.fault(answer.status, &answer.body),
            Expected::Lots(lots) if answer.status == 200 => {
                let found = serde_json::from_slice::<Trace>(&answer.body)?.lots.len();
                Ok((found != *lots).then(|| format!("a trace of {lots} lots has {found}")))
            }
            Expected::Lots(lots) => {
                let text = String::from_utf8_lossy(&answer.body);
                Ok(Some(format!("a trace of {lots} lots: {} {text}", answer.status)))
            }
        }
    }
}

/// What is asked of a ledger.
pub(crate) fn all(grown: &Grown) -> Vec<Asked> {
    let tokens = grown.tokens();
    let mut all: Vec<Asked> = queries(grown)
        .into_iter()
        .map(|query| Asked {
            name: query.name.clone(),
            lots: None,
            asks: vec![Ask::query(query, &tokens)],
        })
        .collect();
    for (size, _) in GROUPS.into_iter().rev() {
        let groups: Vec<Group> =
            grown.groups.iter().filter(|it| it.lots == size).copied().collect();
        let step = groups.len().div_ceil(STARTS_MAX).max(1);
        let asks: Vec<Ask> =
            groups.into_iter().step_by(step).map(|group| Ask::trace(group, &tokens)).collect();
        if !asks.is_empty() {
            all.push(Asked { name: format!("trace of {size} lots"), lots: Some(size), asks });
        }
    }
    all
}

/// The first answers of a start: a trace and a query.
pub(crate) fn first(grown: &Grown) -> Vec<Ask> {
    let mut all = all(grown);
    let small = all.iter().position(|asked| asked.lots.is_some());
    let trace = small.map(|at| all.swap_remove(at));
    let query = all.into_iter().next();
    trace.into_iter().chain(query).filter_map(|asked| asked.asks.into_iter().next()).collect()
}

/// First pages, of which most events match, some do, and none does.
fn queries(grown: &Grown) -> Vec<Query> {
    let middle = grown.groups.get(grown.groups.len() / 2);
    let largest = grown.groups.iter().max_by_key(|group| group.lots);
    let (Some(middle), Some(largest)) = (middle, largest) else { return Vec::new() };
    let (lot, place) = (lot_id(middle.first), largest.place());
    let (from, until) = (time(0), time(86_400));
    let id = made_id(middle.first);
    let event = Query::on(&format!("/epcis/events/{}", encoded(&id)), Few, &[]);
    vec![
        Query::of(Few, &[("MATCH_anyEPCClass", &lot)]),
        Query::of(Few, &[("EQ_bizTransaction_desadv", &despatch(middle.first))]),
        Query { name: "/epcis/events/{id}".into(), ..event },
        Query::of(Many, &[("EQ_bizStep", "shipping")]),
        Query::of(Many, &[("EQ_bizLocation", &place), ("orderBy", "eventTime")]),
        Query::of(Many, &[("GE_eventTime", &from), ("LT_eventTime", &until)]),
        Query::of(Many, &[("eventType", "TransformationEvent"), ("EQ_bizStep", "commissioning")]),
        Query::of(Matching::None, &[("EQ_bizStep", "destroying")]),
    ]
}

/// What one pass over all of them came to: times, bytes of an answer, and what was wrong.
pub(crate) struct Seen {
    times: Vec<Vec<f64>>,
    bytes: Vec<usize>,
    pub(crate) faults: Vec<String>,
}

/// Asks everything `rounds` times, and large answers once in so many rounds; at most until
/// `is_over`. Answers are read and compared where `checks`; their status always is.
pub(crate) async fn ask(
    address: &str,
    all: &[Asked],
    (rounds, checks): (u64, bool),
    is_over: &AtomicBool,
) -> Result<Seen> {
    let mut connection = Connection::open(address).await?;
    let mut seen =
        Seen { times: vec![vec![]; all.len()], bytes: vec![0; all.len()], faults: vec![] };
    let mut next = vec![0; all.len()];
    for round in 0..rounds {
        for (at, asked) in all.iter().enumerate() {
            let is_large = asked.lots.is_some_and(|lots| lots >= LARGE_LOTS);
            for _ in 0..if is_large { 1 } else { OFTEN } {
                if is_over.load(Ordering::Relaxed) {
                    return Ok(seen);
                }
                let ask = &asked.asks[next[at] % asked.asks.len()];
                let started = Instant::now();
                let answer = connection.exchange(ask.request.as_bytes()).await?;
                seen.times[at].push(started.elapsed().as_secs_f64() * 1e3);
                seen.bytes[at] = answer.body.len();
                let is_first = round == 0 || next[at] < asked.asks.len();
                let fault = if checks && is_first { ask.fault(&answer)? } else { None };
                let wrong = answer.status != 200;
                let fault = fault.or_else(|| wrong.then(|| format!("status {}", answer.status)));
                seen.faults.extend(fault.map(|fault| format!("{}: {fault}", asked.name)));
                next[at] += 1;
            }
        }
    }
    Ok(seen)
}

/// Figures of a ledger that is at rest, and what was wrong.
pub(crate) fn alone(address: &str, all: &[Asked], rounds: u64) -> Result<(Vec<Read>, Vec<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let never = AtomicBool::new(false);
    let seen = runtime.block_on(ask(address, all, (rounds, true), &never))?;
    let reads = all.iter().zip(seen.times).zip(seen.bytes).map(|((asked, times), bytes)| Read {
        name: asked.name.clone(),
        lots: asked.lots,
        answer_bytes: bytes,
        alone: Times::of(times),
        beside: None,
    });
    Ok((reads.collect(), seen.faults))
}

/// Adds what was seen beside writes.
pub(crate) fn add_beside(reads: &mut [Read], seen: Seen) {
    for (read, times) in reads.iter_mut().zip(seen.times) {
        read.beside = Times::of(times);
    }
}
